"""Trade in models: what users abroad pay US and Chinese providers, and what rules on both sides make of it."""

from __future__ import annotations

import numpy as np

from agents.rows import CHINA, PARTNERS, US
from sim.engine.context import Context
from sim.engine.state import State
from sim.ensemble.rng import Array
from sim.equations import adoption, costs, market

LEAST_LEFT = 1e-3
"""Share of what partners' providers earn below which nothing more is counted as theirs."""


def settle(c: Context, s: State, served: Array) -> None:
    """Users abroad pay providers; rules of the United States and of partners end some of it or move it elsewhere.

    Args:
        c: the quarter's date and inputs.
        s: the state.
        served: (A, R) compute that serves, H100e.
    """
    s.abroad = np.stack([costs.ABROAD * s.revenue[US], costs.CHINA_ABROAD * s.revenue[CHINA]])
    if ended := c.asked("model_use"):
        _lose(s, US, ended * s.abroad[0])
    if banned := c.asked("model_ban"):
        lost = banned * s.abroad[1]
        _lose(s, CHINA, lost)
        _lose(s, US, -costs.SWITCHED * lost)
    if asked := c.asked("serve_abroad"):
        moved = asked * s.revenue[PARTNERS]
        s.revenue[PARTNERS] -= moved
        _lose(s, US, -moved.sum(axis=0))
    _at_home(c, s, served)


def _at_home(c: Context, s: State, served: Array) -> None:
    """Move revenue where partners say whose models may serve their users; half of it goes with them.

    Own providers serve no more users than they have compute for, by what US ones need for theirs; the others stay.
    """
    users, banned, home = c.constants.users, c.own("chinese_models"), c.own("home_models")
    if banned is None and home is None:
        return
    won = np.zeros_like(s.revenue)
    if banned is not None:
        lost = users * (banned / 100) * s.abroad[1]
        own = s.revenue / np.maximum(s.revenue + users * s.abroad[0], 1.0)
        _lose(s, CHINA, lost.sum(axis=0))
        _lose(s, US, -costs.SWITCHED * (lost * (1 - own)).sum(axis=0))
        won += costs.SWITCHED * lost * own
    if home is not None:
        moved = users * (home / 100) * s.abroad[0]
        moved *= market.fitting(moved * served[US] / np.maximum(s.revenue[US], 1.0), served)
        _lose(s, US, moved.sum(axis=0))
        won += costs.SWITCHED * moved
    s.revenue, s.won = s.revenue + won, won


def _lose(s: State, row: int, dollars: Array) -> None:
    """Take what users abroad no longer pay off a superpower's revenue; a negative amount is a gain."""
    s.revenue[row] -= dollars
    s.abroad[row] -= dollars


def served_by(c: Context, s: State) -> adoption.Served:
    """Whose models serve the users of each partner; at home the superpowers serve themselves."""
    users, own = c.constants.users, s.revenue.copy()
    banned = 1 - (1 - _share(c, "chinese_models")) * (1 - c.asked("model_ban"))
    asked = c.asked("serve_abroad")
    taken = asked / max(1 - asked, LEAST_LEFT) * own  # what US labs took of the country's own providers
    found = adoption.served(
        users * (s.abroad[0] - taken[PARTNERS].sum(axis=0)) * (1 - _share(c, "home_models")) + taken,
        users * s.abroad[1] * (1 - banned), own, s.eci, (c.setting("openness"), c.setting("china_openness")), banned,
        (US, CHINA),
    )  # fmt: skip
    found.us[US], found.us[CHINA], found.china[US], found.china[CHINA] = 1.0, 0.0, 0.0, 1.0
    return found


def _share(c: Context, lever: str) -> Array:
    """(A, 1) a lever of partners as a share; 0 where nobody moves it."""
    own = c.own(lever)
    return np.zeros((1, 1)) if own is None else own / 100
