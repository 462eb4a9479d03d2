"""How a nation divides what it has: money, compute and people, each over uses whose shares add to 1.

A share moves toward its share at the edge of the data, times what a further dollar, chip or person is worth in that use
against what it was worth then. What a scenario fixes holds exactly, and the other uses keep their proportions.
"""

from __future__ import annotations

import numpy as np

from agents.state import Array
from scenarios.uses import MONEY, PEOPLE

CHIPS, FABS, POWER, STAFF = range(len(MONEY))
CAPABILITY, APPLIED, SAFETY, SECRECY = range(len(PEOPLE))
SPEED = 0.25
"""Share of the way that money and people move toward their target in a quarter; judgment: budgets are yearly."""


def divided(base: Array, value: Array) -> Array:
    """Shares in proportion to those at the edge of the data times what a use is worth against then.

    Args:
        base: (uses, runs) or (actors, uses, runs) shares at the edge.
        value: the same shape; marginal value against that at the edge.
    """
    weight = base * value
    return np.asarray(weight / weight.sum(axis=-2, keepdims=True))


def toward(old: Array, target: Array) -> Array:
    """Shares after a quarter on their way to a target: both add to 1, and so does what lies between."""
    return old + SPEED * (target - old)


def held(shares: Array, fixed: Array) -> Array:
    """Shares of which a scenario fixes some: those hold, and the others keep their proportions in what is left.

    Args:
        shares: (uses, runs) or (actors, uses, runs).
        fixed: (uses,) or (actors, uses); NaN where the actor divides.
    """
    free = np.isnan(fixed)[..., None]
    if free.all():
        return shares
    given = np.where(free, 0.0, np.nan_to_num(fixed)[..., None])
    left = np.maximum(1 - given.sum(axis=-2, keepdims=True), 0.0)
    rest = np.where(free, np.maximum(shares, 1e-12), 0.0)
    return np.asarray(given + rest * (left / np.maximum(rest.sum(axis=-2, keepdims=True), 1e-300)))
