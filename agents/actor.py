"""A national actor: spends, splits its compute, and sets its postures."""

from __future__ import annotations

from typing import Any, Self

import mesa
import numpy as np

from agents import plans
from agents.adjustment import Target, adjusted
from agents.explanation import Explanation, Reason, Unit, one
from agents.protocols import WorldView
from agents.state import Array, Row

USES = {"serving": 2.8, "experiments": 1.4, "pretraining": 1.0}
"""Marginal values of uses against pretraining's: half of lab compute serves, a quarter experiments.

Epoch AI, AI compute users (2026): inference about half of lab compute; final training runs 10 to 30 % of research.
"""
INERTIA = 0.35
"""Share of the way to its target that an allocation moves in a quarter."""
BASE_SAFETY = 0.03
"""Share of compute for safety without a rival in sight. Judgement: published lab statements span 1 to 10 %."""
REFERENCE_STOCK = {"united_states": 15.75e6, "china": 2.5e6}
"""Usable compute at the end of 2025, H100e, to which the concentration parameters refer.

Epoch AI chip owners: US companies 15.75 million; China 1.8 million owned (diverted chips included) and about 0.7
million rented.
"""
LARGEST_SHARE = 0.5
"""No actor can put more than this share of its compute into one run; judgement."""
GATHERING = 0.35
"""Share of the way, in logs, that concentration moves in a quarter; judgement: clusters are joined within a year."""
HAZARD_STATED = 0.01
"""Accident hazard a year at which the base safety share is stated: the middle of its parameter."""
MOST_SAFETY = 0.5
"""Largest share of compute that an actor gives to safety by itself; judgement."""
CORNERS = 0.8
"""Largest share of safety work that a close and hostile race takes away; judgement."""
RACE_DISTANCE = 6.0
"""ECI points at which a rival counts as close; judgement, about five months of progress."""
RACE_SPENDING = 0.15
"""Extra spending of a developer that is behind or hard pressed; judgement."""


