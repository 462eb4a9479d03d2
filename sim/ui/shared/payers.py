"""The picture of who pays: a bar per cost, to the right where it costs and to the left where it saves or earns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.results.costs import Cost
from sim.ui.shared import charts

ROOM = 1.5
"""Half of a track against its longest bar: the range of nine in ten futures reaches farther than a median."""
SAVES, COSTS = "◂ saves or earns", "costs ▸"
"""What the two sides of a track are called."""
COLORS = {"united_states": charts.US, "china": charts.CHINA}
"""Colors of the two sides; everybody else is gray."""


@dataclass(frozen=True)
class Track:
    """A cost as the places of a bar and of a thin line, in percent of a track whose middle is nothing."""

    begin: float
    width: float
    low: float
    reach: float
    """From `low` to the other end of the range, as far as the track goes."""
    color: str
    """As `#rrggbb`."""

    @property
    def bar(self) -> str:
        """The bar as CSS."""
        return f"left:{self.begin:.1f}%;width:{self.width:.1f}%;background:{charts.themed(self.color)}"

    @property
    def line(self) -> str:
        """The range as CSS."""
        return f"left:{self.low:.1f}%;width:{self.reach:.1f}%"


def longest(costs: Iterable[Cost]) -> float:
    """The largest median among costs that are drawn on one scale, US dollars."""
    return max([abs(cost.median) for cost in costs], default=1.0)


def track(cost: Cost, longest: float) -> Track:
    """Where the bar and the range of a cost lie, on the scale of the longest bar."""

    def at(dollars: float) -> float:
        return min(max(50 + 50 * dollars / (ROOM * longest), 0.0), 100.0)

    begin, end = sorted((50.0, at(cost.median)))
    return Track(begin, end - begin, at(cost.low), at(cost.high) - at(cost.low), COLORS.get(cost.actor, charts.MUTED))
