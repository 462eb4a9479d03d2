"""Fractions of peak of several chips at once: each measured one by its own rate, all others by their kinship.

A fraction's normal score is taken as correlated between chips: of one maker by half, of two makers by less. With one
chip that is measured this is `mapping.hardware_update`. Nothing here needs torch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit

from calibration import mapping
from calibration.record import CalibrationRecord, Fraction, Interval, Update

CUT = ("H20",)
"""Chip classes whose arithmetic was cut by the maker while clock, power and memory stayed: nearly all of what is left
is reached, which says nothing about whole chips, nor they about it. Their memory is whole, and kin to all."""


@dataclass(frozen=True)
class Seen:
    """What was measured of one chip's fraction."""

    chip: str
    chip_class: str | None
    """The class that it stands for in the simulator; None for a product that stands for none."""
    vendor: Literal["nvidia", "other"]
    value: float
    """Logit of the fraction."""
    error: float
    """Its standard deviation."""
    kin: bool = True
    """Whether it may speak about other chips: not where the prior was made from it, or where the chip was cut."""


def kinship(one: tuple[str, str, bool], other: tuple[str, str, bool]) -> float:
    """Correlation of two chips' fractions, each given by its name, its maker, and whether it has kin."""
    if one[0] == other[0]:
        return mapping.WEIGHTS["host"]
    if not (one[2] and other[2]):
        return 0.0
    return mapping.WEIGHTS["same" if one[1] == other[1] else "other"]


def joint(prior: CalibrationRecord, quantity: str, seen: Sequence[Seen]) -> tuple[Update, ...]:
    """Fractions of one quantity after readings of several chips: the measured ones first, then the makers.

    Args:
        prior: the result that the readings start from.
        quantity: `compute` or `bandwidth`.
        seen: one entry a chip.

    Returns:
        an update for each chip, named by its quantity and its class, or its product where it stands for no class, and
        one for each maker, named by quantity and maker.
    """
    makers = [row for row in prior.fractions if row.quantity == quantity]
    own = {row.vendor: row for row in makers}
    chips = [(s.chip, s.vendor, s.kin) for s in seen] + [(f"any {row.vendor}", row.vendor, True) for row in makers]
    scores = [mapping.fraction_scores(own[vendor]) for _, vendor, _ in chips]
    before = np.array([[kinship(a, b) for b in chips] for a in chips])
    n = len(seen)
    told = np.array([(s.value - mean) / sd for s, (mean, sd) in zip(seen, scores[:n], strict=True)])
    noise = np.array([(s.error / sd) ** 2 for s, (_, sd) in zip(seen, scores[:n], strict=True)])
    gain = before[:, :n] @ np.linalg.inv(before[:n, :n] + np.diag(noise)) if n else np.zeros((len(chips), 0))
    moved, left, weights = gain @ told, np.diag(before - gain @ before[:n]), gain.sum(axis=1)
    rows = []
    for i, (name, vendor, _) in enumerate(chips):
        reading = seen[i] if i < n else None
        told_by = (float(weights[i]), float(moved[i]), float(left[i])) if n else (0.0, 0.0, 1.0)
        rows.append(_row(quantity, name, own[vendor], reading, told_by))
    return tuple(rows)


def _row(quantity: str, name: str, prior: Fraction, seen: Seen | None, told: tuple[float, float, float]) -> Update:
    """One chip's or one maker's update: `told` is the weight of all readings, and its score's mean and variance.

    The weight is the share of the way that it would go if every reading lay equally far from its own prior.
    """
    weight, moved, left = told
    plain = Interval(median=prior.median, low=prior.low, high=prior.high)
    label = {"nvidia": "NVIDIA chips", "other": "other accelerators"}[prior.vendor] if seen is None else name
    measured = None if seen is None else mapping.interval_of(expit, seen.value, seen.error)
    posterior = mapping.moved_interval(plain, logit, expit, moved, math.sqrt(left)) if weight else plain
    note = "from the readings of the chips above, by kinship" if seen is None and weight else ""
    if seen is not None and not seen.kin:
        note = "speaks about itself alone"
    return Update(
        name=f"{quantity} {prior.vendor if seen is None else seen.chip_class or name}", label=f"{label}, {quantity}",
        unit="share of peak", prior=plain, measured=measured, weight=float(np.clip(weight, 0.0, 1.0)),
        posterior=posterior, moved=moved, note=note,
    )  # fmt: skip
