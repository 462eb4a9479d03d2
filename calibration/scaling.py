"""Scaling laws fitted to a grid of losses: parameters with intervals, and whether the grid identifies them at all.

Losses are fitted in logs with a Huber loss (Hoffmann et al. 2022, arXiv 2203.15556; the fitting pitfalls are those of
Besiroglu et al. 2024, arXiv 2404.10102). Sizes and tokens are centered on their means, which keeps the search round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import expit, logsumexp

from calibration.dice import dice

Array = NDArray[np.float64]

HUBER = 1e-3
"""Residual, in logs, beyond which a cell counts by its distance and no longer by the square of it."""
EXPONENTS = (0.02, 2.0)
"""Bounds of an exponent."""
LEAST_FLOOR = float(np.log(0.018))
"""Lower bound of ln E: a floor below this is no floor."""
IDENTIFIED = 0.7
"""Widest 90% interval of ln γ that still counts as knowing γ: a factor of two."""
LEAST_CELLS = 8
"""Fewer cells than this cannot carry the five parameters of the law."""
INSIDE = 1e-6
"""A search begins this far inside its bounds."""
TOP_SHARE = 0.2
"""Share of the cells with the most compute that the hold-out predicts."""

Predict = Callable[[Array, Array, Array], tuple[Array, Array]]
"""(parameters, ln size, ln tokens) → ln loss of shape `(cells,)` and its derivatives `(cells, parameters)`."""


@dataclass(frozen=True)
class Grid:
    """Losses by size and tokens, each of shape `(cells,)`."""

    size: Array
    tokens: Array
    loss: Array

    @cached_property
    def n(self) -> Array:
        """Ln size, centered."""
        return np.log(self.size) - np.log(self.size).mean()

    @cached_property
    def d(self) -> Array:
        """Ln tokens, centered."""
        return np.log(self.tokens) - np.log(self.tokens).mean()

    @property
    def compute(self) -> Array:
        """FLOP by the usual count, 6ND."""
        return 6 * self.size * self.tokens


@dataclass(frozen=True)
class Form:
    """A candidate law: its parameters with bounds, starts of the search, and what it predicts."""

    name: str
    formula: str
    bounds: tuple[tuple[float, float], ...]
    starts: tuple[tuple[float, ...], ...]
    predict: Predict


def _additive(p: Array, n: Array, d: Array) -> tuple[Array, Array]:
    a, b, e, alpha, beta = p
    terms = np.stack([a - alpha * n, b - beta * d, np.full_like(n, e)])
    total = logsumexp(terms, axis=0)
    of_size, of_tokens, floor = np.exp(terms - total)
    return total, np.stack([of_size, of_tokens, floor, -of_size * n, -of_tokens * d], axis=1)


def _no_floor(p: Array, n: Array, d: Array) -> tuple[Array, Array]:
    a, b, alpha, beta = p
    terms = np.stack([a - alpha * n, b - beta * d])
    total = logsumexp(terms, axis=0)
    of_size, of_tokens = np.exp(terms - total)
    return total, np.stack([of_size, of_tokens, -of_size * n, -of_tokens * d], axis=1)


def _kaplan(p: Array, n: Array, d: Array) -> tuple[Array, Array]:
    size, tokens, ratio, exponent = p
    terms = np.stack([ratio * (size - n), tokens - d])
    total = logsumexp(terms, axis=0)
    of_size, of_tokens = np.exp(terms - total)
    slopes = [exponent * of_size * ratio, exponent * of_tokens, exponent * of_size * (size - n), total]
    return exponent * total, np.stack(slopes, axis=1)


def _shifted(p: Array, n: Array, d: Array) -> tuple[Array, Array]:
    a, b, e, alpha, beta, start = p
    grown = np.logaddexp(0.0, d - start)
    terms = np.stack([a - alpha * n, b - beta * grown, np.full_like(n, e)])
    total = logsumexp(terms, axis=0)
    of_size, of_tokens, floor = np.exp(terms - total)
    slopes = [of_size, of_tokens, floor, -of_size * n, -of_tokens * grown, of_tokens * beta * expit(d - start)]
    return total, np.stack(slopes, axis=1)


_WIDE = (-12.0, 12.0)
_FLOOR = (LEAST_FLOOR, 3.0)
_SOME = (0.15, 0.4, 0.8)
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form(
            "additive", "E + A/N^α + B/D^β", (_WIDE, _WIDE, _FLOOR, EXPONENTS, EXPONENTS),
            tuple((-1.0, -1.0, e, a, b) for e, a, b in product((-2.0, -0.5, 0.5), _SOME, _SOME)), _additive,
        ),
        Form(
            "no floor", "A/N^α + B/D^β", (_WIDE, _WIDE, EXPONENTS, EXPONENTS),
            tuple((level, level, a, b) for level, a, b in product((-1.0, 0.3), _SOME, _SOME)), _no_floor,
        ),
        Form(
            "Kaplan", "((N₀/N)^(α/β) + D₀/D)^β", (_WIDE, _WIDE, (0.02, 12.0), EXPONENTS),
            tuple((s, s, r, b) for s, r, b in product((0.0, 4.0), (0.4, 1.0, 3.0), (0.05, 0.2, 0.5))), _kaplan,
        ),
        Form(
            "late start", "E + A/N^α + B/(1 + D/D₀)^β",
            (_WIDE, _WIDE, _FLOOR, EXPONENTS, (0.02, 4.0), (-6.0, 6.0)),
            tuple((-1.0, 0.5, -0.5, a, b, s) for a, b, s in product(_SOME, _SOME, (-1.5, 0.5))), _shifted,
        ),
    )
}  # fmt: skip
"""The laws that are compared. The frontier's is the additive one, whichever of them wins here."""


