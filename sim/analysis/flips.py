"""What would have to be true: the smallest change of a lever or parameter that makes another outcome most common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError, unknown
from scenarios.levers import LEVERS
from scenarios.parameters import parameters
from scenarios.quantities import Fixed
from scenarios.quarters import DEFAULT_HORIZON, number
from scenarios.schema import Scenario
from sim.batch.evaluate import Progress, Task, evaluate, evaluate_all
from sim.checks import check_runs, checked
from sim.ensemble.draws import distributions
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.polarity import CLASSES
from sim.results.outcomes.scalar import parse
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

GRID = 7
"""Settings of a lever that are tried first, over its whole range."""
PERCENTILES = (50.0, 1.0, 5.0, 25.0, 75.0, 95.0, 99.0)
"""Where a parameter is fixed first. At its median too: that takes its spread away, which can flip the outcome."""
FIRST_LOOK = {"lever": (0.0, 1.0), "parameter": (50.0, 1.0, 99.0)}
"""Where a line is tried before anywhere else: its ends, and a parameter's median, which takes its spread away."""
PROMISE = 0.5
"""Share of the way to a flip that one of them has to go for the rest of the line to be tried."""
MIDDLE, STILL = 0.5, 0.05
"""Where a lever is tried next if an end of it moves the share of an outcome by as much as this."""
HALVINGS = 4
"""Times that the span between a setting that flips and one that does not is halved: to 1/96 of a lever's range."""

Shares = dict[str, float]
Ask = Callable[[Sequence[Scenario]], list[Shares]]
"""Shares of the outcome classes of scenarios."""


@dataclass(frozen=True)
class Change:
    """One lever or parameter, how far it has to go, and what then is most common."""

    name: str
    kind: str
    """`lever` or `parameter`."""
    label: str
    start: float
    """Where it is: a lever's setting, or a parameter's median."""
    value: float
    """Where it has to go: the nearest setting that flips, or the one that comes closest where none does."""
    size: float
    """How far that is: a share of the lever's range, or of the way from a parameter's median to its last percentile.
    Zero where fixing a parameter at its median flips the outcome: then its spread decides."""
    flips: bool
    outcome: str
    """The most common outcome there."""
    shares: Shares
    """Shares of all outcomes there."""


@dataclass(frozen=True, repr=False)
class Flips(Short):
    """All changes that were tried, the smallest that flips first."""

    spec: Scenario
    year: int
    now: str
    """The most common outcome as things are."""
    shares: Shares
    to: str
    """The outcome that was asked for; empty for any other."""
    changes: tuple[Change, ...]
    together: tuple[Change, ...] = ()
    """Where none flips it alone: changes that do so together, found by adding the best ones, not by trying all."""
    runs: int = 0

    @property
    def flipping(self) -> tuple[Change, ...]:
        """Changes that flip the outcome by themselves."""
        return tuple(change for change in self.changes if change.flips)

    def frame(self) -> pl.DataFrame:
        """One row per change, with the shares of outcomes at the end of the year."""
        import polars as pl

        rows = [
            {**{k: v for k, v in vars(change).items() if k != "shares"}, "year": self.year,
             "quarter": f"{self.year}-Q4", **change.shares} for change in self.changes
        ]  # fmt: skip
        return pl.DataFrame(rows)

    def summary(self) -> dict[str, Any]:
        """The changes as plain values."""
        return {
            "scenario": self.spec.name, "year": self.year, "now": self.now, "shares": self.shares, "to": self.to,
            "runs": self.runs, "changes": [vars(change) for change in self.changes],
            "together": [vars(change) for change in self.together],
        }  # fmt: skip


@dataclass
class _Line:
    """A lever or parameter along which one can go: positions, and what is most common at each."""

    name: str
    kind: str
    label: str
    start: float
    """Position of the present setting."""
    span: float
    """Length of the whole way."""
    place: Callable[[float], float]
    """Value at a position."""
    step: float = 0.0
    """A step of its control, as a share of the whole way."""
    seen: dict[float, Shares] = field(default_factory=dict)

    def spec(self, spec: Scenario, position: float) -> Scenario:
        """The scenario with this set to a position."""
        value = self.place(position)
        if self.kind == "lever":
            return spec.with_levers(**{self.name: value})
        return spec.with_changes(parameters={**spec.parameters, self.name: value})

    def nearest(self, flips: Callable[[Shares], bool]) -> float | None:
        """The position nearest to the present one that flips."""
        hits = [position for position, shares in self.seen.items() if flips(shares)]
        return min(hits, key=lambda position: abs(position - self.start), default=None)

    def moves(self, now: Shares) -> bool:
        """Whether any position moves the share of an outcome."""
        return any(abs(there[name] - now[name]) >= STILL for there in self.seen.values() for name in now)

    def between(self, flips: Callable[[Shares], bool]) -> float:
        """The middle of the span before the nearest position that flips; there is one."""
        hit = self.nearest(flips)
        assert hit is not None
        return (hit + self._last(flips, hit)) / 2

    def clear(self, flips: Callable[[Shares], bool]) -> float:
        """How far it can go at least before the nearest position that flips, as a share of the whole way."""
        hit = self.nearest(flips)
        return np.inf if hit is None else abs(self._last(flips, hit) - self.start) / self.span

    def _last(self, flips: Callable[[Shares], bool], hit: float) -> float:
        """The last position on the way to one that flips which does not."""
        span = sorted((self.start, hit))
        before = [p for p in self.seen if span[0] <= p <= span[1] and not flips(self.seen[p])]
        return min(before, key=lambda p: abs(p - hit), default=self.start)


