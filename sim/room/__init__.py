"""Rooms in which a class plays: who is in, what they decide, and what happened to it. Nothing here draws a page."""
