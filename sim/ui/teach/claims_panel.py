"""One claim at a time: what it says, what follows if it holds and if not, and what was recorded since."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from scenarios import BASELINE, load
from scenarios.frames import stored
from scenarios.quarters import LAST_YEAR
from scenarios.schema import Scenario
from scenarios.tables import table
from sim.analysis.durable import AT, YEARS
from sim.analysis.frames import VERDICTS, expected, span, written as frame_number
from sim.batch.evaluate import Task, evaluate
from sim.checks import MAX_RUNS
from sim.ensemble.rng import Array
from sim.results.outcomes import crossing, polarity
from sim.results.outcomes.polarity import MONTHS
from sim.results.outcomes.scalar import parse
from sim.results.run import Run
from sim.results.wording import rounded, signed
from sim.ui.shared import address, common, frames, lasting, theme, wording
from sim.ui.shared.setup import Setup
from sim.ui.shared.templates import render
from sim.ui.teach.claims import AHEAD, COMPUTE, LEAD, NOTHING, Claim, Column, Pair, Variant, facts

AFTER = 5
"""Years after the crossing at which a lead is looked at again."""
_LASTING = (BASELINE, "closed_ideas")
"""Scenarios whose leads are followed."""
_AT_CROSSING = (*polarity.CLASSES, "not_reached")
_MEAN = Column("Average US lead, end of 2032, months", "lead_months@2032", "mean", form="+.1f")


@dataclass(frozen=True)
class Table:
    """A small table: its caption with units, its heads, and rows of text."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Answer:
    """What the model says to a claim."""

    says: tuple[tuple[str, str], ...]
    """A word or two, and a sentence."""
    tables: tuple[Table, ...]
    futures: int
    swings: tuple[tuple[str, float], ...] = ()
    """Levers and what their range does to the lead, months."""
    counts: tuple[dict[str, int], ...] = ()
    """Outcomes in 100 futures if it holds and if not."""


# ------------------------------------------------------------------------------------------------------ asking
@st.cache_resource(max_entries=300, show_spinner=False)
def _asked(canonical: str, asks: tuple[str, ...], runs: int) -> dict[str, Array]:
    return evaluate(Task(common.unworded(canonical), tuple(parse(ask) for ask in asks), runs, common.SEED))


def values(spec: Scenario, columns: tuple[Column, ...], most: int = MAX_RUNS) -> list[float]:
    """The columns of one setting as numbers; infinite where the median run has no such year."""
    asks = dict.fromkeys(ask for column in columns for ask in _asks(column))
    found = _asked(spec.canonical(), tuple(asks), min(common.futures(), most))
    return [_summed(column, found) * column.scale for column in columns]


def _asks(column: Column) -> tuple[str, ...]:
    if column.how.startswith("crossing:"):
        return tuple(f"at_crossing.{name}" for name in _AT_CROSSING)
    return (column.ask,)


