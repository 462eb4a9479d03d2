"""The United States and China."""

from __future__ import annotations

import numpy as np

from agents import allocation
from agents.actor import NationalActor
from agents.adjustment import Target, adjusted
from agents.compute import REFERENCE_STOCK
from agents.explanation import Explanation, Reason, Unit, in_words, one, percent
from agents.seat import SECURITY_TODAY
from agents.state import Array, Row

ALARM_AT, ALARM_WIDTH = 8.0, 2.0
"""US lead in ECI points at which a reacting United States is half alarmed, and the width of that; judgement."""
CALM_EFFORT, ALARM_EFFORT = 0.5, 3.0
"""Enforcement against the lever's when calm, and what full alarm adds; judgement."""
REACTION = 0.25
"""Share of the way that its postures move in a quarter when it reacts; judgement."""
PUSH, PUSH_BEHIND, PUSH_SPEED = 0.5, 0.2, 0.1
"""Domestic push when fully blocked, what a changed lead adds to it, and its speed in a quarter; judgement."""
PUSH_OPEN, PUSH_DISTANCE = 0.5, 10.0
"""Share of the push that stays when nothing is blocked, and ECI points over which a changed lead counts; judgement."""
IMPORTS_ANYWAY = 0.6
"""What Beijing lets in when all its money is spent, against what it would let in when none is; judgement."""
HOARD_USED = 0.5
"""Share of what was bought ahead of a rule that is saved again in a quarter; judgement."""
LEAST_SPENDING = 0.1
"""Spending after buying ahead never falls below this share of the plan; judgement."""
STATE_GROWTH = 0.15
"""Yearly growth of the state's part of Chinese spending, in logs; judgement, from Big Fund III and its provinces."""
LEAD_SPENDING, LEAD_FULL = 0.5, 14.5
"""What a US lead of this many ECI points (a year at the pace of 2024-26) adds to the state's part; judgement."""
PUSH_TODAY = 0.5
"""Domestic push at which the growth of Chinese capacity and its money are stated."""
LEAD_TODAY = 9.0
"""US lead in ECI points at the edge of the data, at which the push is stated."""


class UnitedStates(NationalActor):
    """Sets the control regime; with `us_reacts` it tightens as its lead shrinks."""

    strictness, enforcement = Row(), Row()

    def effort(self) -> float:
        """Spending against the trend."""
        return self.world.setting("us_spending") / 100

    def build_out(self) -> float:
        """Sites, grids and permits for data centers against the trend."""
        return self.world.setting("us_power") / 100

    def recruiting(self) -> float:
        """People against the trend."""
        return self.world.setting("us_research") / 100

    def closure(self) -> tuple[float, float]:
        """As the levers say."""
        return self.world.setting("weight_security") / 100, self.world.setting("openness") / 100

    def clustering(self) -> tuple[Array, Array, float, float]:
        """Its own share and fall, and the lever's multiple."""
        p, multiple = self.world.p, self.world.setting("us_concentration")
        return p.us_concentration, p.us_concentration_fall, REFERENCE_STOCK["united_states"], multiple

    def take_postures(self) -> None:
        """Strictness of licenses and enforcement effort.

        Reacting, it closes licenses and raises enforcement when its lead falls below about eight points; while the lead
        is comfortable, licenses stay as the rules have them and enforcement slackens to half.
        """
        self.strictness = adjusted(self.strictness, self.strictness_target())
        self.enforcement = adjusted(self.enforcement, self.enforcement_target())

    @property
    def reacts(self) -> bool:
        """Whether its postures answer to its lead; in the record they are as they were."""
        return self.world.switch("us_reacts") and not self.world.in_data

    def alarm(self) -> Array:
        """0 while its lead is comfortable, 1 once it is lost."""
        return 1 / (1 + np.exp((self.world.public.lead - ALARM_AT) / ALARM_WIDTH))

    def strictness_target(self) -> Target:
        """How far it closes licenses, 0 to 1."""
        return Target(self.alarm(), REACTION) if self.reacts else Target(0.0)

    def enforcement_target(self) -> Target:
        """Enforcement effort, times the budget of 2026: the lever's, less when calm and more when alarmed."""
        effort = self.world.setting("enforcement")
        return Target(effort * (CALM_EFFORT + ALARM_EFFORT * self.alarm()), REACTION) if self.reacts else Target(effort)

    def explain_postures(self, member: int) -> list[Explanation]:
        """Why licenses are as strict and enforcement is as strong as they are."""
        effort, seen = self.world.setting("enforcement"), []
        closing, raising = "Licenses stay as the rules have them", "Enforcement does not respond to the lead"
        if self.reacts:
            closing = "The United States closes licenses as its lead shrinks"
            raising = "The United States raises enforcement as its lead shrinks"
            half = f", where {in_words(ALARM_AT, Unit.POINTS)} leave it half alarmed"
            seen = [
                Reason.of(member, "lead", self.world.public.lead, Unit.LEAD, "last quarter the US was {}" + half),
                Reason.of(member, "alarm", self.alarm(), Unit.SHARE, "its alarm is at {}"),
            ]
        asked = Reason.of(member, "setting", effort, Unit.BUDGETS, "the scenario asks for {}")
        return [
            Explanation.of(
                "strictness", Unit.SHARE, member, self.strictness, self.strictness_target(),
                rule=closing, reasons=seen,
            ),
            Explanation.of(
                "enforcement", Unit.BUDGETS, member, self.enforcement, self.enforcement_target(),
                rule=raising, reasons=[*seen, asked],
            ),
        ]  # fmt: skip


