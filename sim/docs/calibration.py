"""Tables of the calibration in the documentation, from the result in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from calibration import rows
from calibration.record import IN_USE, CalibrationRecord, ids, read

Table = Callable[[Sequence[str], Iterable[Sequence[Any]]], str]


def blocks(table: Table) -> dict[str, Callable[[], str]]:
    """Blocks by the name that stands in their marker; `table` writes one."""

    def sheet(make: Callable[[CalibrationRecord], rows.Sheet]) -> Callable[[], str]:
        def block() -> str:
            found = make(read(IN_USE))
            return table(found.columns, found.rows)

        return block

    return {
        "calibration_results": lambda: table(("Result", "Made", "What it is", ""), map(_listed, ids())),
        "calibration_grid": sheet(lambda r: rows.grid(r.cells)),
        "calibration_fit": lambda: _fit(read(IN_USE), table),
        "calibration_levers": sheet(lambda r: rows.levers(r.lever_runs)),
        "calibration_rl": sheet(lambda r: rows.reinforcement(r.rl)),
        "calibration_updates": sheet(lambda r: rows.updates("", (*r.hardware, *r.gains, *r.work, *r.frontier))),
        "calibration_readings": lambda: _readings(table),
        "calibration_shifts": lambda: _list((*rows.shifts(read(IN_USE)), *rows.notes(read(IN_USE)))),
        "calibration_roofline": sheet(lambda r: rows.kappas(r.roofline)),
        "calibration_checks": sheet(lambda r: rows.checks(r.checks)),
        "calibration_side_by_side": sheet(lambda _: rows.side_by_side(_measured())),
        "calibration_costs": lambda: _costs(read(IN_USE), table),
    }


def _readings(table: Table) -> str:
    """Priors and posteriors of the results of readings."""
    found = [record for record in map(read, ids()) if record.kind == "readings"]
    sheets = [rows.updates("", (*record.hardware, *record.work)) for record in found]
    return "\n".join(table(sheet.columns, sheet.rows) for sheet in sheets)


def _measured() -> list[CalibrationRecord]:
    return [record for record in map(read, ids()) if record.kind == "measured"]


def _listed(name: str) -> tuple[str, str, str, str]:
    record = read(name)
    return f"`{name}`", record.made, record.summary, "in use" if name == IN_USE else ""


def _list(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines) or "Nothing is shifted.\n"


def _fit(record: CalibrationRecord, table: Table) -> str:
    if record.fit is None:
        return "No law was fitted.\n"
    law, forms = rows.law(record.fit), rows.forms(record.fit)
    return (
        f"{table((law.title, law.columns[1]), law.rows)}\n{rows.verdict(record.fit)}\n\n"
        f"{table(forms.columns, forms.rows)}"
    )


def _costs(record: CalibrationRecord, table: Table) -> str:
    made, sheet = record.provenance, rows.costs(record)
    if made is None:
        return "Nothing was measured.\n"
    return (
        table(sheet.columns, sheet.rows)
        + f"\n`{made.command}` on {record.device}, torch {made.versions['torch']}, {made.corpus['files']} files of the "
        f"standard library (manifest `{made.corpus['manifest']}`), commit `{made.commit[:12]}`; the grid took "
        f"{made.flop['grid']:.2g} FLOP. {rows.utilization(record)} Raw log: `calibration/results/{made.log}`.\n"
    )
