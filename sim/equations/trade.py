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
"""Share of chip money that looks for training value; the rest looks for serving. Judgement: half of compute serves."""
ROUNDS = 3
"""Rounds in which money that met a limit is offered to the other products."""
REFERENCE = 1.6
"""Internal price, against the list price, at which China's money is planned: that of 2026, by street prices."""
LOG_REFERENCE = float(np.log(REFERENCE))
STREET, RENTAL = 0.95, 0.9
"""What smugglers and hosts get of the internal price; judgement: brokers, and rent that is paid ahead."""
SMUGGLING_COST, SMUGGLING_SCALE = 1.0, 0.5
"""Street price at which smuggling costs what it earns, before risk, and margin at which networks are used in full."""
RENTAL_COST, RENTAL_SCALE = 1.02, 0.4
"""The same for hosts that rent out: they have other customers at the list price; judgement."""
MOST_RENTED_OUT = 1.6
"""Largest new rental against that at a full margin; judgement."""
MARGIN_WIDTH = 0.1
"""Width over which a channel opens as its margin passes nothing; judgement."""
STEPS, LARGEST_STEP = 4, 0.7
"""Steps of the solver, and the largest in logs; the price is then exact by what money and quantities give."""
LOWEST, HIGHEST = -4.0, 2.7
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
    """(routes, runs) expected loss and trouble on a route, against `SMUGGLING_SCALE`."""
    most_diverted: Array
    """(runs,) what networks can carry at most."""
    hosts: Array
    """(runs,) new rental at a full margin."""


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
        offered = spent + open_ones * (left / np.where(total > 0, total, 1.0))
        spent = np.minimum(offered, limit)
        left = np.where(total > 0, (offered - spent).sum(axis=0), left)
    return spent


def spendable(money: Array, price: Array, p: Draws) -> Array:
    """Money that is spent at an internal price (in logs): all of it at the reference, less where compute is dearer."""
    return money * np.exp(np.minimum((1 - p.price_elasticity) * (price - LOG_REFERENCE), 0.0))


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


def sold(price: Array, supply: Supply, p: Draws) -> Sold:
    """What all channels whose price is the internal one sell at it (in logs).

    Routes carry more as their margin rises, and all together at most what networks can carry; hosts likewise.
    """
    level = np.exp(price)
    street, rent = (STREET / SMUGGLING_SCALE) * level, (RENTAL / RENTAL_SCALE) * level
    use, answer = _use(street - (SMUGGLING_COST / SMUGGLING_SCALE) - supply.risk, p.smuggling_response)
    brought, more = _bounded((supply.networks * use), supply.most_diverted, supply.networks * answer)
    use, answer = _use(rent - RENTAL_COST / RENTAL_SCALE, p.rent_response)
    hired, more_hired = _bounded(supply.hosts * use, MOST_RENTED_OUT * supply.hosts, supply.hosts * answer)
    worth = supply.domestic + STREET * brought.sum(axis=0) + RENTAL * hired
    cost = level * worth + 1e-9
    rise = cost + level * (STREET * more.sum(axis=0) * street + RENTAL * more_hired * rent)
    return Sold(brought, hired, cost, rise)


def _use(margin: Array, response: Array) -> tuple[Array, Array]:
    """How far a channel is used at a margin (1 at a full one), and its answer: none at a loss, without a corner."""
    root = np.sqrt(margin * margin + MARGIN_WIDTH * MARGIN_WIDTH)
    use = np.exp(response * np.log(0.5 * (margin + root)))
    return use, response * use / root


def _bounded(wanted: Array, most: Array, answer: Array) -> tuple[Array, Array]:
    """What is brought of what is wanted, a smooth minimum with the most there is, and its answer."""
    ratio = (wanted.sum(axis=0) if wanted.ndim > 1 else wanted) / np.maximum(most, 1e-9)
    square = 1 / (1 + ratio * ratio)
    shrink = np.sqrt(square)
    return wanted * shrink, answer * (shrink * square)


def clear(start: Array, money: Array, supply: Supply, p: Draws) -> tuple[Array, Array, Sold]:
    """The internal price, in logs against the list price, at which what is offered costs what is spent.

    Licensed products have a price of their own: above it all that licenses allow is bought, below it nothing, and at it
    as much as the other channels leave money for.

    Args:
        start: the price of the last quarter, in logs.
        money: what China would spend at the reference price, US dollars.
        supply: what its channels offer.
        p: parameters.

    Returns:
        The price, the money for licensed products, `(runs,)` each, and what the other channels sell.
    """
    at_dear = sold(supply.dear, supply, p)
    left = spendable(money, supply.dear, p) - at_dear.cost
    level = (left > 0) & (left < supply.legal)  # licensed products set the price
    ordered = np.where(left > 0, supply.legal, 0.0)
    x = np.where(level, supply.dear, np.minimum(np.maximum(start, LOWEST), HIGHEST))
    extra = np.maximum(p.price_elasticity - 1, 0.0)
    found = at_dear
    for last in range(STEPS - 1, -1, -1):
        found = sold(x, supply, p)
        if not last:
            break
        cost = found.cost + ordered
        above = np.log(cost / np.maximum(spendable(money, x, p), 1e-9))
        slope = found.rise / cost + np.where(x > LOG_REFERENCE, extra, 0.0)
        moved = x - np.minimum(np.maximum(above / slope, -LARGEST_STEP), LARGEST_STEP)
        x = np.where(level, x, np.minimum(np.maximum(moved, LOWEST), HIGHEST))
    return x, np.where(level, left, ordered), found
