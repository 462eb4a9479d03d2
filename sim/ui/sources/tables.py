"""What Polarity rests on, as rows for a page: rules, inputs, chips, other people's figures and recorded facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from markupsafe import Markup

from calibration.record import ids, read
from scenarios import load, names
from scenarios.parameters import parameters
from scenarios.rules import history
from scenarios.tables import table
from sim.ui.shared import sources, wording

FACTS = {
    "stocks": "Compute owned or rented", "supply_history": "Chips produced",
    "imports_quarters": "China's legal imports",
    "china_channels": "China's compute by channel", "domestic_supply": "Chinese fabs",
    "frontier": "Record models", "frontier_quarters": "Frontier by quarter", "training_runs": "Training runs",
    "spending": "Spending", "units": "Costs and quantities", "power": "Power", "actors": "Starting state",
    "turns": "Turns of governments", "conflicts": "Sources that disagree",
}  # fmt: skip
"""Tables of recorded facts, by the name under which people see them."""


class Line(NamedTuple):
    """One line of a list of sources."""

    date: str
    what: str
    source: Markup
    url: str | None


def _line(row: Any, what: str, date: str = "") -> Line:
    return Line(date or row.as_of, what, sources.cited(row.source, row.url), row.url)


def rules() -> list[Line]:
    """Control rules, by the date from which they hold."""
    return [_line(row, row.title, row.start) for row in sorted(history(), key=lambda row: row.start)]


def inputs() -> list[Line]:
    """Uncertain inputs, in the order of the table."""
    return [_line(row, row.label) for row in parameters().values()]


def chips() -> list[Line]:
    """Products whose data the model uses."""
    return [_line(row, row.product) for row in table("chips")]


def projections() -> list[Line]:
    """Other people's figures; those of one publication are one line."""
    return list(_grouped((row, row.author) for row in table("projections")))


def facts() -> list[Line]:
    """Recorded facts; rows of a table that rest on the same source are one line."""
    return list(_grouped((row, label) for name, label in FACTS.items() for row in table(name)))


def _grouped(rows: Iterable[tuple[Any, str]]) -> Iterator[Line]:
    """Rows with the same words and the same source as one line, which says how many they are."""
    found: dict[tuple[str, str, str | None], list[Any]] = {}
    for row, what in rows:
        found.setdefault((what, row.source, row.url), []).append(row)
    for (what, _, _), same in found.items():
        more = f" ({len(same)} figures)" if len(same) > 1 else ""
        yield _line(same[0], f"{what}{more}", max(row.as_of for row in same))


def readings() -> list[Line]:
    """Readings of chips that results of the calibration are made of; those of one publication are one line."""
    found: dict[tuple[str, str], list[Any]] = {}
    for row in (row for name in ids() for row in read(name).readings):
        found.setdefault((row["title"], row["url"]), []).append(row)
    return [
        Line(max(row["as_of"] for row in same), wording.listed(sorted({row["chip"] for row in same})),
             sources.cited(f"{same[0]['author']}, {title}", url or None), url or None)
        for (title, url), same in found.items()
    ]  # fmt: skip


def scenarios() -> list[Line]:
    """Sources that scenarios of the library name."""
    return [
        Line(source.date, load(name).title, sources.cited(source.title, source.url or None), source.url or None)
        for name in names() for source in load(name).sources
    ]  # fmt: skip


def with_address(lines: list[Line]) -> int:
    """How many lines lead to a public page."""
    return sum(bool(line.url) for line in lines)