class China(NationalActor):
    """Target of the controls: buys, permits imports, pushes its own chips and stocks up before a rule."""

    permission, hoard, early, push = Row(), Row(), Row(), Row()

    # --- money -------------------------------------------------------------------------------------------------------

    def prospects(self) -> Array:
        """What revenue carries, and beside it the state's part, which grows by plan and by the distance to the US."""
        share = self.world.p.state_share
        return (1 - share) * super().prospects() + share * self.state_prospects()

    def state_prospects(self) -> Array:
        """The state's part against that of the last quarter of data."""
        w = self.world
        behind = np.clip(w.public.lead, -LEAD_FULL, LEAD_FULL)
        urgent = (1 + LEAD_SPENDING * behind / LEAD_FULL) / (1 + LEAD_SPENDING * LEAD_TODAY / LEAD_FULL)
        return np.exp(STATE_GROWTH * w.now.since) * urgent

    def effort(self) -> float:
        """Spending against the trend."""
        return self.world.setting("china_spending") / 100

    def spend(self) -> None:
        """Spending, moved forward when a rule is expected: what was hoarded is missing in the quarters after."""
        super().spend()
        planned = self.plan * self.for_use(allocation.CHIPS)
        self.early = self.bought_ahead(planned)
        self.hoard = self.hoard - self.saved_again(planned) + self.early

    def moved_by_rules(self, planned: Array) -> Array:
        """US dollars for chips bought ahead of a rule, less what is saved again afterwards."""
        return self.bought_ahead(planned) - self.saved_again(planned)

    def bought_ahead(self, planned: Array) -> Array:
        """US dollars spent now because a rule is coming."""
        return self.world.p.hoarding * self.world.now.stockpiling * planned

    def saved_again(self, planned: Array) -> Array:
        """US dollars not spent now because they were spent ahead of a rule."""
        return np.minimum(HOARD_USED * self.hoard, (1 - LEAST_SPENDING) * self.effort() * planned)

    def spending_reasons(self, member: int) -> list[Reason]:
        """What moves everybody's spending, and whose money it is."""
        w, found = self.world, super().spending_reasons(member)
        if not w.in_data:
            text = "{} of its money is the state's, whose part grows by plan and by the distance to the US"
            found.append(Reason.of(member, "state_share", w.p.state_share, Unit.SHARE, text))
        return found

    def chip_reasons(self, member: int, planned: Array) -> list[Reason]:
        """What rules to come move into this quarter or out of it."""
        w, found = self.world, super().chip_reasons(member, planned)
        if w.now.stockpiling > 0:
            text = "it buys ahead of a rule that takes away {} of what it may buy"
            found.append(Reason.of(member, "stockpiling", w.now.stockpiling, Unit.SHARE, text))
        if one(self.hoard, member) > 0:
            text = "it saves {} of what it spent ahead of a rule"
            found.append(Reason.of(member, "saved_again", self.saved_again(planned), Unit.DOLLARS, text))
        return found

    def value_of_fabs(self) -> Array:
        """Money and priority for its own fabs and memory, as it pushes them."""
        return self.push / PUSH_TODAY

    def fab_reasons(self, member: int) -> list[Reason]:
        """How hard it pushes its own chips."""
        return [
            Reason.of(
                member, "push", self.push, Unit.SHARE, f"its push is at {{}}, where {percent(PUSH_TODAY)} is today's"
            )
        ]

    def build_out(self) -> float:
        """Sites, grids and permits for data centers against the trend."""
        return self.world.setting("china_power") / 100

    def closure(self) -> tuple[float, float]:
        """Security as elsewhere today, openness as the lever says."""
        return SECURITY_TODAY, self.world.setting("china_openness") / 100

    def clustering(self) -> tuple[Array, Array, float, float]:
        """The same share and fall as everybody else's, and the lever's multiple."""
        size, fall, reference, _ = super().clustering()
        return size, fall, reference, self.world.setting("china_concentration")

    # --- postures ----------------------------------------------------------------------------------------------------

    def take_postures(self) -> None:
        """Import permission and the domestic push."""
        self.push = adjusted(self.push, self.push_target())
        self.permission = adjusted(self.permission, self.permission_target())

    def explain_postures(self, member: int) -> list[Explanation]:
        """Why it pushes its own chips so hard and lets in so much."""
        return [self.explain_push(member), self.explain_permission(member)]

    def push_target(self) -> Target:
        """Domestic push, 0 to 1: harder the more it is blocked and the further it is behind."""
        fixed = self.world.setting("chip_push")
        if not np.isnan(fixed):
            return Target(fixed / 100)
        return Target(np.clip(self.push_when_blocked() + self.push_when_behind(), 0, 1), PUSH_SPEED)

    def push_when_blocked(self) -> Array:
        """Push that being kept from frontier chips calls for."""
        return PUSH * (PUSH_OPEN + (1 - PUSH_OPEN) * self.world.public.blocked)

    def push_when_behind(self) -> Array:
        """Push that a lead of the United States adds, or takes away where it is smaller than today's."""
        return PUSH_BEHIND * np.tanh((self.world.public.lead - LEAD_TODAY) / PUSH_DISTANCE)

    def explain_push(self, member: int) -> Explanation:
        """Why it pushes its own chips as hard as it does."""
        w = self.world
        lacked = "last quarter the best legal chip lacked {} of a frontier chip's use"
        led = f"the US was {{}}, where {in_words(LEAD_TODAY, Unit.POINTS)} is neutral"
        return Explanation.of(
            "push", Unit.SHARE, member, self.push, self.push_target(), setting=w.setting("chip_push"),
            rule="China pushes its own chips harder when it is blocked and when it is behind",
            reasons=[
                Reason.of(member, "blocked", w.public.blocked, Unit.SHARE, lacked, effect=self.push_when_blocked()),
                Reason.of(member, "lead", w.public.lead, Unit.LEAD, led, effect=self.push_when_behind()),
            ],
        )  # fmt: skip

    def permission_target(self) -> Target:
        """Share of what the United States allows that Beijing lets in, 0 to 1.

        More when the price keeps money from being spent, less the more Beijing is set against imports.
        """
        w = self.world
        fixed = w.setting("import_permission")
        if not np.isnan(fixed):
            return Target(fixed / 100)
        return Target(np.clip((1 - w.p.import_reluctance) * (IMPORTS_ANYWAY + w.public.priced_out), 0, 1))

    def explain_permission(self, member: int) -> Explanation:
        """Why it lets in as much as it does."""
        w = self.world
        dear = "last quarter the price of compute kept {} of its money from being spent"
        anyway = in_words(IMPORTS_ANYWAY, Unit.SHARE)
        reluctant = f"its resistance keeps out {{}} of that and of the {anyway} that it would let in anyway"
        return Explanation.of(
            "permission", Unit.SHARE, member, self.permission, self.permission_target(),
            setting=w.setting("import_permission"),
            rule="China lets in more when compute is too dear for its money and less the more it resists imports",
            reasons=[
                Reason.of(member, "priced_out", w.public.priced_out, Unit.SHARE, dear),
                Reason.of(member, "import_reluctance", w.p.import_reluctance, Unit.SHARE, reluctant),
            ],
        )  # fmt: skip
