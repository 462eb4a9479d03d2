"""The policy price list: what each lever, one at a time, does to the lead and to the outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.levers import HUBS, LEVERS, Lever
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.batch.hand_out import in_order
from sim.checks import check_runs, checked
from sim.engine.inputs import accounts_of
from sim.ensemble.rng import Array
from sim.equations.costs import ITEMS
from sim.inert import bound_by
from sim.results.costs import ACCOUNT, SMALL
from sim.results.outcomes.asked import Asked, outcomes_of
from sim.results.outcomes.polarity import CLASSES
from sim.results.outcomes.scalar import Outcome, numbers_only, parse
from sim.results.paired import Paired, paired, paired_share
from sim.results.together import parts_of, with_groups
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

LEAD_YEAR = 2030
"""Year at whose end the lead is read."""
HARDLY = 0.005
"""Effect on the first outcome, against its standard deviation, below which it is said what binds a lever."""
NOTHING = "no other lever would make it act; it acts on something else, or there is no more of it to be had"
"""What is said where no other lever would release one."""


SIDES = {"United States": ("united_states",), "China": ("china",), "Allies": ("ally",), HUBS: ("hub",)}
"""Actors, or kinds of them, of those who decide about a lever; everybody where none is named."""


@dataclass(frozen=True, repr=False)
class Price(Short):
    """What it does to move one lever to one end of its range."""

    lever: Lever
    value: float
    company: dict[str, float]
    """Settings of other levers on both sides of the comparison, where the lever cannot act alone."""
    already: bool
    """Whether the scenario has the lever there."""
    effects: dict[str, Paired]
    """Outcome → paired effect, with the lever moved, minus without."""
    costs: dict[str, Paired]
    """Account (`actor.item`) → US dollars that the move costs its actor in a year; less than 0 where it saves."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Actor → its kind."""
    bound: str = ""
    """Where it moves next to nothing: what keeps it from acting."""

    def largest(self, own: bool | None = None, most: int = 2) -> list[tuple[str, Paired]]:
        """The accounts that the move costs most, by their mean; what is part of another account is left out.

        Args:
            own: only those of whoever decides about the lever, or only those of others; by default all.
            most: how many at most.
        """
        sides = SIDES.get(self.lever.who, ())
        found = []
        for name, cost in self.costs.items():
            actor, _, item = name.partition(".")
            if cost.mean >= SMALL and cost.is_clear and not ITEMS[item].within:
                mine = not sides or actor in sides or self.kinds.get(actor) in sides
                found += [(name, cost)] if own is None or own == mine else []
        return sorted(found, key=lambda pair: -pair[1].mean)[:most]


@dataclass(frozen=True, repr=False)
class PriceList(Short):
    """Effects of all levers of a scenario."""

    spec: Scenario
    outcomes: tuple[Outcome, ...]
    prices: tuple[Price, ...]
    runs: int
    seed: int
    year: int
    """The year whose costs are counted."""

    @property
    def lead(self) -> str:
        """The outcome by which the list is sorted."""
        return str(self.outcomes[0])

    def by_lever(self) -> list[tuple[Price, ...]]:
        """Prices of one lever and company together, the largest effect on the lead first."""
        groups: dict[tuple[str, bool], list[Price]] = {}
        for price in self.prices:
            groups.setdefault((price.lever.name, bool(price.company)), []).append(price)
        rows = [tuple(group) for group in groups.values()]
        return sorted(rows, key=lambda group: -max(abs(price.effects[self.lead].mean) for price in group))

    def frame(self) -> pl.DataFrame:
        """One row per lever, company and end: mean effects with their 90% intervals, and the spread over futures."""
        import polars as pl

        rows = []
        for price in (price for group in self.by_lever() for price in group):
            row: dict[str, Any] = {
                "lever": price.lever.name, "who": price.lever.who, "value": price.value, "unit": price.lever.unit,
                "with": ", ".join(f"{name}={value:g}" for name, value in price.company.items()),
                "already": price.already, "why it hardly acts": price.bound,
            }  # fmt: skip
            for whose, own in (("own", True), ("others", False)):
                account, cost = next(iter(price.largest(own)), ("", None))
                row |= {f"{whose} cost": account, f"{whose} cost usd {self.year}": None if cost is None else cost.mean}
            for name, effect in price.effects.items():
                row |= {name: effect.mean, f"{name} low": effect.low, f"{name} high": effect.high}
                row |= {f"{name} p05": effect.p05, f"{name} p95": effect.p95}
            rows.append(row)
        return pl.DataFrame(rows)

    def summary(self) -> dict[str, Any]:
        """The list as plain values."""
        return {
            "scenario": self.spec.name, "digest": self.spec.digest(), "runs": self.runs, "seed": self.seed,
            "outcomes": {str(outcome): outcome.unit for outcome in self.outcomes}, "cost_year": self.year,
            "prices": [row | {"costs_usd": _by_actor(price)} for row, price in zip(
                self.frame().to_dicts(), (price for group in self.by_lever() for price in group), strict=True)],
        }  # fmt: skip


