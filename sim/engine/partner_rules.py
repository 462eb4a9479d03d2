"""What partners decide by themselves, by quarter: by a lever of theirs, or by a rule that they issue."""

from __future__ import annotations

import numpy as np

from scenarios import groups
from scenarios.partner_levers import OWN, PARTNER_LEVERS
from scenarios.quarters import FIRST
from scenarios.rules import Rule
from scenarios.schema import Scenario
from sim.engine.export_rules import dates, known_by
from sim.engine.paths import lever_path
from sim.ensemble.rng import Array

PERCENT = 100.0
"""Units of a lever in the share that a rule states."""
TRANSIT = "transit"
"""Scope of rules by hubs on what passes through them: it sets a decision of theirs, not a lever."""


def settings(spec: Scenario, actors: tuple[str, ...], steps: int, rules_until: int) -> dict[str, Array]:
    """Lever of partners → (T, A) its setting in the lever's unit; levers that nobody moves are left out.

    Where a lever and a rule speak of the same, the stronger holds.

    Args:
        spec: the scenario.
        actors: its actors, in the order of rows.
        steps: quarters.
        rules_until: number of the last quarter of which dated rules are used.
    """
    found: dict[str, Array] = {}
    for name in spec.levers:
        if name in PARTNER_LEVERS:
            own, actor = name.partition(".")[0], PARTNER_LEVERS[name].actor
            path = _rows(found, own, len(actors), steps)[:, actors.index(actor)]
            path[:] = lever_path(spec, name, FIRST, steps)
    for rule in (*known_by(rules_until), *spec.rules):
        for own in rule.sets if not rule.recorded_only else ():
            for actor in groups.members(rule.partner):
                if f"{own}.{actor}" in PARTNER_LEVERS:
                    path = _rows(found, own, len(actors), steps)[:, actors.index(actor)]
                    np.maximum(path, PERCENT * reach(rule) * in_force(rule, steps), out=path)
    return found


def transit(spec: Scenario, actors: tuple[str, ...], steps: int, rules_until: int) -> Array | None:
    """(T, A) how hard each hub looks at least by rules of its own; None where there is no such rule."""
    rules = [r for r in (*known_by(rules_until), *spec.rules) if r.scope == TRANSIT and not r.recorded_only]
    if not rules:
        return None
    least = np.zeros((steps, len(actors)))
    for rule in rules:
        for actor in groups.members(rule.partner):
            path = least[:, actors.index(actor)]
            np.maximum(path, (rule.strength or 0.0) * in_force(rule, steps), out=path)
    return least


def reach(rule: Rule) -> float:
    """How far a rule of a partner reaches, as a share: a price, or a strength."""
    if rule.price_share is not None:
        return rule.price_share * (1.0 if rule.strength is None else rule.strength)
    return rule.strength or 0.0


def in_force(rule: Rule, steps: int) -> Array:
    """(T,) share of each quarter in which a rule holds."""
    return np.array([np.mean([rule.in_force(date) for date in dates(FIRST + t)]) for t in range(steps)])


def _rows(found: dict[str, Array], own: str, actors: int, steps: int) -> Array:
    """The table of a lever, made where there is none."""
    if own not in found:
        found[own] = np.full((steps, actors), float(OWN[own].default))
    return found[own]
