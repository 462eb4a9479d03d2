"""H100 equivalents of the catalogue's chips under a result's fractions, and the roofline against published points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from calibration import mapping, roofline
from calibration.dice import dice
from calibration.record import Fraction, Interval

Array = NDArray[np.float64]

ROOFLINE_DRAWS = 2048
QUANTITIES: tuple[Literal["compute", "bandwidth"], ...] = ("compute", "bandwidth")


def drawn(fraction: Interval, score: Array) -> Array:
    """Draws of a fraction at normal scores."""
    mean, sd = mapping.fraction_scores(fraction)
    return np.asarray(expit(mean + sd * score))


def fraction_of(chip: roofline.Chip, quantity: str, fractions: Sequence[Fraction]) -> Fraction:
    """A chip's fraction in a result: its class's own where that was measured, and its maker's otherwise."""
    found = [row for row in fractions if row.quantity == quantity]
    own = [row for row in found if row.vendor == "host" and row.chip_class == chip.chip_class]
    return (own or [row for row in found if row.vendor == chip.vendor])[0]


def _reachable(chip: roofline.Chip, quantity: str, fractions: Sequence[Fraction]) -> Array:
    """Draws of a chip's fraction: chips of a maker have some of it in common, as in the update by a measurement."""
    shared, own = (
        dice(0, f"reachable {quantity}, {name}").standard_normal(ROOFLINE_DRAWS) for name in (chip.vendor, chip.name)
    )
    common = mapping.WEIGHTS["same"]
    return drawn(fraction_of(chip, quantity, fractions), math.sqrt(common) * shared + math.sqrt(1 - common) * own)


def rooflines(
    chips: tuple[roofline.Chip, ...], fractions: Sequence[Fraction]
) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """κ_train and κ_decode per chip under a result's fractions, and the model against published points.

    The points are checked at the medians of the fractions that the result gives each chip.
    """
    workload = (np.arange(ROOFLINE_DRAWS) + 0.5) / ROOFLINE_DRAWS  # the fractions are drawn at random against it
    compute, bandwidth = ({chip.name: _reachable(chip, q, fractions) for chip in chips} for q in QUANTITIES)
    medians = [{chip.name: fraction_of(chip, q, fractions).median for chip in chips} for q in QUANTITIES]
    rows = tuple(
        {
            "chip": k.chip.name,
            "train": [short(x) for x in (k.train.low, k.train.median, k.train.high)],
            "decode": [short(x) for x in (k.decode.low, k.decode.median, k.decode.high)],
            **{name: short(value) for name, value in k.by_workload.items()},
        }
        for k in roofline.kappas(chips, compute, bandwidth, workload)
    )
    checks = tuple(
        {
            "what": c.point.what, "chip": c.point.chip, "low": c.point.low, "high": c.point.high,
            "model": short(c.value), "inside": c.inside, "off": short(c.off), "source": c.point.source,
        }
        for c in roofline.check_points(chips, *medians)
    )  # fmt: skip
    return rows, checks


def short(value: float) -> float:
    """A number with as many digits as it deserves."""
    return float(f"{value:.4g}")
