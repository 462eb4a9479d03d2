"""The world's order book: how orders become deliveries, what the queue does to the price, and what makers add.

Pure functions on arrays of shape `(runs,)` unless said otherwise. Starting values come from a prototype fitted to 2022
to 2026; after the data every one of them is judgment, and history moves none.
"""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array

ORDERS_STOP, STOP_WIDTH = 5.0, 0.6
"""Quarters of backlog at which buyers place half of what they planned, and the width of that; judgment."""
NORMAL_COVER = 2.0
"""Quarters of backlog at which the price follows cost; judgment."""
FASTEST_FALL, FASTEST_RISE = -0.9, 0.6
"""Bounds of the yearly change of the list price, in logs: contracts and lists do not jump; judgment."""
DISRUPTION_PRICE = 0.5
"""What the loss of all production would add to the yearly change of the price, in logs; judgment."""
COST_SHARE = 0.27
"""Cost of a chip against its price at the edge of the data: Nvidia's gross margin is 72 to 75 percent (filings)."""
LEAST_MARGIN = 0.25
"""Makers do not sell for less than cost and this share of the price; judgment, as in the glut of 2022."""
COST_FALL_LATE, COST_FADE = 0.15, 6.0
"""Yearly fall of cost per H100e in the long run, in logs, and years over which today's pace fades to it; judgment."""
ORDER_QUARTERS = 5
"""Quarters from an order for capacity to its first chips: packaging lines take 12 to 18 months (TSMC); inferred."""
AHEAD_YEARS = ORDER_QUARTERS / 4
SLOWEST_EXIT = 0.12
"""Fastest yearly shrinking of capacity, in logs: lines are kept while they pay their running costs; judgment."""
LIMIT_FROM, LIMIT_FADE = 2027.0, 3.0
"""Year from which the physical limit on added capacity falls, and over how many years; judgment."""
TREND_WEIGHT = 0.3
"""Weight of the last quarter in the trend of demand that makers see; judgment."""
TREND_SHARE = 0.5
"""Share of the trend of demand that makers build ahead of; judgment."""
FAB_RETURNS, LEAST_INVESTED = 0.3, 0.01
"""How the limit on added capacity answers to money of nations for fabs and tools, and the least of it that counts;
judgment."""
LEAST_COVER = 1e-3
"""Quarters of backlog below which the price sees no difference."""


def technology(p: Draws, since: float) -> Array:
    """Yearly fall of cost per H100e, in logs; `since` is years after the data. Capacity grows by it too: one clock."""
    return COST_FALL_LATE + (p.cost_fall - COST_FALL_LATE) * np.exp(-max(since, 0.0) / COST_FADE)


def quarters(owed: Array, made: Array) -> Array:
    """Quarters of production that are on order: what is owed over what a quarter makes, both in H100e."""
    return owed / np.maximum(made, 1e-9)


def placed_share(cover: Array) -> Array:
    """Share of planned orders that buyers place when this many quarters of production are on order already."""
    return 1 / (1 + np.exp(np.minimum((cover - ORDERS_STOP) / STOP_WIDTH, 50.0)))


def delivered_share(cover: Array) -> Array:
    """Share of the queue that a quarter delivers: nearly all of a short one, and a quarter's production of a long one.

    Args:
        cover: the queue, in quarters of production.
    """
    filled = np.maximum(cover, 1e-9)
    return -np.expm1(-filled) / filled


def fitting(wanted: Array, room: Array) -> Array:
    """Share of what is wanted that fits, a smooth minimum (fourth power) of 1 and room over wanted."""
    ratio = wanted / np.maximum(room, 1e-9)
    squared = np.minimum(ratio * ratio, 1e12)
    return 1 / np.sqrt(np.sqrt(1 + squared * squared))


def next_price(price: Array, cost: Array, cover: Array, fall: Array, p: Draws, hit: Array) -> Array:
    """List price of the next quarter, US dollars per H100e: cost falls, a long queue lifts it, and it stays above cost.

    Args:
        price: this quarter's.
        cost: of making an H100e, US dollars.
        cover: quarters of production on order.
        fall: yearly fall of cost, in logs.
        p: parameters.
        hit: share of production that a disruption takes.
    """
    yearly = -fall + p.price_response * np.log(np.maximum(cover, LEAST_COVER) / NORMAL_COVER) + DISRUPTION_PRICE * hit
    moved = price * np.exp(np.clip(yearly, FASTEST_FALL, FASTEST_RISE) / 4)
    return np.maximum(moved, cost / (1 - LEAST_MARGIN))


def demand(value: Array, cost: Array, p: Draws) -> Array:
    """H100e a quarter that executed orders would buy at the margin that makers regard as normal."""
    return value * (1 - p.normal_margin) / cost


def added_capacity(
    wanted: Array,
    capacity: Array,
    trend: Array,
    coming: Array,
    fall: Array,
    p: Draws,
    year: float,
    invested: Array | float = 1.0,
) -> Array:
    """Growth of capacity ordered this quarter, in logs; it makes chips `ORDER_QUARTERS` later.

    Args:
        wanted: H100e a quarter that executed orders would buy.
        capacity: H100e a quarter now.
        trend: yearly growth of what is wanted, in logs.
        coming: growth that is ordered and not built yet, in logs: what is coming is not ordered twice.
        fall: yearly gain by technology, in logs.
        p: parameters.
        year: decimal year at the end of the quarter.
        invested: money of nations for fabs and tools, against the usual.
    """
    fade = np.exp(-max(year - LIMIT_FROM, 0.0) / LIMIT_FADE)
    most = p.capacity_limit_late + (p.capacity_limit - p.capacity_limit_late) * fade
    most = most * np.power(np.maximum(invested, LEAST_INVESTED), FAB_RETURNS)
    gap = np.log(np.maximum(wanted, 1.0) / np.maximum(capacity, 1.0))
    gap = gap + TREND_SHARE * trend * AHEAD_YEARS - coming - fall * AHEAD_YEARS
    limit = np.where(gap > 0, most, SLOWEST_EXIT)
    return limit * np.tanh(gap / limit) / 4
