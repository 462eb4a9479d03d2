"""The files of a folder as dated releases: what each one is, when it was published, and its SHA-256."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenarios.errors import InputError
from sim.refresh import files, sources
from sim.refresh.files import Line
from sim.refresh.sources import Source

READ = (".csv", ".json", ".yaml", ".yml")
"""Endings of files that are looked into."""
PACKED = (".zip", ".gz", ".7z", ".xlsx", ".html", ".htm")
"""Endings that are refused rather than passed over: somebody meant them as data."""
_DAY = re.compile(r"(?<!\d)(20\d\d-\d\d-\d\d)(?!\d)")


@dataclass(frozen=True)
class Release:
    """One recognized file."""

    name: str
    source: Source
    date: str
    """Day of the release."""
    dated_by: str
    """What says so: `file name`, `folder name`, `--date` or `time of the file`."""
    sha256: str
    lines: list[Line] = field(repr=False, default_factory=list)
    header: tuple[str, ...] = ()
    tree: Any = field(repr=False, default=None)

    @property
    def rows(self) -> int:
        """How many rows, documents or models it holds."""
        if self.lines:
            return len(self.lines)
        if isinstance(self.tree, dict):
            return len(self.tree["results"])
        return max(len(self.tree or ()) - 1, 0)

    def fault(self, text: str) -> InputError:
        """An error about the file as a whole."""
        return InputError(f"{self.name}: {text}")


def found(folder: Path, date: str | None, refuse: Callable[[str, str], None]) -> tuple[list[Release], list[str]]:
    """The releases of a folder, and what was passed over.

    Args:
        folder: read without its subfolders.
        date: day of the files that carry none in their name, as YYYY-MM-DD.
        refuse: called with the file and the reason for each that is none.

    Returns:
        Releases in the order of their names, and names of files and folders that are not read.

    Raises:
        InputError: where the folder cannot be read, or the date is none.
    """
    if date is not None:
        _checked(date)
    if not folder.is_dir():
        raise InputError(f"--from {folder}: is not a folder; give the folder with the downloaded files")
    releases, passed = [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() or path.suffix.lower() not in (*READ, *PACKED):
            passed.append(path.name + "/" * path.is_dir())
            continue
        try:
            releases.append(_release(path, date))
        except InputError as error:
            refuse(path.name, str(error))
        except OSError as error:
            refuse(path.name, f"{path.name}: cannot be read ({error.strerror})")
    return releases, passed


def _release(path: Path, date: str | None) -> Release:
    text, kind = files.text_of(path), path.suffix.lower()
    if kind in PACKED:
        raise InputError(f"{path.name}: is none of {', '.join(READ)}; give the file as the source publishes it")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    day, dated_by = _dated(path, date)
    if kind == ".csv":
        header = files.csv_header(path.name, text)
        source, lines = sources.of_csv(path.name, header), files.csv_lines(path.name, text)
        if not lines:
            raise InputError(f"{path.name}: has a header and no rows; download it again")
        return Release(path.name, source, day, dated_by, sha256, lines, header)
    tree = files.json_of(path.name, text) if kind == ".json" else files.yaml_of(path.name, text)
    return Release(path.name, sources.of_tree(path.name, tree), day, dated_by, sha256, tree=tree)


def _checked(date: str) -> str:
    try:
        return dt.datetime.strptime(date, "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise InputError(f"{date!r} is not a date; write it like 2026-10-20") from None


def _dated(path: Path, date: str | None) -> tuple[str, str]:
    """The day of a release, and what says so."""
    if match := _DAY.search(path.name):
        return _checked(match[1]), "file name"
    if date is not None:
        return date, "--date"
    if match := _DAY.search(path.resolve().parent.name):
        return _checked(match[1]), "folder name"
    moment = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC)
    return moment.date().isoformat(), "time of the file"
