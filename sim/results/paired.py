"""Paired differences: what a change does to each future, and how well its mean is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.quantities import Z90
from sim.ensemble.rng import Array

NONE_SEEN = 2.3
"""An event not seen in n futures has, with 90% certainty, a chance below 2.3 / n (minus the log of 0.1)."""


@dataclass(frozen=True)
class Paired:
    """Mean of a difference with its 90% interval, and its spread over futures; one future has neither."""

    mean: float
    low: float | None
    high: float | None
    p05: float | None
    p50: float
    p95: float | None

    @property
    def half(self) -> float | None:
        """Half of the interval of the mean."""
        return None if self.high is None else self.high - self.mean

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the mean leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def paired(difference: Array, least: float = 0.0) -> Paired:
    """Mean with its interval from the number of futures, and quantiles over futures, of `(runs,)` differences.

    Args:
        difference: in every future.
        least: the interval reaches at least so far to each side.
    """
    mean, n = float(difference.mean()), difference.size
    if n == 1:
        return Paired(mean, None, None, None, mean, None)
    error = max(float(Z90 * difference.std(ddof=1) / np.sqrt(n)), least)
    return Paired(mean, mean - error, mean + error, *map(float, np.quantile(difference, (0.05, 0.5, 0.95))))


def paired_share(before: Array, after: Array, same: bool = False) -> Paired:
    """The change of a share of futures, from 0 or 1 in each.

    Where few or no futures change, the interval still has the width that so many of them leave open; with `same`, for
    what is the same simulation, it has none.
    """
    return paired(after.astype(float) - before, 0.0 if same else min(NONE_SEEN / after.size, 1.0))
