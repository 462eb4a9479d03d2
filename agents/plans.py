"""How much money for chips an actor plans: what AI revenue and its return carry, and what could be ordered at all.

A plan follows what was executed by the sixth power of its share: at half executed it all but stops following a target.
"""

from __future__ import annotations

import numpy as np

from agents.protocols import Traits
from agents.state import Array

AHEAD = 1.2
"""Years of growing revenue that a plan counts on; judgment: chips are ordered a year before they earn."""
MOST_COUNTED = 1.1
"""Yearly growth of revenue, in logs, that a plan counts on at most (a tripling); judgment."""
LEAST_RETURN, MOST_RETURN = 1 / 3, 3.0
"""Bounds of the return on chips, against that at the edge of the data, to which plans answer; judgment."""
SHARE_FADE = 4.0
"""Years over which spending on chips falls from its share of revenue today, several times it, to the late one."""
GROWTH_WEIGHT = 0.25
"""Weight of the last quarter in the growth of revenue that planners see; judgment."""
ADJUSTMENT = 1.0
"""Years in which a plan follows its target; judgment: budgets are yearly."""
FASTEST_PLAN, FASTEST_CUT = 0.75, -0.4
"""Bounds of the yearly change of a plan, in logs; judgment: capital spending of large owners grew 0.4 to 0.6."""
MOST_OF_FLEET = 0.08
"""Share of a country's compute that one run takes at most by itself, a smooth minimum (fourth power); judgment: five
times that of 2026, as compute is spread over several laboratories and their users. Who puts more into one run at the
edge of the data may put twice that."""
LEAST_EXECUTED = 0.01
"""Share of the money placed below which a plan sees no difference."""


def prospects(
    revenue: Array, growth: Array, returns: Array, edge: tuple[Array, Array, Array, Array], since: float, p: Traits
) -> Array:
    """Money for chips that revenue carries, against that of the last quarter of data.

    Args:
        revenue: US dollars a year.
        growth: its yearly growth, in logs.
        returns: revenue over the worth of the compute that earns it.
        edge: the same three at the edge of the data, and the share of revenue, with the growth counted on, that went
            into chips then.
        since: years after the data.
        p: parameters.
    """
    revenue_then, growth_then, returns_then, share_then = edge
    share = p.spend_share_late + (share_then - p.spend_share_late) * np.exp(-since / SHARE_FADE)
    counted = AHEAD * (np.minimum(growth, MOST_COUNTED) - np.minimum(growth_then, MOST_COUNTED))
    better = np.clip(returns / np.maximum(returns_then, 1e-300), LEAST_RETURN, MOST_RETURN)
    carried = revenue / np.maximum(revenue_then, 1e-300) * np.exp(counted) * better**p.plan_returns
    return np.asarray(share / share_then * carried)


def run_share(edge: Array, value: Array, money: Array, price: Array, compute: Array, p: Traits) -> Array:
    """Share of compute that the largest run gets, policy apart, by money and by the fleet.

    Args:
        edge: the share at the edge of the data.
        value: AI revenue, log against that at the edge of the data, as the three that follow.
        money: money for chips.
        price: what an H100e costs.
        compute: usable compute for training.
        p: parameters.
    """
    bought = p.run_value * value + (1 - p.run_value) * money - price
    share = edge * np.exp(p.run_money * (bought - compute))
    ratio = share / np.maximum(MOST_OF_FLEET, 2 * edge)
    squared = ratio * ratio
    return np.asarray(share / np.sqrt(np.sqrt(1 + squared * squared)))


def share_of_revenue(money: Array, revenue: Array, growth: Array) -> Array:
    """Share of yearly revenue, with the growth that is counted on, that goes into chips; `money` is a quarter's."""
    return 4 * money / np.maximum(revenue * np.exp(AHEAD * np.minimum(growth, MOST_COUNTED)), 1.0)


def followed(plan: Array, target: Array, executed: Array | None = None) -> Array:
    """A plan after a quarter on its way to a target, within the bounds of a year's change.

    Args:
        plan: US dollars a quarter.
        target: what revenue and its return carry.
        executed: share of the last money that could be placed; money that found nothing to buy is not planned again.
    """
    distance = np.log(np.maximum(target, 1.0) / np.maximum(plan, 1.0))
    if executed is not None:
        reached = np.log(np.maximum(executed, LEAST_EXECUTED))
        squared = executed * executed
        distance = reached + squared * squared * squared * (distance - reached)
    return plan * np.exp(np.minimum(np.maximum(distance / (4 * ADJUSTMENT), FASTEST_CUT / 4), FASTEST_PLAN / 4))
