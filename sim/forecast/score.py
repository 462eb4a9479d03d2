"""Scores of sealed forecasts against the data of a later day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.errors import InputError, unknown
from scenarios.quarters import number
from sim.ensemble.rng import Array
from sim.forecast.answers import Data, Figures, NoTable
from sim.forecast.sealed import LEVELS, Forecast, Question
from sim.forecast.subjects import SUBJECTS
from sim.hindcast import scores
from sim.short import Short

LOW, HIGH = LEVELS.index(0.05), LEVELS.index(0.95)
"""Places of the ends of the 90% range among the quantiles."""


@dataclass(frozen=True)
class Scored:
    """A question, and its score where the data answer it."""

    question: Question
    outcome: float | None = None
    as_of: str = ""
    """Date of the answer's source."""
    crps: float | None = None
    """Of the forecast, on the scale of the question; lower is better."""
    naive_crps: float | None = None
    inside90: bool | None = None
    width: float | None = None
    """The naive forecast's 90% range on that scale: what scores of several units are added up in."""
    why: str = ""
    """Why there is no outcome yet."""
    waits: bool = False
    """Whether that is only because the data have no answer yet."""
    known_now: float | None = None
    """What the data now say of the period that was the last known one at sealing, where that was revised."""

    def summary(self) -> dict[str, Any]:
        """What the command line prints as JSON."""
        return {
            "id": self.question.id, "asks": self.question.asks, "unit": self.question.unit,
            "quantiles": dict(zip((f"{level:g}" for level in LEVELS), self.question.quantiles, strict=True)),
            "answered_from": self.question.answered_from, "outcome": self.outcome, "as_of": self.as_of or None,
            "crps": self.crps, "naive_crps": self.naive_crps, "inside90": self.inside90, "why": self.why or None,
            "known_then": self.question.known_value, "known_now": self.known_now,
        }  # fmt: skip


@dataclass(frozen=True)
class Total:
    """Scores of several questions together."""

    questions: int
    answered: int
    inside90: float | None
    """Share of the answers that lie in the 90% range; None without an answer."""
    relative_crps: float | None
    """CRPS as a multiple of the naive forecast's; below 1 the forecast is nearer. None without an answer."""


@dataclass(frozen=True, repr=False)
class Score(Short):
    """A sealed forecast with the scores of its questions."""

    forecast: Forecast
    questions: tuple[Scored, ...]

    @property
    def total(self) -> Total:
        """All its questions together."""
        return total(self.questions)

    def summary(self) -> dict[str, Any]:
        """What the command line prints as JSON."""
        forecast = self.forecast
        return {
            "name": forecast.name, "sealed": forecast.sealed, "sha256": forecast.hash, **vars(self.total),
            "questions": [each.summary() for each in self.questions], "asked": len(self.questions),
        }  # fmt: skip


def total(questions: Sequence[Scored]) -> Total:
    """Scores of questions together: each CRPS in units of the naive forecast's 90% range, then added up."""
    known = [each for each in questions if each.outcome is not None]
    if not known:
        return Total(len(questions), 0, None, None)
    widths = np.array([each.width for each in known])
    own, naive = (np.array([getattr(each, name) for each in known]) for name in ("crps", "naive_crps"))
    inside = float(np.mean([bool(each.inside90) for each in known]))
    return Total(len(questions), len(known), inside, float((own / widths).sum() / (naive / widths).sum()))


def score(forecast: Forecast, data: Data | None = None) -> Score:
    """The score of a sealed forecast against an edition of the data, by default the package's.

    Raises:
        InputError: for a table of the data that has a wrong row.
    """
    edition = Data() if data is None else data
    return Score(forecast, tuple(scored(question, edition) for question in forecast.questions))


def scored(question: Question, data: Data) -> Scored:
    """A question with its score, or with the reason why it has none yet."""
    subject = SUBJECTS.get(question.subject)
    if subject is None:
        return Scored(question, why=f"this version knows no quantity called {question.subject}")
    try:
        figures = subject.figures(data)
    except NoTable as error:
        return Scored(question, why=str(error))
    revised = _revised(question, figures)
    answer = figures.get(number(question.quarter))
    if answer is None:
        return Scored(question, why="not in the data yet", waits=True, known_now=revised)
    if answer.as_of < question.answered_from:
        why = f"the data hold a figure of {answer.as_of}; one of {question.answered_from} or later answers"
        return Scored(question, why=why, waits=True, known_now=revised)
    scale = subject.series.scale
    own, naive = (scale(np.array(points)) for points in (question.quantiles, question.naive.quantiles))
    value = float(scale(answer.value))
    return Scored(
        question, answer.value, answer.as_of, scores.crps(own, value), scores.crps(naive, value),
        question.quantiles[LOW] <= answer.value <= question.quantiles[HIGH], _width(naive), known_now=revised,
    )  # fmt: skip


def _width(points: Array) -> float:
    """A 90% range, which a forecast of one number lacks: it is then given the smallest that counts."""
    return max(float(points[HIGH] - points[LOW]), float(np.finfo(float).eps))


def _revised(question: Question, figures: Figures) -> float | None:
    """The figure of the last period known at sealing, where the data now have another one."""
    now = figures.get(number(question.known_quarter))
    return None if now is None or now.value == question.known_value else now.value


def chosen(forecasts: Sequence[Forecast], names: Sequence[str]) -> list[Forecast]:
    """The forecasts of these names, or all of them.

    Raises:
        InputError: for a name that none has.
    """
    known = {forecast.name: forecast for forecast in forecasts}
    for name in names:
        if not known:
            raise InputError(f"forecast {name}: no forecast is sealed here; `polarity forecast seal` seals one")
        if name not in known:
            raise unknown("forecast", name, known)
    return [known[name] for name in names] if names else list(forecasts)
