"""Groups of actors: names that mean several actors wherever a person may name one.

A rule on a group is the same rule on each member. What a scenario changes of a group is changed of each: amounts are
divided as the members have them in the table of actors, everything else is set for each. What it says of a member by
name stands over what it says of the group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from scenarios.tables import Actor, table


class Group(NamedTuple):
    """Actors that have a name together."""

    label: str
    members: tuple[str, ...]


GROUPS: dict[str, Group] = {"gulf": Group("Gulf states", ("united_arab_emirates", "saudi_arabia"))}
"""Groups by name; all members are actors of the table and of one kind."""
AMOUNTS = {
    "stock_h100e": "stock_2022q3_h100e", "world_share": "world_share_2025", "researchers": "researchers_2022",
    "ai_power_mw": "ai_power_mw_2022",
}  # fmt: skip
"""Fields of a scenario's change that members divide, and the columns by which they do."""
_ADDED = (*AMOUNTS.values(), "ai_spend_2023_usd_bn", "hosts_us_share", "diversion_route")
_AVERAGED = ("alignment_2022", "oversight")


def members(name: str) -> tuple[str, ...]:
    """The actors that a name means: those of a group, or the actor itself."""
    return GROUPS[name].members if name in GROUPS else (name,)


def of(actor: str) -> tuple[str, ...]:
    """The groups that an actor belongs to."""
    return tuple(name for name, group in GROUPS.items() if actor in group.members)


def known(actors: Iterable[str]) -> tuple[str, ...]:
    """Names that a person may give where there are these actors: the actors, and the groups."""
    return (*actors, *GROUPS)


def kinds() -> dict[str, str]:
    """Kind of every actor of the table and of every group, by name."""
    found = {row.actor: row.kind for row in table("actors")}
    return found | {name: found[group.members[0]] for name, group in GROUPS.items()}


def models() -> dict[str, Actor]:
    """Rows that an actor can be `like`: those of the table, and the sum of every group."""
    return {row.actor: row for row in table("actors")} | {name: _total(name) for name in GROUPS}


@cache
def _total(group: str) -> Actor:
    """The members of a group as one row: amounts added, shares of their own averaged."""
    rows = [row for row in table("actors") if row.actor in members(group)]
    policing = [row.policing for row in rows if row.policing is not None]
    together: dict[str, Any] = {column: sum(getattr(row, column) or 0.0 for row in rows) for column in _ADDED}
    together |= {column: sum(getattr(row, column) for row in rows) / len(rows) for column in _AVERAGED}
    together |= {
        "actor": group, "label": GROUPS[group].label, "note": "The sum of its members",
        "makes_tools": any(row.makes_tools for row in rows),
        "policing": sum(policing) / len(policing) if len(policing) == len(rows) else None,
    }  # fmt: skip
    return rows[0].model_copy(update=together)


_Entry = Mapping[str, Any]


def by_member(
    entries: Mapping[str, _Entry], part: Callable[[_Entry, str, str], _Entry] = lambda entry, group, member: entry
) -> dict[str, dict[str, Any]]:
    """Entries by name as entries by actor: those of a group for each member, under the member's own.

    Args:
        entries: fields by the name of an actor or of a group.
        part: the fields of a member, from those of the group, its name and the member's.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, entry in entries.items():
        if name in GROUPS:
            for member in members(name):
                found[member] = {**part(entry, name, member), **found.get(member, {})}
        else:
            found[name] = {**found.get(name, {}), **entry}
    return found


def divided(change: _Entry, group: str, member: str) -> _Entry:
    """The part of a member in a change of a group: its share of amounts, and everything else as it is."""
    return {
        field: _share(value, AMOUNTS[field], group, member) if field in AMOUNTS else value
        for field, value in change.items()
    }


def _share(amount: float, column: str, group: str, member: str) -> float:
    """What a member has of an amount; the last one has the rest, so that the parts add up to it."""
    had = {row.actor: getattr(row, column) or 0.0 for row in table("actors") if row.actor in members(group)}
    total = sum(had.values())
    parts = {name: amount * (own / total if total else 1 / len(had)) for name, own in had.items()}
    *others, last = members(group)
    return amount - sum(parts[name] for name in others) if member == last else parts[member]
