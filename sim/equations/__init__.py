"""Equations: pure functions on arrays, which know nothing of the world they are used in."""
