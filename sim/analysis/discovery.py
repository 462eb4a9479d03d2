"""Scenario discovery: which ranges of the uncertain inputs make an outcome likely (PRIM)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from scenarios.errors import InputError, unknown
from scenarios.parameters import parameters
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quantities import Choice
from scenarios.quarters import LAST_YEAR
from scenarios.schema import Scenario
from sim import checkout
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import checked
from sim.ensemble import posterior_draws, rng
from sim.ensemble.draws import distributions
from sim.ensemble.rng import Array, Streams
from sim.results.outcomes.asked import Asked, outcome_of, outcomes_of, roster
from sim.results.outcomes.scalar import Outcome, share_of
from sim.short import Short

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

FEWEST = 50
"""Futures with the outcome, at least, in each half: fewer say nothing about a box."""
MATTERS = 0.1
"""A restriction whose quasi-p-value is larger could be chance, and is dropped."""
LOWEST = 1e-9
"""Density that the library asks of a box at least; it also tells 1 from 0 by it, so it is not zero."""
PEEL = 0.05
"""Share of the futures in a box that one step of PRIM peels off."""
PER_POINT = 32
"""Members per setting, where levers are sampled too."""
PER_TASK = 1024
"""Members per simulation otherwise."""
LEVER = "lever."
"""Stands before the name of a sampled lever: some parameters have the name of a lever."""
COLUMNS = {
    "outcome": "String", "box": "Int64", "input": "String", "low": "Float64", "high": "Float64",
    "low_percentile": "Float64", "high_percentile": "Float64", "values": "String", "p": "Float64",
    "coverage": "Float64", "density": "Float64", "mass": "Float64", "coverage_found": "Float64",
    "density_found": "Float64", "base": "Float64",
}  # fmt: skip
"""Columns of the table of boxes, with their types in polars: the same where a column or the whole table is empty."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Question:
    """A yes-or-no question of every future: a share, or a number against a threshold."""

    outcome: Outcome
    sign: str = ""
    threshold: float = 0.0

    def __str__(self) -> str:
        return str(self.outcome) + (f"{self.sign}{self.threshold:g}" if self.sign else "")

    @property
    def until(self) -> int:
        """The year to whose end a run must go: a question about a year has to reach it."""
        if self.sign and not self.outcome.date and self.outcome.unit == "year":
            return max(self.outcome.until, int(np.ceil(self.threshold)))
        return self.outcome.until

    def of(self, values: Array) -> Bools:
        """Whether it holds."""
        if not self.sign:
            return values > 0.5
        with np.errstate(invalid="ignore"):  # what does not exist fulfills nothing
            return values >= self.threshold if self.sign == ">=" else values <= self.threshold


@checked
def question(
    text: Asked, actors: Sequence[str] = (), at_least: float | None = None, at_most: float | None = None
) -> Question:
    """A question from `us_ahead@2032`, `lead_months@2030>=12` or `crossing_year.china<=2030`, or from a function.

    Args:
        text: the question; a function of a run that gives yes or no, or a number with one of the limits.
        actors: actors of the scenario; those of the table by default.
        at_least: the limit of a number that has to be reached.
        at_most: the limit of a number that has to be kept.

    Raises:
        InputError: where it is none.
    """
    if at_least is not None or at_most is not None:
        if at_least is not None and at_most is not None:
            raise InputError("at_least and at_most: a question has one limit; give one of them")
        outcome = outcome_of(text, actors)
        return _limited(outcome, "<=", at_most) if at_least is None else _limited(outcome, ">=", at_least)
    if not isinstance(text, str):
        return _share(outcome_of(text), str(outcome_of(text)))
    for sign in (">=", "<="):
        name, found, limit = text.partition(sign)
        if found:
            return _limited(outcome_of(name.strip(), actors), sign, limit, text)
    return _share(outcome_of(text, actors), text)


def _limited(outcome: Outcome, sign: str, limit: Any, text: str = "") -> Question:
    text = text or f"{outcome}{sign}{limit}"
    _no_class(outcome, text)
    try:
        asked = Question(outcome, sign, float(limit))
    except ValueError:
        raise InputError(f"outcome {text!r}: {limit!r} is no number") from None
    if not np.isfinite(asked.threshold):
        raise InputError(f"outcome {text!r}: {limit!r} is not a finite number")
    if asked.until > LAST_YEAR:
        raise InputError(f"outcome {text!r}: a run goes to {LAST_YEAR} at the latest")
    return asked


