"""What the tests of history share: points of parameters, small blind runs, and a memory that can be emptied."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from scenarios.quarters import FIRST, number
from scenarios.schema import Scenario
from sim.engine import destinations, export_rules, inputs
from sim.engine.inputs import Inputs
from sim.engine.noise import noise
from sim.engine.phases.record import Log
from sim.engine.world import World
from sim.ensemble.draws import draw
from sim.ensemble.rng import SOBOL_DIMENSIONS, Array, Streams
from sim.hindcast.blind import blind_spec
from sim.results.run import Run
from sim.run import simulate


@pytest.fixture(scope="session")
def some_scores() -> Callable[[int], Array]:
    """Normal scores of some members on all Sobol columns, always the same ones."""
    return lambda runs: np.random.default_rng(7).standard_normal((SOBOL_DIMENSIONS, runs))


@pytest.fixture(scope="session")
def blind_run() -> Run:
    """A small run that knows nothing after 2024, parameters from the priors of the time."""
    return simulate(blind_spec("2024-12"), 24, 0, 2027)


def _differences(one: Run, two: Run) -> list[str]:
    wrong = [name for name, values in one.series.items() if not np.array_equal(values, two.series[name])]
    return wrong + [name for name, values in one.parameters.items() if not np.array_equal(values, two.parameters[name])]


@pytest.fixture(scope="session")
def differences() -> Callable[[Run, Run], list[str]]:
    """Names of the series and parameters in which two runs are not the same to the last bit."""
    return _differences


def _columns(run: Run, first: int, last: int) -> Run:
    return Run(
        run.spec, run.seed, run.first + first, run.until, run.actors,
        {name: values[..., first:last] for name, values in run.series.items()},
        {name: values[first:last] for name, values in run.parameters.items()},
    )  # fmt: skip


@pytest.fixture(scope="session")
def columns() -> Callable[[Run, int, int], Run]:
    """Some members of a run, as a run."""
    return _columns


@pytest.fixture
def make_world() -> Iterator[Callable[..., World]]:
    """A world that has not begun; closed after the test."""
    worlds: list[World] = []

    def make(spec: Scenario, runs: int = 16, until: int = 2028) -> World:
        prepared = Inputs(spec, number(f"{until}-Q4") - FIRST + 1)
        streams = Streams(0, 0, runs, prepared.steps)
        world = World(prepared, draw(spec, streams), noise(prepared, streams), None, Log(prepared, runs))
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        world.close()


def _forget() -> None:
    for kept in (inputs.inputs_of, export_rules.build, export_rules.known_by, destinations._terms):
        kept.cache_clear()


@pytest.fixture
def forget() -> Iterator[Callable[[], None]]:
    """Empties what is kept between runs, which would hide, or keep, what a test changes; also before and after."""
    _forget()
    yield _forget
    _forget()
