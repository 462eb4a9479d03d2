"""The brief's picture of who pays: a bar per cost, as the page Explore draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.results.costs import Cost
from sim.ui.brief.picture import Area, Label, Picture, Shape, Stroke
from sim.ui.shared import charts, costs, payers, wording

WIDTH, ROW = 505.0, 11.5
"""Points: the text of an A4 page, and a cost."""
TRACK, VALUE = 236.0, 112.0
"""Where the bars begin, after the words, and the room for numbers at the right end."""
INK = "#1A1F28"


def picture(found: Sequence[Cost], names: Mapping[str, str]) -> Picture:
    """Bars of costs from the largest down, in the colors of the two sides."""
    longest = payers.longest(found)
    shapes: list[Shape] = [Stroke(((_x(50), 0), (_x(50), ROW * len(found))), charts.MUTED, 0.6)]
    for n, cost in enumerate(found):
        shapes += _row(cost, longest, said(cost, names), ROW * n)
    return Picture(WIDTH, ROW * len(found), tuple(shapes))


def said(cost: Cost, names: Mapping[str, str]) -> str:
    """Who, what, and what kind of cost it is."""
    return f"{costs.line(cost, names)} ({wording.inside(costs.group(cost))})"


def told(found: Sequence[Cost], names: Mapping[str, str]) -> str:
    """The picture in words."""
    return "; ".join(f"{costs.line(cost, names)} {costs.amount(cost)}" for cost in found) + "."


def _x(percent: float) -> float:
    return TRACK + percent / 100 * (WIDTH - TRACK - VALUE)


def _row(cost: Cost, longest: float, name: str, top: float) -> Iterator[Shape]:
    drawn, middle = payers.track(cost, longest), top + ROW / 2
    left, right = _x(drawn.begin), _x(drawn.begin + drawn.width)
    yield Area(((left, middle - 4), (right, middle - 4), (right, middle + 4), (left, middle + 4)), drawn.color)
    yield Stroke(((_x(drawn.low), middle), (_x(drawn.low + drawn.reach), middle)), INK, 0.5)
    yield Label(0, middle + 2.5, name, INK)
    yield Label(WIDTH, middle + 2.5, costs.amount(cost), INK, anchor="end", strong=True)