def _share(outcome: Outcome, text: str) -> Question:
    if not _no_class(outcome, text).is_share:
        limit = f"{text}>=12" if outcome.date or not hasattr(outcome, "function") else "question(…, at_least=12)"
        raise InputError(f"outcome {text!r} is a number; ask for a share, or set a limit: {limit}")
    return Question(outcome)


def _no_class(outcome: Outcome, text: str) -> Outcome:
    if outcome.is_class:
        raise InputError(f"outcome {text!r} is a class; ask for {share_of(outcome)}")
    return outcome


@dataclass(frozen=True)
class Limit:
    """A restriction of one input."""

    name: str
    label: str
    low: float | None
    """Lowest value inside; None where it is open."""
    high: float | None
    low_percentile: float
    high_percentile: float
    """The same as percentiles of the values drawn."""
    values: tuple[float, ...] = ()
    """Values inside, where the input is a choice between forms."""
    p: float = 0.0
    """Quasi-p-value: the chance of so dense a box if this restriction did nothing."""


@dataclass(frozen=True)
class Quality:
    """How good a box is in some futures."""

    coverage: float
    """Share of all futures with the outcome that lie in the box."""
    density: float
    """Share of the futures in the box that have the outcome."""
    mass: float
    """Share of all futures that lie in the box."""
    base: float
    """Share of all futures with the outcome."""


@dataclass(frozen=True)
class Box:
    """Ranges of some inputs."""

    limits: tuple[Limit, ...]
    found_in: Quality
    """In the futures that it was looked for in."""
    held_out: Quality
    """In futures with other parameters, which it has not seen: the honest figures."""


@dataclass(frozen=True, repr=False)
class Discovery(Short):
    """Boxes for one question."""

    spec: Scenario
    question: Question
    base: float
    """Share of all futures with the outcome."""
    futures: int
    boxes: tuple[Box, ...]
    note: str = ""
    """Why there is no box, or not the one that was asked for."""

    def frame(self) -> pl.DataFrame:
        """One row per restriction of each box."""
        import polars as pl

        rows = [
            {"outcome": str(self.question), "box": number, "input": limit.name, "low": limit.low, "high": limit.high,
             "low_percentile": limit.low_percentile, "high_percentile": limit.high_percentile,
             "values": ", ".join(f"{value:g}" for value in limit.values), "p": limit.p,
             "coverage": box.held_out.coverage, "density": box.held_out.density, "mass": box.held_out.mass,
             "coverage_found": box.found_in.coverage, "density_found": box.found_in.density, "base": self.base}
            for number, box in enumerate(self.boxes, start=1) for limit in box.limits
        ]  # fmt: skip
        return pl.DataFrame(rows, schema={name: getattr(pl, kind) for name, kind in COLUMNS.items()})

    def summary(self) -> dict[str, Any]:
        """The boxes as plain values."""
        boxes = [
            {"limits": [vars(limit) for limit in box.limits], "found_in": vars(box.found_in),
             "held_out": vars(box.held_out)} for box in self.boxes
        ]  # fmt: skip
        return {"scenario": self.spec.name, "outcome": str(self.question), "base": self.base, "futures": self.futures,
                "boxes": boxes, "note": self.note}  # fmt: skip


@checked
def discover(
    spec: Scenario,
    questions: Sequence[Question | Asked],
    members: int = 8192,
    levers: Mapping[str, tuple[float, float]] | None = None,
    boxes: int = 1,
    density: float | None = None,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Discovery]:
    """Look for boxes of inputs in which an outcome is common, and test them on parameters they have not seen.

    Half of the parameter draws are for looking and half for testing; members with the same draw and other luck stay on
    one side. Restrictions that could be chance are dropped.

    Args:
        spec: the scenario.
        questions: what to look for, such as `us_ahead@2032`, or a function of a run that gives yes or no; all are
            answered by the same futures.
        members: futures, 512 at least.
        levers: ranges of levers that are sampled too, as further inputs.
        boxes: how many boxes to look for, each in what the ones before leave.
        density: take the first box that is so dense; by default the one with the largest mass × (density − base).
        seed: names the dice and the halves.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).

    Raises:
        InputError: for wrong numbers or levers, or without ema_workbench.
    """
    if density is not None and not 0 < density <= 1:
        raise InputError(f"density is {density:g}; give a share of futures between 0 and 1")
    if not 512 <= members <= 1_000_000:
        raise InputError(f"members is {members}; give 512 to 1,000,000")
    prim = _prim()
    found: dict[Question, Discovery] = {}
    every = [q if isinstance(q, Question) else question(q, roster([spec])) for q in questions]
    outcomes_of([q.outcome for q in every], spec)  # refuses two of one name
    horizons = sorted({q.until for q in every})
    for until in horizons:  # each its own run: what is asked beside a question must not change its answer
        asked = [q for q in every if q.until == until]
        tasks, settings = _tasks(spec, asked, members, levers or {}, seed, until)
        answers = evaluate_all(tasks, executor, progress)
        answer = {name: np.concatenate([a[name] for a in answers]) for name in answers[0]}
        inputs = _inputs(spec, answer) | settings
        looking = _half(spec, tasks, seed)
        for q in asked:
            y = q.of(answer[str(q.outcome)])
            found[q] = _discovery(prim, spec, q, inputs, y, looking, boxes, density)
    return [found[q] for q in every]


