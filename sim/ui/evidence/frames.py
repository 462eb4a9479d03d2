"""The tables that the Evidence page draws: from stored blind runs and today's run to small frames."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scenarios.quarters import end_year, number
from scenarios.tables import Conflict, Projection, table
from sim.analysis import frontier
from sim.ensemble.rng import Array
from sim.hindcast.blind import CUTOFFS, Hindcast, quarter_of
from sim.hindcast.kept import kept
from sim.results import projections
from sim.results.outcomes import china_compute, lead
from sim.results.projections import Beside
from sim.short import Short
from sim.ui.evidence.misses import KNOWN
from sim.ui.shared import quantity
from sim.ui.shared.frames import SEATS

if TYPE_CHECKING:
    from sim.results.run import Run

FRONTIERS = ("us_eci", "china_eci")
SECOND = "legal_quarter"
"""The series that stands beside the frontiers first: the one that moved most when rules came."""
FROM = 2022.0
"""Where the record begins on the charts."""
SHARE_TOPIC = "China share of world compute, end 2025"
_BANDS = ("lo90", "lo50", "mid", "hi50", "hi90")
_ENDS = (0.05, 0.5, 0.95)
_LEAST = 30.0
"""A log axis reaches at most this far below the smallest recorded figure: below it, futures are as good as none."""


@dataclass(frozen=True)
class Axis:
    """A fixed axis: ends, ticks and their labels."""

    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]
    labels: tuple[str, ...]


def side(series: str) -> str:
    """Whose series it is, which is its color."""
    key = series.split("_")[0]
    return {"us": SEATS["united_states"], "world": "Both", "gap": "Both"}.get(key, SEATS["china"])


# ------------------------------------------------------------------------------------------------- the blind run
def blind(found: Hindcast, keys: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Fans after the cut-off and the whole record of some series that share an axis."""
    edge = number(quarter_of(found.cutoff))
    scale = axis(tuple(keys))
    fans, points = [], []
    for key in keys:
        for quarter, ends in found.fans[key].items():
            if number(quarter) >= edge:
                shown = [min(max(value, scale.low), scale.high) for value in ends]
                words = quantity.number(ends[2], _unit(key)), quantity.span(ends[0], ends[4], _unit(key))
                fans.append((side(key), quarter, end_year(number(quarter)), *shown, *words))
        scored = found.of(key)
        for q, (value, _) in sorted(KNOWN[key].figures().items()):
            if end_year(q) < FROM:
                continue
            point = next((p for quarter, p in scored.items() if number(quarter) == q), None)
            state = "known" if q <= edge else "unscored" if point is None else "in" if point.in90 else "out"
            points.append((side(key), _label(q), end_year(q), min(max(value, scale.low), scale.high), state,
                           STATES[state], quantity.amount(value, _unit(key))))  # fmt: skip
    columns = ["who", "quarter", "t", *_BANDS, "middle", "band"]
    cut = {"t": [end_year(edge)], "label": ["blind from here"]}
    return {
        "fan": pl.DataFrame(fans, schema=columns, orient="row"),
        "recorded": pl.DataFrame(points, schema=["who", "quarter", "t", "y", "state", "what", "value"], orient="row"),
        "cut": pl.DataFrame(cut),
    }


def at_edge(tables: dict[str, pl.DataFrame], scale: Axis) -> bool:
    """Whether something is next to none and stands at the lower edge of a log axis."""
    lowest = min(tables["fan"]["lo90"].to_list() + tables["recorded"]["y"].to_list())
    return scale.log and lowest <= scale.low


STATES = {
    "known": "Known to the run",
    "unscored": "Recorded, not scored",
    "in": "Inside the 90% range",
    "out": "Outside the 90% range",
}
"""How a recorded figure relates to the run."""


def _unit(key: str) -> str:
    return KNOWN[key].unit


def _label(q: int) -> str:
    return f"{q // 4}-Q{q % 4 + 1}"


@cache
def axis(keys: tuple[str, ...]) -> Axis:
    """One axis for every cut-off, so that runs can be compared: wide enough for all kept runs and the record."""
    log, unit = KNOWN[keys[0]].log, _unit(keys[0])
    record = [value for key in keys for q, (value, _) in KNOWN[key].figures().items() if end_year(q) >= FROM]
    ends = list(record)
    for cutoff in CUTOFFS:
        for key in keys:
            path = {q: fan for q, fan in kept(cutoff).fans[key].items() if q[:4] + "-12" >= cutoff}
            ends += [fan[k] for fan in path.values() for k in (0, 4)]
    low = min(value for value in record if value > 0) / _LEAST if log else min(ends)
    return span([value for value in ends if not log or value >= low], log, unit)


