"""A run: arrays with names, what is asked of them, and how they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.decisions import pairs
from scenarios.errors import InputError, unknown
from scenarios.quarters import FIRST, end_year, label
from scenarios.schema import Scenario
from sim.checks import checked
from sim.ensemble.rng import Array
from sim.own import Own, digest
from sim.results.measures import MEASURES
from sim.results.outcomes import blocs, lead, polarity
from sim.results.together import of_members, parts_of, with_groups
from sim.results.wording import rounded
from sim.short import Short

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr


@dataclass(frozen=True, repr=False)
class Run(Short):
    """The result of a simulation: `runs` members of one scenario."""

    spec: Scenario
    seed: int
    first: int
    until: int
    actors: tuple[str, ...]
    series: dict[str, Array]
    """Arrays (T, ..., runs): by actor, by part, or single; stocks and levels at quarter ends, flows per quarter."""
    parameters: dict[str, Array]
    """Parameter values drawn, each (runs,)."""
    ledger: dict[str, Array] = field(default_factory=dict)
    """Chips by class and quarter (T, classes, runs), where it was kept."""
    agents: Mapping[str, str] = field(default_factory=dict)
    """Custom actors: the seat, and class, fingerprint of its code and parameters of who holds it."""
    seats: Mapping[str, Own] = field(default_factory=dict)
    """The same as classes, for runs that are to have them too."""
    held: Array | None = None
    """Levels at which decisions were held after the data, `(T, decisions, 1 or runs)`; None where nothing was."""

    def digest(self) -> str:
        """Sixteen hexadecimal digits that name what was simulated, with custom actors and held decisions."""
        return digest(self.spec, {**self.agents, **({"held": self.held_as} if self.held_as else {})})

    @cached_property
    def held_as(self) -> str:
        """Twelve hexadecimal digits that name the levels at which decisions were held; empty where none were."""
        if self.held is None:
            return ""
        return hashlib.sha256(np.ascontiguousarray(self.held).tobytes()).hexdigest()[:12]

    def _facts(self) -> dict[str, Any]:
        shares = ", ".join(f"{polarity.LABELS[name]} {n}" for name, n in rounded(self.outcome_shares()).items())
        return {
            "scenario": f"{self.spec.name}, digest {self.digest()}",
            **({"custom actors": ", ".join(f"{name}: {who}" for name, who in self.agents.items())}
               if self.agents else {}),
            **({"decisions": f"held, {self.held_as}"} if self.held_as else {}),
            "futures": f"{self.runs:,}, numbers {self.first} to {self.first + self.runs - 1} of seed {self.seed}",
            "quarters": f"{self.quarters[0]} to {self.quarters[-1]}",
            f"outcomes at the end of {self.until}, futures in 100": shares,
            "series": self.series, "parameters": self.parameters,
        }  # fmt: skip

    @property
    def runs(self) -> int:
        """Number of members."""
        return int(self.series["capability"].shape[-1])

    @cached_property
    def quarters(self) -> tuple[str, ...]:
        """Labels of the quarters."""
        return tuple(label(FIRST + t) for t in range(len(self.series["capability"])))

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """Calendar year of each quarter, `(T,)`."""
        return np.array([(FIRST + t) // 4 for t in range(len(self.quarters))], dtype=np.int64)

    @cached_property
    def time(self) -> Array:
        """Decimal year at the end of each quarter, `(T,)`: 2031.0 is the end of 2030-Q4."""
        return np.array([end_year(FIRST + t) for t in range(len(self.quarters))])

    @checked
    def step(self, year: int) -> int:
        """The step whose quarter is the last of a year.

        Raises:
            InputError: outside the run.
        """
        t = year * 4 + 3 - FIRST
        if not 0 <= t < len(self.quarters):
            raise InputError(f"year {year} is outside the run, 2022 to {self.until}")
        return t

    @checked
    def __getitem__(self, name: str) -> Array:
        """A series by name; the leads are computed from capability.

        Raises:
            InputError: for an unknown name, with the nearest valid one.
        """
        if name == "gap_eci":
            return self._gap
        if name == "lead_months":
            return lead.months(self._gap)
        if name == "lead_months_backward":
            return self._backward
        if name in self.series:
            return self.series[name]
        if name in MEASURES:
            raise InputError(f"series {name!r} was not kept in this run; name it in `keep`")
        raise unknown("series", name, [*self.series, "gap_eci", "lead_months", "lead_months_backward"])

    @cached_property
    def _gap(self) -> Array:
        return lead.gap(self)

    @cached_property
    def _backward(self) -> Array:
        us, china, _ = blocs.frontiers(self)
        return lead.backward_months(us, china)

    @checked
    def parts(self, name: str) -> tuple[str, ...]:
        """Names of the parts of a series along its middle axis; empty for a single series.

        Groups of actors are not among them, so that nobody is counted twice; `part` knows them.
        """
        from sim.engine.inputs import accounts_of
        from sim.engine.phases.record import BLOCS, BY_BLOC, BY_RIVAL, PARTS, RIVALS

        if self[name].ndim == 2:
            return ()
        if name == "accounts":
            return tuple(f"{actor}.{item}" for actor, item in accounts_of(self.spec.roster()))
        if name == "decisions":
            return tuple(f"{actor}.{taken}" for actor, taken in pairs((r.actor, r.kind) for r in self.spec.roster()))
        return BLOCS if name in BY_BLOC else RIVALS if name in BY_RIVAL else PARTS.get(name, self.actors)

    @checked
    def part(self, name: str) -> Array:
        """A series or one part of it, `(T, runs)`, by NAME or NAME.part (for example `flows_china.legal`).

        Where parts are by actor, a group such as `gulf` can be asked for too: amounts are added, shares averaged, and
        of capability and of the largest training run that of the member who has most is given.

        Raises:
            InputError: for an unknown name or part, with the nearest valid one.
        """
        series, _, part = name.partition(".")
        values = self[series]
        names = self.parts(series)
        if not part and not names:
            return values
        if part in names:
            return values[:, names.index(part)]
        if of := parts_of(part, names):
            return of_members(series, [values[:, names.index(name)] for name in of])
        raise unknown(f"part of {series}", part, with_groups(names))

    @checked
    def outcome_shares(
        self,
        year: int | None = None,
        ruler: str = "fixed_pace",
        months: float = polarity.MONTHS,
        third_months: float = polarity.THIRD_MONTHS,
    ) -> dict[str, float]:
        """Share of futures per outcome class at the end of a year (the horizon by default)."""
        return polarity.shares(
            polarity.at_year(self, self.until if year is None else year, ruler, months, third_months)
        )

    @checked
    def quantiles(self, name: str, q: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> pl.DataFrame:
        """Quantiles over members per quarter, and per part where there are parts, as a polars frame.

        Columns: quarter, year (of the calendar), time (decimal year at the quarter's end), (part,) p05 … One future has
        a median alone.
        """
        import polars as pl

        if outside := [x for x in q if not 0 <= x <= 1]:
            raise InputError(f"q has {outside[0]:g} in it; quantiles go from 0 to 1")
        frames = []
        none = pl.repeat(None, len(self.quarters), dtype=pl.Float64, eager=True)
        for part in self.parts(name) or ("",):
            values = np.sort(self.part(f"{name}.{part}" if part else name), axis=-1)
            columns = {
                f"p{round(100 * x):02d}": _sorted_quantile(values, x) if self.runs > 1 or x == 0.5 else none for x in q
            }
            keys: dict[str, Any] = {"quarter": self.quarters, "year": self.years, "time": self.time}
            frames.append(pl.DataFrame({**keys, **({"part": [part] * len(self.quarters)} if part else {}), **columns}))
        return pl.concat(frames)

    @checked
    def frame(self, name: str) -> pl.DataFrame:
        """All values of a series: columns quarter, year (of the calendar), time (at its end), (part,) member, value."""
        import polars as pl

        frames = []
        steps, members = len(self.quarters), self.runs
        for part in self.parts(name) or ("",):
            values = self.part(f"{name}.{part}" if part else name)
            frames.append(pl.DataFrame({
                "quarter": np.repeat(np.array(self.quarters), members), "year": np.repeat(self.years, members),
                "time": np.repeat(self.time, members),
                **({"part": [part] * (steps * members)} if part else {}),
                "member": np.tile(np.arange(self.first, self.first + members), steps),
                "value": np.ascontiguousarray(values).ravel(),
            }))  # fmt: skip
        return pl.concat(frames)

    def members(self) -> pl.DataFrame:
        """One row per member and year: the main outcomes at year ends, and the parameters drawn."""
        from sim.results.summary import members

        return members(self)

    @checked
    def to_xarray(self, names: Sequence[str] | None = None) -> xr.Dataset:
        """The run as a dataset of xarray: dimensions `quarter`, `future`, and what a series is divided by.

        Parts lie along `actor`, `bloc`, `channel` or the like. Units and labels stand in the attributes of each
        variable, and what the run was made with in those of the dataset.
        Parameters are variables `parameter.NAME` along `future`. Arrays are shared with the run.

        Args:
            names: some series; by default all that were kept, and the leads.

        Raises:
            InputError: without xarray (the extra `xarray`), or for a series that the run has not.
        """
        from sim.results.labeled import dataset

        return dataset(self, names)

    @checked
    def to_pandas(self, name: str | None = None) -> pd.DataFrame:
        """A series as a table of pandas, indexed by quarter, part and future; without a name, `members()`.

        Args:
            name: a series, such as `capability`.

        Raises:
            InputError: without pandas (the extra `xarray` brings it), or for a series that the run has not.
        """
        from sim.results.labeled import series_frame

        return series_frame(self, name)

    def summary(self) -> dict[str, Any]:
        """The main results as one mapping: what `polarity run --json` prints."""
        from sim.results.summary import summary

        return summary(self)

    def metadata(self) -> dict[str, str]:
        """What a reader needs to trust, reproduce and cite a saved result."""
        import platform

        from sim import __version__
        from sim.ensemble import posterior_draws

        return {
            "polarity_version": __version__, "scenario": self.spec.name, "scenario_digest": self.spec.digest(),
            "scenario_json": self.spec.model_dump_json(), "seed": str(self.seed), "first_member": str(self.first),
            "runs": str(self.runs), "until": str(self.until), "calibration": self.spec.calibration,
            "weighting": self.spec.weighting, "history_draws": posterior_draws.digest(self.spec),
            "parameters": json.dumps(sorted(self.parameters)), "digest": self.digest(),
            "agents": json.dumps(dict(self.agents)), "numpy": np.__version__, "machine": platform.machine(),
        }  # fmt: skip

    @checked
    def save(self, folder: Path | str, quarters: bool = False) -> Path:
        """Write the members' table as Parquet, with its provenance in the file's metadata, and return its path.

        The file is written beside its place and moved there, so that it exists completely or not at all.

        Args:
            folder: where to.
            quarters: whether to write every quarter of every series instead of the main outcomes at year ends:
                `Run.load` restores the run from it.
        """
        from sim.results import saved

        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{folder}: cannot be made ({error.strerror}); give a folder to write to") from error
        name = f"{self.spec.name.replace(':', '-')}-{self.digest()}-seed{self.seed}-{self.first}-{self.runs}"
        if quarters:
            path = folder / f"{name}-{self.until}-quarters.parquet"
            return saved.write(path, saved.table(self), {**self.metadata(), **saved.metadata(self)})
        return saved.write(folder / f"{name}-{self.until}.parquet", self.members(), self.metadata())

    @classmethod
    @checked
    def load(cls, path: Path | str, agents: Mapping[str, Own] | None = None) -> Run:
        """A run from the file that `save(folder, quarters=True)` wrote, equal to the one that was saved.

        Args:
            path: the file.
            agents: the custom actors that it was made with, as for `simulate`. Their code is in no file: without them
                the run has their names and all numbers, and what simulates them again, such as `costs`, refuses it.

        Raises:
            InputError: for a file that is no run or holds no quarters, is damaged or of another version, and for other
                actors than those that it was made with.
        """
        from sim.results import saved

        return saved.load(cls, Path(path), agents)

    def __eq__(self, other: object) -> bool:
        """Whether another run has the same numbers of the same scenario, by the same actors."""
        from sim.results import saved

        return saved.same(self, other) if isinstance(other, Run) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # arrays can change

    def check_finite(self) -> None:
        """Raise if a number of any member is not finite: one bad member must not hide in a median."""
        for name, values in self.series.items():
            if not np.isfinite(values).all():
                raise FloatingPointError(f"{self.spec.name}: {name} is not finite")


def _sorted_quantile(ordered: Array, q: float) -> Array:
    """Linear quantile of values already sorted along the last axis."""
    place = q * (ordered.shape[-1] - 1)
    low = int(place)
    high = min(low + 1, ordered.shape[-1] - 1)
    return ordered[..., low] + (place - low) * (ordered[..., high] - ordered[..., low])
