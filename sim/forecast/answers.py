"""What the data say about the quantities that forecasts ask for, in any edition of the data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from scenarios.errors import InputError
from scenarios.quarters import end_date, label, number, of_date
from scenarios.tables import (
    DATA,
    Channel,
    FrontierQuarter,
    ImportQuarter,
    Projection,
    Spending,
    TrainingRun,
    read,
    table,
)  # fmt: skip
from sim.engine.recorded import LIST_PRICE
from sim.hindcast import record

TABLES: dict[str, type[BaseModel]] = {
    "frontier_quarters": FrontierQuarter, "imports_quarters": ImportQuarter, "training_runs": TrainingRun,
    "china_channels": Channel, "spending": Spending, "projections": Projection,
}  # fmt: skip
"""Tables that answer questions, and what a row of each is."""
DOMESTIC = ("domestic", "flow", "H100e (8-bit)")
"""Channel, quantity and unit of the rows of Chinese-designed chips."""
PRICE = ("AI chips' price per H100e", "Epoch AI")
"""Question and author of the rows of the price."""
CAPEX_ERROR = 0.05
"""How far the five largest may differ in a year from all US investment in AI, orders of magnitude (12%); judgment.

The ratio of the two in the model's recorded years moved by 0.06 to 2025, and by 0.03 to the guidance for 2026.
"""


class NoTable(InputError):
    """A table that an edition of the data lacks."""


@dataclass(frozen=True)
class Figure:
    """A recorded figure."""

    value: float
    error: float
    """Standard deviation on the scale of the series."""
    as_of: str
    """Date of its source; empty where the figure has none and so answers nothing."""


Figures = dict[int, Figure]
"""By the number of the quarter at whose end the period of a figure ends."""


@dataclass(frozen=True)
class Data:
    """An edition of the data: the package's, or a folder with tables of the same names."""

    folder: Path = DATA

    def rows(self, name: str) -> tuple[Any, ...]:
        """The rows of a table.

        Raises:
            NoTable: when the folder has no such table.
            InputError: for a row that does not fit, with file, row and reason.
        """
        if self.folder == DATA:
            return table(name)
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise NoTable(f"{path.name} is missing in {self.folder}")
        rows: tuple[Any, ...] = read(TABLES[name], path)
        for place, row in enumerate(rows if "quarter" in TABLES[name].model_fields else (), start=2):
            try:
                number(row.quarter)
            except ValueError as error:
                raise InputError(f"{path.name} row {place}, column quarter: {error}") from error
        return rows


def frontier(data: Data, actor: str) -> Figures:
    """A country's frontier at quarter ends, ECI points."""
    dates = _dates(data, actor)
    return {q: Figure(*figure, dates[q]) for q, figure in record.scored_frontier(actor, data.rows).items()}


def growth(data: Data, actor: str) -> Figures:
    """Growth of a country's frontier over four quarters, ECI points; dated by its later end."""
    dates = _dates(data, actor)
    return {q: Figure(*figure, dates[q]) for q, figure in record.slope(actor, data.rows).items()}


def _dates(data: Data, actor: str) -> dict[int, str]:
    return {number(row.quarter): row.as_of for row in data.rows("frontier_quarters") if row.actor == actor}


def imports(data: Data) -> Figures:
    """China's legal imports of US-designed chips by quarter, H100e."""
    dates = {number(row.quarter): row.as_of for row in data.rows("imports_quarters")}
    return {q: Figure(*figure, dates[q]) for q, figure in record.quarterly_imports(data.rows).items()}


def record_run(data: Data, actor: str) -> Figures:
    """A country's largest training run so far at quarter ends, FLOP.

    A record stands in every quarter that had ended when the country's rows were last read. The United States stopped
    disclosing: after that, a quarter is known only once a later record is published.
    """
    rows = [row for row in data.rows("training_runs") if row.actor == actor]
    known = number(record.RUNS_KNOWN_UNTIL[actor])
    read_on = max((row.as_of for row in rows), default="")
    ended = of_date(read_on) - (read_on < end_date(label(of_date(read_on)))) if read_on else known
    figures = record.record_runs(actor, data.rows, max(known, ended))
    if actor == "united_states":
        later = [of_date(row.date) for row in rows if row.record == "yes" and of_date(row.date) > known]
        figures = {q: figure for q, figure in figures.items() if q <= known or (later and q >= min(later))}
    return {q: Figure(*figure, read_on) for q, figure in figures.items()}


def domestic(data: Data) -> Figures:
    """Chinese-designed chips made in a calendar year, H100e; of a year that is not over, the published estimate."""
    return {
        4 * row.year + 3: Figure(row.median, record.spread(row.low or row.median, row.high or row.median), row.as_of)
        for row in data.rows("china_channels")
        if (row.channel, row.quantity, row.unit) == DOMESTIC
    }


def capex(data: Data) -> Figures:
    """Capital spending of the five largest US companies in a calendar year, US dollars; before its end, guidance."""
    return {
        4 * row.year + 3: Figure(1e9 * row.ai_capex_usd_bn, CAPEX_ERROR, row.as_of)
        for row in data.rows("spending")
        if row.actor == "united_states" and row.ai_capex_usd_bn is not None
    }


def price(data: Data) -> Figures:
    """Chip cost per H100e at the end of a year, weighted by sales, US dollars; the model's price series before."""
    before = {int(4 * year) - 1: Figure(float(usd), record.FLOOR_OF_ERROR, "") for year, usd in LIST_PRICE.items()}
    rows = {
        4 * row.year + 3: Figure(row.value, record.FLOOR_OF_ERROR, row.as_of)
        for row in data.rows("projections")
        if (row.question, row.author) == PRICE
    }
    return before | rows
