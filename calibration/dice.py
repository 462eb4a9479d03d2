"""Named random generators of the calibration: what is drawn depends on the seed and the name, and on nothing else."""

from __future__ import annotations

import hashlib

import numpy as np


def _key(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest(), "big")


def dice(seed: int, name: str) -> np.random.Generator:
    """A NumPy generator of its own for this seed and name."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(_key(seed, name))))


def torch_seed(seed: int, name: str) -> int:
    """A seed of its own for a `torch.Generator`."""
    return _key(seed, name) >> 1
