"""The track record on the Evidence page: sealed forecasts, and their running score."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sim.forecast import wording as say
from sim.forecast.score import Score, Scored, total
from sim.forecast.sealed import LEVELS
from sim.ui.evidence.html import Cell, flag, rows, under
from sim.ui.shared import quantity


def title(found: Sequence[Score]) -> str:
    """The heading: how many of the questions are answered."""
    every = total([each for one in found for each in one.questions])
    return f"Forecasts sealed in advance: {every.answered} of {every.questions} questions answered"


def text(found: Sequence[Score]) -> str:
    """The running score, and what the newest forecast says."""
    return f"{say.running(found)} {say.expects(found[-1].forecast)}"


def label(one: Score) -> str:
    """What stands on the fold of a forecast."""
    forecast = one.forecast
    return (
        f"All {len(one.questions)} questions for {forecast.first} to {forecast.last}, sealed on "
        f"{say.day(forecast.sealed)}"
    )


def table(one: Score) -> Markup:
    """Every question of a forecast: median, 90% range, the forecast without a model, and the answer."""
    heads = ("Question", "Median", "90% range", "Without a model", "Answer")
    body, before = [], ""
    for each in one.questions:
        # A source stands once over the questions that it answers.
        body.append(_row(each, each.question.source if each.question.subject != before else ""))
        before = each.question.subject
    return rows(heads, body)


def _row(each: Scored, source: str) -> list[Cell]:
    question = each.question
    low, high = question.at(0.05), question.at(0.95)
    naive = quantity.amount(question.naive.quantiles[LEVELS.index(0.5)], question.unit)
    return [
        (under(question.asks, source), ""),
        (quantity.amount(question.at(0.5), question.unit), "n"),
        (quantity.span(low, high, question.unit), "n"),
        (naive, "n"),
        (_answer(each), ""),
    ]


def _answer(each: Scored) -> str | Markup:
    """The outcome and whether it lies in the range, or from when on it is known."""
    if each.outcome is None:
        due = f"known after {say.day(each.question.answered_from)}"
        return due if each.waits else under(due, each.why)
    kind, where = ("good", "inside") if each.inside90 else ("bad", "outside")
    return Markup("{} {}").format(quantity.amount(each.outcome, each.question.unit), flag(where, kind))


def foot(one: Score) -> Markup:
    """How anybody can check the forecast."""
    forecast = one.forecast
    return Markup(
        "{:,} futures under current policy, data to {}, version {}. The file <code>scenarios/forecasts/{}.json</code> "
        "has the SHA-256 <code>{}</code>."
    ).format(forecast.runs, forecast.data_until, forecast.polarity, forecast.name, forecast.hash)
