"""US exports by month, country and HS10 good, from answers of the Census API; the table only grows.

An answer holds what somebody asked for, so that several answers add up to one table. It says what leaves the United
States: most servers with US chips are built in Taiwan and Mexico and never show here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from scenarios.errors import InputError, as_number, shown
from scenarios.tables import Unit
from sim.refresh.files import Line, counted
from sim.refresh.releases import Release
from sim.refresh.sheets import BY_HAND, Change, Kept, Proposal, Sheet, apply

ASKED = ("E_COMMODITY", "CTY_CODE", "ALL_VAL_MO")
TO_CHINA = "5700"
"""Country code of China."""
TOOLS = "8486"
"""Heading of machines that make chips."""
MONTHS = 12
"""A year with fewer is not whole."""


def table(release: Release) -> list[Line]:
    """The rows of an answer.

    Raises:
        InputError: for an answer without a header row, without the columns that are needed, or with a short row.
    """
    header = [str(cell) for cell in release.tree[0]]
    missing = [name for name in ASKED if name not in header]
    if not ("time" in header or {"YEAR", "MONTH"} <= set(header)):
        missing.append("time (or YEAR and MONTH)")
    if missing:
        raise release.fault(f"row 1 lacks {', '.join(missing)}; ask with get={','.join(ASKED)},CTY_NAME&COMM_LVL=HS10")
    if "DF" in header:
        raise release.fault("asks for domestic and foreign goods apart (DF); leave DF out, so that a row is the total")
    lines = []
    for row, cells in enumerate(release.tree[1:], start=2):
        if not isinstance(cells, list) or len(cells) != len(header):
            raise release.fault(f"row {row} does not have the {len(header)} cells of the header; it breaks off there")
        lines.append(
            Line(release.name, row, {c: "" if v is None else str(v) for c, v in zip(header, cells, strict=True)})
        )
    return lines


def refresh_exports(
    releases: Sequence[Release], target: Sheet, tell: Callable[[Change | Kept], None], note: Callable[[str], None]
) -> None:
    """Add months to `reference/us_exports.csv`.

    Raises:
        InputError: for what is wrong with an answer.
    """
    seen: dict[tuple[str, str, str], tuple[Line, float]] = {}
    proposals = []
    for release in releases:
        hidden, groups = [], 0
        for line in table(release):
            month, code, partner = _month(line), line.cells["E_COMMODITY"].strip(), line.cells["CTY_CODE"].strip()
            if month > release.date[:7]:
                raise line.fault(f"is of {month}, after the release itself ({release.date}, by its {release.dated_by})")
            if not re.fullmatch(r"\d{10}", code):
                raise line.fault(f"E_COMMODITY {shown(code)} is not HS10; ask with COMM_LVL=HS10")
            if not re.fullmatch(r"[1-9]\d{3}", partner):
                groups += 1  # a dash is the world and 0003 the European Union: they hold the countries again
                continue
            value = as_number(line.cells["ALL_VAL_MO"])
            if value is None:
                hidden.append(line.row)
                continue
            if not 0 <= value < math.inf:
                raise line.fault(f"ALL_VAL_MO {value:g} is below 0 or not finite; valid: US dollars")
            if (month, code, partner) in seen:
                first, before = seen[month, code, partner]
                if before != value:
                    raise line.fault(
                        f"has {value:g} dollars, and {first.file} row {first.row} has {before:g} for the same"
                    )
                note(f"{release.name} row {line.row}: repeats {first.file} row {first.row}; read once")
                continue
            seen[month, code, partner] = line, value
            values = {"month": month, "hs10": code, "partner": partner, "value_usd": f"{value:.0f}"}
            values["country"] = line.cells.get("CTY_NAME", "").strip() or partner
            proposals.append(Proposal("us_exports", release, values, note=""))
        _say(release, hidden, groups, note)
    if not proposals:
        raise InputError(f"{releases[0].name}: has no value of a country; ask with CTY_CODE and without SUMMARY_LVL")
    for proposal in proposals:
        apply(target, proposal, tell)


def _say(release: Release, hidden: list[int], groups: int, note: Callable[[str], None]) -> None:
    if hidden:
        rows = ", ".join(map(str, hidden[:5])) + (" …" if len(hidden) > 5 else "")
        note(
            f"{release.name}: {counted(len(hidden), 'value')} suppressed or missing (row {rows}):"
            " left out, and not taken as 0"
        )
    if groups:
        note(f"{release.name}: {counted(groups, 'row')} of groups of countries left out, which would count twice")


def _month(line: Line) -> str:
    month = line.cells.get("time") or f"{line.cells.get('YEAR')}-{line.cells.get('MONTH', ''):0>2}"
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        raise line.fault(f"time {shown(month)} is not a month; valid: 2026-07")
    return month


def compare(target: Sheet, units: Sequence[Unit], tell: Callable[[Change | Kept], None]) -> None:
    """Hold whole years of exports of chip tools to China against the recorded sales, which stay.

    Args:
        target: the table of exports.
        units: rows of the table of units.
        tell: called with each year that both have.
    """
    months: dict[int, set[str]] = {}
    dollars: dict[int, float] = {}
    for row in target.rows:
        if row["partner"] == TO_CHINA and row["hs10"].startswith(TOOLS):
            year = int(row["month"][:4])
            months.setdefault(year, set()).add(row["month"])
            dollars[year] = dollars.get(year, 0.0) + float(row["value_usd"])
    for unit in units:
        recorded = (unit.actor, unit.quantity) == ("united_states", "tools_to_china_usd_bn")
        if recorded and len(months.get(unit.year, ())) == MONTHS:
            text = f"{BY_HAND}: sales of {unit.value:g} billion dollars; exports of HS {TOOLS} from the US to China"
            exported = f"{dollars[unit.year] / 1e9:.1f} billion"
            tell(Kept("units", f"{unit.actor} {unit.quantity} {unit.year}", f"{text} in that year: {exported}"))
