"""Partial adjustment: what an actor decides moves a share of the way to its target in a quarter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents.state import Array


class Target(NamedTuple):
    """Where a decision is heading, and how fast."""

    level: Array | float
    """`(runs,)` for one actor, `(k, runs)` for a group; a number where it is the same for all."""
    speed: Array | float = 1.0
    """Share of the way that it moves in a quarter; 1 where it gets there at once."""


def adjusted(old: Array, target: Target) -> Array | float:
    """Where something stands after a quarter on its way."""
    level, speed = target
    if isinstance(speed, float):
        return level if speed == 1 else old + speed * (level - old)
    return np.where(speed == 1, level, old + speed * (level - old))
