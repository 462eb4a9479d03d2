"""Settings of one scenario side by side: members of several of them in one table, which costs less than one by one.

A quarter costs nearly as much for few members as for many. Scenarios that differ in nothing but levers read the same
data, draws and dice, so that they fit into one table in which each has its own columns. Every number is the one that it
has by itself, to the last bit.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from scenarios.decisions import DECISIONS
from scenarios.levers import LEVERS
from scenarios.partner_levers import PARTNER_LEVERS
from scenarios.quarters import FIRST
from scenarios.schema import Scenario
from sim.engine.chunk import known_past, run_world
from sim.engine.edge import keeps_to_the_record
from sim.engine.export_rules import LICENCE_LEVERS
from sim.engine.inputs import CLOSING, Inputs, inputs_of
from sim.engine.noise import Noise, noise
from sim.engine.paths import lever_path
from sim.engine.phases.record import Log
from sim.ensemble.draws import Draws, draw
from sim.ensemble.rng import PAD, Array, Streams

T = TypeVar("T")
WRITTEN = ("licence_tpp", *LICENCE_LEVERS)
"""Levers that are written into the rules and into the designer's chips, of which a table has one set."""
AGREED = ("licensing", "import_permission")
"""Levers of two sides that look at one another: in a table they are fixed in the same quarters for all."""


class Abreast(Inputs):
    """Inputs of several scenarios: where settings differ, a path has a column per member."""

    def __init__(self, specs: Sequence[Scenario], steps: int, runs: int) -> None:
        super().__init__(specs[0], steps)
        self._each, self._runs = [inputs_of(spec, steps) for spec in specs], runs

    @cached_property
    def levers(self) -> dict[str, Array]:
        """(T,) or (T, R) path of every lever; NaN where the actor decides."""
        return {name: self._flat([i.levers[name] for i in self._each]) for name in LEVERS}

    @cached_property
    def closures(self) -> dict[str, Array]:
        """(T,) or (T, R) share of each channel that is closed."""
        return {name: self._flat([i.closures[name] for i in self._each]) for name in CLOSING}

    @cached_property
    def given(self) -> dict[str, Array]:
        """Decision → (T, A, 1 or R) what it is fixed at; NaN where the actor decides."""
        return {name: self._wide([i.given[name] for i in self._each]) for name in DECISIONS}

    def _flat(self, paths: Sequence[Array]) -> Array:
        """Paths (T,) side by side, or one of them where all are alike."""
        wide = self._wide([path[:, None] for path in paths])
        return wide[:, 0] if wide.shape[-1] == 1 else wide

    def _wide(self, paths: Sequence[Array]) -> Array:
        """Paths with a last axis of one side by side, or one of them where all are alike."""
        if all(np.array_equal(paths[0], path, equal_nan=True) for path in paths):
            return paths[0]
        return np.repeat(np.concatenate(paths, axis=-1), self._runs, axis=-1)


def together(spec: Scenario, steps: int) -> Hashable:
    """What scenarios must share to stand side by side for so many quarters; None for one that must be by itself."""
    if not keeps_to_the_record(spec):
        return None
    alike = {name: setting for name, setting in spec.levers.items() if name in WRITTEN or name in PARTNER_LEVERS}
    bare = spec.model_copy(update={"levers": alike})
    fixed = (~np.isnan(lever_path(spec, name, FIRST, steps)) for name in AGREED)
    return bare.canonical(), *(path.tobytes() for path in fixed)


def simulate_members_abreast(
    specs: Sequence[Scenario], record: Inputs, seed: int, begin: int, end: int, logs: Sequence[Log]
) -> Draws:
    """Simulate members begin … end of scenarios that `together` puts side by side, each into its log.

    Args:
        specs: the scenarios.
        record: the inputs of their recorded history, which is one.
        seed: names the dice.
        begin: first member.
        end: one after the last.
        logs: where each is kept, all with the same series.

    Returns:
        The parameters of the members, which are those of every scenario.
    """
    wide, copies = max(end, begin + PAD) - begin, len(specs)
    steps = logs[0].steps
    inputs = Abreast(specs, steps, wide)
    drawn = draw(inputs.spec, Streams(seed, begin, begin + wide, steps))
    past = known_past(record, drawn, Streams(seed, begin, begin + wide, record.steps), logs[0].keep)
    table = Log(inputs, wide * copies, logs[0].keep)
    dice = noise(inputs, Streams(seed, begin, begin + wide, steps))
    run_world(
        inputs, Draws(**repeated(vars(drawn), wide, copies)), Noise(**repeated(vars(dice), wide, copies)), None, table,
        repeated(past, wide, copies),
    )  # fmt: skip
    for n, log in enumerate(logs):
        log.take(table.part(n * wide, n * wide + end - begin))
    return Draws(**{name: values[: end - begin] for name, values in vars(drawn).items()})


def repeated(value: T, runs: int, copies: int) -> T:
    """The same for several copies of the members side by side: in all that is held, the last axis of so many."""
    found: Any = value
    if isinstance(value, np.ndarray):
        found = np.tile(value, copies) if value.ndim and value.shape[-1] == runs else value
    elif isinstance(value, dict):
        found = {key: repeated(each, runs, copies) for key, each in value.items()}
    elif isinstance(value, tuple):
        each = [repeated(part, runs, copies) for part in value]
        found = type(value)(*each) if hasattr(value, "_fields") else tuple(each)
    elif isinstance(value, list):
        found = [repeated(part, runs, copies) for part in value]
    elif is_dataclass(value) and not isinstance(value, type):
        held = {f.name: getattr(value, f.name) for f in fields(value) if f.init and hasattr(value, f.name)}
        found = replace(value, **{name: repeated(part, runs, copies) for name, part in held.items()})
    return found
