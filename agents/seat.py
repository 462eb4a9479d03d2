"""What every actor has: its rows in the tables, the part of the world it looks at, and how it explains a division."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import mesa
import numpy as np

from agents import allocation
from agents.adjustment import Target
from agents.explanation import Explanation, Reason, Unit
from agents.protocols import WorldView
from agents.rows import bloc_row
from agents.state import Array
from agents.worth import pressure
from scenarios.uses import USES

OPENNESS_TODAY, SECURITY_TODAY = 0.5, 0.3
"""Openness and security of American research today, shares of the levers' ranges; all others are as open."""
SECURITY_PART, CLOSED_PART = 0.6, 0.4
"""Parts of secrecy's full cost in people that full security and full closure each take; judgement."""
SECRECY_TODAY = SECURITY_PART * SECURITY_TODAY + CLOSED_PART * (1 - OPENNESS_TODAY)
"""How much of the full cost of secrecy is paid today."""


class Seat(mesa.Agent):
    """Every quantity has shape `(runs,)` for one actor or `(k, runs)` for a group of one kind."""

    model: Any

    def __init__(self, model: Any, rows: int | slice, name: str = "") -> None:
        super().__init__(model)
        self.rows, self.bloc, self.name = rows, bloc_row(rows), name

    @classmethod
    def group(cls, model: Any, rows: int | slice) -> Self:
        """One object for a block of rows of the same kind; the same methods, not registered with Mesa."""
        group = object.__new__(cls)
        group.model, group.rows, group.bloc, group.name = model, rows, bloc_row(rows), cls.__name__
        return group

    @property
    def world(self) -> WorldView:
        """The part of the world that an actor may look at."""
        return self.model

    def worth(self, of: str) -> Array:
        """What a use is worth to its bloc, against the edge of the data."""
        found: Array = getattr(self.world.now.worth, of)[self.bloc]
        return found

    def pressure(self) -> Array | float:
        """1 when a rival is level or ahead, falling to 0 as the own lead grows."""
        return pressure(self.world.public.rival_gap[self.rows])

    def rivalry(self, member: int) -> Reason:
        """How near its best rival was last quarter."""
        gap, text = self.world.public.rival_gap[self.rows], "against its best rival it was {} last quarter"
        return Reason.of(member, "rival_gap", gap, Unit.LEAD, text)

    def closure(self) -> tuple[float, float]:
        """Security and openness of its models and ideas, shares."""
        return SECURITY_TODAY, OPENNESS_TODAY

    def as_fixed(self, what: str, shares: Array) -> Array:
        """Shares of which the scenario may fix some."""
        fixed = self.world.fixed(what)
        return shares if fixed is None else allocation.held(shares, fixed[self.rows])

    def fixed_share(self, what: str, use: int) -> float:
        """The share that the scenario fixes for a use; NaN where it fixes none."""
        fixed = self.world.fixed(what)
        return math.nan if fixed is None else float(np.atleast_2d(fixed[self.rows])[0, use])

    def explain_shares(
        self, member: int, what: str, before: Array, target: Array, shares: Array, rule: str,
        reasons: Sequence[list[Reason]],
    ) -> list[Explanation]:  # fmt: skip
        """One explanation per use of what is divided, as `TABLE.USE`."""
        speed = 1.0 if self.world.in_data else allocation.SPEED
        return [
            Explanation.of(
                f"{what}_use.{use}", Unit.SHARE, member, before[..., n, :], Target(target[..., n, :], speed),
                rule=rule, reasons=reasons[n], setting=self.fixed_share(what, n), value=shares[..., n, :],
            )
            for n, use in enumerate(USES[what])
        ]  # fmt: skip

    def people_reasons(self, member: int) -> list[Reason]:
        """What people and the compute that they use answer to."""
        points = self.worth("points")
        return [
            Reason.of(member, "points", points, Unit.SHARE, "capability is worth {} of what it was"),
            Reason.of(
                member, "found", self.worth("people") / points, Unit.SHARE, "researchers find {} of what they did"
            ),
        ]
