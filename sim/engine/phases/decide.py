"""Phase 2: every actor decides from last quarter's public information."""

from __future__ import annotations

import numpy as np

from agents import plans
from agents.actor import USES
from agents.rows import CHINA, PARTNERS, US, bloc_of
from sim.engine.context import Context
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array

CUSTOM_PRICE = 0.6
"""Price of custom chips per H100e against merchant ones: no merchant margin; judgement from Epoch AI chip costs."""


LEAST_RATIO = 1e-9
"""Amounts below which an actor has nothing."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Let all decide; in the recorded past spending is data."""
    prepare(c, s, q)
    for actor in c.actors.allocators:
        actor.allocate()
    for actor in c.actors.deciders:
        actor.take_postures()
    c.actors.designer.decide()
    if c.in_data or c.wishes:
        _wish(c, s, q)
    general = (1 - s.safety - s.reinforcement) / sum(USES.values())
    for name, value in USES.items():
        np.multiply(general, value, out=getattr(s, name))


def prepare(c: Context, s: State, q: Quarter) -> None:
    """Set what actors look at beside the public information: recorded money, prospects and what policy asks of them."""
    if c.in_data:
        q.recorded_spending = _recorded(c, s, q)
    q.policing_set = c.inputs.policing_set
    q.prospects = _prospects(c, s, q)
    q.run_share = _run_share(c, s, q)
    q.effort = np.ones((len(c.inputs.actors), 1))
    q.effort[c.inputs.rows_of("ally")] = c.setting("ally_effort")


def _wish(c: Context, s: State, q: Quarter) -> None:
    """What all would place if they always could, for the books: it shows what is given up for want of chips."""
    s.wish = s.plan.copy() if c.in_data else plans.followed(s.wish, s.target)
    s.wished = s.money * np.maximum(s.wish / np.maximum(s.plan, 1.0), 1.0)


def _prospects(c: Context, s: State, q: Quarter) -> Array:
    """Money for chips that AI revenue and its return carry, against the record's last quarter, (A, R).

    Partners plan as one bloc: their revenues are too small to tell apart, and their shares of orders are data.
    """
    if c.in_data or not c.switch("reinvestment"):
        return np.ones_like(s.money)
    found = plans.prospects(s.bloc_revenue, s.revenue_growth, returns(s, q.list_price), s.plan_edge, q.since, c.p)
    return np.concatenate([found[:2], np.broadcast_to(found[2], (len(s.money) - 2, c.runs))])


def _run_share(c: Context, s: State, q: Quarter) -> Array:
    """Share of compute that money and the fleet give the largest run, policy apart, (A, R)."""
    if c.in_data:
        return s.clustered
    share, compute, price, revenue = s.run_edge
    grown = _ratio(s.bloc_revenue, revenue) if c.switch("reinvestment") else np.ones_like(revenue)
    bloc = bloc_of(share)
    return plans.run_share(
        share, np.log(grown)[bloc], np.log(_ratio(s.money, s.base_plan)), np.log(_ratio(paid(s, q), price))[bloc],
        np.log(_ratio(s.used_train, compute)), c.p,
    )  # fmt: skip


def _ratio(now: Array, then: Array) -> Array:
    """One over the other where both are something."""
    return np.maximum(now, LEAST_RATIO) / np.maximum(then, LEAST_RATIO)


def paid(s: State, q: Quarter) -> Array:
    """What an H100e costs the United States, China and all others, US dollars, (3, R)."""
    return np.stack([q.list_price, s.china_price, q.list_price])


def returns(s: State, price: Array) -> Array:
    """Yearly AI revenue over the worth of the compute that earns it, by bloc, (3, R); `price` is the world's."""
    worth = by_bloc(s.used_train) * price
    worth[1] = s.used_train[CHINA] * s.china_price
    return s.bloc_revenue / np.maximum(worth, 1.0)


def by_bloc(values: Array) -> Array:
    """Rows for the United States, China and everybody else of a table of actors, (3, R)."""
    return np.stack([values[US], values[CHINA], values[PARTNERS].sum(axis=0)])


def _recorded(c: Context, s: State, q: Quarter) -> Array:
    """Money placed for chips this quarter, US dollars.

    In China the data; elsewhere what supply was worth, times what orders exceed sales by, as they wait in a queue.
    """
    custom = c.inputs.custom_share[c.t]
    merchant = s.supply_level * (1 - custom) * q.list_price
    spending = c.constants.gpu_share * merchant
    spending[US] += s.supply_level * custom * CUSTOM_PRICE * q.list_price
    spending *= s.ahead_of_sales
    spending[CHINA] = c.inputs.china_spending[c.t] * c.p.china_spend_scale
    return spending
