"""The track record in words: shared by the command line, the documents and the app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sim.forecast.score import Score, Scored, Total, score, total
from sim.forecast.sealed import LEVELS, Forecast

BILLION = 1e9
"""US dollars in which totals are written."""


def running(scores: Sequence[Score]) -> str:
    """The running score in a few sentences."""
    if not scores:
        return "No forecast is sealed yet."
    every = total([each for one in scores for each in one.questions])
    sealed = f"{len(scores)} {'forecast' if len(scores) == 1 else 'forecasts'} sealed"
    text = f"{sealed}, {every.answered} of {every.questions} questions answered."
    if not every.answered:
        first = min(each.question.answered_from for one in scores for each in one.questions)
        return f"{text} The first answers are due after {day(first)}."
    return f"{text} {inside(every)} {against(every)}"


def inside(found: Total) -> str:
    """How many answers lie in the 90% range."""
    count = round((found.inside90 or 0.0) * found.answered)
    return f"{count} of {found.answered} answers lie inside the 90% range."


def against(found: Total) -> str:
    """How near the forecasts were, against those without a model."""
    times = found.relative_crps or 0.0
    than = "nearer than" if times < 1 else "no nearer than"
    return f"The forecasts were {than} the naive ones: their errors were {times:.2f} times as large."


def expects(forecast: Forecast) -> str:
    """What a forecast says of the two frontiers at the end of its quarters."""
    questions = {each.question.id: each for each in score(forecast).questions}
    us, china = (questions[f"{who}_eci@{forecast.last}"] for who in ("us", "china"))
    return (
        f"The forecast of {day(forecast.sealed)} puts the US frontier at {middle(us)} points of the Epoch Capabilities "
        f"Index at the end of {forecast.last} (90% range {span(us)}) and the Chinese frontier at {middle(china)} "
        f"({span(china)})."
    )


def middle(each: Scored) -> str:
    """The median of a question."""
    return value(each.question.at(0.5), each.question.unit)


def day(date: str) -> str:
    """A date in words, such as December 31, 2026."""
    found = dt.date.fromisoformat(date)
    return f"{found:%B} {found.day}, {found.year}"


def value(number: float, unit: str) -> str:
    """A number in a unit, without the unit where that stands beside it."""
    if unit == "ECI points":
        return f"{number:.1f}"
    if unit == "FLOP":
        return f"{number:.1e}".replace("e+", "e")
    if unit == "US dollars":
        return f"{number / BILLION:,.0f}"
    return f"{float(f'{number:.3g}'):,.0f}"


def unit_of(unit: str) -> str:
    """How a unit is called beside its numbers."""
    return "billion US dollars" if unit == "US dollars" else unit


def span(each: Scored) -> str:
    """The 90% range of a question."""
    question = each.question
    return f"{value(question.at(0.05), question.unit)} to {value(question.at(0.95), question.unit)}"


def naive(each: Scored) -> str:
    """Median and 90% range of the naive forecast."""
    question = each.question
    low, middle_, high = (
        value(question.naive.quantiles[LEVELS.index(level)], question.unit) for level in (0.05, 0.5, 0.95)
    )
    return f"{middle_} ({low} to {high})"


def answer(each: Scored) -> str:
    """What is known of the outcome."""
    if each.outcome is None:
        return f"due after {each.question.answered_from}" if each.waits else each.why
    where = "inside" if each.inside90 else "outside"
    return f"{value(each.outcome, each.question.unit)}, {where} the 90% range"
