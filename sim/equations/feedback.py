"""Revenue: what AI earns, and so what can be spent again."""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array

REFERENCE_REVENUE = 120e9
"""AI revenue of the United States in a year at `REFERENCE_ECI` with 20 million H100e serving half of them, US dollars.

Sum of annualized lab and cloud AI revenue reported for mid-2026; tier judgment.
"""
REFERENCE_ECI = 165.0
"""Capability at which the reference revenue is stated: the frontier of mid-2026."""
REFERENCE_SERVED = 1e7
"""Serving compute at which the reference revenue is stated, H100e."""
LARGEST_REVENUE = 12e12
"""A tenth of the world economy: revenue saturates toward it."""
SERVED_RETURNS = 0.4
"""Returns of revenue to serving compute, exponent; judgment: the most valuable uses are served first."""


def revenue(eci: Array, served: Array, p: Draws) -> Array:
    """AI revenue per year, US dollars, (actors, runs): all share one world market, which saturates.

    What an actor could earn alone rises with capability and, with diminishing returns, served compute; what all could
    earn together is held to the largest market. Who serves nothing earns nothing.
    """
    growth = np.log(10) * p.revenue_growth
    level = np.log(REFERENCE_REVENUE) - REFERENCE_ECI * growth - SERVED_RETURNS * np.log(REFERENCE_SERVED)
    alone = np.exp(growth * eci + SERVED_RETURNS * np.log(np.maximum(served, 1e-300)) + level)
    alone = np.where(served > 0, alone, 0.0)
    return alone / (1 + alone.sum(axis=0) / LARGEST_REVENUE)
