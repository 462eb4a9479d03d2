"""What a refresh of the data says."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from sim import checkout
from sim.cli.text.layout import console, put, table
from sim.refresh import Report
from sim.refresh.files import counted

REMADE = ("frontier_quarters", "supply_history", "training_runs", "imports_quarters", "stocks")
"""Tables that the simulated past or the record rests on."""
LINES = 40
"""Most rows that are listed one by one; --json has all."""


def _cells(cells: Mapping[str, str] | None, missing: str) -> str:
    return missing if cells is None else ", ".join(f"{name} {cell or 'empty'}" for name, cell in cells.items())


def refreshed(report: Report) -> None:
    """What changed and what it does, what was kept, refused and locked, and what is to do next."""
    page = console()
    what = "would change" if report.checked else "changed"
    changed, refused = counted(len(report.changed), "row"), counted(len(report.refused), "file")
    page.print(f"{changed} {what}; {len(report.kept)} kept; {refused} refused")
    page.print()
    for change in report.changed[:LINES]:
        old, new = _cells(change.old, "new row"), _cells(change.new, "removed: the release no longer has it")
        page.print(f"{change.table}  {change.row}: {old} → {new}", soft_wrap=True)
        page.print(f"    {change.edge}. {change.source}", soft_wrap=True)
    if len(report.changed) > LINES:
        page.print(f"… and {len(report.changed) - LINES} more (--json lists all)")
    if report.changed:
        page.print()
    _list(page, "At the edge of the record", report.edge or ["nothing moves"] * bool(report.changed))
    _list(page, "Kept", [f"{row.table}  {row.row}: {row.why}" for row in report.kept])
    _list(page, "Refused", list(report.refused.values()))
    _list(page, "Notes", report.notes)
    _list(page, "Not read (no CSV, JSON or YAML file)", report.passed)
    if report.locked:
        files = table(
            "Locked" if not report.checked else "Would be locked", "File", "Date", "SHA-256", "License", left=4
        )
        for entry in report.locked:
            files.add_row(entry.file, f"{entry.date} ({entry.dated_by})", (entry.sha256 or "")[:12], entry.license)
        put(page, files)
    _list(page, "Written", report.written)
    if not report.checked and any(change.table in REMADE for change in report.changed):
        page.print(
            checkout.advice(
                "Next: read the difference (git diff), then make what rests on the past again: polarity weights --make,"
                " polarity weights --make --data-until 2025-Q1, make hindcast, make golden and make docs, as in"
                " CONTRIBUTING.md.",
                "Shipped draws and results rest on the tables of this version; runs do not read a copy.",
            ),
            soft_wrap=True,
        )


def _list(page: Console, title: str, lines: list[str]) -> None:
    """A title with lines below, where there are any."""
    if not lines:
        return
    page.print(title, style="bold")
    for line in lines:
        page.print(f"  {line}", soft_wrap=True)
    page.print()
