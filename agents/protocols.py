"""What an actor may ask of its world: last quarter's public picture, its own rows and the settings of levers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from agents.state import Array


@dataclass
class Picture:
    """What everybody saw at the end of the last quarter; shapes `(runs,)` or `(actors, runs)`."""

    rival_gap: Array
    """(actors, runs) own capability less the best rival's, ECI points."""
    behind: Array
    """(actors, runs) distance to the frontier, ECI points, never negative."""
    lead: Array
    """(runs,) the United States less China, ECI points."""
    blocked: Array
    """(runs,) share of the frontier chips that China is kept from."""
    unmet: Array
    """(runs,) share of China's chip money that found nothing to buy."""
    premium: Array
    """(runs,) street premium over the list price."""
    diverted: Array
    """(runs,) diverted chips as a share of the supply outside China."""


class WorldView(Protocol):
    """The world as actors see it."""

    state: dict[str, Array]
    p: Any
    seen: Picture
    in_data: bool
    spending_growth: Array
    china_spending_growth: Array
    recorded_spending: Array
    rl_value: Array
    care: Array
    effort: Array
    rush: float
    allies_parted: bool

    def setting(self, lever: str) -> float:
        """This quarter's setting of a lever; NaN leaves the decision to the actor."""
        ...

    def switch(self, name: str) -> bool:
        """Whether a mechanism is on."""
        ...
