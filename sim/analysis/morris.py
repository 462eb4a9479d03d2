"""Morris screening: which inputs matter at all, for a few runs per input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError
from scenarios.schema import Scenario
from sim import checkout
from sim.analysis.inputs import LUCK, inputs_of
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import checked
from sim.ensemble import rng
from sim.ensemble.rng import Array
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.scalar import numbers_only
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

LEVELS = 8
EDGE = 0.02
"""The grid goes from this quantile to one less it: a parameter has no value at the quantiles 0 and 1."""


@dataclass(frozen=True, repr=False)
class Screening(Short):
    """Elementary effects of one outcome, in its unit, per step of the grid over the whole range of an input."""

    outcome: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    mu: Array
    """(inputs,) mean effect."""
    mu_star: Array
    """(inputs,) mean absolute effect."""
    sigma: Array
    """(inputs,) its spread: large where the effect depends on other inputs or is not linear."""
    error: Array
    """(inputs,) half of the 90% interval of `mu_star`."""
    trajectories: int
    note: str = ""
    """Why no input stands out."""

    def frame(self) -> pl.DataFrame:
        """One row per input, largest mean absolute effect first."""
        import polars as pl

        return pl.DataFrame({
            "input": self.names, "label": self.labels, "mu": self.mu, "mu_star": self.mu_star, "sigma": self.sigma,
            "mu_star_low": self.mu_star - self.error, "mu_star_high": self.mu_star + self.error,
        })[np.argsort(-self.mu_star, kind="stable").tolist()]  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """The effects as plain values."""
        return {"outcome": self.outcome, "trajectories": self.trajectories, "note": self.note,
                "effects": self.frame().to_dicts()}  # fmt: skip


@checked
def morris(
    spec: Scenario,
    outcomes: Sequence[Asked],
    trajectories: int = 32,
    seed: int = 0,
    only: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Screening]:
    """Screen the inputs of a scenario by the method of Morris (1991) with mu* of Campolongo et al. (2007), by SALib.

    Every trajectory has the dice of one member from its first to its last step: an effect is then of the input and
    not of chance.

    Raises:
        InputError: for a wrong number, outcome or name, or without SALib.
    """
    asked = outcomes_of(outcomes, spec)
    numbers_only(asked)
    if not 4 <= trajectories <= 4096:
        raise InputError(f"trajectories is {trajectories}; give 4 to 4096")
    rng.check_seed(seed)
    inputs = inputs_of(spec, only)
    names = tuple(name for name in inputs.names if name != LUCK)
    if len(names) < 2:
        raise InputError("screening needs two inputs or more")
    points = _sampled(names, trajectories, seed)
    steps = len(names) + 1
    by_member = points.reshape(trajectories, steps, len(names))
    # One task per step of all trajectories: its members are the trajectories.
    tasks = [Task(spec, asked, trajectories, seed, scores=inputs.scores(by_member[:, step].T)) for step in range(steps)]
    answers = evaluate_all(tasks, executor, progress)
    labels = inputs.labels[: len(names)]
    results = []
    for outcome in asked:
        y = np.stack([answer[str(outcome)] for answer in answers], axis=1).ravel()
        results.append(_analysed(str(outcome), names, labels, points, y, seed))
    return results


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[EDGE, 1 - EDGE]] * len(names)}


def _sampled(names: Sequence[str], trajectories: int, seed: int) -> Array:
    """Trajectories × steps rows of uniforms."""
    try:
        from SALib.sample import morris as sampler
    except ImportError as error:
        raise InputError(f"Morris screening needs SALib: {checkout.extra('analysis')}") from error
    number = int(rng.generator(seed, "morris design").integers(2**31))
    return np.asarray(sampler.sample(_problem(names), trajectories, num_levels=LEVELS, seed=number))


def _analysed(
    outcome: str, names: tuple[str, ...], labels: tuple[str, ...], points: Array, y: Array, seed: int
) -> Screening:
    from SALib.analyze import morris as analyzer

    number = int(rng.generator(seed, "morris bootstrap").integers(2**31))
    found = analyzer.analyze(_problem(names), points, y, conf_level=0.9, num_levels=LEVELS, seed=number)
    values = {name: np.asarray(found[name], dtype=float) for name in ("mu", "mu_star", "sigma", "mu_star_conf")}
    note = "" if np.ptp(y) > 0 else f"it is {y[0]:g} in all {len(y):,} futures, so that no input moves it"
    return Screening(
        outcome, names, labels, values["mu"], values["mu_star"], values["sigma"], values["mu_star_conf"],
        len(y) // (len(names) + 1), note,
    )  # fmt: skip


def of_function(
    call: Callable[[Array], Array], names: Sequence[str], trajectories: int = 32, seed: int = 0
) -> Screening:
    """The same for any function of uniforms, (inputs, n) → (n,)."""
    points = _sampled(names, trajectories, seed)
    return _analysed("function", tuple(names), tuple(names), points, call(points.T), seed)
