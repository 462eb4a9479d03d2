"""Forecasts without a model: the last value, and the log-linear trend of the last two years."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.ensemble.rng import Array
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


METHODS: dict[str, Callable[[Series, Figures, int], float]] = {"last_value": last_value, "trend": trend}
"""The naive forecasts by name."""


@dataclass(frozen=True)
class Spread:
    """A naive forecast with the spread of its own past errors, on the scale of its series."""

    method: str
    middle: float
    sd: float
    errors: int
    """How many past errors the spread rests on; with none it is the error of the last figure."""

    def quantiles(self, levels: Array) -> Array:
        """Points of the normal distribution with this middle and spread."""
        result: Array = self.middle + self.sd * ndtri(levels)
        return result


def with_spread(series: Series, known: Figures, quarter: int) -> Spread:
    """The naive forecast that was nearer in the past at this distance, with the root mean square of its errors."""
    edge = max(known)
    found = []
    for name, method in METHODS.items():
        errors = past_errors(series, known, quarter - edge, method)
        sd = float(np.sqrt(np.mean(np.square(errors)))) if errors else known[edge][1]
        found.append(Spread(name, method(series, known, quarter), sd, len(errors)))
    return min(found, key=lambda each: each.sd)


def past_errors(
    series: Series, known: Figures, ahead: int, method: Callable[[Series, Figures, int], float]
) -> list[float]:
    """What a naive forecast would have missed from each past quarter, on the scale of the series.

    From every figure but the first, the first figure at least as many quarters ahead counts; where it lies further
    ahead, the error shrinks with the root of the distance, as that of a random walk.
    """
    quarters, errors = sorted(known), []
    for n in range(2, len(quarters)):
        start = quarters[n - 1]
        later = next((q for q in quarters[n:] if q - start >= ahead), None)
        if later is not None:
            said = method(series, {q: known[q] for q in quarters[:n]}, later)
            missed = float(series.scale(known[later][0])) - said
            errors.append(missed * float(np.sqrt(ahead / (later - start))))
    return errors
