"""Parameters weighed by the record up to a date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenarios.schema import Scenario
from sim.ensemble.draws import distributions
from sim.ensemble.rng import SOBOL_DIMENSIONS, Array
from sim.hindcast import likelihood
from sim.hindcast.importance import Sample, sample

AT_A_TIME = 1024
"""Members that are simulated at a time."""


@dataclass(frozen=True)
class Fit:
    """Weighted draws of a scenario's parameters."""

    spec: Scenario
    columns: tuple[int, ...]
    """Sobol columns of the rows of the sample."""
    sample: Sample

    def scores(self, chosen: Array) -> Array:
        """Normal scores of some draws on all Sobol columns, `(columns, chosen)`; unused ones are 0."""
        return spread(self.columns, self.sample.scores[:, chosen])


def spread(columns: tuple[int, ...], scores: Array) -> Array:
    """Scores of the used columns on all Sobol columns."""
    wide = np.zeros((SOBOL_DIMENSIONS, scores.shape[1]))
    wide[list(columns)] = scores
    return wide


def fit(
    spec: Scenario, draws: int, seed: int = 0, first_round: int | None = None, tell: Callable[[str], None] | None = None
) -> Fit:
    """Weigh a scenario's parameters by the record up to the edge of its data."""
    columns = tuple(sorted({dim for dim, _ in distributions(spec).values()}))

    def log_likelihood(scores: Array) -> Array:
        parts = []
        for begin in range(0, scores.shape[1], AT_A_TIME):
            some = spread(columns, scores[:, begin : begin + AT_A_TIME])
            parts.append(sum(likelihood.terms(spec, some).values()))
        return np.concatenate(parts)

    return Fit(spec, columns, sample(len(columns), log_likelihood, draws, seed, first_round, tell))
