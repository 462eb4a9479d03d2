"""Games in tables: best replies with their odds, equilibria, and what a leader does who is answered.

A table holds what every cell is worth to every player in every future. Two options are told apart only if one is better
in nine of ten resamples of the futures; else they are a tie.

>>> import numpy as np
>>> from sim.analysis.game import Game
>>> chicken = Game.of({"row": ("stop", "go"), "column": ("stop", "go")}, [[[0, -1], [1, -9]], [[0, 1], [-1, -9]]])
>>> chicken.equilibria()
[('stop', 'go'), ('go', 'stop')]
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np

from scenarios.errors import InputError, unknown
from sim.ensemble.rng import Array, generator
from sim.short import Short

RESAMPLED = 1000
"""Resamples of the futures by which a best reply is told from chance."""
SURE = 0.9
"""Odds of a best reply below which it is called a tie."""

NOTHING = 1e-9
"""Odds below which an option is not played."""

Cell = tuple[str, ...]
"""One option of each player, in the order of the players."""


@dataclass(frozen=True)
class Reply:
    """The best reply to what the others do."""

    reply: str
    p: float
    """Share of resampled futures in which it is the best."""

    @property
    def tie(self) -> bool:
        """Whether others are about as good."""
        return self.p < SURE


@dataclass(frozen=True, repr=False)
class Game(Short):
    """What every cell of options is worth to every player."""

    options: Mapping[str, Cell]
    """Player → names of its options."""
    worth: Array
    """(players, options of the first, …, options of the last, futures)."""
    seed: int = 0
    """Names the resamples."""

    def _facts(self) -> dict[str, Any]:
        return {"players": ", ".join(f"{name} ({len(found)})" for name, found in self.options.items()),
                "futures": self.worth.shape[-1]}  # fmt: skip

    @classmethod
    def of(cls, options: Mapping[str, Sequence[str]], worth: Any, seed: int = 0) -> Game:
        """A game from numbers; without an axis of futures, of one future.

        Raises:
            InputError: when the shape is not that of the options, or a number is not finite.
        """
        table, sizes = np.asarray(worth, float), tuple(map(len, options.values()))
        if table.shape == (len(options), *sizes):
            table = table[..., None]
        if table.shape[:-1] != (len(options), *sizes):
            raise InputError(
                f"worth has the shape {table.shape}; for these options it is {(len(options), *sizes)}, futures"
            )
        if not np.isfinite(table).all():
            raise InputError("worth holds numbers that are not finite")
        return cls({name: tuple(found) for name, found in options.items()}, table, seed)

    @property
    def players(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.options)

    @cached_property
    def mean(self) -> Array:
        """(players, options …) worth on average over the futures."""
        return np.asarray(self.worth.mean(axis=-1))

    def without(self, options: Mapping[str, Collection[str]]) -> Game:
        """The game in which players may not choose some of their options.

        Args:
            options: player → what it may not choose.

        Raises:
            InputError: for a player who does not play, or who has nothing left.
        """
        for player in options:
            self._row(player)
        worth, left = self.worth, {}
        for n, (player, found) in enumerate(self.options.items()):
            kept = [k for k, name in enumerate(found) if name not in options.get(player, ())]
            if not kept:
                raise InputError(f"{player} has nothing left to choose")
            worth, left[player] = worth.take(kept, axis=n + 1), tuple(found[k] for k in kept)
        return Game(left, worth, self.seed)

    def cells(self) -> Iterator[tuple[int, ...]]:
        """Places of all cells."""
        yield from product(*(range(len(found)) for found in self.options.values()))

    def named(self, cell: Sequence[int]) -> Cell:
        """The options of a cell by name."""
        return tuple(found[place] for found, place in zip(self.options.values(), cell, strict=True))

    def place(self, cell: Sequence[str]) -> tuple[int, ...]:
        """Where the options of a cell stand.

        Raises:
            InputError: for an option that a player does not have.
        """
        for (player, found), name in zip(self.options.items(), cell, strict=True):
            if name not in found:
                raise unknown("option", name, found, player)
        return tuple(found.index(name) for found, name in zip(self.options.values(), cell, strict=True))

    # --- replies ------------------------------------------------------------------------------------------------------

    def replies(self, player: str) -> dict[Cell, Reply]:
        """The best reply of a player to everything that the others can do: their options → reply.

        Raises:
            InputError: for a player who does not play.
        """
        if player in self._known:
            return self._known[player]
        n = self._row(player)
        own = np.moveaxis(self.worth[n], n, 0)
        others = [found for name, found in self.options.items() if name != player]
        result = {}
        for place in product(*(range(len(found)) for found in others)):
            worth = own[(slice(None), *place)]
            rivals = tuple(found[at] for found, at in zip(others, place, strict=True))
            result[rivals] = best_of(self.options[player], worth, self.seed)
        self._known[player] = result
        return result

    @cached_property
    def _known(self) -> dict[str, dict[Cell, Reply]]:
        """Best replies that have been asked for."""
        return {}

    def dominant(self, player: str) -> str | None:
        """The option that is clearly the best whatever the others do; None where there is none."""
        found = self.replies(player).values()
        options = {each.reply for each in found}
        return options.pop() if len(options) == 1 and not any(each.tie for each in found) else None

    # --- regret -------------------------------------------------------------------------------------------------------

    def regrets(self, player: str) -> Array:
        """(own options, answers of the others) how much less than with the best reply, on average."""
        n = self._row(player)
        own = np.moveaxis(self.mean[n], n, 0).reshape(len(self.options[player]), -1)
        return np.asarray(own.max(axis=0) - own)

    def largest_regret(self, player: str) -> dict[str, float]:
        """Option → regret under the answer of the others where it is largest."""
        return dict(zip(self.options[player], map(float, self.regrets(player).max(axis=1)), strict=True))

    def least_regret(self, player: str) -> str:
        """The option whose largest regret is smallest."""
        found = self.largest_regret(player)
        return min(found, key=lambda name: found[name])

    # --- equilibria ---------------------------------------------------------------------------------------------------

    def gain(self, cell: Sequence[int]) -> float:
        """What some player could gain, on average, by leaving a cell alone."""
        return max(self._gain(cell, n) for n in range(len(self.options)))

    def _gain(self, cell: Sequence[int], n: int) -> float:
        """What one player could."""
        return float(self.mean[n][self._line(cell, n)].max() - self.mean[n][tuple(cell)])

    def equilibria(self, epsilon: float = 0.0) -> list[Cell]:
        """Cells that nobody gains by leaving alone, but for `epsilon` on average."""
        return [self.named(cell) for cell in self.cells() if self.gain(cell) <= epsilon + 1e-12]

    def led(self) -> Cell:
        """What follows if the first player commits itself and the others answer.

        The others settle in an equilibrium among themselves; where there are several, in the one that is best for the
        first of them, and where there is none, in the cell that anybody gains least by leaving. The leader takes the
        option that leads to what is best for it.
        """
        ends = [(own, *self._settled(own)) for own in range(len(self.options[self.players[0]]))]
        return self.named(max(ends, key=lambda cell: self.mean[0][cell]))

    def _settled(self, own: int) -> tuple[int, ...]:
        rest = [cell[1:] for cell in self.cells() if cell[0] == own]

        def left(cell: tuple[int, ...]) -> float:
            return max((self._gain((own, *cell), n) for n in range(1, len(self.options))), default=0.0)

        still = [cell for cell in rest if left(cell) <= 1e-12] or [min(rest, key=left)]
        return max(still, key=lambda cell: self.mean[1][(own, *cell)] if len(self.options) > 1 else 0.0)

    def at_rest(self) -> tuple[int, ...]:
        """Where the players come to rest with nobody leading.

        The equilibrium that is best for the first of them, or where there is none the cell that anybody gains least by
        leaving.
        """
        still = [cell for cell in self.cells() if self.gain(cell) <= 1e-12]
        return max(still, key=lambda cell: self.mean[0][cell]) if still else min(self.cells(), key=self.gain)

    def mixed(self) -> list[tuple[dict[str, float], dict[str, float]]]:
        """Equilibria of a game of two, pure and mixed, by enumeration of vertices: odds of both players' options.

        Raises:
            InputError: for another number of players, or where the library that finds them is missing.
        """
        if len(self.options) != 2:
            raise InputError(f"mixed equilibria are those of two players; this game has {len(self.options)}")
        try:
            import nashpy
        except ModuleNotFoundError as error:
            raise InputError("mixed equilibria need nashpy: pip install 'polarity-sim[analysis]'") from error
        first, second = self.options.values()
        if 1 in (len(first), len(second)):  # the other one chooses alone, and the library has no polytope of one point
            return [({one: 1.0}, {other: 1.0}) for one, other in self.equilibria()]
        found = nashpy.Game(*self.mean).vertex_enumeration()  # enumeration of supports misses some in real tables
        return [(_odds(first, row), _odds(second, column)) for row, column in found]

    def _row(self, player: str) -> int:
        if player not in self.options:
            raise unknown("player", player, self.players)
        return self.players.index(player)

    @staticmethod
    def _line(cell: Sequence[int], n: int) -> tuple[int | slice, ...]:
        """All options of one player, with the others as they are."""
        return (*cell[:n], slice(None), *cell[n + 1 :])


def best_of(options: Sequence[str], worth: Array, seed: int = 0) -> Reply:
    """The option that is worth most on average, and in how many resamples of the futures it is.

    Args:
        options: their names.
        worth: (options, futures).
        seed: names the resamples.
    """
    runs, best = worth.shape[1], int(worth.mean(axis=1).argmax())
    if runs == 1:
        return Reply(options[best], float(1 / (worth[:, 0] == worth[best, 0]).sum()))
    wins = (worth @ _draws(runs, seed)).argmax(axis=0) == best
    return Reply(options[best], float(wins.mean()))


@lru_cache(maxsize=8)
def _draws(runs: int, seed: int) -> Array:
    """(futures, resamples) how often a future is drawn, as a share."""
    picks = generator(seed, "best reply").integers(0, runs, (RESAMPLED, runs))
    return np.stack([np.bincount(pick, minlength=runs) for pick in picks], axis=1) / runs


def _odds(options: Cell, chances: Array) -> dict[str, float]:
    return {name: float(chance) for name, chance in zip(options, chances, strict=True) if chance > NOTHING}
