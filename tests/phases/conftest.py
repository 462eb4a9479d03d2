"""A world stopped before one of its phases, so that the phase can be run on a state that a test sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scenarios import load
from scenarios.quarters import FIRST, number
from scenarios.schema import Scenario
from sim.engine.inputs import Inputs
from sim.engine.noise import noise
from sim.engine.phases.record import Log
from sim.engine.schedule import PHASES
from sim.engine.state import Quarter
from sim.engine.world import World
from sim.ensemble.draws import draw
from sim.ensemble.rng import Streams

BASE = load("current_policy")
NAMES = [phase.name for phase in PHASES]
Before = Callable[..., World]


@pytest.fixture
def before() -> Iterator[Before]:
    """A world of 8 members that has run to a quarter, and in it the phases before the one that is named."""
    made: list[World] = []

    def stop(phase: str, quarter: str = "2027-Q4", spec: Scenario = BASE, **levers: Any) -> World:
        spec = spec.with_levers(**levers) if levers else spec
        inputs = Inputs(spec, number("2029-Q4") - FIRST + 1)
        streams = Streams(0, 0, 8, inputs.steps)
        world = World(inputs, draw(spec, streams), noise(inputs, streams), None, Log(inputs, 8, "ledger"))
        made.append(world)
        for _ in range(number(quarter) - FIRST):
            world.step()
        world.begin(number(quarter) - FIRST, Quarter())
        for before in PHASES[: NAMES.index(phase)]:
            before.run(world.context, world.state, world.now)
        return world

    yield stop
    for world in made:
        world.close()


@pytest.fixture
def go() -> Callable[[World, str], None]:
    """Runs one phase of a world that stands before it."""

    def run(world: World, phase: str) -> None:
        PHASES[NAMES.index(phase)].run(world.context, world.state, world.now)

    return run
