"""If they answer: every package of one player against every package of the others, as a table that anybody can read.

Each cell is simulated once, with the same random draws, and holds what each value counts to each player; weights on the
values turn it into a game, so that other weights need no simulation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError, unknown
from scenarios.packages import Package, combined, packages, player_of
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from scenarios.values import Weights, weights_of
from sim.analysis.game import Game
from sim.analysis.payoffs import PARTS, parts, weighted
from sim.analysis.reactions import politics_of
from sim.batch.evaluate import Progress, Task, packs
from sim.batch.executors import pool_of
from sim.batch.hand_out import hand_out
from sim.checks import check_runs, checked
from sim.ensemble.rng import Array
from sim.results.costs import ACCOUNT
from sim.results.outcomes.scalar import parse
from sim.run import simulate, simulate_abreast
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

    from sim.results.run import Run

NEEDED = frozenset({ACCOUNT, "decisions", "capability"})
"""Series that payoffs are made of."""


@dataclass(frozen=True, repr=False)
class Strategy(Short):
    """What every cell counts to every player, before anybody's weights."""

    spec: Scenario
    packages: Mapping[str, tuple[Package, ...]]
    """Player → its packages."""
    counts: Array
    """(players, options of the first, …, options of the last, parts, futures), billions of US dollars a year."""
    lead: Array
    """(options of the first, …, options of the last, futures) months of US lead at the end of the last year."""
    runs: int
    seed: int

    def _facts(self) -> dict[str, Any]:
        return {"scenario": self.spec.name, "players": ", ".join(f"{who} ({len(found)} packages)"
                for who, found in self.packages.items()), "futures": self.runs}  # fmt: skip

    @property
    def players(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.packages)

    def game(self, values: Mapping[str, str | Mapping[str, float]] | None = None, politics: bool = True) -> Game:
        """The table by what the players want; nothing is simulated.

        Args:
            values: player → a profile or weights; by default those of the scenario.
            politics: whether recorded politics count, as they do when actors choose.
        """
        wanted = [self.weights(player, values) for player in self.players]
        worth = np.stack([weighted(own, each, politics) for own, each in zip(self.counts, wanted, strict=True)])
        return Game.of({who: [p.name for p in found] for who, found in self.packages.items()}, worth, self.seed)

    def weights(self, player: str, values: Mapping[str, str | Mapping[str, float]] | None = None) -> Weights:
        """What a player wants."""
        given = (values or {}).get(player)
        return Weights(*self.spec.wanted(player)) if given is None else weights_of(given)

    def frame(self, values: Mapping[str, str | Mapping[str, float]] | None = None) -> pl.DataFrame:
        """One row per cell: packages, mean lead, and what it is worth to each player on average."""
        import polars as pl

        game = self.game(values)
        rows = []
        for cell in game.cells():
            row: dict[str, Any] = dict(zip(self.players, game.named(cell), strict=True))
            row["lead_months"] = float(self.lead[cell].mean())
            row |= {f"worth {player}": float(game.mean[n][cell]) for n, player in enumerate(self.players)}
            rows.append(row)
        return pl.DataFrame(rows)

    def outcomes(self) -> pl.DataFrame:
        """One row per cell and future: the lead, and what each value counts to each player."""
        import polars as pl

        frames = []
        for cell in np.ndindex(*self.lead.shape[:-1]):
            names = {p: self.packages[p][k].name for p, k in zip(self.players, cell, strict=True)}
            columns: dict[str, Any] = {"future": np.arange(self.runs), "lead_months": self.lead[cell]}
            for n, player in enumerate(self.players):
                columns |= {f"{player}.{part}": self.counts[n][cell][k] for k, part in enumerate(PARTS)}
            frames.append(pl.DataFrame(columns).with_columns(**{p: pl.lit(name) for p, name in names.items()}))
        return pl.concat(frames)

    def summary(self, values: Mapping[str, str | Mapping[str, float]] | None = None) -> dict[str, Any]:
        """The table and what follows from it as plain values."""
        game = self.game(values)
        named = {cell: " / ".join(game.named(cell)) for cell in game.cells()}
        return {
            "scenario": self.spec.name, "digest": self.spec.digest(), "runs": self.runs, "seed": self.seed,
            "players": list(self.players), "packages": {who: list(found) for who, found in game.options.items()},
            "values": {who: self.weights(who, values)._asdict() for who in self.players},
            "payoffs": {named[cell]: {who: _short(game.mean[n][cell]) for n, who in enumerate(self.players)}
                        for cell in game.cells()},
            "lead_months": {named[cell]: _short(self.lead[cell].mean()) for cell in game.cells()},
            "best_replies": {
                who: {" / ".join(rivals): {"reply": found.reply, "p": _short(found.p), "tie": found.tie}
                      for rivals, found in game.replies(who).items()}
                for who in self.players
            },
            "equilibria": [list(cell) for cell in game.equilibria()], "leader_follower": list(game.led()),
            "dominant": {who: game.dominant(who) for who in self.players},
        }  # fmt: skip


