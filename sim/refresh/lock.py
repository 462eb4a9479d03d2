"""The lock file: which release of each source was read last, with its SHA-256 and license."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenarios.errors import InputError, unknown
from scenarios.tables import Day
from sim.refresh.releases import Release
from sim.refresh.sheets import replacing
from sim.refresh.sources import SOURCES

NAME = "lock.json"
MEANING = (
    "Releases that the tables of this folder rest on, written by `polarity data refresh`. A sha256 of null: the rows"
    " were entered by hand before this file began, and no hash of the original is on record."
)
SHRUNK = 0.8
"""A release with less than this share of the locked one's rows counts as cut off."""


class Entry(BaseModel):
    """One file that was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str
    source: str
    publisher: str
    url: str
    date: Day
    dated_by: str
    sha256: str | None = Field(pattern=r"^[0-9a-f]{64}$")
    license: str
    rows: int | None = None
    """How many rows the file has; unknown for what was entered by hand."""
    rows_changed: int | None = None
    version: str | None = None
    note: str = ""


def read(data: Path) -> list[Entry]:
    """The entries of a data folder; none where there is no lock file.

    Raises:
        InputError: for a lock file that cannot be read.
    """
    path = data / NAME
    if not path.exists():
        return []
    try:
        found = [Entry.model_validate(entry) for entry in json.loads(path.read_text(encoding="utf-8"))["files"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError) as error:
        raise InputError(f"{path.name}: is no lock file ({type(error).__name__}); restore it, or delete it") from error
    for entry in found:
        if entry.source not in SOURCES:
            raise unknown("source", entry.source, SOURCES, path.name)
    return found


def text(entries: Sequence[Entry]) -> str:
    """Entries as the lock file has them, in the order of the sources."""
    order = list(SOURCES)
    files = [
        entry.model_dump(mode="json", exclude_none=False)
        for entry in sorted(entries, key=lambda entry: (order.index(entry.source), entry.date, entry.file))
    ]
    return json.dumps({"meaning": MEANING, "files": files}, indent=2, ensure_ascii=False) + "\n"


def write(data: Path, entries: Sequence[Entry]) -> bool:
    """Put the entries into the lock file, and say whether that changed it."""
    path, new = data / NAME, text(entries)
    if path.exists() and path.read_text(encoding="utf-8") == new:
        return False
    with replacing(path) as file:
        file.write_text(new, encoding="utf-8")
    return True


def check(release: Release, entries: Sequence[Entry]) -> None:
    """Refuse a release older than the locked one, or much shorter.

    Raises:
        InputError: with the date or length of the locked one.
    """
    own = [entry for entry in entries if entry.source == release.source.id]
    if release.sha256 in {entry.sha256 for entry in own} or (release.source.several and release.source.id != "models"):
        return  # the same file again, or one of several answers, of which none replaces another
    newest = max(own, key=lambda entry: entry.date, default=None)
    if newest is None:
        return
    if release.date < newest.date:
        raise release.fault(
            f"is of {release.date} (by its {release.dated_by}), older than the locked release of {newest.date};"
            f" give a newer one, put its date into the file name if that is wrong, or correct the date in {NAME}"
        )
    alike = [e.rows for e in own if e.rows and (not release.source.several or e.file == release.name)]
    if alike and release.rows < SHRUNK * max(alike):
        raise release.fault(f"has {release.rows} rows, and the locked release had {max(alike)}; is it cut off?")


def merged(entries: Sequence[Entry], made: Sequence[Entry]) -> list[Entry]:
    """Entries with those of new releases: they take the place of a source's older ones, or join what only grows."""
    fresh = {(entry.source, entry.sha256) for entry in made}
    replaced = {entry.source for entry in made if SOURCES[entry.source].series == "recompute"} | (
        {"metr"} & {entry.source for entry in made}
    )
    kept = [e for e in entries if e.source not in replaced and (e.source, e.sha256) not in fresh]
    return kept + list(made)
