"""What the levels of each decision are worth to who takes it: one function a decision.

Licenses and permission are one problem, of `agents.licensing`. Worth counts in billions of US dollars a year at the
stakes of 2026, by level, `(levels, …, runs)`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from agents.choice import MENUS
from agents.stakes import POINTS_A_MONTH, TO_THE_NATION, Stakes, Wants, billions, slower
from agents.state import Array
from scenarios.values import Weights

Worth = Callable[[Stakes, Wants], Array]
"""What levels are worth, by what everybody can see and what the actor wants."""

LEAST = 0.05
"""Level of a decision below which ratios to it see no difference."""
STOPS = 0.45
"""Share of diverted chips that a tenth more enforcement stops, times ten, as the United States believes; audited."""
FRICTION = 1.2
"""What enforcement beyond today's costs honest trade, billions of dollars a year per budget of 2026; judgment."""
PUSHED = 0.2
"""Log of Chinese output that a full push adds within the horizon, as Beijing believes; audited."""
WASTE = 8.0
"""Billions of dollars a year that a full push wastes; judgment: several funds have failed."""
ROOM_AT_HOME = 0.4
"""Share of what further Chinese chips sell for that their makers keep; judgment."""
THREAT_MONTHS = 12.0
"""Months of US lead over which the threat of China fades, to an ally; judgment."""
PROTECTED, REWARDED = 18.0, 6.0
"""What full alignment is worth to an ally where China is level with the United States, and what Washington grants for
it, billions of dollars a year; judgment."""
LAWFUL, SCANDAL, MOST_SCANDAL = 2.2, 128.0, 0.075
"""What full policing is worth to a hub by an e-fold of US enforcement, by the share of supply that is diverted, and the
most that counts of that share; judgment."""
EFFORT, ENOUGH = 1.5, 1.15
"""What policing costs a hub, billions of dollars a year, and the policing at which that has no end; judgment."""
COMMERCE_STATED, DRIFT_STATED = 0.55, 0.4
"""`hub_commerce` and `ally_drift` at which trade and lost sales count in full."""


def _levels(decision: str, like: Array) -> Array:
    """Levels of a decision, along a first axis of their own."""
    return MENUS[decision].levels.reshape(-1, *[1] * like.ndim)


def lead_if_enforced(s: Stakes, effort: Array) -> Array:
    """Lead in months by the end of the horizon: more officers stop more diverted chips, with falling returns."""
    passed = np.power(effort / np.maximum(s.enforcement, LEAST), -STOPS)
    return s.lead - slower(s, s.diverted * (passed - 1))


def lead_if_limited(s: Stakes, limits: Array) -> Array:
    """The same by limits on access to models: less access leaves less to train on."""
    left = (1 - limits) / np.maximum(1 - s.model_access, LEAST)
    return s.lead + s.distilled * (1 - left) / POINTS_A_MONTH


def lead_if_pushed(s: Stakes, push: Array) -> Array:
    """The same by China's domestic push: more money and priority build more chips."""
    return s.lead - slower(s, _more_at_home(s, push))


def _more_at_home(s: Stakes, push: Array) -> Array:
    return s.domestic * (np.exp(PUSHED * (push - s.push)) - 1)


def enforcement(s: Stakes, us: Wants) -> Array:
    """Fewer diverted chips, against officers and the burden on honest trade."""
    effort = _levels("enforcement", s.lead)
    cost = s.officers * effort + FRICTION * np.maximum(effort - 1, 0.0)
    return us.security(lead_if_enforced(s, effort)) - us.weights.money * cost / s.scale


def model_access(s: Stakes, us: Wants) -> Array:
    """Less for others to learn from, against customers who are refused."""
    limits = _levels("model_access", s.lead)
    refused = TO_THE_NATION * s.refused * limits * s.us_revenue / s.scale
    return us.security(lead_if_limited(s, limits)) - us.weights.prosperity * refused


def push(s: Stakes, china: Wants) -> Array:
    """More chips from home and what they earn, against what they cost and what is wasted."""
    level = _levels("push", s.lead)
    earned = ROOM_AT_HOME * billions(_more_at_home(s, level) * s.china_price, s)
    spent = s.fab_money / s.scale * level / np.maximum(s.push, LEAST) + WASTE * level * level
    return china.security(lead_if_pushed(s, level)) + china.weights.prosperity * earned - china.weights.money * spent


def alignment(s: Stakes, weights: Weights, now: Array, lost_sales: Array, drift: Array) -> Array:
    """An ally weighs protection and reward against the tools and memory that it then does not sell.

    Args:
        s: what everybody can see.
        weights: what the ally wants.
        now: (…, runs) its alignment.
        lost_sales: (…, runs) what it would sell to China without controls beyond today, billions of dollars a year.
        drift: (runs,) weight on lost sales.
    """
    level = _levels("alignment", now)
    near = np.exp(-np.maximum(s.lead, 0.0) / THREAT_MONTHS)  # a China that is ahead threatens no more than a level one
    lost = lost_sales / s.scale * (level / np.maximum(now, LEAST)) ** 2 / 2
    gains = weights.security * PROTECTED * near + REWARDED
    return gains * level - weights.prosperity * drift / DRIFT_STATED * lost


def policing(s: Stakes, weights: Weights, transit: Array, commerce: Array) -> Array:
    """A hub weighs pressure and scandal against what passes through it.

    Args:
        s: what everybody can see.
        weights: what the hub wants.
        transit: (…, runs) what it earns by chips that pass through, billions of dollars a year.
        commerce: (runs,) weight on trade.
    """
    level = _levels("policing", transit)
    pressed = LAWFUL * np.log1p(s.enforcement) + SCANDAL * np.minimum(s.diverted_share, MOST_SCANDAL)
    lost = weights.prosperity * commerce / COMMERCE_STATED * transit / s.scale + EFFORT
    return weights.security * pressed * level - lost * level / (ENOUGH - level)
