"""Every future of a scenario as files, with what is needed to make them again. Pure functions."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from scenarios.schema import Scenario
from sim.cli import files
from sim.run import simulate
from sim.short import Short
from sim.ui.shared.recipes import Dice


@dataclass(frozen=True, repr=False)
class Files(Short):
    """What is kept of a run: the table compactly, since the CSV is made of it when somebody wants it."""

    stem: str
    parquet: bytes
    summary: bytes
    provenance: bytes
    rows: int
    columns: int
    csv_size: int

    def csv(self) -> bytes:
        """The table as CSV, with the names of the columns, every digit, and in each row what it is of."""
        made = pl.read_parquet_metadata(io.BytesIO(self.parquet))
        return _csv(pl.read_parquet(io.BytesIO(self.parquet)), made)


def prepare(spec: Scenario, dice: Dice) -> Files:
    """Simulate a scenario and write its members' table, its summary and its provenance.

    Raises:
        InputError, FloatingPointError: when it cannot be simulated.
    """
    run = simulate(spec, runs=dice.futures, seed=dice.seed, until=dice.until)
    table, held, metadata = run.members(), io.BytesIO(), run.metadata()
    table.write_parquet(held, metadata=metadata)
    stem = f"{spec.name.replace(':', '-')}-{spec.digest()}-seed{dice.seed}-{dice.futures}-{dice.until}"
    return Files(
        stem=stem,
        parquet=held.getvalue(),
        summary=_json(run.summary()),
        provenance=_json({"table": f"{stem}.csv", **metadata}),
        rows=table.height,
        columns=table.width,
        csv_size=len(_csv(table, metadata)),
    )


def _csv(table: pl.DataFrame, made: Mapping[str, str]) -> bytes:
    said = files.described(table, made["scenario"], int(made["seed"]), int(made["runs"]))
    return files.csv(said)


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def size(count: int) -> str:
    """Bytes as people read them: `93 kB`, `1.4 MB`."""
    return f"{count / 1e6:.1f} MB" if count >= 999_500 else f"{max(round(count / 1000), 1)} kB"
