"""What a policy changes for one actor, in a terminal."""

from __future__ import annotations

from sim.analysis.board import Board
from sim.analysis.seat import shown, told
from sim.cli.text import layout


def board(found: Board) -> None:
    """Print what moves most in a sentence, and the board by group."""
    page = layout.console()
    table = layout.table(
        f"{found.label} in {found.year}: {found.spec.title}, against {found.base.title}", "", "", "Unit", "Before",
        "After", "Change", "90%", "", left=3,
    )  # fmt: skip
    group = ""
    for row in found.rows:
        line = shown(row)
        head = row.group if row.group != group else ""
        table.add_row(head, row.label, line.unit, line.before, line.after, line.change, line.span, line.ratio)
        group = row.group
    layout.put(page, told(found), table)
    page.print(f"Means of {found.runs} futures that share their random draws. {layout.FOOTER}")