@dataclass(frozen=True)
class Fit:
    """A law with its parameters, in centered units, and the misfit."""

    form: Form
    parameters: Array
    objective: float
    rms: float
    """Root mean square of the residuals in logs."""

    def ln_loss(self, grid: Grid, of: Grid) -> Array:
        """Ln loss for the cells of `of`, by a fit made on `grid`."""
        n = np.log(of.size) - np.log(grid.size).mean()
        d = np.log(of.tokens) - np.log(grid.tokens).mean()
        return self.form.predict(self.parameters, n, d)[0]


def fit(grid: Grid, form: Form, starts: tuple[tuple[float, ...], ...] | None = None) -> Fit:
    """The best fit of a form over all starts."""
    target, (low, high) = np.log(grid.loss), np.array(form.bounds).T
    results = [
        least_squares(
            lambda p: form.predict(p, grid.n, grid.d)[0] - target,
            np.clip(start, low + INSIDE, high - INSIDE),
            jac=lambda p: form.predict(p, grid.n, grid.d)[1],
            bounds=(low, high), loss="huber", f_scale=HUBER, x_scale="jac", ftol=1e-10, xtol=1e-9, gtol=1e-10,
            max_nfev=300,
        )
        for start in starts or form.starts
    ]  # fmt: skip
    best = min(results, key=lambda result: result.cost)
    residual = form.predict(best.x, grid.n, grid.d)[0] - target
    return Fit(form, best.x, float(best.cost), float(np.sqrt(np.mean(residual**2))))


NAMES = ("E", "A", "B", "alpha", "beta")


def natural(p: Array, grid: Grid) -> Array:
    """(E, A, B, α, β) from the centered parameters of the additive law."""
    a, b, e, alpha, beta = p
    return np.array(
        [np.exp(e), np.exp(a + alpha * np.log(grid.size).mean()), np.exp(b + beta * np.log(grid.tokens).mean()),
         alpha, beta]
    )  # fmt: skip


