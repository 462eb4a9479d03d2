"""Hindcasts that are kept in the repository: shown in the app, held against new ones in the tests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from sim.hindcast.blind import CUTOFFS, Hindcast, Point, hindcast

FOLDER = Path(__file__).parent / "kept"


@cache
def kept(cutoff: str) -> Hindcast:
    """The stored hindcast of one of `CUTOFFS`."""
    found = json.loads((FOLDER / f"{cutoff}.json").read_text(encoding="utf-8"))
    points = tuple(Point(**{**row, "quantiles": tuple(row["quantiles"])}) for row in found["points"])
    fans = {key: {q: tuple(ends) for q, ends in path.items()} for key, path in found["fans"].items()}
    return Hindcast(found["cutoff"], found["draws"], found["ess"], points, fans)


def keep(found: Hindcast) -> Path:
    """Store a hindcast in the repository."""
    if found.cutoff not in CUTOFFS:
        raise ValueError(f"{found.cutoff} is not one of the kept cut-offs {CUTOFFS}")
    kept.cache_clear()
    return write(found, FOLDER / f"{found.cutoff}.json")


def write(found: Hindcast, path: Path) -> Path:
    """Write a hindcast as JSON: one point and one quarter of a fan to a line, so that changes can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_lines(found.summary()), encoding="utf-8")
    return path


def _lines(summary: dict[str, Any]) -> str:
    parts = []
    for key, value in summary.items():
        if key == "points":
            text = "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in value) + "\n ]"
        elif key == "fans":
            rows = (f"  {json.dumps(name)}: {json.dumps(path)}" for name, path in value.items())
            text = "{\n" + ",\n".join(rows) + "\n }"
        else:
            text = json.dumps(value)
        parts.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    for month in CUTOFFS:
        print(keep(hindcast(month, tell=print)))
