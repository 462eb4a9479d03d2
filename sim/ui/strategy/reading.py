"""What the page shows of a table under somebody's values: numbers alone, nothing is simulated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.analysis.game import Game, Reply
from sim.analysis.oracle import settled
from sim.analysis.payoffs import PARTS
from sim.analysis.strategy import Strategy
from sim.analysis.told import AS_IS, by_profiles, sentences
from sim.ensemble.rng import Array
from sim.short import Short
from sim.ui.strategy.shown import ACCIDENTS, CRISIS, LEAD
from sim.ui.strategy.wishes import Wishes

DOTS = 50
"""Dots of a spread, as on the other pages."""
Pair = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """One combination of the two superpowers in the matrix."""

    lead: float
    """Months of US lead on average."""
    spread: tuple[float, float]
    """Where nine in ten futures lie."""
    gains: tuple[float, ...]
    """Worth to each player against nothing new, billions of US dollars a year."""
    accident: float
    """Chance of a serious accident in the last year, percent."""
    crisis: float
    """How heated the competition is at the end, 0 to 1."""
    best: tuple[Reply | None, Reply | None]
    """The reply of each superpower where this is it."""
    holds: bool
    """Whether nobody gains by leaving it."""

    def value(self, show: str) -> float:
        """What it shows, by a key of `SHOWN`, on average."""
        return {LEAD: self.lead, ACCIDENTS: self.accident, CRISIS: self.crisis}[show]


@dataclass(frozen=True)
class Reading:
    """A table under some values, with the others of the superpowers held at something."""

    found: Strategy
    game: Game
    follows: tuple[str, ...]
    others: tuple[str, ...]
    """What allies and hubs do; empty where they do not play."""
    cells: dict[Pair, Cell]
    """Rows and columns of the matrix in their order."""
    regrets: dict[str, dict[str, float]]
    """Player → package → the largest regret, billions of US dollars a year."""

    @property
    def now(self) -> tuple[str, ...]:
        """The combination in which nobody does anything new."""
        return tuple(AS_IS for _ in self.found.players)

    def whole(self, pair: tuple[str, ...]) -> tuple[str, ...]:
        """A combination of everybody."""
        return (*pair, *self.others)

    def mean(self, outcome: str, cell: tuple[str, ...]) -> float:
        """An outcome of a cell on average, over the futures that have it."""
        return float(np.nanmean(self.found.outcome(outcome)[self.game.place(cell)]))


def narrowed(found: Strategy, wishes: Wishes) -> Strategy:
    """The table without the packages that nobody may choose, and without recorded politics where they do not count."""
    rows, left = found.rows, {}
    for n, (player, own) in enumerate(found.packages.items()):
        kept = [k for k, package in enumerate(own) if package.name not in wishes.left_out]
        left[player] = tuple(own[k] for k in kept)
        rows = rows.take(kept, axis=n) if len(kept) < len(own) else rows
    if not wishes.politics:
        rows = rows.copy()
        for n in range(len(left)):
            rows[..., n * len(PARTS) + PARTS.index("politics"), :] = 0.0
    return Strategy(found.cells, left, rows)


def read(found: Strategy, wishes: Wishes) -> Reading:
    """What there is to show of a narrowed table."""
    game = found.game(wishes.values)
    follows = settled(game)
    others = wishes.others or follows[2:]
    regrets = {player: game.largest_regret(player) for player in game.players}
    return Reading(found, game, follows, others, _cells(found, game, others), regrets)


@dataclass(frozen=True)
class Said:
    """What takes longer, and stands below the matrix."""

    sentences: dict[str, str]
    """Topic → sentence."""
    by_profiles: dict[tuple[str, str], tuple[str, ...]]
    """Values of the first player and of all others → what follows."""


def said(found: Strategy, wishes: Wishes) -> Said:
    """The sentences of a narrowed table, and what follows by profiles."""
    return Said(sentences(found, wishes.values), by_profiles(found))


def _cells(found: Strategy, game: Game, others: tuple[str, ...]) -> dict[Pair, Cell]:
    """The matrix, with the others at something."""
    us, china = game.players[:2]
    two = Game({us: game.options[us], china: game.options[china]}, _held(game, others), game.seed)
    down, across = two.replies(us), two.replies(china)
    now = game.place(tuple(AS_IS for _ in game.players))
    lead, hazard, crisis = found.lead, found.outcome("accident_hazard"), found.outcome("crisis_index")
    result = {}
    for row in game.options[us]:
        for column in game.options[china]:
            place = game.place((row, column, *others))
            low, high = np.quantile(lead[place], [0.05, 0.95])
            best = (down[column,], across[row,])
            result[row, column] = Cell(
                lead=float(lead[place].mean()),
                spread=(float(low), float(high)),
                gains=tuple(float(own[place] - own[now]) for own in game.mean),
                accident=float(hazard[place].mean()),
                crisis=float(crisis[place].mean()),
                best=(best[0] if best[0].reply == row else None, best[1] if best[1].reply == column else None),
                holds=game.gain(place) <= 1e-12,
            )
    return result


def _held(game: Game, others: tuple[str, ...]) -> Array:
    """Worth to the two superpowers with the others at something, (2, rows, columns, futures)."""
    worth: Array = game.worth[:2]
    for player, name in zip(list(game.options)[2:], others, strict=True):
        worth = np.take(worth, game.options[player].index(name), axis=3)  # the next player's options move up
    return worth


# ------------------------------------------------------------------------------------------------------ one cell
@dataclass(frozen=True)
class Leaving:
    """Whether a player would leave a combination alone."""

    player: str
    reply: Reply
    gain: float
    """Billions of US dollars a year, on average; 0 where it stays."""


@dataclass(frozen=True, repr=False)
class Opened(Short):
    """Everything about one combination, against nothing new in the same futures."""

    cell: tuple[str, ...]
    parts: tuple[tuple[float, ...], ...]
    """(players, parts) weighted, billions of US dollars a year on average."""
    worth: Array
    """(players, futures) what it is worth more."""
    lead: Array
    """(futures,) months."""
    leaving: tuple[Leaving, ...]

    def _facts(self) -> dict[str, Any]:
        return {"cell": " / ".join(self.cell), "futures": len(self.lead)}


def opened(reading: Reading, wishes: Wishes, cell: tuple[str, ...]) -> Opened:
    """One combination in detail."""
    found, game = reading.found, reading.game
    here, now = game.place(cell), game.place(reading.now)
    parts = []
    for player, own in zip(found.players, found.counts, strict=True):
        weights = np.array([*map(float, found.weights(player, wishes.values)), 1.0])
        parts.append(tuple(float(each) for each in weights * (own[here] - own[now]).mean(axis=-1)))
    return Opened(
        cell, tuple(parts), np.stack([own[here] - own[now] for own in game.worth]), found.lead[here],
        tuple(_leaving(game, n, cell) for n in range(len(game.players))),
    )  # fmt: skip


def _leaving(game: Game, n: int, cell: tuple[str, ...]) -> Leaving:
    player, place = game.players[n], game.place(cell)
    alone = _only(game, n, place)
    (reply,) = alone.replies(player).values()
    line = alone.mean[n].reshape(-1)
    return Leaving(player, reply, float(line.max() - line[place[n]]))


def _only(game: Game, n: int, place: tuple[int, ...]) -> Game:
    """The game in which all but one player have no choice."""
    left = {
        player: {name for k, name in enumerate(own) if k != place[m]}
        for m, (player, own) in enumerate(game.options.items()) if m != n
    }  # fmt: skip
    return replace(game).without(left)


def dots(values: Array) -> list[float]:
    """A spread as so many futures that stand for all."""
    return [float(value) for value in np.quantile(values, (np.arange(DOTS) + 0.5) / DOTS)]
