"""Lever settings and dated events as paths over quarters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scenarios.levers import ACTOR
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quarters import number
from scenarios.schema import Level, Scenario
from sim.ensemble.rng import Array


def lever_path(spec: Scenario, name: str, first: int, steps: int) -> Array:
    """The setting of a lever in each quarter, shape `(steps,)`.

    Before the scenario's start it is the default; NaN means that the actor decides.
    """
    lever = ALL_LEVERS[name]
    default = np.nan if lever.default == ACTOR else float(lever.default)
    setting = spec.setting(name)
    return setting_path(np.nan if isinstance(setting, str) else setting, spec.start, first, steps, default)


def setting_path(
    setting: float | Mapping[str, Level], start: str, first: int, steps: int, before: float = np.nan
) -> Array:
    """A number from the scenario's start on, or a dated path of levels, and what holds `before`, `(steps,)`.

    NaN where it is left to the actor.
    """
    path = np.full(steps, before)
    dated: Mapping[str, Level] = setting if isinstance(setting, Mapping) else {start: setting}
    for date, value in sorted(dated.items(), key=lambda item: number(item[0])):
        path[max(number(date) - first, 0) :] = np.nan if isinstance(value, str) else value
    return path


def moved(spec: Scenario, name: str) -> bool:
    """Whether a scenario sets a lever to anything but what holds without it.

    After the data that is the default. In the record it is what the rules of the time said, and beside rules of a
    scenario's own it is what they say: there the default is a setting like any other.
    """
    if name not in spec.levers:
        return False
    setting, default = spec.levers[name], ALL_LEVERS[name].default
    if setting != ACTOR and (spec.rules or holds_from(spec, name) <= number(spec.data_until)):
        return True
    return any(value != default for value in (setting.values() if isinstance(setting, dict) else (setting,)))


def holds_from(spec: Scenario, name: str) -> int:
    """The quarter from which a scenario's setting of a lever holds; the dated rules apply until then."""
    setting = spec.levers[name]
    return min(map(number, setting)) if isinstance(setting, dict) else number(spec.start)


def ramp(first: int, steps: int, date: str, quarters: float) -> Array:
    """0 before a date, rising to 1 over `quarters` quarters, shape `(steps,)`."""
    since = first + np.arange(steps) - number(date) + 1
    return np.clip(since / max(quarters, 1), 0, 1)