def span(values: Sequence[float], log: bool, unit: str) -> Axis:
    """An axis around some values, with round ends and ticks."""
    low, high = min(values), max(values)
    if log:
        first, last = math.floor(2 * math.log10(low)) / 2, math.ceil(2 * math.log10(high)) / 2
        ticks = [float(10**k) for k in range(math.ceil(first), math.floor(last) + 1)]
        if len(ticks) > 6:
            ticks = ticks[::2]
        if len(ticks) < 3:
            ticks = [m * t for t in (ticks[0] / 10, *ticks) for m in (1.0, 3.0) if 10**first <= m * t <= 10**last]
        return _axis(10**first, 10**last, True, ticks, unit)
    # Zero belongs on the axis where it is near; an index far above it would lose its shape.
    low, high = min(low, 0.0) if low < 0.15 * high else low, max(high, low + 1e-9)
    step = _step((high - low) / 6)
    first, last = math.floor(low / step), math.ceil(high / step)
    return _axis(first * step, last * step, False, [k * step for k in range(first, last + 1)], unit)


def _step(rough: float) -> float:
    size = 10 ** math.floor(math.log10(rough))
    return next(k * size for k in (1, 2, 5, 10) if k * size >= rough)


def _axis(low: float, high: float, log: bool, ticks: Sequence[float], unit: str) -> Axis:
    shown = [float(f"{tick:.6g}") for tick in ticks]
    return Axis(low, high, log, tuple(shown), tuple(quantity.tick(tick, unit) for tick in shown))


# ------------------------------------------------------------------------------------------ other people's numbers
@dataclass(frozen=True, repr=False)
class Question(Short):
    """A question that others have answered too."""

    name: str
    unit: str
    rows: tuple[Beside, ...]
    """All published figures."""
    compared: tuple[Beside, ...]
    """Those in the unit and meaning of the chart, which have a figure of ours beside them."""
    ours: pl.DataFrame
    """Our 5, 50 and 95% points by year; empty where we have none."""


@dataclass(frozen=True, repr=False)
class Speed(Short):
    """How fast the US frontier grows a year, ECI points, and what drives it."""

    recorded: float
    """Growth of the record over the last year of data."""
    simulated: tuple[float, float, float]
    """The model's own, 5, 50 and 95% points."""
    years: dict[int, tuple[float, float, float]]
    """5, 50 and 95% points by year."""
    parts: dict[str, dict[int, float]]
    """Mean points by what they come from."""


@dataclass(frozen=True, repr=False)
class Today(Short):
    """What the page needs of today's run: the run itself is not kept."""

    futures: int
    until: int
    questions: dict[str, Question]
    speed: Speed
    china: pl.DataFrame
    """China's compute by definition and year: `lo`, `mid`, `hi` in H100e, and as shares of the world with an `s`."""


def today(run: Run) -> Today:
    """Everything the page shows of today's run."""
    found = projections.beside(run)
    names = dict.fromkeys(row.theirs.question for row in found)
    asked = [_question(run, name, [row for row in found if row.theirs.question == name]) for name in names]
    # What we can be compared on comes first, the best documented before the rest.
    asked.sort(key=lambda question: -len(question.compared))
    return Today(run.runs, run.until, {question.name: question for question in asked}, _speed(run), _china(run))


def forms(run: Run) -> dict[str, dict[int, float]]:
    """Medians of the frontier's growth by year with each form of reinforcement learning forced on all futures."""
    return _of_years(frontier.speed_by_form(run), _years_ahead(run))


def _years_ahead(run: Run) -> range:
    return range(int(end_year(number(run.spec.data_until))), run.until + 1)


def _speed(run: Run) -> Speed:
    years = _years_ahead(run)
    by_year = {y: _three(lead.us_speed(run, run.step(y))) for y in years}
    recorded, _, _ = lead.observed_slope(run.spec.data_until)
    parts = _of_years(frontier.composition(run), years)
    few = parts.pop("short_cuts")  # who leads has next to none
    parts["rest"] = {year: parts["rest"][year] + few[year] for year in years}
    return Speed(recorded, _three(lead.us_speed(run, lead.edge_step(run))), by_year, parts)


def _three(values: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, _ENDS)
    return float(low), float(middle), float(high)


def _of_years(found: Mapping[str, Mapping[str, float]], years: range) -> dict[str, dict[int, float]]:
    return {name: {year: by_year[str(year)] for year in years} for name, by_year in found.items()}


