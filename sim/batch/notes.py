"""Notes on a plan or a study, one line each: settings with less effect than they seem to have, and stray files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.packages import packages
from scenarios.partner_levers import ALL_LEVERS
from sim.batch import identity

if TYPE_CHECKING:
    from sim.batch.plan import Plan
    from sim.batch.study import Study

LOOKED_AT = 24
"""Settings of scenarios at which it is tried what acts; spread over all of them where a plan has more."""
NAMED = 5
"""Scenarios, files or folders that a line names before it counts the rest."""


def of_plan(plan: Plan, tried: bool = True) -> tuple[str, ...]:
    """What an axis replaces, and what has no effect at some setting.

    Args:
        plan: the study.
        tried: whether to simulate a few futures to find out what acts; without it, dates and rules alone are looked at.
    """
    return (*_replaced(plan), *_without_effect(plan, tried))


def _replaced(plan: Plan) -> Iterator[str]:
    for name in plan.design.levers:
        dated = [spec.name for spec in plan.scenarios if isinstance(spec.levers.get(name), Mapping)]
        if dated:
            label = f"{ALL_LEVERS[name].label} ({name})"
            yield f"The axis of {label} replaces the dated path of {_listed(dated)} at every setting."
    for name in plan.design.paths:
        if own := [spec.name for spec in plan.scenarios if name in spec.levers]:
            label = f"{ALL_LEVERS[name].label} ({name})"
            yield f"The axis of paths of {label} replaces what {_listed(own)} sets, at every setting."
    for player, names in plan.design.packages.items():
        levers = dict.fromkeys(lever for name in names for lever in packages(player)[name].levers)
        if own := [spec.name for spec in plan.scenarios if any(lever in spec.levers for lever in levers)]:
            yield f"Packages of {player} replace levers that {_listed(own)} sets."
    for name in plan.design.parameters:
        own = [spec.name for spec in plan.scenarios if name in spec.parameters]
        if own:
            yield f"The axis of the parameter {name} replaces what {_listed(own)} gives for it, at every setting."


def _without_effect(plan: Plan, tried: bool) -> Iterator[str]:
    from sim.batch.design import points
    from sim.inert import without_effect

    total = len(plan.scenarios) * plan.points_per_scenario
    spread = range(0, total, -(-total // LOOKED_AT))
    chosen = sorted({*spread, *range(0, total, plan.points_per_scenario)})  # and every scenario once
    looked_at: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for number, point in zip(chosen, points(plan, set(chosen)), strict=True):
        looked_at[point.scenario] += 1
        said = without_effect(point.spec, plan.horizon, tried and number in spread)
        found.update((point.scenario, text) for text in said)
    for (scenario, text), count in found.items():
        every = looked_at[scenario]
        yield f"{scenario}{'' if count == every else f', at {count} of {every} settings checked'}: {text}"


def of_study(study: Study) -> tuple[str, ...]:
    """Files in and beside the folder of a study that are not part of it."""
    return tuple(text for text in (_own(study.folder), _beside(study), _strangers(study)) if text)


def _own(folder: Path) -> str:
    """Of a study that another version has made."""
    made = made_with(folder)
    if made is None or not (other := _difference(made, identity.stamp())):
        return ""
    return f"{folder.name} was made by {other}; `polarity batch` on its plan starts another folder."


def _beside(study: Study) -> str:
    """Of studies of the same name, made by other versions than this one."""
    mine = made_with(study.folder) or identity.stamp()
    found = []
    for folder in sorted(study.folder.parent.glob(f"{study.plan.name}-*")):
        made = made_with(folder) if folder.name != study.folder.name else None
        if made is not None and (other := _difference(made, mine)):
            found.append(f"{folder.name} ({other})")
    return f"Other folders beside it, not read: {_listed(found)}." if found else ""


def _strangers(study: Study) -> str:
    found = study.strangers()
    return f"Not part of the study, not touched and not read: {_listed(found)}." if found else ""


def made_with(folder: Path) -> dict[str, Any] | None:
    """What the study in a folder was made with; None where there is none that can be read."""
    import yaml

    try:
        content = yaml.safe_load((folder / "plan.yaml").read_text(encoding="utf-8"))
        made = content["made_with"]
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        return None
    return dict(made) if isinstance(made, dict) else None


def _difference(made: Mapping[str, Any], mine: Mapping[str, Any]) -> str:
    """By what something was made, where that is not what made this; empty where it is the same."""
    if made.get("engine") != mine.get("engine") or made.get("polarity") != mine.get("polarity"):
        return f"Polarity {made.get('polarity', '(unknown version)')}, engine {made.get('engine', 'unknown')}"
    there, here = made.get("platform"), mine.get("platform")
    if there == here or not isinstance(there, dict) or not isinstance(here, dict):
        return ""
    unlike = [f"{name} {there.get(name)}" for name in here if there.get(name) != here[name]]
    return f"the same engine on another platform: {', '.join(unlike)}"


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
