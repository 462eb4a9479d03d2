"""What the rules by which nations choose would have said, year by year, had they been asked during the record.

Everything else in the world goes as it was recorded. Recorded politics are fixed once, at the first quarter, from the
levels of that time; nothing that came later moves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from agents import choice, choices, licensing
from agents.choice import INERTIA, MENUS
from agents.rows import CHINA, US
from agents.stakes import Stakes
from agents.state import Array
from scenarios.quarters import DATA_UNTIL, FIRST, number
from scenarios.schema import Scenario
from sim.engine import sight
from sim.engine.context import Context
from sim.engine.edge import copied, recorded
from sim.engine.inputs import inputs_of
from sim.engine.noise import noise
from sim.engine.state import Quarter, State
from sim.engine.world import World
from sim.ensemble.draws import draw
from sim.ensemble.rng import Streams

Key = tuple[int, str]
"""Row of an actor, and a decision that it takes."""
Pair = tuple[str, str]
"""Name of an actor, and a decision that it takes."""


class Outcome(NamedTuple):
    """Chances, or shares, of how a decision turns within a year; they add to 1."""

    up: float
    none: float
    down: float


class Outlook(NamedTuple):
    """What the rules say about the year that begins with a quarter, by decision of an actor."""

    unforced: dict[Pair, Outcome]
    """Against the level that the rule itself has reached by then."""
    standing: dict[Pair, Outcome]
    """Against the level of the recorded world."""


class Picture(NamedTuple):
    """The world at the end of a quarter."""

    c: Context
    s: State
    q: Quarter


def outlooks(spec: Scenario, runs: int, seed: int) -> dict[int, Outlook]:
    """What the rules say at every quarter of the record but the first, from the picture of the quarter before it.

    The rule's own level starts where the recorded one stood at the end of the first quarter. At the turn of each year
    it moves half of the way to the mean over the menu, as it does after the record.

    Args:
        spec: a scenario; what it decides otherwise than the record is left out.
        runs: members of its ensemble.
        seed: names the dice.

    Returns:
        An outlook, the mean over members, by the number of the quarter.
    """
    seen = pictures(spec, runs, seed)
    slopes, level = sight.politics(*seen[0]), standing(seen[0])
    found = {}
    for t, picture in enumerate(seen[:-1]):
        quarter, chances = FIRST + t + 1, odds(picture, slopes)
        names = picture.c.inputs.actors
        found[quarter] = Outlook(_by_pair(names, chances, level), _by_pair(names, chances, standing(picture)))
        if quarter % 4 == 0:
            level = {key: _moved(key[1], chances[key], own) for key, own in level.items()}
    return found


def pictures(spec: Scenario, runs: int, seed: int) -> list[Picture]:
    """The recorded world at the end of every quarter.

    Worth is told at the stakes of 2026, so the scale of stakes is AI revenue against that of the same member in the
    last quarter, to the power of `stakes_growth`. It is a unit and no forecast: it is the same for every level.
    """
    inputs = inputs_of(recorded(spec), number(DATA_UNTIL) - FIRST + 1)
    streams = Streams(seed, 0, runs, inputs.steps)
    world = World(inputs, draw(inputs.spec, streams), noise(inputs, streams))
    found = []
    try:
        for _ in range(inputs.steps):
            world.step()
            found.append(Picture(world.context, copied(world.state), world.now))
    finally:
        world.close()
    last = found[-1].s.bloc_revenue
    return [p._replace(s=replace(p.s, edge=replace(p.s.edge, revenue=last))) for p in found]


def standing(picture: Picture) -> dict[Key, Array]:
    """Levels of the recorded world, (runs,); those of allies and hubs are what their habits made of the record."""
    return {key: getattr(picture.s, key[1])[key[0]].copy() for key in _keys(picture.c)}


def odds(picture: Picture, slopes: Mapping[str, Array]) -> dict[Key, Array]:
    """Chance of each level of every menu, (levels, runs), with recorded politics given."""
    c, s, q = picture
    seen, t = sight.stakes(c, s, q), c.p.choice_temperature
    of = licensing.problem(seen, c.wants(US), c.wants(CHINA), c.p.import_reluctance, (None, None))
    politics = slopes["licensing"][US], slopes["permission"][CHINA]
    us, china = licensing.settled(of, (seen.licensing, seen.permission), politics, t)
    found = {
        (row, name): choice.odds(worth, slopes[name][row], MENUS[name].place, t)
        for (row, name), worth in _worths(c, s, seen).items()
    }
    return {(US, "licensing"): us, (CHINA, "permission"): china, **found}


def _worths(c: Context, s: State, seen: Stakes) -> dict[Key, Array]:
    """What levels are worth, (levels, runs), where no other actor's choice matters."""
    us, china = c.wants(US), c.wants(CHINA)
    found = {
        (US, "enforcement"): choices.enforcement(seen, us), (US, "model_access"): choices.model_access(seen, us),
        (CHINA, "push"): choices.push(seen, china),
    }  # fmt: skip
    allies, hubs = c.inputs.rows_of("ally"), c.inputs.rows_of("hub")
    aligned = choices.alignment(
        seen, c.weights(allies), s.alignment[allies], seen.lost_sales[allies], c.p.ally_drift
    )  # fmt: skip
    policed = choices.policing(seen, c.weights(hubs), seen.transit[hubs], c.p.hub_commerce)
    for name, rows, worth in (("alignment", allies, aligned), ("policing", hubs, policed)):
        found |= {(row, name): worth[:, row - rows.start] for row in range(rows.start, rows.stop)}
    return found


def _keys(c: Context) -> list[Key]:
    return [(c.inputs.actors.index(actor), name) for actor, name in c.inputs.decisions]


def _moved(decision: str, chance: Array, level: Array) -> Array:
    """The rule's own level a year later."""
    menu = MENUS[decision]
    return choice.moved(decision, level, menu.at(choice.mean(chance, menu.place)))


def _by_pair(names: tuple[str, ...], chances: Mapping[Key, Array], level: Mapping[Key, Array]) -> dict[Pair, Outcome]:
    return {(names[row], name): outcome(name, chances[row, name], at) for (row, name), at in level.items()}


def outcome(decision: str, chance: Array, level: Array) -> Outcome:
    """Chance that a decision moves up, not at all or down within a year, the mean over members.

    In a year an actor acts with the chance of `INERTIA`, which makes it go half of the way on average. If it acts, it
    takes a level of the menu by the logit. A level counts as no move by its nearness to the one that stands: wholly
    where it is that one, not at all from the next level of the menu on.

    Args:
        decision: its name.
        chance: (levels, runs) by the logit.
        level: (runs,) the level that stands.
    """
    menu = MENUS[decision]
    where = menu.where(level)
    moving = INERTIA * chance * (1 - choice.around(where, menu.place))
    above = menu.place[:, None] > where
    up, down = (float(np.where(side, moving, 0.0).sum(axis=0).mean()) for side in (above, ~above))
    return Outcome(up, 1 - up - down, down)
