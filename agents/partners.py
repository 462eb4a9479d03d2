"""Allies with tools, transit hubs and the rest of the world."""

from __future__ import annotations

import numpy as np

from agents import choices
from agents.actor import NationalActor
from agents.adjustment import Target, adjusted
from agents.choice import chosen
from agents.explanation import Explanation, Reason, Unit
from agents.state import Array
from scenarios.values import Weights

ALIGNMENT_SPEED = 0.2
"""Share of the way to its target that alignment moves in a quarter.

Judgment: Japan and the Netherlands followed the US rules of October 2022 after nine to eleven months.
"""
PARTING_WIDTH = 0.1
"""Alignment above and below `parting` over which an ally comes to pool its compute with others; judgment."""
STANDING, THREAT, THREAT_DISTANCE, LOST_SALES = 0.74, 0.25, 12.0, 0.35
"""Alignment of an ally at ease; what a level China adds; ECI points of US lead over which that fades; what the full
weight on lost sales takes away. Judgment: near 0.72 today."""
LAW, COMMERCE, PRESSURE, SCANDAL = 0.45, 0.5, 0.18, 4.0
"""Policing of a hub by its own law; what the full weight on commerce takes away; what US enforcement (log) and the
diverted share of supply add. Judgment: near 0.3 today."""
LEAST_POLICING, MOST_POLICING = 0.02, 0.95
"""Shares of diverted chips that a hub looks for at least and at most when it decides by itself; judgment."""


class Partner(NationalActor):
    """An actor behind both superpowers: always pressed, and outside their race for safety."""

    DECREED = 0.25
    """The same where a scenario fixes the posture of a partner; judgment: a decision is carried out over a year."""

    def pressure(self) -> float:
        """Somebody is always ahead."""
        return 1.0

    def closeness(self) -> float:
        """No rival to cut corners against."""
        return 0.0

    def rivalry(self, member: int) -> Reason:
        """It always has a rival ahead of it, and none that it races for safety."""
        return Reason.of(member, "pressure", self.pressure(), Unit.FACTOR, "somebody is always ahead of it")

    def build_out(self) -> float | Array:
        """Sites, grids and permits for data centers against the trend."""
        own = self.world.by_itself("sites")
        return 1.0 if own is None else own[self.rows] / 100

    def pooled(self) -> float:
        """No lever pools its compute."""
        return 0.0

    def gathering(self) -> float:
        """No lever moves a partner's share in the largest run, so there is nothing to wait for."""
        return 1.0


class Ally(Partner):
    """Follows US tool controls or drifts from them, by pressure and threat against lost sales."""

    TODAY = 0.72
    """Alignment at which the growth of Chinese capacity is stated."""

    def take_postures(self) -> None:
        """Alignment with the United States."""
        self.alignment = adjusted(self.alignment, self.alignment_target())

    def alignment_target(self) -> Target:
        """Protection and reward against lost sales; whom an event has parted does not come back."""
        return self.taken("alignment", self.usual_alignment, self.chosen_alignment)

    def chosen_alignment(self) -> Array:
        """Alignment that it would choose."""
        w = self.world
        if w.now.allies_parted:
            return self.alignment
        worth = self.alignment_worth(w.weights(self.rows))
        return chosen("alignment", worth, w.politics("alignment")[self.rows], w.p.choice_temperature)

    def usual_alignment(self) -> Target:
        """By habit a close China brings it nearer and lost sales pull it away."""
        if self.world.now.allies_parted:
            return Target(self.alignment)
        return Target(STANDING + self.threat() - self.lost_sales(), ALIGNMENT_SPEED)

    def threat(self) -> Array:
        """Alignment that a close China adds."""
        return THREAT * np.exp(-np.maximum(self.world.public.lead, 0) / THREAT_DISTANCE)

    def lost_sales(self) -> Array:
        """Alignment that sales lost to the controls take away: more, the stricter they are."""
        return LOST_SALES * self.world.p.ally_drift * self.world.now.strain

    def alignment_worth(self, weights: Weights) -> Array:
        """What levels of alignment are worth to it."""
        s = self.world.now.stakes
        return choices.alignment(s, weights, self.alignment, s.lost_sales[self.rows], self.world.p.ally_drift)

    def explain_postures(self, member: int) -> list[Explanation]:
        """Why it is as close to the United States as it is."""
        w, reasons = self.world, []
        rule = "Allies have broken with the United States, and neither threat nor pressure moves them any more"
        if not w.now.allies_parted:
            rule = "A close Chinese rival pushes allies to comply; lost sales pull them back"
            near, drift = "last quarter the US was {}", "the weight on lost sales is {}"
            reasons = [
                Reason.of(member, "standing", STANDING, Unit.SHARE, "without a threat their alignment is {}"),
                Reason.of(member, "lead", w.public.lead, Unit.LEAD, near, effect=self.threat()),
                Reason.of(member, "ally_drift", w.p.ally_drift, Unit.SHARE, drift, effect=-self.lost_sales()),
            ]
        return [
            self.explain_choice(
                member, "alignment", Unit.SHARE, self.alignment_target(), (rule, reasons),
                lambda: self.weighing(member, "alignment", self.alignment_worth, w.weights(self.rows)),
            )
        ]  # fmt: skip


