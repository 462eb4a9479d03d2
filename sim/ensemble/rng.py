"""Named streams of random numbers: the only place that makes them.

A draw depends on the seed, the name of its stream (process and actor) and the member's block of 256, and on nothing
else: not on the size of the ensemble, how it is cut, the horizon, the roster or the scenario. So two scenarios use
the same random draws, and member 417 alone is member 417 of a million. The streams of the world and of the actors in
the data have numbers of 16 bits, which all differ; an actor that a scenario adds has 64 bits more, so that no name
ever clashes.
"""

from __future__ import annotations

import hashlib
import warnings
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import InputError
from scenarios.tables import table

if TYPE_CHECKING:
    from scipy.stats import qmc

BLOCK = 256
"""Members per block of random numbers; part of every stored result."""
PAD = 8
"""A chunk is never narrower than this: NumPy reduces narrow arrays with other kernels, in another order."""
SOBOL_DIMENSIONS = 128
"""Columns reserved once, because one more column would change all the others."""

Array = NDArray[np.float64]
Generator = np.random.Generator


def _number(process: str, actor: str, size: int) -> int:
    """A stable number of `size` bytes for a stream's name."""
    return int.from_bytes(hashlib.blake2b(f"{process}\0{actor}".encode(), digest_size=size).digest(), "big")


def stream_id(process: str, actor: str = "") -> int:
    """A stable 16-bit number of a stream's name; those of the built-in streams all differ."""
    return _number(process, actor, 2)


def added_id(process: str, actor: str) -> int:
    """A stable 64-bit number, never 0, that tells the stream of an added actor from every other one."""
    return _number(process, actor, 8) or 1


@cache
def _built_in() -> frozenset[str]:
    """Actors whose streams are told apart by 16 bits: those of the data, and the world."""
    return frozenset(("", *(row.actor for row in table("actors"))))


def check_seed(seed: int) -> None:
    """Refuse a seed that names no dice.

    Raises:
        InputError: with the range.
    """
    if not 0 <= seed < 2**63:
        raise InputError(f"seed is {seed}; it is a whole number from 0 to 2^63 - 1")


def generator(seed: int, process: str) -> np.random.Generator:
    """The generator of a stream that has no members: one for a whole ensemble."""
    check_seed(seed)
    return np.random.Generator(np.random.Philox(key=np.array([seed, stream_id(process) << 48], np.uint64)))


def spawning(seed: int, process: str) -> np.random.Generator:
    """The same for libraries that take a generator of their own from it, which a keyed one cannot give."""
    check_seed(seed)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, stream_id(process)])))


def sobol_points(engine: qmc.Sobol, number: int) -> Array:
    """The next points of a Sobol sequence, (number, dimensions).

    A part of the sequence need not be a power of two long: the whole of it is what is balanced.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(engine.random(number))


class Streams:
    """Draws for the members `first` to `last` (exclusive) of the ensemble with this seed."""

    def __init__(self, seed: int, first: int, last: int, steps: int) -> None:
        self.seed, self.first, self.last, self.steps = seed, first, last, steps

    def _generators(self, process: str, actor: str) -> list[np.random.Generator]:
        stream = stream_id(process, actor)
        # Drawing counts up from the low word and never reaches the top one: there an added actor has room of its own.
        counter = np.array([0, 0, 0, 0 if actor in _built_in() else added_id(process, actor)], np.uint64)
        blocks = range(self.first // BLOCK, -(-self.last // BLOCK))
        # The dtype matters: a plain list would become float64 and lose the block number.
        keys = [np.array([self.seed, (stream << 48) | block], np.uint64) for block in blocks]
        return [np.random.Generator(np.random.Philox(counter=counter, key=key)) for key in keys]

    def _cut(self, draws: list[Array]) -> Array:
        skip = self.first % BLOCK
        return np.ascontiguousarray(np.concatenate(draws, axis=-1)[..., skip : skip + self.last - self.first])

    def normal(self, process: str, actor: str = "") -> Array:
        """Standard normals of shape `(steps, members)`, drawn step by step so that a longer horizon keeps its start."""
        return self._cut([g.standard_normal((self.steps, BLOCK)) for g in self._generators(process, actor)])

    def uniform(self, process: str, actor: str = "") -> Array:
        """Uniforms on [0, 1) of shape `(steps, members)`."""
        return self._cut([g.random((self.steps, BLOCK)) for g in self._generators(process, actor)])

    def sobol(self) -> Array:
        """Scrambled Sobol points of shape `(dimensions, members)`, strictly inside (0, 1)."""
        from scipy.stats import qmc

        engine = qmc.Sobol(SOBOL_DIMENSIONS, scramble=True, rng=spawning(self.seed, "sobol scramble"))
        if self.first:
            engine.fast_forward(self.first)
        return np.clip(sobol_points(engine, self.last - self.first).T, 1e-9, 1 - 1e-9)

    def picks(self, number: int) -> NDArray[np.int64]:
        """Which of `number` stored draws each member has: every one once in each `number` members.

        The draws are stored in an order that matters (by what follows from them), and members go through it in the
        order of reversed bits, shifted at random per pass: any part of an ensemble is spread over the whole of it.

        Args:
            number: a power of two.
        """
        bits = number.bit_length() - 1
        if number != 1 << bits:
            raise ValueError(f"{number} stored draws cannot be spread; their number must be a power of two")
        members = np.arange(self.first, self.last)
        place, spread = members % number, np.zeros(members.size, np.int64)
        for bit in range(bits):
            spread |= ((place >> bit) & 1) << (bits - 1 - bit)
        turns = range(self.first // number, -(-self.last // number))
        stream = stream_id("stored draws")
        keys = [np.array([self.seed, (stream << 48) | turn], np.uint64) for turn in turns]
        shifts = np.array([np.random.Generator(np.random.Philox(key=key)).integers(number) for key in keys])
        return np.asarray(spread ^ shifts[members // number - turns[0]])
