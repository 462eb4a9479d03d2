"""What stands in the way of an order: the queue before it, and the power that there will be for it."""

from __future__ import annotations

import numpy as np

from agents.rows import CHINA
from sim.engine.context import Context
from sim.engine.state import State
from sim.ensemble.rng import Array
from sim.equations import market, power
from sim.equations.chips import US_CLASSES, summed


def waiting(s: State) -> Array:
    """Quarters that somebody who orders now waits, `(runs,)`: everybody knows that lines which stop will run again."""
    return market.quarters(s.backlog.sum(axis=0), s.supply_level)


def power_room(c: Context, s: State) -> Array:
    """Power that China has for licensed chips when they come, MW, beside its own chips and what is on order."""
    free = power.room(s.power[CHINA], s.power_added[CHINA], s.power_need[CHINA], waiting(s))
    return np.maximum(
        free - power.OVERHEAD / 1000 * summed(c.chips.kw[: len(US_CLASSES)], s.on_order[: len(US_CLASSES)]), 0.0
    )
