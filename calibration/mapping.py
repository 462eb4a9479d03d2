"""From measurements to what the simulator believes: how much a small run on one machine may move.

Frontier exponents hardly move (a power prior by the distance to the frontier), levers move a little (a discrepancy
that grows with that distance), and the fractions of peak of the measured chip move fully. Nothing here needs torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from calibration.record import Exponents, Fraction, Interval, Lever, Shift, Update

Array = NDArray[np.float64]

Z90 = 1.6448536269514722
"""Half the width of a 90% interval in standard deviations."""
FRONTIER = 26.0
"""log10 FLOP of a frontier training run, from which the distance is counted."""
LEVER_DISCREPANCY = 0.25
"""Standard deviation of a lever's ln gain between a run and the frontier, per root of the orders between them.

The gain of an optimizer fell from 1.65 to 1.1 over 4.4 orders of parameters; Gundlach et al. 2025 (arXiv 2511.21622)
find that most algorithmic gains depend on scale. Judgment.
"""
NOT_MEASURED = "not measured in this campaign"
SLOPE_SD = 0.05
"""Prior standard deviation of the change of ln gain per order of compute, around none."""
FORM_DISCREPANCY, FORM_DISCREPANCY_IF_LOST = 0.10, 0.15
"""Standard deviation of ln gain at extrapolation from not knowing the law's form; the larger, where it lost clearly."""
LEAST_LOGIT_SD = 0.05
"""A fraction of peak is never known better than this, on the logit scale."""
WEIGHTS = {"host": 1.0, "same": 0.5, "other": 0.15}
"""Correlation of a chip's reachable fraction with the measured chip's: itself, the same maker's, any other's.

Judgment.
"""


def distance(flop: float) -> float:
    """Orders of magnitude between a run and the frontier."""
    return max(FRONTIER - math.log10(flop), 0.0)


def power(flop: float) -> float:
    """Weight η of a run's likelihood in the power prior of frontier exponents: exp(−Δ/2)."""
    return math.exp(-distance(flop) / 2)


def spread(interval: Interval) -> float:
    """Standard deviation of the logarithm behind a 90% interval."""
    return math.log(interval.high / interval.low) / (2 * Z90)


Scale = Callable[[Any], Any]


def interval_of(inverse: Scale, mean: float, sd: float) -> Interval:
    """Median and 90% interval of what is normal on a scale whose inverse is given."""
    low, mid, high = (float(inverse(mean + z * sd)) for z in (-Z90, 0.0, Z90))
    return Interval(median=mid, low=low, high=high)


def moved_interval(prior: Interval, scale: Scale, inverse: Scale, shift: float, width: float) -> Interval:
    """A prior whose normal score became `shift + width × score`: what the simulator will draw from.

    The prior's two halves keep their own widths, as the simulator's distributions do.
    """
    low, mid, high = (float(scale(x)) for x in (prior.low, prior.median, prior.high))
    ends = []
    for score in (-Z90, 0.0, Z90):
        z = shift + width * score
        ends.append(float(inverse(mid + z * (high - mid if z > 0 else mid - low) / Z90)))
    return Interval(low=ends[0], median=ends[1], high=ends[2])


# --- levers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gain:
    """A measured lever at one scale."""

    flop: float
    log_gain: float
    sd: float


@dataclass(frozen=True)
class Reading:
    """What runs say of a lever, on the scale of its prior."""

    value: float
    """Logarithm of what was measured."""
    error: float
    """Its standard deviation, from the runs."""
    discrepancy: float
    """Standard deviation of the logarithm between these runs and what the prior is about."""
    said: str
    """What was measured, for the reason of a shift."""
    note: str


def to_the_frontier(flop: float) -> float:
    """Standard deviation of a lever's logarithm between a run and the frontier."""
    return LEVER_DISCREPANCY * math.sqrt(distance(flop))


def at_scale(gains: Sequence[Gain]) -> tuple[float, float]:
    """Ln gain at the largest scale measured, and its standard deviation.

    With several scales, ln gain is a line in log10 FLOP whose slope is shrunk toward none; where the points scatter
    more about it than their own errors allow, the error grows accordingly.
    """
    x = np.array([math.log10(g.flop) for g in gains])
    y, sd = np.array([g.log_gain for g in gains]), np.array([g.sd for g in gains])
    design = np.stack([np.ones_like(x), x - x.max()], axis=1)
    precision = (design.T / sd**2) @ design + np.diag([0.0, 1 / SLOPE_SD**2])
    line = np.linalg.solve(precision, (design.T / sd**2) @ y)
    scatter = float((((y - design @ line) / sd) ** 2).sum()) / max(len(gains) - 1, 1)
    error = math.sqrt(np.linalg.inv(precision)[0, 0] * max(scatter, 1.0))
    return float(line[0]), error


