"""Every rule, number and figure with the source that it rests on."""
