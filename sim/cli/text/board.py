"""What a policy changes for one actor, in a terminal."""

from __future__ import annotations

from sim.analysis.board import Board, Row
from sim.cli.text import layout


def board(found: Board) -> None:
    """Print the board by group."""
    page = layout.console()
    table = layout.table(
        f"{found.label} in {found.year}: {found.spec.title}, against {found.base.title}", "", "", "Unit", "Before",
        "After", "Change", "90%", left=3,
    )  # fmt: skip
    group = ""
    for row in found.rows:
        table.add_row(row.group if row.group != group else "", row.label, row.unit, *_numbers(row))
        group = row.group
    layout.put(page, table)
    page.print(f"Means of {found.runs} futures that share their random draws. {layout.FOOTER}")


def _numbers(row: Row) -> tuple[str, ...]:
    digits = 2 if max(abs(row.before), abs(row.after)) < 10 else 1 if max(abs(row.before), abs(row.after)) < 1000 else 0
    low, high = row.effect.low or 0.0, row.effect.high or 0.0
    return (
        layout.plain(row.before, digits), layout.plain(row.after, digits), layout.plain(row.effect.mean, digits),
        f"{layout.plain(low, digits)} to {layout.plain(high, digits)}",
    )  # fmt: skip
