"""What `polarity forecast` prints for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.cli.text import layout
from sim.forecast import wording as say
from sim.forecast.score import Score, Scored, score
from sim.forecast.sealed import Forecast

NOTE = (
    "Median and 90% range of futures under current policy. Naive: the last value, or the trend of two years, "
    "whichever was nearer in the past. CRPS (continuous ranked probability score): lower is better; runs, chips, price "
    "and spending in factors of ten, the index in points."
)


def listed(found: Sequence[Forecast]) -> None:
    """A line for each sealed forecast."""
    page = layout.console()
    if not found:
        page.print("No forecast is sealed here; `polarity forecast seal` seals one.")
        return
    table = layout.table("", "Forecast", "Sealed", "Data to", "Version", "Questions", "Futures", left=4)
    for one in found:
        table.add_row(one.name, one.sealed, one.data_until, one.polarity, str(len(one.questions)), f"{one.runs:,}")
    hashes = "\n".join(f"{one.hash}  {one.name}" for one in found)
    layout.put(page, table, f"SHA-256, which agree with the contents:\n{hashes}")


def sealed(one: Forecast, path: Path) -> None:
    """What was sealed, and where."""
    page = layout.console()
    table = layout.table("", "Question", "Unit", "Median", "90% range", "Answered from", left=2)
    for each in score(one).questions:
        question = each.question
        table.add_row(
            question.asks, say.unit_of(question.unit), say.middle(each), say.span(each),
            question.answered_from,
        )  # fmt: skip
    layout.put(page, table)
    page.print(f"Sealed on {one.sealed} with data to {one.data_until}, {one.runs:,} futures, seed {one.seed}.")
    page.print(f"SHA-256 {one.hash}")
    page.print(str(path), soft_wrap=True)


def scored(found: Sequence[Score]) -> None:
    """The running score, and every question with its answer."""
    page = layout.console()
    page.print(say.running(found))
    page.print()
    for one in found:
        table = layout.table(
            f"{one.forecast.name}, sealed on {one.forecast.sealed}", "Question", "Answer", "Unit", "Median",
            "90% range", "CRPS", "Naive", left=3,
        )  # fmt: skip
        for each in one.questions:
            table.add_row(*_row(each))
        revised = "\n".join(filter(None, map(_revised, one.questions)))
        layout.put(page, table, *([revised] if revised else []))
    if found:
        page.print(NOTE)


def _row(each: Scored) -> tuple[str, ...]:
    question = each.question
    scores = ("–" if value is None else f"{value:.3g}" for value in (each.crps, each.naive_crps))
    return (
        question.asks, say.answer(each), say.unit_of(question.unit), say.middle(each),
        say.span(each), *scores,
    )  # fmt: skip


def _revised(each: Scored) -> str:
    """What the data now say of the last period known at sealing, where they say something else."""
    if each.known_now is None:
        return ""
    question = each.question
    then, now = (say.value(value, question.unit) for value in (question.known_value, each.known_now))
    return f"{question.asks}: the figure of {question.known_quarter} was revised from {then} to {now} since."
