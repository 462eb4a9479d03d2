"""Phase 1: the regime in force, the trends of the quarter, and dated events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.partners import Ally
from scenarios.quarters import number
from sim.compute import eight_bit_share, maturity
from sim.rng import Array

if TYPE_CHECKING:
    from sim.world import World

SPENDING_FADE = 2.5
"""Years over which growth of spending fades to its late pace; judgement."""


def run(w: World) -> None:
    """Set what holds this quarter for everybody."""
    i, t, p = w.inputs, w.t, w.p
    w.year, w.in_data = float(i.years[t]), t < i.data_steps
    regime = i.regime
    if t and t in i.designs:
        w.use(i.designs[t])
    w.now.approval, w.now.cap_share = regime.approval[t], regime.cap_share[t]
    w.now.cap_units, w.now.price_share = regime.cap_units[t], regime.price_share[t]
    w.rush = float(i.rush[t])
    w.spending_growth = _growth(p.us_spend_growth, p.spend_growth_late, w.year)
    w.china_spending_growth = _growth(p.china_spend_growth, p.spend_growth_late, w.year)
    w.now.list_price = _list_price(w)
    w.now.tools = i.closures["tools"][t] * _allies_follow(w)
    w.now.memory_control = i.closures["hbm"][t]
    w.now.offshore_closed = i.closures["subsidiary"][t]
    _events(w)
    _usable(w)


def _usable(w: World) -> None:
    """What a chip of each class is worth this quarter: precision shifts, and software for Chinese chips matures."""
    eight = eight_bit_share(w.year)
    np.add(w.in_bf16 * (1 - eight), w.in_fp8 * eight, out=w.kappa_train)
    ready = maturity(w.p, w.year, w.now.breakthrough)
    w.kappa_train[w.ascend] *= ready
    w.kappa_decode[w.ascend] = w.raw_decode * ready


def _growth(first: Array, late: Array, year: float) -> Array:
    fade = np.exp(-max(year - 2027.0, 0.0) / SPENDING_FADE)
    return np.exp((np.log(late) + (np.log(first) - np.log(late)) * fade) / 4)


def _list_price(w: World) -> Array:
    """List price per H100e: data, then a yearly fall."""
    since = max(w.year - float(w.inputs.years[w.inputs.data_steps - 1]), 0.0)
    return w.inputs.list_price[w.t] * np.exp(np.log1p(-w.p.price_fall) * since)


def _allies_follow(w: World) -> Array:
    """How much of the tool controls holds, given allies' alignment (1 at today's)."""
    makers = w.inputs.tool_makers
    if not makers or w.in_data:
        return np.ones(w.runs)
    return np.clip(w.state["alignment"][makers].mean(axis=0) / Ally.TODAY, 0.0, 1.35)


def _events(w: World) -> None:
    """Events that change the state once, at their date."""
    i, t = w.inputs, w.t
    split = i.happenings["allied_split"]
    step = split[t] - (split[t - 1] if t else 0.0)
    if step:
        rows = i.rows_of("ally")
        w.state["alignment"][rows] = np.clip(w.state["alignment"][rows] - step, 0, 1)
    w.allies_parted = bool(split[t] > 0)
    found = i.happenings["diversion_uncovered"]
    lost = found[t] - (found[t - 1] if t else 0.0)
    if lost:
        w.network = w.network * max(1 - lost, 0.0)
    shock = i.happenings["efficiency_shock"]
    w.now.shock = shock[t] - (shock[t - 1] if t else 0.0)
    boost = i.happenings["fab_breakthrough"]
    w.now.breakthrough = boost[t]
    w.now.fab_boost = max(1 + boost[t], 1e-6) / max(1 + (boost[t - 1] if t else 0.0), 1e-6)  # −1 leaves no capacity
    w.now.slowdown = i.happenings["scaling_slowdown"][t]
    w.now.rl_ceiling = max(1 - i.happenings["rl_ceiling"][t], 0.0)
    w.now.taiwan = min(i.happenings["taiwan_disruption"][t], 1.0)
    w.now.memory_shock = i.happenings["hbm_shock"][t]
    deals = [event for event in i.spec.events if event.kind == "agreement" and _begun(event.date, w)]
    w.now.agreement = max(deals, key=lambda event: number(event.date), default=None)  # a later one takes its place


def _begun(date: str, w: World) -> bool:
    return number(date) <= w.quarter
