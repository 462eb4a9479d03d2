"""The raw log of a campaign: one JSON line for everything that was finished, so that nothing is done twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


class LogError(ValueError):
    """A log that belongs to another campaign."""


class Log:
    """Finished parts by key, appended to a file as they come; the first line says which campaign it is."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        """Open a log, or begin one.

        Raises:
            LogError: when the file belongs to a campaign that is not this one.
        """
        self.path = path
        self._parts: dict[str, dict[str, Any]] = {}
        lines = self._whole_lines()
        if not lines:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
            self._append({"campaign": header})
            return
        found = lines[0].get("campaign")
        if found != header:
            differs = [k for k in header if not isinstance(found, dict) or found.get(k) != header[k]]
            raise LogError(
                f"{path}: holds an unfinished campaign that differs in {', '.join(differs)}; "
                "finish it as it was begun, give another --out, or start over with --restart"
            )
        for line in lines[1:]:
            self._parts[line["part"]] = line

    @classmethod
    def finished(cls, path: Path) -> Log:
        """The log of a campaign that is over, whichever it was.

        Raises:
            LogError: when the file does not say which campaign it is of.
        """
        with path.open(encoding="utf-8") as file:
            header = json.loads(file.readline() or "{}").get("campaign")
        if not isinstance(header, dict):
            raise LogError(f"{path}: does not say which campaign it is of")
        return cls(path, header)

    def _whole_lines(self) -> list[dict[str, Any]]:
        """The lines that were written completely; a torn last one is cut off."""
        if not self.path.is_file():
            return []
        raw = self.path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        return [json.loads(line) for line in whole.splitlines()]

    def _append(self, line: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def has(self, part: str) -> bool:
        """Whether a part is finished."""
        return part in self._parts

    def get(self, part: str) -> dict[str, Any]:
        """A finished part."""
        return self._parts[part]

    def starting(self, beginning: str) -> list[dict[str, Any]]:
        """Finished parts whose key begins so, in the order in which they were finished."""
        return [line for part, line in self._parts.items() if part.startswith(beginning)]

    def add(self, part: str, content: dict[str, Any]) -> dict[str, Any]:
        """Note a finished part."""
        line = {"part": part, **content}
        self._append(line)
        self._parts[part] = line
        return line

    def once(self, part: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A part: from the log, or made and noted now."""
        return self.get(part) if self.has(part) else self.add(part, make())
