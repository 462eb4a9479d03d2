"""Growth that fades: everything that grows after the data does so at the pace of today first and slower later."""

from __future__ import annotations

import numpy as np

from sim.ensemble.rng import Array

FADES_FROM = 2027.0
"""Year until whose start growth keeps the pace of today: what is ordered and announced now is built until then."""


def yearly(first: Array | float, late: Array | float, year: float, years: Array | float) -> Array:
    """Yearly growth as a logarithm: that of today, fading towards the late one.

    Args:
        first: growth today, times a year.
        late: growth in the long run, times a year.
        year: decimal year.
        years: over how many years it fades.
    """
    fade = np.exp(-max(year - FADES_FROM, 0.0) / years)
    slow = np.log(late)
    return np.asarray(slow + (np.log(first) - slow) * fade)
