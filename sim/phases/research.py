"""Phase 6: algorithmic efficiency grows from experiments and people, and diffuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim import research

if TYPE_CHECKING:
    from sim.rng import Array
    from sim.world import World

LABOUR_GROWTH = 1.08
"""Yearly growth of AI researchers everywhere; judgement from authors at the large conferences."""
SECURITY_TODAY = 30.0
"""Security of Chinese models and ideas: as that of American ones today; judgement."""
TALENT_MOVED = 0.6
"""Share of US research labour that moves as China's hold on talent goes over its range.

Judgement: by MacroPolo 47 % of the top researchers of 2022 had studied in China first, and 28 % worked there.
"""


def run(w: World) -> None:
    """One quarter of research for all actors."""
    s, p = w.state, w.p
    a = s["efficiency"]
    w.leader_efficiency[w.t] = a.max(axis=0)
    published = _published(w)
    grown = research.research_input(s["used_train"] * s["experiments"], _labour(w), p)
    own = research.own_growth(grown, a, p)
    talent = w.setting("china_talent")
    from_us = research.openness_factor(w.setting("openness"), w.setting("weight_security"), talent)
    from_china = research.openness_factor(w.setting("china_openness"), SECURITY_TODAY, talent)
    factor = np.where(a[1] >= w.leader_efficiency[w.t], from_china, from_us)
    w.now.open_to = factor
    learnt = research.diffuse(a + own, published, p.diffusion * factor)
    a += own + learnt
    if w.now.shock:
        a[1] += w.now.shock


def _labour(w: World) -> Array:
    """Research labour by actor: world share, its growth, policy, talent and the help of AI."""
    people = w.labour_share * LABOUR_GROWTH ** (w.year - 2024.0) * np.ones(w.runs)
    people[0] *= w.setting("us_research") / 100
    moved = TALENT_MOVED * (w.setting("china_talent") / 100 - 0.5) * people[0]
    people[0] -= moved
    people[1] += moved
    if w.switch("research_feedback"):
        people = people * research.uplift(w.state["eci"], w.p, *w.uplift_shape)
    return people


def _published(w: World) -> Array:
    """The leader's efficiency a publication lag ago, interpolated between quarters, `(runs,)`."""
    back = np.clip(w.t - w.p.publication_lag, 0, w.t)
    low = back.astype(int)
    columns = np.arange(w.runs)
    here, there = w.leader_efficiency[low, columns], w.leader_efficiency[np.minimum(low + 1, w.t), columns]
    return here + (back - low) * (there - here)
