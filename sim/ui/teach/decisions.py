"""Cards on what each actor decided in a quarter and why: the actors explain, this file picks and arranges."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import polars as pl

from agents.actor import NationalActor
from agents.explanation import Explanation, Unit, in_words, percent
from agents.partners import Ally, Hub
from agents.snapshot import Snapshot
from agents.superpower import China, UnitedStates
from scenarios.decisions import DECISIONS
from scenarios.quarters import FIRST, number, of_date
from scenarios.rules import history
from scenarios.values import BALANCED
from sim.ui.shared import frames, injector, wants, wording
from sim.ui.teach.futures import Future, Shown


@dataclass(frozen=True)
class Decision:
    """What an actor decided in a quarter: what it is about, where it stands, and why."""

    who: str
    what: str
    now: str
    why: str


@dataclass(frozen=True)
class Decider:
    """An actor with cards on the page."""

    who: str
    kind: type[NationalActor]
    prefix: str
    """Its seat, in the names of series that several actors have."""
    cards: dict[str, str]
    """Heads of its cards by decision, in their order."""


_ALLOCATION = {
    "money": "Money paid for chips in the quarter",
    "concentration": "Share of compute in its largest run",
    "safety": "Compute spent on safety",
}
DECIDERS = (
    Decider("United States", UnitedStates, "united_states", {
        "licensing": "License policy for China", "enforcement": "Enforcement budget",
        "model_access": "Limits on access to its models", **_ALLOCATION,
    }),
    Decider("China", China, "china", {
        "permission": "Import approval rate", "push": "Chip industry subsidies", **_ALLOCATION,
    }),
    Decider("Allies", Ally, "", {"alignment": "Japan and the Netherlands: alignment on chip tools"}),
    Decider("Transit hubs", Hub, "", {"policing": "Policing of transit trade"}),
)  # fmt: skip
_GAPS = {"united_states": "us_gap", "china": "china_gap"}
_RENAMED = {"used_train": "compute_train", "money": "spending"}
"""Rows that are recorded under another name."""


def decisions(s: Shown, f: Future, t: int) -> list[Decision]:
    """What everybody decided in a quarter, and what followed."""
    found = []
    for decider in DECIDERS:
        explained = {choosing: _explained(s, f, t, decider, choosing) for choosing in (False, True)}
        for name, head in decider.cards.items():
            told = explained[chooses(s, name, t)][name]
            kept = bool(t >= 4 and _on_record(s, name, t - 4))
            now = _with_a_year_before(s, f, _series(f, name, decider), t, told.unit, kept)
            why = _recorded(s, name, t) or told.sentence + _values(s, decider, name, t)
            found.append(Decision(decider.who, head, now, why))
    return [*found, *_market(s, f, t)]


def _explained(s: Shown, f: Future, t: int, decider: Decider, choosing: bool) -> dict[str, Explanation]:
    """What an actor says of its decisions, by decision."""
    actor = snapshot(s, f, t, decider, choosing).actor(decider.kind, rows(f, t, decider))
    return {told.decision: told for told in actor.explain()}


def chooses(s: Shown, name: str, t: int) -> bool:
    """Whether a decision is chosen, and neither recorded, fixed nor by habit."""
    return name in DECISIONS and bool(s.chosen[name][t]) and isnan(s.held[name][t])


def _values(s: Shown, decider: Decider, name: str, t: int) -> str:
    """By what the United States or China chose."""
    if not (decider.prefix and chooses(s, name, t)):
        return ""
    given = s.spec.values.get(decider.prefix, BALANCED)
    return f" Its values: {wants.inside(given) if isinstance(given, str) else 'weights of the scenario'}."


def snapshot(s: Shown, f: Future, t: int, decider: Decider, choosing: bool) -> Snapshot:
    """What an actor saw of the quarter before, as far as the page keeps it, choosing or not.

    Capability is kept with hindsight up to the edge of the data, so nobody knows which lead actors saw until then.
    """
    before = t - 1
    seen = {name: _at(f, name, before) for name in ("blocked", "priced_out", "premium")}
    seen |= {"diverted": _at(f, "diverted_share", before), "enforcement": _at(f, "enforcement", before)}
    if before > s.edge:
        seen["lead"] = _at(f, "seen_lead", before)
        if decider.prefix in _GAPS:
            seen["rival_gap"] = _at(f, _GAPS[decider.prefix], before)
    strain = 1.0 if t <= s.edge else float(s.strain[t])
    trends = {"stockpiling": float(s.stockpiling[t]), "strain": strain, "allies_parted": _parted(s, t)}
    if t > s.edge and decider.prefix in _GAPS:
        trends["run_share"] = _at(f, f"run_share.{decider.prefix}", t)
    return Snapshot(
        public=seen,
        trends=trends,
        traits=f.traits,
        settings={name: float(path[t]) for name, path in s.settings.items()}
        | {DECISIONS[name].lever: float(path[t]) * DECISIONS[name].scale for name, path in s.held.items()},
        switches=s.spec.switches.model_dump(),
        in_data=t <= s.edge,
        choosing=choosing,
    )  # fmt: skip


def rows(f: Future, t: int, decider: Decider) -> dict[str, float]:
    """An actor's own numbers at the end of the quarter before."""
    names = [name for name in (*decider.cards, *_RENAMED) if _series(f, name, decider) in f.series]
    return {name: _at(f, _series(f, name, decider), t - 1) for name in names}


