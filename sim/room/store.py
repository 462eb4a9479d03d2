"""What happened in rooms, on disk: a log that is only added to, in SQLite.

An entry is on disk before whoever made it is told so. What a room is follows from its log alone, so that a server that
was killed goes on where it was. What was worked out about a room stands beside its log, so that it need not be worked
out again; it can be lost without harm.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = "POLARITY_ROOMS"
"""The environment variable that names the folder of rooms."""
FILE = "rooms.sqlite"
HOURS = 12.0
"""Hours after which a room and all that is known of it is deleted."""
BUSY = 10.0
"""Seconds for which somebody who writes waits for somebody else."""
_TABLES = """
CREATE TABLE IF NOT EXISTS rooms (
    code TEXT PRIMARY KEY, teacher TEXT NOT NULL, opened REAL NOT NULL, closes REAL NOT NULL, settings TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS log (
    entry INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL REFERENCES rooms (code) ON DELETE CASCADE,
    at REAL NOT NULL, who INTEGER NOT NULL, what TEXT NOT NULL, content TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_room ON log (code, entry);
CREATE TABLE IF NOT EXISTS worked_out (
    code TEXT NOT NULL, opened REAL NOT NULL, what TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (code, what)
);
"""
_ALL = ("log", "worked_out", "rooms")
"""Every table has the code of the room; the room itself goes last."""


def folder() -> Path:
    """Where rooms are kept: the folder that the operator names, or the user's own for such things."""
    named = os.environ.get(FOLDER)
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "polarity"


@dataclass(frozen=True)
class Entry:
    """One thing that happened in a room."""

    entry: int
    at: float
    who: int
    """Number of the player; 0 for the teacher."""
    what: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Head:
    """A room as it was opened."""

    code: str
    teacher: str
    """The seal of the teacher's token."""
    opened: float
    closes: float
    settings: dict[str, Any]


class Store:
    """The rooms of one folder. Threads and processes may share it: each thread has a connection of its own."""

    def __init__(self, place: Path | None = None) -> None:
        self.place = place or folder()
        try:
            self.place.mkdir(parents=True, exist_ok=True)
        except OSError as error:  # for whoever asks the same as a file in it that cannot be opened
            raise sqlite3.OperationalError(f"no folder of rooms at {self.place}: {error}") from error
        self._local = threading.local()
        with self._writing() as base:
            for statement in _TABLES.split(";"):
                base.execute(statement)
        self.forget_old()

    # --- reading ------------------------------------------------------------------------------------------------------

    def head(self, code: str) -> Head | None:
        """A room by its code; None where there is none, or none any more."""
        row = self._base.execute(
            "SELECT code, teacher, opened, closes, settings FROM rooms WHERE code = ? AND closes > ?",
            (code, time.time()),
        ).fetchone()
        if row is None:
            return None
        found, teacher, opened, closes, settings = row
        return Head(found, teacher, opened, closes, json.loads(settings))

    def entries(self, code: str, after: int = 0) -> list[Entry]:
        """What happened in a room after an entry, in order."""
        return _entries(self._base, code, after)

    def last(self, code: str) -> int:
        """Number of the last entry of a room: it changes whenever anything does."""
        row = self._base.execute("SELECT MAX(entry) FROM log WHERE code = ?", (code,)).fetchone()
        return row[0] or 0

    def worked_out(self, room: Head, what: str) -> Any:
        """Something that was worked out about a room; None where it was not, or not for this one."""
        row = self._base.execute(
            "SELECT content FROM worked_out WHERE code = ? AND opened = ? AND what = ?", (room.code, room.opened, what)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    # --- writing ------------------------------------------------------------------------------------------------------

    def open(self, code: str, teacher: str, settings: dict[str, Any], hours: float = HOURS) -> bool:
        """Open a room; False where the code is taken."""
        now = time.time()
        with self._writing() as base:
            made = base.execute(
                "INSERT OR IGNORE INTO rooms VALUES (?, ?, ?, ?, ?)",
                (code, teacher, now, now + 3600 * hours, json.dumps(settings)),
            )
            return made.rowcount == 1

    @contextmanager
    def adding(self, code: str) -> Iterator[Adding]:
        """Look and then add, with nobody in between; nothing is added where an error is raised."""
        with self._writing() as base:
            yield Adding(base, code)

    def work_out(self, room: Head, what: str, content: Any) -> None:
        """Keep something that was worked out about a room, for as long as the room is there."""
        with self._writing() as base:
            base.execute(
                "INSERT OR REPLACE INTO worked_out SELECT code, opened, ?, ? FROM rooms WHERE code = ? AND opened = ?",
                (what, json.dumps(content), room.code, room.opened),
            )

    def close(self, code: str) -> None:
        """Delete a room and all that is known of it."""
        with self._writing() as base:
            for table in _ALL:
                base.execute(f"DELETE FROM {table} WHERE code = ?", (code,))
        self._empty_journal()

    def forget_old(self) -> None:
        """Delete the rooms whose time is over."""
        now, gone = time.time(), 0
        with self._writing() as base:
            for table in _ALL:
                gone += base.execute(
                    f"DELETE FROM {table} WHERE code IN (SELECT code FROM rooms WHERE closes <= ?)", (now,)
                ).rowcount
        if gone:
            self._empty_journal()

    def _empty_journal(self) -> None:
        """Empty the journal into the file: it would keep what was said long after it was deleted."""
        with suppress(sqlite3.Error):  # somebody reads just now; the room is gone all the same
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @property
    def _base(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "base", None)
        if found is None:
            found = sqlite3.connect(self.place / FILE, timeout=BUSY, isolation_level=None)
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = FULL")
            found.execute("PRAGMA secure_delete = ON")  # what is deleted cannot be read from the file
            self._local.base = found
        return found

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        base = self._base
        base.execute("BEGIN IMMEDIATE")
        try:
            yield base
        except BaseException:
            base.execute("ROLLBACK")
            raise
        base.execute("COMMIT")


def _entries(base: sqlite3.Connection, code: str, after: int) -> list[Entry]:
    rows = base.execute(
        "SELECT entry, at, who, what, content FROM log WHERE code = ? AND entry > ? ORDER BY entry", (code, after)
    )
    return [Entry(entry, at, who, what, json.loads(content)) for entry, at, who, what, content in rows]


class Adding:
    """A room while nobody else can write."""

    def __init__(self, base: sqlite3.Connection, code: str) -> None:
        self._base, self._code = base, code

    def entries(self, after: int) -> list[Entry]:
        """What has happened after an entry."""
        return _entries(self._base, self._code, after)

    def add(self, who: int, what: str, **content: Any) -> int:
        """Add an entry; its number."""
        made = self._base.execute(
            "INSERT INTO log (code, at, who, what, content) VALUES (?, ?, ?, ?, ?)",
            (self._code, time.time(), who, what, json.dumps(content)),
        )
        return int(made.lastrowid or 0)
