"""What counts as an outcome, wherever one is asked for: a name, an outcome, or a function of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from scenarios.schema import Scenario
from sim.results.outcomes.custom import check_names, custom
from sim.results.outcomes.scalar import Outcome, parse

if TYPE_CHECKING:
    from sim.results.run import Run

Asked: TypeAlias = "Outcome | str | Callable[[Run], Any]"
"""An outcome as one may give it: `NAME[.PART][@DATE]`, an `Outcome`, or a function of a run."""


def outcome_of(given: Asked, actors: Iterable[str] = ()) -> Outcome:
    """An outcome from whatever stands for one.

    Args:
        given: what is asked.
        actors: actors of the scenarios; those of the table by default.

    Raises:
        InputError: for a name that is none, or a function that has no name.
    """
    if isinstance(given, Outcome):
        return given
    return parse(given, actors) if isinstance(given, str) else custom(given)


def outcomes_of(given: Iterable[Asked], *specs: Scenario) -> tuple[Outcome, ...]:
    """Outcomes that are asked of scenarios, each once.

    Raises:
        InputError: for one that is none, or two that have one name.
    """
    actors = roster(specs)
    found = [outcome_of(asked, actors) for asked in given]
    check_names(found)
    return tuple(dict.fromkeys(found))


def roster(specs: Iterable[Scenario]) -> list[str]:
    """Actors that all scenarios have."""
    rosters = [[row.actor for row in spec.roster()] for spec in specs]
    return [actor for actor in rosters[0] if all(actor in other for other in rosters)] if rosters else []