@checked
def flips(
    spec: Scenario,
    year: int = DEFAULT_HORIZON,
    to: str = "",
    kinds: Sequence[str] = ("lever", "parameter"),
    runs: int = 512,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
    nearest: int | None = None,
    outcome: Asked | None = None,
) -> Flips:
    """Look along every lever and every parameter for the nearest setting that flips the most common outcome.

    A lever is set from the scenario's start on; a parameter is fixed to one value in all futures. First the ends of the
    range, then its middle where an end moves anything, then a coarse grid over the whole of it where one of these goes
    half of the way to another outcome, then halving, with the same random draws. What is not monotone between these
    points can be missed.

    Args:
        spec: the scenario.
        year: the outcome is that of this year's end.
        to: the class that is wanted, a name of `CLASSES` or of the outcome's own; by default any other than the present
            one.
        kinds: `lever`, `parameter` or both.
        runs: futures of each simulation.
        seed: names the dice.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all) within each round.
        nearest: how many changes are wanted: only what may be among the nearest of them is halved, and to no less than
            a step of its control; by default all.
        outcome: a function of a run that gives a label per future, `custom(…, labels=(…))`, in place of the class at
            the end of `year`.

    Raises:
        InputError: for an unknown outcome or kind, or one that is a number.
    """
    (asked,) = outcomes_of([f"outcome@{year}" if outcome is None else outcome], spec)
    if not asked.is_class:
        raise InputError(f"outcome '{asked}' is a number; a flip needs labels: custom(…, labels=(…))")
    if to and to not in asked.classes:
        raise unknown("outcome", to, asked.classes)

    def ask(specs: Sequence[Scenario]) -> list[Shares]:
        answers = evaluate_all([Task(s, (asked,), runs, seed) for s in specs], executor, progress)
        return [shares_of(answer[str(asked)], asked.classes) for answer in answers]

    check_runs(runs)
    for kind in kinds:
        if kind not in ("lever", "parameter"):
            raise unknown("kind", kind, ("lever", "parameter"))
    lines = [*(_levers(spec) if "lever" in kinds else ()), *(_parameters(spec, seed) if "parameter" in kinds else ())]
    return replace(search(spec, lines, ask, year if outcome is None else asked.until, to, nearest), runs=runs)


def shares_of(codes: np.ndarray, classes: Sequence[str] = CLASSES) -> Shares:
    """Share of each outcome class, by the codes of members."""
    return {name: float(np.mean(codes == i)) for i, name in enumerate(classes)}


def most_common(shares: Shares) -> str:
    """The outcome in most futures; the first in the usual order where two are level."""
    return max(shares, key=lambda name: shares[name])


def search(
    spec: Scenario, lines: Sequence[_Line], ask: Ask, year: int, to: str = "", nearest: int | None = None
) -> Flips:  # fmt: skip
    """The search itself, with anything that answers for scenarios."""
    (shares,) = ask([spec])
    if to and to not in shares:
        raise unknown("outcome", to, shares)
    now = most_common(shares)
    if to == now:
        raise InputError(f"{to} is the most common outcome of {spec.name} in {year} already")

    wanted = [to] if to else [name for name in shares if name != now]

    def gain(there: Shares) -> float:
        """How far a wanted outcome is ahead of all others; below zero where none is the most common."""
        return max(there[name] - max(share for other, share in there.items() if other != name) for name in wanted)

    def near(there: Shares) -> float:
        """How close it comes; toward a wanted outcome only its own share counts."""
        return there[to] if to else gain(there)

    def flipped(there: Shares) -> bool:
        return gain(there) > 0  # two that are level are no flip

    _look(spec, [(line, position) for line in lines for position in FIRST_LOOK[line.kind]], ask)
    _look(spec, [(line, MIDDLE) for line in lines if line.kind == "lever" and line.moves(shares)], ask)
    enough = (1 - PROMISE) * gain(shares)
    open_ = [line for line in lines if max(map(gain, line.seen.values())) >= enough]
    _look(spec, [(line, position) for line in open_ for position in _grid(line) if position not in line.seen], ask)
    for _ in range(HALVINGS):
        middles = [(line, line.between(flipped)) for line in _contenders(lines, flipped, nearest)]
        _look(spec, [(line, middle) for line, middle in middles if middle not in line.seen], ask)
    changes = [_change(line, flipped, near) for line in lines]
    changes.sort(key=lambda change: (not change.flips, change.size if change.flips else -near(change.shares)))
    together = () if any(c.flips for c in changes) else _together(spec, shares, changes, lines, ask, near, flipped)
    return Flips(spec, year, now, shares, to, tuple(changes), together)


