"""Random paths of a world, one named stream a process; without luck each stands at its middle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.engine.inputs import Inputs
from sim.ensemble.rng import Array, Streams

MIDDLE = 0.5
"""The middle of a uniform, at which a path stands without luck."""


@dataclass
class Noise:
    """Random paths by process."""

    release: Array
    """(A, T, R) uniforms: whether a release is due."""
    generation: Array
    """(A, T, R) uniforms: whether a larger training run comes out."""
    surprise: Array
    """(A, T, R) standard normals: unexplained swings of a frontier."""
    supply: Array
    """(T, R) standard normals: surprises in the growth of production."""
    taiwan: Array
    """(T, R) uniforms: whether Taiwan's supply is interrupted."""
    detection: Array
    """(T, R) uniforms: whether cheating on an agreement is found."""
    variant_lag: Array
    """(R,) uniforms: how long the designer takes for a variant."""


def noise(inputs: Inputs, streams: Streams) -> Noise:
    """Random paths by named stream; with luck off every path stands at its middle."""
    luck = inputs.spec.switches.luck
    return Noise(**_shared(inputs.actors, inputs.steps, luck, streams.seed, streams.first, streams.last))


@lru_cache(maxsize=8)
def _shared(actors: tuple[str, ...], steps: int, luck: bool, seed: int, first: int, last: int) -> dict[str, Array]:
    """Paths of the last members that were asked for: what is compared is simulated with the same random draws."""
    found = paths(actors, luck, Streams(seed, first, last, steps))
    for values in found.values():
        values.flags.writeable = False
    return found


def paths(actors: tuple[str, ...], luck: bool, streams: Streams) -> dict[str, Array]:
    """The paths of `Noise` by name, with chance or at the middle of every stream."""
    if not luck:
        calm: Array = np.zeros((streams.steps, streams.last - streams.first))
        rows = np.zeros((len(actors), *calm.shape))
        return {
            "release": rows, "generation": rows, "surprise": rows, "supply": calm, "taiwan": calm + 1.0,
            "detection": calm + 1.0, "variant_lag": calm[0] + MIDDLE,
        }  # fmt: skip
    return {
        "release": np.stack([streams.uniform("release", actor) for actor in actors]),
        "generation": np.stack([streams.uniform("generation", actor) for actor in actors]),
        "surprise": np.stack([streams.normal("surprise", actor) for actor in actors]),
        "supply": streams.normal("supply"),
        "taiwan": streams.uniform("taiwan"),
        "detection": streams.uniform("detection"),
        "variant_lag": streams.uniform("variant lag")[0],
    }
