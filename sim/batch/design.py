"""The points of a plan: every scenario at every setting."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.levers import ACTOR
from scenarios.schema import Scenario
from sim.batch.plan import Axis, Design, Plan, Span
from sim.ensemble import rng
from sim.own import digest


@dataclass(frozen=True)
class Point:
    """One scenario at one setting."""

    scenario: str
    """Name of the scenario in the plan."""
    spec: Scenario
    """The scenario with the settings laid over it."""
    values: tuple[float | None, ...]
    """Settings by axis; None where the actor decides."""
    digest: str
    """Names what is simulated."""


def points(
    plan: Plan, chosen: Container[int] | None = None, agents: Mapping[str, str] | None = None
) -> Iterator[Point]:
    """The points of a plan, scenario by scenario.

    Args:
        plan: the study.
        chosen: numbers of some of them; by default all.
        agents: custom actors by identity, which decide what is simulated too.
    """
    settings, places = list(_settings(plan.design)), itertools.count()
    for spec in plan.scenarios:
        if plan.weighting is not None:
            spec = spec.with_changes(weighting=plan.weighting)
        for values in settings:
            if chosen is not None and next(places) not in chosen:
                continue
            there = _laid_over(spec, tuple(plan.design.axes), values)
            numbers = tuple(None if value == ACTOR else float(value) for value in values)
            yield Point(spec.name, there, numbers, digest(there, agents or {}))


def _laid_over(spec: Scenario, axes: tuple[str, ...], values: tuple[Any, ...]) -> Scenario:
    if not axes:
        return spec
    fields: dict[str, dict[str, Any]] = {"lever": dict(spec.levers), "parameter": dict(spec.parameters)}
    for column, value in zip(axes, values, strict=True):
        kind, _, name = column.partition(".")
        fields[kind][name] = value
    return spec.with_changes(levers=fields["lever"], parameters=fields["parameter"])


def _settings(design: Design) -> Iterator[tuple[Any, ...]]:
    if design.kind == "grid":
        yield from itertools.product(*(_values(axis) for axis in design.axes.values()))
        return
    spans = [axis for axis in design.axes.values() if isinstance(axis, Span)]
    low, high = np.array([axis.low for axis in spans]), np.array([axis.high for axis in spans])
    for row in low + (high - low) * _sample(design, len(spans)):
        yield tuple(float(f"{value:.9g}") for value in row)  # short enough to be read and written in a file


def _values(axis: Axis) -> tuple[Any, ...]:
    if not isinstance(axis, Span):
        return axis
    return tuple(float(f"{value:.9g}") for value in np.linspace(axis.low, axis.high, axis.points or 2))


def _sample(design: Design, dimensions: int) -> Any:
    """Points of the unit cube, (points, dimensions). Of a Sobol sample the first ones stay when it grows."""
    from scipy.stats import qmc

    chance = rng.spawning(design.seed, f"design {design.kind}")
    if design.kind == "latin_hypercube":
        return qmc.LatinHypercube(dimensions, rng=chance).random(design.points)
    engine = qmc.Sobol(dimensions, scramble=True, rng=chance)
    return rng.sobol_points(engine, design.points or 1)
