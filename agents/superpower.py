"""The United States and China."""

from __future__ import annotations

import numpy as np

from agents.actor import LARGEST_SHARE, NationalActor
from agents.state import Array, Row

REFERENCE_STOCK = {"united_states": 15.75e6, "china": 2.5e6}
"""Usable compute at the end of 2025, H100e, to which the concentration parameters refer.

Epoch AI chip owners: US companies 15.75 million; China 1.8 million owned (diverted chips included) and about 0.7
million rented.
"""
PUSH, PUSH_BEHIND, PUSH_SPEED = 0.5, 0.2, 0.1
"""Domestic push when fully blocked, what a changed lead adds to it, and its speed in a quarter; judgement."""
LEAD_TODAY = 9.0
"""US lead in ECI points at the edge of the data, at which the push is stated."""


class UnitedStates(NationalActor):
    """Sets the control regime; with `us_reacts` it tightens as its lead shrinks."""

    strictness, enforcement = Row(), Row()

    def effort(self) -> float:
        """Spending against the trend."""
        return self.world.setting("us_spending") / 100

    def concentrate(self) -> None:
        """Share of usable compute in the largest run: the policy's multiple of a share that falls with size."""
        p, multiple = self.world.p, self.world.setting("us_concentration")
        share = p.us_concentration * np.power(
            self.used_train / REFERENCE_STOCK["united_states"] + 1e-9, -p.us_concentration_fall
        )
        self.gather(np.minimum(multiple * share, LARGEST_SHARE))

    def take_postures(self) -> None:
        """Strictness of licences and enforcement effort.

        Reacting, it closes licences and raises enforcement when its lead falls below about eight points; while the lead
        is comfortable, licences stay as the rules have them and enforcement slackens to half.
        """
        w = self.world
        effort = w.setting("enforcement")
        if w.switch("us_reacts") and not w.in_data:
            alarm = 1 / (1 + np.exp((w.seen.lead - 8.0) / 2.0))
            self.strictness += 0.25 * (alarm - self.strictness)
            self.enforcement += 0.25 * (effort * (0.5 + 3.0 * alarm) - self.enforcement)
        else:
            self.strictness, self.enforcement = 0.0, effort


class China(NationalActor):
    """Target of the controls: buys, permits imports, pushes its own chips and stocks up before a rule."""

    permission, hoard, push = Row(), Row(), Row()

    def growth(self) -> Array:
        """Growth of spending this quarter, a factor; money that found nothing to buy does not grow further."""
        w = self.world
        return np.exp(np.log(w.china_spending_growth) * (1 - np.minimum(w.seen.unmet, 0.9)))

    def effort(self) -> float:
        """Spending against the trend."""
        return self.world.setting("china_spending") / 100

    def spend(self) -> None:
        """Spending, moved forward when a rule is expected: what was hoarded is missing in the quarters after."""
        super().spend()
        early = self.world.p.hoarding * self.world.rush * self.trend_spending
        back = 0.5 * self.hoard
        self.hoard = self.hoard - back + early
        self.spending = np.maximum(self.spending + early - back, 0.1 * self.trend_spending)

    def concentrate(self) -> None:
        """Share of usable compute in the largest run: the policy's multiple of a share that falls with size."""
        p, multiple = self.world.p, self.world.setting("china_concentration")
        share = p.china_concentration * np.power(
            self.used_train / REFERENCE_STOCK["china"] + 1e-9, -p.china_concentration_fall
        )
        self.gather(np.minimum(multiple * share, LARGEST_SHARE))

    def take_postures(self) -> None:
        """Import permission and the domestic push.

        Beijing lets in more when money finds too little to buy, and pushes its own chips harder the more it is blocked
        and the further it is behind.
        """
        w = self.world
        fixed = w.setting("chip_push")
        wanted = PUSH * (0.5 + 0.5 * w.seen.blocked) + PUSH_BEHIND * np.tanh((w.seen.lead - LEAD_TODAY) / 10)
        self.push = fixed / 100 if not np.isnan(fixed) else self.push + PUSH_SPEED * (np.clip(wanted, 0, 1) - self.push)
        fixed = w.setting("import_permission")
        own = np.clip((1 - w.p.import_reluctance) * (0.6 + w.seen.unmet), 0, 1)
        self.permission = own if np.isnan(fixed) else fixed / 100
