"""What a simulation leaves behind."""

import gc

import pytest

from scenarios import load
from sim.engine.schedule import Phase
from sim.engine.world import World
from sim.run import simulate


def worlds() -> int:
    gc.collect()
    return sum(issubclass(type(thing), World) for thing in gc.get_objects())  # isinstance would ask the thing itself


def test_no_world_outlives_its_simulation() -> None:
    """Mesa keeps every model in a table of the class unless it is let go: twenty runs, not one world left."""
    before = worlds()
    for number in range(20):
        # Every second one has a factual history behind it: a second world.
        simulate(load("essay_2025:leaky" if number % 2 else "current_policy"), runs=1, until=2027)
    assert worlds() <= before


def test_a_simulation_that_fails_leaves_no_world_either(monkeypatch: pytest.MonkeyPatch) -> None:
    before = worlds()

    def fails(*given: object) -> None:
        raise RuntimeError("stop")

    phase = Phase("fails", fails, "stops", frozenset(), frozenset())
    monkeypatch.setattr("sim.engine.world.PHASES", (phase,))
    for _ in range(3):
        with pytest.raises(RuntimeError, match="stop"):
            simulate(load("current_policy"), runs=1, until=2027)
    assert worlds() <= before
