"""Whose models serve whom: the use of AI in a country by where the model comes from.

What foreign providers serve is counted by what users pay for it. What providers of the country itself serve runs on the
best weights that they can have: their own, open ones from China, or open ones from the United States.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.ensemble.rng import Array

US_OPEN_BEHIND = 12.0
"""ECI points by which American open weights trail the American frontier. Judgment: it makes Chinese open weights 0.6 of
what is used of open ones in 2026, as they are of tracked downloads (1.15 against 0.72 billion by March 2026, The ATOM
Report, arXiv 2604.07190)."""
CHOICE = 6.0
"""ECI points over which providers change from one set of weights to another, by a factor e; judgment."""
OPEN_TODAY = 50.0
"""Openness of research (lever) at which open weights stand as they do today."""


class Served(NamedTuple):
    """Shares of the use of AI in each country, (actors, runs) each; what is left runs on its own models."""

    us: Array
    china: Array


def served(
    from_us: Array, from_china: Array, at_home: Array, eci: Array, openness: tuple[Array | float, Array | float],
    banned: Array | float, frontiers: tuple[int, int],
) -> Served:  # fmt: skip
    """Shares by origin of the model.

    Args:
        from_us: (A, R) what users in the country pay US providers, US dollars a year.
        from_china: the same for Chinese providers.
        at_home: the same for the country's own.
        eci: (A, R) capability of the country's best own model, and of the two frontiers.
        openness: openness of US and of Chinese research, 0 to 100.
        banned: share of the use of Chinese models that rules end, (A, 1) or one for all.
        frontiers: rows of the United States and China.
    """
    us, china = frontiers
    offers = (
        eci, eci[us] - US_OPEN_BEHIND + 0.0 * eci, eci[china] + 0.0 * eci,
    )  # fmt: skip
    best = np.maximum.reduce(offers)
    own, american, chinese = (np.exp((offer - best) / CHOICE) for offer in offers)
    american = american * (np.asarray(openness[0]) / OPEN_TODAY)
    chinese = chinese * (np.asarray(openness[1]) / OPEN_TODAY) * (1 - banned)
    weights = np.maximum(own + american + chinese, 1e-300)
    total = np.maximum(from_us + from_china + at_home, 1e-9)
    return Served(
        (from_us + at_home * american / weights) / total,
        (from_china + at_home * chinese / weights) / total,
    )
