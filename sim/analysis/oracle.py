"""Is there something better than all packages? From what follows, one lever of one player is moved at a time.

A double oracle: what pays most is added to the player's packages, the game is solved again, and so on. What is left is
`epsilon`: the most that any player could gain by one more lever at an end of its range.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.levers import LEVERS, Lever
from scenarios.packages import PLAYERS, Package, combined
from scenarios.schema import Scenario
from sim.analysis.game import Game, best_of
from sim.analysis.payoffs import PARTS, weighted
from sim.analysis.strategy import Strategy, Values, short
from sim.checks import checked
from sim.ensemble.rng import Array
from sim.short import Short

SCREENED, TRIED = 64, 3
"""Futures in which all moves are tried first, and how many of each player's best are tried in all futures."""
ENOUGH = 1.0
"""Billions of US dollars a year below which a gain is not worth another package."""
MOST_ROUNDS = 6


@dataclass(frozen=True)
class Move:
    """One lever of one player, moved from what follows while the others stay."""

    player: str
    lever: str
    value: float
    gain: float
    """Billions of US dollars a year to the player, on average."""
    p: float
    """Share of resampled futures in which it is a gain."""
    package: Package


@dataclass(frozen=True, repr=False)
class Deepened(Short):
    """A game with the packages that a search found, and what a further lever could still gain."""

    found: Strategy
    values: Values
    politics: bool
    added: tuple[Move, ...]
    moves: tuple[Move, ...]
    """The best moves of each player from what follows, the best first."""
    cell: tuple[str, ...]
    """What follows: an equilibrium, or what the leader is answered with where there is none."""

    def _facts(self) -> dict[str, Any]:
        return {"what follows": " / ".join(self.cell), "added": len(self.added), "epsilon": self.epsilon}

    @property
    def epsilon(self) -> float:
        """The most that any player could gain by one lever, billions of US dollars a year; 0 where nothing gains."""
        return max((move.gain for move in self.moves), default=0.0)

    def summary(self) -> dict[str, Any]:
        """The search as plain values."""
        return {"epsilon": short(self.epsilon), "from": list(self.cell), "moves": [_told(m) for m in self.moves],
                "added": [_told(m) for m in self.added]}  # fmt: skip


def _told(move: Move) -> dict[str, Any]:
    return {"player": move.player, "lever": move.lever, "value": move.value, "gain": short(move.gain),
            "p": short(move.p)}  # fmt: skip


@checked
def deepened(
    found: Strategy,
    values: Values | None = None,
    politics: bool = True,
    rounds: int = 0,
    enough: float = ENOUGH,
    executor: Executor | None = None,
) -> Deepened:
    """Move single levers from what follows, and add what pays to the packages.

    Args:
        found: the table.
        values: what players want; by default as in the scenario.
        politics: whether recorded politics count.
        rounds: how often packages are added at most; 0 looks and adds none.
        enough: gain below which no package is added, billions of US dollars a year.
        executor: who simulates; this process by default.
    """
    wanted, added = values or {}, list[Move]()
    left = min(rounds, MOST_ROUNDS)
    while True:
        cell = settled(found.game(wanted, politics))
        moves = _moves(found, wanted, politics, cell, executor)
        pays = list({move.player: move for move in reversed(moves) if move.gain > enough}.values()) if left else []
        if not pays:
            return Deepened(found, wanted, politics, tuple(added), tuple(moves), cell)
        for move in pays:
            found = found.with_package(move.package, executor)
        added, left = [*added, *pays], left - 1


def settled(game: Game) -> tuple[str, ...]:
    """What follows: an equilibrium, that of the leader's choice where there are several; else how the leader fares."""
    led, still = game.led(), game.equilibria()
    return led if led in still or not still else max(still, key=lambda cell: game.mean[0][game.place(cell)])


def _moves(
    found: Strategy, values: Values, politics: bool, cell: Sequence[str], executor: Executor | None
) -> list[Move]:
    """The best single moves of every player, the best first."""
    options = zip(found.packages.items(), cell, strict=True)
    chosen = {player: next(one for one in own if one.name == name) for (player, own), name in options}
    tried = [made for player in found.players for made in _tried(found.spec, player, chosen[player])]
    screen = _gains(found, values, politics, chosen, tried, min(SCREENED, found.runs), executor)
    best: list[tuple[Package, Lever, float]] = []
    for player in found.players:
        own = [k for k, (package, _, _) in enumerate(tried) if package.player == player]
        best += [tried[k] for k in sorted(own, key=lambda k: -screen[k].mean())[:TRIED]]
    gains = _gains(found, values, politics, chosen, best, found.runs, executor)
    moves = [
        Move(package.player, lever.name, value, float(gain.mean()),
             best_of(("moved", "not"), np.stack([gain, 0 * gain]), found.cells.seed).p if gain.mean() > 0 else 0.0,
             package)
        for (package, lever, value), gain in zip(best, gains, strict=True)
    ]  # fmt: skip
    return sorted((move for move in moves if move.gain > 0), key=lambda move: -move.gain)


def _tried(spec: Scenario, player: str, package: Package) -> list[tuple[Package, Lever, float]]:
    """A package with one lever at an end of its range, for every lever of the player and both ends."""
    found = []
    for lever in LEVERS.values():
        if lever.who != PLAYERS[player]:
            continue
        now = package.levers.get(lever.name, spec.setting(lever.name))
        for end in (lever.low, lever.high):
            if now != end:
                moved = package.model_copy(update={
                    "name": f"{package.name}+{lever.name}={end:g}", "levers": {**package.levers, lever.name: end},
                    "title": f"{package.title}, {lever.label} at {end:g} {lever.unit}"[:60], "usual": False,
                })  # fmt: skip
                found.append((moved, lever, end))
    return found


def _gains(
    found: Strategy, values: Values, politics: bool, chosen: dict[str, Package],
    tried: Sequence[tuple[Package, Lever, float]], runs: int, executor: Executor | None,
) -> list[Array]:  # fmt: skip
    """What each move gains its player in every future, (runs,)."""
    cells = replace(found.cells, runs=runs)
    specs = [combined(found.spec, chosen)]
    specs += [combined(found.spec, {**chosen, package.player: package}) for package, _, _ in tried]
    usual, *moved = cells.simulate(specs, executor)
    weights = {player: found.weights(player, values) for player in found.players}

    def worth(rows: Array, player: str) -> Array:
        first = found.players.index(player) * len(PARTS)
        return weighted(rows[first : first + len(PARTS)], weights[player], politics)

    return [worth(rows, p.player) - worth(usual, p.player) for rows, (p, _, _) in zip(moved, tried, strict=True)]
