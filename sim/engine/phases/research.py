"""Phase 7: algorithmic efficiency grows from experiments and people, and diffuses."""

from __future__ import annotations

import numpy as np

from agents.allocation import CAPABILITY
from agents.rows import CHINA, OTHERS, PARTNERS, US, bloc_of
from agents.seat import SECURITY_TODAY
from sim.engine.context import Context
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import research


def run(c: Context, s: State, q: Quarter) -> None:
    """One quarter of research for all actors."""
    p, a = c.p, s.efficiency
    s.best_efficiency[:, c.t] = a[US], a[CHINA], a[PARTNERS].max(axis=0)
    grown, by_compute = research.research_input(s.used_train * s.experiments, _labour(c, s), p)
    own = research.own_growth(grown, a, p)
    computed = own * by_compute
    s.from_experiments = _by_bloc(c, computed) * p.compute_exponent
    s.from_people = _by_bloc(c, own - computed) * p.labour_exponent
    talent = c.setting("china_talent")
    from_us = research.openness_factor(c.setting("openness"), c.setting("weight_security"), talent)
    from_china = research.openness_factor(c.setting("china_openness"), 100 * SECURITY_TODAY, talent)
    q.open_to = np.stack(np.broadcast_arrays(from_us, from_china, from_us))
    a += own + _learned(c, s, a + own, q.open_to)
    if q.efficiency_gain:
        a[CHINA] += q.efficiency_gain


def _by_bloc(c: Context, values: Array) -> Array:
    """Rows for the United States, China and the mean researcher of everybody else, (3, R)."""
    weight = c.constants.labour_share[PARTNERS]
    others = (values[PARTNERS] * weight).sum(axis=0) / max(float(weight.sum()), 1e-9)
    return np.stack([values[US], values[CHINA], others])


def _learned(c: Context, s: State, a: Array, open_to: Array) -> Array:
    """What all learn from the published past of others, OOM: each from the bloc that has most to teach it."""
    published, bloc = _published(c, s), bloc_of(a)
    taught = [
        research.diffuse(a, published[other][bloc], c.p.diffusion * open_to[other][bloc]) for other in OTHERS
    ]  # fmt: skip
    return np.maximum(*taught)


def _labour(c: Context, s: State) -> Array:
    """Research labor by actor, world shares: people who work on capability, and the help of AI."""
    on_capability = s.people_use[:, CAPABILITY] / c.constants.capability_share
    labor = s.people * on_capability / c.inputs.people_world
    if c.switch("research_feedback"):
        labor = labor * research.uplift(s.eci, c.p, *c.constants.uplift_shape)
    return labor


def _published(c: Context, s: State) -> Array:
    """The best efficiency of each bloc a publication lag ago, interpolated between quarters, (3, R)."""
    back = np.clip(c.t - c.p.publication_lag, 0, c.t)
    low = back.astype(int)
    columns = np.arange(c.runs)
    best = s.best_efficiency
    here, there = best[:, low, columns], best[:, np.minimum(low + 1, c.t), columns]
    return here + (back - low) * (there - here)
