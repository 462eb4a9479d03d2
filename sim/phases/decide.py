"""Phase 2: every actor decides from last quarter's picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.actor import USES
from sim.rng import Array

if TYPE_CHECKING:
    from sim.world import World

CUSTOM_PRICE = 0.6
"""Price of custom chips per H100e against merchant ones: no merchant margin; judgement from Epoch AI chip costs."""


def run(w: World) -> None:
    """Let all decide; in the recorded past spending is data."""
    if w.in_data:
        w.recorded_spending = _recorded(w)
    w.effort[w.inputs.rows_of("ally")] = w.setting("ally_effort")
    for actor in w.allocators:
        actor.allocate()
    for actor in w.deciders:
        actor.take_postures()
    w.designer.decide()
    general = (1 - w.state["safety"] - w.state["reinforcement"]) / sum(USES.values())
    for name, value in USES.items():
        np.multiply(general, value, out=w.state[name])
    if w.in_data:
        w.state["revenue_base"][:] = w.state["revenue"]


def _recorded(w: World) -> Array:
    """Spending on chips this quarter, US dollars: outside China what supply was worth, in China the data."""
    custom = w.inputs.custom_share[w.t]
    merchant = w.supply_level * (1 - custom) * w.now.list_price
    spending = w.gpu_share * merchant
    spending[0] += w.supply_level * custom * CUSTOM_PRICE * w.now.list_price
    spending[1] = w.inputs.china_spending[w.t] * w.p.china_spend_scale
    return spending
