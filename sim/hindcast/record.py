"""The record that the model is held against: dated figures, by the patterns of docs/ODD.md."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.quantities import Z90
from scenarios.quarters import DATA_UNTIL, FIRST, number, of_date
from scenarios.tables import FrontierQuarter, ImportQuarter, Stock, TrainingRun, table
from sim.ensemble.rng import Array
from sim.results.outcomes import lead

ECI_ERROR = 1.0
"""Standard deviation of a frontier score, points: the index's own 90% intervals are about ±2."""
GRADES = {"Confident": 0.15, "Likely": 0.3, "Speculative": 0.45}
"""Standard deviation of a training run's compute by grade, orders of magnitude.

Half of what the grades mean by Epoch AI's account (a factor of 3, 10 or 30 either way, as a 90% range): these are
the most studied runs, and editions of the data moved them by about 0.1. Judgment.
"""
FLOOR_OF_ERROR = 0.03
"""Smallest standard deviation of a logged figure, orders of magnitude: no published total is better than 7%."""
FRONTIER_FROM = {"united_states": number("2023-Q1"), "china": number("2023-Q3")}
"""First quarters whose frontier rests on scored models: GPT-4, and Qwen-14B; before, it is inferred."""
RUNS_KNOWN_UNTIL = {"united_states": "2025-Q4", "china": DATA_UNTIL}
"""Last quarters whose largest training run is known; for the United States until it stopped being disclosed."""
Figures = dict[int, tuple[float, float]]
"""By quarter number: value in the unit of the series, and standard deviation on the scale of the series."""
Read = Callable[[str], tuple[Any, ...]]
"""Gives the rows of a data table by its name: those of the package, or of another edition of the data."""


@dataclass(frozen=True)
class Series:
    """One recorded series and how it is compared."""

    key: str
    pattern: str
    label: str
    unit: str
    figures: Callable[[], Figures]
    log: bool = True
    shift: float = 0.0
    """Added before the logarithm, so that a quarter without sales has one."""
    yearly: bool = False
    """Whether it adds up from the beginning of a year."""
    scored: bool = True
    """Whether its points count in the score of its pattern; a series derived from others does not count twice."""

    def scale(self, value: Array | float) -> Array:
        """Values on the scale of the comparison: log10, or as they are."""
        result: Array = np.log10(np.maximum(value, 0.0) + self.shift + 1e-9) if self.log else np.asarray(value, float)
        return result

    def unscaled(self, value: Array | float) -> Array:
        """Values in the unit of the series, from the scale of the comparison."""
        if not self.log:
            return np.asarray(value, float)
        return np.maximum(10.0 ** np.asarray(value, float) - self.shift, 0.0)


def frontier(actor: str, read: Read | None = None) -> Figures:
    """Best capability at quarter ends, ECI."""
    rows: tuple[FrontierQuarter, ...] = (read or table)("frontier_quarters")
    return {number(r.quarter): (r.eci, ECI_ERROR) for r in rows if r.actor == actor}


def scored_frontier(actor: str, read: Read | None = None) -> Figures:
    """The part of a frontier that rests on scored models."""
    return {q: figure for q, figure in frontier(actor, read).items() if q >= FRONTIER_FROM[actor]}


def gap() -> Figures:
    """US frontier less China's, ECI points."""
    us, china = frontier("united_states"), scored_frontier("china")
    return {q: (us[q][0] - eci, math.hypot(ECI_ERROR, error)) for q, (eci, error) in china.items()}


def lag() -> Figures:
    """Four-quarter mean of the months since the United States had what China has, interpolated between quarters."""
    us, china = (frontier(actor) for actor in ("united_states", "china"))
    quarters = sorted(q for q in us if q >= FIRST)
    paths = [np.array([[series[q][0]] for q in quarters]) for series in (us, china)]
    months = lead.backward_months(*paths)[:, 0]
    first = quarters.index(FRONTIER_FROM["china"])
    return {
        quarters[t]: (float(months[t - 3 : t + 1].mean()), 1.0)  # an error of a point in four quarters is a month
        for t in range(first + 3, len(quarters))
    }


def slope(actor: str, read: Read | None = None) -> Figures:
    """Growth of a frontier over twelve months, ECI points."""
    path = scored_frontier(actor, read)
    return {q: (eci - path[q - 4][0], ECI_ERROR) for q, (eci, _) in path.items() if q - 4 in path}


def record_runs(actor: str, read: Read | None = None, until: int | None = None) -> Figures:
    """Largest training run so far at quarter ends, FLOP, as long as it is known or to another quarter."""
    rows: tuple[TrainingRun, ...] = (read or table)("training_runs")
    found = sorted((r for r in rows if r.record == "yes" and r.actor == actor), key=lambda r: r.date)
    last = number(RUNS_KNOWN_UNTIL[actor]) if until is None else until
    path: Figures = {}
    for quarter in range(of_date(found[0].date), last + 1):
        run = [r for r in found if of_date(r.date) <= quarter][-1]
        path[quarter] = (run.flop, GRADES[run.confidence or "Speculative"])
    return path


def spread(low: float, high: float, shift: float = 0.0) -> float:
    """Standard deviation in orders of magnitude of a published 90% interval."""
    return max(math.log10((high + shift) / (low + shift)) / (2 * Z90), FLOOR_OF_ERROR)


