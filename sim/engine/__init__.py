"""What happens in a quarter, and what is carried to the next."""
