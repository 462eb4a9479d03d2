"""Policies against worlds: how much each policy would be regretted where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios import load
from scenarios.errors import InputError, unknown
from scenarios.levers import ALL, ALLIES, CHINA, HUBS, US
from scenarios.partner_levers import ALL_LEVERS
from scenarios.schema import Scenario, Setting
from sim.analysis.prices import effect
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import check_runs, checked
from sim.ensemble.rng import Array
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.scalar import Outcome, numbers_only
from sim.results.paired import Paired
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

SIDES: dict[str, tuple[str, ...]] = {"us": (US, ALLIES, HUBS, ALL), "china": (CHINA,)}
"""Whose levers a policy of a side may set; allies and hubs are counted with the side that presses them."""
POLICIES = {
    "us": ("current_policy", "tight_controls", "controls_erode", "open_trade", "legal_variants", "closed_ideas",
           "allied_coordination"),
    "china": ("current_policy", "china_surge", "china_fab_breakthrough", "open_trade"),
}  # fmt: skip
"""What is compared by default: the scenarios of the library that set levers of the side."""
WORLDS = ("current_policy", "china_fab_breakthrough", "efficiency_shock", "scaling_slowdown", "fast_feedback",
          "taiwan_disruption", "power_limited", "china_surge")  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """Settings that one side chooses."""

    name: str
    levers: dict[str, Setting]
    left: tuple[str, ...] = ()
    """What the scenario of that name changes beside them, and is not taken over."""


@dataclass(frozen=True, repr=False)
class Regret(Short):
    """Scores and regrets of policies in worlds."""

    outcome: Outcome
    most: bool
    chosen: tuple[Policy, ...]
    worlds: tuple[str, ...]
    values: Array
    """(policies, worlds, runs) outcome in every future."""

    @property
    def policies(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(policy.name for policy in self.chosen)

    @cached_property
    def scores(self) -> Array:
        """(policies, worlds) mean outcome."""
        return np.asarray(self.values.mean(axis=-1))

    @cached_property
    def best(self) -> Array:
        """(worlds,) which policy has the best mean in each world."""
        return np.asarray((self.scores if self.most else -self.scores).argmax(axis=0))

    @cached_property
    def regrets(self) -> Array:
        """(policies, worlds) how much worse than the best policy of that world, in the outcome's unit."""
        best = self.scores[self.best, np.arange(len(self.worlds))]
        return np.asarray((best - self.scores) * (1 if self.most else -1))

    def interval(self, policy: int, world: int) -> Paired:
        """Mean regret with its 90% interval, future by future."""
        best = int(self.best[world])
        one, two = self.values[policy, world], self.values[best, world]
        one, two = (one, two) if self.most else (two, one)
        return effect(self.outcome, one, two, same=policy == best)

    @property
    def largest(self) -> Array:
        """(policies,) regret in the world where it is largest."""
        return np.asarray(self.regrets.max(axis=1))

    @property
    def minimax(self) -> str:
        """The policy whose largest regret is smallest."""
        return self.policies[int(self.largest.argmin())]

    def near_best(self, tolerance: float) -> Array:
        """(policies,) in how many worlds it is within a tolerance of the best, in the outcome's unit."""
        return np.asarray((self.regrets <= tolerance).sum(axis=1))

    def frame(self) -> pl.DataFrame:
        """One row per policy and world: score, regret and its 90% interval."""
        import polars as pl

        rows = []
        for p, policy in enumerate(self.policies):
            for w, world in enumerate(self.worlds):
                span = self.interval(p, w)
                rows.append({"policy": policy, "world": world, "score": float(self.scores[p, w]),
                             "regret": float(self.regrets[p, w]), "regret_low": span.low, "regret_high": span.high,
                             "best": self.policies[self.best[w]]})  # fmt: skip
        return pl.DataFrame(rows)

    @property
    def scale(self) -> float:
        """How many of the unit that people read one of the outcome is: shares are read in futures in 100."""
        return 100.0 if self.outcome.is_share else 1.0

    def summary(self, within: float | None = None) -> dict[str, Any]:
        """The table as plain values; with `within`, in how many worlds a policy is so near the best."""
        near = [] if within is None else self.near_best(within / self.scale).tolist()
        return {
            "outcome": str(self.outcome), "unit": self.outcome.unit, "goal": "most" if self.most else "least",
            "minimax_regret": self.minimax, "runs": int(self.values.shape[-1]),
            "largest_regret": dict(zip(self.policies, map(float, self.largest), strict=True)),
            "mean_regret": dict(zip(self.policies, map(float, self.regrets.mean(axis=1)), strict=True)),
            "within": within, "worlds_within": dict(zip(self.policies, near, strict=False)),
            "not_taken_over": {policy.name: list(policy.left) for policy in self.chosen if policy.left},
            "table": self.frame().to_dicts(),
        }  # fmt: skip


