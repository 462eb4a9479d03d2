"""Shapley effects: the variance of an outcome divided among inputs that depend on each other, from a given sample.

What a set of inputs is worth is the variance that it explains, Var(E[Y | X_S]); the Shapley effect of an input is what
it adds to that on average over all orders of learning them (Owen 2014; Song, Nelson and Staum 2016), of which random
ones are taken here. The effects add up to the variance, also where inputs depend on each other. What a set explains is
estimated from the sample itself, by regression on polynomials of its inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import InputError
from scenarios.quantities import Z90
from scenarios.schema import Scenario
from sim.analysis import rarity
from sim.analysis.correlation_ratio import MEMBERS
from sim.analysis.inputs import LUCK, inputs_of
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import check_runs, checked
from sim.ensemble import rng
from sim.ensemble.posterior_draws import points
from sim.ensemble.rng import Array, Streams
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.scalar import numbers_only
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

PERMUTATIONS = 128
"""Orders of the inputs over which effects are averaged by default: half are the reverse of the other half."""
DEGREE = 3
"""Highest power of an input's normal score in the regression."""
PAIRED = 8
"""Inputs that explain most alone, whose products two by two are in the regression too."""
FEW_VALUES = 6
"""An input with so many different values at most is a choice: each value is a column of its own."""
RESAMPLES = 24
"""Bootstrap samples behind the standard errors."""
PER_COLUMN = 10
"""Futures for each column of the regression, at least."""
BOOTSTRAPPED = 32
"""Orders over which each bootstrap sample is averaged: the spread between samples hardly depends on them."""
RIDGE = 1e-9
"""Added to the diagonal of the correlations of columns, so that two that are nearly one do no harm."""


@dataclass(frozen=True, repr=False)
class Effects(Short):
    """Shares of the variance of an outcome by input; with `luck` and `rest` they add up to one."""

    outcome: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    share: Array
    """(inputs,) Shapley effect as a share of the variance."""
    error: Array
    """(inputs,) its standard error, from the futures of the sample and the orders that were drawn."""
    luck: float | None
    """Share that chance has a part in: what is left when all inputs are known."""
    rest: float
    """Share that the regression does not divide: interactions of three inputs or of rarer pairs, or sharp bends. With
    `luck` None, chance is in it too."""
    mean: float
    variance: float
    members: int
    permutations: int
    note: str = ""
    """Why there are no effects: they are NaN then."""

    def frame(self) -> pl.DataFrame:
        """One row per input, the largest effect first, with its standard error and 90% interval; then what is left."""
        import polars as pl

        order = np.argsort(-np.nan_to_num(self.share), kind="stable").tolist()
        more = [(LUCK, "Chance, all of it", self.luck), ("rest", "Not divided by the regression", self.rest)]
        kept = [row for row in more if row[2] is not None]
        half = [*(Z90 * self.error[order]), *(None for _ in kept)]
        share = [*self.share[order], *(row[2] for row in kept)]
        return pl.DataFrame({
            "input": [*(self.names[i] for i in order), *(row[0] for row in kept)],
            "label": [*(self.labels[i] for i in order), *(row[1] for row in kept)],
            "shapley": share, "standard_error": [*self.error[order], *(None for _ in kept)],
            "shapley_low": [None if h is None else s - h for s, h in zip(share, half, strict=True)],
            "shapley_high": [None if h is None else s + h for s, h in zip(share, half, strict=True)],
        }, strict=False, schema_overrides=dict.fromkeys(
            ("shapley", "standard_error", "shapley_low", "shapley_high"), pl.Float64)
        ).with_columns(pl.col(pl.Float64).fill_nan(None))  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """The effects as plain values; None where there are none, and `note` says why."""
        return {
            "outcome": self.outcome, "mean": self.mean, "variance": self.variance, "members": self.members,
            "permutations": self.permutations, "note": self.note, "effects": self.frame().to_dicts(),
        }  # fmt: skip


