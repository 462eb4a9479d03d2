"""People: how many an actor trains and hires for what it pays, and what it costs to hold or win them.

Pure functions on arrays of shape `(actors, runs)` or `(runs,)`; people are full-time equivalents.
"""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array

GROWTH = 1.08
"""Yearly growth of AI researchers everywhere at today's pay; judgment from authors at the large conferences."""
PAY_GROWTH = 1.05
"""Yearly growth of pay at which the number of people keeps its pace; judgment."""
FASTEST, SLOWEST = 0.25, -0.1
"""Bounds of the yearly growth of people, in logs: a doctorate takes four years, and few leave the field; judgment."""
SPEED = 0.15
"""Share of the way that policy moves people in a quarter; judgment: visas and programs take two years."""
TALENT_TODAY = 0.5
"""China's hold on its talent today, as a share of the lever's range."""
TALENT_MOVED = 0.6
"""Share of people in the United States who would work in China as its hold on talent goes over its range.

Judgment: by MacroPolo 47% of the top researchers of 2022 had studied in China first, and 28% worked there.
"""
MOST_LOST, MOST_OF_PAY = 0.5, 0.5
"""Largest share of its people that China loses, and of its money for people that holding them takes; judgment."""
GAP_PAID = 0.25
"""Part of the gap in pay that holding a person takes: home, family and rank make up for the rest; judgment."""
PACKAGE = 0.6e6
"""What a program pays once to win or hold a person, US dollars.

Housing grants and signing bonuses of 3 to 5 million yuan in Chinese programs (Reuters, 24 August 2023).
"""


def trained(people: Array, pay: Array, pay_then: Array, since: float, p: Draws) -> Array:
    """People after a quarter: more where pay has grown beyond its pace, and never faster than people can be trained.

    Args:
        people: trained or hired so far.
        pay: US dollars a year per person.
        pay_then: the same at the edge of the data.
        since: years after the data.
        p: parameters; `talent_supply` is the response.
    """
    better = np.log(np.maximum(pay, 1.0) / np.maximum(pay_then, 1.0)) - np.log(PAY_GROWTH) * since
    grown = np.log(GROWTH) + p.talent_supply * better
    return people * np.exp(np.minimum(np.maximum(grown, SLOWEST), FASTEST) / 4)


def talent_cost(moved: Array, before: Array, pay_there: Array, pay_here: Array) -> Array:
    """US dollars a year that holding or winning talent costs: a package for each, and a part of the gap in pay.

    Args:
        moved: people who work here instead of there, against today.
        before: the same a quarter ago.
        pay_there: US dollars a year per person in the other country.
        pay_here: the same here.
    """
    gap = GAP_PAID * np.maximum(pay_there - pay_here, 0.0)
    return np.maximum(moved, 0.0) * gap + np.maximum(moved - np.maximum(before, 0.0), 0.0) * (4 * PACKAGE)
