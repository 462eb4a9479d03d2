"""Results in a terminal."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.table import Table

from calibration import rows
from calibration.laws import Law
from calibration.record import CalibrationRecord

WIDTH = 120
"""Columns of what is written into a file or a pipe."""


def _console() -> Console:
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH
    return Console(file=sys.stdout, width=wide, markup=False, emoji=False, highlight=False)


def show(sheet: rows.Sheet) -> None:
    """Print a table under its title."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for i, name in enumerate(sheet.columns):
        table.add_column(name, justify="left" if i < sheet.left else "right", header_style="dim")
    for row in sheet.rows:
        table.add_row(*row)
    console = _console()
    console.print(sheet.title, style="bold")
    console.print(table)
    console.print()


def law(found: Law) -> None:
    """Print a law fitted to a table of losses."""
    show(rows.fitted_law(found))
    for line in rows.law_notes(found):
        _console().print(f"· {line}")


def result(record: CalibrationRecord) -> None:
    """Print a whole result."""
    console = _console()
    console.print(f"{record.id}: {record.summary}\n", style="bold")
    if record.kind == "literature":
        _literature(record)
        return
    if record.kind == "readings":
        _readings(record)
        return
    for content, sheet in (
        (record.bench, rows.bench), (record.cells, rows.grid), (record.lever_runs, rows.levers),
        (record.rl, rows.reinforcement),
    ):  # fmt: skip
        if content:
            show(sheet(content))
    if record.fit is None:
        console.print("No law was fitted: too few cells, or too little time.\n")
    else:
        show(rows.law(record.fit))
        console.print(f"{rows.verdict(record.fit)}\n")
        show(rows.forms(record.fit))
    show(rows.updates("Hardware: reachable share of peak", record.hardware))
    show(rows.updates("Levers", record.gains))
    show(rows.updates("Whole pieces of work: share of peak on one chip", record.work))
    show(rows.updates("Exponents of the frontier", record.frontier))
    if record.bench:
        show(rows.work(record))
    show(rows.kappas(record.roofline))
    show(rows.checks(record.checks))
    show(rows.costs(record))
    console.print(f"{rows.utilization(record)}\n")
    if said := rows.left_out(record):
        _console().print(f"{said}\n")
    for line in (*rows.notes(record), *(f"The simulator: {line}" for line in rows.shifts(record))):
        console.print(f"· {line}")


def _readings(record: CalibrationRecord) -> None:
    show(rows.readings(record))
    show(rows.updates("Hardware: reachable share of peak", record.hardware))
    show(rows.updates("Whole pieces of work: share of peak on one chip", record.work))
    show(rows.kappas(record.roofline))
    show(rows.checks(record.checks))
    if said := rows.left_out(record):
        _console().print(f"{said}\n")
    for line in (*rows.notes(record), *(f"The simulator: {line}" for line in rows.shifts(record))):
        _console().print(f"· {line}")


def _literature(record: CalibrationRecord) -> None:
    fractions = [(f.quantity, f.vendor, rows.span(f), f.source) for f in record.fractions]
    show(rows.Sheet("Fractions of peak", ("Quantity", "Whose", "Value", "Source"), fractions, left=4))
    levers = [(v.label, v.unit, rows.span(v.prior), v.source) for v in record.levers]
    show(rows.Sheet("Levers", ("Lever", "Unit", "Prior", "Source"), levers, left=4))
