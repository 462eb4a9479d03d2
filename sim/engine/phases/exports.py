"""Chinese chips that partners buy: what their makers send abroad is missing in China."""

from __future__ import annotations

import numpy as np

from sim.engine.context import Context
from sim.engine.phases.china import chinese_form, usable_value
from sim.engine.state import Quarter, State
from sim.equations.chips import ASCEND, summed

LEVER = "chinese_chips"
MOST_EXPORTED = 0.5
"""Share of their output that Chinese makers send abroad at most; judgment: Beijing wants them at home."""
CHIPS_PER_THOUSAND = 1e3
"""Chips in the unit of Chinese output."""


def sell(c: Context, s: State, q: Quarter) -> None:
    """Deliver Chinese chips to the partners that ask for them, before anybody else orders.

    They pay what the chips would earn in China, and keep the money for which there are none.
    """
    asked = c.own(LEVER)
    if asked is None:
        return
    worth = summed(chinese_form(c), usable_value(c, q)[ASCEND])
    price = s.china_price * worth * (1 + c.p.home_preference) * CHIPS_PER_THOUSAND
    wanted = s.money * (asked / 100) / np.maximum(price, 1.0)
    most = MOST_EXPORTED * q.chinese_output
    q.exported = wanted * np.minimum(most / np.maximum(wanted.sum(axis=0), 1e-9), 1.0)
    q.export_usd = q.exported * price
    s.spending = s.spending + q.export_usd
    q.placed = q.placed + q.export_usd