def _question(run: Run, name: str, rows: list[Beside]) -> Question:
    kinds: dict[tuple[str, str], list[Beside]] = {}
    for row in rows:
        if row.ours is not None and row.theirs.ours is not None:
            kinds.setdefault((row.theirs.unit, row.theirs.ours), []).append(row)
    if not kinds:
        return Question(name, rows[0].theirs.unit, tuple(rows), (), pl.DataFrame())
    (unit, expression), compared = max(kinds.items(), key=lambda item: len(item[1]))
    years = range(2023, run.until + 1)
    ends = [[year, *np.quantile(projections.reading(run, expression, year), _ENDS)] for year in years]
    ours = pl.DataFrame(ends, schema=["year", "lo", "mid", "hi"], orient="row")
    return Question(name, unit, tuple(rows), tuple(compared), ours.with_columns(pl.col("year").cast(pl.Int64)))


def asked(question: Question) -> dict[str, pl.DataFrame]:
    """Tables of the chart of a question, cut to its axis."""
    scale = question_axis(question)
    unit = question.unit
    shown = [
        (int(year), *(min(max(v, scale.low), scale.high) for v in ends), quantity.number(ends[1], unit),
         quantity.span(ends[0], ends[2], unit))
        for year, *ends in question.ours.rows()
    ]  # fmt: skip
    theirs = [
        (row.theirs.year, _author(row.theirs), row.theirs.value, row.theirs.low or row.theirs.value,
         row.theirs.high or row.theirs.value, quantity.amount(row.theirs.value, unit), row.theirs.definition)
        for row in question.compared
    ]  # fmt: skip
    names = ["year", "who", "value", "low", "high", "shown", "definition"]
    return {
        "ours": pl.DataFrame(shown, schema=["year", "lo", "mid", "hi", "middle", "range"], orient="row"),
        "theirs": pl.DataFrame(theirs, schema=names, orient="row"),
    }


def question_axis(question: Question) -> Axis:
    """The axis of a question; on a log scale where figures span more than a factor of ten."""
    values = [
        v for row in question.compared for v in (row.theirs.value, row.theirs.low, row.theirs.high) if v is not None
    ]
    for _, *ends in question.ours.rows():
        values += ends
    log = min(values) > 0 and max(values) > 10 * min(values)
    floor = min(row.theirs.value for row in question.compared) / _LEAST**2
    return span([value for value in values if not log or value >= floor], log, question.unit)


def _author(row: Projection) -> str:
    return row.author


def _china(run: Run) -> pl.DataFrame:
    rows = []
    for definition in china_compute.DEFINITIONS:
        owned, share = china_compute.compute(run, definition), china_compute.share_of_world(run, definition)
        for year in range(2022, run.until + 1):
            t = run.step(year)
            ends = [*np.quantile(owned[t], _ENDS), *np.quantile(share[t], _ENDS)]
            rows.append((definition, year, *map(float, ends)))
    return pl.DataFrame(rows, schema=["definition", "year", "lo", "mid", "hi", "slo", "smid", "shi"], orient="row")


def china(frame: pl.DataFrame, definition: str) -> dict[str, pl.DataFrame]:
    """Tables of the chart of China's share: the chosen definition with its range, the others as lines."""
    percent = frame.with_columns((pl.col("slo", "smid", "shi") * 100).round(2))
    last = percent.filter(pl.col("year") == percent["year"].to_numpy().max())
    names = [SHORT[name] for name in last["definition"]]
    return {
        "chosen": percent.filter(pl.col("definition") == definition).with_columns(
            pl.lit(SHORT[definition]).alias("what"), _range()
        ),
        "others": percent.filter(pl.col("definition") != definition).with_columns(
            pl.col("definition").replace_strict(SHORT).alias("what")
        ),
        "published": published(),
        "names": last.with_columns(pl.Series("what", names), (pl.col("definition") == definition).alias("on")),
    }


SHORT = {"without_diverted": "owned, no diverted", "owned": "owned", "used": "used"}
"""The definitions where there is hardly any room."""


def _range() -> pl.Expr:
    return pl.format("{} to {}%", pl.col("slo").round(1), pl.col("shi").round(1)).alias("range")


def published() -> pl.DataFrame:
    """Published figures for China's share of the world's compute at the end of 2025, percent."""
    rows = [
        (2025, float(row.value), float(row.low or row.value), float(row.high or row.value), str(row.definition))
        for row in conflicts().get(SHARE_TOPIC, [])
        if row.value
    ]
    return pl.DataFrame(rows, schema=["year", "value", "low", "high", "definition"], orient="row")


def conflicts() -> dict[str, list[Conflict]]:
    """Sources that disagree, by topic, in the order of the table: some rows refer to the one above them."""
    result: dict[str, list[Conflict]] = {}
    for row in table("conflicts"):
        result.setdefault(row.topic, []).append(row)
    return result
