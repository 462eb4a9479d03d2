"""The Epoch Capabilities Index as record models and as the best of each country at the end of each quarter.

Every edition fits all models again, so that a release restates all rows that name the index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from scenarios.errors import InputError
from scenarios.quarters import DATA_UNTIL, end_date, label, number, of_date, start_date
from sim.refresh.files import counted
from sim.refresh.releases import Release
from sim.refresh.sheets import Change, Kept, Proposal, Sheet, apply, check_units, remove, why_kept

COUNTRIES = {"United States of America": "united_states", "China": "china"}
SCORED_LATER = {"o3": "2025-04-16", "Gemini 1.5 Flash": "2024-09-24", "Grok-2": "2024-12-12"}
"""Models whose score holds from a later day than the file may date them: o3 was announced in December 2024 and public
in April 2025, and the other two carry the score of a later version. Counts for quarters, not for records."""
HIGHEST = 400.0
"""An index above this is none: the scale has GPT-5 at 150, and a tenfold of compute adds about eight points."""
MOST_GONE = 0.5
"""Share of recorded models that an edition may lack before it counts as cut off."""


class Model(NamedTuple):
    """One scored model of a superpower."""

    date: str
    eci: float
    name: str
    actor: str


def superpower(countries: str) -> str | None:
    """The superpower among the countries of a model; None where there is neither, or both."""
    found = {COUNTRIES[c.strip()] for c in countries.split(",") if c.strip() in COUNTRIES}
    return found.pop() if len(found) == 1 else None


def models(release: Release, note: Callable[[str], None]) -> list[Model]:
    """Scored models of the superpowers, oldest first.

    Args:
        release: an `eci_scores.csv`.
        note: called with what is left out.

    Raises:
        InputError: for a row with a wrong score or date, and for a model with two scores.
    """
    found: dict[str, tuple[int, float]] = {}
    result: list[Model] = []
    nowhere = 0
    for line in release.lines:
        eci, day, name = line.number("eci", 0.0, HIGHEST), line.day("date"), line.cells["Model"].strip()
        if not name:
            raise line.fault("has no Model; valid: a name")
        if day > release.date:
            raise line.fault(
                f"dates a model {day}, after the release itself ({release.date}, by its {release.dated_by})"
            )
        if eci is None:
            continue
        if name in found:
            row, before = found[name]
            if before != eci:
                raise line.fault(f"{name} has {eci:g} here and {before:g} in row {row}; keep one")
            note(f"{release.name} row {line.row}: {name} repeats row {row}; read once")
            continue
        found[name] = line.row, eci
        actor = superpower(line.cells["Country (of organization)"])
        if actor:
            result.append(Model(day, eci, name, actor))
        else:
            nowhere += not line.cells["Country (of organization)"].strip()
    if nowhere:
        note(f"{release.name}: {counted(nowhere, 'model')} without a country left out")
    return sorted(result)


def records(scored: list[Model], actor: str) -> list[Model]:
    """Models of a country that were its best when they came out."""
    best, result = 0.0, []
    for model in scored:
        if model.actor == actor and model.eci > best:
            best = model.eci
            result.append(model)
    return result


def bare(name: str) -> str:
    """A name without case, punctuation and what stands in parentheses."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)", "", name.lower()))


def _place(target: Sheet, model: Model, taken: set[int]) -> int | None:
    """The recorded row of a model: by its name, or as the only one of its day."""
    free = [(i, r) for i, r in enumerate(target.rows) if i not in taken and r["actor"] == model.actor]
    for fits in (
        lambda r: r["model"] == model.name,
        lambda r: r["date"] == model.date and bare(r["model"]) == bare(model.name),
    ):
        if hits := [i for i, row in free if fits(row)]:
            return hits[0]
    day = [i for i, row in free if row["date"] == model.date and bare(row["model"]).startswith(bare(model.name)[:4])]
    return day[0] if len(day) == 1 else None


