"""The United States and China."""

from __future__ import annotations

import numpy as np

from agents import allocation, choices, licensing
from agents.actor import NationalActor
from agents.adjustment import Target, adjusted
from agents.choice import chosen
from agents.compute import REFERENCE_STOCK
from agents.explanation import Explanation, Reason, Unit, in_words, one, percent
from agents.licensing import AS_WRITTEN
from agents.rows import CHINA, US
from agents.seat import SECURITY_TODAY
from agents.state import Array, Row
from scenarios.values import Weights

ALARM_AT, ALARM_WIDTH = 8.0, 2.0
"""US lead in ECI points at which a reacting United States is half alarmed, and the width of that; judgment."""
CALM_EFFORT, ALARM_EFFORT = 0.5, 3.0
"""Enforcement against the lever's when calm, and what full alarm adds; judgment."""
REACTION = 0.25
"""Share of the way that its postures move in a quarter when it reacts; judgment."""
PUSH, PUSH_BEHIND, PUSH_SPEED = 0.5, 0.2, 0.1
"""Domestic push when fully blocked, what a changed lead adds to it, and its speed in a quarter; judgment."""
PUSH_OPEN, PUSH_DISTANCE = 0.5, 10.0
"""Share of the push that stays when nothing is blocked, and ECI points over which a changed lead counts; judgment."""
IMPORTS_ANYWAY = 0.6
"""What Beijing lets in when all its money is spent, against what it would let in when none is; judgment."""
HOARD_USED = 0.5
"""Share of what was bought ahead of a rule that is saved again in a quarter; judgment."""
LEAST_SPENDING = 0.1
"""Spending after buying ahead never falls below this share of the plan; judgment."""
STATE_GROWTH = 0.15
"""Yearly growth of the state's part of Chinese spending, in logs; judgment, from Big Fund III and its provinces."""
LEAD_SPENDING, LEAD_FULL = 0.5, 14.5
"""What a US lead of this many ECI points (a year at the pace of 2024-26) adds to the state's part; judgment."""
PUSH_TODAY = 0.5
"""Domestic push at which the growth of Chinese capacity and its money are stated."""
LIMITS_TODAY = 0.2
"""Limits on access to American models in 2026, 0 to 1; judgment."""
LEAD_TODAY = 9.0
"""US lead in ECI points at the edge of the data, at which the push is stated."""


class Superpower(NationalActor):
    """Chooses by what each level of a decision is worth to it, and what it expects of the other."""

    rows: int

    def best(self, decision: str, worth: choices.Worth) -> Array:
        """The level that it would set, by what levels are worth to it."""
        w, wants = self.world, self.world.wants(self.rows)
        return chosen(decision, worth(w.now.stakes, wants), w.politics(decision)[self.rows], w.p.choice_temperature)

    def weighed(self, member: int, decision: str, worth: choices.Worth) -> list[Reason]:
        """What speaks for more of a decision and against."""
        w, wants = self.world, self.world.wants(self.rows)
        return self.weighing(
            member, decision, lambda weights: worth(w.now.stakes, wants._replace(weights=weights)), wants.weights
        )

    def licenses_worth(self, weights: Weights) -> Array:
        """What its levels of licensing or permission are worth to it, by what it expects of the other."""
        wants = [self.world.wants(row)._replace(weights=weights) for row in (US, CHINA)]
        w = self.world
        return licensing.worth_alone(w.now.stakes, wants[self.rows], w.p.import_reluctance, w.now.licenses)


class UnitedStates(Superpower):
    """Sets the control regime: which chips may go, how hard leaks are chased, and who may use its models."""

    licensing, enforcement, model_access = Row(), Row(), Row()

    def effort(self) -> float | Array:
        """Spending against the trend."""
        return self.world.setting("us_spending") / 100

    def build_out(self) -> float | Array:
        """Sites, grids and permits for data centers against the trend."""
        return self.world.setting("us_power") / 100

    def recruiting(self) -> float | Array:
        """People against the trend."""
        return self.world.setting("us_research") / 100

    def closure(self) -> tuple[float | Array, float | Array]:
        """As the levers say."""
        return self.world.setting("weight_security") / 100, self.world.setting("openness") / 100

    def clustering(self) -> tuple[Array, Array, float, float | Array]:
        """Its own share and fall, and the lever's multiple."""
        p, multiple = self.world.p, self.world.setting("us_concentration")
        return p.us_concentration, p.us_concentration_fall, REFERENCE_STOCK["united_states"], multiple

    def take_postures(self) -> None:
        """Licenses, enforcement and access to models, as it values the lead, revenue, safety and money."""
        self.licensing = adjusted(self.licensing, self.licensing_target())
        self.enforcement = adjusted(self.enforcement, self.enforcement_target())
        self.model_access = adjusted(self.model_access, self.model_access_target())

    def licensing_target(self) -> Target:
        """How strictly it licenses chips, 0 to 1: what it would set, expecting what Beijing would let in."""
        return self.taken("licensing", self.usual_licensing, lambda: self.world.now.licenses[0])

    def enforcement_target(self) -> Target:
        """Enforcement budget, as a multiple of the budget of 2026."""
        return self.taken("enforcement", self.usual_enforcement, lambda: self.best("enforcement", choices.enforcement))

    def model_access_target(self) -> Target:
        """Limits on access to its models, 0 to 1."""
        return self.taken(
            "model_access", lambda: Target(LIMITS_TODAY), lambda: self.best("model_access", choices.model_access)
        )

    @property
    def reacts(self) -> bool:
        """Whether its postures answer to its lead; in the record they are as they were."""
        return self.world.switch("us_reacts") and not self.world.in_data

    def alarm(self) -> Array:
        """0 while its lead is comfortable, 1 once it is lost."""
        return 1 / (1 + np.exp((self.world.public.lead - ALARM_AT) / ALARM_WIDTH))

    def usual_licensing(self) -> Target:
        """By habit licenses stay as the rules have them; reacting, it closes them as its lead falls."""
        return Target(AS_WRITTEN * (1 + self.alarm()), REACTION) if self.reacts else Target(AS_WRITTEN)

    def usual_enforcement(self) -> Target:
        """By habit that of 2026; reacting, less when calm and more when alarmed."""
        return Target(CALM_EFFORT + ALARM_EFFORT * self.alarm(), REACTION) if self.reacts else Target(1.0)

    def explain_postures(self, member: int) -> list[Explanation]:
        """Why licenses, enforcement and access are as they are."""
        closing = "The United States closes licenses as its lead shrinks" if self.reacts else "The rules are as written"
        raising = "The United States raises enforcement as its lead shrinks" if self.reacts else "The budget stays"
        return [
            self.explain_choice(
                member, "licensing", Unit.SHARE, self.licensing_target(), (closing, self.alarmed(member)),
                lambda: self.weighing(member, "licensing", self.licenses_worth, self.world.weights(US)),
            ),
            self.explain_choice(
                member, "enforcement", Unit.BUDGETS, self.enforcement_target(), (raising, self.alarmed(member)),
                lambda: self.weighed(member, "enforcement", choices.enforcement),
            ),
            self.explain_choice(
                member, "model_access", Unit.SHARE, self.model_access_target(), ("Limits stay as they are", []),
                lambda: self.weighed(member, "model_access", choices.model_access),
            ),
        ]  # fmt: skip

    def alarmed(self, member: int) -> list[Reason]:
        """What a United States that reacts by habit looks at."""
        if not self.reacts:
            return []
        half = f", where {in_words(ALARM_AT, Unit.POINTS)} leave it half alarmed"
        return [
            Reason.of(member, "lead", self.world.public.lead, Unit.LEAD, "last quarter the US was {}" + half),
            Reason.of(member, "alarm", self.alarm(), Unit.SHARE, "its alarm is at {}"),
        ]


