"""Where results about history are kept in the repository, and how they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "kept"
ROWS = ("points", "turns", "years")
"""What is a table: one row goes to a line."""


def write_lines(summary: dict[str, Any], path: Path) -> Path:
    """Write JSON with one row of a table and one quarter of a fan to a line, so that changes can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_lines(summary), encoding="utf-8")
    return path


def _lines(summary: dict[str, Any]) -> str:
    parts = []
    for key, value in summary.items():
        if key in ROWS:
            text = "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in value) + "\n ]"
        elif key == "fans":
            rows = (f"  {json.dumps(name)}: {json.dumps(path)}" for name, path in value.items())
            text = "{\n" + ",\n".join(rows) + "\n }"
        else:
            text = json.dumps(value)
        parts.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
