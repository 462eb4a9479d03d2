"""Hindcasts that are kept in the repository: shown in the app, held against new ones in the tests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from sim.hindcast import turns
from sim.hindcast.blind import CUTOFFS, Hindcast, Point, hindcast
from sim.hindcast.stored import FOLDER, write_lines


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
    """Write a hindcast as JSON."""
    return write_lines(found.summary(), path)


if __name__ == "__main__":
    for month in CUTOFFS:
        print(keep(hindcast(month, tell=print)))
    print(turns.keep(turns.scored()))
