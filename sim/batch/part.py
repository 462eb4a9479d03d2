"""Parts of a study: whole files of members, the same bytes whoever makes them and in whatever order."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from scenarios.errors import InputError
from scenarios.schema import Scenario
from sim.batch import identity
from sim.batch.design import Point
from sim.batch.evaluate import Task, evaluate
from sim.batch.plan import is_labeled
from sim.ensemble import posterior_draws
from sim.ensemble.rng import Array
from sim.own import Own, identities
from sim.results.outcomes import custom
from sim.results.outcomes.custom import OutcomeError
from sim.results.outcomes.scalar import Outcome
from sim.short import Short

PART = 8192
"""Members of a part; the first ones are smaller, so that small studies are not rounded up to it."""
EDGES = (0, 256, 1024, 4096, PART)


def bounds(members: int) -> list[tuple[int, int]]:
    """First and last member (exclusive) of the parts that hold so many: the same cuts for every study.

    Parts are always whole, so that a study that grows keeps its files; readers cut the last one.
    """
    edges = [*EDGES, *range(2 * PART, members + PART, PART)]
    return [(first, last) for first, last in pairwise(edges) if first < members]


@dataclass(frozen=True)
class Part:
    """Members `first` … `last` of one point with one seed."""

    point: Point
    seed: int
    first: int
    last: int
    identities: Mapping[str, str] = field(default_factory=dict)
    """What names the custom actors of the point where the study is planned."""

    @property
    def file(self) -> str:
        """Name of its file."""
        name = self.point.scenario.replace(":", "-")
        return f"{name}-{self.point.key}-seed{self.seed}-{self.first:09d}.parquet"

    @property
    def runs(self) -> int:
        """Members in it."""
        return self.last - self.first


@dataclass(frozen=True, repr=False)
class Job(Short):
    """Parts that one worker makes in one go, and what is asked of every member."""

    parts: tuple[Part, ...]
    axes: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    until: int
    parameters: bool
    stamp: dict[str, Any]
    agents: Mapping[str, Own] = field(default_factory=dict)
    """Custom actors, by the name of their seat."""
    identities: Mapping[str, str] = field(default_factory=dict)
    """What names them where the study is planned."""
    custom: Mapping[str, str] = field(default_factory=dict)
    """What names custom outcomes there."""

    @property
    def runs(self) -> int:
        """Members in it."""
        return sum(part.runs for part in self.parts)


@dataclass(frozen=True, repr=False)
class Made(Short):
    """A finished part, or why there is none."""

    file: str
    runs: int
    content: bytes = b""
    error: str = ""

    @property
    def sha256(self) -> str:
        """Checksum of the file."""
        return hashlib.sha256(self.content).hexdigest()


def jobs(parts: Sequence[Part], **common: Any) -> Iterator[Job]:
    """Parts in jobs of up to `PART` members."""
    waiting: list[Part] = []
    for part in parts:
        if waiting and sum(p.runs for p in waiting) + part.runs > PART:
            yield Job(tuple(waiting), **common)
            waiting = []
        waiting.append(part)
    if waiting:
        yield Job(tuple(waiting), **common)


def make(job: Job) -> list[Made]:
    """Simulate the parts of a job: the one function that crosses to other processes and machines.

    Raises:
        InputError: on a machine that computes otherwise than the one that planned the study, or for a custom outcome
            that gives no valid value.
    """
    _check_place(job)
    made = []
    for parts in _runs(job.parts):
        first = parts[0]
        task = Task(
            first.point.spec, job.outcomes, parts[-1].last - first.first, first.seed, first.first, job.until,
            parameters=job.parameters, agents={**job.agents, **first.point.agents},
        )  # fmt: skip
        try:
            found = evaluate(task)
        except OutcomeError:
            raise
        except (FloatingPointError, InputError) as error:
            made += [Made(part.file, part.runs, error=str(error)) for part in parts]
            continue
        for part in parts:
            cut = slice(part.first - first.first, part.last - first.first)
            rows = _written(part, job, {name: v[cut] for name, v in found.items()})
            made.append(Made(part.file, part.runs, rows))
    return made


def _check_place(job: Job) -> None:
    """Refuse to work where other code would do it than where the study was planned."""
    here = identity.stamp()
    if here != job.stamp:
        raise InputError(f"a worker differs from the machine that plans the study in {_difference(here, job.stamp)}")
    pairs = [(identities(job.agents), job.identities), (custom.identities(job.outcomes), job.custom)]
    pairs += [(part.point.identities, part.identities) for part in job.parts]
    for own, planned in pairs:
        if own != planned:
            name = next(name for name in own if own[name] != planned.get(name))
            raise InputError(
                f"a worker has other code for {name} ({own[name]}) than the study was planned with "
                f"({planned.get(name)}); give all workers the same files, and start again after a change"
            )


def _runs(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Neighboring parts of one point and seed: they are simulated together and cut afterward."""
    together: list[Part] = []
    for part in parts:
        last = together[-1] if together else None
        if last and (last.point.key, last.seed, last.last) != (part.point.key, part.seed, part.first):
            yield together
            together = []
        together.append(part)
    yield together


def _written(part: Part, job: Job, values: dict[str, Array]) -> bytes:
    """The rows of a part as a Parquet file, with all that is needed to make them again in its metadata."""
    import polars as pl

    runs, spec = part.runs, part.point.spec
    columns: dict[str, Any] = {
        "scenario": pl.repeat(part.point.scenario, runs, eager=True),
        "digest": pl.repeat(part.point.digest, runs, eager=True),
        "seed": pl.repeat(part.seed, runs, dtype=pl.Int64, eager=True),
        "member": np.arange(part.first, part.last, dtype=np.int64),
    }
    for axis, value in zip(job.axes, part.point.values, strict=True):
        kind = pl.String if is_labeled(axis) else pl.Float64
        columns[f"set.{axis}"] = pl.repeat(value, runs, dtype=kind, eager=True)
    for outcome in job.outcomes:
        found = values[str(outcome)]
        columns[str(outcome)] = (
            pl.Series(np.array(outcome.classes)[found], dtype=pl.Enum(outcome.classes))
            if outcome.is_class
            else pl.Series(found).fill_nan(None)  # empty where a future has none, as in every other table
        )
    columns |= {name: found for name, found in values.items() if name.startswith("parameter.")}
    metadata = {
        **provenance(spec),
        "seed": str(part.seed),
        "until": str(job.until),
        "made_with": json.dumps(job.stamp),
        "agents": json.dumps({**job.identities, **part.identities}),
        **({"outcomes": json.dumps(dict(job.custom))} if job.custom else {}),
    }
    file = io.BytesIO()
    pl.DataFrame(columns).write_parquet(file, metadata=metadata)
    return file.getvalue()


def provenance(spec: Scenario) -> dict[str, str]:
    """What names the scenario of a row: enough to run it again."""
    return {
        "scenario": spec.name, "scenario_digest": spec.digest(), "scenario_json": spec.model_dump_json(),
        "calibration": spec.calibration, "weighting": spec.weighting, "history_draws": posterior_draws.digest(spec),
    }  # fmt: skip


def _difference(here: dict[str, Any], there: dict[str, Any]) -> str:
    flat = [{**{k: v for k, v in side.items() if k != "platform"}, **side["platform"]} for side in (here, there)]
    return ", ".join(f"{name} ({flat[0].get(name)} there, {flat[1][name]} here)" for name in flat[1]
                     if flat[0].get(name) != flat[1][name]) + "; give all machines the same installation"  # fmt: skip
