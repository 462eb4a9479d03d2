"""The project's tables row by row: what a release proposes, what is kept, and how a table is written.

A row is replaced only where it names the source of the release; cells that the release says nothing about stay. A table
is read through its schema before it takes the place of the old one, so that it is written completely or not at all.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, Field

from scenarios.errors import InputError, as_number
from scenarios.tables import Conflict, Frontier, FrontierQuarter, ImportQuarter, Row, Stock, Supply, TrainingRun, read
from sim.refresh.releases import Release

Cells = dict[str, str]
BY_HAND = "curated by hand"


class Export(Row):
    """What the United States exported of one good to one country in one month."""

    month: str = Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")
    hs10: str = Field(pattern=r"^\d{10}$")
    partner: str = Field(pattern=r"^\d{4}$", description="country code of the Census Bureau")
    country: str
    value_usd: float = Field(ge=0)


@dataclass(frozen=True)
class Form:
    """What a table looks like."""

    schema: type[BaseModel]
    key: tuple[str, ...]
    """Columns that name a row."""
    block: tuple[str, ...] = ()
    """Columns that keep rows together; within a block they are in the order of `order`."""
    order: tuple[str, ...] = ()
    file: str = ""
    """Where it is not NAME.csv."""


FORMS: dict[str, Form] = {
    "frontier": Form(Frontier, ("actor", "date", "model"), ("actor",), ("date",)),
    "frontier_quarters": Form(FrontierQuarter, ("quarter", "actor"), (), ("quarter",)),
    "training_runs": Form(TrainingRun, ("actor", "date", "model"), ("actor",), ("date",)),
    "supply_history": Form(Supply, ("quarter", "family"), (), ("quarter",)),
    "imports_quarters": Form(ImportQuarter, ("quarter",), (), ("quarter",)),
    "stocks": Form(Stock, ("quarter", "owner"), ("owner",), ("quarter",)),
    "conflicts": Form(Conflict, ("topic", "source")),
    "us_exports": Form(Export, ("month", "hs10", "partner"), (), ("month", "hs10", "partner"), "reference/us_exports"),
}
"""The tables that a refresh may change. `us_exports` begins with the first release that is read."""


@dataclass(frozen=True)
class Proposal:
    """A row as a release has it."""

    table: str
    release: Release
    values: Cells
    """Cells by column, the key among them."""
    tier: str = "data"
    note: str | None = None
    """Replaces the note; None leaves a recorded one."""
    at: int | None = None
    """Index of the recorded row, where the key alone does not find it."""
    rounding: float = 0.0
    """By how much a number may differ and still be the recorded one."""


@dataclass(frozen=True)
class Change:
    """One row that is new, changed or gone."""

    table: str
    row: str
    old: Cells | None
    new: Cells | None
    source: str
    file: str
    edge: str = ""
    """What it does to the values that runs start from."""


@dataclass(frozen=True)
class Kept:
    """A recorded row that differs from a release and stays."""

    table: str
    row: str
    why: str


@dataclass
class Sheet:
    """One table as text."""

    name: str
    path: Path
    header: list[str]
    rows: list[Cells] = field(default_factory=list)

    @property
    def form(self) -> Form:
        """Its key and schema."""
        return FORMS[self.name]

    def called(self, row: Mapping[str, str]) -> str:
        """A row by its key."""
        return " ".join(row[column] for column in self.form.key if column != "source")

    def find(self, values: Mapping[str, str]) -> int | None:
        """Index of the row with the key of some values."""
        return next(
            (i for i, row in enumerate(self.rows) if all(row[c] == values[c] for c in self.form.key)), None
        )  # fmt: skip

    def text(self) -> str:
        """The table as CSV."""
        page = io.StringIO(newline="")
        writer = csv.DictWriter(page, self.header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return page.getvalue()

    def save(self) -> None:
        """Check the table against its schema, then put it in the place of the old one.

        Raises:
            InputError: where a row does not fit; nothing is written then.
        """
        self.path.parent.mkdir(exist_ok=True)
        with replacing(self.path) as new:
            new.write_text(self.text(), encoding="utf-8", newline="")
            read(self.form.schema, new)

    def insert(self, row: Cells) -> int:
        """Put a new row where it belongs, and say where that is."""
        block = [i for i, old in enumerate(self.rows) if all(old[c] == row[c] for c in self.form.block)]
        place = [row[c] for c in self.form.order]
        before = [i for i in block if [self.rows[i][c] for c in self.form.order] <= place]
        index = before[-1] + 1 if before else block[0] if block else len(self.rows)
        self.rows.insert(index, row)
        return index


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside another that takes its place at the end, unless something went wrong."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    new = Path(name)
    try:
        yield new
        new.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def sheet(name: str, data: Path) -> Sheet:
    """A table of a data folder; one that begins with the first release is empty until then.

    Raises:
        InputError: where a table of the project is missing.
    """
    form = FORMS[name]
    path = data / f"{form.file or name}.csv"
    if form.file and not path.exists():
        return Sheet(name, path, [*form.key, "country", "value_usd", "source", "url", "as_of", "tier", "note"])
    read(form.schema, path)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [{column: cell or "" for column, cell in row.items()} for row in reader]
        return Sheet(name, path, list(reader.fieldnames or ()), rows)


def same(old: str, new: str, rounding: float = 0.0) -> bool:
    """Whether two cells say the same; 125.70 and 125.7 do."""
    one, other = as_number(old), as_number(new)
    return old == new if one is None or other is None else abs(one - other) <= rounding


def apply(target: Sheet, proposal: Proposal, tell: Callable[[Change | Kept], None]) -> None:
    """Change, add or keep one row.

    Args:
        target: the table, changed in place.
        proposal: the row as the release has it.
        tell: called with what happened, unless the row is as it was.
    """
    release = proposal.release
    at = target.find(proposal.values) if proposal.at is None else proposal.at
    cited = {"source": release.source.cite(release.date), "url": release.source.page, "as_of": release.date}
    written = {**cited, "tier": proposal.tier} | ({"note": proposal.note} if proposal.note is not None else {})
    written = {column: cell for column, cell in written.items() if column in target.header}
    if at is None:
        row = dict.fromkeys(target.header, "") | proposal.values | written
        target.insert(row)
        tell(Change(target.name, target.called(row), None, dict(proposal.values), row["source"], release.name))
        return
    row = target.rows[at]
    if all(same(row[column], cell, proposal.rounding) for column, cell in proposal.values.items()):
        return
    moved = {column: cell for column, cell in proposal.values.items() if not same(row[column], cell)}
    reason = why_kept(row, release)
    if reason:
        is_now = ", ".join(f"{column} {row[column] or 'empty'} (release: {cell})" for column, cell in moved.items())
        tell(Kept(target.name, target.called(row), f"{reason}: {is_now}"))
        return
    name, old = target.called(row), {column: row[column] for column in moved}
    row |= moved | written
    tell(Change(target.name, name, old, moved, row["source"], release.name))


def why_kept(row: Mapping[str, str], release: Release) -> str | None:
    """Why a recorded row stays as it is; None if the release may replace it."""
    if not release.source.owns(row):
        return BY_HAND
    if release.source.series == "append":
        return "the series only grows, and the first published value stays"
    if row["as_of"] > release.date:
        return f"the recorded row is newer ({row['as_of']})"
    return None


def remove(target: Sheet, at: Sequence[int], release: Release, tell: Callable[[Change | Kept], None]) -> None:
    """Take rows out that the release no longer has.

    Args:
        target: the table, changed in place.
        at: their indices.
        release: what replaces them; rows it may not replace stay.
        tell: called with each that goes.
    """
    for index in sorted(at, reverse=True):
        row = target.rows[index]
        if why_kept(row, release) is None:
            del target.rows[index]
            old = {column: row[column] for column in target.form.key}
            tell(Change(target.name, target.called(row), old, None, release.source.cite(release.date), release.name))


def check_units(target: Sheet, column: str, proposals: Sequence[Proposal]) -> None:
    """Refuse a release whose values are many times the recorded ones throughout.

    Raises:
        InputError: naming the typical factor.
    """
    factors = []
    for proposal in proposals:
        at = target.find(proposal.values) if proposal.at is None else proposal.at
        old = as_number(target.rows[at][column]) if at is not None else None
        new = as_number(proposal.values[column])
        if old and new:
            factors.append(new / old)
    factors.sort()
    middle = factors[len(factors) // 2] if len(factors) >= LEAST_COMPARED else 1.0
    if not 1 / OTHER_UNIT < middle < OTHER_UNIT:
        raise InputError(
            f"{proposals[0].release.name}: its values are typically {middle:.3g} times the recorded ones"
            f" ({target.name}.csv, {column}); is it in another unit?"
        )


LEAST_COMPARED = 3
"""Rows that a release must share with a table before their units are compared."""
OTHER_UNIT = 5.0
"""A typical factor from which values count as given in another unit."""
