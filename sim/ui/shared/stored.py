"""Answers for the library that are stored with the package: the first visitor need not wait for any of them.

`make answers` rewrites them. Each names the code and the data that it was made with; others are not used.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from scenarios import load, names
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from sim.batch.identity import engine
from sim.checks import RUNS
from sim.results.costs import Books, Cost, reference_of
from sim.ui.shared import packing, work
from sim.ui.shared.choices import Level
from sim.ui.shared.frames import View
from sim.ui.shared.setup import Judge

FOLDER = Path(__file__).resolve().parents[1] / "answers"
KINDS = (View, Judge, Level, Cost)
"""What answers are made of."""
MAKERS = ("frames.py", "choices.py", "uses.py", "work.py", "packing.py", "stored.py")
"""Files beside this one that decide what an answer holds."""


@dataclass(frozen=True)
class Answer:
    """What a page shows of a scenario at once, by the usual judgment."""

    digest: str
    version: str
    view: View
    costs: tuple[Cost, ...]


@cache
def version() -> str:
    """Names the code and the data that answers are made with."""
    found = hashlib.sha256(engine().encode())
    for name in MAKERS:
        found.update((Path(__file__).parent / name).read_bytes())
    return found.hexdigest()[:16]


def _path(name: str) -> Path:
    return FOLDER / f"{name.replace(':', '-')}.npz"


def read(name: str) -> Answer | None:
    """The answer of a scenario of the library; None where there is none, or one of another version."""
    try:
        found: Answer = packing.unpack(_path(name).read_bytes(), (*KINDS, Answer))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if (found.digest, found.version) == (load(name).digest(), version()) else None


def make(spec: Scenario) -> Answer:
    """Simulate what a page shows of a scenario at once."""
    (view,), mine = _shown(spec.canonical())
    _, usual = _shown(reference_of(spec).canonical())
    return Answer(spec.digest(), version(), view, mine.costs_against(usual))


@cache
def _shown(canonical: str) -> tuple[list[View], Books]:
    make = partial(work.views, [Judge()])
    return work.of_run(make, canonical, RUNS, work.SEED, DEFAULT_HORIZON, work.SHOWN)


def write() -> list[Path]:
    """Rewrite the answers of the whole library, and remove those of scenarios that it no longer has."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.npz"):
        path.unlink()
    for name in names():
        _path(name).write_bytes(packing.pack(make(load(name)), (*KINDS, Answer)))
    return [_path(name) for name in names()]


if __name__ == "__main__":
    for path in write():
        print(path)
