"""Roofline: what a chip can do at best in training, prefill and decoding, from its data sheet.

The slower of arithmetic and memory sets a rate, and communication adds to it. Relative to an H100 this gives the two
numbers that a simulation needs per chip: κ_train (compute-bound) and κ_decode (mostly bound by memory bandwidth).
Rates are tokens/s per chip before the serving residual: real serving reaches a part of them (see `PUBLISHED`).
`compute` and `bandwidth` are the fractions of the data sheet's peaks that large matrix products and copies reach.
Left out are speculative decoding, 4-bit arithmetic and everything about the arrival of requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.datafile import as_number, read_table

Array: TypeAlias = npt.NDArray[np.float64]
Value: TypeAlias = float | Array  # a number, or one per draw
Vendor: TypeAlias = Literal["nvidia", "other"]

REFERENCE = "H100 SXM"  # the product whose κ is 1
COLUMNS = ("bf16_tflops", "fp8_tflops", "memory_tbs", "memory_gb", "link_gbs")  # what the roofline needs of a catalogue
MEMORY_USED = 0.9  # share for weights and cache; activations and the runtime need the rest (vLLM's default too)
SCALE_UP_EFFICIENCY, SCALE_OUT_EFFICIENCY, PREFILL_EFFICIENCY = 0.7, 0.8, 0.7
"""Reached shares of a link's peak, and of a large matrix product's rate in prefill; judgment."""
NETWORK_GBS = 50.0  # scale-out per chip and direction: one 400 Gb/s port (DGX H100; DeepEP fills it over 64 H800)
SCALE_OUT = (
    (25.0, ("A100 SXM 80", "A800 SXM", "MI250X", "Ascend 910B"), "one 200 Gb/s port: DGX A100, Frontier, Atlas 800T"),
    (98.0, ("Ascend 910C",), "quarter of CloudMatrix384's plane (arXiv 2506.12708); DeepEP-Ascend over 64: 81-91 GB/s"),
    (252.0, ("Ascend 950PR", "Ascend 950DT", "Ascend 960"), "the same quarter; SuperPoDs of Huawei Connect 2025"),
)
"""Products whose scale-out is not `NETWORK_GBS`: GB/s per chip and direction, names, source."""
RACK_SCALE = ("B200", "GB200", "B300", "GB300", "VR200 (Rubin)", "Rubin Ultra", "Feynman (assumed)", "MI455X")
"""Products in racks whose scale-up link joins 64 chips (GB200 NVL72, Helios); a B200 in a box of eight does worse."""


@dataclass(frozen=True)
class Chip:
    """One product: dense peaks (INT8 where there is no FP8), and `link_gbs` of both directions together."""

    name: str
    chip_class: str
    vendor: Vendor
    bf16_tflops: float
    fp8_tflops: float
    memory_tbs: float
    memory_gb: float
    link_gbs: float
    representative: bool = False
    """Whether its class of chips is simulated with its numbers."""

    @property
    def scale_up_gbs(self) -> float:
        """Link within the node or rack, GB/s per direction."""
        return self.link_gbs / 2

    @property
    def scale_out_gbs(self) -> float:
        """Network beyond the scale-up link, GB/s per direction."""
        return next((gbs for gbs, names, _ in SCALE_OUT if self.name in names), NETWORK_GBS)

    @property
    def all_to_all_gbs(self) -> float:
        """What the exchange between experts on 64 chips reaches, GB/s per direction."""
        in_rack, beyond = SCALE_UP_EFFICIENCY * self.scale_up_gbs, SCALE_OUT_EFFICIENCY * self.scale_out_gbs
        return in_rack if self.name in RACK_SCALE else beyond


@dataclass(frozen=True)
class Dense:
    """A dense model in 8 bits on one node, with the shape of Llama-2-70B (arXiv 2307.09288)."""

    parameters: float = 70e9  # one byte each
    chips: int = 8  # tensor parallel
    layers: int = 80
    width: int = 8192
    cache: float = 163_840.0  # bytes per token: 80 layers, key and value, 8 heads of 128, one byte
    latency: float = 8e-6  # seconds per all-reduce, two per layer; judgment
    most: int = 1024  # largest batch considered, sequences


@dataclass(frozen=True)
class Experts:
    """A mixture of experts with latent attention, shape of DeepSeek-V3 (arXiv 2412.19437), in 8 bits on 64 chips."""

    parameters: float = 671e9  # one byte each
    active: float = 37e9  # parameters per token
    chips: int = 64
    layers: int = 61
    expert_layers: int = 58
    attention: float = 2 * 128 * (2 * 512 + 64)  # FLOP per layer and token of context: heads, latent twice, rotary
    exchanged: float = 8 * 7168 * (1 + 2)  # bytes per expert layer and token: to 8 experts in FP8, back in BF16
    context: float = 5000.0  # tokens; DeepSeek reports 4,989 in production (deepseek-ai/open-infra-index)
    cache: float = 70e3  # bytes per token: 61 layers, 576 values of two bytes
    exposed: float = 0.5  # share of the exchange that computation does not hide; judgment
    latency: float = 10e-6  # seconds, there and back each; judgment
    attention_efficiency: float = 0.8  # of a large BF16 matrix product; judgment
    expert_efficiency: float = 0.7  # of a large 8-bit matrix product; judgment


DENSE, EXPERTS = Dense(), Experts()


def _cells(path: Path) -> Iterator[tuple[dict[str, str], dict[str, float]]]:
    """Each row of a catalogue: its text, and those of its `COLUMNS` that are filled in."""
    table = read_table(path, "a chip catalogue")
    table.require("product", "chip_class", "designer", *COLUMNS)
    for row in table.rows:
        numbers = {column: as_number(row.cells[column]) for column in COLUMNS if row.cells[column]}
        for column, value in numbers.items():
            if not 0 < value < np.inf:
                raise table.refusal(row, column, "a number above 0")
        yield row.cells, numbers


def _vendor(row: Mapping[str, str]) -> Vendor:
    return "nvidia" if row["designer"] == "NVIDIA" else "other"


def _representative(row: Mapping[str, str]) -> bool:
    return row.get("representative") == "1"


def read_chips(path: Path) -> tuple[Chip, ...]:
    """The products of a catalogue with every number of `COLUMNS`; a wrong file is a ValueError with row and column."""
    return tuple(
        Chip(
            row["product"], row["chip_class"], _vendor(row), **numbers, representative=row.get("representative") == "1"
        )
        for row, numbers in _cells(path)
        if len(numbers) == len(COLUMNS)
    )


def pretraining(chip: Chip, compute: Value) -> Value:
    """Pretraining `DENSE` in BF16, tokens/s per chip: 6 FLOP per parameter, compute-bound on every chip."""
    return compute * (chip.bf16_tflops * 1e12 / (6 * DENSE.parameters))


def prefill(chip: Chip, compute: Value) -> Value:
    """Prefill of `DENSE` in 8 bits, tokens/s per chip: 2 FLOP per parameter, compute-bound on every chip."""
    return compute * (PREFILL_EFFICIENCY * chip.fp8_tflops * 1e12 / (2 * DENSE.parameters))


def dense_sequences(chip: Chip, context: float) -> int:
    """Sequences of `context` tokens that fit on a node beside `DENSE`'s weights."""
    room = DENSE.chips * MEMORY_USED * chip.memory_gb * 1e9 - DENSE.parameters
    return max(int(room // (context * DENSE.cache)), 0)


def dense_decode(chip: Chip, compute: Value, bandwidth: Value, batch: int, context: float) -> Value:
    """Decoding with `DENSE`, tokens/s per chip, at `batch` sequences per node, or as many as fit."""
    batch = min(batch, dense_sequences(chip, context))
    read = (DENSE.parameters + batch * context * DENSE.cache) / DENSE.chips / (chip.memory_tbs * 1e12)
    arithmetic = 2 * batch * DENSE.parameters / DENSE.chips / (chip.fp8_tflops * 1e12)
    # A ring over n chips sends 2(n-1)/n of the activations (two bytes each) over every link.
    sent = 2 * (DENSE.chips - 1) / DENSE.chips * 2 * batch * DENSE.width
    reduce = DENSE.latency + sent / (SCALE_UP_EFFICIENCY * chip.scale_up_gbs * 1e9)
    step = np.maximum(read / bandwidth, arithmetic / compute) + 2 * DENSE.layers * reduce
    return batch / DENSE.chips / step


def best_dense_decode(chip: Chip, compute: Value, bandwidth: Value, context: float) -> Value:
    """Decoding with `DENSE`, tokens/s per chip, at the best power of two of sequences that fits; 0 if none does."""
    powers = range(max(min(dense_sequences(chip, context), DENSE.most), 1).bit_length())
    return np.asarray([dense_decode(chip, compute, bandwidth, 2**power, context) for power in powers]).max(axis=0)


def experts_decode(chip: Chip, compute: Value, bandwidth: Value, batch: int) -> Value:
    """Decoding with `EXPERTS`, tokens/s per chip, at `batch` sequences per chip, or as many as fit."""
    m = EXPERTS
    weights, sequence = m.parameters / m.chips, m.context * m.cache
    batch = max(min(batch, int((MEMORY_USED * chip.memory_gb * 1e9 - weights) // sequence)), 0)
    read = (weights + batch * sequence) / (chip.memory_tbs * 1e12)
    arithmetic = m.layers * m.attention * m.context * batch / (m.attention_efficiency * chip.bf16_tflops * 1e12)
    arithmetic += 2 * m.active * batch / (m.expert_efficiency * chip.fp8_tflops * 1e12)
    exchange = m.expert_layers * m.exchanged * batch / (chip.all_to_all_gbs * 1e9)
    waiting = m.exposed * exchange + 2 * m.expert_layers * m.latency
    return batch / (np.maximum(read / bandwidth, arithmetic / compute) + waiting)


RATES: dict[str, Callable[[Chip, Value, Value], Value]] = {  # tokens/s per chip, by workload
    "pretraining": lambda chip, compute, _: pretraining(chip, compute),
    "prefill": lambda chip, compute, _: prefill(chip, compute),
    "dense_8": lambda chip, compute, bandwidth: dense_decode(chip, compute, bandwidth, 8, 4096),
    "dense_4k": lambda chip, compute, bandwidth: best_dense_decode(chip, compute, bandwidth, 4096),
    "dense_32k": lambda chip, compute, bandwidth: best_dense_decode(chip, compute, bandwidth, 32768),
    "experts_64": lambda chip, compute, bandwidth: experts_decode(chip, compute, bandwidth, 64),
}
DECODE = ("dense_8", "dense_4k", "dense_32k", "experts_64")
"""Decode workloads of equal weight: quick answers, bulk, long reasoning (so RL rollouts), mixture of experts."""


class Interval(NamedTuple):
    """5%, 50% and 95% quantile over draws."""

    low: float
    median: float
    high: float


class Kappa(NamedTuple):
    """H100 equivalents of one chip; `by_workload` has the median of each of `DECODE` alone."""

    chip: Chip
    train: Interval
    decode: Interval
    by_workload: dict[str, float]


def kappas(
    chips: Sequence[Chip],
    compute_fraction: Mapping[str, Array],
    bandwidth_fraction: Mapping[str, Array],
    workload: Array,
) -> tuple[Kappa, ...]:
    """H100 equivalents of each chip over draws, relative to `REFERENCE` (one of `chips`) under the same draw.

    Draws: reachable fractions of compute and bandwidth by chip; uniforms on [0, 1) that choose among `DECODE`.
    """
    reference, result = _named(chips, REFERENCE), []
    pick = (workload * len(DECODE)).astype(int)
    for chip in chips:
        own, base = ((compute_fraction[c.name], bandwidth_fraction[c.name]) for c in (chip, reference))
        ratio = {w: rate(chip, *own) / rate(reference, *base) for w, rate in RATES.items()}
        mixed = np.choose(pick, [ratio[key] for key in DECODE])
        train, decode = (Interval(*np.quantile(x, (0.05, 0.5, 0.95)).tolist()) for x in (ratio["pretraining"], mixed))
        result.append(Kappa(chip, train, decode, {key: float(np.median(ratio[key])) for key in DECODE}))
    return tuple(result)


def _named(chips: Sequence[Chip], name: str) -> Chip:
    for chip in chips:
        if chip.name == name:
            return chip
    raise ValueError(f"there is no chip {name}; given: {', '.join(chip.name for chip in chips)}")


class Point(NamedTuple):
    """A published figure: a ratio to `reference`, or where `measured` tokens/s are given, measured over modeled."""

    what: str
    chip: str
    reference: str
    workload: str
    low: float
    high: float
    source: str
    measured: float | None = None


PUBLISHED = (
    Point("pretraining, H20 to H100", "H20", REFERENCE, "pretraining", 0.145, 0.155, "Epoch AI, ratio of peaks: 0.15"),
    Point("pretraining, B200 to H100", "B200", REFERENCE, "pretraining", 1.95, 2.25,
          "MLPerf Training 4.1, per GPU: 2.0 (GPT-3 pretraining), 2.2 (Llama-2-70B fine-tuning)"),
    Point("dense decoding, H20 to H100", "H20", REFERENCE, "dense_8", 1.05, 1.15,
          "Architects' Tech Alliance: 1.1 (Llama-2-13B in FP16, batch 16, one GPU)"),
    Point("prefill, H20 to H800", "H20", "H800 SXM", "prefill", 0.175, 0.185,
          "DeepSeek-R1 model of yunpan.plus/t/9629-1-1: 9.4k and 52k tokens/s, exchange hidden"),
    Point("experts decoding, H20 to H800", "H20", "H800 SXM", "experts_64", 0.28, 0.40,
          "the same: 905 (96 GB) to 1306 (141 GB) and 3246 tokens/s; the measured rates below give 0.385"),
    Point("serving residual, 910C", "Ascend 910C", "", "experts_64", 0.55, 0.80,
          "CloudMatrix384, arXiv 2506.12708: 1,943 tokens/s below 50 ms", 1943.0),
    Point("serving residual, H800", "H800 SXM", "", "experts_64", 0.55, 0.80,
          "deepseek-ai/open-infra-index: 14.8k tokens/s per node of eight", 1850.0),
    Point("serving residual, H20", "H20", "", "experts_64", 0.55, 0.80,
          "Ant Group, LMSYS blog of 2025-09-26: 5.7k tokens/s per node of eight, 4k context", 712.5),
)  # fmt: skip
"""Figures to check the model against; it is not fitted to them."""


class Check(NamedTuple):
    """The model at a published figure; `off` is its distance from the range as a factor, 1 inside."""

    point: Point
    value: float
    inside: bool
    off: float


def check_points(
    chips: Sequence[Chip], compute: Mapping[str, float] | float = 0.75, bandwidth: Mapping[str, float] | float = 0.80
) -> tuple[Check, ...]:
    """The model at each of `PUBLISHED`, with these reachable fractions: of each chip by name, or one for all."""

    def rate(name: str, workload: str) -> float:
        reached = (f[name] if isinstance(f, Mapping) else f for f in (compute, bandwidth))
        return float(RATES[workload](_named(chips, name), *reached))

    checks = []
    for point in PUBLISHED:
        own = rate(point.chip, point.workload)
        other = point.measured or rate(point.reference, point.workload)
        value = other / own if point.measured else own / other
        nearest = min(max(value, point.low), point.high)
        checks.append(Check(point, value, value == nearest, value / nearest))
    return tuple(checks)