def stock(owner: str) -> Figures:
    """Chips owned (or rented) at quarter ends, H100e."""
    rows: tuple[Stock, ...] = table("stocks")
    return {number(r.quarter): (r.h100e, spread(r.low, r.high)) for r in rows if r.owner == owner}


IMPORT_SHIFT = {"h100e": 5e3, "chips": 1e4}
"""Imports of fewer than this count as none: the counts come from revenue, and small sales do not show in it."""


QUARTER_ERROR = 0.1
"""Standard deviation that a quarter's imports have beside that of the total, orders of magnitude.

They are worked out from fiscal quarters that end a month after the calendar's: up to a third of one may stand in the
next. Judgment.
"""


def imports(field: str, read: Read | None = None) -> Figures:
    """China's legal purchases by quarter: `h100e` or `chips`."""
    rows: tuple[ImportQuarter, ...] = (read or table)("imports_quarters")
    shift = IMPORT_SHIFT[field]
    result: Figures = {}
    for row in rows:
        value, low, high = (getattr(row, f"{field}{end}") for end in ("", "_low", "_high"))
        result[number(row.quarter)] = (value, spread(low, high, shift))
    return result


def quarterly_imports(read: Read | None = None) -> Figures:
    """Legal purchases of a quarter, H100e, with the error of their date."""
    return {q: (value, math.hypot(error, QUARTER_ERROR)) for q, (value, error) in imports("h100e", read).items()}


def yearly_imports(field: str) -> Figures:
    """Legal purchases of a calendar year at its last quarter; of the running year at the edge of the data."""
    quarters, result = imports(field), {}
    for quarter in quarters:
        if quarter % 4 == 3 or quarter == number(DATA_UNTIL):
            year = [q for q in quarters if q // 4 == quarter // 4 and q <= quarter]
            if len(year) == quarter % 4 + 1:
                total = sum(quarters[q][0] for q in year)
                share = [quarters[q][0] / max(total, 1.0) for q in year]
                # Errors of the quarters of a year are common ones: relative errors add up.
                result[quarter] = (total, sum(s * quarters[q][1] for s, q in zip(share, year, strict=True)))
    return result


def arithmetic_per_chip() -> Figures:
    """H100e of an average legally imported chip, by year."""
    h100e, chips = yearly_imports("h100e"), yearly_imports("chips")
    return {q: (value / chips[q][0], 0.1) for q, (value, _) in h100e.items() if chips[q][0] > 0}


SERIES: tuple[Series, ...] = (
    Series("legal_year", "P1", "Legal imports, in the year to date", "H100e", lambda: yearly_imports("h100e"),
           shift=IMPORT_SHIFT["h100e"], yearly=True),
    Series("legal_chips", "P1", "Legally imported chips, in the year to date", "chips",
           lambda: yearly_imports("chips"), shift=IMPORT_SHIFT["chips"], yearly=True),
    Series("h100e_per_chip", "P1", "Arithmetic of a legally imported chip", "H100e", arithmetic_per_chip),
    Series("legal_quarter", "P2", "Legal imports in a quarter", "H100e", quarterly_imports,
           shift=IMPORT_SHIFT["h100e"]),
    Series("world_stock", "P3", "Chips in the world", "H100e", lambda: stock("world")),
    Series("us_stock", "P3", "Chips owned in the United States", "H100e", lambda: stock("united_states")),
    Series("china_stock", "P3", "Chips owned in China, with diverted", "H100e", lambda: stock("china")),
    Series("china_legal", "P3", "China's legally bought chips since 2022", "H100e", lambda: stock("china_legal")),
    Series("china_domestic", "P3", "Chinese-designed chips since 2022", "H100e", lambda: stock("china_domestic")),
    Series("china_diverted", "P3", "Diverted chips in China", "H100e", lambda: stock("china_diverted")),
    Series("china_rented", "P3", "Compute abroad that China rents", "H100e", lambda: stock("china_rented")),
    Series("us_run", "P4", "Largest training run so far, United States", "FLOP",
           lambda: record_runs("united_states")),
    Series("china_run", "P4", "Largest training run so far, China", "FLOP", lambda: record_runs("china")),
    Series("us_eci", "P5", "US frontier", "ECI points", lambda: scored_frontier("united_states"), log=False),
    Series("china_eci", "P5", "Chinese frontier", "ECI points", lambda: scored_frontier("china"), log=False),
    Series("gap", "P5", "Gap between the frontiers", "ECI points", gap, log=False, scored=False),
    Series("lag", "P5", "Lag of China, four-quarter mean", "months", lag, log=False, scored=False),
    Series("us_slope", "P5", "US frontier, growth in twelve months", "ECI points", lambda: slope("united_states"),
           log=False, scored=False),
    Series("china_slope", "P5", "Chinese frontier, growth in twelve months", "ECI points", lambda: slope("china"),
           log=False, scored=False),
)  # fmt: skip
"""Everything recorded that the model says something about."""
PATTERNS = {
    "P1": "China's legal imports by year, and chips with less arithmetic in them",
    "P2": "Imports quarter by quarter: a rush before a rule, a fall after it",
    "P3": "Compute stocks of the world, the United States and China, and China's channels",
    "P4": "The largest training runs",
    "P5": "The capability frontiers and their gap",
}
"""The patterns of docs/ODD.md section 1 that are scored."""
