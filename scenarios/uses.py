"""What nations allocate, and to what uses: the only home of those names and of the shares that a scenario fixes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.errors import as_number, shown, unknown
from scenarios.quarters import label, number

MONEY = ("chips", "fabs", "power", "people")
"""Uses of money: chips, fabs and their tools, data centers with their power and servers, and people."""
COMPUTE = ("serving", "experiments", "pretraining", "reinforcement", "safety", "idle")
"""Uses of compute. Idle compute is lost to joining clusters and to security."""
PEOPLE = ("capability", "applied", "safety", "secrecy")
"""Uses of people: capability research, products, safety, and guarding secrets or repeating others' work."""
USES: dict[str, tuple[str, ...]] = {"money": MONEY, "compute": COMPUTE, "people": PEOPLE}
"""Resources and their uses."""
FOLLOW = {
    "idle": "it is the cost of pooling and security; set their levers, such as us_concentration or weight_security",
    "secrecy": "it is the cost of security and closed research; set their levers, such as weight_security or openness",
}
"""Uses whose share cannot be fixed because they are the cost of a policy, and what to set instead."""
NEARLY = 1e-9
"""Tolerance for rounding around 1."""

Place = tuple[str | int, ...]


def problems(
    allocation: Any, actors: list[str], start: int | None, edge: int | None = None
) -> Iterator[tuple[Place, str]]:
    """Place and text of every fault in the shares that a scenario fixes: actor → money, compute or people → use.

    Args:
        allocation: what the scenario says.
        actors: names of the scenario's actors.
        start: number of the quarter from which shares hold; None where the start itself is wrong.
        edge: number of the last quarter of data; spending is recorded up to then.
    """
    if allocation is None:
        return
    if not isinstance(allocation, Mapping):
        yield ("allocation",), "give shares by actor, resource and use, such as {china: {money: {fabs: 0.3}}}"
        return
    for actor, divided in allocation.items():
        place: Place = ("allocation", str(actor))
        if actor not in actors:
            yield place, str(unknown("actor", str(actor), actors))
        if not isinstance(divided, Mapping):
            yield place, f"give shares of {', '.join(USES)}, such as {{money: {{fabs: 0.3}}}}"
            continue
        for what, shares in divided.items():
            yield from _of_one(what, shares, place, start)
            if what == "money" and isinstance(shares, Mapping) and edge is not None:
                yield from _recorded(shares, (*place, "money"), start, edge)


def _recorded(shares: Mapping[str, Any], place: Place, start: int | None, edge: int) -> Iterator[tuple[Place, str]]:
    """Faults: shares of money that would hold while spending is on record."""
    for use, setting in shares.items():
        dates = list(setting) if isinstance(setting, Mapping) else []
        try:
            first = min((number(str(date)) for date in dates), default=start)
        except ValueError:
            continue  # told already
        if first is not None and first <= edge:
            said = f"spending is on record to {label(edge)}; fix its shares later, such as {{{label(edge + 1)}: 0.3}}"
            yield (*place, str(use)), said


def _of_one(what: Any, shares: Any, actor: Place, start: int | None) -> Iterator[tuple[Place, str]]:
    """Faults in the shares of one resource."""
    place = (*actor, str(what))
    if what not in USES:
        yield place, str(unknown("resource", str(what), USES))
        return
    if not isinstance(shares, Mapping):
        yield place, f"give shares by use, such as {{{USES[what][0]}: 0.5}}; uses are: {', '.join(USES[what])}"
        return
    wrong, valid = False, [use for use in USES[what] if use not in FOLLOW]
    for use, setting in shares.items():
        if use in FOLLOW and use in USES[what]:
            problem = f"{use} cannot be fixed: {FOLLOW[use]}"
        else:
            problem = _share(setting, start) if use in valid else str(unknown(f"use of {what}", str(use), valid))
        if problem:
            wrong = True
            yield (*place, str(use)), problem
    if not wrong:
        yield from ((place, problem) for problem in _sums(what, shares, start))


def _share(setting: Any, start: int | None) -> str:
    """Why a share cannot have this value; empty if it can."""
    dated = isinstance(setting, Mapping)
    for value in (list(setting.values()) if dated else [setting]) or [None]:
        given = as_number(value)
        if given is None or not (math.isfinite(given) and 0 <= given <= 1):
            return f"is {shown(value)}; give a share from 0 to 1, or a dated path such as {{2027-Q1: 0.3}}"
    for date in setting if dated else ():
        try:
            begun = number(str(date))
        except ValueError as error:
            return str(error)
        if start is not None and begun < start:
            return f"{label(begun)} is before the scenario's start, {label(start)}; give a later date"
    return ""


def _sums(what: str, shares: Mapping[str, Any], start: int | None) -> Iterator[str]:
    """Faults: fixed shares that add up to more than 1, or shares of all money that add up to less."""
    first = start or 0
    dates = {first} | {number(str(date)) for path in shares.values() if isinstance(path, Mapping) for date in path}
    for date in sorted(dates):
        held = {use: share for use, path in shares.items() if (share := at(path, date)) is not None}
        total, when = sum(held.values()), f" in {label(date)}" if date != first else ""
        if total > 1 + NEARLY:
            yield f"shares of {what} add up to {total:g}{when}; they may add up to 1 at most"
        elif what == "money" and len(held) == len(MONEY) and total < 1 - NEARLY:  # else idle or secrecy takes the rest
            yield f"all uses of {what} are fixed and add up to {total:g}{when}; leave one out, or make them add up to 1"


def at(path: Any, quarter: int) -> float | None:
    """The share in force in a quarter; None before the first date of a path."""
    if not isinstance(path, Mapping):
        return float(path)
    begun = [date for date in path if number(str(date)) <= quarter]
    return float(path[max(begun, key=lambda date: number(str(date)))]) if begun else None
