"""Adaptive importance sampling of parameters that are standard normal before the data are seen.

After Cappé, Guillin, Marin and Robert (2004), "Population Monte Carlo": each round draws from a normal fitted to the
weighted draws of the round before, here under a likelihood that is let in by steps; a share of every round comes from
the prior, so that no weight can exceed the likelihood over that share. Columns in which the data say nothing keep
their prior, and add no noise to the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm

from sim.ensemble.rng import Array, Generator, generator
from sim.short import Short

SHARES = (0.6, 0.2, 0.1)
"""Shares of the draws from the proposals fitted last, before that, and before that; the rest comes from the prior."""
WIDER = 1.15
"""The proposal's standard deviations against those of the weighted draws."""
REFINED = 2
"""Rounds under the full likelihood before the last one."""
ENOUGH = 1 / 40
"""Effective share of a round's draws below which the likelihood is let in only in part."""
NOTICEABLE = 4.0
"""Standard errors by which a column's mean or variance must have moved to be drawn from the proposal."""
FEWEST = 16_384
"""Draws of a round below which a proposal in two dozen columns cannot be fitted."""
LEAST_STEP = 0.1
"""Least rise of the power of the likelihood from round to round: a poor proposal must not stop the sampler."""


@dataclass(frozen=True, repr=False)
class Sample(Short):
    """Weighted draws of the last round."""

    scores: Array
    """(columns, draws) standard normal scores of the parameters."""
    log_likelihood: Array
    """(draws,)"""
    correction: Array
    """(draws,) log of prior over proposal density."""
    weights: Array
    """(draws,) importance weights that add to 1."""

    @property
    def effective(self) -> float:
        """Effective number of draws: one over the sum of squared weights (Kish 1965)."""
        return effective(self.weights)

    @property
    def log_evidence(self) -> float:
        """Log of the likelihood averaged over the prior, up to the constant of the likelihood."""
        terms = self.log_likelihood + self.correction
        return float(np.log(np.exp(terms - terms.max()).mean()) + terms.max())

    def resampled(self, number: int, seed: int) -> Array:
        """Numbers of `number` draws of equal weight, by systematic resampling."""
        start = generator(seed, "hindcast resampling").random()
        places = (start + np.arange(number)) / number
        chosen = np.searchsorted(np.cumsum(self.weights), places, side="right")
        return np.minimum(chosen, self.weights.size - 1)


def effective(weights: Array) -> float:
    """Effective number of draws of weights that add to 1."""
    return float(1 / np.square(weights).sum())


def normalized(log_weights: Array) -> Array:
    """Weights that add to 1."""
    weights: Array = np.exp(log_weights - log_weights.max())
    return weights / weights.sum()


def sample(
    columns: int,
    log_likelihood: Callable[[Array], Array],
    draws: int,
    seed: int,
    first_round: int | None = None,
    tell: Callable[[str], None] | None = None,
) -> Sample:
    """Draw from prior times likelihood.

    Args:
        columns: number of parameters, each a standard normal score.
        log_likelihood: of scores (columns, n), to (n,).
        draws: of the last round.
        seed: of all draws.
        first_round: draws of the rounds before, by default a quarter of the last, and `FEWEST` at least.
        tell: called with a line about each round.
    """
    small = first_round or max(draws // 4, FEWEST)
    proposal, power, full = Proposal(columns), 0.0, 0
    for number in count():
        last = full == REFINED
        rng = generator(seed, f"hindcast round {number}")
        scores = proposal.draw(draws if last else small, rng)
        likelihood = log_likelihood(scores)
        correction = proposal.log_correction(scores)
        if last:
            found = Sample(scores, likelihood, correction, normalized(likelihood + correction))
            if tell:
                tell(f"last round: {draws:,} draws, {found.effective:,.0f} effective")
            return found
        power = min(max(_power(likelihood, correction, small), power + LEAST_STEP), 1.0)
        full += power == 1.0
        weights = normalized(power * likelihood + correction)
        proposal = proposal.refitted(scores, weights)
        if tell:
            tell(f"round {number + 1}: {small:,} draws, likelihood to the power {power:.3f}, "
                 f"{effective(weights):,.0f} effective, {proposal.parts[0].moved.size} columns moved")  # fmt: skip
    raise AssertionError  # the last round returns


def _power(likelihood: Array, correction: Array, draws: int) -> float:
    """The largest power of the likelihood, at most 1, at which enough draws stay effective."""
    enough = ENOUGH * draws
    if effective(normalized(likelihood + correction)) >= enough:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if effective(normalized(middle * likelihood + correction)) >= enough:
            low = middle
        else:
            high = middle
    return low


@dataclass(frozen=True, repr=False)
class Part(Short):
    """A normal on the columns that the data have moved; the prior on the others."""

    moved: NDArray[np.int64]
    """Numbers of the moved columns."""
    mean: Array
    covariance: Array

    @classmethod
    def fitted(cls, scores: Array, weights: Array) -> Part:
        """Fitted to weighted draws `(columns, n)`, in the columns that moved beyond their standard error."""
        mean = scores @ weights
        variance = (scores**2) @ weights - mean**2
        error = np.sqrt(np.square(weights).sum())
        far = np.maximum(np.abs(mean), np.abs(variance - 1) / np.sqrt(2)) > NOTICEABLE * error
        moved = np.flatnonzero(far)
        centered = scores[moved] - mean[moved, None]
        covariance = (centered * weights) @ centered.T
        return cls(moved, mean[moved], WIDER**2 * (0.85 * covariance + 0.15 * np.diag(np.diag(covariance))))

    def log_ratio(self, scores: Array) -> Array:
        """Log of its density over the prior's, `(n,)`."""
        if not self.moved.size:
            return np.zeros(scores.shape[1])
        at = scores[self.moved]
        own: Array = multivariate_normal(self.mean, self.covariance).logpdf(at.T)
        return np.asarray(own - norm.logpdf(at).sum(axis=0))


@dataclass(frozen=True, repr=False)
class Proposal(Short):
    """A mixture of the parts fitted last, the newest first, and of the prior."""

    columns: int
    parts: tuple[Part, ...] = ()

    @property
    def shares(self) -> Array:
        """Shares of the parts, and of the prior at the end."""
        shares = np.array(SHARES[: len(self.parts)])
        return np.append(shares, 1 - shares.sum())

    def refitted(self, scores: Array, weights: Array) -> Proposal:
        """With a part fitted to weighted draws in front; a poor round that shows nothing leaves it as it is."""
        part = Part.fitted(scores, weights)
        if self.parts and part.moved.size < self.parts[0].moved.size / 2:
            return self
        return Proposal(self.columns, (part, *self.parts)[: len(SHARES)])

    def draw(self, number: int, rng: Generator) -> Array:
        """Scores of `number` draws, `(columns, number)`."""
        scores = rng.standard_normal((self.columns, number))
        source = rng.choice(len(self.shares), number, p=self.shares)
        for k, part in enumerate(self.parts):
            if part.moved.size:
                cells = np.ix_(part.moved, source == k)
                scores[cells] = part.mean[:, None] + np.linalg.cholesky(part.covariance) @ scores[cells]
        return scores

    def log_correction(self, scores: Array) -> Array:
        """Log of prior over proposal density, `(n,)`."""
        ratios = [*(part.log_ratio(scores) for part in self.parts), np.zeros(scores.shape[1])]
        return np.asarray(-logsumexp(ratios, axis=0, b=self.shares[:, None]))
