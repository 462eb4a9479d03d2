"""What a policy changes for one actor, in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.schema import Scenario
from sim.analysis.board import Board
from sim.analysis.reach import FELT, Reach
from sim.analysis.seat import shown, told
from sim.cli.text import layout
from sim.results.wording import signed


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


def levers(rows: Sequence[Reach], base: Scenario, year: int, runs: int) -> None:
    """Print what a partner can decide by itself, and the line on another's board that moves most."""
    page = layout.console()
    table = layout.table(
        f"What it can decide by itself, and who else feels it most in {year}: {base.title}", "Lever", "At", "Felt by",
        "Line", "Change", "US lead, months", left=4,
    )  # fmt: skip
    for row in rows:
        table.add_row(
            row.label, f"{row.setting:g} {row.unit}", row.felt_by, row.measure, f"{row.share:+.0%}".replace("-", "−"),
            signed(row.lead_months, 2),
        )  # fmt: skip
    layout.put(page, table)
    felt = sum(row.felt for row in rows)
    page.print(
        f"{felt} of {len(rows)} move a line on another's board by {FELT:.0%} or more, at one end of their range. "
        f"Means of {runs} futures that share their random draws. {layout.FOOTER}"
    )
