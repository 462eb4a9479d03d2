"""Algorithmic efficiency: own research from experiments and people, and diffusion from the leader's published past."""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array
from sim.equations.growth import eased

REFERENCE_EXPERIMENTS = 2.6e5
"""H100e of experiments in the United States at the start of 2024, at which the growth parameter is stated."""
REFERENCE_LABOUR = 0.42
"""Share of the world's top researchers in the United States (MacroPolo, NeurIPS 2022)."""
NEARLY_NOTHING = 1e-9
"""Added to research inputs, so that an actor with nothing has a logarithm."""
LEARNT_HALF = 0.06
"""Gap, in orders of magnitude, of which half can be learned from; judgment: details stay unpublished."""
LARGEST_STEP = 0.5
"""Own growth in a quarter never exceeds this, orders of magnitude: no discovery process is faster than its tests."""
UPLIFT_NOW_ECI = 165.0
"""Capability at which the uplift of today is stated: the frontier of mid-2026."""
LEAST_CEILING = 1.5
"""Lowest ceiling of the uplift, times labor."""
MOST_REACHED = 0.45
"""Largest share of its ceiling that the uplift of today may have reached: its center lies ahead."""
NARROWEST, WIDEST = 1.5, 15.0
"""Bounds of the width of the uplift's sigmoid, ECI points."""
NEAR_COBB_DOUGLAS = 0.02
"""Smallest distance of the CES exponent from 0, where the formula has no value and its limit is Cobb-Douglas."""
OPEN_LEAST, OPEN_SLOPE, OPEN_FLOOR = 0.25, 1.5, 0.05
"""Diffusion against today's with nothing published, what full openness adds, and its floor; judgment."""
SECURITY_NONE, SECURITY_SLOPE = 1.24, 0.8
"""Diffusion against today's without security, and what full security takes away; judgment."""
TALENT_NONE, TALENT_SLOPE = 0.8, 0.4
"""Diffusion against today's when no talent goes home, and what adds when all does; judgment."""


def uplift_scale(p: Draws) -> tuple[Array, Array]:
    """Ceiling and width of the sigmoid by which AI multiplies research labor.

    Solved from the uplift today and at the automated coder (the center), so that today's value is a prior and not
    an accident of ceiling, center and width.
    """
    ceiling = np.maximum(2 * p.uplift_coder - 1, LEAST_CEILING)
    share = np.clip((p.uplift_now - 1) / (ceiling - 1), 1e-4, MOST_REACHED)
    width = (p.coder_eci - UPLIFT_NOW_ECI) / np.log((1 - share) / share)
    return ceiling, np.clip(width, NARROWEST, WIDEST)


def uplift(eci: Array, p: Draws, ceiling: Array, width: Array) -> Array:
    """Multiplier of research labor at a capability, same shape as `eci`."""
    return 1 + (ceiling - 1) / (1 + np.exp((p.coder_eci - eci) / width))


def research_input(experiments: Array, labor: Array, p: Draws) -> tuple[Array, Array]:
    """CES of experiment compute (H100e) and augmented labor (world share × uplift), 1 at the reference.

    Beside it stands the share of it that compute brings, 0 to 1: the rest is labor's.

    Args:
        experiments: (actors, runs).
        labor: (actors, runs).
        p: parameters; `substitution` is the elasticity.
    """
    rho = 1 - 1 / p.substitution
    rho = np.where(np.abs(rho) < NEAR_COBB_DOUGLAS, NEAR_COBB_DOUGLAS, rho)
    parts = []
    for values, reference, weight, exponent in (
        (experiments, REFERENCE_EXPERIMENTS, p.compute_weight, p.compute_exponent),
        (labor, REFERENCE_LABOUR, 1 - p.compute_weight, p.labour_exponent),
    ):
        power = exponent * rho
        parts.append(np.exp(power * np.log(values + NEARLY_NOTHING) + (np.log(weight) - power * np.log(reference))))
    mixed = parts[0] + parts[1]
    return np.exp(np.log(mixed) * (1 / rho)), parts[0] / mixed


def own_growth(research: Array, efficiency: Array, p: Draws) -> Array:
    """Growth in a quarter, OOM: more research helps, ideas get harder to find."""
    harder = p.labour_exponent / p.research_returns
    step = p.algorithm_growth / 4 * research * np.exp(-np.log(10) * harder * efficiency)
    return np.minimum(step, LARGEST_STEP)


def diffuse(efficiency: Array, published: Array, rate: Array) -> Array:
    """What is learned from others' published past in a quarter, OOM: the share 1 − exp(−δ/4) of the gap, if there is.

    Who is nearly level learns little of it, so that nothing has a corner where somebody draws level.
    """
    return np.asarray((1 - np.exp(-rate / 4)) * eased(published - efficiency, LEARNT_HALF))


def openness_factor(openness: float | Array, security: float | Array, talent: float | Array) -> Array:
    """Diffusion against today's: more with openness (50 today), less with security (30), more with talent (50).

    `(1,)`, or `(runs,)` where settings stand side by side.
    """
    published = np.maximum(OPEN_LEAST + OPEN_SLOPE * np.atleast_1d(openness) / 100, OPEN_FLOOR)
    return published * (SECURITY_NONE - SECURITY_SLOPE * security / 100) * (TALENT_NONE + TALENT_SLOPE * talent / 100)