class Hub(Partner):
    """Chooses how hard to look for diverted chips, trading commerce against pressure."""

    def take_postures(self) -> None:
        """Policing of transit trade."""
        self.policing = adjusted(self.policing, self.policing_target())

    def policing_target(self) -> Target:
        """More under US enforcement and after scandals, less where trade pays."""
        return self.taken("policing", self.usual_policing, self.chosen_policing)

    def chosen_policing(self) -> Array:
        """Policing that it would choose."""
        w = self.world
        worth = self.policing_worth(w.weights(self.rows))
        return chosen("policing", worth, w.politics("policing")[self.rows], w.p.choice_temperature)

    def policing_worth(self, weights: Weights) -> Array:
        """What levels of policing are worth to it."""
        s = self.world.now.stakes
        return choices.policing(s, weights, s.transit[self.rows], self.world.p.hub_commerce)

    def usual_policing(self) -> Target:
        """By habit its law, less for trade and more under pressure."""
        pressure = self.us_pressure() + self.scandal()
        return Target(np.clip(LAW - self.commerce() + pressure, LEAST_POLICING, MOST_POLICING), ALIGNMENT_SPEED)

    def us_pressure(self) -> Array:
        """Policing that US enforcement adds."""
        return PRESSURE * np.log1p(self.world.public.enforcement)

    def scandal(self) -> Array:
        """Policing that diverted chips add once they are known."""
        return SCANDAL * self.world.public.diverted

    def commerce(self) -> Array:
        """Policing that trade takes away."""
        return COMMERCE * self.world.p.hub_commerce

    def explain_postures(self, member: int) -> list[Explanation]:
        """Why it polices transit trade as hard as it does."""
        w, effort, diverted = self.world, self.world.public.enforcement, self.world.public.diverted
        pressed, leaked = "US enforcement is at {}", "{} of the chips on sale were diverted last quarter"
        trade = "the weight on trade is {}"
        rule = "Transit hubs police more under US pressure and after scandals, and less where trade pays"
        seen = [
            Reason.of(member, "law", LAW, Unit.SHARE, "their own law requires {}"),
            Reason.of(member, "enforcement", effort, Unit.BUDGETS, pressed, effect=self.us_pressure()),
            Reason.of(member, "diverted", diverted, Unit.SHARE, leaked, effect=self.scandal()),
            Reason.of(member, "hub_commerce", w.p.hub_commerce, Unit.SHARE, trade, effect=-self.commerce()),
        ]
        return [
            self.explain_choice(
                member, "policing", Unit.SHARE, self.policing_target(), (rule, seen),
                lambda: self.weighing(member, "policing", self.policing_worth, w.weights(self.rows)),
            )
        ]  # fmt: skip


class Rest(Partner):
    """Everybody else: demand and compute, no postures."""