def _by_actor(price: Price) -> dict[str, dict[str, float]]:
    """Actor or group → item → US dollars that a move costs in the year, means."""
    found: dict[str, dict[str, float]] = {}
    for account in with_groups(price.costs):
        actor, _, item = account.partition(".")
        mean = sum(price.costs[name].mean for name in parts_of(account, tuple(price.costs)) or (account,))
        found.setdefault(actor, {})[item] = float(f"{mean:.6g}")
    return found


@checked
def usual(lead_year: int = LEAD_YEAR, year: int = DEFAULT_HORIZON) -> tuple[Outcome, ...]:
    """The lead, and the share of futures in each outcome class at the horizon."""
    return (parse(f"lead_months@{lead_year}"), *(parse(f"{name}@{year}") for name in CLASSES))


@checked
def price_list(
    spec: Scenario,
    outcomes: Sequence[Asked] = (),
    runs: int = 1024,
    seed: int = 0,
    levers: Sequence[Lever] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
    year: int | None = None,
    thorough: bool = True,
) -> PriceList:
    """Move every lever from where the scenario has it to both ends of its range, everything else unchanged.

    A lever that cannot act alone is moved a second time in the company that its table names, on both sides.

    Args:
        spec: the scenario.
        outcomes: what is read; the first one sorts the list. By default `usual()`.
        runs: futures of each simulation.
        seed: names the dice, which all simulations share.
        levers: some of them; by default all.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).
        year: whose costs are counted; by default that of the first outcome.
        thorough: whether levers are moved in company too, what each move costs is counted, and it is said what binds
            those that hardly act; without it there are the effects alone, in fewer simulations.

    Raises:
        InputError: for an outcome that does not exist in every future, or a number of futures out of range.
    """
    asked = outcomes_of(outcomes or usual(), spec)
    year = year or int(asked[0].date[:4] or LEAD_YEAR)
    numbers_only(asked)
    check_runs(runs, fewest=2)
    moves = [move for lever in levers or LEVERS.values() for move in _moves(spec, lever, thorough)]
    specs = {spec.digest(): spec, **{s.digest(): s for _, _, before, after in moves for s in (before, after)}}
    roster = [row.actor for row in spec.roster()]
    accounts = [f"{actor}.{item}" for actor, item in accounts_of(spec.roster())] if thorough else []
    paid = {name: parse(f"{ACCOUNT}.{name}@{year}", roster) for name in accounts}
    every = (*asked, *paid.values())
    answers = evaluate_all([Task(s, every, runs, seed) for s in specs.values()], executor, progress)
    found = dict(zip(specs, answers, strict=True))
    usually, prices = found[spec.digest()], []
    kinds: dict[str, str] = {row.actor: row.kind for row in spec.roster()}
    for lever, company, before, after in moves:
        one, two = found[before.digest()], found[after.digest()]
        same = before.digest() == after.digest() or before.setting(lever.name) == after.setting(lever.name)
        value = after.levers[lever.name]
        assert isinstance(value, float)
        moved = {str(o): effect(o, one[str(o)], two[str(o)], same) for o in asked}
        costs = {
            name: paired(ITEMS[name.partition(".")[2]].sign * (two[str(o)] - one[str(o)])) for name, o in paid.items()
        }
        prices.append(Price(lever, value, company, same, moved, costs, kinds))
    first = str(asked[0])
    if thorough:
        prices = _explained(spec, prices, first, float(np.std(usually[first])), executor)
    return PriceList(spec, asked, tuple(prices), runs, seed, year)


def _explained(
    spec: Scenario, prices: Sequence[Price], first: str, spread: float, executor: Executor | None
) -> list[Price]:
    """Prices with what binds the levers that move next to nothing."""
    idle = [
        n for n, price in enumerate(prices) if not (price.already or abs(price.effects[first].mean) >= HARDLY * spread)
    ]
    found = in_order(executor, partial(_bound, spec), [prices[n] for n in idle])
    bound = dict(zip(idle, found, strict=True))
    return [replace(price, bound=bound.get(n, "")) for n, price in enumerate(prices)]


def _bound(spec: Scenario, price: Price) -> str:
    moved = spec.with_levers(**price.company, **{price.lever.name: price.value})
    binds = bound_by(moved, price.lever.name)
    return f"limited by {binds}" if binds else NOTHING


def effect(outcome: Outcome, before: Array, after: Array, same: bool = False) -> Paired:
    """The paired effect on an outcome; of a share of futures, with the interval that few or many changes leave."""
    return paired_share(before, after, same) if outcome.is_share else paired(after - before)


def _moves(
    spec: Scenario, lever: Lever, in_company: bool
) -> list[tuple[Lever, dict[str, float], Scenario, Scenario]]:  # fmt: skip
    """Both ends of a lever, alone and where it needs it in company: lever, company, before and after."""
    moves = []
    for company in ({}, lever.setting) if lever.setting and in_company else ({},):
        before = spec.with_levers(**company) if company else spec
        moves += [
            (lever, dict(company), before, before.with_levers(**{lever.name: end})) for end in (lever.low, lever.high)
        ]
    return moves
