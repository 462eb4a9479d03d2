"""Names for futures that do not tell how they end: a letter for each outcome, in an order of each scenario's own."""

from __future__ import annotations

import hashlib

from scenarios import BASELINE
from scenarios.lessons import Step
from sim.results.outcomes.polarity import CLASSES

LETTERS = "ABCD"
"""Names of the futures that stand for one outcome each."""


def letters(scenario: str) -> dict[str, str]:
    """The letter of the future that stands for each outcome class under a scenario of this name.

    The order differs between scenarios, so that a letter tells nothing to whoever has seen another one end. It does not
    depend on a simulation, so that a lesson plan can name its futures.
    """
    order = sorted(CLASSES, key=lambda name: hashlib.sha256(f"{scenario}/{name}".encode()).digest())
    return dict(zip(order, LETTERS, strict=True))


def told(text: str, scenario: str) -> str:
    """A text of a lesson plan, with futures by their letters: `{two_power}` becomes `future B`."""
    return text.format(**{name: f"future {letter}" for name, letter in letters(scenario).items()})


def address(step: Step) -> str:
    """What a step of a lesson opens, below the address of the app, such as `teach?step=B:2026-Q3`; or nothing."""
    if not step.future:
        return ""
    future = letters(step.scenario).get(step.future, step.future)
    found = {"scenario": "" if step.scenario == BASELINE else step.scenario, "present": "1",
             "step": f"{future}:{step.quarter}", "claim": step.claim}  # fmt: skip
    return "teach?" + "&".join(f"{name}={value}" for name, value in found.items() if value)