def _series(f: Future, name: str, decider: Decider) -> str:
    """The series that a row of an actor is recorded in."""
    name = _RENAMED.get(name, name)
    return name if name in f.series else f"{name}.{decider.prefix}"


def _at(f: Future, name: str, t: int) -> float:
    """A series in a quarter; unknown before the first."""
    return f.at(name, t) if t >= 0 else nan


def _parted(s: Shown, t: int) -> bool:
    return any(event.kind == "allied_split" and number(event.date) <= FIRST + t for event in s.spec.events)


def _recorded(s: Shown, name: str, t: int) -> str:
    """What stands in the place of a decision while the record decides."""
    if told := _on_record(s, name, t):
        return told
    if name == "push" and t <= s.edge:
        return "Output of Chinese fabs up to then is recorded; subsidies matter after the last quarter of data."
    if chooses(s, name, t) and t < s.first_choice:
        return "It stays as it is until the first choice, at the turn of the year."
    return ""


def _on_record(s: Shown, name: str, t: int) -> str:
    """What a decision's number in a quarter rests on, where that is a record; else nothing."""
    if name == "permission" and t < s.rules:
        return "Recorded: its dated rules and notices."
    if name == "money" and t <= s.edge:
        return "Recorded: what was bought, and what it cost."
    return ""


def _with_a_year_before(s: Shown, f: Future, name: str, t: int, unit: Unit, kept: bool = False) -> str:
    """A value now, and a year before where there was one; of a year with data it says so if nobody recorded it."""
    now = in_words(f.at(name, t), unit)
    if t < 4:
        return now
    was = in_words(f.at(name, t - 4), unit).removesuffix(f" {unit.value}")
    assumed = "" if kept or t - 4 > s.edge else ", assumed"
    return f"{now} ({was} a year before{assumed})"


def _market(s: Shown, f: Future, t: int) -> list[Decision]:
    """What the decisions come to: nobody decides this, the market does."""
    flows = wording.listed([f"{name.lower() if name != 'Made in China' else 'made in China'} "
                            f"{f.at(f'flows.{key}', t) / 1e3:,.0f}"
                            for key, name in frames.ORIGINS.items()])  # fmt: skip
    return [
        Decision("What followed", "China's new compute, thousand H100e in the quarter", flows, ""),
        Decision(
            "What followed", "Price of compute in China above the list price",
            _with_a_year_before(s, f, "premium", t, Unit.SHARE),
            f"{_legal(f.at('blocked', t))} Enforcement seized {f.at('seized', t) / 1e3:,.1f} thousand H100e on their "
            "way to China.",
        ),
    ]  # fmt: skip


def _legal(blocked: float) -> str:
    """How useful the best legal chip is beside a frontier chip."""
    short = percent(blocked)
    if short == percent(1.0):
        return "No legal chip is of use at the frontier."
    return f"The best legal chip falls {short} short of a frontier chip."


def happened(s: Shown, t: int) -> list[str]:
    """Rules, events and record models of a quarter."""
    quarter, told = FIRST + t, []
    dated = list(history()) if t < s.rules else []
    for rule in (*dated, *s.spec.rules):
        if of_date(rule.start) == quarter and rule.measure != "proposed":
            told.append(f"{rule.start}: {rule.title}.")
    for event in s.spec.events:
        if number(event.date) == quarter:
            told.append(f"Event of the scenario: {injector.described(event)}.")
    if s.spec.levers and number(s.spec.start) == quarter:
        told.append("The scenario's levers take effect.")
    if t <= s.edge:
        records = frames.records().filter(pl.col("date").map_elements(of_date, return_dtype=pl.Int64) == quarter)
        told += [
            f"Record model of {'the ' * (who != 'China')}{who}: {model} ({day}), index {value:.0f}."
            for who, _, value, model, day in records.rows()
        ]
    return told
