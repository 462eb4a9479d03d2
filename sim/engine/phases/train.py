"""Phase 8: the largest run grows when a new generation of runs comes out; a model comes out when its clock says so."""

from __future__ import annotations

import numpy as np

from agents.partners import PARTING_WIDTH
from agents.rows import CHINA, OTHERS, PARTNERS, US, bloc_of
from sim.engine import anchor
from sim.engine.context import Context
from sim.engine.phases.decide import paid
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

Judgment: what compute for a run gains in a mean interval of three quarters.
"""


def run(c: Context, s: State, q: Quarter) -> None:
    """Compute of the largest runs, the parts of capability, and releases."""
    p = c.p
    s.fleets.append(_pooled(c, s))
    train, decode = s.fleets.pop(0) if len(s.fleets) > RUN_QUARTERS else s.fleets[0]
    possible = capability.largest_run(train, s.concentration, s.pretraining, p)
    q.possible_run = _capped(c, s, q, possible)
    _generation(c, s, q)
    rl = capability.rl_compute(q.possible_run, train, decode, s.reinforcement, s.pretraining)
    gain, value = capability.rl_gain(rl, q.possible_run, p, q.rl_ceiling)
    s.rl_value = value if c.year > RL_KNOWN_FROM else 0.0 * value
    s.best_rl[:, c.t] = gain[US], gain[CHINA], gain[PARTNERS].max(axis=0)
    left = (1 - s.model_access[US]) / UNLIMITED_STATED  # of access to served American models, 1 as today
    access = np.stack([left, c.setting("china_openness") / OPENNESS_STATED * np.ones(c.runs), left])
    q.rl_gain = _with_imported(c, s, gain, access)
    extra = capability.test_time(decode, s.serving, p) * min(max(c.year - RL_KNOWN_FROM, 0.0), 1.0)
    alone = q.possible_run + s.efficiency
    if q.slowdown and not np.isfinite(s.slowdown_start).all():
        s.slowdown_start = np.minimum(s.slowdown_start, alone.max(axis=0))
    own = capability.scaled(alone, p, s.slowdown_start, q.slowdown) + q.rl_gain + extra
    q.follower_terms = _short_cuts(c, q, own, access)
    effective = alone + (q.follower_terms[0] + q.follower_terms[1] + q.follower_terms[2])
    points = capability.scaled(effective, p, s.slowdown_start, q.slowdown) + q.rl_gain + extra
    _release(c, s, points)


def _with_imported(c: Context, s: State, gain: Array, access: Array) -> Array:
    """Points from reinforcement learning, (A, R), with what answers of others' models bring some quarters later."""
    offered = np.minimum(access, 1.0) * s.best_rl[:, max(c.t - IMITATION_LAG, 0)]
    others = c.p.reasoning_transfer * np.maximum(offered[OTHERS[0]], offered[OTHERS[1]])
    return capability.imported(gain, others[bloc_of(gain)])


def _short_cuts(c: Context, q: Quarter, own: Array, access: Array) -> list[Array]:
    """What followers take over from who is ahead of them, three terms in OOM, (A, R) each.

    Who leads is not a switch: near parity the openness of both counts, and short cuts bring nobody past the leader.
    """
    best = np.stack([own[US], own[CHINA], own[PARTNERS].max(axis=0)])
    one, two = best[OTHERS[0]], best[OTHERS[1]]
    first = 1 / (1 + np.exp(np.clip((two - one) / capability.LEVEL, -50, 50)))
    seen, known = (first * x[OTHERS[0]] + (1 - first) * x[OTHERS[1]] for x in (access, q.open_to))
    sizes = capability.follower_terms(c.p, c.year, seen, known)
    reach, bloc = c.p.points_per_oom * (sizes[0] + sizes[1] + sizes[2]), bloc_of(own)
    weight = capability.follower_weight(np.maximum(one, two)[bloc] - own, reach[bloc])
    return [np.broadcast_to(size, first.shape)[bloc] * weight for size in sizes]


def _generation(c: Context, s: State, q: Quarter) -> None:
    """log10 FLOP of the largest run so far, and what an H100e cost then: both change when a new generation comes out.

    While the record of runs is complete the quarters are those of the record; the size is always the model's.
    Capability does not wait for it: between two record runs smaller ones, better trained, move the frontier.
    """
    possible = q.possible_run
    if c.t == 0:
        s.first_possible = possible
    known = c.inputs.generation[c.t][:, None]
    none = np.maximum(1 - 1 / c.p.generation_interval, 0)  # chance that a step worth a generation is not taken yet
    waits = none ** (np.maximum(possible - s.largest_run, 0) / WORTH_A_GENERATION)
    due = np.where(np.isnan(known), c.noise.generation[:, c.t] < 1 - waits, known > 0)
    grown = due & (possible > s.largest_run)
    s.run_price = np.where(grown, paid(s, q)[bloc_of(possible)], s.run_price)
    s.largest_run = np.where(grown, possible, s.largest_run)


def _pooled(c: Context, s: State) -> tuple[Array, Array]:
    """Compute that a run can draw on: allies pool the more of theirs, the further they are from the United States."""
    rows = c.inputs.rows_of("ally")
    part = np.clip((c.p.parting + PARTING_WIDTH - s.alignment[rows]) / (2 * PARTING_WIDTH), 0, 1)
    if not part.any():
        return s.used_train, s.used_decode  # made anew every quarter, so that they can be kept
    pooled = []
    for table in (s.used_train, s.used_decode):
        # Each draws on the pool as far as it brings its own, and who brings nothing gets nothing out of it.
        brought = table[rows] * part
        result = table.copy()
        result[rows] = table[rows] + np.where(brought > 0, part * (brought.sum(axis=0) - brought), 0.0)
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
    if deal.detection and deal.compliance < 1:
        limit = _until_found_out(c, s, deal.detection, limit)
    return np.minimum(possible, limit + (1 - deal.compliance) * np.maximum(possible - limit, 0))


def _until_found_out(c: Context, s: State, chance: float, limit: Array) -> Array:
    """The cap while cheating on it has not been found out; from then on nobody keeps it."""
    found = c.noise.detection[c.t] < 1 - (1 - chance) ** (1 / 4)
    s.found_out = np.maximum(s.found_out, found)
    return np.where(s.found_out > 0, np.inf, limit)


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