class NationalActor(mesa.Agent):
    """Every quantity has shape `(runs,)` for one actor or `(k, runs)` for a group of one kind.

    Beside each decision stands an `explain_…`, which tells why from the methods that the decision itself calls.
    """

    plan, target, base_plan, money, executed = Row(), Row(), Row(), Row(), Row()
    reinforcement, safety = Row(), Row()
    concentration, clustered, used_train = Row(), Row(), Row()
    alignment, policing, rl_value = Row(), Row(), Row()

    model: Any

    def __init__(self, model: Any, rows: int | slice, name: str = "") -> None:
        super().__init__(model)
        self.rows, self.name = rows, name

    @classmethod
    def group(cls, model: Any, rows: int | slice) -> Self:
        """One object for a block of rows of the same kind; the same methods, not registered with Mesa."""
        group = object.__new__(cls)
        group.model, group.rows, group.name = model, rows, cls.__name__
        return group

    @property
    def world(self) -> WorldView:
        """The part of the world that an actor may look at."""
        return self.model

    def decide(self) -> None:
        """Decide from last quarter's picture only, so that the order of decisions cannot matter."""
        self.allocate()
        self.take_postures()

    def explain(self, member: int = 0) -> list[Explanation]:
        """Why one actor decides this quarter as it does, decision by decision, in one member of the ensemble.

        To be asked before it decides: a decision overwrites the rows that it started from.
        """
        return [*self.explain_allocation(member), *self.explain_postures(member)]

    def allocate(self) -> None:
        """Money and compute; the same for allies, hubs and the rest, who do it as one block of rows."""
        self.spend()
        self.split_compute()
        self.concentrate()

    def explain_allocation(self, member: int) -> list[Explanation]:
        """Why it allocates money and compute so."""
        return [
            self.explain_spending(member), self.explain_safety(member), self.explain_reinforcement(member),
            self.explain_concentration(member),
        ]  # fmt: skip

    # --- money -------------------------------------------------------------------------------------------------------

    def prospects(self) -> Array:
        """Money for chips that revenue carries, against that of the last quarter of data."""
        return self.world.now.prospects[self.rows]

    def effort(self) -> Array | float:
        """Spending against the trend, a factor set by policy: `(1,)` for an actor, `(k, 1)` for a block."""
        return self.world.now.effort[self.rows]

    def spend(self) -> None:
        """Plan money for chips, and decide what to place of it: policy and a rival's pressure come on top."""
        self.target = target = self.base_plan * self.prospects()
        self.plan = plan = self.next_plan(target)
        self.money = self.budget(plan) + self.moved_by_rules(plan)
        if self.world.in_data:
            self.base_plan = plan

    def next_plan(self, target: Array) -> Array:
        """Plan, US dollars a quarter: the record, and after it what revenue carries and what could be placed of it."""
        if self.world.in_data:
            return self.world.now.recorded_spending[self.rows]
        return plans.followed(self.plan, target, self.executed)

    def moved_by_rules(self, plan: Array) -> Array | float:
        """US dollars that rules to come move into this quarter or out of it."""
        return 0.0

    def budget(self, plan: Array) -> Array:
        """US dollars to place: the plan, times policy, more when pressed by a rival."""
        return plan * (self.effort() * (1 + self.race_spending()))

    def race_spending(self) -> Array | float:
        """Share of the plan that rivalry adds; the record has it already."""
        w = self.world
        return 0.0 if w.in_data else w.p.hostility * RACE_SPENDING * self.pressure()

    def pressure(self) -> Array | float:
        """1 when a rival is level or ahead, falling to 0 as the own lead grows."""
        return np.exp(-np.maximum(self.world.public.rival_gap[self.rows], 0) / RACE_DISTANCE)

    def explain_spending(self, member: int) -> Explanation:
        """Why it places as much money as it does."""
        rule = "Plans stay at those of the last recorded quarter"
        if self.world.switch("reinvestment"):
            rule = "Plans follow AI revenue and its return and what could be ordered"
        plan = self.next_plan(self.base_plan * self.prospects())
        return Explanation.of(
            "money", Unit.DOLLARS, member, self.money, Target(self.budget(plan) + self.moved_by_rules(plan)),
            rule="Recorded, or what recorded supply was worth" if self.world.in_data else rule,
            reasons=self.spending_reasons(member),
        )  # fmt: skip

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

    def rivalry(self, member: int) -> Reason:
        """How near its best rival was last quarter."""
        gap, text = self.world.public.rival_gap[self.rows], "against its best rival it was {} last quarter"
        return Reason.of(member, "rival_gap", gap, Unit.LEAD, text)

    # --- compute by use ----------------------------------------------------------------------------------------------

    def split_compute(self) -> None:
        """Move the uses of compute towards shares in proportion to their marginal values.

        Serving, experiments and pretraining keep constant marginal values, so they share what safety and
        reinforcement learning leave in fixed proportions (`USES`).
        """
        self.safety = adjusted(self.safety, self.safety_target())
        self.reinforcement = self.next_reinforcement(self.safety)

    def safety_target(self) -> Target:
        """Share of compute for safety.

        A close and hostile rival makes developers cut corners, a weak or mild one does not; a technology known to be
        safer is met with less care (Stafford, Trager and Dafoe 2022).
        """
        w = self.world
        fixed = w.setting("safety_share")
        if not np.isnan(fixed):
            return Target(fixed / 100, INERTIA)
        return Target(np.minimum(w.baseline_safety * (1 - self.corners()), MOST_SAFETY), INERTIA)

    def corners(self) -> Array | float:
        """Share of safety work that rivalry takes away."""
        return CORNERS * self.world.p.hostility * self.closeness()

    def closeness(self) -> Array | float:
        """1 when the rival is level, falling to 0 as either leads."""
        gap = self.world.public.rival_gap[self.rows] * (1 / RACE_DISTANCE)
        return np.exp(-gap * gap)

    def explain_safety(self, member: int) -> Explanation:
        """Why safety gets the share that it gets."""
        w = self.world
        calm, lost = "without a rival it would be {} of compute", "the race takes away {} of it"
        return Explanation.of(
            "safety", Unit.SHARE, member, self.safety, self.safety_target(), setting=w.setting("safety_share"),
            rule="A close and hostile rival lowers safety spending",
            reasons=[
                Reason.of(member, "baseline_safety", w.baseline_safety, Unit.SHARE, calm),
                self.rivalry(member),
                Reason.of(member, "corners", self.corners(), Unit.SHARE, lost),
            ],
        )  # fmt: skip

    def next_reinforcement(self, safety: Array | float) -> Array:
        """Share of compute for reinforcement learning, which grows no faster than it can."""
        old, (wanted, speed) = self.reinforcement, self.reinforcement_target(safety)
        return old + np.minimum(speed * (wanted - old), (self.world.p.rl_ramp - 1) * old)

    def reinforcement_target(self, safety: Array | float) -> Target:
        """The share in proportion to its marginal value, of what safety leaves."""
        rl = self.rl_value / self.world.p.points_per_oom
        return Target((1 - safety) * rl / (rl + sum(USES.values())), INERTIA)

    def explain_reinforcement(self, member: int) -> Explanation:
        """Why reinforcement learning gets the share that it gets."""
        safety, p = adjusted(self.safety, self.safety_target()), self.world.p
        gain, usual = "ten times the reinforcement learning adds {}", "ten times the pretraining adds {}"
        return Explanation.of(
            "reinforcement", Unit.SHARE, member, self.reinforcement, self.reinforcement_target(safety),
            value=self.next_reinforcement(safety),
            rule="Compute goes where it adds most capability",
            reasons=[
                Reason.of(member, "rl_value", self.rl_value, Unit.POINTS, gain),
                Reason.of(member, "points_per_oom", p.points_per_oom, Unit.POINTS, usual),
                Reason.of(member, "rl_ramp", p.rl_ramp, Unit.GROWTH, "the share can grow by {} a quarter at most"),
            ],
        )  # fmt: skip

    # --- the largest run ---------------------------------------------------------------------------------------------

    def concentrate(self) -> None:
        """Share of usable compute for the largest run, with policy's multiple and without it."""
        self.clustered = self.cluster()
        self.concentration = self.next_concentration()

    def next_concentration(self) -> Array | float:
        """Share of usable compute in the largest run, which adjusts in logs: sites differ by factors."""
        old, (wanted, speed) = self.concentration, self.concentration_target()
        return wanted if speed == 1 else old * np.power(wanted / old, speed)

    def concentration_target(self) -> Target:
        """Policy's multiple of what one run would get; clusters are joined over quarters, not at once."""
        *_, multiple = self.clustering()
        return Target(np.minimum(multiple * self.cluster(), LARGEST_SHARE), self.gathering())

    def cluster(self) -> Array:
        """Share of compute that one run gets, policy apart: in the record by the stock, after it by money and fleet."""
        size, *_ = self.clustering()
        if self.world.in_data:
            return size * self.dilution(self.used_train)
        return self.world.now.run_share[self.rows]

    def gathering(self) -> float:
        """Share of the way, in logs, that the share in the largest run moves in a quarter; in the record, at once."""
        return 1.0 if self.world.in_data else GATHERING

    def dilution(self, stock: Array) -> Array:
        """What is left of the share at the reference stock when the stock is this large, H100e in training."""
        _, fall, reference, _ = self.clustering()
        return np.power(stock / reference + 1e-9, -fall)

    def clustering(self) -> tuple[Array, Array, float, float]:
        """Share in the largest run at a reference stock, its fall with size, that stock, and the policy's multiple."""
        p = self.world.p
        return p.china_concentration, p.china_concentration_fall, REFERENCE_STOCK["china"], 1.0

    def explain_concentration(self, member: int) -> Explanation:
        """Why the largest run gets the share that it gets."""
        stock, (_, _, _, multiple) = self.used_train, self.clustering()
        found = [Reason.of(member, "used_train", stock, Unit.CHIPS, "last quarter it used {}")]
        if self.world.in_data:
            doubled, text = self.dilution(2 * stock) / self.dilution(stock), "doubling that changes the share by {}"
            found.append(Reason.of(member, "dilution", doubled, Unit.GROWTH, text))
        else:
            carried = "by what AI earns and what chips cost, one run gets {} of it"
            found.append(Reason.of(member, "run_share", self.cluster(), Unit.SHARE, carried))
        if multiple != 1:
            found.append(Reason.of(member, "multiple", multiple, Unit.FACTOR, "the scenario asks for {} as much"))
        return Explanation.of(
            "concentration", Unit.SHARE, member, self.concentration, self.concentration_target(),
            value=self.next_concentration(),
            rule="The share in the largest run depends on how much compute there is" if self.world.in_data
            else "The largest run follows money and the fleet", reasons=found,
        )  # fmt: skip

    # --- postures ----------------------------------------------------------------------------------------------------

    def take_postures(self) -> None:
        """Alignment with the United States and policing of trade; by default they stay."""

    def explain_postures(self, member: int) -> list[Explanation]:
        """Why it takes the postures that it takes; by default it takes none."""
        return []
