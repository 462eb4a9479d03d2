"""The United States and China."""

from __future__ import annotations

import numpy as np

from agents.actor import REFERENCE_STOCK, NationalActor
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
"""What Beijing lets in when money finds enough to buy, against what it would let in when it finds none; judgement."""
HOARD_USED = 0.5
"""Share of what was bought ahead of a rule that is saved again in a quarter; judgement."""
LEAST_SPENDING = 0.1
"""Spending after buying ahead never falls below this share of the trend; judgement."""
STATE_GROWTH = 0.15
"""Yearly growth of the state's part of Chinese spending, in logs; judgement, from Big Fund III and its provinces."""
LEAD_SPENDING, LEAD_FULL = 0.5, 14.5
"""What a US lead of this many ECI points (a year at the pace of 2024-26) adds to the state's part; judgement."""
LEAD_TODAY = 9.0
"""US lead in ECI points at the edge of the data, at which the push is stated."""


class UnitedStates(NationalActor):
    """Sets the control regime; with `us_reacts` it tightens as its lead shrinks."""

    strictness, enforcement = Row(), Row()

    def effort(self) -> float:
        """Spending against the trend."""
        return self.world.setting("us_spending") / 100

    def clustering(self) -> tuple[Array, Array, float, float]:
        """Its own share and fall, and the lever's multiple."""
        p, multiple = self.world.p, self.world.setting("us_concentration")
        return p.us_concentration, p.us_concentration_fall, REFERENCE_STOCK["united_states"], multiple

    def take_postures(self) -> None:
        """Strictness of licences and enforcement effort.

        Reacting, it closes licences and raises enforcement when its lead falls below about eight points; while the lead
        is comfortable, licences stay as the rules have them and enforcement slackens to half.
        """
        w = self.world
        effort = w.setting("enforcement")
        if w.switch("us_reacts") and not w.in_data:
            alarm = 1 / (1 + np.exp((w.public.lead - ALARM_AT) / ALARM_WIDTH))
            self.strictness += REACTION * (alarm - self.strictness)
            self.enforcement += REACTION * (effort * (CALM_EFFORT + ALARM_EFFORT * alarm) - self.enforcement)
        else:
            self.strictness, self.enforcement = 0.0, effort


class China(NationalActor):
    """Target of the controls: buys, permits imports, pushes its own chips and stocks up before a rule."""

    permission, hoard, early, push = Row(), Row(), Row(), Row()

    def prospects(self) -> Array:
        """What revenue carries, and beside it the state's part, which grows by plan and by the distance to the US."""
        w = self.world
        behind = np.clip(w.public.lead, -LEAD_FULL, LEAD_FULL)
        urgent = (1 + LEAD_SPENDING * behind / LEAD_FULL) / (1 + LEAD_SPENDING * LEAD_TODAY / LEAD_FULL)
        state = np.exp(STATE_GROWTH * w.now.since) * urgent
        return (1 - w.p.state_share) * super().prospects() + w.p.state_share * state

    def effort(self) -> float:
        """Spending against the trend."""
        return self.world.setting("china_spending") / 100

    def spend(self) -> None:
        """Spending, moved forward when a rule is expected: what was hoarded is missing in the quarters after."""
        super().spend()
        early = self.world.p.hoarding * self.world.now.stockpiling * self.plan
        back = np.minimum(HOARD_USED * self.hoard, (1 - LEAST_SPENDING) * self.money)
        self.hoard = self.hoard - back + early
        self.early = early
        self.money, self.wished = self.money + early - back, self.wished + early - back

    def clustering(self) -> tuple[Array, Array, float, float]:
        """The same share and fall as everybody else's, and the lever's multiple."""
        size, fall, reference, _ = super().clustering()
        return size, fall, reference, self.world.setting("china_concentration")

    def take_postures(self) -> None:
        """Import permission and the domestic push.

        Beijing lets in more when money finds too little to buy, and pushes its own chips harder the more it is blocked
        and the further it is behind.
        """
        w = self.world
        fixed = w.setting("chip_push")
        blocked = PUSH_OPEN + (1 - PUSH_OPEN) * w.public.blocked
        wanted = PUSH * blocked + PUSH_BEHIND * np.tanh((w.public.lead - LEAD_TODAY) / PUSH_DISTANCE)
        self.push = fixed / 100 if not np.isnan(fixed) else self.push + PUSH_SPEED * (np.clip(wanted, 0, 1) - self.push)
        fixed = w.setting("import_permission")
        own = np.clip((1 - w.p.import_reluctance) * (IMPORTS_ANYWAY + w.public.priced_out), 0, 1)
        self.permission = own if np.isnan(fixed) else fixed / 100
