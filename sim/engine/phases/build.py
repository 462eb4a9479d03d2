"""Phase 5: chips join the stocks and old ones retire; they run where there is power; hosts lose what renters use."""

from __future__ import annotations

import numpy as np

from agents.allocation import POWER
from agents.rows import CHINA, US
from sim.engine.context import ASCEND, Context
from sim.engine.delivery import remove
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import power
from sim.equations.chips import CLASSES, MAIN_CLASSES, summed

A100, MAIN = CLASSES.index("A100"), len(MAIN_CLASSES)
LIFE = 22
"""Quarters that a chip serves: 5.5 years, the depreciation life that large owners state (5 to 6 years)."""
BREAKTHROUGH_POWER = 0.4
"""What a fab breakthrough saves in power per Chinese chip; judgment: a newer node, as its capacity comes from one."""
LAPSE, LAPSE_ABOVE = 0.2, 0.4
"""Share of rented compute that ends in a quarter per unit of closure of the cloud, above this closure; judgment."""
MOST_RENTED = 0.9
"""Hosts rent out at most this share of what they run."""
STOCKS = frozenset({"stock_h100e", "owned_h100e", "running_h100e", "us_chips_in", "rented_chips"})
"""Series that need what owners' chips amount to."""
INITIAL_RETIRES = range(14, 22)
"""Quarters in which the stock of the start, bought over the two years before, retires."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Stocks, power and usable compute."""
    q.delivery.join(s.chips)
    s.deliveries.append(q.delivery)
    full = _owned(s.chips, c.chips.h100e) if "retired_h100e" in c.kept else None
    if c.books:
        q.retired, q.retired_china = np.zeros((2, *s.chips.shape[1:]))
    if len(s.deliveries) > LIFE:
        old = s.deliveries.pop(0)
        old.retire(s.chips)
        if c.books:
            q.retired += old.total()
            q.retired_china += old.china
    if c.t in INITIAL_RETIRES:
        retiring = c.constants.initial / len(INITIAL_RETIRES)
        remove(s.chips[:, A100], retiring)
        if c.books:
            q.retired[A100] += retiring.sum(axis=0)
            q.retired_china[A100] += retiring[CHINA]
    if full is not None:
        q.retired_h100e = full - _owned(s.chips, c.chips.h100e)
    s.own_train, s.own_decode = _equivalents(s.chips, q.kappa_train), _equivalents(s.chips, q.kappa_decode)
    _run_on_power(c, s, q)
    _rent(c, s, q)


def _equivalents(chips: Array, kappa: Array) -> Array:
    """H100 equivalents of every owner's stock, (actors, runs)."""
    own = np.einsum("akr,kr->ar", chips[:, :MAIN], kappa[:MAIN])
    own[CHINA] += np.einsum("kr,kr->r", chips[CHINA, MAIN:], kappa[MAIN:])
    return own


def _owned(chips: Array, value: Array) -> Array:
    """Value of every owner's chips, `(actors, runs)`; only China owns other than the main classes."""
    total = summed(value[:MAIN], chips[:, :MAIN])
    total[CHINA] += summed(value[MAIN:], chips[CHINA, MAIN:])
    return total


def _run_on_power(c: Context, s: State, q: Quarter) -> None:
    """Build power and run what it carries."""
    additions, share = (values[c.t][:, None] for values in c.inputs.power_added)
    if c.in_data:
        s.power_growth[:], s.ai_share[:] = 1.0, share
    else:
        s.power_growth[:] *= power.additions_growth(c.p.power_growth, c.year)
        s.ai_share[:] = power.ai_share(s.ai_share, s.power_need, s.power)
    added = additions * s.power_growth * s.ai_share
    added[US] *= c.setting("us_power") / 100
    added[CHINA] *= c.setting("china_power") / 100
    if not c.in_data:
        money = s.budget * s.money_use[:, POWER]
        added = np.where(added > 0, power.bought(added, money, c.inputs.megawatt_usd[:, None], c.p.power_response), 0.0)
    s.power += added
    s.power_added = added
    watts = c.chips.kw.copy()
    watts[ASCEND] /= 1 + BREAKTHROUGH_POWER * q.breakthrough
    s.power_need = _owned(s.chips, watts) * (power.OVERHEAD / 1000)
    if not STOCKS.isdisjoint(c.kept):
        q.stock_h100e = _owned(s.chips, c.chips.h100e)
    s.running, q.power_used = power.running_share(s.power_need, s.power, c.constants.hosted, US, CHINA)


def _rent(c: Context, s: State, q: Quarter) -> None:
    """Let rented compute wear out and grow, by host; its hosts cannot use it."""
    closed, opened = q.offshore_closed, 1.0
    if c.inputs.hosts_closed is not None:
        here = c.inputs.hosts_closed[c.t][:, None]
        closed, opened = np.maximum(closed, here), 1 - here
    kept = 1 - 1 / LIFE - LAPSE * np.maximum(closed - LAPSE_ABOVE, 0.0)
    pool = s.own_train * s.running * c.constants.rent_weight
    free = opened * np.maximum(MOST_RENTED * pool - s.rented * kept, 0.0)
    share = np.minimum(q.newly_rented / np.maximum(free.sum(axis=0), 1e-9), 1.0)
    s.rented = np.minimum(s.rented * kept + free * share, MOST_RENTED * pool)
    decode_per_train = s.own_decode / np.maximum(s.own_train, 1e-9)
    s.used_train = s.own_train * s.running - s.rented
    s.used_decode = s.own_decode * s.running - s.rented * decode_per_train
    s.used_train[CHINA] += s.rented.sum(axis=0)
    s.used_decode[CHINA] += (s.rented * decode_per_train).sum(axis=0)
