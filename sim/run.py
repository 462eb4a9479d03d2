"""Running a scenario: `simulate` an ensemble, in chunks, on one set of dice."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from scenarios.errors import InputError, shown, unknown
from scenarios.events import Event
from scenarios.quarters import DEFAULT_HORIZON, FIRST, LAST_YEAR, number
from scenarios.schema import START, Scenario, Switches
from sim.checks import checked
from sim.engine.anchor import Anchor
from sim.engine.context import Noise
from sim.engine.edge import Past, put_down, take_up
from sim.engine.inputs import Inputs, inputs_of
from sim.engine.phases.record import KEPT, Keep, Log
from sim.engine.world import World
from sim.ensemble.draws import Draws, at_scores, draw
from sim.ensemble.rng import BLOCK, PAD, SOBOL_DIMENSIONS, Array, Streams, check_seed
from sim.results.run import Run

CHUNK = 4 * BLOCK
"""Members that are simulated at a time: tables of this width stay near the processor's cache."""
MEMBERS = 10**9
"""Members that a scenario has: more points than these are not in a Sobol sequence."""
MAX_RUNS = 100_000
"""Largest ensemble held in memory (about 25 kB a member)."""


@checked
def simulate(
    spec: Scenario,
    runs: int = 1024,
    seed: int = 0,
    until: int = DEFAULT_HORIZON,
    first: int = 0,
    keep: Keep = "results",
    progress: Callable[[int, int], None] | None = None,
    scores: Array | None = None,
) -> Run:
    """Simulate the members `first` … `first + runs` of a scenario's ensemble to the end of a year.

    Args:
        spec: the scenario.
        runs: members, 1 to 100,000.
        seed: names the dice; two scenarios with one seed share them, member by member.
        until: last year, 2027 to 2050.
        first: number of the first member.
        keep: `results`, or `ledger` to keep the chip ledger per class too, or the names of the series that are needed:
            fewer cost less.
        progress: called with (members done, members) after each chunk.
        scores: normal scores of the parameters, (Sobol columns, runs), instead of those that belong to the members.

    Raises:
        InputError: when a number is out of range.
    """
    _check(runs, seed, until, first, keep, scores)
    steps = number(f"{until}-Q4") - FIRST + 1
    inputs, history = inputs_of(spec, steps), recorded(spec)
    record = inputs_of(history, number(history.data_until) - FIRST + 1)
    log, draws = Log(inputs, runs, keep), []
    for begin in range(first, first + runs, CHUNK):
        end = min(begin + CHUNK, first + runs)
        given = None if scores is None else scores[:, begin - first : end - first]
        draws.append(_chunk(inputs, record, seed, begin, end, log.part(begin - first, end - first), given))
        if progress is not None:
            progress(end - first, runs)
    drawn = {name: np.concatenate([getattr(d, name) for d in draws]) for name in vars(draws[0])}
    run = Run(
        spec=spec, seed=seed, first=first, until=until, actors=inputs.actors, series=log.series, parameters=drawn,
        ledger=log.ledger,
    )  # fmt: skip
    run.check_finite()
    return run


def check_runs(runs: int, fewest: int = 1) -> None:
    """Refuse a number of futures that no ensemble has, or that is too small for what is asked of it.

    Raises:
        InputError: saying how many there may be.
    """
    if not fewest <= runs <= MAX_RUNS:
        raise InputError(f"runs is {runs}; an ensemble has {fewest} to {MAX_RUNS:,} members" + (
            " here, since a spread needs two" if fewest > 1 else ""
        ))  # fmt: skip


def check_until(until: int) -> None:
    """Refuse a year with which no run ends.

    Raises:
        InputError: with the range.
    """
    if not 2027 <= until <= LAST_YEAR:
        raise InputError(f"until is {until}; the horizon is a year from 2027 to {LAST_YEAR}")


def _check(runs: int, seed: int, until: int, first: int, keep: Any, scores: Array | None) -> None:
    check_runs(runs)
    if scores is not None and scores.shape != (SOBOL_DIMENSIONS, runs):
        raise InputError(f"scores has the shape {scores.shape}; with runs={runs} it is ({SOBOL_DIMENSIONS}, {runs})")
    check_seed(seed)
    check_until(until)
    if not 0 <= first <= MEMBERS - runs:
        raise InputError(f"first is {first}; members are numbered from 0 to {MEMBERS - 1:,}")
    if isinstance(keep, str) or not isinstance(keep, Collection):
        if keep not in ("results", "ledger"):
            raise InputError(f"keep is {shown(keep)}; valid are: ledger, results, or a list of names of series")
        return
    for name in keep:
        if not isinstance(name, str) or name not in KEPT:
            raise unknown("series", name if isinstance(name, str) else repr(name), KEPT, "keep")


def recorded(spec: Scenario) -> Scenario:
    """The recorded history of a scenario: the same draws, dice and data, and nothing that anybody decides otherwise."""
    nothing: tuple[Event, ...] = ()
    return spec.with_changes(
        levers={}, events=nothing, rules=(), actors={}, start=START, switches=Switches(luck=spec.switches.luck)
    )


def keeps_to_the_record(spec: Scenario) -> bool:
    """Whether a scenario's past is the recorded one: what it sets begins after the data."""
    edge = number(spec.data_until)
    early = number(spec.start) <= edge and bool(spec.levers)
    early = early or any(number(event.date) <= edge for event in spec.events)
    early = early or any(rule.start[:7] <= f"{edge // 4}-{edge % 4 * 3 + 3:02d}" for rule in spec.rules)
    # A switch acts in the past too.
    return not (early or spec.actors or spec.switches != Switches(luck=spec.switches.luck))


