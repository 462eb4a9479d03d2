"""Rooms in which a class plays: who is in, what they decide, and how it ends. Nothing here draws a page."""
