"""The points of a plan: every scenario at every setting."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scenarios.errors import InputError
from scenarios.levers import ACTOR
from scenarios.packages import combined, packages
from scenarios.schema import Scenario
from sim.batch import identity
from sim.batch.plan import Design, Plan, Span, is_labeled
from sim.ensemble import rng
from sim.own import digest, identity_of


@dataclass(frozen=True)
class Point:
    """One scenario at one setting."""

    scenario: str
    """Name of the scenario in the plan."""
    spec: Scenario
    """The scenario with the settings laid over it."""
    values: tuple[float | str | None, ...]
    """Settings by axis, numbers or labels; None where the actor decides."""
    digest: str
    """Names what is simulated."""
    agents: Mapping[str, Any] = field(default_factory=dict)
    """Custom actors of this setting, by the name of their seat; of those that were read from a file what names them."""

    @property
    def identities(self) -> dict[str, str]:
        """What names its custom actors."""
        return {seat: str(identity_of(one)) for seat, one in self.agents.items()}

    @property
    def key(self) -> str:
        """Names its files: two labels may stand for the same simulation, and each row has its own label."""
        labels = [value for value in self.values if isinstance(value, str)]
        return identity.digest([self.digest, *labels]) if labels else self.digest


def points(
    plan: Plan, chosen: Container[int] | None = None, agents: Mapping[str, str] | None = None
) -> Iterator[Point]:
    """The points of a plan, scenario by scenario.

    Args:
        plan: the study.
        chosen: numbers of some of them; by default all.
        agents: custom actors by identity, which decide what is simulated too.
    """
    settings, places, axes = list(_settings(plan.design)), itertools.count(), tuple(plan.design.axes)
    for spec in plan.scenarios:
        if plan.weighting is not None:
            spec = spec.with_changes(weighting=plan.weighting)
        for values in settings:
            if chosen is not None and next(places) not in chosen:
                continue
            try:
                there = _laid_over(plan.design, spec, axes, values)
            except InputError as error:
                chosen_here = ", ".join(f"{axis}={value}" for axis, value in zip(axes, values, strict=True))
                raise InputError(f"design: {spec.name} with {chosen_here}: {error}") from error
            seats = _seats(plan.design, axes, values)
            named = {**(agents or {}), **{seat: str(identity_of(one)) for seat, one in seats.items()}}
            yield Point(spec.name, there, tuple(map(_shown, axes, values)), digest(there, named), seats)


def _shown(axis: str, value: Any) -> float | str | None:
    if is_labeled(axis):
        return str(value)
    return None if value == ACTOR else float(value)


def _seats(design: Design, axes: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    """Custom actors of a setting; a label for the usual one has none."""
    found = {}
    for column, label in zip(axes, values, strict=True):
        kind, _, seat = column.partition(".")
        if kind == "agent" and design.agents[seat][label] is not None:
            found[seat] = design.agents[seat][label]
    return found


def _laid_over(design: Design, spec: Scenario, axes: tuple[str, ...], values: tuple[Any, ...]) -> Scenario:
    if not axes:
        return spec
    fields: dict[str, dict[str, Any]] = {"lever": dict(spec.levers), "parameter": dict(spec.parameters)}
    others: dict[str, Any] = {}
    chosen = {}
    for column, value in zip(axes, values, strict=True):
        kind, _, name = column.partition(".")
        if kind in fields:
            fields[kind][name] = value
        elif kind == "path":
            fields["lever"][name] = design.paths[name][value]
        elif kind == "switch":
            others.setdefault("switches", spec.switches.model_dump())[name] = value
        elif kind == "event":
            others["events"] = (*others.get("events", spec.events), *design.events[name][value])
        elif kind == "package":
            chosen[name] = packages(name)[value]
    changed = spec.with_changes(levers=fields["lever"], parameters=fields["parameter"], **others)
    return combined(changed, chosen) if chosen else changed


def _settings(design: Design) -> Iterator[tuple[Any, ...]]:
    if design.kind == "grid":
        yield from itertools.product(*(_values(axis) for axis in design.axes.values()))
        return
    spans = [axis for axis in design.axes.values() if isinstance(axis, Span)]
    low, high = np.array([axis.low for axis in spans]), np.array([axis.high for axis in spans])
    for row in low + (high - low) * _sample(design, len(spans)):
        yield tuple(float(f"{value:.9g}") for value in row)  # short enough to be read and written in a file


def _values(axis: Any) -> tuple[Any, ...]:
    if not isinstance(axis, Span):
        return tuple(axis)
    return tuple(float(f"{value:.9g}") for value in np.linspace(axis.low, axis.high, axis.points or 2))


def _sample(design: Design, dimensions: int) -> Any:
    """Points of the unit cube, (points, dimensions). Of a Sobol sample the first ones stay when it grows."""
    from scipy.stats import qmc

    chance = rng.spawning(design.seed, f"design {design.kind}")
    if design.kind == "latin_hypercube":
        return qmc.LatinHypercube(dimensions, rng=chance).random(design.points)
    engine = qmc.Sobol(dimensions, scramble=True, rng=chance)
    return rng.sobol_points(engine, design.points or 1)
