"""How an actor chooses: a menu of levels, what each is worth to it, and a logit over them.

Of two levels that differ in worth by the temperature the better one is 2.7 times as likely. What an actor sets is the
mean over its menu, half of the way to it in a year. Worth counts in billions of US dollars a year at the stakes of
2026. A slope on each menu, found once, makes the recorded level the one that is chosen at the edge of the data: it
stands for the politics that no list of values holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from agents.state import Array
from scenarios.decisions import DECISIONS

INERTIA = 0.5
"""Share of the way to what it would choose that an actor moves in a year; judgment: laws and budgets take time."""
STEEPEST, HALVINGS = 50_000.0, 50
"""Largest slope of recorded politics, billions of dollars a year over the menu, and how often its range is halved."""
INSIDE = 0.02
"""Recorded levels nearer than this to an end of the menu count as being there: no slope makes an end certain."""


class Menu(NamedTuple):
    """Levels that an actor weighs."""

    levels: Array
    """(levels,) in the unit of the decision."""
    place: Array
    """(levels,) where each stands between the ends, 0 to 1: by its logarithm where no end is 0."""

    @classmethod
    def of(cls, decision: str) -> Menu:
        """The menu of a decision."""
        levels = np.array(DECISIONS[decision].levels)
        scale = np.log(levels) if levels[0] > 0 else levels
        return cls(levels, (scale - scale[0]) / (scale[-1] - scale[0]))

    def where(self, level: Array | float) -> Array:
        """Where levels stand between the ends."""
        if self.levels[0] > 0:
            return np.asarray(np.log(np.maximum(level, self.levels[0]) / self.levels[0]) / np.log(self.span))
        return np.asarray((level - self.levels[0]) / (self.levels[-1] - self.levels[0]))

    def at(self, place: Array) -> Array:
        """The level at a place between the ends."""
        if self.levels[0] > 0:
            return np.asarray(self.levels[0] * self.span**place)
        return np.asarray(self.levels[0] + (self.levels[-1] - self.levels[0]) * place)

    @property
    def span(self) -> float:
        """The last level over the first."""
        return float(self.levels[-1] / self.levels[0])


MENUS = {name: Menu.of(name) for name in DECISIONS}


def logit(worth: Array, temperature: Array) -> Array:
    """Chance of each level, `(levels, …, runs)`; worth and temperature in billions of US dollars a year."""
    chance = np.exp((worth - worth.max(axis=0)) / temperature)
    return np.asarray(chance / chance.sum(axis=0))


def odds(worth: Array, slope: Array, place: Array, temperature: Array) -> Array:
    """Chance of each level with recorded politics, `(levels, …, runs)`.

    Args:
        worth: `(levels, …, runs)` billions of US dollars a year.
        slope: `(…, runs)` recorded politics between the ends of the menu.
        place: (levels,) where levels stand.
        temperature: (runs,) billions of US dollars a year.
    """
    return logit(worth + _along(place, worth) * slope, temperature)


def around(where: Array, place: Array) -> Array:
    """Odds of the two levels around a place between the ends, whose mean is there, `(levels, runs)`."""
    wide = place[1:] - place[:-1]
    near = 1 - np.abs(where - place[:, None]) / np.minimum(np.append(wide, wide[-1]), np.append(wide[0], wide))[:, None]
    return np.maximum(near, 0.0)


def _along(place: Array, like: Array) -> Array:
    """Places of levels along the first axis of a table."""
    return place.reshape(-1, *[1] * (like.ndim - 1))


def mean(chance: Array, place: Array) -> Array:
    """Mean place by the chance of each level, `(…, runs)`."""
    return np.asarray((_along(place, chance) * chance).sum(axis=0))


def chosen(decision: str, worth: Array, slope: Array, temperature: Array) -> Array:
    """The level that an actor would set, `(…, runs)`."""
    menu = MENUS[decision]
    return menu.at(mean(odds(worth, slope, menu.place, temperature), menu.place))


def moved(decision: str, now: Array, goal: Array) -> Array:
    """A level after a year on its way to a goal; by ratios where the menu goes by them."""
    menu = MENUS[decision]
    here = menu.where(now)
    return menu.at(here + INERTIA * (menu.where(goal) - here))


def revealed(worth: Array, level: Array, temperature: Array, decision: str) -> Array:
    """The slope of a menu with which the recorded level is what is chosen, `(…, runs)`."""
    menu = MENUS[decision]
    goal = np.clip(menu.where(level), INSIDE, 1 - INSIDE)
    return bisected(lambda slope: mean(odds(worth, slope, menu.place, temperature), menu.place), goal)


def bisected(place: Callable[[Array], Array], goal: Array) -> Array:
    """The slope at which a rising mean place meets a goal."""
    low, high = np.full(goal.shape, -STEEPEST), np.full(goal.shape, STEEPEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = place(middle) < goal
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
