"""Allies with tools, transit hubs and the rest of the world."""

from __future__ import annotations

import numpy as np

from agents.actor import NationalActor
from agents.state import Array

ALIGNMENT_SPEED = 0.2
"""Share of the way to its target that alignment moves in a quarter.

Judgement: Japan and the Netherlands followed the US rules of October 2022 after nine to eleven months.
"""
DECREED_SPEED = 0.25
"""The same where a scenario fixes the posture; judgement: a decision is carried out over a year."""
STANDING, THREAT, THREAT_DISTANCE, LOST_SALES = 0.74, 0.25, 12.0, 0.35
"""Alignment of an ally at ease; what a level China adds; ECI points of US lead over which that fades; what the full
weight on lost sales takes away. Judgement: near 0.72 today."""
LAW, COMMERCE, PRESSURE, SCANDAL = 0.45, 0.5, 0.18, 4.0
"""Policing of a hub by its own law; what the full weight on commerce takes away; what US enforcement (log) and the
diverted share of supply add. Judgement: near 0.3 today."""
LEAST_POLICING, MOST_POLICING = 0.02, 0.95
"""Shares of diverted chips that a hub looks for at least and at most when it decides by itself; judgement."""


class Partner(NationalActor):
    """An actor behind both superpowers: always pressed, and outside their race for safety."""

    def pressure(self) -> float:
        """Somebody is always ahead."""
        return 1.0

    def closeness(self) -> float:
        """No rival to cut corners against."""
        return 0.0

    def gather(self, wanted: Array) -> None:
        """No lever moves a partner's share in the largest run, so there is nothing to wait for."""
        self.concentration = wanted


class Ally(Partner):
    """Follows US tool controls or drifts from them, by pressure and threat against lost sales."""

    TODAY = 0.72
    """Alignment at which the growth of Chinese capacity is stated."""
    PARTS_BELOW = 0.35
    """Alignment below which an actor no longer counts with the United States; judgement."""

    def take_postures(self) -> None:
        """Alignment with the United States."""
        w = self.world
        fixed = w.setting("allied_alignment")
        if not np.isnan(fixed):
            self.alignment += DECREED_SPEED * (fixed / 100 - self.alignment)
            return
        if w.now.allies_parted:
            return
        threat = np.exp(-np.maximum(w.public.lead, 0) / THREAT_DISTANCE)
        wanted = STANDING + THREAT * threat - LOST_SALES * w.p.ally_drift
        self.alignment += ALIGNMENT_SPEED * (wanted - self.alignment)


class Hub(Partner):
    """Chooses how hard to look for diverted chips, trading commerce against pressure."""

    def take_postures(self) -> None:
        """Policing of transit trade: more under US enforcement and after scandals, less where trade pays."""
        w = self.world
        fixed = w.setting("hub_policing")
        if not np.isnan(fixed):
            self.policing += DECREED_SPEED * (fixed / 100 - self.policing)
            return
        pressure = PRESSURE * np.log1p(w.setting("enforcement")) + SCANDAL * w.public.diverted
        wanted = np.clip(LAW - COMMERCE * w.p.hub_commerce + pressure, LEAST_POLICING, MOST_POLICING)
        own = w.now.policing_set[self.rows]
        wanted, speed = np.where(np.isnan(own), wanted, own), np.where(np.isnan(own), ALIGNMENT_SPEED, DECREED_SPEED)
        self.policing += speed * (wanted - self.policing)


class Rest(Partner):
    """Everybody else: demand and compute, no postures."""
