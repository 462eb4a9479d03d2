"""Phase 4: China fills its demand over channels, the rest of the world buys what is left, and the ledger balances."""

from __future__ import annotations

import numpy as np

from agents.rows import CHINA, US
from sim.engine.context import Context
from sim.engine.delivery import CUSTOM, Delivery
from sim.engine.phases import china
from sim.engine.phases.china import US_N
from sim.engine.phases.decide import CUSTOM_PRICE
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import power
from sim.equations.chips import summed
from sim.equations.trade import CHANNELS

DIVERTED = CHANNELS.index("diverted")
MOST_SMUGGLED = 0.9
"""Smugglers take at most this share of what is sold of a merchant class."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Clear the quarter's market."""
    china.buy(c, s, q)
    _others(c, s, q)


def _others(c: Context, s: State, q: Quarter) -> None:
    """Deliver what is left to everybody else by their money; diverted chips leave through them."""
    h, own = c.chips.h100e[:, None], q.bought
    share_left = 1 - q.dies / np.maximum(q.made_to_order, 1e-9)
    made = q.capacity / h
    made[:CUSTOM] *= share_left
    shelf = made + s.inventory
    sold = np.ones(c.runs) if c.in_data else _sold(c, s, q, shelf)
    delivered = shelf * sold
    s.inventory = shelf - delivered
    # Smugglers take of every merchant class in proportion, and never all of it.
    merchant = summed(h[:CUSTOM, 0], delivered[:CUSTOM])
    attempted = np.minimum(q.arrived / np.maximum(1 - q.caught, 1e-9), MOST_SMUGGLED * merchant)
    leaving = delivered * (attempted / np.maximum(merchant, 1e-9))
    leaving[CUSTOM:] = 0.0
    q.flows[DIVERTED] = attempted * (1 - q.caught)
    arriving = leaving * (1 - q.caught)
    if "seized" in c.kept:
        q.seized_h100e = summed(h[:, 0], leaving) * q.caught
    if "made_h100e" in c.kept:
        q.made_h100e = summed(h[:, 0], made) + summed(h[:US_N, 0], own[:US_N])
    if c.books:
        q.ledger = {
            "made": made + own, "delivered": delivered + own, "diverted": arriving, "seized": leaving - arriving,
        }  # fmt: skip
    left = delivered - leaving
    custom_value = delivered[CUSTOM] * h[CUSTOM] * CUSTOM_PRICE * q.list_price
    weight = s.spending.copy()
    weight[US] = np.maximum(weight[US] - custom_value, 0.0)
    weight[CHINA] = 0.0
    share = weight / np.maximum(weight.sum(axis=0), 1e-9)
    apart = _apart(c, s, q, weight, left) if c.inputs.terms_act[c.t] else {}
    q.delivery = Delivery(share, apart, left, own + arriving)


def _sold(c: Context, s: State, q: Quarter, shelf: Array) -> Array:
    """Share of what is on the shelf that money and power outside China take, `(runs,)`."""
    h = c.chips.h100e[:, None]
    h100e = summed(h[:, 0], shelf) - (1 - CUSTOM_PRICE) * h[CUSTOM, 0] * shelf[CUSTOM]
    money = s.spending.sum(axis=0) - s.spending[CHINA] - _refused(c, s, shelf)
    watts = summed(power.OVERHEAD / 1000 * c.chips.kw, shelf)
    fits = power.room(s.power, s.power_added, s.power_need, besides=CHINA)
    return np.minimum(1.0, np.minimum(
        money / np.maximum(h100e * q.list_price, 1.0), fits / np.maximum(watts, 1e-9)
    ))  # fmt: skip


def _refused(c: Context, s: State, shelf: Array) -> Array | float:
    """Money of buyers outside China that licenses, caps and tariffs keep from what is on the shelf, `(runs,)`.

    Args:
        c: the quarter's date and inputs.
        s: the state.
        shelf: (classes, runs) chips on the shelf.
    """
    terms, h = c.inputs.terms, c.chips.h100e
    if not c.inputs.terms_act[c.t]:
        return 0.0
    money = s.spending.copy()
    money[CHINA] = 0.0
    wanted, had = np.zeros((2, len(terms), c.runs))
    for k in map(int, np.flatnonzero(shelf[:CUSTOM].any(axis=1))):
        bought = _by_terms(c, k, money, shelf[k])
        free = shelf[k] / np.maximum(money.sum(axis=0), 1e-9)
        for n, (row, _) in enumerate(terms):
            wanted[n] += h[k] * money[row] * free
            had[n] += h[k] * np.minimum(bought[row], money[row] * free)
    share = 1 - had / np.maximum(wanted, 1e-9)
    return sum((money[row] * share[n] for n, (row, _) in enumerate(terms)), start=0.0)


def _apart(c: Context, s: State, q: Quarter, weight: Array, left: Array) -> dict[int, Array]:
    """Shares of the classes of which rules keep a buyer from its part; what nobody may buy stays on the shelf."""
    shares: dict[int, Array] = {}
    for k in map(int, np.flatnonzero(left[:CUSTOM].any(axis=1))):
        bought = _by_terms(c, k, weight, left[k])
        taken = np.minimum(bought.sum(axis=0), left[k])
        s.inventory[k] += left[k] - taken
        if c.books:
            q.ledger["delivered"][k] -= left[k] - taken
        left[k], shares[k] = taken, bought / np.maximum(taken, 1e-9)
    return shares


def _by_terms(c: Context, k: int, weight: Array, left: Array) -> Array:
    """Chips of a merchant class by owner where rules name a buyer: by money, licenses and caps, `(actors, runs)`.

    What a buyer may not have goes to the others in proportion to their money; with a tariff, money buys less.
    """
    t, may, most = c.t, weight.copy(), np.full_like(weight, np.inf)
    for row, terms in c.inputs.terms:
        may[row] *= terms.approval[t, k] / (1 + terms.price_share[t, k])
    bought = may * (left / np.maximum(may.sum(axis=0), 1e-9))
    for row, terms in c.inputs.terms:
        most[row] = terms.cap_units[t, k]
        if np.isfinite(terms.cap_share[t, k]):
            most[row] = np.minimum(most[row], terms.cap_share[t, k] * bought[US])
    capped = np.minimum(bought, most)
    free = np.where(np.isinf(most), may, 0.0)
    return capped + free * ((bought - capped).sum(axis=0) / np.maximum(free.sum(axis=0), 1e-9))
