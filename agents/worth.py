"""What a further dollar, chip and person is worth in its uses, by what everybody saw, against the edge of the data.

Tables have three rows: the United States, China, and all others, who plan as one bloc.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents.protocols import AtEdge, PublicInfo
from agents.state import Array

RACE_DISTANCE = 6.0
"""ECI points at which a rival counts as close; judgment, about five months of progress."""
RACE_VALUE = 1.0
"""What a level and hostile rival adds to the value of capability, against what it earns; judgment."""
PLENTY = 0.7
"""Share of the power that there will be below whose use a site waits for nothing; judgment."""
LEAST_FOUND = 1e-4
"""Orders of magnitude of efficiency in a quarter below which nobody sees a difference."""


class Seen(NamedTuple):
    """What the worth of a use depends on, by bloc, `(3, runs)` each."""

    revenue: Array
    """AI revenue, US dollars a year."""
    power_use: Array
    """Power that chips owned and on order need, against what there will be."""
    from_experiments: Array
    """Efficiency that an e-fold of experiments adds in a quarter, orders of magnitude."""
    from_people: Array
    """The same of an e-fold of researchers."""


class Worth(NamedTuple):
    """Values against the edge of the data, by bloc, `(3, runs)` each."""

    power: Array
    """How short power is; where there is plenty, more of it is worth no less."""
    points: Array
    """A point of capability, against what it earns."""
    experiments: Array
    """A share of compute for experiments: a point's worth, and how much they still find."""
    people: Array
    """A researcher, likewise."""


def pressure(gap: Array) -> Array:
    """1 when a rival is level or ahead, falling to 0 as the own lead grows; `gap` is in ECI points."""
    return np.exp(np.maximum(gap, 0) * (-1 / RACE_DISTANCE))


def closeness(gap: Array) -> Array:
    """1 when a rival is level, falling to 0 as either leads."""
    distance = gap * (1 / RACE_DISTANCE)
    return np.exp(-distance * distance)


def pressed(public: PublicInfo) -> Array:
    """How hard rivals press the three blocs: somebody is always ahead of all others."""
    return np.concatenate([pressure(public.rival_gap[:2]), np.ones((1, public.lead.shape[-1]))])


def race(pressed: Array, hostility: Array) -> Array:
    """What rivalry makes of the value of capability, a factor."""
    return 1 + hostility * RACE_VALUE * pressed


def worth(seen: Seen, public: PublicInfo, edge: AtEdge, hostility: Array) -> Worth:
    """What uses are worth.

    A level and hostile rival adds to what capability earns; what it adds grows with what is at stake, but slower than
    revenue does.
    """
    stakes = np.sqrt(np.sqrt(np.maximum(seen.revenue, 1.0) / np.maximum(edge.revenue, 1.0)))
    points = race(pressed(public) / stakes, hostility) / edge.race
    power = (PLENTY * PLENTY + seen.power_use * seen.power_use) / (PLENTY * PLENTY + edge.power_use * edge.power_use)
    found = (seen.from_experiments + LEAST_FOUND) / (edge.from_experiments + LEAST_FOUND)
    found_by_people = (seen.from_people + LEAST_FOUND) / (edge.from_people + LEAST_FOUND)
    return Worth(power, points, points * found, points * found_by_people)
