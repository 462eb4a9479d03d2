"""Phase 3: what can be made, by US-designed lines and by Chinese fabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim import domestic
from sim.chips import CLASSES

if TYPE_CHECKING:
    from sim.world import World

SUPPLY_NOISE = 0.03
"""Standard deviation of a quarter's surprise in production growth; judgement."""
TAIWAN_LOSS, TAIWAN_QUARTERS = 0.6, 6
"""Share of production lost in a chance disruption of Taiwan, and for how long; judgement."""


def run(w: World) -> None:
    """Capacity of every main class (H100e) and output of Chinese fabs (thousand 910C equivalents)."""
    _us_designed(w)
    _chinese(w)


def _us_designed(w: World) -> None:
    i, t, p = w.inputs, w.t, w.p
    if t < i.supply_data_steps:
        w.supply_level = i.supply[t] * p.supply_scale
    else:
        fade = np.exp(-max(w.year - 2027.0, 0.0) / p.supply_slowdown)
        yearly = np.log(p.supply_growth_late) + (np.log(p.supply_growth) - np.log(p.supply_growth_late)) * fade
        w.supply_level = w.supply_level * np.exp(yearly / 4 + SUPPLY_NOISE * w.noise.supply[t])
    lost = np.full(w.runs, w.now.taiwan)
    if not w.in_data:
        begins = (w.noise.taiwan[t] < p.taiwan_hazard / 4) & (w.outage == 0)
        w.outage = np.where(begins, TAIWAN_QUARTERS, np.maximum(w.outage - 1, 0))
        lost = np.maximum(lost, TAIWAN_LOSS * (w.outage > 0))
    capacity = i.capacity_share[t][:, None] * (w.supply_level * (1 - lost))
    # Makers do not add to shelves that are full: stock of the last quarter stands in for new production.
    stored = w.inventory * w.chips.h100e[:, None]
    w.now.capacity = np.maximum(capacity - stored, 0.1 * capacity)
    w.now.made_to_order = w.now.capacity[: CLASSES.index("CUSTOM")].sum(axis=0)


def _chinese(w: World) -> None:
    i, t, p, c = w.inputs, w.t, w.p, w.domestic
    if t < i.data_steps:
        ones = np.ones(w.runs)
        if i.departs:
            fixed = w.setting("chip_push")
            push = domestic.PUSH_TODAY if np.isnan(fixed) else fixed / 100
            tools, memory = i.recorded_closures["tools"][t], i.recorded_closures["hbm"][t]
            domestic.depart(
                c, p, w.year, domestic.Settings(w.now.tools, w.now.memory_control, push),
                domestic.Settings(tools, memory, domestic.PUSH_TODAY),
            )  # fmt: skip
        c.logic = i.domestic["logic_capacity"][t] * c.logic_apart * ones
        c.memory = i.domestic["hbm_capacity"][t] * c.memory_apart * ones
        c.assembly = i.domestic["ascend_units"][t] * ones
    else:
        push = w.state["push"][1]
        domestic.advance(c, p, w.year, w.now.tools, w.now.memory_control, push, w.now.fab_boost)
    imported = 0.0 if w.in_data else domestic.imported_memory(w.now.memory_control, w.year)
    w.now.chinese_output = domestic.output(c, p, imported, w.now.memory_shock)
