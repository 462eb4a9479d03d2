"""What a run is worth to a player by its values, in billions of US dollars a year at the stakes of 2026.

The same values by which actors choose, read from the accounts of a run, and the recorded politics of what it decides.
Where actors avoid a race for fear of accidents, a table counts the chance of one. Allies and hubs count as one player
each: what its members get, added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from agents import choices
from agents.choice import MENUS
from agents.stakes import TO_THE_NATION, Wants
from scenarios.packages import members
from scenarios.quarters import FIRST
from scenarios.values import VALUES, Weights, weights_of
from sim.engine.paths import lever_path
from sim.ensemble.rng import Array
from sim.equations.costs import INVESTMENT, ITEMS
from sim.results.costs import ACCOUNT
from sim.results.run import Run

PARTS = (*VALUES, "politics")
"""What a payoff adds up: the four values, and recorded politics with what actors weigh without a weight."""
NOT_A_COST = frozenset(INVESTMENT) - {"fabs"}
"""Money that buys something, and so no cost but where a policy asks for more of it; money for fabs is a push's cost."""
SPENDING = {
    "united_states": ("us_spending", 100.0), "china": ("china_spending", 100.0),
    "allies": ("ally_effort", 1.0), "hubs": ("hub_effort", 1.0),
}  # fmt: skip
"""The lever of what a player spends, and its setting at trend."""
SALES = ("tool_revenue", "memory_revenue")
"""What allies lose by following controls."""
SIDES = {"united_states": (1.0, "us_month_value"), "china": (-1.0, "china_month_value")}
"""Superpowers: the side of the lead on which each stands, and what a month of it is worth to it."""
ACCIDENT = 1200.0
"""What a serious accident costs a player, billions of US dollars at the stakes of 2026 and a weight of 1; judgment.

Set so that a race between equals costs what actors believe (`agents.stakes.SAFETY_VALUE`, 60 a year): in runs in which
China draws level by pooling its compute, it raises the chance by 4.4 to 6.2 points in a year.
"""
NEEDED = frozenset({ACCOUNT, "decisions", "capability", "enforcement", "diverted_share", "governance"})
"""Series that payoffs are made of."""


def payoff(run: Run, player: str, values: str | Weights, politics: Mapping[str, Array] | None = None) -> Array:
    """Mean worth of the years after the data to a player, (runs,), billions of US dollars a year.

    Args:
        run: a run that keeps what `NEEDED` names.
        player: a player, such as `china` or `allies`.
        values: a profile, or weights.
        politics: decision (`actor.decision`) → (runs,) slope of its menu, billions of dollars a year; by default none.
    """
    weights = values if isinstance(values, Weights) else weights_of(values)
    return weighted(parts(run, player, politics), weights)


def weighted(found: Array, weights: Weights, politics: bool = True) -> Array:
    """Worth by weights, from what each value counts: (…, runs) of (…, parts, runs).

    Args:
        found: parts in the order of `PARTS`, on the axis before the last.
        weights: on the four values.
        politics: whether recorded politics count too.
    """
    each = np.array([float(weight) for weight in weights] + [float(politics)])
    return np.asarray((found * each[:, None]).sum(axis=-2))


def parts(run: Run, player: str, politics: Mapping[str, Array] | None = None) -> Array:
    """What each value counts at a weight of 1, and recorded politics beside them: (parts, runs), as in `PARTS`.

    Args:
        run: as for `payoff`.
        player: as for `payoff`.
        politics: as for `payoff`.
    """
    return all_parts(run, (player,), politics)[0]


def all_parts(run: Run, players: Sequence[str], politics: Mapping[str, Array] | None = None) -> Array:
    """The same for several players, whose books are opened once: (players, parts, runs)."""
    books = _Books(run)
    return np.stack([books.worth(player, politics or {}) for player in players]).mean(axis=2)


