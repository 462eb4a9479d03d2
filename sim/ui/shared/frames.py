"""From a run to the small tables that the charts draw; nothing here draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from cachetools import LRUCache

from scenarios.quarters import DATA_UNTIL, DEFAULT_HORIZON, end_year, number
from scenarios.tables import table
from sim.ensemble.rng import Array
from sim.equations.trade import CHANNELS
from sim.results.outcomes import crossing, polarity
from sim.results.outcomes.lead import observed_slope, slope
from sim.results.wording import rounded
from sim.short import Short
from sim.ui.shared import choices, recorded, uses, wording
from sim.ui.shared.setup import Judge

if TYPE_CHECKING:
    from sim.results.run import Run

SEATS = {"united_states": "United States", "china": "China"}
ORIGINS = {
    "domestic": "Made in China",
    "legal": "Licensed imports",
    "diverted": "Smuggled or diverted",
    "offshore": "Used abroad",
}
"""Channels of new compute in the order in which they are stacked."""
NOW = end_year(number(DATA_UNTIL))
END = DEFAULT_HORIZON + 1.0
"""Where the time axes end."""
ECI = (80.0, 240.0)
LEAD = (-24.0, 36.0)
COMPUTE = (0.0, 60.0)
"""Axes; they stay as they are whatever the levers say, so that movement means something."""
BIN = 2
"""Months per column of dots; it divides the twelve of the cut-offs, so that no column straddles one."""
TALLEST = 15
YEARS_TOLD = (2028, 2030)
"""Years on the way whose lead is told too."""
SINGLE = 12
"""Futures that are shown one by one."""
OTHER_LIMITS = (9.0, 24.0)
"""Leads that somebody could ask for instead, to see how much depends on the limit."""
_BANDS = {"lo90": 0.05, "lo50": 0.25, "mid": 0.5, "hi50": 0.75, "hi90": 0.95}


@dataclass(frozen=True, repr=False)
class View(Short):
    """What the page needs of a run: a few kilobytes, kept for every setting that somebody tried."""

    judge: Judge
    seed: int
    futures: int
    shares: dict[str, float]
    strict: dict[float, int]
    """Futures in 100 with the US well ahead, by other leads that it could take."""
    by_measure: dict[str, dict[str, int]]
    """Futures in 100 per outcome, by how the lead is measured."""
    fan: pl.DataFrame
    lead: pl.DataFrame
    dots: pl.DataFrame
    compute: pl.DataFrame
    paths: Array
    """(12, 2, quarters) capability of some single futures, spread over the range of the lead."""
    leads_by_year: dict[int, Array]
    """Lead of every future at the ends of years, in the order of the dice."""
    codes: Array
    """Outcome class of every future, numbers into `CLASSES`."""
    compute_of: Array
    """China's new compute of the year that counts in every future, million H100-equivalents."""
    us_first: float
    """Share of futures in which the US leads at the end."""
    limit: float
    """Middle estimate of the ECI at which AI does most remote work."""
    divided: uses.Shares
    """How everybody divides money, compute and people, now and at the end of the year that counts."""
    decided: choices.Levels
    """What nations choose, at the end of this year and of the year that counts."""
    slopes: tuple[float, float, float]
    """Index points that the frontier gained in its last recorded year, and gains next year and at the end (middle)."""

    @property
    def year(self) -> int:
        """The year whose end counts."""
        return self.judge.year

    @property
    def leads(self) -> Array:
        """Lead of every future at the end of the year that counts."""
        return self.leads_by_year[self.year]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Futures in 100 per outcome; they add to 100."""
        return rounded(self.shares)

    @property
    def lead_end(self) -> tuple[float, float, float]:
        """Lead at the end of the year that counts: 5th, 50th and 95th percentile."""
        ends = self.lead.filter(pl.col("quarter") == f"{self.year}-Q4")
        low, mid, high = ends.select("lo90", "mid", "hi90").row(0)
        return low, mid, high

    @property
    def lead_now(self) -> float:
        """Middle lead today."""
        return float(self.lead.filter(pl.col("t") <= NOW)["mid"][-1])

    def eci_end(self, who: str) -> float:
        """Middle capability of a seat at the end of the year that counts."""
        at = (pl.col("who") == SEATS[who]) & (pl.col("quarter") == f"{self.year}-Q4")
        return float(self.fan.filter(at)["mid"][0])

    def compute_in(self, year: int) -> float:
        """China's new compute in a year, million H100-equivalents."""
        return float(self.compute.filter(pl.col("year") == year)["million_h100e"].sum())

    def share_of(self, channel: str, year: int) -> float:
        """Share of one channel in China's new compute of a year."""
        one = self.compute.filter((pl.col("year") == year) & (pl.col("channel") == channel))["million_h100e"].sum()
        return float(one) / max(self.compute_in(year), 1e-9)


