"""Assumptions that a user fixes: why one cannot have a value, and how those that hold are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from scenarios.parameters import parameters
from sim.ui.shared import wording


@cache
def interval(name: str) -> tuple[float, float, float]:
    """5, 50 and 95% points of a parameter's prior."""
    return parameters()[name].distribution.interval()


def refused(name: str, value: float) -> str:
    """A sentence on why a parameter cannot have a value; empty where it can."""
    problem = parameters()[name].problem(value)
    return f"{parameters()[name].label} {problem}" if problem else ""


def described(assumptions: Mapping[str, float]) -> str:
    """Fixed parameters in words."""
    known = parameters()
    return wording.listed([
        f"{known[name].label} {wording.number(float(f'{value:.4g}'))} (prior {interval(name)[1]:.3g})"
        for name, value in assumptions.items()
    ])  # fmt: skip
