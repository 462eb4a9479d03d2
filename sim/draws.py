"""Uncertain parameters drawn for an ensemble: Sobol points through inverse CDFs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from calibration.record import read as read_calibration
from scenarios.parameters import CORRELATIONS, parameters
from scenarios.quantities import Fixed, LogitNormal
from scenarios.schema import Scenario
from sim.rng import Array, Streams

HARDWARE_DIMENSIONS = {
    "compute_fraction_nvidia": (120, "compute", "nvidia"),
    "compute_fraction_other": (121, "compute", "other"),
    "bandwidth_fraction": (122, "bandwidth", "nvidia"),
}
"""Sobol columns of the fractions that a calibration result gives: name → (column, quantity, vendor)."""


class Draws(SimpleNamespace):
    """Parameter values by name, each of shape `(members,)`."""


def distributions(spec: Scenario) -> dict[str, tuple[int, Any]]:
    """Every uncertain number of a scenario: name → (Sobol column, distribution)."""
    result: dict[str, tuple[int, Any]] = {}
    for name, row in parameters().items():
        changed = spec.parameters.get(name)
        given = Fixed(value=changed) if isinstance(changed, (int, float)) else changed
        result[name] = (row.dim, given if given is not None else row.distribution)
    record = read_calibration(spec.calibration)
    for name, (dim, quantity, vendor) in HARDWARE_DIMENSIONS.items():
        fraction = record.fraction(quantity, vendor)
        result[name] = (dim, LogitNormal(median=fraction.median, low=fraction.low, high=fraction.high))
    return result


def draw(spec: Scenario, streams: Streams) -> Draws:
    """Draw all parameters for the members of `streams`; the growth group is correlated by a Gaussian copula."""
    u = streams.sobol()
    z = ndtri(u)
    table = distributions(spec)
    scores = {name: z[dim] for name, (dim, _) in table.items()}
    group = list(dict.fromkeys(name for pair in CORRELATIONS for name in pair))
    mixed = np.linalg.cholesky(_correlation(group))
    for i, name in enumerate(group):
        scores[name] = sum(mixed[i, j] * z[table[group[j]][0]] for j in range(i + 1))
    values: dict[str, Array] = {}
    for name, (dim, distribution) in table.items():
        uniform = ndtr(scores[name]) if name in group else u[dim]
        values[name] = np.ascontiguousarray(distribution.ppf(scores[name], uniform), dtype=float)
    return Draws(**values)


def _correlation(group: list[str]) -> Array:
    matrix = np.eye(len(group))
    for (one, other), value in CORRELATIONS.items():
        i, j = group.index(one), group.index(other)
        matrix[i, j] = matrix[j, i] = value
    return matrix
