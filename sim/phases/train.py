"""Phase 7: the largest run grows when a new generation of runs comes out; a model comes out when its clock says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.partners import Ally
from sim import capability
from sim.rng import Array

if TYPE_CHECKING:
    from sim.world import World

RL_KNOWN_FROM = 2024.0
"""Year from which labs train reasoning by reinforcement (o1-preview was released in September 2024)."""
RUN_QUARTERS = 2
"""A model that is ready now was trained on the fleet of two quarters ago: a run of four months, tuning and tests."""


WORTH_A_GENERATION = 0.3
"""Step in log10 FLOP at which the interval between generations is stated; a larger one on offer is taken sooner.

Judgement: what compute for a run gains in a mean interval of three quarters.
"""


def run(w: World) -> None:
    """Compute of the largest runs, the parts of capability, and releases."""
    s, p, n = w.state, w.p, w.now
    train, decode = _pooled(w)
    w.fleets.append((train, decode))
    train, decode = w.fleets.pop(0) if len(w.fleets) > RUN_QUARTERS else w.fleets[0]
    base = capability.largest_run(train, s["concentration"], s["pretraining"], p)
    base = _capped(w, base)
    n.largest = _generation(w, base)
    rl = capability.rl_compute(base, train, decode, s["reinforcement"], s["pretraining"])
    gain, value = capability.rl_gain(rl, base, p, n.rl_ceiling)
    w.rl_value = value if w.year > RL_KNOWN_FROM else 0.0 * value
    access = np.where(
        w.seen.rival_gap[1] > 0, w.setting("china_openness") / 50, (1 - w.setting("distillation_limits") / 100) / 0.8
    )
    w.leader_rl[w.t] = gain.max(axis=0)
    imported = p.reasoning_transfer * access * w.leader_rl[max(w.t - 2, 0)]
    gain = np.maximum(gain, np.minimum(imported, gain.max(axis=0)))
    felt = capability.felt(w.seen.behind)
    sizes = capability.follower_terms(p, w.year, access, n.open_to)
    effective = base + s["efficiency"] + felt * (sizes[0] + sizes[1] + sizes[2])
    if n.slowdown and not np.isfinite(w.kink).all():
        w.kink = np.minimum(w.kink, effective.max(axis=0))
    extra = capability.test_time(decode, s["serving"], p) * min(max(w.year - RL_KNOWN_FROM, 0.0), 1.0)
    points = capability.scaled(effective, p, w.kink, n.slowdown) + gain + extra
    _release(w, points)
    n.base, n.rl_gain, n.terms = base, gain, [size * felt[:2] for size in sizes]


def _generation(w: World, possible: Array) -> Array:
    """log10 FLOP of the largest run so far: it grows when a new generation of runs comes out.

    While the record of runs is complete the quarters are those of the record; the size is always the model's.
    Capability does not wait for it: between two record runs smaller ones, better trained, move the frontier.
    """
    if w.t == 0:
        w.possible_at_first = possible
    known = w.inputs.generation[w.t][:, None]
    none = np.maximum(1 - 1 / w.p.generation_interval, 0)  # chance that a step worth a generation is not taken yet
    waits = none ** (np.maximum(possible - w.largest, 0) / WORTH_A_GENERATION)
    due = np.where(np.isnan(known), w.noise.generation[:, w.t] < 1 - waits, known > 0)
    w.largest = np.where(due, np.maximum(possible, w.largest), w.largest)
    return w.largest


def _pooled(w: World) -> tuple[Array, Array]:
    """Compute that a run can draw on: allies that have parted from the United States pool theirs."""
    s, rows = w.state, w.inputs.rows_of("ally")
    # Who brings nothing to the pool gets nothing out of it.
    parted = (s["alignment"][rows] < Ally.PARTS_BELOW) & (s["used_train"][rows] > 0)
    if not parted.any():
        return s["used_train"], s["used_decode"]  # made anew every quarter, so that they can be kept
    pooled = []
    for table in (s["used_train"], s["used_decode"]):
        together = (table[rows] * parted).sum(axis=0)
        result = table.copy()
        result[rows] = np.where(parted, together, table[rows])
        pooled.append(result)
    return pooled[0], pooled[1]


def _capped(w: World, base: Array) -> Array:
    """A verified agreement: the largest run grows no faster than agreed, as far as it is kept."""
    deal = w.now.agreement
    if deal is None:
        return base
    first = not np.isfinite(w.agreed_run).any()
    w.agreed_run = base.copy() if first else w.agreed_run + np.log10(max(deal.size, 1e-3)) / 4
    # All parties are held to the run of the largest, so that the cap is one number for everybody.
    limit = w.agreed_run.max(axis=0)
    return np.minimum(base, limit + (1 - deal.compliance) * np.maximum(base - limit, 0))


def _release(w: World, points: Array) -> None:
    """A release publishes the best model so far; without one the public frontier stands still."""
    s, t = w.state, w.t
    due = w.noise.release[:, t] < 1 / w.p.release_interval
    if t == 0:
        s["latent"][:] = points
    s["latent"] = np.where(due & (points > s["latent"]), points, s["latent"])
    w.anchor_capability()