def bootstrap(grid: Grid, best: Fit, draws: int, seed: int) -> Array:
    """(draws, 5) correlated draws of (E, A, B, α, β): the additive law refitted to cells drawn with replacement."""
    generator, result = dice(seed, "bootstrap over cells"), []
    for _ in range(draws):
        chosen = generator.integers(0, len(grid.loss), len(grid.loss))
        sample = Grid(grid.size[chosen], grid.tokens[chosen], grid.loss[chosen])
        # The center moves with the sample: start from the same law, seen from there.
        shift_n = np.log(sample.size).mean() - np.log(grid.size).mean()
        shift_d = np.log(sample.tokens).mean() - np.log(grid.tokens).mean()
        a, b, e, alpha, beta = best.parameters
        start = (a - alpha * shift_n, b - beta * shift_d, e, alpha, beta)
        result.append(natural(fit(sample, best.form, (start, best.form.starts[0])).parameters, sample))
    return np.array(result)


def optimal_share(draws: Array) -> Array:
    """Exponent of the compute-optimal size, β/(α+β), from draws of (E, A, B, α, β)."""
    return draws[..., 4] / (draws[..., 3] + draws[..., 4])


def frontier_slope(draws: Array) -> Array:
    """γ = αβ/(α+β): how fast the reducible loss falls with compute when size and data grow together."""
    return draws[..., 3] * draws[..., 4] / (draws[..., 3] + draws[..., 4])


def identified(draws: Array) -> bool:
    """Whether γ is known to within a factor of two."""
    low, high = np.quantile(np.log(frontier_slope(draws)), [0.05, 0.95])
    return bool(high - low < IDENTIFIED)


def hold_out(grid: Grid, form: Form) -> tuple[float, float]:
    """Mean and largest relative error on the cells with the most compute, by a fit to the others."""
    held = np.argsort(grid.compute)[-max(round(TOP_SHARE * len(grid.loss)), 1) :]
    kept = np.setdiff1d(np.arange(len(grid.loss)), held)
    train, test = (Grid(grid.size[i], grid.tokens[i], grid.loss[i]) for i in (kept, held))
    error = np.abs(np.exp(fit(train, form).ln_loss(train, test) - np.log(test.loss)) - 1)
    return float(error.mean()), float(error.max())


@dataclass(frozen=True)
class Comparison:
    """Forms by their error on cells that they were not fitted to."""

    errors: dict[str, Array]
    """Form → (cells,) squared errors in logs."""

    def rms(self, name: str) -> float:
        """Root mean square error of a form, in logs."""
        return float(np.sqrt(self.errors[name].mean()))

    @property
    def best(self) -> str:
        """The form with the smallest error."""
        return min(self.errors, key=self.rms)

    @property
    def preferred(self) -> str:
        """The form with the fewest parameters whose error is within one standard error of the best one's."""
        best = self.errors[self.best]

        def close(name: str) -> bool:
            excess = self.errors[name] - best
            return bool(excess.mean() <= excess.std(ddof=1) / np.sqrt(len(excess)))

        return min(filter(close, self.errors), key=lambda name: (len(FORMS[name].bounds), self.rms(name)))

    @property
    def additive_loses(self) -> bool:
        """Whether the additive law's error is more than twice the best one's."""
        return self.rms("additive") > 2 * self.rms(self.best)


def leave_one_out(grid: Grid, fits: dict[str, Fit]) -> Comparison:
    """Every form's error on each cell, by a fit to all the others that starts from the fit to all."""
    errors: dict[str, list[float]] = {name: [] for name in FORMS}
    everything = np.arange(len(grid.loss))
    for name, form in FORMS.items():
        for cell in everything:
            kept, left = everything != cell, [cell]
            train, test = (Grid(grid.size[i], grid.tokens[i], grid.loss[i]) for i in (kept, left))
            starts = (tuple(fits[name].parameters), form.starts[0])
            error = fit(train, form, starts).ln_loss(train, test)
            errors[name].append(float((error - np.log(test.loss)).item() ** 2))
    return Comparison({name: np.array(values) for name, values in errors.items()})
