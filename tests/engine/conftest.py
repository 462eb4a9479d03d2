"""Ensembles that several tests look at, run once per worker, and worlds that can be stepped by hand."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest

from scenarios import load
from scenarios.quarters import FIRST, number
from scenarios.schema import Scenario
from sim.engine.inputs import Inputs
from sim.engine.noise import noise
from sim.engine.phases.record import Log
from sim.engine.world import World
from sim.ensemble.draws import draw
from sim.ensemble.rng import Streams
from sim.results.run import Run
from sim.run import simulate


@cache
def _library_run(name: str, runs: int, until: int, keep: str) -> Run:
    return simulate(load(name), runs=runs, until=until, keep=keep)


@pytest.fixture(scope="session")
def library_run() -> Callable[..., Run]:
    """The run of a library scenario by name: members 0 to `runs`, seed 0."""

    def run(name: str, runs: int = 32, until: int = 2032, keep: str = "results") -> Run:
        return _library_run(name, runs, until, keep)

    return run


@pytest.fixture
def make_world() -> Iterator[Callable[..., World]]:
    """A world that has not begun, for scenarios whose history is the record; closed after the test."""
    worlds: list[World] = []

    def make(spec: Scenario, runs: int = 16, until: int = 2028, first: int = 0) -> World:
        inputs = Inputs(spec, number(f"{until}-Q4") - FIRST + 1)
        streams = Streams(0, first, first + runs, inputs.steps)
        world = World(inputs, draw(spec, streams), noise(inputs, streams), None, Log(inputs, runs, "ledger"))
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        world.close()


def _mismatch(one: Run, two: Run, until: str | None, rows: list[int] | None) -> list[str]:
    steps = number(until) - FIRST if until else min(len(one.quarters), len(two.quarters))
    wrong = []
    for kind, name in [("series", n) for n in one.series] + [("ledger", n) for n in one.ledger]:
        a, b = (getattr(run, kind)[name][:steps] for run in (one, two))
        if name in ("accounts", "decisions"):
            known, held = one.parts(name), two.parts(name)
            b = b[:, [held.index(part) for part in known]]
        if rows is not None and b.ndim == 3 and b.shape[1] == len(two.actors) and a.shape[1] == len(one.actors):
            b = b[:, rows]
        if not np.array_equal(a, b):
            first = int(np.argmax((a != b).reshape(len(a), -1).any(axis=1)))
            wrong.append(f"{name} from {one.quarters[first]}")
    return wrong


@pytest.fixture(scope="session")
def mismatch() -> Callable[..., list[str]]:
    """Names of the series in which two runs are not the same to the last bit, before a quarter where one is given.

    `rows` says which actors of the second run are those of the first.
    """

    def compare(one: Run, two: Run, until: str | None = None, rows: list[int] | None = None) -> list[str]:
        return _mismatch(one, two, until, rows)

    return compare