@checked
def shapley_effects(
    spec: Scenario,
    outcomes: Sequence[Asked],
    members: int = MEMBERS,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Effects]:
    """Shapley effects of all uncertain inputs in the ensemble as it is drawn, dependence included.

    All members are simulated twice, the second time with other chance events: what differs is chance's.

    Args:
        spec: the scenario.
        outcomes: numbers that exist in every future: names, or functions of a run.
        members: futures of the sample; the shipped draws are 4,096, and beyond those parameters repeat.
        permutations: orders of the inputs, an even number.
        seed: names the dice, the orders and the bootstrap.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).

    Raises:
        InputError: for an outcome that is no number in every future, too few futures or orders, or a scenario without
            uncertain inputs.
    """
    asked = outcomes_of(outcomes, spec)
    numbers_only(asked)
    rng.check_seed(seed)
    check_runs(members, fewest=2)
    inputs = inputs_of(spec)
    names = [name for name in inputs.names if name != LUCK]
    if not names:
        raise InputError(f"{spec.name} has no uncertain inputs; there is nothing to divide")
    z, _ = points(spec, Streams(seed, 0, members, 1))
    tasks = [Task(spec, asked, members, seed, first, scores=z, parameters=True) for first in (0, members)]
    answer, again = evaluate_all(tasks, executor, progress)
    x = np.stack([answer[f"parameter.{name}"] for name in names])
    found = []
    for outcome in asked:
        y, other = answer[str(outcome)], again[str(outcome)]
        note = rarity.note(y, outcome.is_share)
        found.append(_effects(str(outcome), x, y, names, inputs.labels[: len(names)], other, permutations, seed, note))
    return found


@checked
def of_sample(
    x: Array,
    y: Array,
    names: Sequence[str],
    again: Array | None = None,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Effects:
    """The same for any sample, such as one of a study that stores its parameters.

    Args:
        x: (inputs, n) values of the inputs.
        y: (n,) the outcome.
        names: of the inputs.
        again: (n,) the outcome with the same inputs and other chance events, where there is chance.
        permutations: orders of the inputs, an even number.
        seed: names the orders and the bootstrap.

    Raises:
        InputError: for arrays that do not fit together or are not finite, an outcome that is the same everywhere, too
            few values for so many inputs, or too few orders.
    """
    x, y = np.atleast_2d(np.asarray(x, float)), np.asarray(y, float)
    if y.ndim != 1 or x.shape != (len(names), y.size) or (again is not None and np.shape(again) != y.shape):
        raise InputError(f"x has the shape {x.shape} and y {y.shape}; give (inputs, n) and (n,), and a name per input")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (again is None or np.isfinite(again).all())):
        raise InputError("x, y and again must be finite; leave out rows without a value")
    return _effects("sample", x, y, names, tuple(names), again, permutations, seed)


@dataclass(frozen=True)
class _Columns:
    """What the regression has of the inputs."""

    values: Array
    """(n, columns), each with mean 0 and variance 1."""
    inputs: NDArray[np.bool_]
    """(columns, inputs) which inputs a column is made of."""


def _effects(
    outcome: str, x: Array, y: Array, names: Sequence[str], labels: tuple[str, ...], again: Array | None,
    permutations: int, seed: int, note: str = "",
) -> Effects:  # fmt: skip
    if permutations < 2 or permutations % 2:
        raise InputError(f"permutations is {permutations}; give an even number of 2 or more")
    variance, count = float(y.var()), len(names)
    facts = (float(y.mean()), variance, y.size, permutations)
    if note:
        none = np.full(count, np.nan)
        return Effects(outcome, tuple(names), labels, none, none, None, np.nan, *facts, note)
    if variance <= 1e-18 * max(1.0, float(np.abs(y).max()) ** 2):
        raise InputError(f"outcome '{outcome}' is {y[0]:g} in all {y.size:,} futures; there is nothing to explain")
    columns = _columns(x, y)
    if y.size < PER_COLUMN * columns.values.shape[1]:
        raise InputError(
            f"{y.size:,} futures are too few for {count} inputs; give {PER_COLUMN * columns.values.shape[1]:,} or more"
        )
    orders = _orders(count, permutations, seed)
    each = _added(columns, y, orders)
    picks = rng.generator(seed, "shapley bootstrap").integers(0, y.size, (RESAMPLES, y.size))
    spread = np.stack([
        _added(_Columns(columns.values[pick], columns.inputs), y[pick], orders[:BOOTSTRAPPED]).mean(axis=0)
        for pick in picks
    ])  # fmt: skip
    pairs = each.reshape(-1, 2, count).mean(axis=1)  # an order and its reverse are no two independent ones
    drawn = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs)) if len(pairs) > 1 else np.zeros(count)
    share = each.mean(axis=0)
    luck = None if again is None else float(np.mean((y - again) ** 2) / 2 / variance)
    rest = float(1 - share.sum() - (luck or 0.0))
    return Effects(
        outcome, tuple(names), labels, share, np.hypot(spread.std(axis=0, ddof=1), drawn), luck, rest, *facts
    )


