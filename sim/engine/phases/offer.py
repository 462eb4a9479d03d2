"""Phase 3: what can be made, by US-designed lines and by Chinese fabs."""

from __future__ import annotations

import numpy as np

from agents.allocation import FABS
from agents.rows import CHINA
from agents.superpower import PUSH_TODAY
from sim.engine.context import Context
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import domestic
from sim.equations.chips import CLASSES

SUPPLY_NOISE = 0.03
"""Standard deviation of a quarter's surprise in production growth; judgment."""
TAIWAN_LOSS, TAIWAN_QUARTERS = 0.6, 6
"""Share of production lost in a chance disruption of Taiwan, and for how long; judgment."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Capacity of every main class (H100e) and output of Chinese fabs (thousand 910C equivalents)."""
    _us_designed(c, s, q)
    _chinese(c, s, q)


def _us_designed(c: Context, s: State, q: Quarter) -> None:
    i, t, p = c.inputs, c.t, c.p
    if t < i.supply_data_steps:
        s.supply_level = i.supply[t] * p.supply_scale
    else:
        ordered = s.coming.pop(0)
        s.supply_level = s.supply_level * np.exp(q.cost_fall / 4 + ordered + SUPPLY_NOISE * c.noise.supply[t])
    lost = np.full(c.runs, q.taiwan)
    if not c.in_data:
        begins = (c.noise.taiwan[t] < p.taiwan_hazard / 4) & (s.outage == 0)
        s.outage = np.where(begins, TAIWAN_QUARTERS, np.maximum(s.outage - 1, 0))
        most = min(TAIWAN_LOSS, 1 - i.event_paths["fabs_abroad"][t])
        lost = np.maximum(lost, most * (s.outage > 0))
    q.hit = lost = 1 - (1 - lost) * (1 - q.minerals)
    q.capacity = i.capacity_share[t][:, None] * (s.supply_level * (1 - lost))
    q.made_to_order = q.capacity[: CLASSES.index("CUSTOM")].sum(axis=0)


def _pushed(s: State) -> Array:
    """China's push as its money for fabs makes it, (R,): half where the share of its plan is that of the record."""
    money = s.budget[CHINA] * s.money_use[CHINA, FABS]
    return PUSH_TODAY * money / np.maximum(s.plan[CHINA] * s.edge.money_use[CHINA, FABS], 1.0)


def _chinese(c: Context, s: State, q: Quarter) -> None:
    i, t, p, fabs = c.inputs, c.t, c.p, s.domestic
    if t < i.data_steps:
        ones = np.ones(c.runs)
        if i.departs:
            fixed = c.setting("chip_push")
            push = np.where(np.isnan(fixed), PUSH_TODAY, fixed / 100)
            tools, memory = i.recorded_closures["tools"][t], i.recorded_closures["hbm"][t]
            domestic.depart(
                fabs, p, c.year, domestic.Settings(q.tools, q.memory_control, push),
                domestic.Settings(tools, memory, PUSH_TODAY),
            )  # fmt: skip
        fabs.logic = i.domestic["logic_capacity"][t] * fabs.logic_apart * ones
        fabs.memory = i.domestic["hbm_capacity"][t] * fabs.memory_apart * ones
        fabs.assembly = i.domestic["ascend_units"][t] * ones
    else:
        domestic.advance(fabs, p, c.year, q.tools, q.memory_control, _pushed(s), q.fab_boost, s.rent)
    q.imported_memory = 0.0 if c.in_data else domestic.imported_memory(q.memory_control, c.year)
    q.chinese_output = domestic.output(fabs, p, q.imported_memory, q.memory_shock)
