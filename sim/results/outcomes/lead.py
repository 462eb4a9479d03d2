"""How far ahead is the United States? Four rulers, signed, positive for the US bloc."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.rows import US
from sim.ensemble.rng import Array
from sim.results.outcomes import blocs

if TYPE_CHECKING:
    from sim.results.run import Run

PACE = 14.5
"""Points a year that the US frontier gained in 2024-26: the fixed pace. Own fit to Epoch AI's ECI of 2026-08-11."""
OLD_PACE = 8.3
"""ECI points a year before April 2024 (Epoch AI); it carries the leader's path back before the first quarter."""
RULERS = {
    "fixed_pace": "months at a fixed pace of 14.5 points a year",
    "points": "ECI points",
    "backward": "calendar months since the leader stood where the follower stands now",
}


def gap(run: Run) -> Array:
    """The gap in ECI points, `(T, runs)`."""
    us, china, _ = blocs.frontiers(run)
    return us - china


def months(gap_eci: Array, pace: float = PACE) -> Array:
    """A gap as months at a fixed pace, so that the same gap reads the same whatever the common pace of a world."""
    return gap_eci * (12 / pace)


def backward_months(us: Array, china: Array) -> Array:
    """Months since the leader first stood where the follower stands now, signed, `(T, runs)`.

    Interpolated on the leader's own path of record capability; before the first quarter the path is carried back at
    the pace measured for 2022-24.
    """
    paths = [np.maximum.accumulate(path, axis=0) for path in (us, china)]
    result = np.zeros_like(us)
    for t in range(len(us)):
        for leader, follower, sign in ((paths[0], china[t], 1.0), (paths[1], us[t], -1.0)):
            ahead = leader[t] > follower
            ago = _quarters_ago(leader[: t + 1], np.minimum(follower, leader[t]))
            result[t] += np.where(ahead, sign * 3 * ago, 0.0)
    return result


def _quarters_ago(path: Array, value: Array) -> Array:
    """How many quarters before the end of `path` it reached `value`."""
    last = len(path) - 1
    below = (path < value).sum(axis=0)  # quarters before the value was reached
    columns = np.arange(path.shape[1])
    high = path[np.minimum(below, last), columns]
    low = path[np.maximum(below - 1, 0), columns]
    part = np.where(high > low, (value - low) / np.where(high > low, high - low, 1.0), 0.0)
    reached = np.where(below == 0, (value - path[0]) / OLD_PACE * 4, below - 1 + part)
    return last - reached


def slope(run: Run, year: int) -> Array:
    """Growth of the best frontier over the twelve months to the end of a year, ECI points, `(runs,)`."""
    best = np.fmax.reduce(blocs.frontiers(run), axis=0)
    t = run.step(year)
    return best[t] - best[t - 4]


def us_speed(run: Run, t: int) -> Array:
    """Growth of the US frontier over the four quarters that end at a step, ECI points, `(runs,)`; NaN before a year."""
    if t < 4:
        return np.full(run.runs, np.nan)
    path = run["capability"][:, US]
    return path[t] - path[t - 4]


def edge_step(run: Run) -> int:
    """Step of the last quarter of data that a run knows."""
    return run.quarters.index(run.spec.data_until)


def observed_slope(until: str = "") -> tuple[float, str, str]:
    """Growth of the recorded US frontier over its last four quarters, with the first and last quarter.

    Args:
        until: last quarter that is looked at; by default the last of the record.

    Returns:
        ECI points and two quarters; NaN where the record has no whole year by then.
    """
    from scenarios.tables import table

    rows = [row for row in table("frontier_quarters") if row.actor == "united_states"]
    rows = sorted((row for row in rows if not until or row.quarter <= until), key=lambda row: row.quarter)
    if len(rows) < 5:
        return np.nan, "", ""
    return rows[-1].eci - rows[-5].eci, rows[-5].quarter, rows[-1].quarter