def _columns(x: Array, y: Array) -> _Columns:
    """Polynomials of each input, and products of the scores of those that explain most alone."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    count, n = x.shape
    made: list[tuple[Array, tuple[int, ...]]] = []
    scores = np.zeros((count, n))
    for i, row in enumerate(x):
        different = np.unique(row)
        scores[i] = ndtri((rankdata(row) - 0.5) / n)
        if different.size <= FEW_VALUES:
            made += [((row == value).astype(float), (i,)) for value in different[1:]]
        else:
            made += [(scores[i] ** power, (i,)) for power in range(1, DEGREE + 1)]
    alone = [float(np.corrcoef(row, y)[0, 1] ** 2) if np.ptp(row) > 0 else 0.0 for row in scores]
    most = sorted(np.argsort(alone)[::-1][:PAIRED].tolist())
    made += [(scores[a] * scores[b], (a, b)) for k, a in enumerate(most) for b in most[k + 1 :]]
    kept = [(column, of) for column, of in made if np.ptp(column) > 0]
    values = np.stack([(column - column.mean()) / column.std() for column, _ in kept], axis=1)
    inputs = np.zeros((len(kept), count), bool)
    for row, (_, of) in enumerate(kept):
        inputs[row, list(of)] = True
    return _Columns(values, inputs)


def _orders(count: int, permutations: int, seed: int) -> NDArray[np.intp]:
    """(permutations, inputs) orders of the inputs, each followed by its reverse, which evens out who comes first."""
    chance = rng.generator(seed, "shapley orders")
    half = np.stack([chance.permutation(count) for _ in range(permutations // 2)])
    return np.stack([half, half[:, ::-1]], axis=1).reshape(permutations, count)


def _added(columns: _Columns, y: Array, orders: NDArray[np.intp]) -> Array:
    """(orders, inputs) share of the variance that each input adds in each order, adjusted for the number of columns."""
    from scipy.linalg import cholesky, solve_triangular

    n, count = y.size, columns.inputs.shape[1]
    centered, wanted = columns.values - columns.values.mean(axis=0), y - y.mean()
    gram = centered.T @ centered / n + RIDGE * np.eye(centered.shape[1])
    moments, whole = centered.T @ wanted / n, float(wanted @ wanted) / n
    found = np.zeros(orders.shape)
    for row, order in enumerate(orders):
        place = np.empty(count, int)
        place[order] = np.arange(count)
        known = np.where(columns.inputs, place, -1).max(axis=1)  # when the last input of a column is learned
        by = np.argsort(known, kind="stable")
        factor = cholesky(gram[np.ix_(by, by)], lower=True, overwrite_a=True, check_finite=False)
        steps = solve_triangular(factor, moments[by], lower=True, check_finite=False)
        explained = np.cumsum(np.bincount(known[by], steps**2, count)) / whole
        used = np.cumsum(np.bincount(known[by], minlength=count))
        adjusted = 1 - (1 - explained) * (n - 1) / (n - 1 - used)
        found[row, order] = np.diff(adjusted, prepend=0.0)
    return found
