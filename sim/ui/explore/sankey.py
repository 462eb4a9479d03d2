"""Where a picture of flows puts its nodes and ribbons: pure geometry, in the units of the picture's view box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.results.flows import STAGES, Link

LINE = 21.0
"""Height that a node has at least, so that the words beside it fit."""
BAR, HEAD, GAP = 9.0, 26.0, 5.0
"""Width of a node, height of the line above the columns, and room between nodes."""
STEPS = 60
"""Halvings in the search for the scale."""
Column = Mapping[str, float]
"""Chips by node of one column, from the top down."""


@dataclass(frozen=True)
class Node:
    """A bar of a column, and the words beside it."""

    name: str
    chips: float
    x: float
    y: float
    height: float
    words: float
    """Where the words stand, down from the top."""


@dataclass(frozen=True)
class Ribbon:
    """A link as a path."""

    link: Link
    path: str


@dataclass(frozen=True)
class Picture:
    """One picture: columns of nodes, and the ribbons between them."""

    width: float
    height: float
    columns: tuple[tuple[Node, ...], ...]
    ribbons: tuple[Ribbon, ...]


def columns_of(links: Sequence[Link], orders: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """Chips by node of sources, owners, places and users; nodes without chips are left out.

    Args:
        links: those of one year.
        orders: the nodes of each column, from the top down.
    """
    found: list[dict[str, float]] = [{} for _ in orders]
    for link in links:
        stage = STAGES.index(link.stage)
        if not stage:
            found[0][link.source] = found[0].get(link.source, 0.0) + link.chips
        found[stage + 1][link.target] = found[stage + 1].get(link.target, 0.0) + link.chips
    return tuple({name: of[name] for name in order if name in of} for of, order in zip(found, orders, strict=True))


def scale_of(columns: Sequence[Column], height: float) -> float:
    """The largest scale, px per chip, at which every column fits under its head; pictures side by side share one."""
    low, high = 0.0, height / max(sum(column.values()) for column in columns)
    for _ in range(STEPS):
        middle = (low + high) / 2
        fits = all(sum(_slot(middle * chips) for chips in column.values()) <= height - HEAD for column in columns)
        low, high = (middle, high) if fits else (low, middle)
    return low


def drawn(
    links: Sequence[Link], columns: Sequence[Column], scale: float, width: float, height: float, room: float
) -> Picture:
    """The picture of one year.

    Args:
        links: the links of the year.
        columns: their nodes, of `columns_of`.
        scale: px per chip.
        width: of the picture.
        height: of the picture.
        room: for the words at its right.
    """
    step = (width - room - BAR) / (len(columns) - 1)
    placed = tuple(_column(column, n * step, scale) for n, column in enumerate(columns))
    return Picture(width, height, placed, tuple(_ribbons(links, placed, scale)))


def _slot(tall: float) -> float:
    """What a node takes of its column."""
    return max(LINE, tall + GAP)


def _column(column: Column, x: float, scale: float) -> tuple[Node, ...]:
    found, top = [], HEAD
    for name, chips in column.items():
        tall = scale * chips
        slot = _slot(tall)
        found.append(Node(name, chips, x, top + (slot - tall) / 2, max(tall, 1.0), top + slot / 2))
        top += slot
    return tuple(found)


def _ribbons(links: Sequence[Link], placed: Sequence[Sequence[Node]], scale: float) -> list[Ribbon]:
    """Links as paths; at each node they stand in the order of the nodes at their other ends."""
    found = []
    for stage, name in enumerate(STAGES):
        left, right = ({node.name: node for node in placed[stage + side]} for side in (0, 1))
        from_rank, to_rank = (list(side) for side in (left, right))
        here = [link for link in links if link.stage == name]
        out, into = (dict.fromkeys(side, 0.0) for side in (left, right))
        starts: dict[Link, float] = {}
        for link in sorted(here, key=lambda link: to_rank.index(link.target)):
            starts[link] = left[link.source].y + out[link.source]
            out[link.source] += scale * link.chips
        for link in sorted(here, key=lambda link: from_rank.index(link.source)):
            end = right[link.target].y + into[link.target]
            into[link.target] += scale * link.chips
            a, b = left[link.source].x + BAR, right[link.target].x
            found.append(Ribbon(link, _path(a, starts[link], b, end, max(scale * link.chips, 0.7))))
    return found


def _path(x: float, y: float, to_x: float, to_y: float, thick: float) -> str:
    middle = (x + to_x) / 2
    return (
        f"M{x:.1f},{y:.1f}C{middle:.1f},{y:.1f} {middle:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}"
        f"v{thick:.1f}C{middle:.1f},{to_y + thick:.1f} {middle:.1f},{y + thick:.1f} {x:.1f},{y + thick:.1f}z"
    )
