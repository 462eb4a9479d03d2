"""What nations choose: the levels of their decisions today and in the year of the verdict, against the reference."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from scenarios.decisions import DECISIONS
from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from sim.ui.shared import choices, costs, frames, theme, wording
from sim.ui.shared.choices import Level
from sim.ui.shared.setup import Setup
from sim.ui.shared.templates import render

HEAD = "What nations choose"
"""The heading of the panel."""


def panel(now: Setup, mine: frames.View, base: frames.View, reference: str, same: bool) -> Markup:
    """One sentence on what moved most, and a table by actor and decision."""
    names = costs.labels(now.spec)
    said = sentence(now.spec, mine, base, reference, same)
    unit = (
        f"Medians at the end of each year; small: 90% range. {DECISIONS['licensing'].label}: {LEVERS['licensing'].help}"
    )
    groups = [
        {"name": group, "rows": [_row(now, label, key, mine, base, same) for label, key in rows]}
        for group, rows in _groups(mine.decided, names).items()
    ]
    heads = [f"End of {choices.TODAY}", f"End of {mine.year}", *([] if same else [f"{mine.year}, {reference}"])]
    half = len(frames.SEATS)
    blocks = [part for part in (groups[:half], groups[half:]) if part]
    return theme.heading(HEAD, unit) + render(
        "explore/choices.html", sentence=said, heads=heads, blocks=blocks, head=HEAD
    )


def sentence(spec: Scenario, mine: frames.View, base: frames.View, reference: str, same: bool) -> str:
    """What moved most: against the reference, or against today where the settings are the reference."""
    names = costs.labels(spec)
    called = {actor: costs.place_of(actor, names) for actor in names}
    if same:
        return choices.since(mine.decided, mine.year, called)
    return choices.sentence(mine.decided, base.decided, reference, called)


def _groups(decided: choices.Levels, names: dict[str, str]) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    """Rows by who decides: superpowers with a row per decision, allies and hubs with a row per actor."""
    found: dict[str, list[tuple[str, tuple[str, str]]]] = {}
    for actor, name in decided:
        decision = DECISIONS[name]
        alone = bool(decision.actor)
        group = names[actor] if alone else f"{LEVERS[decision.lever].who}: {wording.inside(decision.label)}"
        label = decision.label if alone else names[actor]
        found.setdefault(group, []).append((label, (actor, name)))
    return found


def _row(
    now: Setup, label: str, key: tuple[str, str], mine: frames.View, base: frames.View, same: bool
) -> dict[str, Any]:
    name, level, usual = key[1], mine.decided[key], base.decided.get(key)
    cells = [_cell(name, level.now), _cell(name, level.then)]
    if not same:
        cells.append(_reference(name, level, usual))
    return {"label": label, "how": _how(now, name, level), "cells": cells}


def _how(now: Setup, name: str, level: Level) -> str:
    """What stands under a decision: its unit where that is no share, and why nobody chooses it."""
    unit = DECISIONS[name].unit
    fixed = choices.fixed_by(now, name) if level.how == choices.FIXED else ""
    habit = "by habit" if level.how == choices.BY_HABIT else ""
    return "; ".join(filter(None, ("" if unit == "share" else unit, fixed, habit)))


def _cell(name: str, level: choices.Span) -> dict[str, str]:
    """The median, and the range where there is one."""
    middle, span = choices.amount(name, level[1]), choices.span(name, level)
    return {"middle": choices.worded(name, level[1]), "span": "" if span == middle else span}


def _reference(name: str, level: Level, usual: Level | None) -> dict[str, str]:
    """The reference's level where another one is shown there."""
    if usual is None:
        return {"middle": "–", "span": ""}
    theirs = _cell(name, usual.then)
    return {"middle": "same", "span": ""} if theirs == _cell(name, level.then) else theirs