def lever_update(lever: Lever, gains: Sequence[Gain], flop: float, additive_lost: bool) -> tuple[Update, Shift | None]:
    """A lever's literature prior and what the runs add to it.

    Args:
        lever: the prior.
        gains: what was measured, by scale; none where it was not.
        flop: compute of the largest run of the campaign.
        additive_lost: whether the additive law lost clearly to another form, which widens the prior.

    Returns:
        the update, and the shift that the simulator's parameter gets.
    """
    prior_sd = spread(lever.prior)
    if additive_lost:
        prior_sd = math.sqrt(prior_sd**2 + FORM_DISCREPANCY_IF_LOST**2 - FORM_DISCREPANCY**2)
    widened = prior_sd / spread(lever.prior)
    if not gains:
        prior = moved_interval(lever.prior, np.log, np.exp, 0.0, widened)
        update = unmeasured(lever, prior, NOT_MEASURED)
        if lever.parameter is None or widened == 1.0:
            return update, None
        reason = f"{lever.label}: not measured, but the additive law lost, so more is unknown"
        return update, Shift(parameter=lever.parameter, shift=0.0, scale=widened, reason=reason)
    value, error = at_scale(gains)
    far = to_the_frontier(flop)
    reading = Reading(
        value, error, far, f"measured {math.exp(value):.2f} {lever.unit}",
        f"discrepancy of ln gain to the frontier {far:.2f}",
    )  # fmt: skip
    return read_update(lever, reading, widened)


def unmeasured(lever: Lever, prior: Interval, note: str) -> Update:
    """A lever of which nothing was learned."""
    return Update(
        name=lever.name, label=lever.label, unit=lever.unit, prior=prior, measured=None, weight=0.0, posterior=prior,
        moved=0.0, note=note,
    )  # fmt: skip


def read_update(lever: Lever, reading: Reading, widened: float = 1.0) -> tuple[Update, Shift | None]:
    """A lever's prior and a reading of it: a conjugate normal update in the logarithm.

    Args:
        lever: the prior.
        reading: what was measured, on the prior's scale.
        widened: how many times as wide as stated the prior is taken.

    Returns:
        the update, and the shift that the simulator's parameter gets.
    """
    prior_sd = spread(lever.prior) * widened
    weight = prior_sd**2 / (prior_sd**2 + reading.error**2 + reading.discrepancy**2)
    moved = weight * (reading.value - math.log(lever.prior.median)) / prior_sd
    scale = math.sqrt(1 - weight)
    update = Update(
        name=lever.name, label=lever.label, unit=lever.unit, weight=weight, moved=moved, note=reading.note,
        prior=moved_interval(lever.prior, np.log, np.exp, 0.0, widened),
        measured=interval_of(np.exp, reading.value, reading.error),
        posterior=moved_interval(lever.prior, np.log, np.exp, moved * widened, scale * widened),
    )  # fmt: skip
    if lever.parameter is None:
        return update, None
    reason = f"{lever.label}: {reading.said}, weight {weight:.3f}"
    return update, Shift(parameter=lever.parameter, shift=moved * widened, scale=scale * widened, reason=reason)


# --- frontier exponents ---------------------------------------------------------------------------------------------


