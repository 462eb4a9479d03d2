"""Analyses that a paper needs: what drives an outcome, which futures have it, what policies do to it."""