class _Books:
    """The accounts of a run in the years after the data."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.steps = [run.step(year) for year in range(int(run.spec.rules_known[:4]) + 1, run.until + 1)]
        self._rows = [tuple(account.partition(".")[::2]) for account in run.parts(ACCOUNT)]

    def worth(self, player: str, politics: Mapping[str, Array]) -> Array:
        """(parts, years, runs)."""
        actors = members(self.run.spec, player)
        gained, paid = self._gained(player, actors) / self.scale, self._paid(player, actors) / self.scale
        security, unweighted = self._standing(player, actors)
        safety = -ACCIDENT / 100 * self.run.part("governance.accident_hazard")[self.steps]
        for name, slope in politics.items():
            actor, _, decision = name.partition(".")
            if actor in actors:
                unweighted = unweighted + slope * MENUS[decision].where(self._level(name))
        return np.stack([security, gained, safety, -paid, unweighted])

    @cached_property
    def years(self) -> Array:
        """(years, accounts, runs) billions of US dollars in the year that ends at each step."""
        account = self.run[ACCOUNT]
        return np.stack([account[t - 3 : t + 1].sum(axis=0, dtype=float) for t in self.steps]) / 1e9

    @cached_property
    def scale(self) -> Array:
        """(years, runs) the stakes: the world's AI revenue against the edge of the data, to the power of its growth."""
        rows = [n for n, (_, item) in enumerate(self._rows) if item == "ai_revenue"]
        t = self.run.quarters.index(self.run.spec.rules_known)
        edge = 4 * self.run[ACCOUNT][t, rows].sum(axis=0, dtype=float) / 1e9
        world = np.maximum(self.years[:, rows].sum(axis=1) / edge, 1e-9)
        return np.asarray(np.power(world, self.run.parameters["stakes_growth"]))

    def _sum(self, actors: Sequence[str], items: Sequence[str]) -> Array:
        """(years, runs) accounts of some actors added up."""
        rows = [n for n, (actor, item) in enumerate(self._rows) if actor in actors and item in items]
        return np.asarray(self.years[:, rows].sum(axis=1))

    def _gained(self, player: str, actors: Sequence[str]) -> Array:
        """Income: the nation's part of AI revenue, and sales abroad, as actors weigh them."""
        income = [name for name, item in ITEMS.items() if item.sign < 0 and not item.within and name != "ai_revenue"]
        found = TO_THE_NATION * self._sum(actors, ["ai_revenue"])
        p, own = self.run.parameters, {}
        if player == "allies":
            own = dict.fromkeys(SALES, p["ally_drift"] / choices.DRIFT_STATED)
        elif player == "hubs":
            own = {"transit_trade": p["hub_commerce"] / choices.COMMERCE_STATED}
        found = found + self._sum(actors, [name for name in income if name not in own])
        return np.asarray(sum((factor * self._sum(actors, [name]) for name, factor in own.items()), found))

    def _paid(self, player: str, actors: Sequence[str]) -> Array:
        """What a policy costs, and what a player invests beyond the trend because a package asks for it.

        Firms invest the trend by themselves, for what it earns them; what goes beyond is somebody's cost. Money that
        they then keep is no gain: they lose what it would have earned.
        """
        costs = [name for name, item in ITEMS.items() if item.sign > 0 and not item.within and name not in NOT_A_COST]
        lever, trend = SPENDING[player]
        path = lever_path(self.run.spec, lever, FIRST, len(self.run.quarters)) / trend
        beyond = np.array([max(1 - 1 / path[t - 3 : t + 1].mean(), 0.0) for t in self.steps])[:, None]
        return self._sum(actors, costs) + beyond * self._sum(actors, sorted(NOT_A_COST))

    def _standing(self, player: str, actors: Sequence[str]) -> tuple[Array, Array]:
        """(years, runs) security, and what no weight stands before."""
        run, lead = self.run, self.run["lead_months"][self.steps]
        none = np.zeros(lead.shape)
        if player in SIDES:
            side, month = SIDES[player]
            return Wants(Weights(1, 0, 0, 0), run.parameters[month], side).security(lead), none
        if player == "allies":
            near = np.exp(-np.maximum(lead, 0.0) / choices.THREAT_MONTHS)
            levels = sum((self._level(f"{actor}.alignment") for actor in actors), none)
            return -choices.PROTECTED * near * (len(actors) - levels), choices.REWARDED * levels
        shown = np.minimum(run["diverted_share"][self.steps], choices.MOST_SCANDAL)
        pressed = choices.LAWFUL * np.log1p(run["enforcement"][self.steps]) + choices.SCANDAL * shown
        policing = [self._level(f"{actor}.policing") for actor in actors]
        effort = sum((choices.EFFORT * level / (choices.ENOUGH - level) for level in policing), none)
        return -pressed * (len(actors) - sum(policing, none)), -effort

    def _level(self, decision: str) -> Array:
        """(years, runs) where a decision stands at the end of each year."""
        return self.run.part(f"decisions.{decision}")[self.steps].astype(float)
