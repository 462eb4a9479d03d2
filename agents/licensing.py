"""Chips that may go and chips that may come: licenses of the United States and Beijing's permission are one problem.

Each side weighs what it expects the other to do, since a license that nobody uses costs nothing and brings nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents import choice
from agents.choice import MENUS
from agents.stakes import REPLACED, TO_THE_NATION, Stakes, Wants, billions, seen_lead, slower
from agents.state import Array

BOTH = ("licensing", "permission")
"""The decisions of the two sides."""
ROUNDS, MEETING = 6, 0.7
"""Rounds in which both adjust to each other's odds, and the share of the way in each."""
AS_WRITTEN = 0.5
"""Licensing at which the rules stand as they are written."""
CHEAPER = 1.45
"""Months that an e-fold of compute by licensed chips is worth against others': runs are cheaper by them; audited."""
OTHERS_BUY = 2.0
"""Quarters of backlog at which half of the chips that China may not have would find another buyer."""
DEPENDENCE = 12.0
"""What it costs Beijing to live on American chips alone, billions of dollars a year; judgment."""
OWN_MAKERS = 0.25
"""Share of the sales of Chinese chip makers that imports of the same size take away; judgment."""
RELUCTANCE_TODAY = 0.87
"""`import_reluctance` at which that cost is stated."""


class Leeway(NamedTuple):
    """What a level of licensing makes of the rules as they are written, `(…, runs)` each."""

    opened: Array
    """Share of what rules deny that goes all the same."""
    kept: Array
    """Share that goes of what may go."""

    @classmethod
    def of(cls, licensing: Array) -> Leeway:
        """The leeway at a level of licensing."""
        strict = licensing / AS_WRITTEN - 1
        return cls(np.maximum(-strict, 0.0), 1 - np.maximum(strict, 0.0))

    def let_go(self, licensed: Array | float) -> Array:
        """What goes of something of which so much may go by the rules."""
        return np.asarray((licensed + self.opened * (1 - licensed)) * self.kept)


def lead_if_bought(s: Stakes, bought: Array) -> Array:
    """Lead in months by the end of the horizon if China buys so many licensed chips in a year, H100e."""
    return s.lead - CHEAPER * slower(s, (1 - REPLACED) * bought)


class Problem(NamedTuple):
    """Worth to both sides of every pair of levels, (n, k, runs), billions of US dollars a year."""

    us: Array
    china: Array
    licensing: Array
    """(n, runs) levels of licensing."""
    permission: Array
    """(k, runs) levels of permission."""


def problem(s: Stakes, us: Wants, china: Wants, reluctance: Array, given: tuple[Array | None, Array | None]) -> Problem:
    """What both sides face.

    Args:
        s: what everybody can see.
        us: what the United States wants.
        china: what China wants.
        reluctance: (runs,) how much Beijing is set against imports.
        given: licensing and permission where they are not up to the actor, (runs,).
    """
    x, m = (
        MENUS[name].levels[:, None] * np.ones(s.lead.shape) if level is None else level[None]
        for name, level in zip(BOTH, given, strict=True)
    )
    bought = (Leeway.of(x).let_go(s.licensed) * s.wanted)[:, None] * m[None]
    lead = lead_if_bought(s, bought)
    # Of what China may not have a part finds no other buyer; the rest is what own developers then lack.
    lost = OTHERS_BUY / (s.cover + OTHERS_BUY)
    profit = billions(s.margin * s.price * bought, s)
    displaced = (
        TO_THE_NATION * s.us_revenue / s.scale * np.minimum((1 - lost) * bought / np.maximum(s.us_added, 1.0), 1)
    )
    felt = seen_lead(lead)
    american = us.of(*felt) + us.weights.prosperity * (lost * profit - displaced)
    cheaper = billions(np.maximum(s.dear_price - s.price, 0.0) * bought, s) / 2
    share = bought / np.maximum(bought + s.domestic, 1.0)
    depends = DEPENDENCE * reluctance / RELUCTANCE_TODAY * share * share
    home = OWN_MAKERS / 2 * billions(np.minimum(bought, s.domestic) * s.china_price, s)
    chinese = china.of(*felt) + china.weights.money * cheaper
    return Problem(
        american, chinese - china.weights.security * depends - china.weights.prosperity * home, x, m
    )  # fmt: skip


def worth_alone(s: Stakes, wants: Wants, reluctance: Array, chosen: tuple[Array, Array]) -> Array:
    """Worth of its own levels to one side, (levels, runs), where the other does what it would set."""
    if wants.side > 0:
        return problem(s, wants, wants, reluctance, (None, chosen[1])).us[:, 0]
    return problem(s, wants, wants, reluctance, (chosen[0], None)).china[0]


Pair = tuple[Array, Array]
"""Something of the United States and of China."""


def settled(of: Problem, now: Pair, slopes: Pair, temperature: Array) -> Pair:
    """Odds of both sides' levels, (n, runs) and (k, runs), each expecting the other's: a quantal response equilibrium.

    Args:
        of: what both face.
        now: licensing and permission that stand, from which each starts to expect, (runs,) each.
        slopes: recorded politics of both, (runs,) each.
        temperature: (runs,) billions of US dollars a year.
    """
    bent = [MENUS[name].where(levels) * slope for name, levels, slope in zip(BOTH, of[2:], slopes, strict=True)]
    us, china = (
        np.ones(levels.shape) if len(levels) == 1 else choice.around(MENUS[name].where(level), MENUS[name].place)
        for name, levels, level in zip(BOTH, of[2:], now, strict=True)
    )
    for _ in range(ROUNDS):
        us = us + MEETING * (choice.logit(expected_us(of, china) + bent[0], temperature) - us)
        china = china + MEETING * (choice.logit(expected_china(of, us) + bent[1], temperature) - china)
    return us, china


def expected_us(of: Problem, china: Array) -> Array:
    """Worth of its levels to the United States by the odds of China's, (n, runs)."""
    return np.asarray((of.us * china).sum(axis=1))


def expected_china(of: Problem, us: Array) -> Array:
    """Worth of its levels to China by the odds of the United States', (k, runs)."""
    return np.asarray((of.china * us[:, None]).sum(axis=0))


def levels(of: Problem, found: Pair) -> Pair:
    """Licensing and permission that both sides would set, (runs,) each."""
    return (of.licensing * found[0]).sum(axis=0), (of.permission * found[1]).sum(axis=0)


def revealed(of: Problem, recorded: Pair, temperature: Array) -> Pair:
    """Slopes of both menus with which the recorded levels are what both sides choose, (runs,) each."""
    odds = [choice.around(MENUS[n].where(level), MENUS[n].place) for n, level in zip(BOTH, recorded, strict=True)]
    slopes = [np.zeros(temperature.shape)] * 2
    for _ in range(ROUNDS):
        worths = expected_us(of, odds[1]), expected_china(of, odds[0])
        for side, worth in enumerate(worths):
            slopes[side] = choice.revealed(worth, recorded[side], temperature, BOTH[side])
            odds[side] = choice.odds(worth, slopes[side], MENUS[BOTH[side]].place, temperature)
    return slopes[0], slopes[1]
