"""What forecasts ask: the quantities, where the answer will stand, and what a simulated future says about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from scenarios.quarters import FIRST, end_date, label, start_date
from sim.ensemble.rng import Array
from sim.forecast import answers
from sim.forecast.answers import Data, Figures
from sim.hindcast.observe import observed
from sim.hindcast.record import RUNS_KNOWN_UNTIL, SERIES, Series
from sim.results.run import Run
from sim.short import Short

QUARTERS = 4
"""How many quarters a forecast covers."""
INVESTED = ("chips", "fabs", "power")
"""Uses of US money whose growth capital spending follows in a future."""
_KNOWN = {series.key: series for series in SERIES}
_EPOCH = "Epoch AI, {} (CC BY 4.0)"


@dataclass(frozen=True, repr=False)
class Futures(Short):
    """A run, and what it says about the recorded series."""

    run: Run
    seen: dict[str, Array]

    @classmethod
    def of(cls, run: Run) -> Futures:
        """The futures of a run that keeps the usual series."""
        return cls(run, observed(run))

    def at(self, key: str, quarter: int) -> Array:
        """A recorded series at the end of a quarter, `(runs,)`, in its unit."""
        return self.seen[key][quarter - FIRST]

    def year(self, part: str, quarter: int) -> Array:
        """A flow added up over the four quarters that end with one, `(runs,)`."""
        return self.run.part(part)[quarter - FIRST - 3 : quarter - FIRST + 1].astype(float).sum(axis=0)

    def invested(self, quarter: int) -> Array:
        """What the United States invests in chips, fabs and data centers in the year that ends here, US dollars."""
        year = slice(quarter - FIRST - 3, quarter - FIRST + 1)
        share = sum(self.run.part(f"money_use.united_states.{use}")[year] for use in INVESTED)
        total: Array = (self.run.part("budget_usd.united_states")[year].astype(float) * share).sum(axis=0)
        return total


Said = Callable[[Futures, int, Figures], Array]
"""What futures say about a quarter, given the figures of earlier periods: `(runs,)` in the unit of the series."""


@dataclass(frozen=True)
class Subject:
    """A quantity that forecasts ask for."""

    series: Series
    """Label, unit and scale; CRPS is measured on the scale."""
    asked: Literal["every", "ends", "last", "year"]
    """For each quarter, the first and the last one, the last one, or for calendar years."""
    table: str
    """The data table that answers."""
    row: str
    """The row that answers; `{quarter}` and `{year}` stand for the period."""
    column: str
    source: str
    """Whose publication the answer rests on."""
    figures: Callable[[Data], Figures]
    says: Said
    record: bool = False
    """Whether it is a record, which never falls."""
    estimate: bool = False
    """Whether the figure for a year is also asked for before the year is over, as the estimate of its third quarter."""

    @property
    def key(self) -> str:
        """Its name in files."""
        return self.series.key

    @property
    def scale(self) -> str:
        """The scale on which forecasts of it are scored, in words."""
        if not self.series.log:
            return self.series.unit
        return f"log10(value + {self.series.shift:g})" if self.series.shift else "log10(value)"


@dataclass(frozen=True)
class Asked:
    """A question: a quantity in a period, and from when on its row counts as the answer."""

    subject: Subject
    quarter: int
    """The quarter at whose end the period ends."""
    due: int
    """The quarter after which the answer is asked for: this one, or an earlier one for an estimate."""

    @property
    def period(self) -> str:
        """A quarter such as `2026-Q4`, or a year."""
        return label(self.quarter) if self.subject.asked != "year" else str(self.quarter // 4)

    @property
    def id(self) -> str:
        """Names the question in its forecast."""
        return f"{self.subject.key}@{self.period}"

    @property
    def answered_from(self) -> str:
        """The first date of a source that may answer: the end of the period, or the start of an estimate's quarter."""
        return end_date(label(self.quarter)) if self.due == self.quarter else start_date(self.due)

    @property
    def words(self) -> str:
        """The question in words."""
        subject = f"{self.subject.series.label}, {self.period}"
        return subject if self.due == self.quarter else f"{subject}, as estimated in {label(self.due)}"

    @property
    def row(self) -> str:
        """The row that will answer, with its period."""
        return self.subject.row.format(quarter=label(self.quarter), year=self.quarter // 4)


def asked(first: int) -> list[Asked]:
    """The questions of the four quarters from one on."""
    quarters = range(first, first + QUARTERS)
    return [Asked(subject, *when) for subject in SUBJECTS.values() for when in _times(subject, quarters)]


def _times(subject: Subject, quarters: range) -> list[tuple[int, int]]:
    """Period and quarter of the answer for every question about a subject."""
    if subject.asked != "year":
        chosen = {"every": list(quarters), "ends": [quarters[0], quarters[-1]], "last": [quarters[-1]]}
        return [(quarter, quarter) for quarter in chosen[subject.asked]]
    over = next(quarter for quarter in quarters if quarter % 4 == 3)
    early = next(quarter for quarter in quarters if quarter % 4 == 2)
    further = [(early + 1, early)] if subject.estimate and early > over else []
    return [(over, over), *further]


def _at(key: str) -> Said:
    return lambda futures, quarter, known: futures.at(key, quarter)


def _domestic(futures: Futures, quarter: int, known: Figures) -> Array:
    return futures.year("flows_china.domestic", quarter)


def _price(futures: Futures, quarter: int, known: Figures) -> Array:
    return futures.run["list_price"][quarter - FIRST].astype(float)


def _capex(futures: Futures, quarter: int, known: Figures) -> Array:
    """Capital spending grows from its last figure as the United States' investment in AI does."""
    last = max(known)
    grown: Array = known[last].value * futures.invested(quarter) / futures.invested(last)
    return grown


def _frontier(key: str, actor: str) -> Subject:
    return Subject(
        series=_KNOWN[key], asked="every", table="frontier_quarters",
        row=f"quarter = {{quarter}}, actor = {actor}", column="eci",
        source=_EPOCH.format("Epoch Capabilities Index"), figures=partial(answers.frontier, actor=actor),
        says=_at(key),
    )  # fmt: skip


def _growth(key: str, actor: str) -> Subject:
    return Subject(
        series=_KNOWN[key], asked="last", table="frontier_quarters",
        row=f"quarter = {{quarter}}, actor = {actor}, less the row of four quarters before", column="eci",
        source=_EPOCH.format("Epoch Capabilities Index"), figures=partial(answers.growth, actor=actor),
        says=_at(key),
    )  # fmt: skip


def _run(key: str, actor: str, condition: str = "") -> Subject:
    return Subject(
        series=_KNOWN[key], asked="ends", table="training_runs",
        row=f"actor = {actor}, record = yes: the largest up to {{quarter}}{condition}", column="flop",
        source=_EPOCH.format("notable and large-scale AI models"), figures=partial(answers.record_run, actor=actor),
        says=_at(key), record=True,
    )  # fmt: skip


SUBJECTS: dict[str, Subject] = {
    subject.key: subject
    for subject in (
        _frontier("us_eci", "united_states"),
        _frontier("china_eci", "china"),
        _growth("us_slope", "united_states"),
        _growth("china_slope", "china"),
        Subject(
            series=_KNOWN["legal_quarter"], asked="every", table="imports_quarters", row="quarter = {quarter}",
            column="h100e", source=f"{_EPOCH.format('chip owners data')}; quarterly reports of NVIDIA",
            figures=answers.imports, says=_at("legal_quarter"),
        ),
        Subject(
            series=Series("domestic_year", "P3", "Chinese-designed chips made in a year", "H100e", dict),
            asked="year", table="china_channels",
            row="year = {year}, channel = domestic, quantity = flow, unit = H100e (8-bit)", column="median",
            source=_EPOCH.format("chip sales data"), figures=answers.domestic, says=_domestic, estimate=True,
        ),
        _run("us_run", "united_states", f", once a record after {RUNS_KNOWN_UNTIL['united_states']} is published"),
        _run("china_run", "china"),
        Subject(
            series=Series("price", "", "Chip cost per H100e at the end of a year", "US dollars per H100e", dict),
            asked="year", table="projections",
            row="question = AI chips' price per H100e, author = Epoch AI, year = {year}", column="value",
            source=_EPOCH.format("chip sales data"), figures=answers.price, says=_price,
        ),
        Subject(
            series=Series("capex", "", "Capital spending of the five largest US companies", "US dollars", dict),
            asked="year", table="spending", row="actor = united_states, year = {year}", column="ai_capex_usd_bn",
            source="Filings and guidance of Amazon, Microsoft, Alphabet, Meta and Oracle", figures=answers.capex,
            says=_capex, estimate=True,
        ),
    )
}  # fmt: skip
"""Every quantity that forecasts ask for, by name."""
