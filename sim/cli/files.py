"""Results of the command line as files: completely, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from sim.results.run import Run


def check_folder(folder: Path) -> None:
    """Refuse a place that cannot hold results before anything is simulated."""
    import os

    present = next((place for place in (folder, *folder.parents) if place.exists()), Path())
    if not present.is_dir():
        raise InputError(f"--out {folder}: {present} is not a directory; give a folder (created if missing)")
    if not os.access(present, os.W_OK | os.X_OK):
        raise InputError(f"--out {folder}: no permission to write in {present}; give another folder")


def check_file(path: Path | None) -> None:
    """Refuse a place that cannot hold a file before anything is simulated."""
    if path is None:
        return
    if path.is_dir():
        raise InputError(f"--out {path}: is a directory; give a file, such as {path / 'table.csv'}")
    check_folder(path.parent)


def saved(result: Run, summary: dict[str, Any], folder: Path) -> Path:
    """Write a run and its summary into a folder: both completely, or nothing."""
    import shutil
    import tempfile

    from polars.exceptions import PolarsError

    made = [place for place in (folder, *folder.parents) if not place.exists()]
    work = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".polarity-", dir=folder))
        table = result.save(work)
        text = work / f"{table.stem}.json"
        text.write_text(json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
        for file in (text, table):
            if (folder / file.name).is_dir():
                raise InputError(f"--out {folder}: {file.name} is a directory there; give another folder")
        for file in (text, table):
            file.replace(folder / file.name)
    except BaseException as error:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)
        for place in made:
            _remove_empty(place)
        if isinstance(error, OSError | PolarsError):
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(f"--out {folder}: cannot be written ({reason}); give another folder") from error
        raise
    shutil.rmtree(work, ignore_errors=True)
    return folder / table.name


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def described(table: pl.DataFrame, scenario: str | pl.Expr, seed: int, futures: int, meaning: str = "") -> pl.DataFrame:
    """A table with what a row has to say of itself when it stands alone: in every row, after its own columns.

    Args:
        table: the results.
        scenario: whose they are, or the column that says so.
        seed: names their dice.
        futures: how many they are of.
        meaning: what the numbers are where they are no plain levels, such as `difference: scenario less reference`.
    """
    import polars as pl

    from sim import __version__

    return table.with_columns(
        *([pl.lit(meaning).alias("meaning")] if meaning else []),
        (scenario if isinstance(scenario, pl.Expr) else pl.lit(scenario)).alias("scenario"),
        seed=pl.lit(seed),
        futures=pl.lit(futures),
        version=pl.lit(__version__),
    )


def csv(table: pl.DataFrame) -> bytes:
    """A table as CSV in UTF-8 with the mark that says so.

    Names, labels and units hold × and whatever somebody calls a scenario or a policy of their own; spreadsheets read
    a file without the mark in the code page of the machine. Readers of tables skip it.
    """
    return table.write_csv(include_bom=True).encode()


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """Write a table as CSV: completely, or not at all.

    Raises:
        InputError: where it cannot be written.
    """
    partial = path.with_name(f".{path.name}.tmp")
    try:
        partial.write_bytes(csv(table))
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"--out {path}: cannot be written ({error.strerror or error}); give another file") from error
