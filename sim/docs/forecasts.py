"""Tables of the documentation about the track record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sim.forecast import sealed, wording as say
from sim.forecast.score import score

Table = Callable[[Sequence[str], Iterable[Sequence[Any]]], str]


def blocks(table: Table) -> dict[str, Callable[[], str]]:
    """Blocks by the name that stands in their marker; `table` writes one."""
    return {"track_record": _running, "forecasts": lambda: _forecasts(table)}


def _running() -> str:
    """The running score, and what the newest forecast says."""
    found = sealed.every()
    newest = f" {say.expects(found[-1])}" if found else ""
    return f"{say.running([score(one) for one in found])}{newest}\n"


def _forecasts(table: Table) -> str:
    """Every question of every sealed forecast."""
    parts = [say.running([score(one) for one in sealed.every()]) + "\n"]
    for one in sealed.every():
        rows = (
            (each.question.asks, say.unit_of(each.question.unit), say.middle(each), say.span(each), say.naive(each),
             each.question.answered_from, f"`{each.question.table}`: {each.question.row}", say.answer(each))
            for each in score(one).questions
        )  # fmt: skip
        head = ("Question", "Unit", "Median", "90% range", "Naive", "Answered from", "Row that answers", "Answer")
        parts.append(
            f"`{one.name}`, sealed on {say.day(one.sealed)} by version {one.polarity}, with data to {one.data_until} "
            f"and {one.runs:,} futures; SHA-256 `{one.hash}`:\n\n{table(head, rows)}"
        )
    return "\n".join(parts)
