"""When does a bloc cross the threshold, and who stands where when the first one does?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.ensemble.rng import Array
from sim.results.outcomes import blocs, polarity

if TYPE_CHECKING:
    from sim.results.run import Run

CLASSES = (*polarity.CLASSES, "not_reached")
"""The outcome when the first bloc crosses, or that none does before the run ends."""
THRESHOLDS = {"remote_work": "remote_work_eci", "automated_coder": "coder_eci"}
"""Thresholds that can be chosen, and the uncertain parameter that places each on the ECI."""


def crossing_year(path: Array, threshold: Array, at: Array) -> Array:
    """Year in which a path first reaches a threshold, interpolated between quarters; NaN if it does not.

    Args:
        path: (T, runs) capability; NaN where there is nobody.
        threshold: (runs,).
        at: (T,) decimal years.
    """
    reached = np.fmax.accumulate(path, axis=0) >= threshold
    step = np.argmax(reached, axis=0)
    members = np.arange(path.shape[1])
    high, low = path[step, members], path[np.maximum(step - 1, 0), members]
    part = np.clip((threshold - low) / np.where(high > low, high - low, 1.0), 0, 1)
    part = np.where(np.isnan(low), 1.0, part)  # who was not there a quarter ago has crossed at the end of this one
    year = at[np.maximum(step - 1, 0)] + part * (at[step] - at[np.maximum(step - 1, 0)])
    return np.where(reached.any(axis=0), year, np.nan)


def threshold(run: Run, name: str = "remote_work") -> Array:
    """The chosen threshold per member, ECI points.

    Raises:
        ValueError: for an unknown threshold.
    """
    if name not in THRESHOLDS:
        raise ValueError(f"unknown threshold {name!r}; choose from: {', '.join(THRESHOLDS)}")
    return run.parameters[THRESHOLDS[name]]


def by_bloc(run: Run, name: str = "remote_work") -> Array:
    """Crossing year of the US bloc, China and the third bloc, `(3, runs)`."""
    at, limit = run.time, threshold(run, name)
    return np.stack([crossing_year(path, limit, at) for path in blocs.frontiers(run)])


def by_actor(run: Run, name: str = "remote_work") -> Array:
    """Crossing year of every actor, `(A, runs)`."""
    at, limit, eci = run.time, threshold(run, name), run.series["capability"]
    return np.stack([crossing_year(eci[:, a], limit, at) for a in range(eci.shape[1])])


def delay_months(run: Run, name: str = "remote_work") -> Array:
    """Months between the crossing of the US bloc and China's, positive when the US is first; NaN if one does not."""
    us, china, _ = by_bloc(run, name)
    return 12 * (china - us)


def polarity_at_crossing(run: Run, name: str = "remote_work") -> Array:
    """Outcome when the first bloc crosses, `(runs,)` numbers into `CLASSES` of this module."""
    first = np.fmin.reduce(by_bloc(run, name), axis=0)
    steps = np.searchsorted(run.time, np.where(np.isnan(first), run.time[-1], first))
    codes = polarity.at_steps(run, np.minimum(steps, len(run.time) - 1))
    return np.where(np.isnan(first), CLASSES.index("not_reached"), codes)
