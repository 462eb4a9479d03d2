"""Rooms in which a class plays: who is in, what they decide, and what became of it. Nothing here draws a page."""
