"""Whole pieces of work: what a training step and decoding reach of a chip's peaks, and what that says of fleets.

The fractions of peak come from the best product and the best copy. A training step reaches less of the arithmetic, and
decoding less of the memory; the simulator has a parameter for either (`mfu` and `decode_intensity`). One chip's share
is not the parameter: a frontier run also waits for its network and trains models a million times larger, and serving
fleets batch requests as they come. So the share has a prior of its own and a stated correlation with the parameter,
which follows it by that. Nothing here needs torch.

Not here, since the simulator has no parameter for it: prefill, which is bound by arithmetic as training is and goes by
the same fraction; 8-bit products, which count against an H100's in the same precision; and the worth of repeated text,
since no run of the simulator runs out of text by its last year.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import expit, logit

from calibration import mapping
from calibration.mapping import Z90
from calibration.pooling import pooled
from calibration.record import Interval, Shift, Update, Work
from calibration.shares import Share

LEAST_SD = 0.1
"""A share of peak is never known better than this, on the logit scale: kernels differ by version and shape."""


@dataclass(frozen=True)
class Seen:
    """A measured share of peak: its logit, the standard deviation of that, and what was measured."""

    value: float
    error: float
    what: str


def seen(work: Work, shares: Sequence[Share], copied: Interval) -> tuple[Seen, ...]:
    """What the shares of a machine say of a piece of work; a noisy rate and one without a peak say nothing.

    Args:
        work: the prior.
        shares: shares of peak that were measured.
        copied: fraction of the memory peak that copies reach, with which a share of the best copy becomes one of the
            peak where no peak is published.
    """
    found = []
    for share in shares:
        if share.work != work.name or share.noisy:
            continue
        of_peak = share.of_peak
        if of_peak is None and share.unit == "byte/s" and share.of_best is not None:
            low, mid, high = (share.of_best * f for f in (copied.low, copied.median, copied.high))
            of_peak = Interval(low=low, median=mid, high=high)
        if of_peak is not None and of_peak.low > 0 and of_peak.high < 1:
            error = float(logit(of_peak.high) - logit(of_peak.low)) / (2 * Z90)
            found.append(Seen(float(logit(of_peak.median)), math.hypot(error, LEAST_SD), share.what))
    return tuple(found)


def correlation(work: Work, vendor: str) -> float:
    """Correlation of a share that was measured on a maker's chip with the parameter.

    A processor runs other kernels on other memory: it tells of accelerators as one maker's chip tells of another's.
    """
    return work.correlation * (mapping.WEIGHTS["other"] if vendor == "processor" else 1.0)


def update(work: Work, found: Sequence[Seen], flop: float | None, kin: float) -> tuple[Update, Shift | None]:
    """A prior about a piece of work, what was measured of it, and what its parameter takes over.

    The share of the measured chip is a conjugate normal update on the logit. The parameter's normal score follows by
    its correlation with the share: its mean by that share of the move, its variance by the square of it.

    Args:
        work: the prior.
        found: measured shares; none where nothing usable was measured.
        flop: compute of the largest run of the campaign, where the size of models stands between; None for readings,
            which are of models as large as those that count.
        kin: correlation of the share with the parameter.

    Returns:
        the update of the share, and the shift that the parameter gets.
    """
    head = {"name": work.name, "label": work.label, "unit": "share of peak", "prior": work.prior}
    if not found:
        none = {"measured": None, "weight": 0.0, "posterior": work.prior, "moved": 0.0, "note": mapping.NOT_MEASURED}
        return Update(**head, **none), None
    mean, sd = mapping.fraction_scores(work.prior)
    value, error = pooled([s.value for s in found], [s.error for s in found])
    far = mapping.to_the_frontier(flop) if work.by_scale and flop is not None else 0.0
    weight = sd**2 / (sd**2 + error**2 + far**2)
    moved = weight * (value - mean) / sd
    what = " and ".join(dict.fromkeys(s.what for s in found))
    scale = f", discrepancy of its logit {far:.2f} to the frontier's models" if far else ""
    share = Update(
        **head, weight=weight, moved=moved, measured=mapping.interval_of(expit, value, error),
        posterior=mapping.moved_interval(work.prior, logit, expit, moved, math.sqrt(1 - weight)),
        note=f"{what}{scale}; {work.parameter} follows by a correlation of {kin:g}",
    )  # fmt: skip
    shift = Shift(
        parameter=work.parameter, shift=kin * moved, scale=math.sqrt(1 - kin**2 * weight),
        reason=f"{work.label}: measured {float(expit(value)):.2f}, weight {kin * weight:.3f}",
    )  # fmt: skip
    return share, shift
