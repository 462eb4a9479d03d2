"""How much a campaign of a given size would teach: the share of each prior's variance that its measurements take away.

By the same formulas as the updates themselves. Before a campaign is run, the middle of a number is expected to move by
the root of that share, in standard deviations of its prior: evidence that would narrow nothing would move nothing.
Only what depends on the size of the trained models grows with it; a chip's rates are the same for a small campaign.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from calibration import mapping
from calibration.record import CalibrationRecord, Fraction, Lever, Update, Work, fraction_name, read

_Prior = TypeVar("_Prior", Lever, Work)

SIZES = tuple(10.0**decade for decade in range(10, 27))
"""Largest runs of campaigns that are asked about, FLOP: from a minute of a processor to a frontier run."""


def largest(record: CalibrationRecord) -> float | None:
    """FLOP of the largest run of a result's campaign; None where no model was trained."""
    runs = [float(row["flop"]) for row in record.cells]
    return max(runs, default=None)


def learned(record: CalibrationRecord, flop: float | None = None) -> dict[str, float]:
    """Share of each moved number's prior variance that a campaign like a result's takes away, by the number's name.

    The measured chip's own fraction is left out: it hardly depends on the campaign and is of one class of chips.

    Args:
        record: a result that was measured or read.
        flop: compute of the largest run, if another than the result's own.
    """
    if record.prior is None:
        return {}
    prior, own = read(record.prior), largest(record)
    wanted = own if flop is None else flop
    found = {fraction_name(row): _narrowed(prior.fraction(row.quantity, row.vendor), row) for row in record.fractions
             if row.vendor != "host"}  # fmt: skip
    found |= {shift.parameter: max(1 - shift.scale**2, 0.0) for shift in record.shifts}
    if own is None or wanted is None:
        return found
    grown = mapping.to_the_frontier(wanted) ** 2 - mapping.to_the_frontier(own) ** 2
    for lever, update in _paired(prior.levers, record.gains):
        if lever.parameter in found and update.weight > 0:
            found[lever.parameter] = _share(mapping.spread(lever.prior), update.weight, grown)
    for work, update in _paired(prior.works, record.work):
        if work.by_scale and work.parameter in found and update.weight > 0:
            kin = found[work.parameter] / update.weight  # the correlation's square
            _, sd = mapping.fraction_scores(work.prior)
            found[work.parameter] = kin * _share(sd, update.weight, grown)
    return found


def _paired(priors: Sequence[_Prior], updates: Sequence[Update]) -> list[tuple[_Prior, Update]]:
    by = {update.name: update for update in updates}
    return [(prior, by[prior.name]) for prior in priors if prior.name in by]


def _share(sd: float, weight: float, grown: float) -> float:
    """The weight of a measurement whose error's variance has grown by `grown`."""
    noise = max(sd**2 * (1 / weight - 1) + grown, 0.0)
    return sd**2 / (sd**2 + noise)


def _narrowed(before: Fraction, after: Fraction) -> float:
    """Share of a fraction's variance, on the logit scale, that is gone."""
    (_, was), (_, left) = mapping.fraction_scores(before), mapping.fraction_scores(after)
    return max(1 - (left / was) ** 2, 0.0)
