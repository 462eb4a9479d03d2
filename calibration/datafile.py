"""Tables in CSV files, refused by row and column: what is wrong, where, and what would be valid."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

LARGEST = 8 * 2**20
"""Bytes of the largest file that is read."""


class Row(NamedTuple):
    """A row of a table: the line of the file on which it ends, and its cells by column."""

    line: int
    cells: dict[str, str]


class Table(NamedTuple):
    """A table as it stands in a file."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def require(self, *columns: str) -> None:
        """Refuse a table that lacks one of these columns."""
        for column in columns:
            if column not in self.columns:
                raise ValueError(f"{self.name} row 1: there is no column {column}")

    def refusal(self, row: Row, column: str, needed: str) -> ValueError:
        """The error for a cell: where it stands, what is needed there and what was found."""
        found = row.cells[column]
        said = repr(found if len(found) <= 60 else found[:59] + "…")
        return ValueError(f"{self.name} row {row.line}: {column} must be {needed}, not {said}")


def read_table(path: Path, what: str) -> Table:
    """A CSV file in UTF-8 with a header.

    Args:
        path: the file.
        what: what it is read as, for the error: `a chip catalogue`.

    Raises:
        ValueError: in one line, for a file that cannot be read or has a row of another length.
    """
    name = path.name or str(path)
    try:
        if path.exists() and not path.is_file():
            raise ValueError("it is not a file")
        if path.exists() and path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 2**20} MiB")
        with path.open(encoding="utf-8-sig", newline="") as file:  # spreadsheets put a mark before the header
            reader = csv.DictReader(file)
            columns = tuple(column.strip() for column in reader.fieldnames or ())
            reader.fieldnames = columns
            rows = tuple(Row(reader.line_num, cells) for cells in reader)
    except (OSError, ValueError, csv.Error) as error:  # what is not text is a ValueError
        raise ValueError(f"{name}: cannot be read as {what} ({error})") from error
    _check_shape(name, columns, rows)
    return Table(name, columns, tuple(Row(line, {c: t.strip() for c, t in cells.items()}) for line, cells in rows))


def _check_shape(name: str, columns: tuple[str, ...], rows: tuple[Row, ...]) -> None:
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise ValueError(f"{name} row 1: there are two columns {twice!r}; leave one")
    for line, cells in rows:
        if None in cells or None in cells.values():
            raise ValueError(f"{name} row {line}: {len(columns)} cells expected, the last of column {columns[-1]}")


def numbers(table: Table, column: str, fits: Callable[[float], bool], needed: str) -> Iterator[float]:
    """The numbers of a column; what is no number, or does not fit, is refused with what is needed."""
    for row in table.rows:
        value = as_number(row.cells[column])
        if not fits(value):
            raise table.refusal(row, column, needed)
        yield value


def as_number(text: str) -> float:
    """A number, or NaN for what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
