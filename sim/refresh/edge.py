"""What a refresh does to the values that runs start from: the last recorded quarter, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios.quarters import DATA_UNTIL, FIRST, end_date, label, number
from sim.engine.recorded import SUPERPOWERS, SUPPLY_UNTIL
from sim.refresh.sheets import Cells

NAMES = {"united_states": "the US", "china": "China"}
UNREAD = {
    "frontier": "no run reads it; pages list its models",
    "imports_quarters": "no run starts from it; history is compared with it",
    "stocks": "no run starts from it; history is compared with it",
    "conflicts": "no run reads it; it lists sources that disagree",
    "us_exports": "no run reads it; recorded sales are held against it",
}
"""Tables from which no run starts, and what they are for."""
PAST = "no change at the edge; it moves the past that runs are weighed by"
Tables = Mapping[str, Sequence[Cells]]


@dataclass(frozen=True)
class Measure:
    """One value that runs start from."""

    name: str
    unit: str
    value: float


def measures(tables: Tables) -> dict[str, Measure]:
    """The edge of the record.

    Args:
        tables: rows of `frontier_quarters`, `supply_history` and `training_runs`, as text.

    Returns:
        By name: the frontier of both superpowers (ECI points at the end of the last quarter with data), US-designed
        chips made in the last quarter with production data and since the first simulated one (H100e), and the latest
        record run of both (FLOP). A value that a table does not have is left out.
    """
    found = [_frontier(tables, actor) for actor in SUPERPOWERS] + [_run(tables, actor) for actor in SUPERPOWERS]
    made = {q: 0.0 for q in range(FIRST, SUPPLY_UNTIL + 1)}
    for row in tables["supply_history"]:
        if number(row["quarter"]) in made:
            made[number(row["quarter"])] += float(row["h100e_p50"])
    last, first = label(SUPPLY_UNTIL), label(FIRST)
    found.append(Measure(f"US-designed chips made in {last}", "H100e", made[SUPPLY_UNTIL]))
    found.append(Measure(f"US-designed chips made since {first}", "H100e", sum(made.values())))
    return {measure.name: measure for measure in found if measure is not None}


def _frontier(tables: Tables, actor: str) -> Measure | None:
    rows = [row for row in tables["frontier_quarters"] if (row["quarter"], row["actor"]) == (DATA_UNTIL, actor)]
    return (
        Measure(f"Frontier of {NAMES[actor]}, end of {DATA_UNTIL}", "ECI points", float(rows[0]["eci"]))
        if rows
        else None
    )


def _run(tables: Tables, actor: str) -> Measure | None:
    rows = [row for row in tables["training_runs"] if (row["actor"], row["record"]) == (actor, "yes")]
    rows = [row for row in rows if row["date"] <= end_date(DATA_UNTIL)]
    if not rows:
        return None
    last = max(rows, key=lambda row: row["date"])  # the latest record, as runs read it
    return Measure(f"Latest record run of {NAMES[actor]}", "FLOP", float(last["flop"]))


def told(measure: Measure, before: float) -> str:
    """One value before and after, in words."""
    after = measure.value
    if measure.unit == "ECI points":
        return f"{measure.name}: {before:.2f} → {after:.2f} {measure.unit} ({after - before:+.2f})"
    shown = ("{:.3g}" if measure.unit == "FLOP" else "{:,.0f}").format
    change = f" ({100 * (after / before - 1):+.1f}%)" if before else ""
    return f"{measure.name}: {shown(before)} → {shown(after)} {measure.unit}{change}"


def effect(table: str, before: Tables, after: Tables) -> str:
    """What one change does, in words.

    Args:
        table: the table that it is in.
        before: the tables without it.
        after: the tables with it alone.
    """
    if table in UNREAD:
        return UNREAD[table]
    old, new = measures(before), measures(after)
    moved = [told(new[key], old[key].value) for key in new if key in old and new[key].value != old[key].value]
    return "; ".join(moved) or PAST
