"""Power: chips run only where there is power for them."""

from __future__ import annotations

import numpy as np

from sim.ensemble.rng import Array
from sim.equations import growth

OVERHEAD = 1.25
"""IT power per chip power (hosts, network, storage); Epoch AI's all-in facility factor is 1.4 to 1.6 with cooling."""
SITES_AHEAD = 2.0
"""Buyers take chips for the sites of this quarter and the next, not more: an idle chip loses a quarter of its value."""
LARGEST_AI_SHARE = 0.85
"""The share of new data centers that AI can take; judgment: the United States is near 0.7 in 2026."""
SHORT_ABOVE = 0.85
"""Use of power above which builders feel it short, as a share of what there is; judgment."""
SHARE_SPEED = 0.5
"""How fast that share answers to a shortage, per quarter; judgment."""
LATE_GROWTH = 1.04
"""Growth of yearly power additions in the long run, times; judgment, that of large grids."""
FADE_YEARS = 4.0
"""Years over which growth of additions fades; judgment."""


def bought(trend: Array, money: Array, megawatt: Array, response: Array) -> Array:
    """Power that money builds in a quarter, MW: up to the trend at the usual cost, and beyond it at a rising one.

    Args:
        trend: (actors, runs) MW that sites, grids and permits allow at the usual cost.
        money: US dollars for data centers and their power.
        megawatt: (actors, 1) usual cost of a megawatt with its data center, servers and network, US dollars.
        response: (runs,) exponent by which building answers to money.
    """
    ratio = np.maximum(money, 1.0) / np.maximum(trend * megawatt, 1.0)
    return np.asarray(trend * np.minimum(np.power(ratio, response), ratio))


def additions_growth(first: Array, year: float) -> Array:
    """Quarterly growth factor of power additions: the first growth fades."""
    return np.exp(growth.yearly(first, LATE_GROWTH, year, FADE_YEARS) / 4)


def ai_share(share: Array, need: Array, available: Array) -> Array:
    """Share of new data-center power that serves AI chips: it rises where chips wait for power, up to a ceiling."""
    short = np.clip(need / np.maximum(available, 1e-9) - SHORT_ABOVE, 0, 1)
    return np.minimum(share * (1 + SHARE_SPEED * short), np.maximum(LARGEST_AI_SHARE, share))


def room(available: Array, added: Array, need: Array | float, ahead: Array) -> Array:
    """Power (MW) that there will be for new chips when they come, by territory, (actors, runs); negative where short.

    Args:
        available: (actors, runs) power by territory.
        added: (actors, runs) what was added last quarter.
        need: (actors, runs) what owners' chips need, wherever they stand.
        ahead: (runs,) quarters until an order of today is delivered.
    """
    return available + (SITES_AHEAD + ahead) * added - need


def running_share(need: Array, available: Array, hosted: Array, owner: int, apart: int) -> tuple[Array, Array]:
    """Share of each owner's chips that run, and the power used by territory, both `(actors, runs)`.

    The chips of row `owner` (the United States) stand in several territories. What a territory cannot power, that
    owner builds where there is room; the rest waits.

    Args:
        need: (actors, runs) power that owners' chips need, MW.
        available: (actors, runs) power for AI chips by territory, MW.
        hosted: (actors, 1) where the owner's chips stand, adding to 1.
        owner: the row whose chips stand abroad too.
        apart: a row that hosts no overflow (China).
    """
    local = need.copy()
    local[owner] = 0.0
    wanted = local + hosted * need[owner]
    used = np.minimum(wanted, available)
    runs = used / np.maximum(wanted, 1e-9)
    room = available - used
    room[apart] = 0.0
    total_room = room.sum(axis=0)
    placed_at_first = (hosted * runs).sum(axis=0) * need[owner]
    moved = np.minimum(need[owner] - placed_at_first, total_room)
    used = used + room * (moved / np.maximum(total_room, 1e-9))
    running = runs.copy()
    running[owner] = (placed_at_first + moved) / np.maximum(need[owner], 1e-9)
    return running, used
