"""When is an outcome too rare for its variance to be divided? Where a handful of futures make all of it."""

from __future__ import annotations

from sim.ensemble.rng import Array

FEWEST = 20
"""Futures that must make the variance of a rare outcome: with fewer, a few more or less change every index."""
CONCENTRATED = 6
"""An outcome counts as rare where less than one future in so many makes its variance; one in three does if normal."""


def weight(y: Array) -> float:
    """How many futures make the variance of an outcome: (Σd²)² / Σd⁴ over deviations d from the mean.

    Of an outcome that k of many futures have, and of one that all but k have, it is about k.
    """
    squares = (y - y.mean()) ** 2
    top = squares.max()
    return float((squares / top).sum() ** 2 / ((squares / top) ** 2).sum()) if top > 0 else 0.0


def note(y: Array, is_share: bool) -> str:
    """A sentence where an outcome is too rare in its futures `(n,)` for indices; otherwise nothing."""
    found = weight(y)
    if found >= min(FEWEST, y.size / CONCENTRATED):
        return ""
    if is_share:
        having = int((y > 0.5).sum())
        told = f"{having:,} of {y.size:,} futures {'has' if having == 1 else 'have'} it"
    else:
        told = f"about {max(round(found), 1)} of {y.size:,} futures make all of its variance"
    return f"too rare to be explained: {told}; take more samples, or another outcome"
