"""Epoch AI's models as record training runs.

Which runs count as records is decided by hand. A release restates the compute of recorded runs, and adds a run that is
larger than every record of its country so far; a speculative one is added without counting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scenarios.errors import InputError
from scenarios.quarters import DATA_UNTIL, end_date
from sim.refresh.files import Line, counted
from sim.refresh.index import COUNTRIES, bare, superpower
from sim.refresh.releases import Release
from sim.refresh.sheets import Change, Kept, Proposal, Sheet, apply, check_units

FACTORS = {"Confident": 3.0, "Likely": 10.0, "Speculative": 31.0}
"""Factor either way that Epoch AI's grades stand for."""
MOST_FLOP = 1e32
"""More than this is no training run."""
RANGE = "Range: factor 3, 10 or 31 for confident, likely or speculative"

Found = tuple[Release, Line, str, str, float, str]
"""Release, row, country, day, FLOP and grade of a run."""


def found(releases: Sequence[Release], note: Callable[[str], None]) -> list[Found]:
    """Runs of the superpowers with known compute, oldest first; the sets overlap, and each model counts once.

    Raises:
        InputError: for a wrong number or date, and for a model with two figures.
    """
    seen: dict[tuple[str, str], tuple[Line, float]] = {}
    result: list[Found] = []
    for release in releases:
        for line in release.lines:
            flop = line.number("Training compute (FLOP)", 0.0, MOST_FLOP)
            actor = superpower(line.cells["Country (of organization)"])
            if flop is None or actor is None or not line.cells["Publication date"].strip():
                continue
            day, name = line.day("Publication date"), line.cells["Model"].strip()
            if day > release.date:
                raise line.fault(
                    f"dates {name} {day}, after the release itself ({release.date}, by its {release.dated_by})"
                )
            if (name, day) in seen:
                first, before = seen[name, day]
                if before != flop:
                    raise line.fault(f"{name} has {flop:g} FLOP here and {before:g} in {first.file} row {first.row}")
                if first.file == line.file:
                    note(f"{line.file} row {line.row}: {name} repeats row {first.row}; read once")
                continue
            seen[name, day] = line, flop
            result.append((release, line, actor, day, flop, line.cells["Confidence"].strip()))
    return sorted(result, key=lambda run: (run[3], run[4], run[1].cells["Model"]))


def refresh_runs(
    releases: Sequence[Release], target: Sheet, tell: Callable[[Change | Kept], None], note: Callable[[str], None]
) -> None:
    """Bring `training_runs.csv` up to the releases, which may be several sets of the same day.

    Raises:
        InputError: for what is wrong with a file.
    """
    runs, edge = found(releases, note), end_date(DATA_UNTIL)
    if not runs:
        raise InputError(f"{releases[0].name}: has no model of {' or '.join(COUNTRIES)} with its training compute")
    proposals = [p for run in runs if (p := _recorded(run, target)) is not None]
    check_units(target, "flop", proposals)
    for proposal in proposals:
        apply(target, proposal, tell)
    for actor in COUNTRIES.values():
        rows = [row for row in target.rows if row["actor"] == actor and row["record"] == "yes"]
        largest = max(float(row["flop"]) for row in rows)
        since = max(row["date"] for row in rows)
        for run in runs:
            release, line, of, day, flop, grade = run
            if of != actor or day <= since or flop <= largest or day > edge or _place(run, target) is not None:
                continue
            counts = grade in ("Confident", "Likely")
            largest = flop if counts else largest
            why = "Record for the country at release" if counts else "Larger than every record, but not counted as one"
            values = {**_figures(flop, grade), "date": day, "actor": actor, "record": "yes" if counts else "no"}
            values["model"] = line.cells["Model"].strip()
            tier = "data" if counts else "inferred"
            apply(target, Proposal("training_runs", release, values, tier, f"{why}. {RANGE}"), tell)
    after = sum(run[3] > edge for run in runs)
    if after:
        note(f"{releases[0].name}: {counted(after, 'run')} after {edge} left out; the record ends with {DATA_UNTIL}")


def _place(run: Found, target: Sheet) -> int | None:
    """The recorded row of a run: by its name, or of its day with a name that begins alike."""
    _, line, actor, day, _, _ = run
    name = bare(line.cells["Model"])
    rows = [(i, bare(row["model"]), row["date"]) for i, row in enumerate(target.rows) if row["actor"] == actor]
    for i, recorded, at in rows:
        if recorded == name and abs(int(at[:4]) - int(day[:4])) <= 1:
            return i
    for i, recorded, at in rows:
        if at == day and name and (recorded.startswith(name) or name.startswith(recorded)):
            return i
    return None


def _recorded(run: Found, target: Sheet) -> Proposal | None:
    at = _place(run, target)
    if at is None:
        return None
    release, _, _, _, flop, grade = run
    return Proposal(
        "training_runs", release, _figures(flop, grade), "inferred" if grade == "Speculative" else "data", at=at
    )


def _figures(flop: float, grade: str) -> dict[str, str]:
    """Compute, its range and its grade as cells; an unknown grade counts as speculative."""
    grade = grade if grade in FACTORS else "Speculative"
    low, high = flop / FACTORS[grade], flop * FACTORS[grade]
    return {"flop": f"{flop:.3g}", "flop_low": f"{low:.3g}", "flop_high": f"{high:.3g}", "confidence": grade}
