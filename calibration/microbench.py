"""Microbenchmarks: what this device reaches at the operations that training and serving are made of."""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle

import torch
import torch.nn.functional as F

from calibration.device import Device
from calibration.model import GPT, Shape
from calibration.train import Recipe, Trainer, next_token

NOISY = 0.8
"""A median below this share of the best repeat means that something else used the device: it updates nothing."""
LADDER = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""Batch sizes of the ladder, from a matrix-vector product to a matrix-matrix product."""
LADDER_WIDTH = 4096
FEWEST_REPEATS = 2
MEMORY_USED = 0.5
"""Share of the free memory that copies may take."""
STEP_GOAL = 0.5
"""Share of the best matrix product at which a training step is fast enough: 40% of peak where products reach 80%."""


@dataclass(frozen=True)
class Sizes:
    """What is measured on a kind of device; a smoke run measures little of it."""

    matmul: tuple[int, ...]
    copy_bytes: tuple[int, ...]
    ladder: tuple[int, ...]
    prefill: tuple[int, ...]
    decode: tuple[int, ...]
    step: Shape
    step_batch: int
    repeats: int
    least_seconds: float
    """A repeat runs the operation as often as it takes to last this long."""
    most_seconds: float = math.inf
    """A series of growing sizes ends with the first that takes longer."""
    variants: tuple[tuple[int, bool], ...] = ()
    """(multiple of the batch, compiled) in which a slow training step is tried again, in order."""


ON_CPU = Sizes(
    (64, 128, 256, 512, 1024, 2048), (2**18, 2**22, 2**26, 2**28), LADDER[:-1], (1024, 2048), (4096, 16384),
    Shape(4, 80), 8, 7, 0.04,
)  # fmt: skip
ON_GPU = Sizes(
    (1024, 2048, 4096, 8192, 16384), (2**26, 2**32), LADDER, (4096, 8192, 16384), (4096, 16384, 32768),
    Shape(12, 1024, context=1024), 16, 15, 0.05, variants=((2, False), (2, True), (4, True)),
)  # fmt: skip
SMOKE = Sizes((64, 256), (2**20,), (1, 8), (128,), (512,), Shape(2, 16), 4, 3, 0.005)


@dataclass(frozen=True)
class Measurement:
    """One figure of the table: the best and the median of several repeats."""

    bench: str
    size: str
    precision: str
    unit: str
    best: float
    median: float

    @property
    def noisy(self) -> bool:
        """Whether the repeats differ too much to be used."""
        worse, better = sorted((self.best, self.median))
        return worse / better < NOISY

    @property
    def name(self) -> str:
        """What was measured, in a line."""
        return f"{self.bench} {self.size} {self.precision}"

    def as_row(self) -> dict[str, object]:
        """As results store it."""
        return {**asdict(self), "noisy": self.noisy}


Series = Callable[[Device, Sizes], Iterator[Measurement]]
"""Measurements of growing sizes."""


def measure(device: Device, sizes: Sizes, tick: Callable[[str], None] = lambda _: None) -> list[Measurement]:
    """All microbenchmarks in order; `tick` is told what is being measured."""
    result = []
    for measurement in measurements(device, sizes):
        result.append(measurement)
        tick(measurement.name)
    return result


def measurements(device: Device, sizes: Sizes) -> Iterator[Measurement]:
    """The same one by one: who stops asking keeps what was measured."""
    best = 0.0
    for part in _parts(device):
        for measurement in _while_fast(part(device, sizes), sizes.most_seconds):
            if (measurement.bench, measurement.precision) == ("matmul", _precision(device)[1]):
                best = max(best, measurement.best)
            yield measurement
    yield from _steps(device, sizes, STEP_GOAL * best)


def _parts(device: Device) -> list[Series]:
    """What is measured before the training step."""
    parts: list[Series] = [
        partial(_matmuls, dtype=torch.float32, name="fp32"), partial(_matmuls, dtype=torch.bfloat16, name="bf16")
    ]  # fmt: skip
    if device.is_gpu and torch.cuda.get_device_capability() >= (8, 9):
        parts.append(_eight_bit)
    return [*parts, _copies, _ladder, _prefill, _decode, _latency]


def _while_fast(series: Iterator[Measurement], most: float) -> Iterator[Measurement]:
    """A series up to the first measurement that takes more than `most` seconds: the next would take many times that."""
    start = time.perf_counter()
    for measurement in series:
        yield measurement
        if time.perf_counter() - start > most:
            return
        start = time.perf_counter()


def _precision(device: Device) -> tuple[torch.dtype, str]:
    """In what a device trains and serves."""
    return (torch.bfloat16, "bf16") if device.is_gpu else (torch.float32, "fp32")


def _rates(device: Device, sizes: Sizes, call: Callable[[], object], work: float) -> tuple[float, float]:
    """Best and median of `work` per second; on a GPU the second-level cache is emptied before each repeat."""
    call()
    once = max(device.timed(call, 1), 1e-9)
    count = max(int(sizes.least_seconds / once), 1)
    repeats = max(int(min(sizes.repeats, sizes.most_seconds / (count * once))), FEWEST_REPEATS)
    flush = torch.empty(2**28 if device.is_gpu else 0, dtype=torch.uint8, device=device.torch)
    times = []
    for _ in range(repeats):
        flush.zero_()
        times.append(device.timed(call, count))
    return work / min(times), work / statistics.median(times)


def _random(device: Device, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Random numbers: zeros draw less power and flatter a GPU by an eighth."""
    generator = torch.Generator(device=device.torch).manual_seed(1)
    return torch.randn(*shape, generator=generator, device=device.torch).to(dtype)


