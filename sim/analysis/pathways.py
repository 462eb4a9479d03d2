"""Pathways: a package, and a signpost on which another takes its place; found in some worlds, tested in others.

Until it switches, a pathway is its first package, and from then on the run that switches at that date: so every rule on
every signpost is read from the same few runs, and a search over rules simulates nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scenarios.errors import InputError, unknown
from scenarios.packages import Package, Response, combined, packages, player_of
from scenarios.schema import Scenario
from scenarios.signposts import SIGNPOSTS, YEARS
from scenarios.values import Weights, weighed
from sim.analysis.cells import Cells
from sim.analysis.payoffs import PARTS, weighted
from sim.analysis.strategy import TURNS, short
from sim.analysis.worlds import WORLDS, World
from sim.batch.evaluate import Progress
from sim.checks import check_runs, checked
from sim.ensemble.rng import Array
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

SEARCHED = ("slow_ideas", "weak_followers", "no_feedback", "slowdown", "shock")
"""Worlds in which pathways are searched, beside the usual one; all others are held out."""
ANSWERS = {"united_states": ("as_is", "pool_compute", "import"), "china": ("as_is", "pool_compute", "tight_controls")}
"""Packages of the rival under which pathways must do."""
RIVAL = {"united_states": "china", "china": "united_states"}
THRESHOLDS = 11
"""Readings tried for every signpost: quantiles of what it reads in all worlds."""
BEST_FIXED = 3
"""Packages that a pathway may begin with or end in: those with the least largest regret in the usual world."""
USUAL = World("usual", "The usual world", lambda spec: spec)


class Rule(NamedTuple):
    """A package, a signpost, and what follows from its reading."""

    first: str
    then: str
    when: str
    above: bool
    threshold: float

    @property
    def told(self) -> str:
        """The rule in words."""
        post = SIGNPOSTS[self.when]
        return (
            f"{self.first} until the autumn in which “{post.label}” reads {'above' if self.above else 'below'} "
            f"{self.threshold:.3g} {post.unit}; from the next year {self.then}"
        )

    def package(self, player: str, name: str = "pathway") -> Package:
        """The same as a package, for `strategy` or a file."""
        known = packages(player)
        bound = {"above" if self.above else "below": self.threshold}
        first = known[self.first]
        return first.model_copy(update={
            "name": name, "title": f"{first.title}, then {known[self.then].title}"[:60], "usual": False,
            "response": Response.model_validate({"when": self.when, "then": self.then, **bound}),
        })  # fmt: skip


@dataclass(frozen=True)
class _Case:
    """One world under one answer: what every fixed package and every switch is worth, and what signposts read."""

    name: str
    fixed: dict[str, Array]
    """Package → (futures,) worth."""
    switched: dict[tuple[str, str], Array]
    """First and second package → (turns, futures) worth."""
    readings: dict[tuple[str, str], Array]
    """Package and signpost → (years, futures)."""

    @property
    def best(self) -> float:
        """What the best fixed package is worth on average."""
        return max(float(worth.mean()) for worth in self.fixed.values())

    def worth(self, rule: Rule) -> Array:
        """(futures,) what a rule is worth."""
        read = self.readings[rule.first, rule.when]
        hit = read > rule.threshold if rule.above else read < rule.threshold
        turn = hit.argmax(axis=0)
        late = self.switched[rule.first, rule.then][turn, np.arange(hit.shape[1])]
        return np.where(hit.any(axis=0), late, self.fixed[rule.first])

    def regret(self, worth: Array) -> float:
        """How much less than the best fixed package of this case; nothing where it is more."""
        return max(self.best - float(worth.mean()), 0.0)


@dataclass(frozen=True, repr=False)
class Pathways(Short):
    """The best rule of a search, and how it does in worlds and with dice that the search did not see."""

    spec: Scenario
    player: str
    weights: Weights
    searched: tuple[_Case, ...]
    held_out: tuple[_Case, ...]
    rules: tuple[tuple[Rule, float], ...]
    """The best rules with their largest regret in the search, the best first."""
    map: dict[tuple[str, bool], Array]
    """Signpost and direction → (thresholds,) least of the largest regrets of all rules on it."""
    thresholds: dict[str, Array]
    """Signpost → (thresholds,) readings that were tried."""
    runs: int
    seed: int

    def _facts(self) -> dict[str, Any]:
        return {"player": self.player, "rule": self.rule.told, "gain held out": f"{100 * self.gain:.0f}%"}

    @property
    def rule(self) -> Rule:
        """The best rule of the search."""
        return self.rules[0][0]

    @cached_property
    def fixed(self) -> dict[str, tuple[float, float]]:
        """Fixed package → its largest regret in the search and held out, billions of US dollars a year."""
        return {
            name: (_worst(self.searched, name), _worst(self.held_out, name)) for name in self.searched[0].fixed
        }  # fmt: skip

    @cached_property
    def regret(self) -> tuple[float, float]:
        """The rule's largest regret in the search and held out."""
        return _worst(self.searched, self.rule), _worst(self.held_out, self.rule)

    @cached_property
    def timed(self) -> tuple[str, float, float]:
        """The best date for the rule's own switch without a signpost: the date, its regret in the search, held out."""
        pair = (self.rule.first, self.rule.then)
        worst = [
            [max(case.regret(case.switched[pair][k]) for case in cases) for k in range(len(TURNS))]
            for cases in (self.searched, self.held_out)
        ]
        best = int(np.argmin(worst[0]))
        return TURNS[best], worst[0][best], worst[1][best]

    @property
    def best_fixed(self) -> str:
        """The fixed package with the least largest regret held out: the hardest to beat."""
        return min(self.fixed, key=lambda name: self.fixed[name][1])

    @property
    def gain(self) -> float:
        """By what share the rule's largest regret is below that of the best fixed package, held out."""
        worst = self.fixed[self.best_fixed][1]
        return 1 - self.regret[1] / worst if worst > 0 else 0.0

    def frame(self) -> pl.DataFrame:
        """One row per case: regret of every fixed package and of the rule."""
        import polars as pl

        rows = []
        for held, cases in ((False, self.searched), (True, self.held_out)):
            for case in cases:
                row: dict[str, Any] = {"case": case.name, "held out": held}
                row |= {name: case.regret(worth) for name, worth in case.fixed.items()}
                rows.append(row | {"pathway": case.regret(case.worth(self.rule))})
        return pl.DataFrame(rows)

    def summary(self) -> dict[str, Any]:
        """The search as plain values."""
        return {
            "scenario": self.spec.name, "digest": self.spec.digest(), "player": self.player, "runs": self.runs,
            "seed": self.seed, "values": self.weights._asdict(), "rule": self.rule._asdict(), "told": self.rule.told,
            "largest_regret": dict(zip(("searched", "held_out"), map(short, self.regret), strict=True)),
            "fixed": {name: dict(zip(("searched", "held_out"), map(short, both), strict=True))
                      for name, both in self.fixed.items()},
            "same_switch_at": dict(zip(("date", "searched", "held_out"), (self.timed[0], *map(short, self.timed[1:])),
                                       strict=True)),
            "best_fixed": self.best_fixed, "gain_held_out": short(self.gain),
            "others": [rule._asdict() | {"largest_regret": short(worst)} for rule, worst in self.rules[1:]],
            "cases": {"searched": [case.name for case in self.searched],
                      "held_out": [case.name for case in self.held_out]},
        }  # fmt: skip


