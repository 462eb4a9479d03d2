"""One refresh: the releases of a folder read, checked, compared and written, with what it does to the edge."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scenarios.errors import InputError
from scenarios.parameters import parameters
from scenarios.rules import history
from scenarios.tables import DATA, table
from sim import checkout
from sim.checks import checked
from sim.refresh import census, chips, clusters, edge, index, lock, metr, register, releases, runs
from sim.refresh.lock import Entry
from sim.refresh.releases import Release
from sim.refresh.sheets import FORMS, Cells, Change, Kept, Sheet, sheet
from sim.refresh.sources import SOURCES

Sheets = dict[str, Sheet]


@dataclass
class Report:
    """What a refresh found, and what it wrote."""

    checked: bool
    """Whether it only looked: nothing is written then."""
    changed: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """File → why nothing of it was taken."""
    passed: list[str] = field(default_factory=list)
    """Files and folders that are no releases."""
    locked: list[Entry] = field(default_factory=list)
    """Entries of the files that were read."""
    edge: list[str] = field(default_factory=list)
    """The values that runs start from, before and after all changes, where they move."""
    written: list[str] = field(default_factory=list)
    """Files that were written."""

    def summary(self) -> dict[str, Any]:
        """The report as JSON content."""
        return {
            "changed": [
                {"table": c.table, "row": c.row, "old": c.old, "new": c.new, "source": c.source, "file": c.file,
                 "edge": c.edge}
                for c in self.changed
            ],
            "locked": [entry.model_dump(mode="json") for entry in self.locked],
            "kept": [{"table": k.table, "row": k.row, "why": k.why} for k in self.kept],
            "refused": [{"file": name, "why": why} for name, why in self.refused.items()],
            "edge": self.edge, "notes": self.notes, "not_read": self.passed, "written": self.written,
            "checked_only": self.checked,
        }  # fmt: skip


@checked
def refresh(folder: Path | str, data: Path | str | None = None, check: bool = False, date: str | None = None) -> Report:
    """Bring the data tables up to the releases in a folder.

    Args:
        folder: downloaded files; subfolders are not read.
        data: the folder of the tables; by default that of the source code, and nothing where only a package is
            installed, unless `check` is set.
        check: only say what would change.
        date: day of releases that carry none in their name, YYYY-MM-DD; by default that of the folder's name, then the
            time of the file.

    Raises:
        InputError: where the folder cannot be read, a table of the project is wrong, or there is nowhere to write. A
            wrong release is no error: it is in `Report.refused`, and nothing of it is taken.
    """
    target = _target(data, check)
    report, entries = Report(check), lock.read(target)
    sheets: Sheets = {name: sheet(name, target) for name in FORMS}
    before = {name: copy.deepcopy(found.rows) for name, found in sheets.items()}
    read, report.passed = releases.found(Path(folder), date, report.refused.__setitem__)
    if not read and not report.refused:
        raise InputError(f"--from {folder}: has no {', '.join(releases.READ)} file; put the downloaded files there")
    accepted: list[Release] = []
    for group in _groups(read, entries, report):
        accepted += _take(group, sheets, report)
    after = {name: found.rows for name, found in sheets.items()}
    report.changed = [replace(c, edge=edge.effect(c.table, before, _alone(before, c, sheets))) for c in report.changed]
    old, new = edge.measures(before), edge.measures(after)
    report.edge = [edge.told(new[key], old[key].value) for key in new if new[key].value != old[key].value]
    report.locked = _entries(accepted, entries, report.changed)
    if not check:
        _write(target, sheets, before, entries, report)
    return report


def _target(data: Path | str | None, check: bool) -> Path:
    """The data folder to change."""
    if data is not None:
        if not (Path(data) / "frontier.csv").is_file():
            raise InputError(f"--to {data}: holds no data tables; give a copy of scenarios/data")
        return Path(data)
    if not check and not checkout.is_checkout():
        raise InputError(
            "data refresh: the tables of an installed package are part of its version and are not written; add"
            " --check to see what would change, or --to FOLDER with a copy of the tables"
        )
    return DATA


def _groups(read: Sequence[Release], entries: Sequence[Entry], report: Report) -> Iterable[list[Release]]:
    """Releases by source, without those that are refused before anything of them is compared."""
    for source in SOURCES.values():
        group = [release for release in read if release.source is source]
        if source.id == "metr":
            group = _of_the_newest_suite(group, entries, report)
        if len(group) > 1 and not source.several:
            names = ", ".join(release.name for release in group)
            for release in group:
                report.refused[release.name] = (
                    f"{release.name}: is one of several releases ({names}); leave one of them"
                )
            continue
        names_of: dict[str, str] = {}
        for release in list(group):
            first = names_of.setdefault(release.sha256, release.name)
            if first != release.name:
                report.notes.append(f"{release.name}: is the same file as {first}; read once")
                group.remove(release)
        group = [release for release in group if _passes(report, release, lambda r: lock.check(r, entries))]
        if group:
            yield group


def _of_the_newest_suite(group: list[Release], entries: Sequence[Entry], report: Report) -> list[Release]:
    """METR's releases without those of an unknown or older task suite."""
    known = [release for release in group if _passes(report, release, metr.version)]
    versions = [metr.version(release) for release in known]
    versions += [entry.version for entry in entries if entry.source == "metr" and entry.version]
    return [r for r in known if _passes(report, r, lambda r: metr.check_version(r, max(versions)))]