def _chunk(inputs: Inputs, record: Inputs, seed: int, begin: int, end: int, log: Log, scores: Array | None) -> Draws:
    """Simulate members begin … end into `log`; narrow chunks are padded, so that a member alone equals its column."""
    wide = max(end, begin + PAD)
    streams = Streams(seed, begin, wide, inputs.steps)
    if scores is None:
        drawn = draw(inputs.spec, streams)
    else:
        drawn = at_scores(inputs.spec, np.pad(scores, ((0, 0), (0, wide - end)), mode="edge"))
    padded = Log(inputs, wide - begin, log.keep) if wide > end else log
    same = keeps_to_the_record(inputs.spec)
    past = _past(record, drawn, Streams(seed, begin, wide, record.steps), padded.keep if same else (), scores is None)
    anchor = None if same else _fitted(past.state.anchor, inputs)
    _simulated(inputs, drawn, noise(inputs, streams), anchor, padded, past if same else None)
    if padded is log:
        return drawn
    part = padded.part(0, end - begin)
    for mine, theirs in ((log.series, part.series), (log.ledger, part.ledger)):
        for name, values in theirs.items():
            mine[name][...] = values
    return Draws(**{name: values[: end - begin] for name, values in vars(drawn).items()})


def _past(record: Inputs, drawn: Draws, streams: Streams, keep: Keep, known: bool) -> Past:
    """The recorded past of some members, simulated once as long as it is asked for.

    Args:
        record: the inputs of the recorded history.
        drawn: parameter values of the members.
        streams: their dice.
        keep: what is kept of the past.
        known: whether the values are those that belong to the members, so that scenario and dice name them.
    """
    asked = _Asked(id(record), keep, streams.seed, streams.first, streams.last, record, drawn)
    return _kept(asked) if known else _kept.__wrapped__(asked)


@dataclass(frozen=True)
class _Asked:
    """What a past hangs on; the draws follow from the rest."""

    prepared: int
    """Which prepared inputs, by identity: they are kept while they are the same."""
    keep: Keep
    seed: int
    first: int
    last: int
    record: Inputs = field(compare=False)
    drawn: Draws = field(compare=False)


@lru_cache(maxsize=4)
def _kept(asked: _Asked) -> Past:
    record = asked.record
    streams = Streams(asked.seed, asked.first, asked.last, record.steps)
    log = Log(record, asked.last - asked.first, asked.keep)
    return put_down(_simulated(record, asked.drawn, noise(record, streams), None, log))


def _simulated(
    inputs: Inputs, drawn: Draws, paths: Noise, anchor: Anchor | None, log: Log | None, past: Past | None = None
) -> World:
    world = World(inputs, drawn, paths, anchor, log)
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
    residual[:2] = anchor.residual[:2]
    return Anchor(anchor.offset, residual, anchor.path)


def past(spec: Scenario, scores: Array) -> tuple[Run, World]:
    """The recorded past at given parameters, with every stream of chance at its middle.

    Args:
        spec: the scenario; the run ends at the edge of its data.
        scores: (Sobol columns, runs) normal scores of the parameters.

    Returns:
        The run, and the world at its end.
    """
    calm = spec.with_changes(switches=spec.switches.model_copy(update={"luck": False}))
    inputs = inputs_of(calm, number(spec.data_until) - FIRST + 1)
    runs = scores.shape[1]
    drawn, log = at_scores(calm, scores), Log(inputs, runs)
    world = _simulated(inputs, drawn, noise(inputs, Streams(0, 0, runs, inputs.steps)), None, log)
    run = Run(calm, 0, 0, number(spec.data_until) // 4, inputs.actors, log.series, vars(drawn))
    return run, world


def noise(inputs: Inputs, streams: Streams) -> Noise:
    """Random paths by named stream; with luck off every path stands at its middle."""
    luck = inputs.spec.switches.luck
    return Noise(**_shared(inputs.actors, inputs.steps, luck, streams.seed, streams.first, streams.last))


@lru_cache(maxsize=4)
def _shared(actors: tuple[str, ...], steps: int, luck: bool, seed: int, first: int, last: int) -> dict[str, Array]:
    """Paths of the last members that were asked for: what is compared is simulated on the same dice."""
    found = paths(actors, luck, Streams(seed, first, last, steps))
    for values in found.values():
        values.flags.writeable = False
    return found


def paths(actors: tuple[str, ...], luck: bool, streams: Streams) -> dict[str, Array]:
    """The paths of `Noise` by name, with chance or at the middle of every stream."""
    if not luck:
        calm: Array = np.zeros((streams.steps, streams.last - streams.first))
        rows = np.zeros((len(actors), *calm.shape))
        return {
            "release": rows, "generation": rows, "surprise": rows, "supply": calm, "taiwan": calm + 1.0,
            "variant_lag": calm[0] + 0.5,
        }  # fmt: skip
    return {
        "release": np.stack([streams.uniform("release", actor) for actor in actors]),
        "generation": np.stack([streams.uniform("generation", actor) for actor in actors]),
        "surprise": np.stack([streams.normal("surprise", actor) for actor in actors]),
        "supply": streams.normal("supply"),
        "taiwan": streams.uniform("taiwan"),
        "variant_lag": streams.uniform("variant lag")[0],
    }
