"""Runs as files that can be read back: one Parquet table of every quarter of every future, checked when it is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError
from scenarios.schema import Scenario
from sim.ensemble.rng import Array
from sim.own import Own, identities, seated

if TYPE_CHECKING:
    import polars as pl

    from sim.results.run import Run

FORMAT = "1"
"""What the table's columns mean; a file of another format is refused."""
KIND = "polarity_run"
"""Name of the metadata field that says what a file is, and of which format."""
WITHOUT = (
    "holds the table of year ends alone, from which no run can be restored; save with run.save(FOLDER, quarters=True)"
)


def write(path: Path, table: pl.DataFrame, metadata: Mapping[str, str]) -> Path:
    """Write a Parquet file beside its place and move it there, so that it exists completely or not at all."""
    partial = path.with_suffix(".part")
    table.write_parquet(partial, metadata=dict(metadata))
    partial.replace(path)
    return path


def table(run: Run) -> pl.DataFrame:
    """One row per quarter and member: every series by part, the parameters, and what else was kept."""
    import polars as pl

    steps, members = len(run.quarters), run.runs
    columns: dict[str, Any] = {
        "quarter": np.repeat(np.array(run.quarters), members), "year": np.repeat(run.years, members),
        "member": np.tile(np.arange(run.first, run.first + members), steps),
    }  # fmt: skip
    for name, values in run.series.items():
        parts = run.parts(name)
        columns |= (
            {f"{name}.{part}": values[:, n].ravel() for n, part in enumerate(parts)} if parts
            else {name: values.ravel()}
        )  # fmt: skip
    for name, values in run.ledger.items():
        columns |= {f"ledger.{name}.{n}": values[:, n].ravel() for n in range(values.shape[1])}
    if run.held is not None:
        wide = np.broadcast_to(run.held, (*run.held.shape[:2], members))
        columns |= {f"held.{n}": wide[:, n].ravel() for n in range(wide.shape[1])}
    columns |= {f"parameter.{name}": np.tile(values, steps) for name, values in run.parameters.items()}
    return pl.DataFrame(columns)


def metadata(run: Run) -> dict[str, str]:
    """What a reader needs to restore a run from its table, beside `Run.metadata`."""
    shapes = {name: [len(run.parts(name)), values.dtype.str] for name, values in run.series.items()}
    ledger = {name: [values.shape[1], values.dtype.str] for name, values in run.ledger.items()}
    held = None if run.held is None else [run.held.shape[1], run.held.dtype.str, run.held.shape[2]]
    return {
        KIND: FORMAT, "actors": json.dumps(run.actors), "series": json.dumps(shapes), "ledger": json.dumps(ledger),
        "held": json.dumps(held), "drawn": json.dumps({n: v.dtype.str for n, v in run.parameters.items()}),
        "content_sha256": _checksum(run),
    }  # fmt: skip


def load(kind: type[Run], path: Path, agents: Mapping[str, Own] | None = None) -> Run:
    """A run from its file.

    Args:
        kind: `Run`.
        path: the file.
        agents: the custom actors that it was made with: their code is in no file.

    Raises:
        InputError: for a file that is no run, is damaged or of another version, and for other actors.
    """
    from polars.exceptions import PanicException

    facts = _facts(path)
    try:
        run = _restored(kind, path, facts, agents)
        intact = _checksum(run) == facts["content_sha256"]
    except InputError:
        raise
    except (Exception, PanicException) as error:  # whatever is wrong with a table that somebody or something changed
        raise _damaged(path, error) from error
    if not intact:
        raise InputError(f"{path}: is damaged: its content is not what was written; save the run again")
    return run


def _restored(kind: type[Run], path: Path, facts: Mapping[str, str], agents: Mapping[str, Own] | None) -> Run:
    spec, quarters, runs = _spec(path, facts), _quarters(facts), int(facts["runs"])
    rows = _rows(path, facts, quarters * runs)

    def column(name: str, dtype: str) -> Array:
        return np.asarray(rows[name].to_numpy(), dtype=np.dtype(dtype)).reshape(quarters, runs)

    return kind(
        spec=spec, seed=int(facts["seed"]), first=int(facts["first_member"]), until=int(facts["until"]),
        actors=tuple(json.loads(facts["actors"])), agents=json.loads(facts["agents"]),
        series=_series(json.loads(facts["series"]), rows.columns, column),
        parameters={name: column(f"parameter.{name}", dtype)[0].copy()
                    for name, dtype in json.loads(facts["drawn"]).items()},
        ledger={name: np.stack([column(f"ledger.{name}.{n}", dtype) for n in range(count)], axis=1)
                for name, (count, dtype) in json.loads(facts["ledger"]).items()},
        held=_held(json.loads(facts["held"]), column),
        seats=_seats(path, spec, json.loads(facts["agents"]), agents),
    )  # fmt: skip


