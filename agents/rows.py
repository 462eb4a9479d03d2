"""Rows of the tables of actors: the two superpowers stand first, everybody else after them."""

US, CHINA = 0, 1
"""Rows of the two superpowers in every table of actors."""
BOTH, PARTNERS = slice(0, 2), slice(2, None)
"""Both superpowers, and all others."""
