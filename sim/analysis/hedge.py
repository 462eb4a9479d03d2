"""What is regretted least, whatever the world and whatever the others answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError
from sim.analysis.strategy import Strategy, Values, short, tabled
from sim.analysis.worlds import World
from sim.batch.evaluate import Progress
from sim.checks import checked
from sim.ensemble.rng import Array
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

USUAL = "usual"
"""Name of the world of the table itself."""


@dataclass(frozen=True, repr=False)
class Hedge(Short):
    """A table in several worlds."""

    tables: Mapping[str, Strategy]
    """World → its table, the usual one first."""

    def _facts(self) -> dict[str, Any]:
        return {"worlds": ", ".join(self.tables), "players": ", ".join(self.players)}

    @property
    def players(self) -> tuple[str, ...]:
        """Their names."""
        return next(iter(self.tables.values())).players

    def regrets(self, player: str, values: Values | None = None, politics: bool = True) -> Array:
        """(own packages, worlds, answers of the others) how much less than with the best reply there, on average."""
        return np.stack([table.game(values, politics).regrets(player) for table in self.tables.values()], axis=1)

    def largest(self, player: str, values: Values | None = None, politics: bool = True) -> dict[str, float]:
        """Package → its largest regret over worlds and answers."""
        options = next(iter(self.tables.values())).options[player]
        worst = self.regrets(player, values, politics).max(axis=(1, 2))
        return dict(zip(options, map(float, worst), strict=True))

    def least_regret(self, player: str, values: Values | None = None, politics: bool = True) -> str:
        """The package whose largest regret is smallest."""
        found = self.largest(player, values, politics)
        return min(found, key=lambda name: found[name])

    def frame(self, values: Values | None = None) -> pl.DataFrame:
        """One row per player, package and world: its largest regret there, and the answer to which it is."""
        import polars as pl

        rows = []
        for player in self.players:
            found = self.regrets(player, values)
            answers = list(next(iter(self.tables.values())).game(values).replies(player))
            for k, name in enumerate(next(iter(self.tables.values())).options[player]):
                for w, world in enumerate(self.tables):
                    worst = int(found[k, w].argmax())
                    rows.append({"player": player, "package": name, "world": world, "regret": float(found[k, w, worst]),
                                 "answer": " / ".join(answers[worst])})  # fmt: skip
        return pl.DataFrame(rows)

    def summary(self, values: Values | None = None, politics: bool = True) -> dict[str, Any]:
        """Largest regrets as plain values."""
        return {
            "worlds": list(self.tables),
            "largest_regret_over_worlds": {
                player: {name: short(worst) for name, worst in self.largest(player, values, politics).items()}
                for player in self.players
            },
            "least_regret_over_worlds": {who: self.least_regret(who, values, politics) for who in self.players},
        }  # fmt: skip


@checked
def hedged(
    found: Strategy, worlds: Sequence[World], executor: Executor | None = None, progress: Progress | None = None
) -> Hedge:
    """The same packages in other worlds, with the same random draws and the recorded politics of the usual one.

    Args:
        found: the table of the usual world.
        worlds: worlds, such as `sim.analysis.worlds.WORLDS`.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all) of one world after the other.

    Raises:
        InputError: for no world.
    """
    if not worlds:
        raise InputError("name at least one world beside the usual one")
    tables = {USUAL: found}
    for world in worlds:
        cells = replace(found.cells, spec=world.over(found.spec), record=found.spec)
        tables[world.name] = tabled(cells, found.packages, executor, progress)
    return Hedge(tables)