def _facts(path: Path) -> dict[str, str]:
    """Metadata of a file that holds a run of this version."""
    import polars as pl

    from sim import __version__

    try:
        facts = pl.read_parquet_metadata(path)
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: there is no such file; give one that run.save(FOLDER, quarters=True) wrote"
        ) from error
    except (Exception, pl.exceptions.PanicException) as error:  # one class for each way to be no file
        raise InputError(
            f"{path}: is no run, or damaged ({_reason(error)}); give a file that run.save(FOLDER, quarters=True) wrote"
        ) from error
    if "scenario_json" not in facts or "polarity_version" not in facts:
        raise InputError(f"{path}: is no run; give a file that run.save(FOLDER, quarters=True) wrote")
    made, here = facts["polarity_version"], __version__
    if made != here or facts.get(KIND, FORMAT) != FORMAT:
        version = f"version {made}" if made != here else f"format {facts[KIND]}"
        raise InputError(
            f"{path}: was written by Polarity of {version}; this one is version {here} with format {FORMAT}, and "
            "numbers of two versions must not be mixed: run it again, or read the table with polars.read_parquet"
        )
    if KIND not in facts:
        raise InputError(f"{path}: {WITHOUT}")
    return facts


def _spec(path: Path, facts: Mapping[str, str]) -> Scenario:
    from sim.ensemble import posterior_draws

    try:
        spec = Scenario.model_validate_json(facts["scenario_json"])
    except ValueError as error:
        raise _damaged(path, error) from error
    for what, here, there in (
        ("scenario", spec.digest(), facts["scenario_digest"]),
        ("history draws", posterior_draws.digest(spec), facts["history_draws"]),
    ):
        if here != there:
            raise InputError(
                f"{path}: was written with other data: its {what} has the digest {there}, and {here} here; run it again"
            )
    return spec


def _quarters(facts: Mapping[str, str]) -> int:
    from scenarios.quarters import FIRST, number

    return number(f"{facts['until']}-Q4") - FIRST + 1


def _rows(path: Path, facts: Mapping[str, str], wanted: int) -> pl.DataFrame:
    import polars as pl

    try:
        rows = pl.read_parquet(path)
    except (Exception, pl.exceptions.PanicException) as error:
        raise _damaged(path, error) from error
    if rows.height != wanted:
        raise InputError(f"{path}: is damaged: it has {rows.height:,} rows of {wanted:,}; save the run again")
    return rows


def _series(shapes: Mapping[str, Any], columns: list[str], column: Any) -> dict[str, Array]:
    """Arrays by name; the columns of a series stand in the order of its parts."""
    by_series: dict[str, list[str]] = {}
    for name in columns:
        by_series.setdefault(name.partition(".")[0], []).append(name)
    return {
        name: np.stack([column(part, dtype) for part in by_series[name]], axis=1) if count else column(name, dtype)
        for name, (count, dtype) in shapes.items()
    }


def _held(said: Any, column: Any) -> Array | None:
    if said is None:
        return None
    count, dtype, wide = said
    return np.stack([column(f"held.{n}", dtype) for n in range(count)], axis=1)[..., :wide]


def _seats(
    path: Path, spec: Scenario, made_with: Mapping[str, str], agents: Mapping[str, Own] | None
) -> Mapping[str, Own]:
    """The classes of custom actors, where they are given and are the same."""
    if agents is None:
        return {}
    own = seated(agents, spec)
    here = identities(own)
    if here != made_with:
        told = [", ".join(f"{seat}: {who}" for seat, who in side.items()) or "none" for side in (made_with, here)]
        raise InputError(f"{path}: was made with other custom actors ({told[0]}); give the same, not {told[1]}")
    return own


def _checksum(run: Run) -> str:
    plain = [run.spec.model_dump_json(), run.seed, run.first, run.until, run.actors, dict(run.agents)]
    found = hashlib.sha256(json.dumps(plain, sort_keys=True).encode())
    for name, values in _arrays(run):
        found.update(f"{name} {values.dtype.str} {values.shape}".encode() + np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


def _arrays(run: Run) -> Iterator[tuple[str, Array]]:
    for kind in ("series", "parameters", "ledger"):
        for name, values in sorted(getattr(run, kind).items()):
            yield f"{kind} {name}", values
    if run.held is not None:
        yield "held", run.held


def same(one: Run, two: Run) -> bool:
    """Whether two runs hold the same numbers of the same scenario, by the same actors."""
    plain = ("spec", "seed", "first", "until", "actors")
    if any(getattr(one, name) != getattr(two, name) for name in plain) or dict(one.agents) != dict(two.agents):
        return False
    mine, theirs = dict(_arrays(one)), dict(_arrays(two))
    return mine.keys() == theirs.keys() and all(
        values.dtype == theirs[name].dtype and np.array_equal(values, theirs[name], equal_nan=True)
        for name, values in mine.items()
    )


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: is damaged ({_reason(error)}); save the run again")


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:100]
