"""One bloc well ahead, two level, or several?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.ensemble.rng import Array
from sim.results.outcomes import blocs, lead

if TYPE_CHECKING:
    from sim.results.run import Run

CLASSES = ("us_ahead", "two_power", "several", "china_ahead")
LABELS = {
    "us_ahead": "US well ahead", "two_power": "Two-power race", "several": "Several powers",
    "china_ahead": "China well ahead",
}  # fmt: skip
MONTHS, THIRD_MONTHS = 12.0, 12.0
"""Default N for the lead, and for a third bloc behind the leader."""


def classify(lead_months: Array, third_behind: Array, n: float = MONTHS, third_n: float = THIRD_MONTHS) -> Array:
    """Outcome class of every member, `(runs,)` numbers into `CLASSES`.

    Args:
        lead_months: lead of the US bloc over China on the chosen ruler.
        third_behind: distance of the third bloc to the leader on the same ruler, positive when behind; NaN where
            there is none.
        n: a lead of at least this is well ahead.
        third_n: a third bloc within this counts as a power.
    """
    return np.select([lead_months >= n, lead_months <= -n, third_behind <= third_n], [0, 3, 2], default=1)


def at_year(run: Run, year: int, ruler: str = "fixed_pace", n: float = MONTHS, third_n: float = THIRD_MONTHS) -> Array:
    """Outcome class at the end of a year."""
    return at_steps(run, np.full(run.runs, run.step(year)), ruler, n, third_n)


def at_steps(
    run: Run, steps: Array, ruler: str = "fixed_pace", n: float = MONTHS, third_n: float = THIRD_MONTHS
) -> Array:
    """Outcome class of every member at a step of its own, `(runs,)`.

    Raises:
        ValueError: for an unknown ruler.
    """
    us, china, third = blocs.frontiers(run)
    members = np.arange(run.runs)
    u, c, o = (path[steps, members] for path in (us, china, third))
    if ruler == "fixed_pace":
        return classify(lead.months(u - c), lead.months(np.maximum(u, c) - o), n, third_n)
    if ruler == "points":
        return classify(u - c, np.maximum(u, c) - o, n, third_n)
    if ruler == "backward":
        ahead = np.maximum(us, china)
        behind = lead.backward_months(ahead, np.fmax(third, ahead - 200))
        return classify(lead.backward_months(us, china)[steps, members], behind[steps, members], n, third_n)
    raise ValueError(f"unknown ruler {ruler!r}; choose from: {', '.join(lead.RULERS)}")


def by_measure(run: Run, year: int, n: float = MONTHS) -> dict[str, dict[str, float]]:
    """Share of members in each class at the end of a year, by how the lead is measured.

    Args:
        run: the run.
        year: the year.
        n: a lead of at least this many months, or index points, is well ahead.
    """
    return {name: shares(at_year(run, year, name, n, n)) for name in lead.RULERS}


def shares(codes: Array) -> dict[str, float]:
    """Share of members in each class."""
    counts = np.bincount(codes.astype(int), minlength=len(CLASSES))
    return {name: float(count / codes.size) for name, count in zip(CLASSES, counts, strict=True)}
