"""People of an actor: how many work on capability, on products, on safety, and at keeping things secret."""

from __future__ import annotations

import numpy as np

from agents import allocation
from agents.compute import MOST_SAFETY
from agents.explanation import Explanation, Reason, Unit
from agents.seat import CLOSED_PART, SECURITY_PART, Seat
from agents.state import Array, Row
from scenarios.uses import PEOPLE

MOST_SECRET = 0.45
"""Largest share of people that guard or do work twice; judgment."""
ON_CAPABILITY = 0.5
"""Share, of people who do neither safety nor secrecy, who work on capability at the edge of the data; judgment."""
SAFETY_PEOPLE = 0.04
"""Share of people who work on safety at the edge of the data; judgment, from staff of large laboratories."""


class Staff(Seat):
    """Divides people: secrecy by policy, safety as its compute, and the rest by what their work is worth."""

    people_use, safety = Row(), Row()

    def divide_people(self) -> None:
        """Move people toward research on capability, products, safety and secrecy."""
        self.people_use = self.next_people_use()

    def next_people_use(self) -> Array:
        """Shares of people by use."""
        target = self.people_target()
        return self.as_fixed("people", target if self.world.in_data else allocation.toward(self.people_use, target))

    def people_target(self) -> Array:
        """Shares of people: secrecy by policy, safety as its compute, and the rest by what they are worth."""
        secrecy = self.world.p.secrecy_cost * self.secrecy()
        safety: Array | float = SAFETY_PEOPLE
        capability: Array | float = ON_CAPABILITY
        if not self.world.in_data:
            safety = np.minimum(SAFETY_PEOPLE * self.safety / self.world.edge.safety[self.rows], MOST_SAFETY)
            worth = ON_CAPABILITY * self.worth("people")
            capability = worth / (1 - ON_CAPABILITY + worth)
        secret = np.minimum(secrecy, MOST_SECRET)
        rest = 1 - secret - safety
        target = np.empty((*self.safety.shape[:-1], len(PEOPLE), self.safety.shape[-1]))
        for n, share in enumerate((capability * rest, (1 - capability) * rest, safety, secret)):
            target[..., n, :] = share
        return target

    def secrecy(self) -> float | Array:
        """How much of the full cost of secrecy is paid, in people: by guarding and by doing work twice."""
        security, openness = self.closure()
        return SECURITY_PART * security + CLOSED_PART * (1 - openness)

    def explain_people_use(self, member: int) -> list[Explanation]:
        """Why each use of people gets the share that it gets."""
        worth = [] if self.world.in_data else self.people_reasons(member)
        closed = Reason.of(member, "secrecy", self.secrecy(), Unit.SHARE, "{} of what full secrecy would take is paid")
        safe = Reason.of(member, "safety", self.safety, Unit.SHARE, "compute for safety was at {}")
        return self.explain_shares(
            member, "people", self.people_use, self.people_target(), self.next_people_use(),
            "People go where their work is worth most, and where policy sends them", (worth, worth, [safe], [closed]),
        )  # fmt: skip
