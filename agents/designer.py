"""The chip designer: after a rule takes its best products from a large market, it designs to the edge of the rule."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from agents.adjustment import Target
from agents.explanation import Explanation, Reason, Unit, percent
from agents.state import Array

WORTH_A_DESIGN = 0.5
"""A variant is designed where the best products are approved for less than this share of orders."""


class ChipDesigner(mesa.Agent):
    """The US-designed supply as one firm; it decides when an edge variant is on offer."""

    model: Any
    name = "chip_designer"

    def __init__(self, model: Any, lag: Array) -> None:
        super().__init__(model)
        self.lag = lag

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def waited(self) -> Array:
        """Quarters since a variant became worth designing, `(runs,)`."""
        waited: Array = self.model.state.variant_wait
        return waited

    def decide(self) -> None:
        """Count the quarters since a variant became worth designing; it is on offer once the lag has passed.

        A variant that is on offer stays, although with it the market is no longer cut off. In the recorded past the
        real A800, H800, H20 and H200 stand in for it.
        """
        self.model.state.variant_wait = self.next_wait()

    def next_wait(self) -> Array:
        """Quarters since a variant became worth designing, this one included, `(runs,)`.

        It is worth designing where frontier chips are hard to sell, after the data.
        """
        worth = (self.model.public.blocked > WORTH_A_DESIGN) & (not self.model.in_data)
        offered = self.waited > self.lag
        return np.where(worth | offered, self.waited + 1, 0.0)

    def offers_variant(self) -> Array:
        """Share of the quarter in which the variant can be ordered, shape `(runs,)`."""
        return np.clip(self.waited - self.lag, 0, 1)

    def explain(self, member: int = 0) -> list[Explanation]:
        """Why a variant for China is on offer or not, in one member of the ensemble; to be asked before it decides."""
        blocked, wait = self.model.public.blocked, self.next_wait()
        enough = f"({percent(WORTH_A_DESIGN)} is enough)"
        lacked = "last quarter the best legal chip fell {} short of a frontier chip " + enough
        return [
            Explanation.of(
                "variant_wait", Unit.QUARTERS, member, self.waited, Target(wait),
                rule="The designer works on a variant for China when the best chips are hard to sell there, and keeps "
                "it on offer once it is ready",
                reasons=[
                    Reason.of(member, "blocked", blocked, Unit.SHARE, lacked),
                    Reason.of(member, "lag", self.lag, Unit.QUARTERS, "the design takes {}"),
                    Reason.of(member, "waited", wait, Unit.QUARTERS, "work has gone on for {}"),
                ],
            )
        ]  # fmt: skip
