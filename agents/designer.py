"""The chip designer: after a rule takes its best products from a large market, it designs to the edge of the rule."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from agents.state import Array

WORTH_A_DESIGN = 0.5
"""A variant is designed where the best products are approved for less than this share of orders."""


class ChipDesigner(mesa.Agent):
    """The US-designed supply as one firm; it decides when an edge variant is on offer."""

    model: Any

    def __init__(self, model: Any, lag: Array) -> None:
        super().__init__(model)
        self.lag = lag

    @property
    def waited(self) -> Array:
        """Quarters since a variant became worth designing, `(runs,)`."""
        waited: Array = self.model.state.variant_wait
        return waited

    def decide(self) -> None:
        """Count the quarters since a variant became worth designing; it is on offer once the lag has passed.

        It is worth designing where frontier chips are hard to sell, after the data. A variant that is on offer stays,
        although with it the market is no longer cut off. In the recorded past the real A800, H800, H20 and H200 stand
        in for it.
        """
        worth = (self.model.public.blocked > WORTH_A_DESIGN) & (not self.model.in_data)
        offered = self.waited > self.lag
        self.model.state.variant_wait = np.where(worth | offered, self.waited + 1, 0.0)

    def offers_variant(self) -> Array:
        """Share of the quarter in which the variant can be ordered, shape `(runs,)`."""
        return np.clip(self.waited - self.lag, 0, 1)