def _matmuls(device: Device, sizes: Sizes, dtype: torch.dtype, name: str) -> Iterator[Measurement]:
    for n in sizes.matmul:
        for rows, label in ((n, f"{n}"), (4 * n, f"{4 * n}x{n}")):
            if rows > n and n != sizes.matmul[-1]:
                continue  # one tall product is enough
            a, b = _random(device, rows, n, dtype=dtype), _random(device, n, n, dtype=dtype)
            best, median = _rates(device, sizes, lambda a=a, b=b: a @ b, 2 * rows * n * n)  # type: ignore[misc]
            yield Measurement("matmul", label, name, "FLOP/s", best, median)


def _eight_bit(device: Device, sizes: Sizes) -> Iterator[Measurement]:
    one = torch.ones((), device=device.torch)
    for n in sizes.matmul:
        a = _random(device, n, n).to(torch.float8_e4m3fn)
        b = _random(device, n, n).to(torch.float8_e4m3fn).t()  # the second factor lies column by column

        def product(a: torch.Tensor = a, b: torch.Tensor = b) -> object:
            # Without fast accumulation a Hopper GPU adds up in float32 at half the rate, and no one serves so.
            return torch._scaled_mm(a, b, scale_a=one, scale_b=one, out_dtype=torch.bfloat16, use_fast_accum=True)

        try:
            best, median = _rates(device, sizes, product, 2 * n**3)
        except (RuntimeError, NotImplementedError) as error:  # a chip of the right kind with a library that cannot
            print(f"fp8 products are left out: {str(error).splitlines()[0]}", file=sys.stderr)
            return
        yield Measurement("matmul", f"{n}", "fp8", "FLOP/s", best, median)


