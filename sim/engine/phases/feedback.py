"""Phase 8: revenue follows capability, and everybody sees the new picture."""

from __future__ import annotations

import numpy as np

from agents import plans
from agents.partners import Ally
from agents.protocols import PublicInfo
from agents.rows import CHINA, PARTNERS, US
from sim.engine.context import Context
from sim.engine.phases.decide import by_bloc, paid, returns
from sim.engine.state import Quarter, State
from sim.equations import feedback, governance


def run(c: Context, s: State, q: Quarter) -> None:
    """Revenue, what the public sees next quarter, and the governance indices."""
    s.revenue = feedback.revenue(s.eci, s.used_decode * s.serving, c.p)
    seen = by_bloc(s.revenue)
    if c.t:
        grown = 4 * np.log(np.maximum(seen, 1.0) / np.maximum(s.bloc_revenue, 1.0))
        s.revenue_growth = s.revenue_growth + plans.GROWTH_WEIGHT * (grown - s.revenue_growth)
    s.bloc_revenue = seen
    if c.in_data:
        share = plans.share_of_revenue(by_bloc(q.recorded_spending), seen, s.revenue_growth)
        s.plan_edge = (seen, s.revenue_growth, returns(s, s.order_price), share)
        s.run_edge = (s.clustered.copy(), s.used_train.copy(), paid(s, q), seen)
    s.public = _seen(s, q)
    if "governance" in c.kept:
        _govern(c, s, q)


def _govern(c: Context, s: State, q: Quarter) -> None:
    """Indices that only the record reads."""
    q.with_us = (s.alignment >= Ally.PARTS_BELOW).astype(float)
    q.with_us[US], q.with_us[CHINA] = 1.0, 0.0
    q.governance = governance.indices(
        s.eci, s.used_train, s.serving, s.safety, c.constants.oversight, q.with_us, c.p
    )  # fmt: skip


def _seen(s: State, q: Quarter) -> PublicInfo:
    eci = s.eci
    gap = eci - eci.max(axis=0)
    others = eci[PARTNERS].max(axis=0)
    gap[US] = eci[US] - np.maximum(eci[CHINA], others)
    gap[CHINA] = eci[CHINA] - np.maximum(eci[US], others)
    return PublicInfo(
        rival_gap=gap, lead=eci[US] - eci[CHINA], blocked=q.blocked, priced_out=q.priced_out,
        premium=q.premium, diverted=q.diverted,
    )  # fmt: skip