@checked
def policy_of(spec: Scenario, side: str = "us") -> Policy:
    """The levers of a scenario that a side decides; none is the policy of doing nothing new.

    Raises:
        InputError: for an unknown side, or a scenario none of whose changes is a lever of that side.
    """
    check_side(side)
    mine = {name: setting for name, setting in spec.levers.items() if ALL_LEVERS[name].who in SIDES[side]}
    others = ("events", "parameters", "rules", "actors")
    left = (*(name for name in spec.levers if name not in mine), *(name for name in others if getattr(spec, name)))
    if left and not mine:
        raise InputError(f"{spec.name} is no policy of side {side!r}: none of its changes is a lever of that side")
    return Policy(spec.name, mine, left)


def check_side(side: str) -> None:
    """Refuse a side that there is none.

    Raises:
        InputError: naming those that there are.
    """
    if side not in SIDES:
        raise unknown("side", side, SIDES)


@checked
def own_policy(name: str, levers: dict[str, Setting], side: str = "us") -> Policy:
    """A custom policy.

    Raises:
        InputError: for an unknown side, a setting out of range, or a lever that the side does not decide.
    """
    check_side(side)
    load("current_policy").with_levers(**levers)  # refused here, where its range is known
    for lever in levers:
        who = ALL_LEVERS[lever].who
        if who not in SIDES[side]:
            raise InputError(
                f"policy {name}: {lever} is decided by {who}, not by side {side!r}; leave it out or put it into a world"
            )
    return Policy(name, levers)


def laid_over(world: Scenario, policy: Policy, decided: Collection[str]) -> Scenario:
    """A world under a policy: what the compared policies decide is as the policy has it, everything else the world's.

    A lever of `decided` that this policy does not name is where it is today, also in a world that sets it: there too
    the policy is the choice, not the world's own answer.
    """
    kept = {name: setting for name, setting in world.levers.items() if name not in decided}
    return world.with_changes(levers={**kept, **policy.levers})


@checked
def regret(
    policies: Sequence[Policy],
    worlds: Sequence[Scenario],
    outcome: Asked,
    most: bool = True,
    runs: int = 1024,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Regret:
    """Lay every policy over every world, with the same random draws, and see what each is worth.

    What is good depends on who asks: the outcome and its direction are the asker's, not the model's.

    Raises:
        InputError: for fewer than two policies, no world, equal names, an outcome that does not always exist, or a
            number of futures out of range.
    """
    (asked,) = outcomes_of([outcome], *worlds)
    numbers_only([asked])
    check_runs(runs, fewest=2)
    names = [policy.name for policy in policies]
    if len(policies) < 2 or not worlds:
        raise InputError(f"regret needs two policies or more and a world; got {len(policies)} and {len(worlds)}")
    for what, given in (("policies", names), ("worlds", [world.name for world in worlds])):
        if len(set(given)) < len(given):
            raise InputError(f"two {what} have one name: {', '.join(given)}")
    decided = {lever for policy in policies for lever in policy.levers}
    specs = [laid_over(world, policy, decided) for policy in policies for world in worlds]
    answers = evaluate_all([Task(spec, (asked,), runs, seed) for spec in specs], executor, progress)
    values = np.stack([answer[str(asked)] for answer in answers])
    return Regret(
        asked, most, tuple(policies), tuple(world.name for world in worlds),
        values.reshape(len(policies), len(worlds), runs),
    )  # fmt: skip
