"""Cells of a game: scenarios that share their dice, and what is kept of every future of each."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.quarters import DEFAULT_HORIZON, FIRST, number
from scenarios.schema import Scenario
from scenarios.signposts import READ, SIGNPOSTS, YEARS
from sim.analysis import payoffs
from sim.analysis.payoffs import PARTS, all_parts
from sim.analysis.reactions import politics_of
from sim.batch import identity
from sim.batch.evaluate import Progress, Task, packs
from sim.batch.executors import pool_of
from sim.batch.hand_out import hand_out
from sim.ensemble.rng import Array
from sim.results.outcomes import custom
from sim.results.outcomes.scalar import Outcome, parse
from sim.results.run import Run
from sim.run import simulate, simulate_abreast
from sim.short import Short

OUTCOMES: dict[str, str] = {
    "lead_months": "lead_months", "third_behind_months": "third_behind_months",
    "accident_hazard": "governance.accident_hazard", "misuse_exposure": "governance.misuse_exposure",
    "democratic_share": "governance.democratic_share", "norm_share": "governance.norm_share",
    "crisis_index": "crisis_index",
    "us_compute": "compute_train.united_states", "china_compute": "compute_train.china",
}  # fmt: skip
"""What is kept of a cell beside payoffs: its name, and the outcome that is read at the end of the horizon."""
_READ = tuple(parse(f"{outcome}@{DEFAULT_HORIZON}") for outcome in OUTCOMES.values())
SERIES = frozenset({"flows_china", "stock_h100e"})
"""Series that signposts are read from, beside those that are kept for payoffs."""


@dataclass(frozen=True, repr=False)
class Cells(Short):
    """How cells are simulated: with whom, in how many futures and with which dice."""

    spec: Scenario
    players: tuple[str, ...]
    runs: int
    seed: int = 0
    readings: bool = False
    """Whether signposts are read too."""
    until: int = DEFAULT_HORIZON
    record: Scenario | None = None
    """The scenario in which recorded politics are found; by default the same. Of other worlds it is the usual one."""
    more: tuple[Outcome, ...] = ()
    """Outcomes that are kept beside `OUTCOMES`."""

    def _facts(self) -> dict[str, Any]:
        return {"scenario": self.spec.name, "players": ", ".join(self.players), "futures": self.runs}

    @cached_property
    def politics(self) -> Mapping[str, Array]:
        """Recorded politics of every decision, found once and carried into every cell."""
        return _politics(self.record or self.spec, self.runs, self.seed)

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in each row of a cell."""
        counts = [f"{player}.{part}" for player in self.players for part in PARTS]
        read = [f"{name}@{year}" for name in SIGNPOSTS for year in YEARS] if self.readings else []
        return (*counts, *self.outcomes, *read)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes that are kept."""
        return (*OUTCOMES, *map(str, self.more))

    def row(self, name: str) -> int:
        """Where something stands."""
        return self.names.index(name)

    def simulate(
        self, specs: Sequence[Scenario], executor: Executor | None = None, progress: Progress | None = None,
        folder: Path | None = None,
    ) -> list[Array]:  # fmt: skip
        """Rows of every scenario, (rows, runs) each; the same scenario is simulated once.

        Args:
            specs: scenarios.
            executor: who simulates; this process by default.
            progress: called with (futures done, futures in all).
            folder: where what is finished is kept, and taken from where it is already.
        """
        _ = self.politics  # found here once, not by every worker
        different = {spec.digest(): spec for spec in specs}
        found = {name: rows for name in different if (rows := self._kept(folder, name)) is not None}
        wanted = [spec for name, spec in different.items() if name not in found]
        done, pool = len(found), pool_of(executor)
        if not pool.shares_memory:
            custom.check_travels(self.more)
        tasks = [Task(spec, _READ, self.runs, self.seed, until=self.until) for spec in wanted]
        places = packs(tasks, pool)
        made = hand_out([(self, [wanted[k] for k in part]) for part in places], _rows, pool) if wanted else ()
        for n, answers in made:
            for k, rows in zip(places[n], answers, strict=True):
                found[wanted[k].digest()] = rows
                self._keep(folder, wanted[k].digest(), rows)
            done += len(answers)
            if progress is not None:
                progress(done * self.runs, len(different) * self.runs)
        return [found[spec.digest()] for spec in specs]

    # --- what is kept on disk -----------------------------------------------------------------------------------------

    def _file(self, folder: Path, digest: str) -> Path:
        """Where a scenario's rows are: the name stands for all that they depend on."""
        record = (self.record or self.spec).digest()
        own = [outcome.identity for outcome in self.more]
        parts = [record, digest, self.names, self.runs, self.seed, self.until, _made_by()]
        key = identity.digest([*parts, own] if own else parts)
        return folder / f"cell-{key}.parquet"

    def _kept(self, folder: Path | None, digest: str) -> Array | None:
        import polars as pl

        if folder is None or not (path := self._file(folder, digest)).is_file():
            return None
        return pl.read_parquet(path).select(self.names).to_numpy().T

    def _keep(self, folder: Path | None, digest: str, rows: Array) -> None:
        import polars as pl

        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        path = self._file(folder, digest)
        half = path.with_suffix(".tmp")
        pl.DataFrame(dict(zip(self.names, rows, strict=True))).write_parquet(half)
        half.replace(path)


@lru_cache(maxsize=16)
def _politics(spec: Scenario, runs: int, seed: int) -> Mapping[str, Array]:
    return politics_of(spec, runs, seed)


@cache
def _made_by() -> tuple[Any, ...]:
    """What names the code that makes rows."""
    here = [Path(payoffs.__file__), Path(__file__)]
    return (identity.stamp(), *(sha256(path.read_bytes()).hexdigest() for path in here))


def _rows(job: tuple[Cells, list[Scenario]]) -> list[Array]:
    """Simulate scenarios that fit into one table: the one function that other processes run."""
    cells, specs = job
    keep = payoffs.NEEDED | SERIES | frozenset().union(*(outcome.needs for outcome in (*_READ, *cells.more)))
    with np.errstate(all="ignore"):
        found = (
            [simulate(specs[0], cells.runs, cells.seed, cells.until, keep=keep)] if len(specs) == 1
            else simulate_abreast(specs, cells.runs, cells.seed, cells.until, keep=keep)
        )  # fmt: skip
    rows = [_of(cells, run) for run in found]
    del found
    gc.collect()  # a table of worlds is large and refers to itself: without this, several wait for the collector
    return rows


def _of(cells: Cells, run: Run) -> Array:
    """The rows of one run."""
    counts = all_parts(run, cells.players, cells.politics)
    rows = [*counts.reshape(-1, run.runs), *(outcome.of(run) for outcome in (*_READ, *cells.more))]
    if cells.readings:
        rows += [reading(run, name, year) for name in SIGNPOSTS for year in YEARS]
    return np.stack([np.asarray(row, float) for row in rows])


def reading(run: Run, name: str, year: int) -> Array:
    """What a signpost reads in the autumn of a year, (runs,), in its unit."""
    post, t = SIGNPOSTS[name], number(f"{year}-{READ}") - FIRST
    path = run.part(post.series)
    value = path[t - 3 : t + 1].sum(axis=0, dtype=float) if post.flow else path[t].astype(float)
    return np.asarray(value / post.scale)