class China(Superpower):
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

    def effort(self) -> float | Array:
        """Spending against the trend."""
        return self.world.setting("china_spending") / 100

    def spend(self) -> None:
        """Spending, moved forward when a rule is expected: what was hoarded is missing in the quarters after."""
        super().spend()
        planned = self.plan * self.for_use(allocation.CHIPS)
        self.early = self.bought_ahead(planned)
        self.hoard = self.hoard - self.saved_again(planned) + self.early

    def moved_by_rules(self, planned: Array) -> Array:
        """US dollars for chips bought ahead of a rule, less what is saved again afterward."""
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

    def build_out(self) -> float | Array:
        """Sites, grids and permits for data centers against the trend."""
        return self.world.setting("china_power") / 100

    def closure(self) -> tuple[float | Array, float | Array]:
        """Security as elsewhere today, openness as the lever says."""
        return SECURITY_TODAY, self.world.setting("china_openness") / 100

    def clustering(self) -> tuple[Array, Array, float, float | Array]:
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
        """Domestic push, 0 to 1."""
        return self.taken("push", self.usual_push, lambda: self.best("push", choices.push))

    def usual_push(self) -> Target:
        """By habit harder the more it is blocked and the further it is behind."""
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
        lacked = "last quarter the best legal chip fell {} short of a frontier chip"
        led = f"the US was {{}}, where {in_words(LEAD_TODAY, Unit.POINTS)} is neutral"
        seen = [
            Reason.of(member, "blocked", w.public.blocked, Unit.SHARE, lacked, effect=self.push_when_blocked()),
            Reason.of(member, "lead", w.public.lead, Unit.LEAD, led, effect=self.push_when_behind()),
        ]
        rule = "China subsidizes its own chips more when it is blocked and when it is behind"
        return self.explain_choice(
            member, "push", Unit.SHARE, self.push_target(), (rule, seen),
            lambda: self.weighed(member, "push", choices.push),
        )  # fmt: skip

    def permission_target(self) -> Target:
        """Share of what the United States allows that Beijing lets in, 0 to 1."""
        return self.taken("permission", self.usual_permission, lambda: self.world.now.licenses[1])

    def usual_permission(self) -> Target:
        """While its dated rules last what they say.

        By habit more when the price keeps money from being spent, less the more Beijing is set against imports.
        """
        w, recorded = self.world, self.world.now.permission_recorded
        if not np.isnan(recorded):
            return Target(recorded)
        return Target(np.clip((1 - w.p.import_reluctance) * (IMPORTS_ANYWAY + w.public.priced_out), 0, 1))

    def explain_permission(self, member: int) -> Explanation:
        """Why it lets in as much as it does."""
        w = self.world
        dear = "last quarter the price of compute kept {} of its money from being spent"
        anyway = in_words(IMPORTS_ANYWAY, Unit.SHARE)
        reluctant = f"its resistance keeps out {{}} of that and of the {anyway} that it would let in anyway"
        rule, seen = "Its dated rules decide", []
        if np.isnan(w.now.permission_recorded):
            rule = "China approves more imports when compute is too expensive, and fewer the more it resists"
            seen = [
                Reason.of(member, "priced_out", w.public.priced_out, Unit.SHARE, dear),
                Reason.of(member, "import_reluctance", w.p.import_reluctance, Unit.SHARE, reluctant),
            ]
        return self.explain_choice(
            member, "permission", Unit.SHARE, self.permission_target(), (rule, seen),
            lambda: self.weighing(member, "permission", self.licenses_worth, w.weights(CHINA)),
        )  # fmt: skip
