"""One number per future: what studies and analyses ask of a run, written as `NAME[.PART][@DATE]`.

>>> str(parse("lead_months@2030")), parse("flows_china.legal@2028").unit
('lead_months@2030', 'H100e a year')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from scenarios.decisions import pairs
from scenarios.errors import InputError, nearest, shown, unknown
from scenarios.quarters import DEFAULT_HORIZON, FIRST, LAST_YEAR, label, number
from scenarios.tables import table
from sim.checks import checked
from sim.engine.inputs import accounts_of
from sim.engine.phases.record import BLOCS, BY_ACTOR, BY_BLOC, BY_RIVAL, PARTS, RIVALS
from sim.ensemble.rng import Array
from sim.equations.costs import ITEMS
from sim.results.measures import MEASURES
from sim.results.outcomes import blocs, china_compute, crisis, crossing, lead, million, polarity
from sim.results.together import with_groups

if TYPE_CHECKING:
    from sim.results.run import Run

EARLIEST = 2027
"""A run goes at least to the end of this year."""
FRONTIERS = ("us_bloc", "china", "third")
A_QUARTER = " a quarter"

Steps = tuple[int, int]
"""First and last step that a date spans: one quarter, or the four of a year."""


@dataclass(frozen=True)
class _Kind:
    """A family of outcomes: what it is called, its unit, its parts, and how it is read from a run."""

    label: str
    unit: str
    of: Callable[[Run, str, Steps], Array]
    """Value per member, `(runs,)`, from the run, the part and the steps of the date."""
    parts: tuple[str, ...] = ()
    dated: bool = True
    needs: tuple[str, ...] = ()
    """Series that must be kept, beside those that always are."""
    may_not_exist: bool = False
    """Whether futures may have none (NaN), such as the year of a crossing that does not come."""


def _share(i: int) -> Callable[[Run, str, Steps], Array]:
    return lambda run, part, at: (_codes(run, at[1]) == i).astype(float)


def _codes(run: Run, step: int) -> Array:
    return polarity.at_steps(run, np.full(run.runs, step))


def _frontier(run: Run, part: str, at: Steps) -> Array:
    return np.asarray(blocs.frontiers(run)[FRONTIERS.index(part), at[1]])


def _third(run: Run, part: str, at: Steps) -> Array:
    ahead = np.maximum(_frontier(run, "us_bloc", at), _frontier(run, "china", at))
    return lead.months(ahead - _frontier(run, "third", at))


def _slope(run: Run, part: str, at: Steps) -> Array:
    best = np.fmax.reduce(blocs.frontiers(run), axis=0)
    return np.asarray(best[at[1]] - best[at[1] - 4])


def _crossed(run: Run, part: str, at: Steps) -> Array:
    year = crossing.by_bloc(run)[FRONTIERS.index(part)]
    return (year <= run.time[at[1]]).astype(float)  # a comparison with NaN is false: it never crosses


def _at_crossing(run: Run, part: str, at: Steps) -> Array:
    return (crossing.polarity_at_crossing(run) == crossing.CLASSES.index(part)).astype(float)


_KINDS: dict[str, _Kind] = {
    "outcome": _Kind("Outcome", "class", lambda run, part, at: _codes(run, at[1])),
    **{
        name: _Kind(polarity.LABELS[name], "share of futures", _share(i))
        for i, name in enumerate(polarity.CLASSES)
    },
    "third_behind_months": _Kind("Third bloc behind the leader", "months", _third, may_not_exist=True),
    "frontier": _Kind("Best capability of a bloc", "ECI points", _frontier, FRONTIERS, may_not_exist=True),
    "frontier_slope": _Kind("Growth of the frontier over a year", "ECI points a year", _slope),
    "crossed": _Kind("Beats people at most remote tasks", "share of futures", _crossed, FRONTIERS),
    "crossing_year": _Kind(
        "Year of the crossing", "year",
        lambda run, part, at: crossing.by_bloc(run)[FRONTIERS.index(part)], FRONTIERS, dated=False, may_not_exist=True,
    ),
    "crossing_delay_months": _Kind(
        "China's delay in crossing", "months", lambda run, part, at: crossing.delay_months(run), dated=False,
        may_not_exist=True,
    ),
    "at_crossing": _Kind(
        "Outcome when the first bloc crosses", "share of futures", _at_crossing, crossing.CLASSES, dated=False,
    ),
    "million_chips_year": _Kind(
        "Year of a million frontier-grade chips", "year",
        lambda run, part, at: million.year_reached(run)[RIVALS.index(part)], RIVALS, dated=False,
        needs=("compute_train",), may_not_exist=True,
    ),
    "china_compute": _Kind(
        "China's compute", "H100e", lambda run, part, at: china_compute.compute(run, part)[at[1]],
        tuple(china_compute.DEFINITIONS), needs=("stock_h100e", "flows_china", "rented"),
    ),
    "crisis_index": _Kind("Heightened competition", "index, 0 to 1", lambda run, part, at: crisis.index(run, at[1])),
}  # fmt: skip
"""Outcomes that are made from series; every series of a run is an outcome too."""


def _series(name: str, actors: tuple[str, ...]) -> _Kind:
    text, unit = MEASURES[name]
    flow = unit.endswith(A_QUARTER)
    parts = actors if name in BY_ACTOR else BLOCS if name in BY_BLOC else RIVALS if name in BY_RIVAL else ()

    def value(run: Run, part: str, at: Steps) -> Array:
        path = run.part(f"{name}.{part}" if part else name)
        return np.asarray(path[at[0] : at[1] + 1].sum(axis=0, dtype=float) if flow else path[at[1]].astype(float))

    if name == "accounts":
        known = table("actors")
        added = [actor for actor in actors if actor not in {row.actor for row in known}]
        parts = tuple(f"{actor}.{item}" for actor, item in (*accounts_of(known), *product(added, ITEMS)))
    if name == "decisions":
        known = table("actors")
        added = [actor for actor in actors if actor not in {row.actor for row in known}]
        taken = (*pairs((row.actor, row.kind) for row in known), *product(added, ("alignment", "policing")))
        parts = tuple(f"{actor}.{decision}" for actor, decision in taken)
    needs = () if name in ("gap_eci", "lead_months", "lead_months_backward") else (name,)
    return _Kind(text, unit, value, PARTS.get(name, with_groups(parts)), needs=needs)


@dataclass(frozen=True)
class Outcome:
    """An outcome that is one number per future."""

    name: str
    part: str = ""
    date: str = ""
    """A year, whose end is meant and over which flows are summed; a quarter; or nothing, for the whole run."""
    actors: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name + (f".{self.part}" if self.part else "") + (f"@{self.date}" if self.date else "")

    @property
    def _kind(self) -> _Kind:
        return _KINDS.get(self.name) or _series(self.name, self.actors)

    @property
    def label(self) -> str:
        """Its label for people."""
        part = f", {self.part.replace('_', ' ')}" if self.part else ""
        return f"{self._kind.label}{part}{f', {self.date}' if self.date else ''}"

    @property
    def unit(self) -> str:
        """Its unit; flows over a year are a year's."""
        unit = self._kind.unit
        return unit.removesuffix(A_QUARTER) + " a year" if unit.endswith(A_QUARTER) and "Q" not in self.date else unit

    @property
    def is_share(self) -> bool:
        """Whether it is 0 or 1 in each future, so that its mean is a share of futures."""
        return self.unit == "share of futures"

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels of its classes, where it is a class and not a number."""
        return polarity.CLASSES if self.unit == "class" else ()

    @property
    def is_class(self) -> bool:
        """Whether it is a class and not a number."""
        return bool(self.classes)

    @property
    def identity(self) -> str:
        """What names it in a digest: other identities give other values."""
        return str(self)

    @property
    def may_not_exist(self) -> bool:
        """Whether futures may have none (NaN), such as the year of a crossing that does not come."""
        return self._kind.may_not_exist

    @property
    def until(self) -> int:
        """The year to whose end a run must go."""
        return max(int(self.date[:4]), EARLIEST) if self.date else DEFAULT_HORIZON

    @property
    def needs(self) -> frozenset[str]:
        """Series that a run must keep."""
        return frozenset(self._kind.needs)

    def of(self, run: Run) -> Array:
        """Value in every future, `(runs,)`; classes as numbers into `classes`.

        Raises:
            InputError: for a date outside the run or an actor that is not in it.
        """
        return self._kind.of(run, self.part, self._steps(run))

    def _steps(self, run: Run) -> Steps:
        if not self.date:
            return (0, 0)
        last = number(self.date if "Q" in self.date else f"{self.date}-Q4") - FIRST
        if not 0 <= last < len(run.quarters):
            raise InputError(f"{self}: {self.date} is outside the run, 2022 to {run.until}")
        return (last if "Q" in self.date else max(last - 3, 0)), last


def made() -> dict[str, _Kind]:
    """Outcomes that are made from series, by name."""
    return dict(_KINDS)


def names() -> tuple[str, ...]:
    """All names that can stand before the dot and the date."""
    return (*_KINDS, *MEASURES)


@checked
def parse(text: str, actors: Iterable[str] = (), until: int | None = None) -> Outcome:
    """An outcome from `NAME[.PART][@DATE]`.

    Args:
        text: what is asked.
        actors: actors of the scenarios; those of the table by default.
        until: last year of the runs; by default the date decides.

    Raises:
        InputError: with the nearest valid name, part or date.
    """
    head, at, date = (piece.strip() for piece in str(text).partition("@"))
    name, _, part = head.partition(".")
    roster = tuple(actors) or tuple(row.actor for row in table("actors"))
    if name not in names():
        raise unknown("outcome", name, names())
    outcome = Outcome(name, part, date, roster if name in (*BY_ACTOR, "accounts", "decisions") else ())
    kind = outcome._kind
    if bool(part) != bool(kind.parts) or (part and part not in kind.parts):
        if not kind.parts:
            raise InputError(f"outcome {shown(text)}: {name} has no parts; write {name}{at}{date}")
        hint = nearest(part, kind.parts) if part else f"write {name}.PART; choose from: {', '.join(kind.parts)}"
        raise InputError(f"outcome {shown(text)}: {'unknown part ' + shown(part) + '; ' if part else ''}{hint}")
    if kind.dated != bool(date):
        valid = f"{head}@{until or 2030}" if kind.dated else head
        raise InputError(f"outcome {shown(text)}: {'needs a' if kind.dated else 'has no'} date; write {valid}")
    if date:
        _check_date(outcome, until or LAST_YEAR)
    return outcome


def _check_date(outcome: Outcome, until: int) -> None:
    try:
        last = number(outcome.date if "Q" in outcome.date else f"{outcome.date}-Q4")
    except ValueError:
        raise InputError(
            f"outcome {shown(str(outcome))}: {shown(outcome.date)} is not a date; write 2030 or 2030-Q2"
        ) from None
    first = FIRST + 4 if outcome.name == "frontier_slope" else FIRST
    if not first <= last <= number(f"{until}-Q4"):
        raise InputError(
            f"outcome {shown(str(outcome))}: {outcome.date} is outside the run, {label(first)} to the end of {until}"
        )


def numbers_only(outcomes: Iterable[Outcome]) -> None:
    """Refuse outcomes that an analysis of variance or of means cannot use.

    Raises:
        InputError: naming one that can be used instead.
    """
    for outcome in outcomes:
        if outcome.is_class:
            raise InputError(f"outcome '{outcome}' is a class; use {share_of(outcome)}")
        if outcome.may_not_exist:
            raise InputError(
                f"outcome '{outcome}' does not exist in every future; use one that does, such as "
                "crossed.us_bloc@2030 or lead_months@2030"
            )


def share_of(outcome: Outcome) -> str:
    """What to ask for instead of a class."""
    if outcome.classes != polarity.CLASSES:
        return 'a function that gives yes or no: custom(…, unit="share of futures")'
    return f"one of its shares, such as us_ahead@{outcome.date}"
