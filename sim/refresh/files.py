"""Downloaded files as text, rows and trees; what is no data is refused in one line with the file and the row."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.errors import InputError, as_number, shown
from scenarios.quarters import end_date, label, of_date

ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf")
"""First bytes of zip, gzip and 7z files."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""Half a character in JSON; one without its other half cannot be written to a table."""


def counted(number: int, noun: str) -> str:
    """A number with its noun, as in 1 row and 2 rows."""
    return f"{number:,} {noun}" + "s" * (number != 1)


@dataclass(frozen=True)
class Line:
    """One row of a CSV or JSON table: where it stands, and its cells by column."""

    file: str
    row: int
    """As a spreadsheet counts: the header is row 1."""
    cells: dict[str, str]

    def fault(self, text: str) -> InputError:
        """An error about this row."""
        return InputError(f"{self.file} row {self.row}: {text}")

    def number(self, column: str, least: float | None = None, most: float | None = None) -> float | None:
        """The number in a column; None where the cell is empty.

        Args:
            column: its name.
            least: smallest value that makes sense.
            most: largest.

        Raises:
            InputError: for what is no plain number, and for one that is out of range.
        """
        cell = self.cells.get(column, "").strip()
        if not cell:
            return None
        value = as_number(cell)
        if value is None or value != value or abs(value) == float("inf"):
            hint = "; write it without a thousands separator" if as_number(cell.replace(",", "")) is not None else ""
            raise self.fault(f"{column} {shown(cell)} is not a number such as 1234.5{hint}")
        if (least is not None and value < least) or (most is not None and value > most):
            raise self.fault(f"{column} {cell} is out of range; valid: {least:g} to {most:g}. Is it in another unit?")
        return value

    def day(self, column: str, american: bool = False) -> str:
        """The date in a column as YYYY-MM-DD.

        Args:
            column: its name.
            american: whether 3/31/2026 (month first) is valid too.

        Raises:
            InputError: for what is no date.
        """
        cell = self.cells.get(column, "").strip()[:10]
        parts = cell.split("/")
        if american and len(parts) == 3 and all(part.isdigit() for part in parts):
            cell = f"{parts[2]:0>4}-{parts[0]:0>2}-{parts[1]:0>2}"
        try:
            return dt.datetime.strptime(cell, "%Y-%m-%d").date().isoformat()
        except ValueError:
            also = " or 9/30/2026 (month first)" if american else ""
            given = shown(self.cells.get(column, ""))
            raise self.fault(f"{column} {given} is not a date; valid: 2026-09-30{also}") from None

    def quarter_end(self, column: str) -> str:
        """The quarter of which a column gives the last day, as a label."""
        day = self.day(column, american=True)
        quarter = label(of_date(day))
        if end_date(quarter) != day:
            raise self.fault(f"{column} {day} ends no quarter of the calendar; valid: {end_date(quarter)}")
        return quarter


def text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: for an empty file, an archive, another encoding than UTF-8, a web page, and what is no file.
    """
    if path.exists() and not path.is_file():  # reading a pipe would wait for somebody to write into it
        raise InputError(f"{path.name}: is no regular file; give the file as the source publishes it")
    raw = path.read_bytes()
    if not raw.strip():
        raise InputError(f"{path.name}: is empty; download it again")
    if raw.startswith(ARCHIVES):
        raise InputError(f"{path.name}: is an archive; unpack it and put the CSV files you need into the folder")
    if raw.startswith(UTF_16):
        raise InputError(f"{path.name}: is UTF-16; save it as UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise InputError(f"{path.name} line {row}: is not UTF-8; save the file as UTF-8") from error
    if not text.strip():
        raise InputError(f"{path.name}: is empty; download it again")
    if "\0" in text:
        raise InputError(f"{path.name}: has null bytes and is no text; download it again")
    if text.lstrip().startswith("<"):
        raise InputError(f"{path.name}: is a web page and no data, as after a failed download; download it again")
    return text


def csv_header(name: str, text: str) -> tuple[str, ...]:
    """The columns of a CSV file, which say whose it is before all of it is read.

    Raises:
        InputError: for a broken quotation, and for a column that appears twice.
    """
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _no_csv(name, error) from error
    header = tuple(cell.strip() for cell in first)
    if len(header) == 1 and ";" in header[0]:
        raise InputError(f"{name} row 1: cells are separated by semicolons; valid: commas, as the source publishes it")
    twice = {column for column in header if column and header.count(column) > 1}
    if twice:
        raise InputError(f"{name} row 1: has the column {shown(sorted(twice)[0])} twice; download it again")
    return header


def csv_lines(name: str, text: str) -> list[Line]:
    """The rows of a CSV file below its header.

    Raises:
        InputError: as `csv_header`, and for a row that is too short or too long.
    """
    header, lines = csv_header(name, text), []
    try:
        raw = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _no_csv(name, error) from error
    for row, cells in enumerate(raw[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            more = "it breaks off there" if len(cells) < len(header) else "a cell with a comma needs quotes"
            raise InputError(f"{name} row {row}: has {len(cells)} cells and the header {len(header)}; {more}")
        lines.append(Line(name, row, dict(zip(header, cells, strict=True))))
    return lines


def _no_csv(name: str, error: csv.Error) -> InputError:
    return InputError(f"{name}: is no CSV file or breaks off ({error}); download it again")


def json_of(name: str, text: str) -> Any:
    """The content of a JSON file.

    Raises:
        InputError: where it breaks off or is none.
    """
    try:
        found = json.loads(text)
        if _HALF.search(text):
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except (ValueError, RecursionError) as error:
        where = f" line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"{name}{where}: is no JSON or breaks off; download it again") from error


def yaml_of(name: str, text: str) -> Any:
    """The content of a YAML file, with dates and versions as text.

    Raises:
        InputError: where it breaks off or is none.
    """
    import yaml

    try:
        return yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise InputError(f"{name}{where}: is no YAML or breaks off; download it again") from error
