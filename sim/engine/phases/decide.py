"""Phase 2: every actor decides from last quarter's public information."""

from __future__ import annotations

import numpy as np

from agents.actor import USES
from agents.rows import CHINA, US
from sim.engine.context import Context
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array

CUSTOM_PRICE = 0.6
"""Price of custom chips per H100e against merchant ones: no merchant margin; judgement from Epoch AI chip costs."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Let all decide; in the recorded past spending is data."""
    if c.in_data:
        q.recorded_spending = _recorded(c, s, q)
    q.effort = np.ones((len(c.inputs.actors), 1))
    q.effort[c.inputs.rows_of("ally")] = c.setting("ally_effort")
    for actor in c.actors.allocators:
        actor.allocate()
    for actor in c.actors.deciders:
        actor.take_postures()
    c.actors.designer.decide()
    general = (1 - s.safety - s.reinforcement) / sum(USES.values())
    for name, value in USES.items():
        np.multiply(general, value, out=getattr(s, name))
    if c.in_data:
        s.revenue_base[:] = s.revenue


def _recorded(c: Context, s: State, q: Quarter) -> Array:
    """Spending on chips this quarter, US dollars: outside China what supply was worth, in China the data."""
    custom = c.inputs.custom_share[c.t]
    merchant = s.supply_level * (1 - custom) * q.list_price
    spending = c.constants.gpu_share * merchant
    spending[US] += s.supply_level * custom * CUSTOM_PRICE * q.list_price
    spending[CHINA] = c.inputs.china_spending[c.t] * c.p.china_spend_scale
    return spending
