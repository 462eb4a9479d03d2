"""A chunk of members, simulated at one time: the recorded past once, and the scenario's future from it."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

import numpy as np
from cachetools import LRUCache, cached

from sim.engine.anchor import Anchor
from sim.engine.context import Desires
from sim.engine.edge import Past, keeps_to_the_record, put_down, take_up
from sim.engine.inputs import Inputs
from sim.engine.noise import Noise, noise
from sim.engine.phases.record import Keep, Log
from sim.engine.world import World
from sim.ensemble.draws import Draws, at_scores, draw
from sim.ensemble.rng import BLOCK, PAD, Array, Streams
from sim.own import Own

CHUNK = 4 * BLOCK
"""Members that are simulated at a time: tables of this width stay near the processor's cache."""


def simulate_members(
    inputs: Inputs, record: Inputs, seed: int, begin: int, end: int, log: Log, scores: Array | None,
    own: Mapping[str, Own], held: Array | None = None,
) -> Draws:  # fmt: skip
    """Simulate members begin … end into `log`; narrow chunks are padded, so that a member alone equals its column.

    Custom actors decide after the data, so that the past is everybody's.
    """
    wide = max(end, begin + PAD)
    streams = Streams(seed, begin, wide, inputs.steps)
    if scores is None:
        drawn = draw(inputs.spec, streams)
    else:
        drawn = at_scores(inputs.spec, np.pad(scores, ((0, 0), (0, wide - end)), mode="edge"))
    padded = Log(inputs, wide - begin, log.keep) if wide > end else log
    same = keeps_to_the_record(inputs.spec)
    simulated = known_past if scores is None else simulate_past
    past = simulated(record, drawn, Streams(seed, begin, wide, record.steps), padded.keep if same else ())
    assert past.state.anchor is not None
    anchor = None if same else past.state.anchor.among(len(inputs.actors))
    desires = Desires(_by_decision(inputs, held, wide - begin), None if same else past.state.politics or None)
    run_world(inputs, drawn, noise(inputs, streams), anchor, padded, past if same else None, own, desires)
    if padded is log:
        return drawn
    log.take(padded.part(0, end - begin))
    return Draws(**{name: values[: end - begin] for name, values in vars(drawn).items()})


def _by_decision(inputs: Inputs, held: Array | None, runs: int) -> dict[str, Array]:
    """Levels that decisions are held at, (T, A, 1 or runs) by decision and NaN where they are not.

    Args:
        inputs: the scenario.
        held: (T, decisions, 1 or members) levels, in the order of `Inputs.decisions`.
        runs: members of a chunk, which may be padded.
    """
    if held is None:
        return {}
    wide = held if held.shape[-1] == 1 else np.pad(held, ((0, 0), (0, 0), (0, runs - held.shape[-1])), mode="edge")
    found = {name: np.full((inputs.steps, len(inputs.actors), wide.shape[-1]), np.nan) for _, name in inputs.decisions}
    for n, (actor, name) in enumerate(inputs.decisions):
        found[name][inputs.decided_steps :, inputs.actors.index(actor)] = wide[inputs.decided_steps :, n]
    return found


def simulate_past(record: Inputs, drawn: Draws, streams: Streams, keep: Keep) -> Past:
    """The recorded past of some members.

    Args:
        record: the inputs of the recorded history.
        drawn: parameter values of the members.
        streams: their dice.
        keep: what is kept of the past.
    """
    log = Log(record, streams.last - streams.first, keep)
    return put_down(run_world(record, drawn, noise(record, streams), None, log))


def _key(record: Inputs, drawn: Draws, streams: Streams, keep: Keep) -> tuple[object, ...]:
    """What a past depends on; the draws follow from the rest. Inputs are prepared once and told apart by identity."""
    return record, streams.seed, streams.first, streams.last, keep


known_past = cached(LRUCache(maxsize=8), key=_key, lock=Lock())(simulate_past)
"""The same, simulated once as long as it is asked for: where the draws are those that belong to the members."""


def run_world(
    inputs: Inputs, drawn: Draws, paths: Noise, anchor: Anchor | None, log: Log | None, past: Past | None = None,
    own: Mapping[str, Own] | None = None, desires: Desires | None = None,
) -> World:  # fmt: skip
    """A world at the end of its last quarter, from its first one or from a past that is taken up."""
    world = World(inputs, drawn, paths, anchor, log, None if past is None else past.state, own, desires)
    if past is not None:
        take_up(past, world)
    try:
        world.run()
    finally:
        world.close()
    return world
