"""Forecasts without a model: the last value, and the log-linear trend of the last two years."""

from __future__ import annotations

import numpy as np

from sim.hindcast.record import Figures, Series

WINDOW = 8
"""Quarters of history that the trend is fitted to."""


def last_value(series: Series, known: Figures, quarter: int) -> float:
    """The last known value, on the scale of the series; of a year that has only begun, its part."""
    return _part(series, float(series.scale(known[max(known)][0])), quarter)


def trend(series: Series, known: Figures, quarter: int) -> float:
    """The line through the known values of the last two years, on the scale of the series.

    With a single value it stands still.
    """
    edge = max(known)
    recent = sorted(q for q in known if q > edge - WINDOW)
    if len(recent) < 2:
        recent = sorted(known)[-2:]
    values = [float(series.scale(known[q][0])) for q in recent]
    if len(recent) < 2:
        return _part(series, values[-1], quarter)
    slope, level = np.polyfit(np.array(recent) - edge, values, 1)
    return _part(series, float(level + slope * (quarter - edge)), quarter)


def _part(series: Series, value: float, quarter: int) -> float:
    """A whole year's value as that of its quarters so far, where the series adds up over the year."""
    if not series.yearly or quarter % 4 == 3:
        return value
    return float(series.scale(series.unscaled(value) * (quarter % 4 + 1) / 4))
