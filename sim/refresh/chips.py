"""Epoch AI's chip sales and owners, cumulative by designer, as production and China's legal purchases by quarter.

A quarter is the difference of two cumulative medians, with the relative interval of the cumulative total. The source
curates Huawei, Cambricon, xAI and smuggled chips by hand, and so does this project: those rows are never taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from scenarios.errors import InputError
from scenarios.quarters import DATA_UNTIL, label, number
from sim.engine.recorded import SUPPLY_UNTIL
from sim.refresh.files import Line, counted
from sim.refresh.releases import Release
from sim.refresh.sheets import BY_HAND, Change, Kept, Proposal, Sheet, apply, check_units, why_kept
from sim.refresh.sources import OWNER, SPELLINGS, spelled

FAMILIES = {"Nvidia": "nvidia", "Google": "tpu", "AMD": "amd", "Amazon": "trainium"}
"""Designer → family of `supply_history.csv`."""
HAND_DESIGNERS = ("Huawei", "Cambricon")
CHINA = ("China", "China (official)")
HAND_OWNERS = ("China (smuggled)", "China(smuggled)", "xAI")
H100E_PER_UNIT = (0.01, 30.0)
"""H100-equivalents of one chip: outside these, units and H100e are not in the same unit."""
LEAST_H100E = 2000.0
"""A quarter of China's purchases is not known better than this either way, in H100e."""
ROUNDING = 2.0
"""Chips or H100e by which a difference of two rounded totals may move without meaning anything."""
FLOW = "Difference of cumulative medians; relative 5-95% interval of the cumulative total applied to the flow"
BOUGHT = "Difference of cumulative medians; relative interval of the cumulative total, at least 2000 H100e either side"


@dataclass(frozen=True)
class Total:
    """A cumulative row: 5th percentile, median and 95th of H100e and units from the start of a series to a quarter."""

    line: Line
    quarter: int
    start: int
    h100e: tuple[float, float, float]
    units: tuple[float, float, float]


@dataclass(frozen=True)
class Flow:
    """What one quarter adds."""

    quarter: int
    h100e: tuple[float, float, float]
    units: tuple[float, float, float]
    total: Total
    first: bool


def totals(release: Release, lines: list[Line], what: str) -> list[Total]:
    """The cumulative rows of one series without incomplete quarters, in order and without a gap.

    Raises:
        InputError: for a series that skips a quarter, starts in the middle, falls, or is in other units.
    """
    found: list[Total] = []
    for line in lines:
        row = _total(release, line)
        if row is not None:
            found.append(row)
    found.sort(key=lambda row: row.quarter)
    for before, row in pairwise(found):
        if row.quarter == before.quarter:
            raise row.line.fault(f"repeats {what} of {label(row.quarter)}, which is in row {before.line.row}; keep one")
        if row.quarter != before.quarter + 1:
            raise row.line.fault(f"follows {label(before.quarter)}: {what} has no row for {label(before.quarter + 1)}")
        if row.h100e[1] < before.h100e[1] or row.start != before.start:
            raise row.line.fault(
                f"{what} falls from row {before.line.row}, or its series starts another day; a total grows"
            )
    if found and found[0].quarter != found[0].start:
        raise found[0].line.fault(f"{what} begins with {label(found[0].quarter)} and starts in {label(found[0].start)}")
    return found