def _passes(report: Report, release: Release, test: Callable[[Release], object]) -> bool:
    try:
        test(release)
    except InputError as error:
        report.refused[release.name] = str(error)
        return False
    return True


def _take(group: list[Release], sheets: Sheets, report: Report) -> list[Release]:
    """Take the releases of one source, all or nothing; a wrong one of several does not stop the others.

    Returns:
        Those that were taken.
    """
    while group:
        trial = {name: replace(found, rows=copy.deepcopy(found.rows)) for name, found in sheets.items()}
        changed: list[Change] = []
        kept: list[Kept] = []
        notes: list[str] = []

        def tell(event: Change | Kept, changed: list[Change] = changed, kept: list[Kept] = kept) -> None:
            if isinstance(event, Change):
                changed.append(event)
            else:
                kept.append(event)

        try:
            _read(group, trial, tell, notes.append)
        except InputError as error:
            wrong = next((r for r in group if str(error).startswith(r.name)), group[0])
            report.refused[wrong.name] = str(error)
            group = [release for release in group if release is not wrong]
            continue
        sheets |= trial
        report.changed += changed
        report.kept += kept
        report.notes += notes
        return group
    return []


def _read(
    group: list[Release], sheets: Sheets, tell: Callable[[Change | Kept], None], note: Callable[[str], None]
) -> None:
    """Hold the releases of one source against the tables, which change in place."""
    first, source = group[0], group[0].source.id
    if source == "eci":
        index.both(first, sheets, tell, note)
    elif source == "models":
        runs.refresh_runs(group, sheets["training_runs"], tell, note)
    elif source == "chip_sales":
        chips.sales(first, sheets["supply_history"], tell, note)
    elif source == "chip_owners":
        chips.owners(first, sheets, tell, note)
    elif source == "clusters":
        clusters.refresh_shares(first, sheets["conflicts"], tell, note)
    elif source == "metr":
        scores = [(row["model"], row["date"], float(row["eci"])) for row in sheets["frontier"].rows]
        metr.compare(first, scores, dict(parameters()), tell, note)
    elif source == "census":
        census.refresh_exports(group, sheets["us_exports"], tell, note)
        census.compare(sheets["us_exports"], table("units"), tell)
    else:
        cited = [("rules", row) for row in history()] + [("turns", row) for row in table("turns")]
        register.compare(group, cited, tell, note)


def _alone(before: Mapping[str, list[Cells]], change: Change, sheets: Sheets) -> dict[str, Sequence[Cells]]:
    """The tables before the refresh with one change."""
    form = FORMS[change.table]
    called = Sheet(change.table, Path(), []).called
    rows = [dict(row) for row in before[change.table]]
    at = next((i for i, row in enumerate(rows) if called(row) == change.row), None)
    if change.new is None and at is not None:
        del rows[at]
    elif change.new is not None and at is not None:
        rows[at] |= change.new
    elif change.new is not None:
        rows.append({column: "" for column in form.schema.model_fields} | change.new)
    return {**before, change.table: rows}


def _entries(accepted: Sequence[Release], entries: Sequence[Entry], changed: Sequence[Change]) -> list[Entry]:
    """Lock entries of the files that were read; a file that is locked already keeps its entry."""
    known = {(entry.source, entry.sha256): entry for entry in entries}
    return [
        known.get((release.source.id, release.sha256))
        or Entry(
            file=release.name, source=release.source.id, publisher=release.source.publisher, url=release.source.url,
            date=release.date, dated_by=release.dated_by, sha256=release.sha256, license=release.source.license,
            rows=release.rows, rows_changed=sum(change.file == release.name for change in changed),
            version=metr.version(release) if release.source.id == "metr" else None,
        )
        for release in accepted
    ]  # fmt: skip


def _write(
    target: Path, sheets: Sheets, before: Mapping[str, list[Cells]], entries: list[Entry], report: Report
) -> None:
    """Write the tables that changed, then the lock file."""
    for name, found in sheets.items():
        if found.rows != before[name]:
            found.save()
            report.written.append(found.path.name)
    if report.locked and lock.write(target, lock.merged(entries, report.locked)):
        report.written.append(lock.NAME)
