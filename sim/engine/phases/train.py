"""Phase 7: the largest run grows when a new generation of runs comes out; a model comes out when its clock says so."""

from __future__ import annotations

import numpy as np

from agents.partners import Ally
from agents.rows import BOTH, CHINA, US
from sim.engine import anchor
from sim.engine.context import Context
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import capability

RL_KNOWN_FROM = 2024.0
"""Year from which labs train reasoning by reinforcement (o1-preview was released in September 2024)."""
RUN_QUARTERS = 2
"""A model that is ready now was trained on the fleet of two quarters ago: a run of four months, tuning and tests."""
OPENNESS_STATED, UNLIMITED_STATED = 50.0, 0.8
"""Openness of Chinese models (lever) and the share of access that limits on distillation leave, both as today."""
IMITATION_LAG = 2
"""Quarters until a follower trains on what the leader's reasoning models answer."""
WORTH_A_GENERATION = 0.3
"""Step in log10 FLOP at which the interval between generations is stated; a larger one on offer is taken sooner.

Judgement: what compute for a run gains in a mean interval of three quarters.
"""


def run(c: Context, s: State, q: Quarter) -> None:
    """Compute of the largest runs, the parts of capability, and releases."""
    p = c.p
    s.fleets.append(_pooled(c, s))
    train, decode = s.fleets.pop(0) if len(s.fleets) > RUN_QUARTERS else s.fleets[0]
    possible = capability.largest_run(train, s.concentration, s.pretraining, p)
    q.possible_run = _capped(c, s, q, possible)
    _generation(c, s, q.possible_run)
    rl = capability.rl_compute(q.possible_run, train, decode, s.reinforcement, s.pretraining)
    gain, value = capability.rl_gain(rl, q.possible_run, p, q.rl_ceiling)
    s.rl_value = value if c.year > RL_KNOWN_FROM else 0.0 * value
    access = np.where(
        s.public.rival_gap[CHINA] > 0, c.setting("china_openness") / OPENNESS_STATED,
        (1 - c.setting("distillation_limits") / 100) / UNLIMITED_STATED,
    )  # fmt: skip
    s.leader_rl[c.t] = gain.max(axis=0)
    imported = p.reasoning_transfer * access * s.leader_rl[max(c.t - IMITATION_LAG, 0)]
    q.rl_gain = np.maximum(gain, np.minimum(imported, gain.max(axis=0)))
    weight = capability.follower_weight(s.public.behind)
    sizes = capability.follower_terms(p, c.year, access, q.open_to)
    effective = q.possible_run + s.efficiency + weight * (sizes[0] + sizes[1] + sizes[2])
    if q.slowdown and not np.isfinite(s.slowdown_start).all():
        s.slowdown_start = np.minimum(s.slowdown_start, effective.max(axis=0))
    extra = capability.test_time(decode, s.serving, p) * min(max(c.year - RL_KNOWN_FROM, 0.0), 1.0)
    points = capability.scaled(effective, p, s.slowdown_start, q.slowdown) + q.rl_gain + extra
    q.follower_terms = [size * weight[BOTH] for size in sizes]
    _release(c, s, points)


def _generation(c: Context, s: State, possible: Array) -> None:
    """log10 FLOP of the largest run so far: it grows when a new generation of runs comes out.

    While the record of runs is complete the quarters are those of the record; the size is always the model's.
    Capability does not wait for it: between two record runs smaller ones, better trained, move the frontier.
    """
    if c.t == 0:
        s.first_possible = possible
    known = c.inputs.generation[c.t][:, None]
    none = np.maximum(1 - 1 / c.p.generation_interval, 0)  # chance that a step worth a generation is not taken yet
    waits = none ** (np.maximum(possible - s.largest_run, 0) / WORTH_A_GENERATION)
    due = np.where(np.isnan(known), c.noise.generation[:, c.t] < 1 - waits, known > 0)
    s.largest_run = np.where(due, np.maximum(possible, s.largest_run), s.largest_run)


def _pooled(c: Context, s: State) -> tuple[Array, Array]:
    """Compute that a run can draw on: allies that have parted from the United States pool theirs."""
    rows = c.inputs.rows_of("ally")
    # Who brings nothing to the pool gets nothing out of it.
    parted = (s.alignment[rows] < Ally.PARTS_BELOW) & (s.used_train[rows] > 0)
    if not parted.any():
        return s.used_train, s.used_decode  # made anew every quarter, so that they can be kept
    pooled = []
    for table in (s.used_train, s.used_decode):
        together = (table[rows] * parted).sum(axis=0)
        result = table.copy()
        result[rows] = np.where(parted, together, table[rows])
        pooled.append(result)
    return pooled[0], pooled[1]


def _capped(c: Context, s: State, q: Quarter, possible: Array) -> Array:
    """A verified agreement: the largest run grows no faster than agreed, as far as it is kept."""
    deal = q.agreement
    if deal is None:
        return possible
    assert deal.compliance is not None  # an agreement has it
    first = not np.isfinite(s.agreed_run).any()
    s.agreed_run = possible.copy() if first else s.agreed_run + np.log10(deal.size) / 4
    # All parties are held to the run of the largest, so that the cap is one number for everybody.
    limit = s.agreed_run.max(axis=0)
    return np.minimum(possible, limit + (1 - deal.compliance) * np.maximum(possible - limit, 0))


def _release(c: Context, s: State, points: Array) -> None:
    """A release publishes the best model so far; without one the public frontier stands still."""
    due = c.noise.release[:, c.t] < 1 / c.p.release_interval
    if c.t == 0:
        s.latent[:] = points
    s.latent = np.where(due & (points > s.latent), points, s.latent)
    _tie_to_the_record(c, s)


def _tie_to_the_record(c: Context, s: State) -> None:
    """Turn points of scale into ECI: the offset and the residual come from the record.

    While data lasts the offset follows the US frontier; at its end one offset per member and the residual of each
    frontier are fixed. A counterfactual history takes both from the factual one, or it would be erased.
    """
    t, last, p = c.t, c.inputs.data_steps - 1, c.p
    if t <= last:
        s.offset = c.inputs.frontier[US, t] - s.latent[US] if c.factual is None else c.factual.path[t]
        s.eci = s.latent + s.offset
        s.offsets[t] = s.offset
        s.points_history[t] = s.latent
        if t == last:
            s.anchor = c.factual or anchor.at_edge(s.latent, s.offsets, c.inputs.frontier)
        return
    assert s.anchor is not None  # set at the edge of the data
    s.frontier_shock = anchor.swing(s.frontier_shock, c.noise.surprise[:, t], p.residual_sd, p.residual_memory)
    now = anchor.tied(s.latent, s.anchor, t - last, p.residual_memory) + s.frontier_shock
    s.eci = now if t == last + 1 else np.maximum(now, s.eci)
