"""The recorded past: what tables say of both frontiers and of the lead, by quarter, and nothing that was simulated."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scenarios.quarters import DATA_UNTIL, FIRST, end_year, label, number
from scenarios.tables import FrontierQuarter, table
from sim.engine.recorded import SUPERPOWERS
from sim.ensemble.rng import Array
from sim.results.outcomes import lead

if TYPE_CHECKING:
    from sim.ui.shared.setup import Judge

SCORED_FROM = "2023-Q3"
"""The first quarter in which good models of both have scores; before it, of Chinese models only small open ones had."""


@cache
def frontiers() -> Array:
    """Best recorded capability of the United States and of China at quarter ends, `(2, quarters of data)`, ECI."""
    quarters = number(DATA_UNTIL) - FIRST + 1
    return np.array([[_rows()[actor, label(FIRST + t)].eci for t in range(quarters)] for actor in SUPERPOWERS])


@cache
def _rows() -> dict[tuple[str, str], FrontierQuarter]:
    return {(row.actor, row.quarter): row for row in table("frontier_quarters")}


@cache
def lead_by(ruler: str) -> Array:
    """Recorded lead of the United States at quarter ends by a ruler, `(quarters of data,)`, in its unit."""
    us, china = frontiers()
    if ruler == "backward":
        return lead.backward_months(us[:, None], china[:, None])[:, 0]
    gap: Array = us - china
    return lead.months(gap) if ruler == "fixed_pace" else gap


def scored(t: int) -> bool:
    """Whether an index has scored good models of both in a quarter, so that the lead can be read from it."""
    return FIRST + t >= number(SCORED_FROM)


def leads(judge: Judge, low: float, high: float) -> pl.DataFrame:
    """Recorded leads for a chart between two ends, from the first quarter in which they can be read."""
    values = lead_by(judge.ruler)
    rows = [
        (label(FIRST + t), end_year(FIRST + t), float(value))
        for t, value in enumerate(values)
        if scored(t) and low <= value <= high
    ]
    return pl.DataFrame(rows, schema=["quarter", "t", "y"], orient="row")
