"""Phase 6: algorithmic efficiency grows from experiments and people, and diffuses."""

from __future__ import annotations

import numpy as np

from agents.rows import CHINA, OTHERS, PARTNERS, US, bloc_of
from sim.engine.context import Context
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import research

LABOUR_STATED = 2024.0
"""Year at whose start the world's research labour is 1: that of `REFERENCE_LABOUR`."""
LABOUR_GROWTH = 1.08
"""Yearly growth of AI researchers everywhere; judgement from authors at the large conferences."""
SECURITY_TODAY = 30.0
"""Security of Chinese models and ideas: as that of American ones today; judgement."""
TALENT_TODAY = 0.5
"""China's hold on its talent today, as a share of the lever's range."""
TALENT_MOVED = 0.6
"""Share of US research labour that moves as China's hold on talent goes over its range.

Judgement: by MacroPolo 47 % of the top researchers of 2022 had studied in China first, and 28 % worked there.
"""


def run(c: Context, s: State, q: Quarter) -> None:
    """One quarter of research for all actors."""
    p, a = c.p, s.efficiency
    s.best_efficiency[:, c.t] = a[US], a[CHINA], a[PARTNERS].max(axis=0)
    grown = research.research_input(s.used_train * s.experiments, _labour(c, s), p)
    own = research.own_growth(grown, a, p)
    talent = c.setting("china_talent")
    from_us = research.openness_factor(c.setting("openness"), c.setting("weight_security"), talent)
    from_china = research.openness_factor(c.setting("china_openness"), SECURITY_TODAY, talent)
    q.open_to = np.array([from_us, from_china, from_us])
    a += own + _learned(c, s, a + own, q.open_to)
    if q.efficiency_gain:
        a[CHINA] += q.efficiency_gain


def _learned(c: Context, s: State, a: Array, open_to: Array) -> Array:
    """What all learn from the published past of others, OOM: each from the bloc that has most to teach it."""
    published, bloc = _published(c, s), bloc_of(a)
    taught = [
        research.diffuse(a, published[other][bloc], c.p.diffusion * open_to[other][bloc, None]) for other in OTHERS
    ]  # fmt: skip
    return np.maximum(*taught)


def _labour(c: Context, s: State) -> Array:
    """Research labour by actor: world share, its growth, policy, talent and the help of AI."""
    people = c.constants.labour_share * LABOUR_GROWTH ** (c.year - LABOUR_STATED) * np.ones(c.runs)
    people[US] *= c.setting("us_research") / 100
    moved = TALENT_MOVED * (c.setting("china_talent") / 100 - TALENT_TODAY) * people[US]
    people[US] -= moved
    people[CHINA] += moved
    if c.switch("research_feedback"):
        people = people * research.uplift(s.eci, c.p, *c.constants.uplift_shape)
    return people


def _published(c: Context, s: State) -> Array:
    """The best efficiency of each bloc a publication lag ago, interpolated between quarters, (3, R)."""
    back = np.clip(c.t - c.p.publication_lag, 0, c.t)
    low = back.astype(int)
    columns = np.arange(c.runs)
    best = s.best_efficiency
    here, there = best[:, low, columns], best[:, np.minimum(low + 1, c.t), columns]
    return here + (back - low) * (there - here)