def _short(value: float) -> float:
    return float(f"{value:.5g}")


@checked
def strategy(
    spec: Scenario,
    players: Sequence[str] = ("united_states", "china"),
    more: Sequence[Package] = (),
    without: Sequence[str] = (),
    runs: int = 256,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Strategy:
    """Simulate every combination of the players' packages.

    Args:
        spec: the scenario over which packages are laid.
        players: who plays, such as `us` or `china`; the first is the leader of `leader_follower`.
        more: packages beside those of the project.
        without: names of packages that nobody may choose.
        runs: futures of each cell, which all share their draws.
        seed: names the dice.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).

    Raises:
        InputError: for an unknown player, one who is named twice, or a number of futures out of range.
    """
    check_runs(runs, fewest=2)
    who = tuple(map(player_of, players))
    if len(set(who)) < len(who) or len(who) < 2:
        raise InputError(f"players are {', '.join(who)}; name two or more, each once")
    chosen = _playing({player: (*packages(player).values(), *(p for p in more if p.player == player))
                       for player in who}, without)  # fmt: skip
    cells = [combined(spec, dict(zip(who, each, strict=True))) for each in product(*chosen.values())]
    tasks = [Task(cell, (parse(f"lead_months@{DEFAULT_HORIZON}"),), runs, seed) for cell in cells]
    pool = pool_of(executor)
    places = packs(tasks, pool)
    politics = politics_of(spec, runs, seed)
    do, found, done = partial(_worth, who, politics, runs, seed), dict[int, Array](), 0
    for n, answers in hand_out([[cells[k] for k in part] for part in places], do, pool):
        found |= dict(zip(places[n], answers, strict=True))
        done += len(answers) * runs
        if progress is not None:
            progress(done, len(cells) * runs)
    table = np.stack([found[k] for k in range(len(cells))])  # (cells, players × parts + 1, runs)
    sizes = tuple(map(len, chosen.values()))
    counts = table[:, :-1].reshape(*sizes, len(who), len(PARTS), runs)
    return Strategy(
        spec, chosen, np.moveaxis(counts, len(sizes), 0), table[:, -1].reshape(*sizes, runs), runs, seed
    )  # fmt: skip


def _playing(found: dict[str, tuple[Package, ...]], without: Sequence[str]) -> dict[str, tuple[Package, ...]]:
    """The packages that may be chosen."""
    known = [package.name for mine in found.values() for package in mine]
    for name in without:
        if name not in known:
            raise unknown("package", name, known, "without")
    left = {player: tuple(package for package in mine if package.name not in without) for player, mine in found.items()}
    if not all(left.values()):
        raise InputError(f"without {', '.join(without)} somebody has nothing left to choose")
    return left


def _worth(
    who: Sequence[str], politics: Mapping[str, Array], runs: int, seed: int, specs: list[Scenario]
) -> list[Array]:
    """What cells count to every player, and the lead: (players × parts + 1, runs) each."""
    with np.errstate(all="ignore"):
        found = (
            [simulate(specs[0], runs, seed, DEFAULT_HORIZON, keep=NEEDED)] if len(specs) == 1
            else simulate_abreast(specs, runs, seed, DEFAULT_HORIZON, keep=NEEDED)
        )  # fmt: skip
    return [_cell(run, who, politics) for run in found]


def _cell(run: Run, who: Sequence[str], politics: Mapping[str, Array]) -> Array:
    lead = run["lead_months"][run.step(DEFAULT_HORIZON)]
    return np.concatenate([*(parts(run, player, politics) for player in who), lead[None]])