def _copies(device: Device, sizes: Sizes) -> Iterator[Measurement]:
    for size in sizes.copy_bytes:
        if 3 * size > MEMORY_USED * device.free_bytes():
            continue
        a, b, c = (torch.ones(size // 4, device=device.torch) for _ in range(3))
        label = f"{size / 2**20:g} MiB"
        best, median = _rates(device, sizes, lambda a=a, b=b: b.copy_(a), 2 * size)  # type: ignore[misc]
        yield Measurement("copy", label, "fp32", "byte/s", best, median)
        best, median = _rates(device, sizes, lambda a=a, b=b, c=c: torch.add(a, b, alpha=3.0, out=c), 3 * size)  # type: ignore[misc]
        yield Measurement("triad", label, "fp32", "byte/s", best, median)


def _ladder(device: Device, sizes: Sizes) -> Iterator[Measurement]:
    dtype, name = _precision(device)
    # One matrix would stay in a GPU's cache and show that; serving reads every layer's anew.
    weights = [_random(device, LADDER_WIDTH, LADDER_WIDTH, dtype=dtype) for _ in range(8 if device.is_gpu else 1)]
    for b in sizes.ladder:
        x, layers = _random(device, LADDER_WIDTH, b, dtype=dtype), cycle(weights)
        best, median = _rates(device, sizes, lambda x=x, w=layers: next(w) @ x, 2 * b * LADDER_WIDTH**2)  # type: ignore[misc]
        yield Measurement("ladder", f"batch {b}", name, "FLOP/s", best, median)


def _heads(device: Device) -> tuple[int, int]:
    """Attention heads and the width of each."""
    return (32, 128) if device.is_gpu else (4, 32)


def _prefill(device: Device, sizes: Sizes) -> Iterator[Measurement]:
    (heads, head), (dtype, name) = _heads(device), _precision(device)
    for tokens in sizes.prefill:
        q, k, v = (_random(device, 1, heads, tokens, head, dtype=dtype) for _ in range(3))

        def prefill(q: torch.Tensor = q, k: torch.Tensor = k, v: torch.Tensor = v) -> object:
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)

        best, median = _rates(device, sizes, prefill, 2 * heads * tokens**2 * head)  # half of the square is seen
        yield Measurement("attention prefill", f"{tokens}", name, "FLOP/s", best, median)


def _decode(device: Device, sizes: Sizes) -> Iterator[Measurement]:
    (heads, head), (dtype, name) = _heads(device), _precision(device)
    for tokens in sizes.decode:
        q = _random(device, 8, heads, 1, head, dtype=dtype)
        k, v = (_random(device, 8, heads, tokens, head, dtype=dtype) for _ in range(2))

        def decode(q: torch.Tensor = q, k: torch.Tensor = k, v: torch.Tensor = v) -> object:
            return F.scaled_dot_product_attention(q, k, v)

        best, median = _rates(device, sizes, decode, 2 * k.numel() * k.element_size())
        yield Measurement("attention decode", f"{tokens}", name, "byte/s", best, median)


def _latency(device: Device, sizes: Sizes) -> Iterator[Measurement]:
    one = torch.zeros(1, device=device.torch)
    best, median = _rates(device, sizes, lambda: one.add_(1.0), 1.0)
    yield Measurement("launch", "1 element", "fp32", "second", 1 / best, 1 / median)
    if device.is_gpu:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for _ in range(100):
                one.add_(1.0)
        best, median = _rates(device, sizes, graph.replay, 100.0)
        yield Measurement("launch", "1 element in a graph", "fp32", "second", 1 / best, 1 / median)


def _steps(device: Device, sizes: Sizes, enough: float) -> Iterator[Measurement]:
    """A training step from end to end, and larger or compiled ones where it reaches less than `enough` FLOP/s."""
    found = _step(device, sizes, 1, False)
    yield found
    for times, compiled in sizes.variants:
        if found.best >= enough:
            return
        try:
            found = _step(device, sizes, times, compiled)
        except RuntimeError as error:  # too little memory, or no compiler on this machine
            print(f"a larger or compiled training step is left out: {str(error).splitlines()[0]}", file=sys.stderr)
            continue
        yield found


def _step(device: Device, sizes: Sizes, times: int, compiled: bool) -> Measurement:
    """A training step: what the other figures are there to explain."""
    shape, batch = sizes.step, times * sizes.step_batch
    trainer = Trainer(GPT(shape, seed=1).to(device.torch), Recipe(), device)
    model = torch.compile(trainer.model) if compiled else trainer.model
    tokens = torch.randint(0, shape.vocabulary, (batch, shape.context + 1), device=device.torch)

    def step() -> None:
        trainer.step(tokens, lambda _, text: next_token(model, text), 1.0)

    best, median = _rates(device, sizes, step, shape.train_flop(batch * shape.context))
    how = f" in batches of {batch}{', compiled' if compiled else ''}" if (times, compiled) != (1, False) else ""
    label = f"{shape.name}{how}, {shape.with_head / 1e6:.2f} M"
    return Measurement("training step", label, _precision(device)[1], "FLOP/s", best, median)
