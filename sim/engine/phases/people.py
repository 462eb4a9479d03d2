"""Phase 6: people are trained, hired and moved, for what the budget pays them."""

from __future__ import annotations

import numpy as np

from agents.allocation import STAFF
from agents.rows import CHINA, US
from sim.engine.context import Context
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import people

LABOUR_STATED = 2024.0
"""Year at whose start the world's research labour is 1: that of `REFERENCE_LABOUR`."""


def run(c: Context, s: State, q: Quarter) -> None:
    """People who work for each actor this quarter, and what each of them earns."""
    before = s.moved
    _by_policy(c, s)
    if c.in_data:
        s.trained = recorded(c)
        s.pay = c.inputs.pay_usd[:, None] * np.ones(c.runs)
    else:
        s.trained = people.trained(s.trained, s.pay, s.edge.pay, q.since, c.p)
    s.people = s.trained.copy()
    s.people[US] = s.trained[US] * s.recruited - s.moved
    s.people[CHINA] += s.moved
    q.talent_usd = people.talent_cost(s.moved, before, s.pay[US], s.pay[CHINA]) / 4
    if not c.in_data:
        paid = s.budget * s.money_use[:, STAFF]
        paid[CHINA] = np.maximum(paid[CHINA] - q.talent_usd, 0.0)
        s.pay = 4 * paid / np.maximum(s.people, 1.0)


def recorded(c: Context) -> Array:
    """People by the record, (A, R): world shares, and their growth everywhere."""
    grown = c.inputs.people_world * people.GROWTH ** (c.year - LABOUR_STATED)
    return c.constants.labour_share * (grown * np.ones(c.runs))


def _by_policy(c: Context, s: State) -> None:
    """Researchers whom the United States recruits, and talent that China holds or wins, on their way to policy's."""
    s.recruited = s.recruited + people.SPEED * (c.setting("us_research") / 100 - s.recruited)
    held = people.TALENT_MOVED * (c.setting("china_talent") / 100 - people.TALENT_TODAY) * s.trained[US] * s.recruited
    s.moved = s.moved + people.SPEED * (held - s.moved)
