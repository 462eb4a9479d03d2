"""Allies with tools, transit hubs and the rest of the world."""

from __future__ import annotations

import numpy as np

from agents.actor import NationalActor
from agents.state import Array

ALIGNMENT_SPEED = 0.2
"""Share of the way to its target that alignment moves in a quarter.

Judgement: Japan and the Netherlands followed the US rules of October 2022 after nine to eleven months.
"""


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
            self.alignment += 0.25 * (fixed / 100 - self.alignment)
            return
        if w.allies_parted:
            return
        threat = np.exp(-np.maximum(w.seen.lead, 0) / 12.0)
        wanted = 0.62 + 0.25 * threat + 0.12 - 0.35 * w.p.ally_drift
        self.alignment += ALIGNMENT_SPEED * (wanted - self.alignment)


class Hub(Partner):
    """Chooses how hard to look for diverted chips, trading commerce against pressure."""

    def take_postures(self) -> None:
        """Policing of transit trade: more under US enforcement and after scandals, less where trade pays."""
        w = self.world
        fixed = w.setting("hub_policing")
        if not np.isnan(fixed):
            self.policing += 0.25 * (fixed / 100 - self.policing)
            return
        pressure = 0.18 * np.log1p(w.setting("enforcement")) + 4.0 * w.seen.diverted
        wanted = np.clip(0.45 - 0.5 * w.p.hub_commerce + pressure, 0.02, 0.95)
        self.policing += ALIGNMENT_SPEED * (wanted - self.policing)


class Rest(Partner):
    """Everybody else: demand and compute, no postures."""
