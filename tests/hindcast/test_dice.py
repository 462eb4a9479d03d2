"""Streams without members: each name has a number of its own, apart from those of the simulation."""

from itertools import chain

import numpy as np

from sim.engine.inputs import Inputs
from sim.engine.noise import paths
from sim.ensemble.rng import Streams, generator, stream_id
from sim.hindcast.blind import blind_spec

ROUNDS = [f"hindcast round {number}" for number in range(40)]
OTHERS = [
    "hindcast resampling", "hindcast order", "stored draws", "errors of figures",
    "sobol scramble", "design sobol", "design latin_hypercube", "sensitivity design", "sensitivity bootstrap",
    "morris design", "morris bootstrap", "correlation ratio bootstrap", "discovery halves", "discovery levers",
]  # fmt: skip


def of_the_simulation() -> set[tuple[str, str]]:
    used = set()

    class Recorder(Streams):
        def _generators(self, process: str, actor: str) -> list[np.random.Generator]:
            used.add((process, actor))
            return super()._generators(process, actor)

    paths(Inputs(blind_spec("2024-12"), 2).actors, True, Recorder(0, 0, 1, 2))
    return used


def test_no_two_names_share_a_number() -> None:
    """Or the errors of figures would be the dice of an actor."""
    names = [*of_the_simulation(), *((name, "") for name in chain(ROUNDS, OTHERS))]
    assert len(names) == len(set(names)) > 60
    owners: dict[int, list[tuple[str, str]]] = {}
    for name in names:
        owners.setdefault(stream_id(*name), []).append(name)
    assert [shared for shared in owners.values() if len(shared) > 1] == []


def test_a_name_and_a_seed_make_one_sequence() -> None:
    one, two = (generator(3, "hindcast order").random(5) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, generator(4, "hindcast order").random(5))
    assert not np.array_equal(one, generator(3, "hindcast resampling").random(5))


def test_the_largest_seed_and_number_are_told_apart() -> None:
    """A key that became a float would lose its last digits."""
    one, two = (generator(seed, "hindcast order").random(5) for seed in (2**63 - 1, 2**63 - 2))
    assert not np.array_equal(one, two)
