"""China's market: one internal price of usable compute that equates its money with what its channels offer.

Pure functions on arrays of shape `(options, runs)`, `(routes, runs)` or `(runs,)`. Prices are relative to the list
price of the world's chips, per H100e of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array

CHANNELS = ("legal", "domestic", "diverted", "offshore")
"""China's four ways to compute, in the order of the channel axis."""
TRAINING_BUDGET = 0.55
"""Share of chip money that looks for training value; the rest looks for serving. Judgment: half of compute serves."""
ROUNDS = 3
"""Rounds in which money that met a limit is offered to the other products."""
NO_WEIGHT = 1e-200
"""Weight of all open options below which there is nothing to spend on: money divided by less is no number."""
REFERENCE = 1.6
"""Internal price, against the list price, at which China's money is planned: that of 2026, by street prices."""
LOG_REFERENCE = float(np.log(REFERENCE))
STREET, RENTAL = 0.95, 0.9
"""What smugglers and hosts get of the internal price; judgment: brokers, and rent that is paid ahead."""
SMUGGLING_COST, SMUGGLING_SCALE = 1.0, 0.5
"""Street price at which smuggling costs what it earns, before risk, and margin at which networks are used in full."""
RENTAL_COST, RENTAL_SCALE = 1.02, 0.4
"""The same for hosts that rent out: they have other customers at the list price; judgment."""
MOST_RENTED_OUT = 1.6
"""Largest new rental against that at a full margin; judgment."""
_PAID = {n: np.array([STREET / SMUGGLING_SCALE] * n + [RENTAL / RENTAL_SCALE]) for n in range(64)}
"""What each channel is paid of the internal price, against its scale, by the number of routes."""
MARGIN_WIDTH = 0.1
"""Width over which a channel opens as its margin passes nothing; judgment."""
CLOSE = 1e-5
"""Distance, in logs, between what is offered and what is spent at which a price is found."""
STEPS, LARGEST_STEP = 6, 0.9
"""Steps of the solver at most, and the largest in logs; the price is then exact by what money and quantities give."""
LOWEST, HIGHEST = -5.0, 5.0
"""Bounds of the internal price against the list price, in logs."""


@dataclass(frozen=True)
class Supply:
    """What China's channels offer at any price; money is in US dollars at the list price."""

    legal: Array
    """(runs,) money that licensed products can take."""
    dear: Array
    """(runs,) log of their price per usable compute, against the list price: above it they are bought."""
    domestic: Array
    """(runs,) Chinese chips."""
    networks: Array
    """(routes, runs) diverted chips at a full margin."""
    risk: Array
    """(routes + 1, runs) what a channel costs beside its margin, against its scale: routes, and last hosts."""
    most_diverted: Array
    """(runs,) what networks can carry at most."""
    hosts: Array
    """(runs,) new rental at a full margin."""
    most_rented: Array
    """(runs,) new rental at most."""
    response: Array
    """(routes + 1, runs) exponents by which routes, and last hosts, answer to their margin."""
    most_by_route: Array | None = None
    """(routes, runs) what the quotas of countries leave for each route, where some country has one."""


def weights(train: Array, decode: Array, price: Array) -> Array:
    """Weight of each option in the split of chip money, `(options, runs)`: a cubic logit per workload.

    Training money and serving money choose separately, so that a chip with good memory sells beside one with good
    arithmetic; a winner-takes-all choice would not show both.
    """
    result = np.zeros_like(price)
    for value, budget in ((train, TRAINING_BUDGET), (decode, 1 - TRAINING_BUDGET)):
        worth = value / price
        cubed = worth * worth * worth
        result += cubed * (budget / np.maximum(cubed.sum(axis=0), 1e-300))
    return result


def fill(money: Array, weight: Array, limit: Array) -> Array:
    """Spend money over options by weight, each up to its limit (in money): `(options, runs)`.

    What meets a limit is offered to the options that are still open.
    """
    spent, left = np.zeros_like(weight), money
    for _ in range(ROUNDS):
        open_ones = weight * (spent < limit)
        total = open_ones.sum(axis=0)
        offered = spent + open_ones * (left / np.where(total > NO_WEIGHT, total, 1.0))
        spent = np.minimum(offered, limit)
        if np.array_equal(spent, offered):
            break  # nothing met a limit, so that nothing is left to be offered again
        left = np.where(total > NO_WEIGHT, (offered - spent).sum(axis=0), left)
    return spent


def spendable(money: Array, price: Array, p: Draws) -> Array:
    """Money that is spent at an internal price (in logs): all of it at the reference, less where compute is dearer."""
    elastic = np.minimum(1 - p.price_elasticity, 0.0)
    return np.maximum(money, 1e-9) * np.exp(elastic * np.maximum(price - LOG_REFERENCE, 0.0))


