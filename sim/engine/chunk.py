"""A chunk of members, simulated at one time: the recorded past once, and the scenario's future from it."""

from __future__ import annotations

from threading import Lock

import numpy as np
from cachetools import LRUCache, cached

from agents.rows import BOTH
from scenarios.quarters import number
from scenarios.schema import Scenario, Switches
from sim.engine.anchor import Anchor
from sim.engine.edge import Past, put_down, take_up
from sim.engine.inputs import Inputs
from sim.engine.noise import Noise, noise
from sim.engine.phases.record import Keep, Log
from sim.engine.world import World
from sim.ensemble.draws import Draws, at_scores, draw
from sim.ensemble.rng import BLOCK, PAD, Array, Streams

CHUNK = 4 * BLOCK
"""Members that are simulated at a time: tables of this width stay near the processor's cache."""


def keeps_to_the_record(spec: Scenario) -> bool:
    """Whether a scenario's past is the recorded one: what it sets begins after the data."""
    edge = number(spec.data_until)
    early = number(spec.start) <= edge and bool(spec.levers or spec.allocation)
    early = early or any(number(event.date) <= edge for event in spec.events)
    early = early or any(rule.start[:7] <= f"{edge // 4}-{edge % 4 * 3 + 3:02d}" for rule in spec.rules)
    # A switch acts in the past too.
    return not (early or spec.actors or spec.switches != Switches(luck=spec.switches.luck))


def simulate_members(
    inputs: Inputs, record: Inputs, seed: int, begin: int, end: int, log: Log, scores: Array | None
) -> Draws:
    """Simulate members begin … end into `log`; narrow chunks are padded, so that a member alone equals its column."""
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
    anchor = None if same else _fitted(past.state.anchor, inputs)
    run_world(inputs, drawn, noise(inputs, streams), anchor, padded, past if same else None)
    if padded is log:
        return drawn
    part = padded.part(0, end - begin)
    for mine, theirs in ((log.series, part.series), (log.ledger, part.ledger)):
        for name, values in theirs.items():
            mine[name][...] = values
    return Draws(**{name: values[: end - begin] for name, values in vars(drawn).items()})


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
    """What a past hangs on; the draws follow from the rest. Inputs are prepared once and told apart by identity."""
    return record, streams.seed, streams.first, streams.last, keep


known_past = cached(LRUCache(maxsize=4), key=_key, lock=Lock())(simulate_past)
"""The same, simulated once as long as it is asked for: where the draws are those that belong to the members."""


def run_world(
    inputs: Inputs, drawn: Draws, paths: Noise, anchor: Anchor | None, log: Log | None, past: Past | None = None
) -> World:
    """A world at the end of its last quarter, from its first one or from a past that is taken up."""
    world = World(inputs, drawn, paths, anchor, log, None if past is None else past.state)
    if past is not None:
        take_up(past, world)
    try:
        world.run()
    finally:
        world.close()
    return world


def _fitted(anchor: Anchor | None, inputs: Inputs) -> Anchor:
    """The factual anchor with its rows in the order of the counterfactual roster."""
    assert anchor is not None
    residual = np.zeros((len(inputs.actors), anchor.residual.shape[-1]))
    residual[BOTH] = anchor.residual[BOTH]
    return Anchor(anchor.offset, residual, anchor.path)