def _prim() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about optional parts of the library that are not needed here
            from ema_workbench.analysis import prim
    except ImportError as error:
        raise InputError(f"discovery needs ema_workbench: {checkout.extra('analysis')}") from error
    return prim


def _tasks(
    spec: Scenario,
    questions: Sequence[Question],
    members: int,
    levers: Mapping[str, tuple[float, float]],
    seed: int,
    until: int,
) -> tuple[list[Task], dict[str, Array]]:
    """Simulations, and the lever settings of all their members in order."""
    outcomes = tuple({str(q.outcome): q.outcome for q in questions}.values())
    if not levers:
        return [
            Task(spec, outcomes, min(PER_TASK, members - i), seed, i, until, parameters=True)
            for i in range(0, members, PER_TASK)
        ], {}
    for name in levers:
        if name not in ALL_LEVERS:
            raise unknown("lever", name, ALL_LEVERS, "levers")
    low, high = (np.array([span[end] for span in levers.values()]) for end in (0, 1))
    if not (low < high).all():
        raise InputError("levers: the lower end of a range must be below the upper one")
    for ends in (low, high):  # refused here, where the ends are what was written
        spec.with_levers(**dict(zip(levers, map(float, ends), strict=True)))
    count = -(-members // PER_POINT)
    chance = rng.spawning(seed, "discovery levers")
    rows = low + (high - low) * qmc.LatinHypercube(len(levers), rng=chance).random(count)
    tasks = [
        Task(spec.with_levers(**dict(zip(levers, map(float, row), strict=True))), outcomes, PER_POINT, seed,
             i * PER_POINT, until, parameters=True)
        for i, row in enumerate(rows)
    ]  # fmt: skip
    return tasks, {LEVER + name: np.repeat(column, PER_POINT) for name, column in zip(levers, rows.T, strict=True)}


def _inputs(spec: Scenario, answer: Mapping[str, Array]) -> dict[str, Array]:
    """Parameters that differ between futures."""
    found = {name: answer[f"parameter.{name}"] for name in distributions(spec)}
    return {name: values for name, values in found.items() if values.min() < values.max()}


def _half(spec: Scenario, tasks: Sequence[Task], seed: int) -> Bools:
    """Which members are for looking: half of the parameter draws, drawn at random."""
    chance = rng.generator(seed, "discovery halves")
    members = np.concatenate([np.arange(task.first, task.first + task.runs) for task in tasks])
    if spec.weighting == "none":  # every member has parameters of its own
        return chance.random(members.size) < 0.5
    scores = posterior_draws.weighed(spec.data_until).scores
    # Some of the shipped draws are equal: they are one.
    _, same = np.unique(scores.T, axis=0, return_inverse=True)
    draw = same.ravel()[Streams(seed, 0, int(members.max()) + 1, 1).picks(scores.shape[1])[members]]
    return np.asarray((chance.random(int(same.max()) + 1) < 0.5)[draw])


def _discovery(
    prim: Any,
    spec: Scenario,
    q: Question,
    inputs: dict[str, Array],
    y: Bools,
    looking: Bools,
    boxes: int,
    density: float | None,
) -> Discovery:
    base, size = float(y.mean()), y.size
    few, many = (int(min(side[looking].sum(), side[~looking].sum())) for side in (y, ~y))
    if min(few, many) < FEWEST:
        note = f"{y.sum():,} of {size:,} futures have it; a box needs {FEWEST} with and without in each half"
        return Discovery(spec, q, base, size, (), note)
    if density is not None and density <= base:
        return Discovery(spec, q, base, size, (), f"all futures are as dense as that: {100 * base:.0f} in 100 have it")
    drawn = {name: distribution for name, (_, distribution) in distributions(spec).items()}
    choices = [name for name in inputs if isinstance(getattr(drawn.get(name), "prior", drawn.get(name)), Choice)]
    found: list[Box] = []
    left = np.ones(size, dtype=bool)
    for _ in range(boxes):
        rest = y[left & looking]
        if min(int(rest.sum()), int((~rest).sum())) < FEWEST:
            break
        limits = _best(prim, _table(inputs, choices, left & looking), y[left & looking], inputs, density)
        inside = _inside(inputs, limits)
        if not limits:
            break
        box = Box(limits, *(_quality(inside & left, y, side) for side in (looking, ~looking)))
        if box.held_out.density <= box.held_out.base:  # no better than all futures, where it was not looked for
            break
        found.append(box)
        left &= ~inside
    note = "" if found else "no range of inputs makes it more common in futures that were held out"
    if density is not None and found and found[0].found_in.density < density:
        note = f"no box is so dense as {100 * density:.0f} in 100 without restrictions that could be chance"
    return Discovery(spec, q, base, size, tuple(found), note)


def _table(inputs: Mapping[str, Array], choices: Sequence[str], rows: Bools) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame({name: values[rows] for name, values in inputs.items()})
    for name in choices:
        table[name] = pd.Series([int(value) for value in table[name]], dtype=object)
    return table


def _best(
    prim: Any, table: pd.DataFrame, y: Bools, inputs: Mapping[str, Array], density: float | None
) -> tuple[Limit, ...]:
    """The box of one step of a trajectory, without the restrictions that could be chance."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about coming changes of pandas, which the library has to follow
        box = prim.Prim(table, y.astype(int), threshold=LOWEST, peel_alpha=PEEL).find_box()
        path = box.peeling_trajectory
        step = _chosen(path["mass"].to_numpy(), path["density"].to_numpy(), density)
        p_values = box.qp[step]
    ends = box.box_lims[step]
    limits = []
    for name, ps in p_values.items():
        p = max((float(value) for value in ps if value >= 0), default=0.0)
        if p <= MATTERS:
            limits.append(_limit(name, ends[name].tolist(), table[name], inputs[name], p))
    return tuple(sorted(limits, key=lambda limit: limit.p))


def _chosen(mass: Array, density: Array, wanted: float | None) -> int:
    """The step of a trajectory that is taken: the first that is dense enough, or the one that tells most.

    What tells most is the weighted relative accuracy, mass × (density − base): it serves rare and common outcomes.
    """
    enough = np.flatnonzero(density >= wanted) if wanted is not None else np.array([], dtype=int)
    return int(enough[0]) if enough.size else int((mass * (density - density[0])).argmax())


def _limit(name: str, ends: list[Any], seen: Any, values: Array, p: float) -> Limit:
    lever = ALL_LEVERS.get(name.removeprefix(LEVER)) if name.startswith(LEVER) else None
    label = lever.label if lever else parameters()[name].label if name in parameters() else name
    if isinstance(ends[0], set | frozenset):
        return Limit(name, label, None, None, 0.0, 100.0, tuple(sorted(map(float, ends[0]))), p)
    low, high = map(float, ends)
    below, above = (float(100 * np.mean(values < end)) for end in (low, high))
    open_low, open_high = low <= seen.min(), high >= seen.max()
    return Limit(
        name, label, None if open_low else low, None if open_high else high, 0.0 if open_low else below,
        100.0 if open_high else above, (), p,
    )  # fmt: skip


def _inside(inputs: Mapping[str, Array], limits: Sequence[Limit]) -> Bools:
    inside = np.ones(len(next(iter(inputs.values()))), dtype=bool)
    for limit in limits:
        values = inputs[limit.name]
        if limit.values:
            inside &= np.isin(values, limit.values)
        inside &= values >= (-np.inf if limit.low is None else limit.low)
        inside &= values <= (np.inf if limit.high is None else limit.high)
    return inside


def _quality(inside: Bools, y: Bools, side: Bools) -> Quality:
    inside, y = inside[side], y[side]
    hits = int((inside & y).sum())
    return Quality(hits / max(int(y.sum()), 1), hits / max(int(inside.sum()), 1), float(inside.mean()), float(y.mean()))
