"""First-order indices of the ensemble as it is drawn, dependence included: the correlation ratio."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.quantities import Z90
from scenarios.schema import Scenario
from sim.analysis import rarity
from sim.analysis.inputs import LUCK, inputs_of
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import checked
from sim.ensemble import rng
from sim.ensemble.posterior_draws import points
from sim.ensemble.rng import Array, Streams
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.scalar import numbers_only
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

BINS = 24
MEMBERS = 4096


@dataclass(frozen=True, repr=False)
class Ratios(Short):
    """Share of the variance of an outcome that knowing one parameter takes away, in the ensemble as drawn."""

    outcome: str
    names: tuple[str, ...]
    ratio: Array
    """(inputs,), less what chance alone would show."""
    error: Array
    """(inputs,) half of the 90% interval, by the bootstrap."""
    luck: float | None
    """Share of the variance that chance has a part in: what is left when the dice are rolled again."""
    mean: float
    variance: float
    members: int
    note: str = ""
    """Why there are no ratios: they are NaN then, and `luck` is None."""

    def frame(self) -> pl.DataFrame:
        """One row per input: `as_drawn` with its 90% interval."""
        import polars as pl

        return pl.DataFrame({
            "input": (*self.names, LUCK), "as_drawn": (*self.ratio, self.luck),
            "as_drawn_low": (*(self.ratio - self.error), None), "as_drawn_high": (*(self.ratio + self.error), None),
        }, schema_overrides={"as_drawn": pl.Float64}).with_columns(pl.col(pl.Float64).fill_nan(None))  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """What does not stand in the frame."""
        return {"mean": self.mean, "variance": self.variance, "members": self.members, "luck": self.luck,
                "note": self.note}  # fmt: skip


@checked
def correlation_ratios(
    spec: Scenario,
    outcomes: Sequence[Asked],
    members: int = MEMBERS,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Ratios]:
    """Correlation ratios Var(E[Y | X]) / Var(Y) over bins of equal mass, corrected like an adjusted R².

    Independence is not needed: a parameter that goes together with another gets the credit for both.

    Raises:
        InputError: for an outcome that is no number in every future.
    """
    asked = outcomes_of(outcomes, spec)
    numbers_only(asked)
    names = [name for name in inputs_of(spec).names if name != LUCK]
    z, _ = points(spec, Streams(seed, 0, members, 1))
    tasks = [Task(spec, asked, members, seed, first, scores=z, parameters=True) for first in (0, members)]
    answer, again = evaluate_all(tasks, executor, progress)
    x = np.stack([answer[f"parameter.{name}"] for name in names])
    bins = np.stack([bin_numbers(row) for row in x])
    chance = rng.generator(seed, "correlation ratio bootstrap")
    resamples = chance.integers(0, members, (50, members))
    results = []
    for outcome in asked:
        y = answer[str(outcome)]
        mean, variance = float(y.mean()), float(y.var())
        if note := rarity.note(y, outcome.is_share):
            none = np.full(len(names), np.nan)
            results.append(Ratios(str(outcome), tuple(names), none, none, None, mean, variance, members, note))
            continue
        found = np.array([ratio(row, y) for row in bins])
        spread = np.array([[ratio(row[pick], y[pick]) for row in bins] for pick in resamples])
        error = Z90 * spread.std(axis=0)
        luck = luck_of(y, again[str(outcome)])
        results.append(Ratios(str(outcome), tuple(names), found, error, luck, mean, variance, members))
    return results


def bin_numbers(x: Array) -> NDArray[np.intp]:
    """Which bin of equal mass each value is in; values that are equal are in one bin."""
    edges = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, x, side="left")


def ratio(bins: NDArray[np.intp], y: Array) -> float:
    """Share of the variance of `y` between bins, adjusted for their number."""
    counts = np.bincount(bins)
    used = counts > 0
    means = np.bincount(bins, y)[used] / counts[used]
    within = ((y - np.repeat(y.mean(), y.size)) ** 2).sum() - (counts[used] * (means - y.mean()) ** 2).sum()
    degrees = y.size - used.sum()
    whole = y.var(ddof=1)
    return float(1 - (within / degrees) / whole) if whole > 0 and degrees > 0 else 0.0


def luck_of(y: Array, again: Array) -> float:
    """Share of the variance that chance has a part in, from values with the same parameters and other dice."""
    variance = np.concatenate([y, again]).var()
    return float(np.mean((y - again) ** 2) / 2 / variance) if variance > 0 else 0.0
