"""The questions of autumn 2026 as scenarios, one file each: the folder is the registry."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from scenarios import load
from scenarios.errors import unknown
from scenarios.schema import Scenario

FOLDER = Path(__file__).parent


@cache
def questions() -> dict[str, Scenario]:
    """Id (Q1, Q2, …) → its scenario, in order."""
    return {f"Q{int(path.stem[1:3])}": load(path) for path in sorted(FOLDER.glob("q*.yaml"))}


def question(text: str) -> Scenario:
    """The scenario of a question by its id.

    Raises:
        InputError: for no question.
    """
    found = questions()
    if text.upper() not in found:
        raise unknown("question", text, found)
    return found[text.upper()]
