"""Trade in chips: what China can buy where, and what it takes from whom.

Pure functions on arrays of shape `(classes, runs)`, `(channels, runs)` or `(runs,)`.
"""

from __future__ import annotations

import numpy as np

from sim.ensemble.rng import Array

CHANNELS = ("legal", "domestic", "diverted", "offshore")
"""China's four ways to compute, in the order of the channel axis."""
TRAINING_BUDGET = 0.55
"""Share of chip money that looks for training value; the rest looks for serving. Judgement: half of compute serves."""
ROUNDS = 3
"""Rounds in which money that met a limit is offered to the other channels."""
RENTAL_MARGIN = 1.3
"""Price of rented compute over owned, per H100e over its life; judgement from published rents."""
BULK_COST = 1.1
"""What smuggling costs on top of the street premium: brokers, risk of loss in transit; judgement."""
CHEAPEST, DEAREST = 0.25, 4.0
"""Price of usable compute, against the reference, beyond which demand no longer answers; judgement."""


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


def fill(money: Array, weight: Array, limit: Array) -> tuple[Array, Array]:
    """Spend money over options by weight, each up to its limit (in money): `(options, runs)` spent, `(runs,)` left.

    What meets a limit is offered to the options that are still open.
    """
    spent, left = np.zeros_like(weight), money
    for _ in range(ROUNDS):
        open_ones = weight * (spent < limit)
        total = open_ones.sum(axis=0)
        offered = spent + open_ones * (left / np.where(total > 0, total, 1.0))
        spent = np.minimum(offered, limit)
        left = np.where(total > 0, (offered - spent).sum(axis=0), left)
    return spent, left


def elastic(money: Array, price: Array, reference: Array, elasticity: Array) -> Array:
    """Spending after the answer of demand to the price of usable compute: `money · (price / reference)^(1 − e)`."""
    ratio = np.clip(price / reference, CHEAPEST, DEAREST)
    return money * np.exp((1 - elasticity) * np.log(ratio))
