"""Documents of the Federal Register, held against the rules and turns that cite them, which people write by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from scenarios.errors import InputError, shown
from sim.refresh.releases import Release
from sim.refresh.sheets import BY_HAND, Change, Kept

NEEDED = ("document_number", "publication_date", "title", "type")
DAY = re.compile(r"[12]\d{3}-[01]\d-[0-3]\d")
CITED = re.compile(r"federalregister\.gov/d/([A-Z0-9]+-\d+)")
BINDING = ("Rule", "Presidential Document")
"""Types of documents that change what is allowed."""
MOST_TOLD = 20
"""Uncited documents that are named one by one."""


class Document(NamedTuple):
    """One document."""

    number: str
    published: str
    effective: str | None
    title: str
    type: str


def documents(releases: Sequence[Release], note: Callable[[str], None]) -> list[Document]:
    """The documents of all files, each once.

    Raises:
        InputError: for a document without a needed field, with a wrong date, or with two versions.
    """
    found: dict[tuple[str, str], tuple[Release, int, Document]] = {}
    for release in releases:
        for at, raw in enumerate(release.tree["results"], start=1):
            document = _document(release, at, raw)
            key = document.number, document.published  # numbers were used again before 2016
            if key in found:
                other, first, before = found[key]
                if before != document:
                    raise release.fault(f"document {at} ({document.number}) differs from {other.name} document {first}")
                note(
                    f"{release.name} document {at}: {document.number} repeats {other.name} document {first}; read once"
                )
                continue
            found[key] = release, at, document
        pages = release.tree.get("total_pages")
        if isinstance(pages, int) and pages > len(releases):
            note(f"{release.name}: is one of {pages} pages; download the others into the same folder")
    return [document for _, _, document in found.values()]


def _document(release: Release, at: int, raw: Any) -> Document:
    missing = [name for name in NEEDED if not isinstance(raw, dict) or not raw.get(name)]
    if missing:
        raise release.fault(f"document {at} lacks {', '.join(missing)}; ask with fields[]= for each, and effective_on")
    for name in NEEDED:
        if not isinstance(raw[name], str):
            raise release.fault(f"document {at}: {name} {shown(raw[name])} is no text")
    for name in ("publication_date", "effective_on"):
        day = raw.get(name)
        if day is not None and not DAY.fullmatch(str(day)):
            raise release.fault(f"document {at}: {name} {shown(day)} is not a date; valid: 2026-09-30")
    if raw["publication_date"] > release.date:
        day = raw["publication_date"]
        raise release.fault(f"document {at} is of {day}, after the release ({release.date}, by its {release.dated_by})")
    return Document(raw["document_number"], raw["publication_date"], raw.get("effective_on"), raw["title"], raw["type"])


def compare(
    releases: Sequence[Release],
    cited: Sequence[tuple[str, Any]],
    tell: Callable[[Change | Kept], None],
    note: Callable[[str], None],
) -> None:
    """Say where a document and a row that cites it give different dates, and which documents no row cites.

    Args:
        releases: answers of the API.
        cited: names of tables and their rows (rules and turns).
        tell: called with each row that differs; it stays.
        note: called with each binding document that no row cites.

    Raises:
        InputError: for what is wrong with a file.
    """
    found = documents(releases, note)
    if not found:
        raise InputError(f"{releases[0].name}: has no document; ask the Federal Register for something else")
    rows = [(table, row, number) for table, row in cited for number in CITED.findall(row.url or "")]
    for document in found:
        for table, row, number in rows:
            if number == document.number:
                _differs(document, table, row, tell)
    known = {number for _, _, number in rows}
    new = sorted((d for d in found if d.number not in known and d.type in BINDING), key=lambda d: d.published)
    for document in new[-MOST_TOLD:]:
        note(f"{document.number} ({document.published}, {document.type}) is cited by no rule or turn: {document.title}")
    if len(new) > MOST_TOLD:
        note(f"{len(new) - MOST_TOLD} earlier documents are cited by none either")


def _differs(document: Document, table: str, row: Any, tell: Callable[[Change | Kept], None]) -> None:
    start = getattr(row, "start", None)  # a turn is dated by its announcement
    days = {document.published, document.effective} - {None}
    if start and start not in days:
        text = f"{BY_HAND}: begins {start}; {document.number} was published {document.published}"
        tell(Kept(table, row.id, text + (f" and takes effect {document.effective}" if document.effective else "")))