def _total(release: Release, line: Line) -> Total | None:
    """One row; None for a quarter that the source marks as incomplete."""
    name = {key: spelled(release.header, names) or "" for key, names in SPELLINGS.items()}
    flag = line.cells.get("incomplete", line.cells.get("Incomplete", "")).strip().lower()
    note = line.cells.get("notes", line.cells.get("Notes", "")).strip().lower()
    if flag in ("true", "checked", "1", "yes") or note.startswith("incomplete"):
        return None
    quarter, start = line.quarter_end(name["end"]), line.day(name["start"], american=True)
    h100e, units = [
        [line.number(name[key], 0.0) for key in keys]
        for keys in (("low", "h100e", "high"), ("units_low", "units", "units_high"))
    ]
    if None in h100e or None in units:
        raise line.fault("lacks a number; valid: median, 5th and 95th percentile of units and of H100e")
    one = tuple(value for value in h100e if value is not None)
    other = tuple(value for value in units if value is not None)
    if not (one[0] <= one[1] <= one[2] and other[0] <= other[1] <= other[2]):
        raise line.fault("has a median outside its 5th and 95th percentile")
    if other[1] and not H100E_PER_UNIT[0] <= one[1] / other[1] <= H100E_PER_UNIT[1]:
        raise line.fault(
            f"has {one[1] / other[1]:.2g} H100e a chip; valid: {H100E_PER_UNIT[0]:g} to {H100E_PER_UNIT[1]:g}."
            " Are units or H100e in thousands?"
        )
    first = int(start[:4]) * 4 + (int(start[5:7]) - 1) // 3
    return Total(line, number(quarter), first, (one[0], one[1], one[2]), (other[0], other[1], other[2]))


def flows(rows: list[Total]) -> list[Flow]:
    """What each quarter adds; the first one is its total."""
    result, before = [], None
    for row in rows:
        h100e = _part(row.h100e, before.h100e[1] if before else 0.0)
        units = _part(row.units, before.units[1] if before else 0.0)
        result.append(Flow(row.quarter, h100e, units, row, before is None))
        before = row
    return result


def _part(total: tuple[float, float, float], before: float) -> tuple[float, float, float]:
    flow = max(total[1] - before, 0.0)
    scale = flow / total[1] if total[1] else 0.0
    return total[0] * scale, flow, total[2] * scale


def sales(release: Release, target: Sheet, tell: Callable[[Change | Kept], None], note: Callable[[str], None]) -> None:
    """Bring `supply_history.csv` up to a release of chip sales.

    Raises:
        InputError: for what is wrong with the file, and for a series that ends before what is recorded from it.
    """
    designer = spelled(release.header, SPELLINGS["designer"]) or ""
    of: dict[str, list[Line]] = {}
    for line in release.lines:
        of.setdefault(line.cells[designer].strip(), []).append(line)
    of["Nvidia"] = of.get("Nvidia", []) + of.pop("NVIDIA", [])
    proposals = []
    for name, lines in of.items():
        if name in HAND_DESIGNERS:
            tell(Kept("domestic_supply", name, f"{BY_HAND}: {counted(len(lines), 'row')} of the release not taken"))
        elif name not in FAMILIES:
            note(f"{release.name} row {lines[0].row}: designer {name!r} has no family; valid: {', '.join(FAMILIES)}")
        else:
            proposals += _of_family(release, FAMILIES[name], lines, target, note)
    if not proposals:
        raise InputError(f"{release.name}: has no complete quarter of {', '.join(FAMILIES)}; is it cut off?")
    check_units(target, "h100e_p50", proposals)
    for proposal in proposals:
        apply(target, proposal, tell)


def _of_family(
    release: Release, family: str, lines: list[Line], target: Sheet, note: Callable[[str], None]
) -> list[Proposal]:
    made = flows(totals(release, lines, family))
    ends = made[-1].quarter if made else 0
    known = [r for r in target.rows if r["family"] == family and why_kept(r, release) is None and r["tier"] == "data"]
    last = max((number(row["quarter"]) for row in known), default=0)
    if ends < last:
        raise InputError(
            f"{release.name}: {family} ends before {label(last)}, which is recorded from it; is it cut off?"
        )
    late = [label(flow.quarter) for flow in made if flow.quarter > SUPPLY_UNTIL]
    if late:
        note(
            f"{release.name}: {family} from {late[0]} on is left out; recorded production ends with"
            f" {label(SUPPLY_UNTIL)} (SUPPLY_UNTIL in sim/engine/recorded.py)"
        )
    return [
        Proposal(
            "supply_history", release,
            {"quarter": label(flow.quarter), "family": family, "units_p50": _whole(flow.units[1])}
            | dict(zip(("h100e_p05", "h100e_p50", "h100e_p95"), map(_whole, flow.h100e), strict=True)),
            note=FLOW + ". First quarter of the series" * flow.first, rounding=ROUNDING,
        )
        for flow in made if flow.quarter <= SUPPLY_UNTIL
    ]  # fmt: skip


