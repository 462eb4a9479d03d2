"""Decisions that nations take: each with its levels, its lever and its position today.

The only home of the names of decisions and of what a scenario may say about them: that an actor chooses by its values,
that it follows a fixed reaction, or that it is held to a number or a dated path.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from scenarios import groups
from scenarios.errors import as_number, shown, unknown
from scenarios.kinds import KindName
from scenarios.quarters import label, number

CHOOSE, HABIT = "choose", "habit"
"""Rules by which an actor decides: by what it values, or by a fixed reaction."""
RULES: dict[str, str] = {
    CHOOSE: "once a year the actor weighs what it values and sees; it moves slowly and may pick any option",
    HABIT: "the actor follows a fixed reaction to what it sees, or changes nothing",
}
"""What each rule means."""


class Decision(NamedTuple):
    """One decision of one kind of actor."""

    label: str
    who: KindName
    actor: str
    """The one actor that takes it; empty where every actor of the kind does."""
    lever: str
    """The lever that fixes it for everyone who takes it."""
    scale: float
    """Divide the lever's number by this to get the decision's level."""
    levels: tuple[float, ...]
    """The levels that an actor weighs."""
    today: float
    """The level under today's rules."""
    unit: str
    meaning: str


_SIX = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
DECISIONS: dict[str, Decision] = {
    "licensing": Decision(
        "License policy for China", "superpower", "united_states", "licensing", 100, _SIX, 0.5, "share",
        "at 0 every sale goes ahead, at 0.5 the rules apply as written, at 1 no chip that needs a license is sold",
    ),
    "enforcement": Decision(
        "Enforcement budget", "superpower", "united_states", "enforcement", 1, (0.5, 0.9, 1.6, 3.0, 5.5, 10.0), 1.0,
        "× 2026 budget", "money for export-control officers, investigations and checks abroad",
    ),
    "model_access": Decision(
        "Limits on access to models", "superpower", "united_states", "distillation_limits", 100, _SIX, 0.2, "share",
        "how well US labs keep rivals from training models on the answers of theirs",
    ),
    "permission": Decision(
        "Import approval rate", "superpower", "china", "import_permission", 100, _SIX, 0.06, "share",
        "share of the chips the United States would sell that Beijing lets Chinese firms buy",
    ),
    "push": Decision(
        "Chip industry subsidies", "superpower", "china", "chip_push", 100, _SIX, 0.5, "share",
        "money and political priority for Chinese chip and memory makers",
    ),
    "alignment": Decision(
        "Alignment with the United States", "ally", "", "allied_alignment", 100, _SIX, 0.72, "share",
        "how closely an ally follows US controls on chip tools",
    ),
    "policing": Decision(
        "Policing of transit trade", "hub", "", "hub_policing", 100, _SIX, 0.3, "share",
        "how hard a transit hub looks for chips that are being smuggled to China",
    ),
}  # fmt: skip
"""Every decision, in display order."""

Place = tuple[str | int, ...]


def holds(setting: Any) -> bool:
    """Whether a setting holds a decision at a number or a path, rather than naming a rule."""
    return not isinstance(setting, str)


def without(given: Any, levers: Iterable[str]) -> Any:
    """The scenario's decisions, without those that some levers now hold."""
    if not isinstance(given, Mapping):
        return given
    gone = {name for name, x in DECISIONS.items() if x.lever in set(levers)}
    return {
        actor: {name: s for name, s in own.items() if name not in gone or not holds(s)}
        if isinstance(own, Mapping) else own
        for actor, own in given.items()
    }  # fmt: skip


def spelled(given: Any, kinds: Mapping[str, str]) -> Any:
    """The same, with a rule for everyone or for one actor written out decision by decision.

    A rule for everyone is written to groups and not to their members, whose own would stand over the group's.
    """
    if isinstance(given, str) and given in RULES:
        named = (actor for actor, kind in kinds.items() if taken_by(actor, kind) and not groups.of(actor))
        given = dict.fromkeys(named, given)
    if not isinstance(given, Mapping):
        return given
    ruled = {actor: own for actor, own in given.items() if isinstance(own, str) and own in RULES}
    written = {actor: dict.fromkeys(taken_by(actor, kinds.get(actor, "")), own) for actor, own in ruled.items()}
    return {**given, **written}


def pairs(roster: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Actor and decision, for every decision that actors take.

    Args:
        roster: actors with their kinds.
    """
    return tuple((actor, name) for actor, kind in roster for name in taken_by(actor, kind))


def taken_by(actor: str, kind: str) -> tuple[str, ...]:
    """Names of the decisions that an actor takes."""
    return tuple(name for name, x in DECISIONS.items() if x.who == kind and x.actor in ("", actor))


def problems(given: Any, kinds: Mapping[str, str], start: int | None) -> Iterator[tuple[Place, str]]:
    """Place and text of every fault in a scenario's decisions: actor → decision → rule, number or path.

    Args:
        given: what the scenario says; a rule alone applies to everyone.
        kinds: kind of every actor of the scenario.
        start: number of the quarter from which decisions hold; None where the start itself is wrong.
    """
    if isinstance(given, str) and given in RULES:
        return
    if not isinstance(given, Mapping):
        yield ("decisions",), f"give {' or '.join(RULES)}, or decisions by actor, such as {{china: {{push: 0.5}}}}"
        return
    for actor, own in given.items():
        place: Place = ("decisions", str(actor))
        if actor not in kinds:
            yield place, str(unknown("actor", str(actor), kinds))
            continue
        valid = taken_by(str(actor), kinds[str(actor)])
        if not valid:
            yield place, f"{actor} takes no decisions; the United States, China, allies and transit hubs do"
        elif isinstance(own, str) and own in RULES:
            continue
        elif not isinstance(own, Mapping):
            yield place, f"give {' or '.join(RULES)}, or decisions of {actor}: {', '.join(valid)}"
        else:
            for name, setting in own.items():
                text = _setting(DECISIONS[name], setting, start) if name in valid else ""
                if name not in valid:
                    text = str(unknown(f"decision of {actor}", str(name), valid))
                if text:
                    yield (*place, str(name)), text


def _setting(decision: Decision, setting: Any, start: int | None) -> str:
    """Why a decision cannot have this setting; empty if it can."""
    if isinstance(setting, str) and setting in RULES:
        return ""
    low, high = min(decision.levels[0], 0.0), decision.levels[-1]
    dated = isinstance(setting, Mapping)
    for value in (list(setting.values()) if dated else [setting]) or [None]:
        found = as_number(value)
        if found is None or not (math.isfinite(found) and low <= found <= high):
            return (
                f"is {shown(value)}; give {' or '.join(RULES)}, a number from {low:g} to {high:g} ({decision.unit}), "
                f"or a dated path such as {{2027-Q1: {decision.today:g}}}"
            )
    for date in setting if dated else ():
        try:
            begun = number(str(date))
        except ValueError as error:
            return str(error)
        if start is not None and begun < start:
            return f"{label(begun)} is before the scenario's start, {label(start)}; give a later date"
    return ""
