"""Reading curves: which budget a loss is worth, what repetition is worth, and the sigmoid of reinforcement learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, curve_fit, least_squares

Array = NDArray[np.float64]
Rows = Sequence[Mapping[str, Any]]

LEAST_EPOCHS, MOST_EPOCHS = 0.05, 300.0
"""Bounds of R*: below, a second pass is worth nothing; above, hundreds of passes are as good as new text."""
VAGUE = 10.0
"""A sigmoid whose ceiling, ln middle or steepness has a standard error beyond this was not found."""
DETERMINED = 1.0
"""Standard error of ln middle from which on a sigmoid determines nothing."""
FARTHEST = 8.0
"""How far beyond the ends of a curve a loss is still given a worth, as a factor."""
FORECAST_FROM = 0.7
"""Share of a reinforcement run, in compute, from which the rest is forecast as a test of the form."""


def worth(loss: float, tokens: Sequence[float], losses: Sequence[float]) -> float:
    """Tokens of plain training that give this loss, on a falling curve `tokens` → `losses`.

    The curve is log-linear between its points; beyond its ends the last piece is extended, eightfold at most.
    """
    x, y = falling(tokens, losses)
    piece = int(np.clip(np.searchsorted(-y, -loss), 1, len(y) - 1))
    slope = (x[piece] - x[piece - 1]) / (y[piece] - y[piece - 1])
    found = x[piece] + slope * (loss - y[piece])
    return float(np.exp(np.clip(found, x[0] - np.log(FARTHEST), x[-1] + np.log(FARTHEST))))


def falling(tokens: Sequence[float], losses: Sequence[float]) -> tuple[Array, Array]:
    """Ln tokens and losses of the points that lie below all with fewer tokens; at least two.

    Raises:
        ValueError: where no point lies below the first.
    """
    x, y = np.log(np.asarray(tokens)), np.asarray(losses)
    best = np.concatenate([[np.inf], np.minimum.accumulate(y)[:-1]])
    kept = y < best
    if kept.sum() < 2:
        raise ValueError(f"no loss lies below the first: {', '.join(f'{loss:.4g}' for loss in losses)}")
    return x[kept], y[kept]


def slope_at(tokens: Sequence[float], losses: Sequence[float], at: float) -> float:
    """Change of the loss per ln tokens of the piece of a curve in which `at` lies."""
    x, y = falling(tokens, losses)
    piece = int(np.clip(np.searchsorted(x, np.log(at)), 1, len(y) - 1))
    return float((y[piece] - y[piece - 1]) / (x[piece] - x[piece - 1]))


def repetition_constant(unique: float, effective: float, epochs: float) -> float:
    """R* of D_eff = U + U R* (1 − exp(−R/R*)), R the passes after the first (Muennighoff et al. 2023).

    Infinite where repeated data was worth as much as new data, and 0 where it was worth nothing.
    """
    extra, most = effective / unique - 1, epochs - 1
    if extra >= most:
        return float("inf")
    if extra <= 1e-3:
        return 0.0
    # The left side rises from 0 to `most` with R*.
    return float(brentq(lambda r: r * -np.expm1(-most / r) - extra, 1e-3, 1e6))


def shared_constant(unique: float, worths: Array, epochs: Array, log_sd: Array) -> tuple[float, float]:
    """Ln R* that all passes share, and its standard deviation, by least squares in ln worth.

    Passes that were as good as new text count too: they pull R* up, to `MOST_EPOCHS` at most. Where the points scatter
    more about the formula than their own errors allow, the deviation grows accordingly.
    """

    def misfit(log_constant: Array) -> Array:
        constant = np.exp(log_constant[0])
        expected = unique * (1 - constant * np.expm1(-(epochs - 1) / constant))
        return (np.log(expected) - np.log(worths)) / log_sd

    bounds = (np.log(LEAST_EPOCHS), np.log(MOST_EPOCHS))
    found = least_squares(misfit, [np.log(10.0)], bounds=([bounds[0]], [bounds[1]]))
    information = float((found.jac**2).sum())
    scatter = max(2 * found.cost / max(len(worths) - 1, 1), 1.0)
    sd = np.sqrt(scatter / information) if information > 0 else np.inf
    return float(found.x[0]), float(min(sd, bounds[1] - bounds[0]))


def seed_sd(cells: Rows, repeated: Rows) -> float | None:
    """Standard deviation over seeds of the repeated cell's loss, nats per byte; None where it was not repeated."""
    if not repeated:
        return None
    first = repeated[0]
    same = [r["loss"] for r in cells if (r["size"], r["tokens"]) == (first["size"], first["tokens"])]
    return float(np.std([*same, *(r["loss"] for r in repeated)], ddof=1))


