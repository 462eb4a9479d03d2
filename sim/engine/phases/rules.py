"""Phase 1: the regime in force, the trends of the quarter, and dated events."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.partners import Ally
from scenarios.events import Event
from scenarios.quarters import number
from sim.engine.context import Context
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import market
from sim.equations.chips import ASCEND
from sim.equations.compute import eight_bit_share, maturity
from sim.equations.domestic import TOOLS_TODAY

FOLLOW_MOST = 1.35
"""Most that aligned allies make of tool controls, against today's; judgment: full alignment from `Ally.TODAY`."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Set what holds this quarter for everybody."""
    i, t, p = c.inputs, c.t, c.p
    regime = i.regime
    q.approval, q.cap_share = regime.approval[t], regime.cap_share[t]
    q.cap_units, q.price_share = regime.cap_units[t], regime.price_share[t]
    q.stockpiling = float(i.stockpiling[t])
    q.since = max(c.year - float(i.years[i.data_steps - 1]), 0.0)
    q.cost_fall = market.technology(p, q.since)
    q.list_price = i.list_price[t] * np.ones(c.runs) if c.in_data else s.order_price
    q.strain = 1.0 if c.in_data else i.closures["tools"][t] / TOOLS_TODAY
    q.tools = np.asarray(_with_own_law(c, i.closures["tools"][t] * _allies_follow(c, s), i.part_shares))
    q.memory_control = _with_own_law(c, i.closures["hbm"][t], {"memory": i.memory_share})
    q.offshore_closed = i.closures["subsidiary"][t]
    _events(c, s, q)
    _usable(c, q)


def _usable(c: Context, q: Quarter) -> None:
    """What a chip of each class is worth this quarter: precision shifts, and software for Chinese chips matures."""
    eight, h = eight_bit_share(c.year), c.hardware
    ready = maturity(c.p, c.year, q.breakthrough)
    q.kappa_train, q.kappa_decode = h.in_bf16 * (1 - eight) + h.in_fp8 * eight, h.decode.copy()
    q.kappa_train[ASCEND] *= ready
    q.kappa_decode[ASCEND] *= ready


def _allies_follow(c: Context, s: State) -> Array:
    """How much of the tool controls holds, given allies' alignment (1 at today's)."""
    makers = c.inputs.tool_makers
    if not makers or c.in_data:
        return np.ones(c.runs)
    return np.clip(s.alignment[makers].mean(axis=0) / Ally.TODAY, 0.0, FOLLOW_MOST)


def _with_own_law(c: Context, closed: Array | float, sold: Mapping[str, Array]) -> Array | float:
    """Controls with those that partners impose on sales of their own, whatever they do of what the United States asks.

    Args:
        c: the quarter's date and inputs.
        closed: share of the channel that US controls close, (R,) or one for all.
        sold: lever of partners → (A,) the share of the channel that each partner sells of this.
    """
    kept = closed
    for lever, share in sold.items():
        own = c.own(lever)
        if own is not None:
            for row in np.flatnonzero(own):
                kept = kept + share[row] * np.maximum(own[row, 0] / 100 - closed, 0.0)
    return kept


def _events(c: Context, s: State, q: Quarter) -> None:
    """Events that change the state once, at their date."""
    i, t = c.inputs, c.t
    split = i.event_paths["allied_split"]
    step = split[t] - (split[t - 1] if t else 0.0)
    if step:
        rows = i.rows_of("ally")
        s.alignment[rows] = np.clip(s.alignment[rows] - step, 0, 1)
    q.allies_parted = bool(split[t] > 0)
    found = i.event_paths["diversion_uncovered"]
    lost = found[t] - (found[t - 1] if t else 0.0)
    if lost:
        s.network = s.network * max(1 - lost, 0.0)
    shock = i.event_paths["efficiency_shock"]
    q.efficiency_gain = shock[t] - (shock[t - 1] if t else 0.0)
    boost = i.event_paths["fab_breakthrough"]
    q.breakthrough = boost[t]
    q.fab_boost = max(1 + boost[t], 1e-6) / max(1 + (boost[t - 1] if t else 0.0), 1e-6)  # −1 leaves no capacity
    q.slowdown = i.event_paths["scaling_slowdown"][t]
    q.rl_ceiling = max(1 - i.event_paths["rl_ceiling"][t], 0.0)
    q.taiwan = min(i.event_paths["taiwan_disruption"][t], 1.0 - min(i.event_paths["fabs_abroad"][t], 1.0))
    q.mineral_controls, q.minerals = min(i.event_paths["mineral_controls"][t], 1.0), i.minerals[t]
    q.memory_shock = i.event_paths["hbm_shock"][t]
    deals = [event for event in i.spec.events if event.kind == "agreement" and _in_force(event, c.quarter)]
    q.agreement = max(deals, key=lambda event: number(event.date), default=None)  # a later one takes its place


def _in_force(event: Event, quarter: int) -> bool:
    """Whether an event that may end has begun and not ended."""
    begin = number(event.date)
    return begin <= quarter and (event.quarters is None or quarter < begin + event.quarters)
