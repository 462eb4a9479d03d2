"""What a scenario sets that does nothing in it, in words: input that cannot act is said and never runs in silence.

Some of it follows from dates and rules alone. The rest is tried: each thing that a scenario sets is taken back, a few
futures are simulated with and without it, and where no series differs it has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenarios.events import Event
from scenarios.levers import LEVERS
from scenarios.quarters import DEFAULT_HORIZON, number
from scenarios.schema import Scenario, Setting
from scenarios.tables import table
from sim.outcomes import crossing
from sim.paths import moved
from sim.results import Run
from sim.run import simulate

TRIED = 16
"""Futures in which it is tried whether something acts: what acts in none of them does not act."""
MOST_TRIED = 40
"""Things of one scenario that are tried; a file with more is looked at by dates and rules alone."""
HARDLY = 0.005
"""Months of lead, and share of its own output, below which a lever hardly acts."""
BINDS: dict[str, str] = {
    "import_permission": "Beijing's refusal to let imports in",
    "licence_approval": "the refusal of licenses",
    "licence_tpp": "the threshold below which licenses are given",
    "licence_quota": "the cap on licensed sales",
}
"""What holds a lever back, by the lever that would release it; others are called by their label."""


@dataclass(frozen=True)
class Piece:
    """Something that a scenario sets: what it is called, and the scenario without it."""

    name: str
    words: str
    without: Scenario
    lever: str = ""
    """The lever, where it is one."""
    echo: str = ""
    """A series that only repeats what was set."""


def without_effect(spec: Scenario, until: int = DEFAULT_HORIZON, tried: bool = True) -> tuple[str, ...]:
    """One sentence for everything that a scenario sets and that does nothing by the end of a year.

    Args:
        spec: the scenario.
        until: last year of the run.
        tried: whether to simulate as well; without it only dates and rules are looked at, which costs nothing.
    """
    return _found(spec, spec.canonical(), until, tried)


@lru_cache(maxsize=256)
def _found(spec: Scenario, canonical: str, until: int, tried: bool) -> tuple[str, ...]:
    said = dict(_by_dates(spec, until))
    said |= {name: text for name, text in _by_rules(spec) if name not in said}
    if tried:
        said |= dict(_by_trial(spec, until, skip=set(said)))
    return tuple(said.values())


# ------------------------------------------------------------------------------------------------- by dates and rules
def _by_dates(spec: Scenario, until: int) -> Iterator[tuple[str, str]]:
    """Name and sentence of what lies beyond the horizon, or has no size."""
    last, after = number(f"{until}-Q4"), f"after the run, which ends with {until}"
    if number(spec.start) > last and any(moved(spec, name) for name in spec.levers):
        yield "start", f"No lever acts: the scenario starts in {spec.start}, {after}."
    for name, setting in spec.levers.items():
        late = [date for date in setting if number(date) > last] if isinstance(setting, dict) else []
        if late:
            yield f"path {name}", f"{LEVERS[name].label} ({name}): nothing happens in {', '.join(late)}, {after}."
    for n, event in enumerate(spec.events):
        if number(event.date) > last:
            yield f"event {n}", f"{_event(event)} has no effect: it lies {after}."
        elif event.size == 0 or event.compliance == 0:
            field = "compliance" if event.compliance == 0 else "size"
            yield f"event {n}", f"{_event(event)} has no effect: its {field} is 0."


def _event(event: Event) -> str:
    return f"Event {event.kind} of {event.date}"


def _by_rules(spec: Scenario) -> Iterator[tuple[str, str]]:
    for rule in spec.rules:
        if why := rule.recorded_only:
            yield f"rule {rule.id}", f"Rule {rule.id} is recorded only: {why}."


# ------------------------------------------------------------------------------------------------------------ by trial
def _by_trial(spec: Scenario, until: int, skip: set[str]) -> Iterator[tuple[str, str]]:
    """Name and sentence of what moves no series of a few futures."""
    pieces = [piece for piece in _pieces(spec) if piece.name not in skip]
    if not pieces or len(pieces) > MOST_TRIED or "start" in skip:
        return
    try:
        whole = _run(spec, until)
        for piece in pieces:
            other = _run(piece.without, until)
            dead = _same(whole, other, piece.echo)
            if dead or (piece.lever and _hardly(whole, other, piece.lever)):
                binds = _binder(spec, piece.lever, until) if piece.lever else ""
                if dead or binds:
                    does = "has no effect" if dead else "hardly acts"
                    why = f"bound by {binds}" if binds else "no result moves without it"
                    yield piece.name, f"{piece.words} {does}: {why}."
    except FloatingPointError:
        return  # the run itself says so


def _run(spec: Scenario, until: int) -> Run:
    with np.errstate(all="ignore"):
        return simulate(spec, runs=TRIED, until=until)


def _same(one: Run, two: Run, echo: str = "") -> bool:
    """Whether two runs are the same to the last bit, in their series and in when thresholds are crossed."""
    return all(
        np.array_equal(values, two.series[name]) for name, values in one.series.items() if name != echo
    ) and np.array_equal(crossing.by_actor(one), crossing.by_actor(two), equal_nan=True)


def _hardly(one: Run, two: Run, lever: str) -> bool:
    """Whether neither the lead nor the output that the lever names moves by what anybody would notice."""
    lead = np.abs(one["lead_months"].mean(axis=-1) - two["lead_months"].mean(axis=-1)).max()
    mine, theirs = (run.part(LEVERS[lever].output).astype(float).mean(axis=-1) for run in (one, two))
    moved_by = np.abs(mine - theirs) / np.maximum(np.abs(mine), np.abs(mine).max() * 1e-3 + 1e-12)
    return bool(lead < HARDLY and moved_by.max() < HARDLY)


def _binder(spec: Scenario, lever: str, until: int) -> str:
    """What would have to be released for a lever to act, by trial; empty where nothing single would do."""
    candidates: dict[str, Setting] = {**LEVERS[lever].setting}
    candidates |= {name: LEVERS[name].default for name in spec.levers if name != lever and moved(spec, name)}  # type: ignore[misc]
    for name, value in candidates.items():
        if spec.setting(name) == value:
            continue
        released = spec.with_levers(**{name: value})
        taken_back: Any = LEVERS[lever].default
        with_it, without = _run(released, until), _run(released.with_levers(**{lever: taken_back}), until)
        if not _same(with_it, without) and not _hardly(with_it, without, lever):
            there = spec.setting(name)
            level = f"{there:g}" if isinstance(there, (int, float)) else "left to the model"
            level = "dated" if isinstance(there, dict) else level
            return f"{BINDS.get(name, LEVERS[name].label.lower())} ({name}: {level})"
    return ""


def _pieces(spec: Scenario) -> Iterator[Piece]:
    """What a scenario sets, each with the scenario that does not."""
    for name in spec.levers:
        if moved(spec, name):
            kept = {other: setting for other, setting in spec.levers.items() if other != name}
            yield Piece(name, f"{LEVERS[name].label} ({name})", spec.with_changes(levers=kept), name)
    for n, event in enumerate(spec.events):
        yield Piece(f"event {n}", _event(event), spec.with_changes(events=(*spec.events[:n], *spec.events[n + 1 :])))
    for rule in spec.rules:
        rules = tuple(other for other in spec.rules if other.id != rule.id)
        yield Piece(f"rule {rule.id}", f"Rule {rule.id}", spec.with_changes(rules=rules))
    known = {row.actor: row.kind for row in table("actors")}
    for name, change in spec.actors.items():
        given = {field: value for field, value in change.model_dump().items() if value is not None and field != "label"}
        for field in given if name in known else ():
            fewer: dict[str, Any] = {k: v for k, v in change.model_dump().items() if k != field}
            spared = spec.with_changes(actors={**spec.actors, name: fewer})
            echo = "alignment" if field == "alignment" and known[name] == "superpower" else ""
            yield Piece(f"actor {name} {field}", f"The field {field} of actor {name}", spared, echo=echo)
    for name in spec.parameters:
        rest = {other: value for other, value in spec.parameters.items() if other != name}
        yield Piece(f"parameter {name}", f"Parameter {name}", spec.with_changes(parameters=rest))
    usual = type(spec.switches)()
    for name, value in vars(spec.switches).items():
        if value != getattr(usual, name):
            switches = spec.switches.model_copy(update={name: getattr(usual, name)})
            yield Piece(f"switch {name}", f"Switch {name}", spec.with_changes(switches=switches))
