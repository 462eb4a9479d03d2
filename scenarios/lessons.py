"""Lesson plans for a class: minute by minute, with questions. The app's page for the teacher and the docs read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scenarios.errors import InputError
from scenarios.tables import DATA, Line, read

WHEN = {"before": "Before the lesson", "discuss": "To discuss", "after": "After the lesson"}
"""When a question is asked, in words."""


class Step(BaseModel):
    """Some minutes of a lesson."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    lesson: int = Field(description="minutes that the whole lesson takes")
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    title: Line
    says: Line
    clicks: Line
    does: Line
    scenario: Line
    future: str = Field("", description="an outcome, drawn1 or medians; empty where nothing is opened")
    quarter: str = ""
    claim: str = ""


class Question(BaseModel):
    """A question for the class, in every lesson that is long enough."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    shortest: int = Field(description="minutes of the shortest lesson with it")
    when: Literal["before", "discuss", "after"]
    question: Line


@dataclass(frozen=True)
class Lesson:
    """A lesson: how long it takes, its steps in their order, and its questions by when they are asked."""

    minutes: int
    steps: tuple[Step, ...]
    questions: Mapping[str, tuple[str, ...]]


@cache
def lessons() -> Mapping[int, Lesson]:
    """All lessons by their minutes.

    Raises:
        InputError: for a wrong row, or minutes of a lesson that leave a gap.
    """
    steps, asked = read(Step, DATA / "lessons.csv"), read(Question, DATA / "lesson_questions.csv")
    found = {}
    for minutes in sorted({step.lesson for step in steps}):
        mine = tuple(step for step in steps if step.lesson == minutes)
        _whole(minutes, mine)
        questions = {
            when: tuple(row.question for row in asked if row.when == when and row.shortest <= minutes) for when in WHEN
        }
        found[minutes] = Lesson(minutes, mine, MappingProxyType(questions))
    return MappingProxyType(found)


def _whole(minutes: int, steps: tuple[Step, ...]) -> None:
    """Refuse a lesson whose steps do not follow one another from its first minute to its last."""
    ends = [0, *(step.end for step in steps)]
    gap = next((step for end, step in zip(ends, steps, strict=False) if step.start != end), None)
    if gap or ends[-1] != minutes or any(one >= two for one, two in pairwise(ends)):
        where = f"at minute {gap.start}" if gap else f"at its end, minute {ends[-1]}"
        raise InputError(f"lessons.csv, lesson of {minutes} minutes: the steps leave a gap {where}")
