"""Growth that fades after the data, and gaps that are felt without a corner where somebody draws level."""

from __future__ import annotations

import numpy as np

from sim.ensemble.rng import Array

FADES_FROM = 2027.0
"""Year until whose start growth keeps the pace of today: what is ordered and announced now is built until then."""


def yearly(first: Array | float, late: Array | float, year: float, years: Array | float) -> Array:
    """Yearly growth as a logarithm: that of today, fading toward the late one.

    Args:
        first: growth today, times a year.
        late: growth in the long run, times a year.
        year: decimal year.
        years: over how many years it fades.
    """
    fade = np.exp(-max(year - FADES_FROM, 0.0) / years)
    slow = np.log(late)
    return np.asarray(slow + (np.log(first) - slow) * fade)


def eased(gap: Array, width: Array | float) -> Array:
    """A gap as it is felt: nothing for who is level or ahead, half of one as wide as `width`, most of a wide one.

    Never more than the gap, and without a corner at none.
    """
    some = np.maximum(gap, 0.0)
    return np.asarray(some * some / (some + width))
