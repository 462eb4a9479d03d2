"""If they answer: every package of one player against every package of the others, as a table that anybody can read.

Each cell is simulated once, with the same random draws, and holds what each value counts to each player; weights on the
values turn it into a game, so that other weights need no simulation. A package that waits for a signpost is made of
runs that switch at each date: every future takes the run whose date its own signpost names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError, unknown
from scenarios.packages import Package, Response, combined, members, packages, player_of
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from scenarios.signposts import FOLLOWS, YEARS
from scenarios.values import Weights, weighed
from sim.analysis.cells import OUTCOMES, Cells
from sim.analysis.game import Game
from sim.analysis.payoffs import PARTS, weighted
from sim.batch.evaluate import Progress
from sim.checks import check_runs, checked
from sim.ensemble.rng import Array
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.scalar import Outcome, share_of
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

MOST_CELLS = 4096
"""Cells at most of a table."""
TURNS = tuple(f"{year + 1}-{FOLLOWS}" for year in YEARS)
"""Quarters from which a package can take another's place."""
Values = Mapping[str, str | Mapping[str, float]]
"""Player → a profile, or weights on values."""


@dataclass(frozen=True, repr=False)
class Strategy(Short):
    """What every cell counts to every player, before anybody's weights."""

    cells: Cells
    packages: Mapping[str, tuple[Package, ...]]
    """Player → its packages."""
    rows: Array
    """(options of the first, …, options of the last, rows of `Cells`, futures)."""

    def _facts(self) -> dict[str, Any]:
        return {"scenario": self.spec.name, "players": ", ".join(f"{who} ({len(found)} packages)"
                for who, found in self.packages.items()), "futures": self.runs}  # fmt: skip

    @property
    def spec(self) -> Scenario:
        """The scenario over which packages are laid."""
        return self.cells.spec

    @property
    def runs(self) -> int:
        """Futures of each cell."""
        return self.cells.runs

    @property
    def players(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.packages)

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Player → names of its packages."""
        return {who: tuple(package.name for package in found) for who, found in self.packages.items()}

    @cached_property
    def counts(self) -> Array:
        """(players, options …, parts, futures) billions of US dollars a year."""
        count = len(self.players) * len(PARTS)
        own = self.rows[..., :count, :].reshape(*self.rows.shape[:-2], len(self.players), len(PARTS), self.runs)
        return np.moveaxis(own, -3, 0)

    def outcome(self, name: str) -> Array:
        """(options …, futures) an outcome of `OUTCOMES` at the end of the horizon, or one that was asked for.

        Raises:
            InputError: for an outcome that is not kept.
        """
        if name not in self.cells.outcomes:
            raise unknown("outcome", name, self.cells.outcomes)
        return np.asarray(self.rows[..., self.cells.row(name), :])

    @property
    def lead(self) -> Array:
        """(options …, futures) months of US lead at the end of the last year."""
        return self.outcome("lead_months")

    def game(self, values: Values | None = None, politics: bool = True) -> Game:
        """The table by what the players want; nothing is simulated.

        Args:
            values: player → a profile or weights; by default those of the scenario.
            politics: whether recorded politics count, as they do when actors choose.
        """
        wanted = [self.weights(player, values) for player in self.players]
        worth = np.stack([weighted(own, each, politics) for own, each in zip(self.counts, wanted, strict=True)])
        return Game.of(self.options, worth, self.cells.seed)

    def weights(self, player: str, values: Values | None = None) -> Weights:
        """What a player wants; of several actors, the mean of what each of them does."""
        given = (values or {}).get(player)
        if given is not None:
            return weighed(given, player)
        each = [self.spec.wanted(actor) for actor in members(self.spec, player)]
        return Weights(*(sum(map(float, weights)) / len(each) for weights in zip(*each, strict=True)))

    def frame(self, values: Values | None = None, politics: bool = True) -> pl.DataFrame:
        """One row per cell: packages, mean outcomes, and what it is worth to each player on average."""
        import polars as pl

        game = self.game(values, politics)
        rows = []
        for cell in game.cells():
            row: dict[str, Any] = dict(zip(self.players, game.named(cell), strict=True))
            row |= {name: _mean(self.outcome(name)[cell]) for name in self.cells.outcomes}
            row |= {f"worth {player}": float(game.mean[n][cell]) for n, player in enumerate(self.players)}
            rows.append(row)
        return pl.DataFrame(rows)

    def outcomes(self) -> pl.DataFrame:
        """One row per cell and future: outcomes, and what each value counts to each player."""
        import polars as pl

        frames = []
        for cell in np.ndindex(*self.rows.shape[:-2]):
            names = {p: self.packages[p][k].name for p, k in zip(self.players, cell, strict=True)}
            columns: dict[str, Any] = {"future": np.arange(self.runs)}
            columns |= dict(zip(self.cells.names, self.rows[cell], strict=True))
            frames.append(pl.DataFrame(columns).with_columns(**{p: pl.lit(name) for p, name in names.items()}))
        return pl.concat(frames)

    def summary(self, values: Values | None = None, politics: bool = True) -> dict[str, Any]:
        """The table and what follows from it as plain values."""
        game = self.game(values, politics)
        named = {cell: " / ".join(game.named(cell)) for cell in game.cells()}
        return {
            "scenario": self.spec.name, "digest": self.spec.digest(), "runs": self.runs, "seed": self.cells.seed,
            "players": list(self.players), "packages": {who: list(found) for who, found in game.options.items()},
            "values": {who: self.weights(who, values)._asdict() for who in self.players}, "politics": politics,
            "payoffs": {named[cell]: {who: short(game.mean[n][cell]) for n, who in enumerate(self.players)}
                        for cell in game.cells()},
            "outcomes": {named[cell]: {name: _mean(self.outcome(name)[cell]) for name in self.cells.outcomes}
                         for cell in game.cells()},
            "best_replies": {
                who: {" / ".join(rivals): {"reply": found.reply, "p": short(found.p), "tie": found.tie}
                      for rivals, found in game.replies(who).items()}
                for who in self.players
            },
            "equilibria": [list(cell) for cell in game.equilibria()], "mixed": _mixed(game),
            "leader_follower": list(game.led()),
            "dominant": {who: game.dominant(who) for who in self.players},
            "largest_regret": {who: {name: short(worst) for name, worst in game.largest_regret(who).items()}
                               for who in self.players},
            "least_regret": {who: game.least_regret(who) for who in self.players},
        }  # fmt: skip

    def with_package(
        self, package: Package, executor: Executor | None = None, folder: Path | None = None
    ) -> Strategy:  # fmt: skip
        """The same table with one more package of a player; only its own cells are simulated."""
        n = self.players.index(package.player)
        each = {who: (package,) if who == package.player else found for who, found in self.packages.items()}
        more = tabled(self.cells, each, executor, None, folder).rows
        wider = {**self.packages, package.player: (*self.packages[package.player], package)}
        return Strategy(self.cells, wider, np.concatenate([self.rows, more], axis=n))


def _mixed(game: Game) -> list[dict[str, dict[str, float]]] | None:
    """Equilibria of two players in which somebody mixes; None for more players, or without the library."""
    if len(game.players) != 2:
        return None
    try:
        found = game.mixed()
    except InputError:
        return None
    return [
        {who: {name: short(p) for name, p in odds.items()} for who, odds in zip(game.players, pair, strict=True)}
        for pair in found if max(map(len, pair)) > 1
    ]  # fmt: skip


def short(value: float) -> float:
    """A number as summaries of games give it, with five digits."""
    return float(f"{value:.5g}")


def _mean(values: Array) -> float | None:
    """Mean over the futures in which there is a value; None where there is none in any."""
    there = values[~np.isnan(values)]
    return short(float(there.mean())) if there.size else None


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
    folder: Path | None = None,
    outcomes: Sequence[Asked] = (),
) -> Strategy:
    """Simulate every combination of the players' packages.

    Args:
        spec: the scenario over which packages are laid.
        players: who plays, such as `us`, `china`, `allies` and `hubs`; the first is the leader of `leader_follower`.
        more: packages beside those of the project.
        without: names of packages that nobody may choose, or `player:name` for one player.
        runs: futures of each cell, which all share their draws.
        seed: names the dice.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).
        folder: where finished cells are kept as Parquet files, so that a stopped table goes on where it was.
        outcomes: numbers that are kept of every cell beside those of `OUTCOMES`: names, or functions of a run.

    Raises:
        InputError: for an unknown player, one who is named twice, a package with the name of another, too many cells,
            an outcome that is a class, or a number of futures out of range.
    """
    check_runs(runs, fewest=2)
    who = tuple(map(player_of, players))
    if len(set(who)) < len(who) or len(who) < 2:
        raise InputError(f"players are {', '.join(who)}; name two or more, each once")
    chosen = _playing({player: _usual(player, more) for player in who}, without)
    waits = any(package.response for found in chosen.values() for package in found)
    cells = Cells(spec, who, runs, seed, readings=waits, more=_more(outcomes, spec))
    return tabled(cells, chosen, executor, progress, folder)


def _more(outcomes: Sequence[Asked], spec: Scenario) -> tuple[Outcome, ...]:
    """Outcomes that are asked for; their columns must not be those of others."""
    found = outcomes_of(outcomes, spec)
    for outcome in found:
        if outcome.is_class:
            raise InputError(f"outcome '{outcome}' is a class; ask for {share_of(outcome)}")
        if outcome.until > DEFAULT_HORIZON:
            raise InputError(f"outcome '{outcome}' is after {DEFAULT_HORIZON}, where cells end")
        if str(outcome) in OUTCOMES:
            raise InputError(f"outcome '{outcome}' has the name of one that is kept anyway; give another")
    return found


def _usual(player: str, more: Sequence[Package]) -> tuple[Package, ...]:
    """The packages of a player that play by default, and those that are asked for."""
    asked = [package for package in more if package.player == player]
    for package in asked:
        if packages(player).get(package.name, package) != package:
            raise InputError(f"package {package.name}: {player} has one of that name already; give yours another")
    usual = [package for package in packages(player).values() if package.usual]
    return tuple({package.name: package for package in (*usual, *asked)}.values())


def _playing(found: dict[str, tuple[Package, ...]], without: Sequence[str]) -> dict[str, tuple[Package, ...]]:
    """The packages that may be chosen."""
    known = list(dict.fromkeys(package.name for mine in found.values() for package in mine))
    barred = set()
    for text in without:
        player, colon, name = text.rpartition(":")
        if name not in known:
            raise unknown("package", name, known, "without")
        barred |= {(who, name) for who in ((player_of(player),) if colon else found)}
    left = {who: tuple(package for package in mine if (who, package.name) not in barred) for who, mine in found.items()}
    if not all(left.values()):
        raise InputError(f"without {', '.join(without)} somebody has nothing left to choose")
    return left


# --- cells that wait for signposts ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cell:
    """One package of each player, and the scenarios that it is made of: one for every set of dates of switching."""

    chosen: Mapping[str, Package]
    rules: tuple[str, ...]
    """Players whose package waits."""
    dates: tuple[tuple[int, ...], ...]
    """Sets of dates as numbers: 0 for never, k for the k-th of `TURNS`."""
    specs: tuple[Scenario, ...]

    @classmethod
    def of(cls, spec: Scenario, chosen: Mapping[str, Package], known: Mapping[str, Sequence[Package]]) -> _Cell:
        rules = tuple(player for player, package in chosen.items() if package.response)
        dates = tuple(product(range(len(TURNS) + 1), repeat=len(rules)))
        specs = []
        for each in dates:
            then = {p: (TURNS[k - 1], _next(chosen[p], known[p])) for p, k in zip(rules, each, strict=True) if k}
            specs.append(combined(spec, chosen, then))
        return cls(chosen, rules, dates, tuple(specs))

    def stitched(self, found: Sequence[Array], cells: Cells) -> Array:
        """(rows, futures): each future as in the run that switches when its own signpost says so."""
        if not self.rules:
            return found[0]
        table = np.stack(found).reshape(*[len(TURNS) + 1] * len(self.rules), *found[0].shape)
        state, future = np.zeros((len(self.rules), cells.runs), int), np.arange(cells.runs)

        def at(row: int) -> Array:
            return np.asarray(table[(*state, row, future)])

        for k, year in enumerate(YEARS, 1):
            hits = []
            for player in self.rules:
                response = self.chosen[player].response
                assert response is not None
                hits.append(_hit(response, at(cells.row(f"{response.when}@{year}"))))
            for n, hit in enumerate(hits):
                state[n] = np.where((state[n] == 0) & hit, k, state[n])
        return np.stack([at(row) for row in range(len(found[0]))])


def _hit(response: Response, reading: Array) -> Array:
    """Where a reading makes a package give way."""
    if response.below is not None:
        return np.asarray(reading < response.below)
    assert response.above is not None
    return np.asarray(reading > response.above)


def _next(package: Package, own: Sequence[Package]) -> Package:
    """The package that takes a package's place: one of the project, or of those that play.

    Raises:
        InputError: where the player has none of that name, or one that waits itself.
    """
    assert package.response is not None
    known = {one.name: one for one in (*packages(package.player).values(), *own)}
    name = package.response.then
    if name not in known:
        raise unknown("package", name, [n for n, one in known.items() if not one.response], f"{package.name}, then")
    if known[name].response:
        raise InputError(f"{package.name}, then: {name} waits for a signpost itself; name a package that does not")
    return known[name]


def tabled(
    cells: Cells, chosen: Mapping[str, Sequence[Package]], executor: Executor | None, progress: Progress | None,
    folder: Path | None = None,
) -> Strategy:  # fmt: skip
    """Every combination of packages, simulated.

    Args:
        cells: how cells are simulated.
        chosen: player → its packages.
        executor: as for `strategy`.
        progress: as for `strategy`.
        folder: as for `strategy`.

    Raises:
        InputError: for too many combinations.
    """
    sizes = tuple(map(len, chosen.values()))
    if (count := int(np.prod(sizes))) > MOST_CELLS:
        raise InputError(f"these packages make {count:,} combinations; leave some out, {MOST_CELLS:,} are the most")
    made = [_Cell.of(cells.spec, dict(zip(chosen, each, strict=True)), chosen) for each in product(*chosen.values())]
    rows = iter(cells.simulate([spec for cell in made for spec in cell.specs], executor, progress, folder))
    found = [cell.stitched([next(rows) for _ in cell.specs], cells) for cell in made]
    rows_of = np.stack(found).reshape(*sizes, len(cells.names), cells.runs)
    return Strategy(cells, {player: tuple(own) for player, own in chosen.items()}, rows_of)