def frontier_updates(prior: Exponents, draws: Array | None, flop: float) -> tuple[Update, ...]:
    """The exponents of the frontier's law, under a power prior: the run's likelihood to the power η.

    Args:
        prior: moments of (ln E, α, β).
        draws: (draws, 5) bootstrap draws of (E, A, B, α, β) of the run, or None.
        flop: compute of the largest run.
    """
    mean, sd = np.array(prior.mean), np.array(prior.sd)
    sd = np.hypot(sd, [0.0, prior.discrepancy * mean[1], prior.discrepancy * mean[2]])
    precision = np.linalg.inv(np.array(prior.correlation) * np.outer(sd, sd))
    eta, posterior, posterior_sd, measured = 0.0, mean, sd, np.empty((0, 3))
    if draws is not None:
        eta = power(flop)
        measured = draws[:, [0, 3, 4]].copy()
        measured[:, 0] = np.log(measured[:, 0])
        # The floor is in nats per byte here and in nats per token there: it cannot speak about the frontier's.
        likelihood = np.zeros((3, 3))
        likelihood[1:, 1:] = eta * np.linalg.inv(np.cov(measured[:, 1:].T))
        middle = np.median(measured, axis=0)
        covariance = np.linalg.inv(precision + likelihood)
        posterior = covariance @ (precision @ mean + likelihood @ middle)
        posterior_sd = np.sqrt(np.diag(covariance))
    labels = {"E": "irreducible loss", "alpha": "exponent of size", "beta": "exponent of data"}
    rows = []
    for i, (name, label) in enumerate(labels.items()):
        inverse: Scale = np.exp if name == "E" else np.asarray
        row = Update(
            name=name, label=label, unit="nats per token" if name == "E" else "exponent",
            weight=0.0 if name == "E" else eta,
            prior=interval_of(inverse, mean[i], sd[i]), measured=_quantiles(inverse(measured[:, i])),
            posterior=interval_of(inverse, posterior[i], posterior_sd[i]),
            moved=float((posterior[i] - mean[i]) / sd[i]),
            note="nats per byte in the run: another unit, it informs nothing" if name == "E" and len(measured) else "",
        )  # fmt: skip
        rows.append(row)
    return tuple(rows)


def _quantiles(draws: Array) -> Interval | None:
    if not len(draws):
        return None
    low, mid, high = (float(x) for x in np.quantile(draws, [0.05, 0.5, 0.95]))
    return Interval(median=mid, low=low, high=high)


# --- hardware -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reached:
    """A rate against its peak: best and median of the repeats, and the interval in which the peak lies."""

    best: float
    median: float
    peak_low: float
    peak_high: float

    @property
    def usable(self) -> bool:
        """Whether it can be a fraction at all: below the highest peak that is possible."""
        return self.best < self.peak_high

    def score(self) -> tuple[float, float]:
        """Mean and standard deviation of the fraction's logit: from the repeats, and from not knowing the peak."""
        sd_peak = math.log(self.peak_high / self.peak_low) / (2 * Z90)
        middle = math.log(math.sqrt(self.peak_low * self.peak_high))
        peaks = np.exp(middle + sd_peak * ndtri((np.arange(401) + 0.5) / 401))
        scores = logit(self.best / peaks[peaks > self.best])
        repeats = float(logit(0.5) if self.median <= 0 else abs(math.log(self.best / self.median)))
        noise = max(repeats / (1 - float(expit(scores.mean()))), LEAST_LOGIT_SD)
        return float(scores.mean()), math.hypot(noise, float(scores.std()))


def fraction_scores(fraction: Interval) -> tuple[float, float]:
    """Mean and standard deviation of a fraction's logit."""
    return float(logit(fraction.median)), float(logit(fraction.high) - logit(fraction.low)) / (2 * Z90)


def hardware_update(
    label: str, prior: Fraction, host_prior: Fraction, reached: Reached | None, kinship: str, why_not: str
) -> Update:
    """A fraction's prior and what the measured chip says of it.

    The measured chip's own fraction is a conjugate normal update on the logit scale. Another chip's follows by its
    correlation with it: its mean by that share of the host's move, its variance by the square of it.

    Args:
        label: what the fraction is of.
        prior: the fraction's prior.
        host_prior: the measured chip's prior.
        reached: what was measured, or None.
        kinship: `host`, `same` (maker) or `other`.
        why_not: what to say where nothing usable was measured.
    """
    if reached is None or not reached.usable:
        why_not = why_not or "the rate is above the highest peak that is possible"
        return Update(
            name=f"{prior.quantity} {prior.vendor}", label=label, unit="share of peak", prior=_plain(prior),
            measured=None, weight=0.0, posterior=_plain(prior), moved=0.0, note=why_not,
        )  # fmt: skip
    host_mean, host_sd = fraction_scores(host_prior)
    value, error = reached.score()
    kin = WEIGHTS[kinship]
    host_weight = host_sd**2 / (host_sd**2 + error**2)
    host_moved = host_weight * (value - host_mean) / host_sd
    width = math.sqrt(1 - kin**2 * host_weight)
    return Update(
        name=f"{prior.quantity} {prior.vendor}", label=label, unit="share of peak", prior=_plain(prior),
        measured=interval_of(expit, value, error), weight=kin * host_weight, moved=kin * host_moved,
        posterior=moved_interval(prior, logit, expit, kin * host_moved, width),
        note=f"correlation with the measured chip {kin:g}",
    )  # fmt: skip


def _plain(fraction: Fraction) -> Interval:
    return Interval(median=fraction.median, low=fraction.low, high=fraction.high)
