"""Why nations choose as they do: each actor's own reasons at the turn of a year, in one future.

>>> from sim.reasons import reasons
>>> found = reasons("current_policy", 2028, runs=8)
>>> found[0].actor, found[0].decision
('united_states', 'licensing')
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.explanation import Unit
from agents.rows import CHINA, US
from scenarios.decisions import DECISIONS
from scenarios.errors import InputError
from scenarios.quarters import DEFAULT_HORIZON, FIRST, number
from scenarios.schema import Scenario
from sim.checks import checked
from sim.engine.phases import decide, rules
from sim.engine.state import Quarter
from sim.engine.world import World

EARLIEST = 2027
"""Year at whose turn nations choose for the first time after the data."""


@dataclass(frozen=True)
class Chosen:
    """What one actor decides at the turn of a year, and why."""

    actor: str
    decision: str
    before: float
    """Where it stood, in the unit of the decision."""
    value: float
    """Where it moves."""
    unit: Unit
    why: str
    """The rule, and the numbers that it looked at, in a sentence."""
    member: int
    """Number of the future."""


@checked
def reasons(spec: Scenario | str, year: int, runs: int = 256, seed: int = 0) -> tuple[Chosen, ...]:
    """Every decision of a scenario's actors at the turn of a year, in the future whose lead is nearest to the median.

    Args:
        spec: the scenario, or the name of one of the library.
        year: at whose turn they choose, 2027 to 2032.
        runs: futures among which the median is looked for.
        seed: names the dice.

    Raises:
        InputError: for a year without choices.
    """
    if not EARLIEST <= year <= DEFAULT_HORIZON:
        raise InputError(f"year is {year}; nations choose at the turn of {EARLIEST} to {DEFAULT_HORIZON}")
    world = World.of(spec, runs, seed, max(year, EARLIEST))
    with np.errstate(all="ignore"):
        while world.steps < number(f"{year}-Q1") - FIRST:
            world.step()
        world.decide_one_by_one()
        world.begin(world.steps, Quarter())
        rules.run(world.context, world.state, world.now)
        decide.prepare(world.context, world.state, world.now)
        lead = world.state.eci[US] - world.state.eci[CHINA]
        member = int(np.abs(lead - np.median(lead)).argmin())
        return tuple(
            Chosen(agent.name, told.decision, told.before, told.value, told.unit, told.sentence, member)
            for agent in world.deciders
            for told in agent.explain_postures(member)
            if told.decision in DECISIONS
        )