def _contenders(lines: Sequence[_Line], flipped: Callable[[Shares], bool], nearest: int | None) -> list[_Line]:
    """Lines that flip somewhere; of so many wanted, those that may be among the nearest, to a step of their control."""
    found = [(line, abs(hit - line.start) / line.span) for line in lines if (hit := line.nearest(flipped)) is not None]
    if not nearest:
        return [line for line, _ in found]
    worst = sorted(size for _, size in found)[nearest - 1] if len(found) > nearest else np.inf
    return [
        line for line, size in found if (clear := line.clear(flipped)) < worst and size - clear > line.step
    ]  # fmt: skip


def _look(spec: Scenario, wanted: Sequence[tuple[_Line, float]], ask: Ask) -> None:
    answers = ask([line.spec(spec, position) for line, position in wanted]) if wanted else []
    for (line, position), shares in zip(wanted, answers, strict=True):
        line.seen[position] = shares


def _grid(line: _Line) -> Sequence[float]:
    return PERCENTILES if line.kind == "parameter" else [i / (GRID - 1) for i in range(GRID)]


def _change(line: _Line, flipped: Callable[[Shares], bool], near: Callable[[Shares], float]) -> Change:
    hit = line.nearest(flipped)
    # Where several come equally close, the one that is the shorter way.
    closest = max(line.seen, key=lambda p: (near(line.seen[p]), -abs(p - line.start)))
    position = closest if hit is None else hit
    there = line.seen[position]
    size = abs(position - line.start) / line.span
    return Change(
        line.name, line.kind, line.label, line.place(line.start), line.place(position), size, hit is not None,
        most_common(there), there,
    )  # fmt: skip


def _together(
    spec: Scenario, shares: Shares, changes: Sequence[Change], lines: Sequence[_Line], ask: Ask,
    near: Callable[[Shares], float], flipped: Callable[[Shares], bool],
) -> tuple[Change, ...]:  # fmt: skip
    """Add the changes that come closest, one by one, until the outcome flips; nothing when ten do not do it.

    One that brings it no nearer, beside those before it, is left out.
    """
    by_name = {(line.kind, line.name): line for line in lines}  # some names are a lever's and a parameter's
    made: list[Change] = []
    for change in changes[:10]:
        line = by_name[change.kind, change.name]
        with_it = line.spec(spec, next(p for p in line.seen if line.place(p) == change.value))
        (there,) = ask([with_it])
        if near(there) <= near(shares):
            continue
        spec, shares = with_it, there
        made.append(replace(change, shares=shares, outcome=most_common(shares), flips=flipped(shares)))
        if made[-1].flips:
            return tuple(made)
    return ()


def _levers(spec: Scenario) -> list[_Line]:
    lines = []
    for name, lever in LEVERS.items():
        setting = spec.setting(name)
        if isinstance(setting, dict):
            setting = setting[max(setting, key=number)]  # what it ends at, or where the slider rests
        now = lever.fallback if isinstance(setting, str) else float(setting)
        wide = lever.high - lever.low

        def place(position: float, low: float = lever.low, wide: float = wide) -> float:
            return float(f"{low + position * wide:.6g}")

        lines.append(_Line(name, "lever", lever.label, (now - lever.low) / wide, 1.0, place, lever.step / wide))
    return lines


def _parameters(spec: Scenario, seed: int) -> list[_Line]:
    """Lines along the percentiles of the values that are drawn."""
    drawn = evaluate(Task(spec, (parse("gap_eci@2022"),), 4096, seed, parameters=True))
    lines = []
    for name, (_, distribution) in distributions(spec).items():
        if name not in parameters() or isinstance(distribution, Fixed):
            continue
        values = np.sort(drawn[f"parameter.{name}"])
        choice = np.unique(values).size < 20

        def place(position: float, values: np.ndarray = values, choice: bool = choice) -> float:
            return float(np.quantile(values, position / 100, method="nearest" if choice else "linear"))

        lines.append(_Line(name, "parameter", parameters()[name].label, 50.0, 49.0, place))
    return lines
