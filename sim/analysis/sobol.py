"""Sobol indices: which uncertain inputs drive an outcome, alone and with others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import InputError
from scenarios.schema import Scenario
from sim.analysis import rarity
from sim.analysis.inputs import Inputs, inputs_of
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import checked
from sim.engine.chunk import CHUNK
from sim.ensemble import rng
from sim.ensemble.rng import Array
from sim.ensemble.sampling import check_sobol
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.scalar import Outcome, numbers_only
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

CONFIDENCE = 0.9
RESAMPLES = 999
FEWEST_SAMPLES = 16
ABOVE = (
    "an index above 100 hundredths is an error of estimation, since no input explains more than all of the variance: "
    "read its interval, and take more samples"
)
"""Said where an index is larger than it can be."""


@dataclass(frozen=True, repr=False)
class Indices(Short):
    """First-order and total indices of one outcome, with 90% bootstrap intervals."""

    outcome: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    first: Array
    """(3, inputs): estimate, low, high of the share of the variance that the input explains alone."""
    total: Array
    """(3, inputs): the same for all that the input has a part in."""
    mean: float
    """Mean of the sample, in which inputs are independent: not that of the ensemble as drawn."""
    variance: float
    samples: int
    """Rows of the design, N; runs are N × (inputs + 2)."""
    note: str = ""
    """Why there are no indices (they are NaN then), or what is odd about them."""

    @property
    def futures(self) -> int:
        """Futures that were simulated for it."""
        return self.samples * (len(self.names) + 2)

    @property
    def order(self) -> NDArray[np.intp]:
        """Inputs by their total index, largest first."""
        return np.argsort(-self.total[0], kind="stable")

    def frame(self) -> pl.DataFrame:
        """One row per input, largest total index first."""
        import polars as pl

        columns: dict[str, Any] = {"input": self.names, "label": self.labels}
        for name, values in (("first", self.first), ("total", self.total)):
            columns |= {name: values[0], f"{name}_low": values[1], f"{name}_high": values[2]}
        return pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))[self.order.tolist()]

    def summary(self) -> dict[str, Any]:
        """The indices as plain values; None where there are none, and `note` says why."""
        first = float(self.first[0].sum())
        return {
            "outcome": self.outcome, "mean": self.mean, "variance": self.variance, "samples": self.samples,
            "futures": self.futures, "sum_of_first": None if np.isnan(first) else first,
            "note": self.note, "indices": self.frame().to_dicts(),
        }  # fmt: skip


@checked
def sobol(
    spec: Scenario,
    outcomes: Sequence[Asked],
    samples: int = 1024,
    seed: int = 0,
    only: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Indices]:
    """Sobol indices of outcomes by the design of Saltelli et al. (2010) on scrambled Sobol points.

    Chance is an input like any other: the rows of A have the dice of members 0 … N − 1, those of B of N … 2N − 1.

    Args:
        spec: the scenario; with `weighting: history` inputs have the marginals of the shipped draws.
        outcomes: numbers that exist in every future: names, or functions of a run.
        samples: N, a power of two.
        seed: names the design and the dice.
        only: names of some inputs; the others stand at their medians.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).

    Raises:
        InputError: for a wrong N, outcome or name, or when an outcome is the same in every future.
    """
    asked = outcomes_of(outcomes, spec)
    numbers_only(asked)
    check_sobol("samples", samples, FEWEST_SAMPLES)
    rng.check_seed(seed)
    inputs = inputs_of(spec, only)
    if not inputs.columns or len(inputs.names) < 2:
        raise InputError(
            "inputs: one alone has nothing to share the variance with; name a parameter beside luck, or two"
        )
    tasks, matrices = _tasks(inputs, asked, samples, seed), len(inputs.names) + 2
    answers = evaluate_all(tasks, executor, progress, total=samples * matrices)
    values = _assembled(answers, matrices)
    return [
        _indices(str(outcome), inputs.names, inputs.labels, values[str(outcome)], seed, outcome.is_share)
        for outcome in asked
    ]


def design(dimensions: int, samples: int, seed: int) -> tuple[Array, Array]:
    """The matrices A and B as uniforms, (dimensions, N) each, strictly inside (0, 1)."""
    from scipy.stats import qmc

    engine = qmc.Sobol(2 * dimensions, scramble=True, rng=rng.spawning(seed, "sensitivity design"))
    points = np.clip(rng.sobol_points(engine, samples).T, 1e-9, 1 - 1e-9)
    return points[:dimensions], points[dimensions:]


def _tasks(inputs: Inputs, outcomes: tuple[Outcome, ...], samples: int, seed: int) -> Iterator[Task]:
    """Blocks of rows; of each block A, every A with one column of B, A with the dice of B, and B."""
    a, b = design(len(inputs.columns), samples, seed)

    def task(u: Array, first: int) -> Task:
        return Task(inputs.spec, outcomes, u.shape[1], seed, first, scores=inputs.scores(u))

    for begin in range(0, samples, CHUNK):
        rows = slice(begin, min(begin + CHUNK, samples))
        later = samples + begin if inputs.with_luck else begin
        yield task(a[:, rows], begin)
        for i in range(len(inputs.columns)):
            u = a[:, rows].copy()
            u[i] = b[i, rows]
            yield task(u, begin)
        if inputs.with_luck:
            yield task(a[:, rows], later)
        yield task(b[:, rows], later)


def _assembled(answers: list[dict[str, Array]], matrices: int) -> dict[str, Array]:
    """Outcome → (matrices, N), in the order A, A with a column of B, …, B."""
    blocks = [answers[i : i + matrices] for i in range(0, len(answers), matrices)]
    return {
        name: np.concatenate([np.stack([a[name] for a in block]) for block in blocks], axis=1) for name in answers[0]
    }


def _indices(
    outcome: str, names: tuple[str, ...], labels: tuple[str, ...], y: Array, seed: int, is_share: bool = False
) -> Indices:
    """Indices of an outcome from its values, (inputs + 2, N): A, A with a column of B …, B.

    An outcome that a handful of futures have has none: divided by a variance of almost nothing they could be anything.
    """
    from scipy.stats import sobol_indices

    f_a, f_ab, f_b = y[0], y[1:-1], y[-1]
    both = np.concatenate([f_a, f_b])
    if both.var() <= 1e-18 * max(1.0, float(np.abs(both).max()) ** 2):
        raise InputError(
            f"outcome '{outcome}' is {both[0]:g} in all {both.size:,} futures of the sample; there is nothing to "
            "explain: take more samples, or another outcome"
        )
    mean, variance = float(both.mean()), float(both.var())
    if note := rarity.note(both, is_share):
        none = np.full((3, len(names)), np.nan)
        return Indices(outcome, names, labels, none, none, mean, variance, f_a.size, note)
    found = sobol_indices(func={"f_A": f_a[None], "f_B": f_b[None], "f_AB": f_ab[:, None]}, n=f_a.size)
    first, total = _resampled(f_a, f_ab, f_b, seed)
    edges = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    intervals = [
        np.stack([point, *np.nanquantile(spread, edges, axis=0)])
        for point, spread in ((found.first_order, first), (found.total_order, total))
    ]
    note = ABOVE if max(float(interval[0].max()) for interval in intervals) > 1 else ""
    return Indices(outcome, names, labels, intervals[0], intervals[1], mean, variance, f_a.size, note)


def _resampled(f_a: Array, f_ab: Array, f_b: Array, seed: int) -> tuple[Array, Array]:
    """First-order and total indices of resampled rows, (resamples, inputs) each; NaN for rows that are all the same.

    The bootstrap of SciPy takes no seed, and an interval must come out the same twice; the estimators are SciPy's.
    """
    n = f_a.size
    picks = rng.generator(seed, "sensitivity bootstrap").integers(0, n, (RESAMPLES, n))
    weights = np.stack([np.bincount(pick, minlength=n) for pick in picks]) / n
    center = np.concatenate([f_a, f_b]).mean()
    a, ab, b = f_a - center, f_ab - center, f_b - center
    mean = weights @ (a + b) / 2
    variance = weights @ (a**2 + b**2) / 2 - mean**2
    variance[variance <= 1e-12 * np.var(np.concatenate([a, b]))] = np.nan
    first = weights @ (b * (ab - a)).T / variance[:, None]
    total = weights @ ((a - ab) ** 2).T / 2 / variance[:, None]
    return first, total


def of_function(call: Callable[[Array], Array], names: Sequence[str], samples: int = 1024, seed: int = 0) -> Indices:
    """Indices of any function of independent uniforms, (inputs, n) → (n,), by the same design and estimators."""
    a, b = design(len(names), samples, seed)
    rows = [call(a)]
    for i in range(len(names)):
        u = a.copy()
        u[i] = b[i]
        rows.append(call(u))
    return _indices("function", tuple(names), tuple(names), np.stack([*rows, call(b)]), seed)
