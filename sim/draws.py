"""Uncertain parameters drawn for an ensemble: Sobol points through inverse CDFs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from calibration.record import CalibrationRecord, Fraction
from calibration.record import read as read_calibration
from scenarios.parameters import CORRELATIONS, parameters
from scenarios.quantities import Z90, Fixed, LogitNormal
from scenarios.schema import Scenario
from sim.chips import CHINESE
from sim.rng import Array, Streams

HARDWARE_DIMENSIONS = {
    "compute_fraction_nvidia": (120, "compute", "nvidia"),
    "compute_fraction_other": (121, "compute", "other"),
    "bandwidth_fraction_nvidia": (122, "bandwidth", "nvidia"),
    "bandwidth_fraction_other": (122, "bandwidth", "other"),
}
"""Sobol columns of the fractions that a calibration result gives: name → (column, quantity, vendor)."""


def own_fraction(quantity: str, chip_class: str) -> str:
    """Name of the fraction that a measured chip class has for itself; it is drawn on its maker's column."""
    return f"{quantity}_fraction_{chip_class.lower()}"


class Draws(SimpleNamespace):
    """Parameter values by name, each of shape `(members,)`."""


class Learnt:
    """A distribution after evidence: its normal score z became `shift + scale × z`."""

    def __init__(self, prior: Any, shift: float, scale: float) -> None:
        self.prior, self.shift, self.scale = prior, shift, scale

    def ppf(self, z: Array, u: Array) -> Array:
        """Value at the normal score `z`; `u` is the same point as a uniform and follows from it."""
        moved = self.shift + self.scale * z
        values: Array = self.prior.ppf(moved, ndtr(moved))
        return values

    def interval(self) -> tuple[float, float, float]:
        """The 5, 50 and 95 % points, for tables."""
        low, mid, high = self.ppf(np.array([-Z90, 0.0, Z90]), np.array([0.05, 0.5, 0.95]))
        return float(low), float(mid), float(high)


def distributions(spec: Scenario) -> dict[str, tuple[int, Any]]:
    """Every uncertain number of a scenario: name → (Sobol column, distribution)."""
    result: dict[str, tuple[int, Any]] = {}
    record = read_calibration(spec.calibration)
    for name, row in parameters().items():
        changed = spec.parameters.get(name)
        given = Fixed(value=changed) if isinstance(changed, (int, float)) else changed
        result[name] = (row.dim, given if given is not None else _learnt(row.distribution, *record.shift(name)))
    for name, (dim, fraction) in fractions(record).items():
        result[name] = (dim, LogitNormal(median=fraction.median, low=fraction.low, high=fraction.high))
    return result


def fractions(record: CalibrationRecord) -> dict[str, tuple[int, Fraction]]:
    """Reachable fractions of peak of a calibration result: name → (Sobol column, fraction)."""
    result = {name: (dim, record.fraction(q, vendor)) for name, (dim, q, vendor) in HARDWARE_DIMENSIONS.items()}
    for row in record.fractions:
        if row.vendor == "host" and row.chip_class is not None:
            maker = "other" if row.chip_class in (*CHINESE, "CUSTOM") else "nvidia"
            usual = HARDWARE_DIMENSIONS[f"{row.quantity}_fraction_{maker}"][0]
            result[own_fraction(row.quantity, row.chip_class)] = (usual, row)
    return result


def _learnt(prior: Any, shift: float, scale: float) -> Any:
    """A prior with what a calibration result adds; the prior itself, to the last bit, where that is nothing."""
    return prior if (shift, scale) == (0.0, 1.0) else Learnt(prior, shift, scale)


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
