"""Arithmetic intensity, FLOP per byte of memory traffic: it says whether arithmetic or memory bounds a piece of work.

Every figure counts what has to move at least: each operand read once and each result written once. A kernel that moves
data twice has less. Nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from calibration.roofline import DENSE, Chip
from calibration.shares import BYTES, leading

LADDER_WIDTH = 4096
"""Rows and columns of the matrix that the batch ladder multiplies; the same as in `calibration.microbench`."""
STEP_TOKENS = {"cpu": 8 * 128, "cuda": 16 * 1024}
"""Tokens of the training step that the microbenchmarks time: batch × context, by device."""
TRIAD = 2 / 3
"""FLOP per element of traffic of a triad: a product and a sum for two elements read and one written."""
CACHED_CONTEXT = 4096.0
"""Tokens of context at which decoding is placed."""


def product(rows: float, inner: float, columns: float, size: float) -> float:
    """FLOP per byte of a matrix product, rows × inner times inner × columns, of elements of `size` bytes."""
    return 2 * rows * inner * columns / (size * (rows * inner + inner * columns + rows * columns))


class Region(NamedTuple):
    """Where a kind of work lies: its name, and the least and greatest FLOP per byte."""

    name: str
    low: float
    high: float


def regions(size: float = 2.0) -> tuple[Region, ...]:
    """Where decoding, prefill and training of a dense model of 70 billion parameters lie, in elements of `size` bytes.

    Decoding reads all weights and the cache of every sequence for one token each, at batches of 1 to 64. Prefill and
    training multiply the same weights by many tokens at once: 256 to 4,096 in prefill, 4,096 to 65,536 a step in
    training. The shape is `calibration.roofline.DENSE`, the ranges of batches and tokens are judgment.
    """

    def decode(batch: int) -> float:
        read = DENSE.parameters + batch * CACHED_CONTEXT * DENSE.cache
        return 2 * batch * DENSE.parameters / (size * read)

    def layer(tokens: int) -> float:
        return product(tokens, DENSE.width, DENSE.width, size)

    return (
        Region("decoding", decode(1), decode(64)), Region("prefill", layer(256), layer(4096)),
        Region("training", layer(4096), layer(65_536)),
    )  # fmt: skip


def ridge(chip: Chip) -> float:
    """FLOP per byte from which a chip's 16-bit arithmetic is the bound, and its memory no longer, by its data sheet."""
    return chip.bf16_tflops / chip.memory_tbs


class Placed(NamedTuple):
    """A microbenchmark on the roofline: what it is, FLOP per byte, FLOP/s attained."""

    what: str
    kind: str
    """`matrix product`, `copy and add`, `batch ladder`, `attention` or `training step`."""
    intensity: float
    rate: float
    noisy: bool


def place(row: Mapping[str, Any], device: str) -> Placed | None:
    """A row of the microbenchmarks on the roofline; None for what has no arithmetic, such as a copy or a launch."""
    name, size, best, noisy = str(row["bench"]), BYTES.get(row["precision"], 1), float(row["best"]), bool(row["noisy"])
    if name == "matmul":
        rows, inner = ([float(n) for n in str(row["size"]).split("x")] * 2)[:2]
        said = str(row["size"]).replace("x", "×")
        return Placed(f"product of size {said}", "matrix product", product(rows, inner, inner, size), best, noisy)
    if name == "triad":
        return Placed(f"triad of {row['size']}", "copy and add", TRIAD / size, best * TRIAD / size, noisy)
    if name == "ladder":
        batch = leading(row)
        said = f"weights times {'one token' if batch == 1 else f'a batch of {batch:g}'}"
        return Placed(said, "batch ladder", product(batch, LADDER_WIDTH, LADDER_WIDTH, size), best, noisy)
    if name == "attention prefill":
        tokens = leading(row)  # 4 tensors of tokens × head are moved, and half of tokens² pairs are multiplied twice
        return Placed(f"attention over {tokens:g} tokens", "attention", tokens / (2 * size), best, noisy)
    if name == "attention decode":  # two FLOP per element of keys and of values, each read once
        said = f"attention to {leading(row):g} cached tokens"
        return Placed(said, "attention", 2 / size, best * 2 / size, noisy)
    if name == "training step":
        width = float(str(row["size"]).split(",")[0].split("x")[1])
        at = product(STEP_TOKENS[device], width, width, size)
        return Placed(f"training step of {row['size']}", "training step", at, best, noisy)
    return None
