"""Other people's published figures beside ours for the same question and year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.errors import InputError
from scenarios.tables import Projection, table
from sim.checks import checked
from sim.ensemble.rng import Array
from sim.results.run import Run


@dataclass(frozen=True)
class Beside:
    """A published figure and ours."""

    theirs: Projection
    ours: tuple[float, float, float] | None
    """5, 50 and 95% points of the run; None where we have no such series or the year is outside the run."""


@checked
def beside(run: Run) -> list[Beside]:
    """Every published figure with what the run says, in the order of the table.

    Raises:
        InputError: for a run of one future, which has no interval to set beside a figure.
    """
    if run.runs < 2:
        raise InputError("the run has 1 future; published figures are set beside the interval of two or more")
    rows: tuple[Projection, ...] = table("projections")
    return [Beside(row, _ours(run, row)) for row in rows]


def _ours(run: Run, row: Projection) -> tuple[float, float, float] | None:
    if row.ours is None or not 2023 <= row.year <= run.until:
        return None
    low, middle, high = np.quantile(reading(run, row.ours, row.year), (0.05, 0.5, 0.95))
    return float(low), float(middle), float(high)


@checked
def reading(run: Run, expression: str, year: int) -> Array:
    """A series read for a year, `(runs,)`: `end:NAME`, `sum:NAME`, `change:NAME`, `slope:NAME` or `share:NAME/NAME`.

    Stocks are read at the year's end, flows summed over it; `change` and `slope` are the difference of two year ends.

    Raises:
        InputError: for a year outside the run, or before it has a whole year.
    """
    kind, _, names = expression.partition(":")
    t = run.step(year)
    if kind in ("sum", "change", "slope") and t < 4:
        raise InputError(f"{expression} cannot be read for {year}: the run begins in the last quarter of 2022")
    first, _, second = names.partition("/")
    path = run.part(first).astype(float)
    if kind == "share":
        return np.asarray(path[t] / run.part(second)[t])
    if kind == "sum":
        return np.asarray(path[t - 3 : t + 1].sum(axis=0))
    if kind in ("change", "slope"):
        return np.asarray(path[t] - path[t - 4])
    return np.asarray(path[t])
