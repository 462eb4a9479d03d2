"""A drawing as shapes, in points from the upper left: the page, the PDF and the Word document each paint the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

Point: TypeAlias = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Area:
    """A filled polygon."""

    points: tuple[Point, ...]
    color: str
    """As `#rrggbb`; without transparency, which not every painter has."""


@dataclass(frozen=True)
class Stroke:
    """A line through points."""

    points: tuple[Point, ...]
    color: str
    width: float


@dataclass(frozen=True)
class Label:
    """Words on the drawing; `y` is their baseline."""

    x: float
    y: float
    text: str
    color: str
    size: float = 7.5
    anchor: Anchor = "start"
    strong: bool = False


Shape: TypeAlias = Area | Stroke | Label


@dataclass(frozen=True)
class Picture:
    """Shapes in the order in which they are painted."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def dashed(points: Sequence[Point], color: str, width: float, on: float = 4.0, off: float = 3.0) -> Iterator[Stroke]:
    """A dashed line as pieces of a line, since painters disagree on where a dash begins."""
    left, drawing, piece = on, True, [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        length, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while length - done > left:
            done += left
            here = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if drawing:
                yield Stroke((*piece, here), color, width)
            drawing, piece = not drawing, [here]
            left = on if drawing else off
        left -= length - done
        piece.append((x1, y1))
    if drawing and len(piece) > 1:
        yield Stroke(tuple(piece), color, width)


def disc(x: float, y: float, radius: float, color: str) -> Area:
    """A round mark."""
    turns = [2 * math.pi * k / 24 for k in range(24)]
    return Area(tuple((x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns), color)
