"""Training, prefill and decoding apart: what share of a chip's peak each kind of work reaches.

The simulator draws two fractions, of compute and of bandwidth, from the best matrix product and the best copy. Real
work reaches less of either: a training step and prefill are bound by arithmetic, decoding by what it reads. Nothing
here needs torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from calibration.record import CalibrationRecord, Interval

Row = Mapping[str, Any]
Rows = Sequence[Row]

LEAST_MATMUL = 512
"""Smaller matrix products show the cache and the call, not the arithmetic."""
BYTES = {"fp32": 4, "bf16": 2}
"""Bytes of a weight by precision."""


@dataclass(frozen=True)
class Share:
    """The rate of one kind of work against what the chip could do."""

    work: Literal["training", "prefill", "decode"]
    what: str
    rate: float
    """FLOP/s in training and prefill, byte/s in decoding."""
    unit: str
    of_peak: Interval | None
    """Share of the published peak, over the interval in which that lies; None where none is published."""
    of_best: float | None
    """Share of the best matrix product or copy; None where every one was noisy or none was run."""
    noisy: bool


def precision_of(vendor: str) -> str:
    """The precision in which a chip's peak of compute is stated."""
    return "fp32" if vendor == "processor" else "bf16"


def products(bench: Rows, precision: str) -> list[Row]:
    """Matrix products in a precision that are large enough to count."""
    found = [r for r in bench if r["bench"] == "matmul" and r["precision"] == precision]
    return [r for r in found if max(int(n) for n in r["size"].split("x")) >= LEAST_MATMUL]


def copies(bench: Rows) -> list[Row]:
    """Copies of the largest size: smaller ones may show the cache."""
    found = [r for r in bench if r["bench"] in ("copy", "triad")]
    largest = max((leading(r) for r in found), default=0.0)
    return [r for r in found if leading(r) == largest]


def leading(row: Row) -> float:
    """The number in a row's size: `64 MiB`, `batch 8`, `4096`."""
    return next(float(word) for word in str(row["size"]).split() if word.replace(".", "", 1).isdigit())


def shares(record: CalibrationRecord) -> tuple[Share, ...]:
    """What the microbenchmarks of a result say of training, prefill and decoding, each at its largest size."""
    return () if record.provenance is None else shares_on(record.provenance.host, record.bench)


def shares_on(host: Mapping[str, Any], bench: Rows) -> tuple[Share, ...]:
    """What microbenchmarks say of training, prefill and decoding on a machine, each at its largest size.

    Args:
        host: the machine, as `Host.describe` writes it.
        bench: rows of microbenchmarks; none give no share.
    """
    if not bench:
        return ()
    precision = precision_of(host["vendor"])
    compute = host["peak_compute"], _best(products(bench, precision))
    memory = host["peak_bandwidth"], _best(copies(bench))

    def taken(name: str) -> list[Row]:
        return [r for r in bench if (r["bench"], r["precision"]) == (name, precision)]

    ladder = taken("ladder")
    batches, single = [r for r in ladder if leading(r) > 1], [r for r in ladder if leading(r) == 1]
    read = BYTES[precision] / 2  # bytes per FLOP of a product with one token: two FLOP for each weight
    return (
        *(_share("training", "a step of {} parameters", r, compute) for r in _fastest(taken("training step"))),
        *(_share("prefill", "weights times {}", r, compute) for r in _largest(batches)),
        *(_share("prefill", "attention over {} tokens", r, compute) for r in _largest(taken("attention prefill"))),
        *(_share("decode", "weights times one token", r, memory, read) for r in single),
        *(_share("decode", "attention to {} cached tokens", r, memory) for r in _largest(taken("attention decode"))),
    )


def _largest(rows: Rows) -> list[Row]:
    return sorted(rows, key=leading)[-1:]


def _fastest(rows: Rows) -> list[Row]:
    """A step may be tried in several batches, and compiled."""
    return sorted(rows, key=lambda row: row["best"])[-1:]


def _best(rows: Rows) -> float | None:
    return max((r["best"] for r in rows if not r["noisy"]), default=None)


def _share(
    work: Literal["training", "prefill", "decode"],
    what: str,
    row: Row,
    most: tuple[Mapping[str, float] | None, float | None],
    scale: float = 1.0,
) -> Share:
    """A row's best rate, times `scale`, against a published peak and the best measured rate; `what` takes its size."""
    (peak, best), rate = most, row["best"] * scale
    of_peak = None
    if peak is not None:
        low, high = rate / peak["high"], rate / peak["low"]
        of_peak = Interval(low=low, median=min(max(math.sqrt(low * high), low), high), high=high)
    unit = "FLOP/s" if work != "decode" else "byte/s"
    return Share(
        work, what.format(row["size"]), rate, unit, of_peak, None if best is None else rate / best, bool(row["noisy"])
    )
