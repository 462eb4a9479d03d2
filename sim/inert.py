"""Settings of a scenario that have no effect, in words: nothing is ignored in silence.

Some follow from dates and rules alone. The rest are tried: the model simulates a few futures with and without each
setting, and a setting that changes no series has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from scenarios import groups
from scenarios.errors import unknown
from scenarios.events import Event
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quarters import DEFAULT_HORIZON, FIRST, label, number, of_date, start_date
from scenarios.rules import history
from scenarios.schema import Scenario
from sim.checks import check_until, checked
from sim.engine.export_rules import LICENCE_LEVERS, LICENSING
from sim.engine.paths import holds_from, moved
from sim.results.outcomes import crossing
from sim.results.run import Run
from sim.results.wording import listed
from sim.run import simulate

TRIED, SURE = 16, 512
"""Futures of a first trial, and of a second one for settings without effect in the first: some chances are rare."""
MOST_TRIED = 40
"""The most settings of one scenario to try; with more, only dates and rules are checked."""
ACTS, HARDLY_ACTS, NOT = "acts", "hardly", "not"
"""What a trial of a setting finds."""
HARDLY = 0.005
"""Months of lead, and share of its own output, below which a lever has hardly any effect."""
BINDS: dict[str, str] = {
    "import_permission": "Beijing's limit on imports",
    "licence_approval": "the approval rate for licenses",
    "licence_tpp": "the license threshold",
    "licence_quota": "the cap on licensed sales",
}
"""What holds a lever back, by the lever that would release it; others go by their label."""


Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
"""Calls a function for each of several things."""


@dataclass(frozen=True)
class Piece:
    """One setting of a scenario: its name, and the scenario without it."""

    name: str
    words: str
    without: Scenario
    from_: Callable[[Scenario], Scenario]
    """Any scenario without it."""
    lever: str = ""
    """The lever, where it is one."""
    echo: str = ""
    """A series that only repeats what was set."""


@checked
def without_effect(
    spec: Scenario, until: int = DEFAULT_HORIZON, tried: bool = True, each: Each | None = None
) -> tuple[str, ...]:
    """One sentence for each setting of a scenario that has no effect by the end of a year.

    Args:
        spec: the scenario.
        until: last year of the run.
        tried: whether to simulate too; without it only dates and rules are checked, which costs nothing.
        each: calls a function for each of several things, like `map`, the default.

    Raises:
        InputError: for what is no scenario, or a year that no run ends with.
    """
    check_until(until)
    return _known(spec, spec.canonical(), until, tried) if each is None else _found(spec, until, tried, each)


@lru_cache(maxsize=256)
def _known(spec: Scenario, canonical: str, until: int, tried: bool) -> tuple[str, ...]:
    return _found(spec, until, tried, map)


def _found(spec: Scenario, until: int, tried: bool, each: Each) -> tuple[str, ...]:
    said = dict(_by_dates(spec, until))
    said |= {name: text for name, text in _by_rules(spec, until) if name not in said}
    if tried:
        said |= dict(_by_trial(spec, until, set(said), each))
    return tuple(said.values())


# ------------------------------------------------------------------------------------------------- by dates and rules
def _by_dates(spec: Scenario, until: int) -> Iterator[tuple[str, str]]:
    """Name and sentence for settings after the end of the run, or without size."""
    last, after = number(f"{until}-Q4"), f"after the run, which ends in {until}"
    if number(spec.start) > last:
        yield "start", f"No lever has an effect: the scenario starts in {spec.start}, {after}."
    for name in (*LICENCE_LEVERS, "licence_tpp"):
        first = _first_licence(name)
        if moved(spec, name) and (begin := holds_from(spec, name)) < first:
            words = f"{ALL_LEVERS[name].label} ({name}) takes effect in {label(first)}, not in {label(begin)}"
            yield f"early {name}", f"{words}: before, there is no license rule for it to change."
    for name, change in spec.actors.items():
        if not change.model_dump(exclude_none=True):
            yield f"actor {name}", f"Actor {name} is listed, but nothing about it changes."
    for name, setting in spec.levers.items():
        late = [date for date in setting if number(date) > last] if isinstance(setting, dict) else []
        if late:
            yield f"path {name}", f"{ALL_LEVERS[name].label} ({name}): {', '.join(late)} is {after}."
    for n, event in enumerate(spec.events):
        if number(event.date) > last:
            yield f"event {n}", f"{_event(event)} has no effect: it comes {after}."
        elif event.size == 0 or event.compliance == 0:
            field = "compliance" if event.compliance == 0 else "size"
            yield f"event {n}", f"{_event(event)} has no effect: its {field} is 0."


def _event(event: Event) -> str:
    return f"Event {event.kind} in {event.date}"


def _first_licence(lever: str) -> int:
    """The quarter in which the first dated rule begins that a license lever changes."""
    field = LICENCE_LEVERS.get(lever, "tpp_max")
    rules = (r for r in history() if r.id.startswith(LICENSING) and getattr(r, field) is not None)
    return min(of_date(rule.start) for rule in rules)


def _by_rules(spec: Scenario, until: int) -> Iterator[tuple[str, str]]:
    """Name and sentence of rules that no mechanism reads, or that are in force at no time of the run."""
    for rule in spec.rules:
        if why := rule.unread:
            yield f"rule {rule.id}", f"Rule {rule.id} is recorded only: {why}."
        elif rule.start > f"{until}-12-31":
            yield f"rule {rule.id}", f"Rule {rule.id} has no effect: it starts in {rule.start[:4]}, after the run."
        elif rule.end is not None and rule.end <= start_date(FIRST):
            yield f"rule {rule.id}", f"Rule {rule.id} has no effect: it ends before {label(FIRST)}, when runs start."
        elif rule.scope == "import_permission" and of_date(rule.start) > number(spec.rules_known):
            instead = "after the last quarter of data, Beijing decides; set the lever import_permission instead"
            yield f"rule {rule.id}", f"Rule {rule.id} has no effect: {instead}."


# ------------------------------------------------------------------------------------------------------------ by trial
def _by_trial(spec: Scenario, until: int, skip: set[str], each: Each) -> Iterator[tuple[str, str]]:
    """Name and sentence of what moves no series of a few futures."""
    pieces = [piece for piece in _pieces(spec) if piece.name not in skip]
    if "start" in skip:
        pieces = [piece for piece in pieces if not piece.lever]
    if len(pieces) > MOST_TRIED:
        yield "untried", f"{len(pieces)} settings are too many to test for effects; the most is {MOST_TRIED}."
        return
    try:
        found = list(each(partial(_action, spec, until), pieces))
        dead = [piece for piece, acts in zip(pieces, found, strict=True) if acts == NOT]
        adds = "has no effect" if _all_dead(spec, dead, until) else "adds nothing to the rest"
        held = [piece for piece, acts in zip(pieces, found, strict=True) if acts != ACTS and piece.lever]
        bound = each(partial(_binder_of, spec, until), [piece.lever for piece in held])
        binders = {piece.name: binds for piece, binds in zip(held, bound, strict=True)}
        for piece, acts in zip(pieces, found, strict=True):
            binds = binders.get(piece.name, "")
            if acts == NOT:
                yield piece.name, f"{piece.words} {adds}: {f'limited by {binds}' if binds else _why(piece)}."
            elif acts == HARDLY_ACTS and binds:
                yield piece.name, f"{piece.words} has hardly any effect: limited by {binds}."
    except FloatingPointError:
        return  # the run itself says so


def _action(spec: Scenario, until: int, piece: Piece) -> str:
    """Whether a piece acts: what moves nothing in a few futures is tried again in many."""
    whole, without = _run(spec, until), _run(piece.without, until)
    if _same(whole, without, piece.echo):
        dead = _same(_run(spec, until, SURE), _run(piece.without, until, SURE), piece.echo)
        return NOT if dead else ACTS
    return HARDLY_ACTS if piece.lever and _hardly(whole, without, piece.lever) else ACTS


def _binder_of(spec: Scenario, until: int, lever: str) -> str:
    return _binder(spec, lever, until)


def _all_dead(spec: Scenario, dead: Sequence[Piece], until: int) -> bool:
    """Whether nothing moves without all of them together either: two settings can each do what the other does."""
    if len(dead) < 2:
        return True
    without = spec
    for piece in dead:
        without = piece.from_(without)
    echo = next((piece.echo for piece in dead if piece.echo), "")
    return _same(_run(spec, until), _run(without, until), echo)


def _why(piece: Piece) -> str:
    if piece.name.startswith("rule "):
        return "other rules or levers already decide everything it covers"
    return "no result changes without it"


def _run(spec: Scenario, until: int, runs: int = TRIED) -> Run:
    if runs == TRIED:
        return _tried(spec, spec.canonical(), until)
    with np.errstate(all="ignore"):
        return simulate(spec, runs=runs, until=until)


@lru_cache(maxsize=4)
def _tried(spec: Scenario, canonical: str, until: int) -> Run:
    """What was tried last: a setting is held against each of its changes."""
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
    mine, theirs = (run.part(ALL_LEVERS[lever].output).astype(float).mean(axis=-1) for run in (one, two))
    moved_by = np.abs(mine - theirs) / np.maximum(np.abs(mine), np.abs(mine).max() * 1e-3 + 1e-12)
    return bool(lead < HARDLY and moved_by.max() < HARDLY)


@checked
def bound_by(spec: Scenario, lever: str, until: int = DEFAULT_HORIZON) -> str:
    """What keeps a lever from acting where a scenario has it, in words: what would have to be released, by trial.

    Things are released one by one, and together where none is enough alone. Empty where nothing that is known would do.

    Raises:
        InputError: for a lever that does not exist, or a year out of range.
    """
    check_until(until)
    if lever not in ALL_LEVERS:
        raise unknown("lever", lever, ALL_LEVERS)
    return _binder(spec, lever, until)


def _binder(spec: Scenario, lever: str, until: int) -> str:
    """As `bound_by`, for a lever that exists."""
    candidates: list[tuple[str, Any]] = list(ALL_LEVERS[lever].setting.items())
    candidates += [(name, ALL_LEVERS[name].default) for name in spec.levers if name != lever and moved(spec, name)]
    candidates = [(name, value) for name, value in candidates if spec.setting(name) != value]
    for name, value in candidates:
        if _acts(spec.with_levers(**{name: value}), lever, until):
            return held(spec, name)
    company = {name: value for name, value in ALL_LEVERS[lever].setting.items() if spec.setting(name) != value}
    if len(company) > 1 and _acts(spec.with_levers(**company), lever, until):
        return listed([held(spec, name) for name in company])
    return ""


def _acts(released: Scenario, lever: str, until: int) -> bool:
    """Whether it matters in a scenario that a lever is where it is and not at its default."""
    taken_back: Any = ALL_LEVERS[lever].default
    with_it, without = _run(released, until), _run(released.with_levers(**{lever: taken_back}), until)
    return not _same(with_it, without) and not _hardly(with_it, without, lever)


def held(spec: Scenario, name: str) -> str:
    """What a lever holds back, and where it stands."""
    there = spec.setting(name)
    level = f"{there:g}" if isinstance(there, (int, float)) else "left to the model"
    level = "dated" if isinstance(there, dict) else level
    return f"{BINDS.get(name, ALL_LEVERS[name].label)} ({name}: {level})"


def _pieces(spec: Scenario) -> Iterator[Piece]:
    """What a scenario sets, each with the scenario that does not."""

    def piece(name: str, words: str, take: Callable[[Scenario], Scenario], lever: str = "", echo: str = "") -> Piece:
        return Piece(name, words, take(spec), take, lever, echo)

    for name in spec.levers:
        if moved(spec, name):
            yield piece(name, f"{ALL_LEVERS[name].label} ({name})", partial(_without, "levers", name), lever=name)
    for n, event in enumerate(spec.events):
        yield piece(f"event {n}", _event(event), partial(_without_entry, "events", event))
    for rule in spec.rules:
        yield piece(f"rule {rule.id}", f"Rule {rule.id}", partial(_without_entry, "rules", rule))
    known = groups.kinds()
    for name, change in spec.actors.items():
        given = {field for field, value in change.model_dump().items() if value is not None and field != "label"}
        for field in sorted(given) if name in known else ():
            echo = "alignment" if field == "alignment" and known[name] == "superpower" else ""
            take = partial(_without_field, name, field)
            yield piece(f"actor {name} {field}", f"The field {field} of actor {name}", take, echo=echo)
    for actor, divided in spec.allocation.items():
        for what, uses in divided.items():
            for use in uses:
                words = f"The share of {what} for {use} of {actor}"
                yield piece(f"share {actor} {what} {use}", words, partial(_without_share, actor, what, use))
    for actor in spec.values:
        yield piece(f"values {actor}", f"The choice of values for {actor}", partial(_without, "values", actor))
    for actor, own in spec.decisions.items() if not isinstance(spec.decisions, str) else ():
        for name in own if not isinstance(own, str) else ():
            words = f"The decision {name} of {actor}"
            yield piece(f"decision {actor} {name}", words, partial(_without_decision, actor, name))
        if isinstance(own, str):
            yield piece(f"decisions {actor}", f"How {actor} decides ({own})", partial(_without, "decisions", actor))
    for name in spec.parameters:
        yield piece(f"parameter {name}", f"Parameter {name}", partial(_without, "parameters", name))
    usual = type(spec.switches)()
    for name, value in vars(spec.switches).items():
        if value != getattr(usual, name):
            yield piece(f"switch {name}", f"Switch {name}", partial(_without_switch, name))


def _without(part: str, name: str, spec: Scenario) -> Scenario:
    return spec.with_changes(**{part: {key: value for key, value in getattr(spec, part).items() if key != name}})


def _without_entry(part: str, entry: Any, spec: Scenario) -> Scenario:
    entries = list(getattr(spec, part))
    entries.remove(entry)
    return spec.with_changes(**{part: entries})


def _without_field(actor: str, field: str, spec: Scenario) -> Scenario:
    change = {key: value for key, value in spec.actors[actor].model_dump().items() if key != field}
    return spec.with_changes(actors={**spec.actors, actor: change})


def _without_share(actor: str, what: str, use: str, spec: Scenario) -> Scenario:
    allocation = spec.model_dump()["allocation"]
    del allocation[actor][what][use]
    return spec.with_changes(allocation=allocation)


def _without_decision(actor: str, name: str, spec: Scenario) -> Scenario:
    decisions = spec.model_dump()["decisions"]
    del decisions[actor][name]
    return spec.with_changes(decisions=decisions)


def _without_switch(name: str, spec: Scenario) -> Scenario:
    usual = getattr(type(spec.switches)(), name)
    return spec.with_changes(switches=spec.switches.model_copy(update={name: usual}))
