"""Heightened competition: an index with a stated formula, not an estimate of the chance of a crisis."""

from __future__ import annotations

import numpy as np

from agents.worth import RACE_DISTANCE, closeness
from sim.ensemble.rng import Array

RETALIATES = 0.5
"""Share of what is left of calm that a full stop of mineral exports takes away; judgment."""
FORMULA = (
    f"1 − (1 − hostility × closeness) × (1 − {RETALIATES:g} × retaliation). Hostility is that of the race and "
    "retaliation the share of its minerals that China withholds, each from 0 to 1. Closeness is 1 if both powers are "
    f"level on the capability index, and {float(closeness(np.array(RACE_DISTANCE))):.2f} if one leads by "
    f"{RACE_DISTANCE:g} points."
)
"""The same in words, for those who show it."""


def crisis_index(gap: Array | float, hostility: Array | float, retaliation: Array | float) -> Array:
    """How heated the competition of two powers is, 0 (calm) to 1; judgment, all of it.

    1 − (1 − hostility · exp(−(gap / 6)²)) · (1 − 0.5 · retaliation)

    A close race heats up as far as it is hostile: the two powers compete as in `agents.worth.closeness`, by which
    developers cut corners on safety too. Retaliation heats up what is still calm, however far apart the two are.

    Args:
        gap: lead of the United States, ECI points; its sign does not matter.
        hostility: of the race, 0 to 1.
        retaliation: share of its minerals that China withholds, 0 to 1.

    Returns:
        The index, in the shape to which the arguments broadcast; NaN where the gap is.

    Raises:
        ValueError: for hostility or retaliation outside 0 to 1.
    """
    for name, given in (("hostility", hostility), ("retaliation", retaliation)):
        if not np.all((np.asarray(given) >= 0) & (np.asarray(given) <= 1)):
            raise ValueError(f"{name} is outside 0 to 1; give a share")
    calm = 1 - np.asarray(hostility) * closeness(np.asarray(gap, float))
    return np.asarray(1 - calm * (1 - RETALIATES * np.asarray(retaliation)))