def owners(
    release: Release, sheets: Mapping[str, Sheet], tell: Callable[[Change | Kept], None], note: Callable[[str], None]
) -> None:
    """Bring China's legal purchases and their sum at year ends up to a release of chip owners.

    Raises:
        InputError: for what is wrong with the file.
    """
    owner, designer = spelled(release.header, OWNER) or "", spelled(release.header, SPELLINGS["designer"]) or ""
    bought: list[Line] = []
    hand: dict[str, int] = {}
    for line in release.lines:
        who, whose = line.cells[owner].strip(), line.cells[designer].strip()
        if who in HAND_OWNERS or whose in HAND_DESIGNERS:
            held = f"{who} {whose}"
            hand[held] = hand.get(held, 0) + 1
        elif who in CHINA and whose.lower() == "nvidia":
            bought.append(line)
    for held, count in hand.items():
        tell(Kept("stocks", held, f"{BY_HAND}: {counted(count, 'row')} of the release not taken"))
    made = flows(totals(release, bought, "China's legal stock"))
    if not made:
        raise InputError(f"{release.name}: has no complete quarter of Nvidia chips owned in China; is it cut off?")
    edge = number(DATA_UNTIL)
    late = [label(flow.quarter) for flow in made if flow.quarter > edge]
    if late:
        note(f"{release.name}: {late[0]} and later are left out; the record ends with {DATA_UNTIL}")
    made = [flow for flow in made if flow.quarter <= edge]
    purchases = [_purchase(release, flow, per) for flow, per in zip(made, _per_h100e(made), strict=True)]
    check_units(sheets["imports_quarters"], "h100e", purchases)
    for proposal in purchases:
        apply(sheets["imports_quarters"], proposal, tell)
    for flow in made:
        if flow.quarter % 4 == 3:
            apply(sheets["stocks"], _stock(release, flow), tell)


def _per_h100e(made: list[Flow]) -> list[float]:
    """Chips an H100e in each quarter; of the quarter before where nothing was bought."""
    result, last = [], 1.0
    for flow in made:
        last = flow.units[1] / flow.h100e[1] if flow.h100e[1] and flow.units[1] else last
        result.append(last)
    return result


def _purchase(release: Release, flow: Flow, chips_per_h100e: float) -> Proposal:
    low, middle, high = flow.h100e
    low, high = max(min(low, middle - LEAST_H100E), 0.0), max(high, middle + LEAST_H100E)
    chips = flow.units if middle else (0.0, flow.units[1], high * chips_per_h100e)
    values = dict(zip(("h100e_low", "h100e", "h100e_high"), map(_whole, (low, middle, high)), strict=True))
    values |= dict(zip(("chips_low", "chips", "chips_high"), map(_whole, chips), strict=True))
    return Proposal(
        "imports_quarters", release, {"quarter": label(flow.quarter), **values}, note=BOUGHT, rounding=ROUNDING
    )


def _stock(release: Release, flow: Flow) -> Proposal:
    values = dict(zip(("low", "h100e", "high"), map(_whole, flow.total.h100e), strict=True))
    values |= {"quarter": label(flow.quarter), "owner": "china_legal"}
    return Proposal("stocks", release, values, note="NVIDIA chips bought legally since 2022", rounding=ROUNDING)


def _whole(value: float) -> str:
    return str(round(value))