def view(run: Run, judge: Judge = Judge()) -> View:  # noqa: B008 - frozen
    """Everything the page shows of a run."""
    end, lead = run.step(judge.year), run[judge.series]
    codes = polarity.at_year(run, judge.year, judge.ruler, judge.limit, judge.limit)
    return View(
        judge=judge,
        seed=run.seed,
        futures=run.runs,
        shares=polarity.shares(codes),
        strict=_strict(run, judge),
        by_measure={
            name: rounded(shares) for name, shares in polarity.by_measure(run, judge.year, judge.limit).items()
        },
        fan=_fan(run),
        lead=_bands(run, lead),
        dots=_dots(lead[end], codes),
        compute=_compute(run),
        paths=_paths(run, lead[end]),
        leads_by_year={year: lead[run.step(year)].astype(np.float32) for year in sorted({*YEARS_TOLD, judge.year})},
        codes=codes.astype(np.int8),
        compute_of=(run["flows_china"][end - 3 : end + 1].sum(axis=(0, 1)) / 1e6).astype(np.float32),
        us_first=float((lead[end] > 0).mean()),
        limit=float(np.median(crossing.threshold(run))),
        divided=uses.shares(run, judge.year),
        decided=choices.levels(run, judge.year),
        slopes=_slopes(run, judge.year),
    )


def _strict(run: Run, judge: Judge) -> dict[float, int]:
    found = {}
    for limit in OTHER_LIMITS:
        codes = polarity.at_year(run, judge.year, judge.ruler, limit, judge.limit)
        found[limit] = rounded(polarity.shares(codes))["us_ahead"]
    return found


def _paths(run: Run, lead: Array) -> Array:
    """Single futures, evenly spaced by their lead at the end: as many below the middle as above it."""
    order = np.argsort(lead)
    places = ((np.arange(SINGLE) + 0.5) / SINGLE * run.runs).astype(int)
    rivals = [run.actors.index(actor) for actor in SEATS]
    found = run["capability"][:, rivals][:, :, order[places]]
    return np.ascontiguousarray(found.transpose(2, 1, 0), dtype=np.float32)


def _slopes(run: Run, year: int) -> tuple[float, float, float]:
    next_year, end = (float(np.median(slope(run, at))) for at in (int(NOW) + 1, year))
    return observed_slope()[0], next_year, end


def _bands(run: Run, values: Array) -> pl.DataFrame:
    found = np.quantile(values, list(_BANDS.values()), axis=-1)
    return pl.DataFrame({"quarter": run.quarters, "t": run.time, **dict(zip(_BANDS, found, strict=True))})


def _fan(run: Run) -> pl.DataFrame:
    parts = []
    for actor, name in SEATS.items():
        values = run["capability"][:, run.actors.index(actor)]
        parts.append(_bands(run, values).insert_column(0, pl.lit(name).alias("who")))
    return pl.concat(parts)


