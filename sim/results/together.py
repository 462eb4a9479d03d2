"""What a group of actors has together, from what each of its members has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from scenarios.groups import GROUPS
from sim.ensemble.rng import Array
from sim.results.measures import MEASURES

LARGEST = frozenset({"capability", "training_flop", "training_cost"})
"""Series of which a group has that of the member who has most; shares are averaged, and all others added."""


def of_members(series: str, values: Sequence[Array]) -> Array:
    """A series of a group, `(T, runs)`: added, averaged or the largest, by what the series is.

    Args:
        series: its name.
        values: that of every member, each `(T, runs)`.
    """
    if series in LARGEST:
        return np.asarray(np.fmax.reduce(values))
    total = np.sum(values, axis=0)
    return np.asarray(total / len(values)) if series == "decisions" or MEASURES[series][1] == "share" else total


def parts_of(part: str, names: Sequence[str]) -> tuple[str, ...]:
    """The parts of a series that a part of a group stands for, such as `gulf` or `gulf.policing`; none of others.

    Args:
        part: what is asked for.
        names: parts of the series, by actor, or by actor and item.
    """
    group, dot, item = part.partition(".")
    members = GROUPS[group].members if group in GROUPS else ()
    return tuple(name for name in (f"{member}{dot}{item}" for member in members) if name in names)


def with_groups(names: Iterable[str]) -> tuple[str, ...]:
    """Parts that can be asked for: those of a series by actor, and the same of every group that has them."""
    known = tuple(names)
    items = [(name.partition(".")[0], "".join(name.partition(".")[1:])) for name in known]
    found = dict.fromkeys(
        f"{group}{item}" for group, of in GROUPS.items() for actor, item in items if actor in of.members
    )
    return (*known, *found)
