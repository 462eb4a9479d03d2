"""What a policy changes for one actor, in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.schema import Scenario
from sim.analysis.board import Board, Row
from sim.analysis.reach import FELT, Reach
from sim.cli.text import layout
from sim.results.wording import signed


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
