"""A state and a quarter that note what each phase reads and writes of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from sim.engine.schedule import Phase
from sim.engine.state import Quarter, State, written

STATE, QUARTER = ({f.name for f in fields(cls)} for cls in (State, Quarter))


@dataclass
class Touched:
    """What phases have touched so far, by phase."""

    reads: dict[str, set[str]] = field(default_factory=dict)
    writes: dict[str, set[str]] = field(default_factory=dict)
    phase: str = ""

    def begin(self, phase: str) -> None:
        self.phase = phase
        self.reads.setdefault(phase, set())
        self.writes.setdefault(phase, set())


NOTES = Touched()


def _watched(cls: type) -> type:
    names = {f.name for f in fields(cls)}

    class Watched(cls):  # type: ignore[misc, valid-type]
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:
            if name in names and NOTES.phase:
                NOTES.reads[NOTES.phase].add(name)
            return super().__getattribute__(name)

        def __setattr__(self, name: str, value: Any) -> None:
            if NOTES.phase:
                NOTES.writes[NOTES.phase].add(name)
            super().__setattr__(name, value)

    return Watched


WatchedState, WatchedQuarter = _watched(State), _watched(Quarter)


def watched(record: Any, kind: type) -> Any:
    """The same record as one that is watched."""
    made = object.__new__(kind)
    for name, value in written(record).items():
        object.__setattr__(made, name, value)
    return made


def print_of(value: Any) -> Any:
    """Something that changes when a value is changed in place."""
    if isinstance(value, np.ndarray):
        return hashlib.blake2b(np.ascontiguousarray(value).tobytes()).digest()
    if isinstance(value, list):
        return [print_of(part) if isinstance(part, np.ndarray) else id(part) for part in value]
    return tuple(print_of(part) for part in vars(value).values()) if type(value).__name__ == "Capacity" else None


def run_watched(phase: Phase, context: Any, state: Any, quarter: Any) -> None:
    """Run a phase and note what it touched, in-place changes included."""
    NOTES.phase = ""
    before = {name: print_of(value) for record in (state, quarter) for name, value in written(record).items()}
    NOTES.begin(phase.name)
    phase.run(context, state, quarter)
    NOTES.phase = ""
    after = {name: print_of(value) for record in (state, quarter) for name, value in written(record).items()}
    NOTES.writes[phase.name] |= {name for name, value in before.items() if after[name] != value}