def costs(risk: Array) -> Array:
    """What a channel costs beside its margin, against its scale: routes with their risk, and last hosts."""
    hosts = np.full((1, risk.shape[-1]), RENTAL_COST / RENTAL_SCALE)
    return np.concatenate([(SMUGGLING_COST + risk) / SMUGGLING_SCALE, hosts])


@dataclass(frozen=True)
class Sold:
    """What is sold at an internal price, in money at the list price, and what it costs."""

    diverted: Array
    """(routes, runs) chips that smugglers bring."""
    rented: Array
    """(runs,) new rental."""
    cost: Array
    """(runs,) what China pays for it and for its own chips."""
    rise: Array
    """(runs,) answer of the cost to the price, in logs."""


def sold(price: Array, supply: Supply) -> Sold:
    """What all channels whose price is the internal one sell at it (in logs, `(…, runs)`).

    Routes carry more as their margin rises, and all together at most what networks can carry; hosts likewise. At a loss
    they bring next to nothing, without a corner.
    """
    level = np.exp(price)
    routes = len(supply.risk) - 1
    margin = np.multiply.outer(_PAID[routes], level) - supply.risk.reshape(routes + 1, *[1] * (level.ndim - 1), -1)
    root = np.sqrt(margin * margin + MARGIN_WIDTH**2)
    response = _across(supply.response, level)
    use = np.exp(response * np.log((margin + root) / 2))
    answer = use * response / root
    networks = _across(supply.networks, level)
    wanted, answering = networks * use[:routes], networks * answer[:routes]
    if supply.most_by_route is not None:
        most = _across(supply.most_by_route, level)
        answering = np.where(wanted < most, answering, 0.0)
        wanted = np.minimum(wanted, most)
    brought, less = _bounded(wanted, supply.most_diverted)
    hired, held = _bounded((supply.hosts * use[routes])[None], supply.most_rented)
    cost = level * (supply.domestic + STREET * brought.sum(axis=0) + RENTAL * hired[0]) + 1e-9
    more = (STREET * _PAID[routes][0]) * less * answering.sum(axis=0)
    more = more + (RENTAL * _PAID[routes][-1]) * held * (supply.hosts * answer[routes])
    return Sold(brought, hired[0], cost, cost + level * level * more)


def _across(values: Array, level: Array) -> Array:
    """Values by channel in the shape of several prices."""
    return values if level.ndim == 1 else values[:, None]


def _bounded(wanted: Array, most: Array) -> tuple[Array, Array]:
    """What is brought of what is wanted, a smooth minimum with the most there is, and the share of an answer left."""
    ratio = wanted.sum(axis=0) / np.maximum(most, 1e-9)
    square = 1 / (1 + ratio * ratio)
    shrink = np.sqrt(square)
    return wanted * shrink, shrink * square


def clear(start: Array, money: Array, supply: Supply, p: Draws) -> tuple[Array, Array, Sold]:
    """The internal price, in logs against the list price, at which what is offered costs what is spent.

    Licensed products have a price of their own: above it all that licenses allow is bought, below it nothing, and at it
    as much as the other channels leave money for. Otherwise the price is found by Newton's method in logs; a member
    whose price is found stays, so that alone it gets the same bits.

    Args:
        start: the price of the last quarter, in logs.
        money: what China would spend at the reference price, US dollars.
        supply: what its channels offer.
        p: parameters.

    Returns:
        The price, the money for licensed products, `(runs,)` each, and what the other channels sell.
    """
    before = np.minimum(np.maximum(start, LOWEST), HIGHEST)
    both = sold(np.stack([supply.dear, before]), supply)
    left = spendable(money, supply.dear, p) - both.cost[0]
    level = (left > 0) & (left < supply.legal)  # licensed products set the price
    ordered = np.where(left > 0, supply.legal, 0.0)
    x = np.where(level, supply.dear, before)
    extra = np.maximum(p.price_elasticity - 1, 0.0)
    stays, found = level, both
    cost, rise = both.cost[1] + ordered, both.rise[1]
    above = np.log(cost / spendable(money, x, p))
    for _ in range(STEPS):
        slope = rise / cost + np.where(x > LOG_REFERENCE, extra, 0.0)
        moved = x - np.minimum(np.maximum(above / slope, -LARGEST_STEP), LARGEST_STEP)
        x = np.where(stays, x, np.minimum(np.maximum(moved, LOWEST), HIGHEST))
        found = sold(x, supply)
        cost, rise = found.cost + ordered, found.rise
        above = np.log(cost / spendable(money, x, p))
        stays = stays | (np.abs(above) < CLOSE)
        if stays.all():
            break
    return x, np.where(level, left, ordered), found
