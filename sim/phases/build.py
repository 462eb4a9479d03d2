"""Phase 5: chips join the stocks and old ones retire; they run where there is power; hosts lose what renters use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim import power
from sim.chips import CLASSES, MAIN_CLASSES, summed
from sim.phases.trade import remove
from sim.rng import Array

if TYPE_CHECKING:
    from sim.world import World

A100, MAIN = CLASSES.index("A100"), len(MAIN_CLASSES)
LIFE = 22
"""Quarters that a chip serves: 5.5 years, the depreciation life that large owners state (5 to 6 years)."""
BREAKTHROUGH_POWER = 0.4
"""What a fab breakthrough saves in power per Chinese chip; judgement: a newer node, as its capacity comes from one."""
INITIAL_RETIRES = range(14, 22)
"""Quarters in which the stock of the start, bought over the two years before, retires."""


def run(w: World) -> None:
    """Stocks, power and usable compute."""
    s, n = w.state, w.now
    n.delivery.join(s["chips"])
    w.deliveries.append(n.delivery)
    books = bool(w.log.ledger)
    if books:
        n.retired_sum, n.retired_china = np.zeros((2, *s["chips"].shape[1:]))
    if len(w.deliveries) > LIFE:
        old = w.deliveries.pop(0)
        old.retire(s["chips"])
        if books:
            n.retired_sum += old.total()
            n.retired_china += old.china
    if w.t in INITIAL_RETIRES:
        retiring = w.initial / len(INITIAL_RETIRES)
        remove(s["chips"][:, A100], retiring)
        if books:
            n.retired_sum[A100] += retiring.sum(axis=0)
            n.retired_china[A100] += retiring[1]
    _equivalents(w)
    _run_on_power(w)
    _rent(w)


def _equivalents(w: World) -> None:
    """Training and decoding equivalents of every owner's stock, H100e."""
    chips = w.state["chips"]
    for name, kappa in (("own_train", w.kappa_train), ("own_decode", w.kappa_decode)):
        own = np.einsum("akr,kr->ar", chips[:, :MAIN], kappa[:MAIN])
        own[1] += np.einsum("kr,kr->r", chips[1, MAIN:], kappa[MAIN:])
        w.state[name] = own


def _owned(chips: Array, value: Array) -> Array:
    """Value of every owner's chips, `(actors, runs)`; only China owns other than the main classes."""
    total = summed(value[:MAIN], chips[:, :MAIN])
    total[1] += summed(value[MAIN:], chips[1, MAIN:])
    return total


def _run_on_power(w: World) -> None:
    """Build power and run what it carries."""
    i, s = w.inputs, w.state
    additions, share = (values[w.t][:, None] for values in i.power_added)
    if w.in_data:
        s["power_growth"][:], s["ai_share"][:] = 1.0, share
    else:
        s["power_growth"][:] *= power.additions_growth(w.p.power_growth, w.year)
        s["ai_share"][:] = power.ai_share(s["ai_share"], w.now.power_need, s["power"])
    added = additions * s["power_growth"] * s["ai_share"]
    added[0] *= w.setting("us_power") / 100
    added[1] *= w.setting("china_power") / 100
    s["power"] += added
    w.now.power_added = added
    watts = w.chips.kw.copy()
    watts[w.ascend] /= 1 + BREAKTHROUGH_POWER * w.now.breakthrough
    need = _owned(s["chips"], watts) * (power.OVERHEAD / 1000)
    w.now.stock_h100e = _owned(s["chips"], w.chips.h100e)
    s["running"], w.now.power_used = power.running_share(need, s["power"], w.hosted, 0, 1)
    w.now.power_need = need


def _rent(w: World) -> None:
    """Let rented compute wear out and grow; its hosts cannot use it."""
    s = w.state
    kept = 1 - 1 / LIFE - 0.2 * max(w.now.offshore_closed - 0.4, 0.0)
    w.rented = np.maximum(w.rented * kept + w.now.rented, 0.0)
    pool = s["own_train"] * s["running"] * w.rent_weight
    total = pool.sum(axis=0)
    w.rented = np.minimum(w.rented, 0.9 * total)
    lost = pool * (w.rented / np.maximum(total, 1e-9))
    decode_per_train = s["own_decode"] / np.maximum(s["own_train"], 1e-9)
    s["used_train"] = s["own_train"] * s["running"] - lost
    s["used_decode"] = s["own_decode"] * s["running"] - lost * decode_per_train
    s["used_train"][1] += w.rented
    s["used_decode"][1] += (lost * decode_per_train).sum(axis=0)
