"""Phase 9: revenue follows capability, and everybody sees the new picture."""

from __future__ import annotations

import numpy as np

from agents import allocation, plans
from agents.protocols import PublicInfo
from agents.rows import CHINA, PARTNERS, US
from agents.superpower import LIMITS_TODAY
from sim.engine import models_abroad, sight
from sim.engine.context import Context
from sim.engine.phases.decide import at_edge, by_bloc, paid, returns
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import costs, feedback, governance, people

SERVED = {"served_by_us", "served_by_china"}
"""Series of whose models serve whom."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Revenue, what the public sees next quarter, and the governance indices."""
    served = _served(c, s, q)
    s.revenue = feedback.revenue(s.eci, served, c.p)
    s.revenue[US] *= _admitted(s)
    models_abroad.settle(c, s, served)
    seen = by_bloc(s.revenue - s.won)
    if c.t:
        grown = 4 * np.log(np.maximum(seen, 1.0) / np.maximum(s.bloc_revenue, 1.0))
        s.revenue_growth = s.revenue_growth + plans.GROWTH_WEIGHT * (grown - s.revenue_growth)
    s.bloc_revenue = seen
    if c.in_data:
        share = plans.share_of_revenue(by_bloc(q.recorded_money[:, allocation.CHIPS]), seen, s.revenue_growth)
        s.plan_edge = (seen, s.revenue_growth, returns(s, s.order_price), share)
        s.run_edge = (s.clustered.copy(), s.used_train.copy(), paid(s, q), seen, q.recorded_money[:, allocation.CHIPS])
    s.public = _seen(s, q)
    if c.in_data:
        s.edge = at_edge(c, s, q)
    if c.t == c.inputs.decided_steps - 1:
        s.politics = sight.politics(c, s, q) if c.politics is None else sight.carried(c, s, q)
    if "governance" in c.kept:
        _govern(c, s, q)
    if not SERVED.isdisjoint(c.kept):
        q.served_by = models_abroad.served_by(c, s)


def _served(c: Context, s: State, q: Quarter) -> Array:
    """Compute that serves, H100e, (A, R), and what people who make products add to it or leave undone."""
    served = s.used_decode * s.serving
    if c.in_data:
        return served
    then = c.constants.applied_share * s.edge.people * people.GROWTH**q.since
    return served * np.sqrt(s.people * s.people_use[:, allocation.APPLIED] / np.maximum(then, 1e-9))


def _admitted(s: State) -> Array:
    """Revenue of the United States that limits on access to its models leave, against today's."""
    return (1 - costs.REFUSED * s.model_access[US]) / (1 - costs.REFUSED * LIMITS_TODAY)


def _govern(c: Context, s: State, q: Quarter) -> None:
    """Indices that only the record reads."""
    q.with_us = (s.alignment >= c.p.parting).astype(float)
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
        premium=q.premium, diverted=q.diverted, cover=q.cover, flows=q.flows, licensed=q.licensed,
        enforcement=s.enforcement[US].copy(), distilled=q.follower_terms[2][CHINA],
    )  # fmt: skip
