"""Phase 5: chips join the stocks and old ones retire; they run where there is power; hosts lose what renters use."""

from __future__ import annotations

import numpy as np

from agents.allocation import POWER
from agents.rows import CHINA, US
from sim.engine.context import Context
from sim.engine.delivery import lose, remove
from sim.engine.phases import exports
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import power
from sim.equations.chips import ASCEND, CLASSES, MAIN_CLASSES, US_CLASSES, summed

A100, MAIN = CLASSES.index("A100"), len(MAIN_CLASSES)
EVADED = 0.5
"""Share of chips sold earlier that escape checks which are added to them; judgment: owners can keep old firmware."""
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
    stopped = _stopped(c, s)
    s.deliveries.append(q.delivery)
    full = _owned(s.chips, c.chips.h100e, _of_chinese(c)) if "retired_h100e" in c.kept else None
    if c.books:
        q.retired, q.retired_china = np.zeros((2, *s.chips.shape[1:]))
        if stopped is not None:
            q.retired, q.retired_china = q.retired + stopped, q.retired_china + stopped
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
        q.retired_h100e = full - _owned(s.chips, c.chips.h100e, _of_chinese(c))
    owners = _of_chinese(c)
    s.own_train, s.own_decode = (_equivalents(s.chips, kappa, owners) for kappa in (q.kappa_train, q.kappa_decode))
    _run_on_power(c, s, q)
    _rent(c, s, q)


def _stopped(c: Context, s: State) -> Array | None:
    """Chips in China, (K, R), that checks on chips sold earlier stop as they are switched on; None where none are.

    Only diverted chips are: a class's stock beyond what came in legally.
    """
    path = c.inputs.asked["retrofit"]
    more = path[c.t] - (path[c.t - 1] if c.t else 0.0)
    if more <= 0:
        return None
    owned = s.chips[CHINA]
    smuggled = np.maximum(owned[: len(US_CLASSES)] - s.legal_total[: len(US_CLASSES)], 0.0)
    smuggled[A100] = 0.0  # bought before there were rules
    share = np.zeros_like(owned)
    share[: len(US_CLASSES)] = more * (1 - EVADED) * smuggled / np.maximum(owned[: len(US_CLASSES)], 1e-9)
    return lose(s.chips, s.deliveries, share, CHINA)


def _of_chinese(c: Context) -> list[int]:
    """Rows of who owns other than the main classes: China, and partners where somebody buys Chinese chips."""
    bought = c.inputs.by_partners.get(exports.LEVER)
    return [CHINA] if bought is None else [CHINA, *map(int, np.flatnonzero(bought.any(axis=0)))]


def _equivalents(chips: Array, kappa: Array, owners: list[int]) -> Array:
    """H100 equivalents of every owner's stock, (actors, runs)."""
    own = np.einsum("akr,kr->ar", chips[:, :MAIN], kappa[:MAIN])
    for row in owners:
        own[row] += np.einsum("kr,kr->r", chips[row, MAIN:], kappa[MAIN:])
    return own


def _owned(chips: Array, value: Array, owners: list[int]) -> Array:
    """Value of every owner's chips, `(actors, runs)`; `owners` are the rows that have other than the main classes."""
    total = summed(value[:MAIN], chips[:, :MAIN])
    for row in owners:
        total[row] += summed(value[MAIN:], chips[row, MAIN:])
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
    own = c.own("sites")
    if own is not None:
        added = added * (own / 100)
    if not c.in_data:
        money = s.budget * s.money_use[:, POWER]
        added = np.where(added > 0, power.bought(added, money, c.inputs.megawatt_usd[:, None], c.p.power_response), 0.0)
    s.power += added
    s.power_added = added
    watts = c.chips.kw.copy()
    watts[ASCEND] /= 1 + BREAKTHROUGH_POWER * q.breakthrough
    s.power_need = _owned(s.chips, watts, _of_chinese(c)) * (power.OVERHEAD / 1000)
    if not STOCKS.isdisjoint(c.kept):
        q.stock_h100e = _owned(s.chips, c.chips.h100e, _of_chinese(c))
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