@dataclass(frozen=True)
class Sigmoid:
    """R = r₀ + (A − r₀) / (1 + (C_mid/C)^B), with the standard errors of A, ln C_mid and B."""

    start: float
    ceiling: float
    middle: float
    steepness: float
    errors: tuple[float, float, float]
    rms: float
    forecast_error: float | None
    """What a fit to the first 70% of the compute misses the last score by; None where it does not converge."""

    @property
    def determined(self) -> bool:
        """Whether the middle is known to a factor of e; where it is not, the scores did not bend and say nothing."""
        return self.errors[1] < DETERMINED

    def at(self, flop: Array) -> Array:
        """The share passed at a compute."""
        return _sigmoid(flop, self.start, self.ceiling, np.log(self.middle), self.steepness)


def stored(run: Mapping[str, Any]) -> Sigmoid | None:
    """The sigmoid in a result's row of a reinforcement run, or None where none was found."""
    found = run.get("sigmoid")
    return Sigmoid(**{**found, "errors": tuple(found["errors"])}) if found else None


def _sigmoid(flop: Array, start: float, ceiling: float, log_middle: float, steepness: float) -> Array:
    with np.errstate(divide="ignore", over="ignore"):
        distance = steepness * (log_middle - np.log(flop))
        return start + (ceiling - start) / (1 + np.exp(distance))


def sigmoid(flop: Array, passed: Array) -> Sigmoid | None:
    """The sigmoid in log compute through scores; the first score, at no compute, is its start.

    None where none is found: the run did not learn, or was too short to bend.
    """
    found = _fitted(flop, passed)
    if found is None:
        return None
    (ceiling, log_middle, steepness), errors = found
    residual = _sigmoid(flop, passed[0], ceiling, log_middle, steepness) - passed
    early = flop <= FORECAST_FROM * flop[-1]
    forecast = _fitted(flop[early], passed[early])
    missed = None if forecast is None else float(_sigmoid(flop[-1:], passed[0], *forecast[0])[0] - passed[-1])
    return Sigmoid(
        float(passed[0]), ceiling, float(np.exp(log_middle)), steepness, errors,
        float(np.sqrt(np.mean(residual**2))), missed,
    )  # fmt: skip


def _fitted(flop: Array, passed: Array) -> tuple[tuple[float, float, float], tuple[float, float, float]] | None:
    if len(flop) < 5 or passed.max() <= passed[0]:
        return None
    start = passed[0]

    def law(c: Array, ceiling: float, log_middle: float, steepness: float) -> Array:
        return _sigmoid(c, start, ceiling, log_middle, steepness)

    guess = (float(passed.max()), float(np.log(np.median(flop[1:]))), 1.0)
    bounds = ([start, np.log(flop[1]) - 5, 0.1], [1.0, np.log(flop[-1]) + 3, 10.0])
    try:
        best, covariance = curve_fit(law, flop[1:], passed[1:], np.clip(guess, *bounds), bounds=bounds)
    except (RuntimeError, ValueError):
        return None
    a, m, b = (float(x) for x in best)
    ea, em, eb = (float(x) for x in np.sqrt(np.diag(covariance)))
    return ((a, m, b), (ea, em, eb)) if max(ea, eb) < VAGUE and em < VAGUE else None
