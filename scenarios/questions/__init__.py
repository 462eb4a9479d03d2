"""The questions of autumn 2026 as scenarios, one file each: the folder is the registry."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from scenarios import QUESTIONS, load, question_names
from scenarios.errors import unknown
from scenarios.schema import Scenario


@cache
def questions() -> dict[str, Scenario]:
    """Id (Q1, Q2, …) → its scenario, in order."""
    return {f"Q{int(name[1:3])}": load(name) for name in question_names()}


@cache
def stored() -> dict[str, dict[str, Any]]:
    """Scenario of a question → its answer as `polarity questions --json` gave it for this version."""
    return {one["scenario"]: one for one in json.loads((QUESTIONS / "answers.json").read_text(encoding="utf-8"))}


def question(text: str) -> Scenario:
    """The scenario of a question by its id.

    Raises:
        InputError: for no question.
    """
    found = questions()
    if text.upper() not in found:
        raise unknown("question", text, found)
    return found[text.upper()]
