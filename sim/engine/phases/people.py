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
"""Year at whose start the world's research labor is 1: that of `REFERENCE_LABOUR`."""


def run(c: Context, s: State, q: Quarter) -> None:
    """People who work for each actor this quarter, and what each of them earns."""
    _by_policy(c, s)
    if c.in_data:
        s.trained = recorded(c)
        s.pay = c.inputs.pay_usd[:, None] * np.ones(c.runs)
    else:
        s.trained = people.trained(s.trained, s.pay, s.edge.pay, q.since, c.p)
    paid = s.budget * s.money_use[:, STAFF]
    _move(c, s, q, paid[CHINA])
    s.people = s.trained.copy()
    s.people[US] = s.trained[US] * s.recruited - s.moved
    s.people[CHINA] += s.moved
    if not c.in_data:
        paid[CHINA] -= q.talent_usd
        s.pay = 4 * paid / np.maximum(s.people, 1.0)


def recorded(c: Context) -> Array:
    """People by the record, (A, R): world shares, and their growth everywhere."""
    grown = c.inputs.people_world * people.GROWTH ** (c.year - LABOUR_STATED)
    return c.constants.labour_share * (grown * np.ones(c.runs))


def _by_policy(c: Context, s: State) -> None:
    """People whom the United States recruits beyond those it trains, on their way to policy's."""
    s.recruited = s.recruited + people.SPEED * (c.setting("us_research") / 100 - s.recruited)


def _move(c: Context, s: State, q: Quarter, money: Array) -> None:
    """Talent that China holds or wins, or loses: as policy says, as far as it can pay and as there are people.

    Args:
        c: the quarter's date and inputs.
        s: the state.
        q: the quarter.
        money: (R,) US dollars that China has for people this quarter.
    """
    share = people.TALENT_MOVED * (c.setting("china_talent") / 100 - people.TALENT_TODAY)
    held = np.maximum(share * s.trained[US], -people.MOST_LOST * s.trained[CHINA])
    moved = s.moved + people.SPEED * (held - s.moved)
    cost = people.talent_cost(moved, s.moved, s.pay[US], s.pay[CHINA]) / 4
    most = people.MOST_OF_PAY * money
    if not c.in_data:
        moved = np.where(moved > 0, moved * np.minimum(most / np.maximum(cost, 1.0), 1.0), moved)
    s.moved, q.talent_usd = moved, np.minimum(cost, most)
