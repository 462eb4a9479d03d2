"""Money of an actor: what it plans for AI, and how it divides that over chips, fabs, power and people."""

from __future__ import annotations

import numpy as np

from agents import allocation, plans
from agents.adjustment import Target
from agents.explanation import Explanation, Reason, Unit, one
from agents.seat import Seat
from agents.state import Array, BlocRow, Row
from scenarios.uses import MONEY

LEAST_MONEY = 1e-9
"""US dollars a quarter in each use of whoever has nothing, so that its shares add to 1."""
LEAST_COVER = 0.1
"""Quarters of production on order below which nobody builds less for it."""
RACE_SPENDING = 0.15
"""Extra spending of a developer that is behind or hard pressed; judgment."""


class Treasury(Seat):
    """Spends: a budget that follows revenue, and shares of it that follow what a further dollar brings."""

    plan, target, base_plan, budget, money, executed = Row(), Row(), Row(), Row(), Row(), Row()
    money_use, power_use = Row(), BlocRow()

    # --- the budget --------------------------------------------------------------------------------------------------

    def prospects(self) -> Array:
        """Money for AI that revenue carries, against that of the last quarter of data."""
        return self.world.now.prospects[self.rows]

    def effort(self) -> Array | float:
        """Spending against the trend, a factor set by policy: `(1,)` for an actor, `(k, 1)` for a block."""
        return self.world.now.effort[self.rows]

    def spend(self) -> None:
        """Plan money for AI, divide what policy, rivalry and public costs make of it, and place the part for chips."""
        self.target = target = self.base_plan * self.prospects()
        self.plan = plan = self.next_plan(target)
        if self.world.in_data:
            self.base_plan = plan
        self.money_use = shares = self.next_money_use()
        self.budget = budget = self.next_budget(plan)
        self.money = self.next_money(plan, budget, shares[..., allocation.CHIPS, :])

    def next_money(self, plan: Array, budget: Array, chips: Array) -> Array:
        """US dollars to place for chips: their share of the budget, and what rules to come move."""
        return np.maximum(chips * budget + self.moved_by_rules(chips * plan), 0.0)

    def next_plan(self, target: Array) -> Array:
        """Plan, US dollars a quarter: the record, and after it what revenue carries and what could be placed of it."""
        if self.world.in_data:
            return self.world.now.recorded_money[self.rows].sum(axis=-2)
        return plans.followed(self.plan, target, self.placed())

    def placed(self) -> Array:
        """Share of the last budget that was spent: of the money for chips what could be placed, of the rest all."""
        return 1 - self.for_use(allocation.CHIPS) * (1 - self.executed)

    def for_use(self, use: int) -> Array:
        """Share of the budget that goes to a use of money."""
        share: Array = self.money_use[..., use, :]
        return share

    def moved_by_rules(self, planned: Array) -> Array | float:
        """US dollars for chips that rules to come move into this quarter or out of it."""
        return 0.0

    def next_budget(self, plan: Array) -> Array:
        """US dollars to divide: the plan, times policy, more under pressure, less what controls cost beyond today's."""
        whole = plan * (self.effort() * (1 + self.race_spending()))
        if self.world.in_data:
            return whole
        return np.maximum(whole - (self.world.now.public_costs[self.rows] - self.world.edge.public[self.rows]), 0.0)

    def race_spending(self) -> Array | float:
        """Share of the plan that rivalry adds; the record has it already."""
        w = self.world
        return 0.0 if w.in_data else w.p.hostility * RACE_SPENDING * self.pressure()

    def explain_spending(self, member: int) -> list[Explanation]:
        """Why it has as much money for AI as it has, and places as much of it for chips as it does."""
        rule = "Plans stay at those of the last recorded quarter"
        if self.world.switch("reinvestment"):
            rule = "Plans follow AI revenue, its returns, and what could be ordered"
        plan, shares = self.next_plan(self.base_plan * self.prospects()), self.next_money_use()
        budget, chips = self.next_budget(plan), shares[..., allocation.CHIPS, :]
        return [
            Explanation.of(
                "budget", Unit.DOLLARS, member, self.budget, Target(budget),
                rule="Recorded, or what recorded supply was worth and the rest cost" if self.world.in_data else rule,
                reasons=self.spending_reasons(member),
            ),
            Explanation.of(
                "money", Unit.DOLLARS, member, self.money, Target(self.next_money(plan, budget, chips)),
                rule="Chips get their share of the budget",
                reasons=[
                    Reason.of(member, "budget", budget, Unit.DOLLARS, "the budget is {}"),
                    Reason.of(member, "share", chips, Unit.SHARE, "chips get {} of it"),
                    *self.chip_reasons(member, chips * plan),
                ],
            ),
        ]  # fmt: skip

    def chip_reasons(self, member: int, planned: Array) -> list[Reason]:
        """What moves money for chips beside its share of the budget; by default nothing does."""
        return []

    def spending_reasons(self, member: int) -> list[Reason]:
        """The numbers behind its spending; the record needs none but policy's."""
        found, effort = [], self.effort()
        if not self.world.in_data:
            carried = "revenue carries {} of what was spent in the last recorded quarter"
            found = [
                Reason.of(member, "prospects", self.prospects(), Unit.SHARE, carried),
                Reason.of(member, "executed", self.executed, Unit.SHARE, "{} of the last money could be placed"),
                self.rivalry(member),
                Reason.of(member, "race_spending", self.race_spending(), Unit.SHARE, "the race adds {}"),
            ]
        if one(effort, member) != 1:
            found.append(Reason.of(member, "effort", effort, Unit.SHARE, "the scenario asks for {} of the plan"))
        return found

    # --- its uses ----------------------------------------------------------------------------------------------------

    def next_money_use(self) -> Array:
        """Shares of the budget: those of the record, and after it on their way to what each use is worth."""
        w = self.world
        if w.in_data:
            money = w.now.recorded_money[self.rows] + LEAST_MONEY
            return money / money.sum(axis=-2, keepdims=True)
        return self.as_fixed("money", allocation.toward(self.money_use, self.money_target()))

    def money_target(self) -> Array:
        """Shares in proportion to the usual ones times what each use is worth against the edge of the data."""
        return allocation.divided(self.world.now.usual_use[self.rows], self.money_values())

    def money_values(self) -> Array:
        """What a further dollar brings in each use of money, against the edge of the data."""
        values = np.empty((*self.executed.shape[:-1], len(MONEY), self.executed.shape[-1]))
        values[..., allocation.CHIPS, :] = self.value_of_chips()
        values[..., allocation.FABS, :] = self.value_of_fabs()
        values[..., allocation.POWER, :] = self.value_of_power()
        values[..., allocation.STAFF, :] = self.worth("people") * self.recruiting()
        return values

    def value_of_chips(self) -> Array:
        """More where compute earns much of what it costs, less where chips wait for power or money finds none."""
        return self.executed * np.sqrt(np.sqrt(self.world.now.chip_return[self.bloc]) / self.worth("power"))

    def value_of_fabs(self) -> Array:
        """More where chips are long on order and dear against their cost."""
        w = self.world
        cover = np.maximum(w.public.cover, LEAST_COVER) / np.maximum(w.edge.cover, LEAST_COVER)
        return np.sqrt(cover * (w.now.margin / w.edge.margin))

    def value_of_power(self) -> Array:
        """More where chips wait for power, and where policy asks for a larger build-out."""
        tight = self.worth("power")
        return tight * np.sqrt(tight) * self.build_out()

    def build_out(self) -> float | Array:
        """Sites, grids and permits for data centers against the trend, a factor set by policy."""
        return 1.0

    def recruiting(self) -> float | Array:
        """People against the trend, a factor set by policy."""
        return 1.0

    def explain_money_use(self, member: int) -> list[Explanation]:
        """Why each use of money gets the share that it gets."""
        shares, in_data = self.next_money_use(), self.world.in_data
        target = shares if in_data else self.money_target()
        rule = (
            "What was built and what it cost is recorded"
            if in_data
            else "Money goes where one more dollar brings the most"
        )
        reasons = ([], [], [], []) if in_data else self.money_reasons(member)
        return self.explain_shares(member, "money", self.money_use, target, shares, rule, reasons)

    def money_reasons(self, member: int) -> tuple[list[Reason], ...]:
        """What each use of money answers to."""
        w = self.world
        earned = "compute earns {} of what it did, against its price"
        short = "chips need {} of the power there will be"
        power = Reason.of(member, "power_use", self.power_use, Unit.SHARE, short)
        placed = "{} of the last money for chips could be placed"
        chips = [
            Reason.of(member, "chip_return", w.now.chip_return[self.bloc], Unit.SHARE, earned), power,
            Reason.of(member, "executed", self.executed, Unit.SHARE, placed),
        ]  # fmt: skip
        scarce = Reason.of(member, "worth", self.value_of_power(), Unit.FACTOR, "power is worth {} what it was")
        return chips, self.fab_reasons(member), [power, scarce], self.people_reasons(member)

    def fab_reasons(self, member: int) -> list[Reason]:
        """What money for fabs answers to."""
        w = self.world
        return [
            Reason.of(member, "cover", w.public.cover, Unit.QUARTERS, "{} of production are on order"),
            Reason.of(member, "margin", w.now.margin, Unit.FACTOR, "a chip sells at {} its cost"),
        ]
