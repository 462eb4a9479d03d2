"""Games in which every player sets one number: an equilibrium by iterated best reply.

Beside the tables of `sim.analysis.game`, for payoffs that are a formula. Nothing of the simulator is in it.

>>> from sim.analysis.continuous import equilibrium
>>> cournot = equilibrium(lambda n, made: made[n] * (1 - made.sum()), players=3)
>>> [round(float(level), 6) for level in cournot.levels]
[0.25, 0.25, 0.25]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from scenarios.errors import InputError
from sim.checks import checked, whole
from sim.ensemble.rng import Array
from sim.short import Short

Worth = Callable[[int, Array], float]
"""What the levels of all players, `(players,)`, are worth to one of them, by its number."""
GRID = 65
"""Levels at which a best reply is looked for before it is refined, so that no worse peak is taken for it."""
EXACT = 1e-12
"""How exactly the refinement places a level, against the range."""


@dataclass(frozen=True, repr=False)
class Equilibrium(Short):
    """Levels that nobody gains by leaving alone."""

    levels: Array
    """(players,) what each sets."""
    worth: Array
    """(players,) what that is worth to each."""
    gain: float
    """The most that anybody could gain by leaving alone, as far as a search finds it."""
    rounds: int
    """Rounds of replies until nobody moved."""


@checked
def equilibrium(
    worth: Callable[[int, Array], float],
    players: int,
    low: float = 0.0,
    high: float = 1.0,
    start: Sequence[float] | None = None,
    step: float = 1.0,
    tolerance: float = 1e-8,
    rounds: int = 1000,
) -> Equilibrium:
    """Let the players answer one after the other, over and over, until nobody moves.

    A game may have several equilibria, or none that replies lead to: try other starts.

    Args:
        worth: what the levels of all, `(players,)`, are worth to a player, called with its number, from 0, and them.
        players: how many.
        low: the lowest level that each can set.
        high: the highest.
        start: level of each player to start from; by default the middle of the range.
        step: share of the way to the best reply that a player moves; less than 1 calms replies that overshoot.
        tolerance: nobody moves if no level changes by more, against the range.
        rounds: the most that are tried.

    Raises:
        InputError: for a range that is empty, a start outside it or of the wrong length, a worth that is not finite, or
            replies that do not settle.
    """
    whole("players", players, 1)
    whole("rounds", rounds, 1)
    if not low < high:
        raise InputError(f"low is {low:g} and high {high:g}; give a low that is less than the high")
    if not 0 < step <= 1:
        raise InputError(f"step is {step:g}; give a share above 0 and up to 1")
    if tolerance <= 0:
        raise InputError(f"tolerance is {tolerance:g}; give a number above 0, such as 1e-8")
    levels, moved = _started(start, players, low, high), np.inf
    for done in range(1, rounds + 1):
        before = levels.copy()
        for n in range(players):
            levels[n] += step * (best_reply(worth, n, levels, low, high) - levels[n])
        moved = float(np.abs(levels - before).max()) / (high - low)
        if moved <= tolerance * step:
            return Equilibrium(levels, *_left(worth, levels, low, high), done)
    raise InputError(
        f"replies do not settle: after {rounds:,} rounds a level still moves by {moved:.3g} of the range; give another "
        "start, a smaller step or more rounds"
    )


def best_reply(worth: Worth, player: int, levels: Array, low: float = 0.0, high: float = 1.0) -> float:
    """The level that is worth most to a player while the others keep theirs.

    Raises:
        InputError: for a worth that is not finite.
    """

    def of(level: float) -> float:
        tried = levels.copy()
        tried[player] = level
        found = float(worth(player, tried))
        if not np.isfinite(found):
            raise InputError(f"worth to player {player} at levels {tried.tolist()} is {found}; give a finite number")
        return found

    grid = np.linspace(low, high, GRID)
    values = [of(float(level)) for level in grid]
    top = int(np.argmax(values))
    around = (float(grid[max(top - 1, 0)]), float(grid[min(top + 1, GRID - 1)]))
    found = minimize_scalar(
        lambda level: -of(float(level)), bounds=around, method="bounded", options={"xatol": EXACT * (high - low)}
    )
    return float(found.x) if -found.fun > values[top] else float(grid[top])  # the ends are on the grid alone


def _started(start: Sequence[float] | None, players: int, low: float, high: float) -> Array:
    if start is None:
        return np.full(players, (low + high) / 2)
    levels = np.array(start, float)
    if levels.shape != (players,) or not ((levels >= low) & (levels <= high)).all():
        raise InputError(f"start is {levels.tolist()}; give {players} levels from {low:g} to {high:g}")
    return levels


def _left(worth: Worth, levels: Array, low: float, high: float) -> tuple[Array, float]:
    """What levels are worth to each, and the most that anybody could gain by leaving them alone."""
    now, gain = np.zeros(len(levels)), 0.0
    for n in range(len(levels)):
        now[n], left = worth(n, levels), levels.copy()
        left[n] = best_reply(worth, n, levels, low, high)
        gain = max(gain, float(worth(n, left)) - float(now[n]))
    return now, gain