def _worst(cases: Sequence[_Case], what: str | Rule) -> float:
    """The largest regret of a fixed package or a rule."""
    return max(case.regret(case.fixed[what] if isinstance(what, str) else case.worth(what)) for case in cases)


@checked
def pathways(
    spec: Scenario,
    player: str = "united_states",
    values: str | Mapping[str, float] | None = None,
    runs: int = 128,
    seed: int = 0,
    worlds: Sequence[str] = SEARCHED,
    held_out: Sequence[str] | None = None,
    answers: Sequence[str] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Pathways:
    """Search rules of the form “A, and B once a signpost reads so”, and test the best where the search did not look.

    Args:
        spec: the scenario.
        player: whose policy: `us` or `china`.
        values: what it wants; by default as in the scenario.
        runs: futures of each simulation.
        seed: names the dice of the search; those of the test are the next ones.
        worlds: worlds of `sim.analysis.worlds` in which it searches, beside the usual one.
        held_out: worlds in which it tests; by default all others.
        answers: packages of the rival under which it must do; by default those of `ANSWERS`.
        executor: who simulates; this process by default.
        progress: called with (cases done, cases in all).

    Raises:
        InputError: for a player that has no rival, an unknown world or package, or no world that only tests.
    """
    check_runs(runs, fewest=2)
    who = player_of(player)
    if who not in RIVAL:
        raise InputError(f"pathways are those of {' and '.join(RIVAL)}, not of {who}")
    seen, unseen = _worlds(worlds, held_out)
    weights = Weights(*spec.wanted(who)) if values is None else weighed(values)
    ask, against = _Asked(spec, who, weights, runs, executor), _answers(who, answers)
    total, done = (len(seen) + len(unseen)) * len(against), 0

    def cases(found: Sequence[World], seed: int, pairs: Sequence[tuple[str, str]]) -> tuple[_Case, ...]:
        nonlocal done
        made = []
        for world, answer in product(found, against):
            made.append(ask.case(world, answer, seed, pairs))
            done += 1
            if progress is not None:
                progress(min(done, total), total)
        return tuple(made)

    few = _few(cases(seen[:1], seed, ()), ask.names)
    searched = cases(seen, seed, tuple(permutations(few, 2)))
    rules, found, thresholds = _search(searched, few)
    best = rules[0][0]
    held = cases(unseen, seed + 1, ((best.first, best.then),))
    return Pathways(spec, who, weights, searched, held, tuple(rules[:5]), found, thresholds, runs, seed)


def _worlds(names: Sequence[str], held_out: Sequence[str] | None) -> tuple[list[World], list[World]]:
    """Worlds of the search and held-out ones."""
    known = {world.name: world for world in WORLDS}
    for name in (*names, *(held_out or ())):
        if name not in known:
            raise unknown("world", name, known)
    held = [world for name, world in known.items() if name not in names and (held_out is None or name in held_out)]
    if not held:
        raise InputError("no world is left to test in; leave one out")
    return [USUAL, *(known[name] for name in names)], held


def _answers(player: str, given: Sequence[str] | None) -> tuple[str, ...]:
    """Packages of the rival under which a rule must do."""
    known = packages(RIVAL[player])
    for name in given or ():
        if name not in known:
            raise unknown("package", name, known, "answers")
    return tuple(given or ANSWERS[player])


def _few(cases: Sequence[_Case], names: Sequence[str]) -> list[str]:
    """Packages that rules are made of."""
    return sorted(names, key=lambda name: _worst(cases, name))[:BEST_FIXED]


@dataclass(frozen=True)
class _Asked:
    """What is simulated for every case."""

    spec: Scenario
    player: str
    weights: Weights
    runs: int
    executor: Executor | None

    @property
    def names(self) -> list[str]:
        """The player's packages; treaties need another's signature."""
        return [name for name, one in packages(self.player).items() if one.usual and not one.treaty]

    def case(self, world: World, answer: str, seed: int, pairs: Sequence[tuple[str, str]]) -> _Case:
        own, rival = packages(self.player), RIVAL[self.player]
        cells = Cells(world.over(self.spec), (self.player,), self.runs, seed, True, record=self.spec)
        answers = packages(rival)[answer]
        specs = [combined(cells.spec, {self.player: own[name], rival: answers}) for name in self.names]
        specs += [
            combined(cells.spec, {self.player: own[first], rival: answers}, {self.player: (turn, own[then])})
            for first, then in pairs for turn in TURNS
        ]  # fmt: skip
        rows = np.stack(cells.simulate(specs, self.executor))
        worth = weighted(rows[:, : len(PARTS)], self.weights)
        fixed = dict(zip(self.names, worth, strict=False))
        late = worth[len(fixed) :].reshape(len(pairs), len(TURNS), self.runs)
        readings = {
            (name, post): np.stack([rows[k, cells.row(f"{post}@{year}")] for year in YEARS])
            for k, name in enumerate(self.names) for post in SIGNPOSTS
        }  # fmt: skip
        return _Case(f"{world.name} / {answer}", fixed, dict(zip(pairs, late, strict=True)), readings)


def _search(
    cases: Sequence[_Case], few: Sequence[str]
) -> tuple[list[tuple[Rule, float]], dict[tuple[str, bool], Array], dict[str, Array]]:
    """All rules by their largest regret, and the least of them by signpost, direction and threshold."""
    thresholds = {
        post: np.unique(np.quantile(
            np.concatenate([case.readings[name, post].ravel() for case in cases for name in few]),
            np.linspace(0.05, 0.95, THRESHOLDS),
        ))
        for post in SIGNPOSTS
    }  # fmt: skip
    rules: list[tuple[Rule, float, float]] = []
    found = {}
    for post, above in product(SIGNPOSTS, (False, True)):
        least = np.full(len(thresholds[post]), np.inf)
        for n, threshold in enumerate(thresholds[post]):
            for first, then in permutations(few, 2):
                rule = Rule(first, then, post, above, float(threshold))
                worst = _worst(cases, rule)
                rules.append((rule, worst, float(np.mean([case.best - case.worth(rule).mean() for case in cases]))))
                least[n] = min(least[n], worst)
        found[post, above] = least
    ranked = sorted(rules, key=lambda item: item[1:])  # of rules that are regretted alike, the better on average
    return [(rule, worst) for rule, worst, _ in ranked], found, thresholds
