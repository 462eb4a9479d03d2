"""Assumptions that a user fixes: which values an uncertain parameter may have, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from scipy.special import ndtri

from scenarios.parameters import parameters
from scenarios.quantities import Choice
from sim.ui import wording

WIDEST = 0.001
"""A value may lie as far out as one prior draw in a thousand: beyond that the model was never looked at."""


@cache
def bounds(name: str) -> tuple[float, float]:
    """Lowest and highest value that a parameter may be fixed to."""
    u = np.array([WIDEST, 1 - WIDEST])
    low, high = parameters()[name].distribution.ppf(ndtri(u), u)
    return float(f"{low:.4g}"), float(f"{high:.4g}")


@cache
def interval(name: str) -> tuple[float, float, float]:
    """5, 50 and 95 % points of a parameter's prior."""
    return parameters()[name].distribution.interval()


def forms(name: str) -> tuple[float, ...]:
    """The values of a parameter that is a choice between forms; empty for a number."""
    distribution = parameters()[name].distribution
    return distribution.forms if isinstance(distribution, Choice) else ()


def problem(name: str, value: float) -> str:
    """Why a parameter cannot have a value; empty where it can."""
    if forms(name):
        options = [f"{form:g}" for form in forms(name)]
        return "" if value in forms(name) else f"it is a choice between {wording.listed(options)}"
    low, high = bounds(name)
    return "" if low <= value <= high else f"it goes from {low:g} to {high:g}"


def described(assumptions: Mapping[str, float]) -> str:
    """Fixed parameters in words."""
    known = parameters()
    return wording.listed([
        f"{known[name].label} {wording.number(float(f'{value:.4g}'))} (prior {interval(name)[1]:.3g})"
        for name, value in assumptions.items()
    ])  # fmt: skip