def _summed(column: Column, found: dict[str, Array]) -> float:
    how, _, name = column.how.partition(":")
    if how == "crossing":
        return rounded({each: float(found[f"at_crossing.{each}"].mean()) for each in _AT_CROSSING})[name]
    series = found[column.ask]
    if how == "class":
        return rounded(polarity.shares(series))[name]
    if how == "share":
        return round(100 * float(series.mean()))
    if how == "mean":
        return float(series.mean())
    return float(np.sort(np.where(np.isnan(series), np.inf, series))[(len(series) - 1) // 2])


def written(value: float, column: Column) -> str:
    """A number as a column shows it; the median year may be after the end of the run."""
    if math.isinf(value):
        return "later than 2032"
    if column.how.split(":")[0] in ("share", "class", "crossing"):
        return f"{value:.0f}"
    if "_year" in column.ask:
        return f"{value:.1f}"
    if column.form.startswith("+"):
        return signed(round(value, 1), 1)
    return format(value, column.form).replace("-", "−")


# ------------------------------------------------------------------------------------------------ if it holds, if not
def answer(claim: Claim) -> Answer:
    """Simulate the settings of a claim, at most a dozen, with the same random draws; others' claims are stored."""
    if claim.frame:
        return _stored(stored()[claim.id], claim)
    if claim.pairs:
        return _compared(claim)
    if "bipolar" in claim.extra:
        return _bipolar()
    variants = (claim.holds, claim.fails, *claim.others)
    found = [values(variant.spec, claim.columns) for variant in variants]
    says = [
        ("If it holds", _sentence(variants[0], claim.columns, found[0])),
        ("If not", _sentence(variants[1], claim.columns, found[1])),
    ]
    if LEAD in claim.columns:
        at = claim.columns.index(LEAD)
        change = found[0][at] - found[1][at]
        says.append(("The difference", (
            f"{wording.exactly(change)} months of lead in the median run at the end of 2032 if it holds, compared with "
            "if not."
        )))  # fmt: skip
    tables = [_side_by_side(claim, variants, found)]
    tables += [_EXTRA[name](claim) for name in claim.extra]
    says += [_SAYS[name](claim) for name in claim.extra if name in _SAYS]
    counts = tuple(_counts(variant.spec) for variant in variants[:2]) if AHEAD in claim.columns else ()
    return Answer(tuple(says), tuple(tables), common.futures(), (), counts)


def _stored(found: dict[str, Any], claim: Claim) -> Answer:
    """What `polarity frames` answered to a claim of another text."""
    says = [("In this model", VERDICTS[found["verdict"]])]
    if not found["model"]:
        return Answer(tuple(says), (), found["futures"])
    first = found["model"][0]
    if wanted := expected(found):
        says.append(("The text, as we read it", f"{first['label']}: {wanted}."))
    for word, key, variant in (("If it holds", "holds", claim.holds), ("If not", "fails", claim.fails)):
        if first[key]:
            number = frame_number(first[key]["mean"], first["unit"])
            says.append((word, f"{variant.label}. {first['label']}: {number}."))
    if first["difference"]:
        mean, interval = _difference(first)
        says.append(("The difference", f"{mean} on average (90% interval {interval})."))
    heads = ["Average of the futures, at the end of the year or in it", claim.holds.label]
    against = first["fails"] is not None
    heads += [claim.fails.label, "Difference (90% interval)"] if against else []
    rows = tuple(_outcome_row(one, against) for one in found["model"])
    return Answer(tuple(says), (Table("What follows, on the same random draws", tuple(heads), rows),), found["futures"])


def _outcome_row(one: dict[str, Any], against: bool) -> tuple[str, ...]:
    unit = one["unit"]
    cells = [one["label"], frame_number(one["holds"]["mean"], unit)]
    if against:
        mean, interval = _difference(one)
        cells += [frame_number(one["fails"]["mean"], unit), f"{mean} ({interval})"]
    return tuple(cells)


def _difference(one: dict[str, Any]) -> tuple[str, str]:
    """The average difference of an outcome, and its interval."""
    found, unit = one["difference"], one["unit"]
    return frame_number(found["mean"], unit, sign=True), span(found["low"], found["high"], unit, sign=True)


def _side_by_side(claim: Claim, variants: tuple[Variant, ...], found: list[list[float]]) -> Table:
    """All settings of a claim, without the outcomes that none of them has."""
    shown = [k for k, column in enumerate(claim.columns) if ":" not in column.how or any(row[k] for row in found)]
    rows = tuple(
        (variant.label, *(written(row[k], claim.columns[k]) for k in shown))
        for variant, row in zip(variants, found, strict=True)
    )
    return Table("What follows, on the same random draws", ("Setting", *(claim.columns[k].head for k in shown)), rows)


def _sentence(variant: Variant, columns: tuple[Column, ...], row: list[float]) -> str:
    wanted = [column for column in columns if column in (columns[0], LEAD, AHEAD)] if LEAD in columns else columns[:3]
    said = [
        f"{wording.inside(column.head)}: {written(value, column)}"
        for column, value in zip(columns, row, strict=True)
        if column in wanted
    ]
    return f"{variant.label}. {'; '.join(said)[:1].upper()}{'; '.join(said)[1:]}."


def _counts(spec: Scenario) -> dict[str, int]:
    found = _asked(spec.canonical(), ("outcome@2032",), common.futures())
    return rounded(polarity.shares(found["outcome@2032"]))


def _compared(claim: Claim) -> Answer:
    """Every lever alone, one way and the other, and the packages beside them."""
    columns = (_MEAN, AHEAD, COMPUTE)
    base = values(load(BASELINE), columns, common.FEWER)
    rows, swings = [], []
    for pair in claim.pairs:
        low, high = (values(_moved(levers), columns, common.FEWER) for levers in (pair.low, pair.high))
        swings.append((pair.label, high[0] - low[0]))
        rows.append(_pair_row(pair, low, high, columns))
    together = [(variant.label, values(variant.spec, columns, common.FEWER)) for variant in claim.others]
    order = sorted(range(len(swings)), key=lambda i: -abs(swings[i][1]))
    heads = (
        "Alone",
        *claim.ways,
        "Swing of the average lead, months",
        "Compute that China uses, end of 2030, million H100e",
    )
    more = [(label, *(written(v, c) for v, c in zip(row, columns, strict=True))) for label, row in together]
    more.insert(0, ("Current policy", *(written(v, c) for v, c in zip(base, columns, strict=True))))
    tables = (
        Table("Average US lead at the end of 2032, months, with one lever at either end", heads,
              tuple(rows[i] for i in order)),
        Table("All together", ("Scenario", *(column.head for column in columns)), tuple(more)),
    )  # fmt: skip
    says = _ranked(claim, [swings[i] for i in order], base[0], [(name, row[0]) for name, row in together])
    return Answer(says, tables, min(common.futures(), common.FEWER), tuple(swings[i] for i in order))


def _moved(levers: dict[str, float]) -> Scenario:
    return load(BASELINE).with_levers(**levers)


def _pair_row(pair: Pair, low: list[float], high: list[float], columns: tuple[Column, ...]) -> tuple[str, ...]:
    one, two = (written(row[0], columns[0]) for row in (low, high))
    return (
        pair.label, f"{pair.low_label}: {one}", f"{pair.high_label}: {two}", wording.exactly(high[0] - low[0]),
        f"{written(low[2], columns[2])} and {written(high[2], columns[2])}",
    )  # fmt: skip


def _ranked(
    claim: Claim, swings: list[tuple[str, float]], base: float, together: list[tuple[str, float]]
) -> tuple[tuple[str, str], ...]:
    first, place = swings[0], [name for name, _ in swings].index("Enforcement")
    mine = swings[place][1]
    closed, opened = ((name, value - base) for name, value in together)
    packages = (
        f"{closed[0]}: {wording.exactly(closed[1])} months of average lead at the end of 2032, against current policy; "
        f"{wording.inside(opened[0])}: {wording.exactly(opened[1])}."
    )
    if claim.id == "C11":
        verdict = "largest" if place == 0 else f"number {place + 1} of {len(swings)}"
        return (
            ("If it holds", "Enforcement moves the lead more than any other lever."),
            ("If not", "Another lever moves it as much or more."),
            ("In this model", (
                f"Enforcement is {verdict}: over its range, it moves the average lead at the end of 2032 by "
                f"{wording.exactly(mine)} months. The largest is {wording.inside(first[0])}, with "
                f"{wording.exactly(first[1])}. We chose the ranges, and a wider range moves the lead more."
            )),
            ("Together", packages),
        )  # fmt: skip
    return (
        ("If it holds", (
            f"Closing gaps lengthens the lead. The largest alone, {wording.inside(first[0])}, moves the average lead "
            f"at the end of 2032 by {wording.exactly(first[1])} months between open and closed; enforcement moves it "
            f"by {wording.exactly(mine)}."
        )),
        ("If not", f"Open or closed, a gap changes little. The smallest here is {wording.inside(swings[-1][0])}, with "
                   f"{wording.exactly(swings[-1][1])} months."),
        ("Together", packages),
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------- further tables
def _cost(claim: Claim) -> Table:
    columns = [
        Column(f"{name}, {what}", f"{series}.{actor}", scale=scale, form=form)
        for actor, name in (("united_states", "US"), ("china", "China"))
        for what, series, scale, form in (
            ("index, points", "capability", 1.0, ".0f"),
            ("cost of its largest run, billion $", "training_cost", 1e-9, ",.2f"),
        )
    ]  # fmt: skip
    years = (2026, 2028, 2030, 2032)
    dated = tuple(
        Column(column.head, f"{column.ask}@{year}", scale=column.scale, form=column.form)
        for year in years for column in columns
    )  # fmt: skip
    found = values(load(BASELINE), dated)
    rows = tuple(
        (str(year), *(written(found[4 * i + k], dated[4 * i + k]) for k in range(4))) for i, year in enumerate(years)
    )
    return Table("Capability and its price under current policy, medians", ("End of", *(c.head for c in columns)), rows)


def _followers(claim: Claim) -> Table:
    parts = {"engineering": "Engineering", "synthetic_data": "Synthetic data", "distillation": "Distillation"}
    quarters = ("2025-Q1", "2026-Q3")
    columns = tuple(
        Column(label, f"terms_china.{part}@{quarter}", form=".2f")
        for part, label in parts.items()
        for quarter in quarters
    )
    found = values(load(BASELINE), columns)
    rows = tuple(
        (label, *(f"{10 ** found[2 * i + k]:.2f}" for k in range(2))) for i, label in enumerate(parts.values())
    )
    heads = ("Source", *(f"Times the compute, end of {quarter}" for quarter in quarters))
    caption = "What each short cut is worth to China, as a multiple of compute: simulated medians, not a record"
    return Table(caption, heads, rows)


def _channels(claim: Claim) -> Table:
    kept = {
        (row.year, row.channel): row.median for row in table("china_channels")
        if (row.quantity, row.unit) == ("flow", "H100e (8-bit)")
    }  # fmt: skip
    years = (2023, 2024, 2025)
    columns = tuple(
        Column(origin, f"flows_china.{channel}@{year}", scale=1e-3, form=",.0f")
        for channel, origin in frames.ORIGINS.items() for year in years
    )  # fmt: skip
    found, rows = values(load(BASELINE), columns), []
    for i, (channel, origin) in enumerate(frames.ORIGINS.items()):
        cells = []
        for k, year in enumerate(years):
            recorded = kept.get((year, channel))
            cells.append(f"{written(found[3 * i + k], columns[3 * i + k])} "
                         f"({'not recorded' if recorded is None else f'{recorded / 1e3:,.0f}'})")  # fmt: skip
        rows.append((origin, *cells))
    caption = "China's new compute, thousand H100e a year: simulated medians (in brackets what was recorded, same unit)"
    return Table(caption, ("Source", *map(str, years)), tuple(rows))


@st.cache_resource(max_entries=12, show_spinner=False)
def _after_crossing(canonical: str, runs: int) -> tuple[float, float, int]:
    return common.of_run(_followed, canonical, runs, common.SEED, LAST_YEAR, {"capability"})


def _followed(run: Run) -> tuple[float, float, int]:
    """Middle leads when the first bloc crosses and some years after, and futures in 100 that cross early enough."""
    years = crossing.by_bloc(run)
    first = np.min(np.where(np.isnan(years), np.inf, years), axis=0)
    at = np.searchsorted(run.time, first)
    use = at + 4 * AFTER < len(run.quarters)
    members = np.flatnonzero(use)
    months = run["lead_months"]
    if not len(members):
        return math.nan, math.nan, 0
    then, later = months[at[members], members], months[at[members] + 4 * AFTER, members]
    return float(np.median(then)), float(np.median(later)), round(100 * len(members) / run.runs)


def _after(claim: Claim) -> Table:
    rows = []
    for variant in (claim.holds, claim.fails):
        then, later, counted = _after_crossing(variant.spec.canonical(), min(common.futures(), common.FEWER))
        rows.append((variant.label, *(wording.exactly(x) if counted else "none" for x in (then, later)), str(counted)))
    return Table(
        f"Median lead when the first bloc has AI for most remote work, and {AFTER} years later; only futures that get "
        f"there early enough to be followed to {LAST_YEAR}",
        ("Setting", "At that time, months", f"{AFTER} years later, months", "Futures counted, of 100"), tuple(rows),
    )  # fmt: skip


def _lasting(claim: Claim) -> Table:
    rows = []
    for scenario in _LASTING:
        row, title = lasting.of(load(scenario)), load(scenario).title
        found = row.measured()
        for label, feedback in (("with feedback", True), ("without feedback", False)):
            shares: list[float | None] = [found[name].where(feedback) for name in ("has", "keeps")]
            shares += [row.kept(feedback, ahead) for ahead in (False, True)]
            if not row.enough(feedback):
                shares[2:] = [None, None]
            cells = ("too few" if share is None else f"{100 * share:.0f}" for share in shares)
            rows.append((f"{title}, {label}", *cells))
    return Table(
        f"Futures in which the US leads by {MONTHS:g} months or more at the end of {AT}, and those in which it does so "
        f"again at the end of {AT + YEARS}",
        ("Setting", f"Has it, {AT}, of 100", f"And again, {AT + YEARS}, of 100", "Again, of 100 that had it",
         "Still ahead, of 100 that had it"), tuple(rows),
    )  # fmt: skip


def _lasts(claim: Claim) -> tuple[str, str]:
    return "Does it last?", " ".join(
        lasting.said(lasting.of(load(name)), wording.inside(load(name).title)) for name in _LASTING
    )  # fmt: skip


def _bipolar() -> Answer:
    """What differs between futures of one and of two powers, under the same policy."""
    asks = {
        "china_compute.owned@2032": ("China's compute, end of 2032, million H100e", 1e-6),
        "stock_h100e.world@2032": ("World's compute, end of 2032, million H100e", 1e-6),
        "governance.democratic_share@2032": ("Compute under democratic oversight, end of 2032, %", 1.0),
        "governance.norm_share@2032": ("Served by the US bloc, end of 2032, %", 1.0),
        "governance.misuse_exposure@2032": ("Exposure to misuse, end of 2032, index, %", 1.0),
    }
    spec = load(BASELINE)
    found = _asked(spec.canonical(), ("outcome@2032", *asks), common.futures())
    shares, rows, says = rounded(polarity.shares(found["outcome@2032"])), [], []
    for name, word in (("two_power", "If it is bipolar"), ("us_ahead", "If it is unipolar")):
        mine = found["outcome@2032"] == polarity.CLASSES.index(name)
        cells = [
            f"{found[ask][mine].mean() * scale:,.1f}" if mine.any() else "none" for ask, (_, scale) in asks.items()
        ]
        rows.append((polarity.LABELS[name], str(shares[name]), *cells))
        told = (
            f"In {shares[name]} of 100 futures under current policy. On average in these, {cells[2]}% of compute near "
            f"the frontier is under democratic oversight at the end of 2032, and China owns {cells[0]} million H100e."
        ) if mine.any() else "No future ends this way."  # fmt: skip
        says.append((word, told))
    says.append(("What it does not say", "Military use is not modeled; no number here measures military strength."))
    heads = ("Outcome, end of 2032", "Of 100 futures", *(head for head, _ in asks.values()))
    caption = "Averages over the futures of current policy, by outcome"
    return Answer(tuple(says), (Table(caption, heads, tuple(rows)),), common.futures())


_EXTRA: dict[str, Callable[[Claim], Table]] = {
    "cost": _cost, "followers": _followers, "channels": _channels, "after": _after, "lasting": _lasting,
}  # fmt: skip
_SAYS: dict[str, Callable[[Claim], tuple[str, str]]] = {"lasting": _lasts}
"""Tables that have a sentence beside them."""


# ---------------------------------------------------------------------------------------------------------- drawing
def panel(claim: Claim) -> None:
    """Draw the opened claim; what has been recorded since and what the model says open on a click, after a guess."""
    st.html(render("teach/claim.html", claim=claim, opens=_opens(claim)))
    with st.expander("What has been recorded since", key="teach_since", on_change="rerun") as more:
        if more.open:
            st.html(render("teach/facts.html", facts=facts(claim), nothing=NOTHING))
    label = "What the model says: simulated" + ("" if claim.frame else ", mostly for the end of 2032")
    with st.expander(label, key="teach_answer", on_change="rerun") as more:
        if more.open:
            _answered(claim, answer(claim))


def _opens(claim: Claim) -> list[tuple[str, str]]:
    """Scenarios of another text's claim, with the addresses that open them in Explore."""
    if not (claim.frame and stored()[claim.id]["model"]):
        return []
    shown = [claim.holds, *([claim.fails] if stored()[claim.id]["fails"] else [])]
    return [(variant.label, address.link(Setup().taking(variant.scenario))) for variant in shown]


def _answered(claim: Claim, found: Answer) -> None:
    """What follows if the claim holds and if not, in sentences, bars and tables."""
    st.html(render("teach/ifs.html", says=found.says))
    if found.counts:
        caption = "Outcomes of 100 simulated futures at the end of 2032 if it holds. Thin bar: if not."
        st.html(theme.bar(found.counts[0], found.counts[1], caption, "the other setting"))
    if found.swings:
        head = theme.paragraph("How far each lever moves the average lead at the end of 2032, months")
        st.html(head + theme.work(list(found.swings)))
    st.html(render("teach/tables.html", tables=found.tables))
    made = (
        f"{found.futures:,} futures of each setting, with the same random draws (seed {common.SEED}). An exploration "
        f"of a mechanism, not a forecast. {claim.note}"
    )
    st.html(theme.paragraph(made.rstrip(), "fine"))
