"""How nations divide money, compute and people: shares from a run, their names, and what a scenario fixes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from scenarios import uses as known
from scenarios.groups import GROUPS
from scenarios.quarters import DATA_UNTIL, FIRST, number
from scenarios.schema import Scenario, Share
from sim.ui.shared import wording

if TYPE_CHECKING:
    from sim.results.run import Run

SERIES = {"money": "money_use", "compute": "compute_use", "people": "people_use"}
"""What is divided, and the series that holds its shares."""
LABELS: dict[str, dict[str, str]] = {
    "money": {"chips": "Chips", "power": "Data centers and power", "fabs": "Fabs and tools", "people": "People"},
    "compute": {
        "serving": "Serving users", "experiments": "Experiments", "largest_run": "Largest training run",
        "other_pretraining": "Other pretraining", "reinforcement": "Reinforcement learning", "safety": "Safety",
        "idle": "Idle or securing",
    },
    "people": {
        "capability": "Capability research", "applied": "Products", "safety": "Safety",
        "secrecy": "Guarding secrets",
    },
}  # fmt: skip
"""Uses as people read them, in the order in which they are drawn."""
_GIVEN = {"pretraining": "Pretraining"}
"""What a scenario can fix and a run keeps in parts."""
DIVIDERS = {"united_states": "United States", "china": "China", "partners": "All others"}
"""Who divides; all others count together, by what they have."""
NOW = number(DATA_UNTIL) - FIRST
"""The step of the last recorded quarter."""
TELLING = 0.01
"""A difference of shares that is worth a word."""

Shares = dict[str, dict[str, dict[str, tuple[float, float]]]]
"""Who → money, compute or people → use → median share now and at the end of a year."""


def shares(run: Run, year: int) -> Shares:
    """Median shares of a run, now and at the end of a year."""
    result: Shares = {who: {} for who in DIVIDERS}
    for what, name in SERIES.items():
        found = np.median(run[name][[NOW, run.step(year)]], axis=-1)
        parts = run.parts(name)
        for who in DIVIDERS:
            at = {use: parts.index(f"{who}.{use}") for use in LABELS[what]}
            result[who][what] = {use: (float(found[0, place]), float(found[1, place])) for use, place in at.items()}
    return result


def moved(mine: Mapping[str, tuple[float, float]], base: Mapping[str, tuple[float, float]]) -> list[str]:
    """The uses whose share at the end of the year is another than under the reference, by a percentage point or more.

    What is compared is what is shown: whole percentage points would hide a share that went from 3.4 to 4.4.
    """
    return [use for use in mine if round(abs(mine[use][1] - base[use][1]), 9) >= TELLING]


def percent(share: float) -> str:
    """A share with as many digits as it needs: `52%`, `3.4%`."""
    return f"{100 * share:.0f}%" if share >= 0.0995 else f"{100 * share:.1f}%".replace("0.0%", "0%")


def fixed(spec: Scenario) -> str:
    """The shares that a scenario fixes, in words; empty where it fixes none."""
    labels = {row.actor: row.label for row in spec.roster()}
    labels |= {name: group.label for name, group in GROUPS.items()}
    parts = []
    for actor, divided in spec.allocation.items():
        for what, given in divided.items():
            told = [f"{_label(what, use).lower()} {_path(share)}" for use, share in given.items()]
            parts.append(f"{labels.get(actor, actor)}, {what}: {wording.listed(told)}")
    return "; ".join(parts)


def _label(what: str, use: str) -> str:
    return LABELS[what].get(use) or _GIVEN.get(use) or use


def _path(share: Share) -> str:
    if not isinstance(share, Mapping):
        return percent(float(share))
    dated = sorted(share.items(), key=lambda entry: number(str(entry[0])))
    return wording.listed([f"{percent(float(size))} from {date}" for date, size in dated])


assert all(set(known.USES[what]) <= {*LABELS[what], *_GIVEN} for what in LABELS)
