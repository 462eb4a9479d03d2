"""The state at the edge of the data, put down and taken up again: scenarios with one past simulate it once.

Whatever a scenario decides holds from its start on. Where that lies after the data, its past is that of every other
scenario with the same draws, switches and dice, and only the future is its own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.events import Event
from scenarios.quarters import FIRST, number
from scenarios.schema import START, Scenario, Switches
from sim.engine.inputs import Inputs, inputs_of
from sim.engine.state import State
from sim.ensemble.rng import Array

if TYPE_CHECKING:
    from sim.engine.world import World


def keeps_to_the_record(spec: Scenario) -> bool:
    """Whether a scenario's past is the recorded one: what it sets begins after the data."""
    edge = number(spec.data_until)
    early = number(spec.start) <= edge and bool(spec.levers or spec.allocation or not isinstance(spec.decisions, str))
    early = early or any(number(event.date) <= edge for event in spec.events)
    early = early or any(rule.start[:7] <= f"{edge // 4}-{edge % 4 * 3 + 3:02d}" for rule in spec.rules)
    # A switch acts in the past too.
    return not (early or spec.actors or spec.switches != Switches(luck=spec.switches.luck))


def recorded(spec: Scenario) -> Scenario:
    """The recorded history of a scenario: the same draws, dice and data, and nothing that anybody decides otherwise."""
    nothing: tuple[Event, ...] = ()
    return spec.with_changes(
        levers={},
        allocation={},
        decisions="choose",
        values={},
        events=nothing,
        rules=(),
        actors={},
        start=START,
        switches=Switches(luck=spec.switches.luck),
    )


def record_of(spec: Scenario) -> Inputs:
    """The inputs of a scenario's recorded history, to the edge of its data."""
    history = recorded(spec)
    return inputs_of(history, number(history.data_until) - FIRST + 1)


@dataclass(frozen=True)
class Past:
    """A history of some members, to the quarter at which it is put down: in most cases that of the last data."""

    quarters: int
    state: State
    series: dict[str, Array]
    """What was kept of it, (quarters, …)."""
    ledger: dict[str, Array]


def put_down(world: World) -> Past:
    """The past of a world that has been stepped to the edge of its data or beyond."""
    quarters = world.steps
    series, ledger = ({n: v[:quarters] for n, v in kept.items()} for kept in (world.log.series, world.log.ledger))
    return Past(quarters, copied(world.state), series, ledger)


def take_up(past: Past, world: World) -> None:
    """Put a world that has not begun where a past ends; its inputs are those of its own scenario."""
    steps, quarters = world.inputs.steps, past.quarters
    state = copied(past.state)
    state.best_efficiency = _longer(state.best_efficiency, steps + 1)
    state.best_rl = _longer(state.best_rl, steps)
    world.state, world.steps = state, quarters
    world.make_what_is_designed(quarters - 1)
    for mine, theirs in ((world.log.series, past.series), (world.log.ledger, past.ledger)):
        for name, values in mine.items():
            values[:quarters] = theirs[name]


def copied(state: State) -> State:
    """A state that can be stepped without touching the other."""
    own: dict[str, Any] = {}
    for field in fields(State):
        value = getattr(state, field.name)
        # What lists and frozen records hold is never changed in place.
        own[field.name] = value.copy() if isinstance(value, np.ndarray | list) else value
    own["domestic"] = replace(state.domestic)
    return State(**own)


def _longer(values: Array, length: int) -> Array:
    """The same history by quarter, on its second axis, with room for more or fewer of them."""
    result = np.zeros((len(values), length, *values.shape[2:]))
    result[:, : values.shape[1]] = values[:, :length]
    return result
