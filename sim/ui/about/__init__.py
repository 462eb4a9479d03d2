"""What Polarity is, who made it, and the words that it uses."""