def refresh_records(
    release: Release, scored: list[Model], target: Sheet, tell: Callable[[Change | Kept], None]
) -> None:
    """Bring `frontier.csv` up to an edition: new records, other scores, and models that are records no more.

    Raises:
        InputError: for an edition that lacks most of the recorded models, or ends before them.
    """
    edge = end_date(DATA_UNTIL)
    taken: set[int] = set()
    proposals = []
    for actor in COUNTRIES.values():
        for model in records([m for m in scored if m.date <= edge], actor):
            at = _place(target, model, taken)
            taken |= set() if at is None else {at}
            name = model.name if at is None else target.rows[at]["model"]
            values = {"date": model.date, "actor": actor, "model": name, "eci": _points(model.eci)}
            proposals.append(Proposal("frontier", release, values, note=_or_new(at), at=at))
    owned = [i for i, row in enumerate(target.rows) if why_kept(row, release) is None]
    gone = [i for i in owned if i not in taken]
    newest = max((target.rows[i]["date"] for i in owned), default="")
    if len(gone) > MOST_GONE * max(len(owned), 1):
        raise release.fault(f"lacks {len(gone)} of {len(owned)} recorded models of the index; is it cut off?")
    if scored and scored[-1].date < newest:
        raise release.fault(f"ends with a model of {scored[-1].date}, and the record goes to {newest}; is it cut off?")
    check_units(target, "eci", proposals)
    for proposal in [p for p in proposals if p.at is not None]:
        apply(target, proposal, tell)
    remove(target, gone, release, tell)
    for proposal in [p for p in proposals if p.at is None]:
        apply(target, proposal, tell)


def _or_new(at: int | None) -> str | None:
    return "Record for the country at release" if at is None else None


def refresh_quarters(
    release: Release, scored: list[Model], target: Sheet, tell: Callable[[Change | Kept], None]
) -> None:
    """Bring `frontier_quarters.csv` up to an edition: the best of each country at the end of each quarter.

    Raises:
        InputError: for an edition without any model of a country by a quarter that was recorded from the index.
    """
    first = min(number(row["quarter"]) for row in target.rows)
    last = min(number(DATA_UNTIL), of_date(release.date))
    proposals = []
    for quarter in range(first, last + 1):
        for actor in COUNTRIES.values():
            values = {"quarter": label(quarter), "actor": actor}
            known = [m for m in scored if m.actor == actor and _holds_from(m) <= end_date(label(quarter))]
            if not known:
                at = target.find(values)
                if at is not None and why_kept(target.rows[at], release) is None:
                    raise release.fault(
                        f"has no model of {actor} by {label(quarter)}, and one is recorded; is it cut off?"
                    )
                continue
            best = max(known, key=lambda model: model.eci)
            whole = end_date(label(quarter)) <= release.date
            late = "" if whole else f". Models released after {release.date} are not scored in this data"
            values["eci"] = _points(best.eci)
            tier = "data" if whole else "inferred"
            proposals.append(Proposal("frontier_quarters", release, values, tier, f"Best: {best.name}{late}"))
    check_units(target, "eci", proposals)
    for proposal in proposals:
        apply(target, proposal, tell)


def later(scored: list[Model], note: Callable[[str], None], release: Release) -> None:
    """Say which models lie after the last quarter with data: they move no recorded value."""
    after = [m for m in scored if m.date > end_date(DATA_UNTIL)]
    if after:
        note(
            f"{release.name}: {counted(len(after), 'model')} since {start_date(number(DATA_UNTIL) + 1)} left out;"
            f" the record ends with {DATA_UNTIL} (DATA_UNTIL in scenarios/quarters.py)"
        )


def _holds_from(model: Model) -> str:
    """From when the score of a model counts."""
    return max(model.date, SCORED_LATER.get(re.sub(r" \(.*", "", model.name), ""))


def _points(eci: float) -> str:
    return f"{round(eci, 2):g}"


def both(
    release: Release, sheets: Mapping[str, Sheet], tell: Callable[[Change | Kept], None], note: Callable[[str], None]
) -> None:
    """Both tables of the index.

    Raises:
        InputError: for what is wrong with the file.
    """
    scored = models(release, note)
    if not {m.actor for m in scored} >= set(COUNTRIES.values()):
        raise InputError(f"{release.name}: has no scored model of both {', '.join(COUNTRIES)}; is it cut off?")
    refresh_records(release, scored, sheets["frontier"], tell)
    refresh_quarters(release, scored, sheets["frontier_quarters"], tell)
    later(scored, note, release)