def _dots(lead: Array, codes: Array) -> pl.DataFrame:
    """Fifty futures, as many of each class as the shares say, spread evenly over the leads of that class."""
    shares = polarity.shares(codes)
    rows: list[tuple[float, str]] = []
    for name, count in wording.halved(rounded(shares), shares).items():
        members = np.sort(lead[codes == polarity.CLASSES.index(name)])
        places = ((np.arange(count) + 0.5) / max(count, 1) * len(members)).astype(int)
        rows += [(float(members[place]), name) for place in places]
    rows.sort()
    columns: dict[int, int] = {}
    low, high = LEAD[0] // BIN, LEAD[1] // BIN - 1
    result = []
    for months, name in rows:
        place = int(min(max(months // BIN, low), high))
        side = "low" if months < LEAD[0] else "high" if months >= LEAD[1] else "in"
        columns[place] = columns.get(place, 0) + 1
        result.append((place * BIN + BIN / 2, columns[place] - 0.5, months, name, side))
    squeeze = min(1.0, TALLEST / max(columns.values()))
    frame = pl.DataFrame(result, schema=["x", "y", "months", "outcome", "side"], orient="row")
    labels = pl.col("outcome").replace_strict(polarity.LABELS)
    return frame.with_columns(pl.col("y") * squeeze, labels.alias("label"))


def _compute(run: Run) -> pl.DataFrame:
    """China's new compute by year and channel, million H100-equivalents.

    The total is the median of runs like every other level; channels divide it by their average shares, which add up.
    """
    flows, rows = run["flows_china"], []
    for year in range(2023, run.until + 1):
        t = run.step(year)
        by_channel = flows[t - 3 : t + 1].sum(axis=0) / 1e6
        means, total = by_channel.mean(axis=-1), float(np.median(by_channel.sum(axis=0)))
        for channel, origin in ORIGINS.items():
            share = means[CHANNELS.index(channel)] / max(float(means.sum()), 1e-12)
            rows.append((year, channel, origin, float(share * total)))
    return pl.DataFrame(rows, schema=["year", "channel", "origin", "million_h100e"], orient="row")


# ------------------------------------------------------------------------------------ mine beside the baseline
Tables = dict[str, pl.DataFrame]
DRAWN = 600
"""Charts whose tables are at hand: some twenty kilobytes each."""


def _kept(make: Callable[..., Tables]) -> Callable[..., Tables]:
    """Tables made once for views that are asked for again, as most are: a slider goes back and forth."""
    found: LRUCache[Any, tuple[Any, Tables]] = LRUCache(DRAWN)
    lock = Lock()

    @wraps(make)
    def kept(*views: Any) -> Tables:
        key = tuple(id(view) if isinstance(view, View) else view for view in views)
        with lock:
            if (known := found.get(key)) is not None:
                return known[1]
        tables = make(*views)
        with lock:
            found[key] = views, tables  # the views stay with them, so that no other one takes over an id
        return tables

    return kept


@_kept
def fan(mine: View, base: View) -> dict[str, pl.DataFrame]:
    """Tables of the frontier chart."""
    both = mine.fan.with_columns(base.fan["mid"].alias("base"))
    ends = both.group_by("who", maintain_order=True).last()
    return {
        "fan": both,
        "records": records(),
        "labels": _apart(ends.select("who", "t", pl.col("mid").clip(*ECI).alias("y")), 9.0),
        "off": _beyond(ends, ECI, "{:.0f}"),
        "marks": _marks(mine.judge),
        "limit": pl.DataFrame({"t": [2022.0], "end": [END], "y": [mine.limit], "label": ["AI does most|remote work"]}),
    }


def _marks(judge: Judge) -> pl.DataFrame:
    """Upright lines: today, and the year of the verdict where that is not the end of the chart."""
    marks = [(NOW, "", "past, as the|model fits it", "now: all runs|meet the record")]
    if judge.year + 1 < END:
        marks.append((judge.year + 1.0, f"end of {judge.year}", "", ""))
    return pl.DataFrame(marks, schema=["t", "label", "past", "since"], orient="row")


def single(mine: View) -> pl.DataFrame:
    """The single futures of the frontier chart: one line per future and seat."""
    quarters = mine.lead.select("quarter", "t")
    return pl.concat([
        quarters.with_columns(
            pl.lit(name).alias("who"), pl.lit(f"{number_ + 1}").alias("future"), pl.Series("y", path),
            pl.lit(f"{name} {number_ + 1}").alias("line"),
        )
        for number_, paths in enumerate(mine.paths) for name, path in zip(SEATS.values(), paths, strict=True)
    ])  # fmt: skip


@_kept
def lead(mine: View, base: View) -> dict[str, pl.DataFrame]:
    """Tables of the lead chart."""
    both = mine.lead.with_columns(base.lead["mid"].alias("base"))
    n = mine.judge.limit
    zones = [
        ("us_ahead", min(n + 22.5, LEAD[1] - 1.5), "US well ahead"),
        ("two_power", -n + 2, f"within {n:g} {mine.judge.unit}"),
        ("china_ahead", min(-n - 6, -20.0) if n < 20 else -22.5, "China well ahead"),
    ]
    return {
        "lead": both,
        "off": _beyond(both.tail(1), LEAD, "{:+.0f}"),
        "zone": pl.DataFrame({"a": [-n], "b": [n]}),
        "zones": pl.DataFrame(zones, schema=["who", "y", "label"], orient="row"),
        "marks": _marks(mine.judge),
        "recorded": recorded.leads(mine.judge, *LEAD),
    }


@_kept
def dots(mine: View) -> dict[str, pl.DataFrame]:
    """Tables of the fifty dots and of the limits between outcomes."""
    n = mine.judge.limit
    cuts = [(-n, "China|well ahead", "low"), (n, "US|well ahead", "high")]
    return {"dots": mine.dots, "cuts": pl.DataFrame(cuts, schema=["x", "label", "side"], orient="row")}


@_kept
def compute(mine: View, base: View, names: tuple[str, str]) -> dict[str, pl.DataFrame]:
    """Tables of the before and after of China's new compute."""
    parts, heads, off = [], [], []
    for side, (source, name) in enumerate(zip((base, mine), names, strict=True)):
        shift = 11.5 * side
        table_ = source.compute.with_columns(pl.lit(name).alias("scenario"), (pl.col("year") + shift).alias("px"))
        parts.append(table_)
        totals = table_.group_by("px", maintain_order=True).agg(pl.col("million_h100e").sum())
        over = [(px, "▲") for px, total in totals.rows() if total > COMPUTE[1]]
        highest = f", up to {float(totals['million_h100e'].to_numpy().max()):.0f}m" if over else ""
        heads.append((2022.5 + shift, name + highest))
        off += over
    return {
        "compute": _stacked(pl.concat(parts)),
        "heads": pl.DataFrame(heads, schema=["x", "label"], orient="row"),
        "off": pl.DataFrame(off, schema={"x": pl.Float64, "label": pl.String}, orient="row"),
    }


def _stacked(frame: pl.DataFrame) -> pl.DataFrame:
    """Lower and upper edge of every segment, cut where the axis ends."""
    value = pl.col("million_h100e")
    upper = value.cum_sum().over("px")
    return frame.with_columns((upper - value).clip(*COMPUTE).alias("y0"), upper.clip(*COMPUTE).alias("y1"))


def records() -> pl.DataFrame:
    """The models that set a record, by date."""
    rows, best = [], dict.fromkeys(SEATS, 0.0)
    for row in sorted(table("frontier"), key=lambda row: row.date):
        if row.actor in best and row.eci >= best[row.actor]:
            best[row.actor] = row.eci
            year, month, day = (int(part) for part in row.date.split("-"))
            at = year + (month - 1) / 12 + (day - 1) / 365
            rows.append((SEATS[row.actor], at, row.eci, row.model, row.date))
    return pl.DataFrame(rows, schema=["who", "t", "y", "model", "date"], orient="row")


def _beyond(ends: pl.DataFrame, axis: tuple[float, float], style: str) -> pl.DataFrame:
    """A mark for what the axis cuts off: where, and how far it goes."""
    top, bottom = float(ends["hi90"].to_numpy().max()), float(ends["lo90"].to_numpy().min())
    rows = [(ends["t"][-1], axis[1], f"▲ to {style.format(top)}")] if top > axis[1] else []
    rows += [(ends["t"][-1], axis[0], f"▼ to {style.format(bottom)}")] if bottom < axis[0] else []
    shown = [(t, y, label.replace("-", "−")) for t, y, label in rows]
    return pl.DataFrame(shown, schema={"t": pl.Float64, "y": pl.Float64, "label": pl.String}, orient="row")


def _apart(labels: pl.DataFrame, least: float) -> pl.DataFrame:
    """Labels moved apart until they no longer touch."""
    (high, low) = sorted(labels.rows(), key=lambda row: -row[2])
    push = max(0.0, least - (high[2] - low[2])) / 2
    moved = [(high[0], high[1], high[2] + push), (low[0], low[1], low[2] - push)]
    return pl.DataFrame(moved, schema=labels.schema, orient="row")
