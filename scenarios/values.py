"""What nations want: four values, and named profiles of weights on them; the only home of both.

A weight of 1 stands for the amount in the parameters, such as `us_month_value` dollars for a month of lead. The weights
are a matter of judgment, since no record states them; a scenario can set its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scenarios.errors import InputError, as_number, shown, unknown

MOST = 20.0
"""Largest weight."""


class Weights(NamedTuple):
    """Weights on the four values, each 1 by default: numbers, or arrays for a group of actors."""

    security: Any = 1.0
    """Months of lead over the rival, or fewer months behind it."""
    prosperity: Any = 1.0
    """AI revenue at home, and sales of chips and tools abroad."""
    safety: Any = 1.0
    """Avoiding a race in which developers cut corners on safety."""
    money: Any = 1.0
    """What government and firms pay for a policy."""


VALUES: dict[str, str] = {
    "security": "a month of lead over the rival",
    "prosperity": "AI revenue at home and sales abroad",
    "safety": "avoiding a race in which developers cut corners",
    "money": "what government and firms pay for a policy",
}
"""What each value means."""
BALANCED = "balanced"
PROFILES: dict[str, Weights] = {
    BALANCED: Weights(),
    "security_first": Weights(2.5, 0.5, 0.5, 0.5),
    "prosperity_first": Weights(0.4, 2.0, 0.5, 1.5),
    "safety_first": Weights(0.6, 0.5, 4.0, 0.75),
}
"""Named profiles of weights; judgment."""

Place = tuple[str | int, ...]


def weights_of(given: str | Mapping[str, float] | None) -> Weights:
    """The weights that a scenario names or gives; a value left out has weight 1."""
    if given is None:
        return PROFILES[BALANCED]
    return PROFILES[given] if isinstance(given, str) else Weights(**given)


def weighed(given: str | Mapping[str, float] | None, where: str = "values") -> Weights:
    """The same of what somebody else gives, checked.

    Args:
        given: a profile, or weights by value.
        where: what it is called in an error.

    Raises:
        InputError: for an unknown profile or value, or a weight that cannot be.
    """
    if isinstance(given, str) and given not in PROFILES:
        raise unknown("profile", given, PROFILES, where)
    wrong = [f"{place[-1]} {text}" for place, text in _weights(given, ())] if isinstance(given, Mapping) else []
    if wrong:
        raise InputError(f"{where}: {'; '.join(wrong)}")
    return weights_of(given)


def problems(values: Any, actors: list[str]) -> Iterator[tuple[Place, str]]:
    """Place and text of every fault in a scenario's values: actor → profile, or weights by value."""
    if not isinstance(values, Mapping):
        yield ("values",), "give a profile or weights by actor, such as {china: security_first}"
        return
    for actor, given in values.items():
        place: Place = ("values", str(actor))
        if actor not in actors:
            yield place, str(unknown("actor", str(actor), actors))
        if isinstance(given, Mapping):
            yield from _weights(given, place)
        elif not (isinstance(given, str) and given in PROFILES):
            written = given if isinstance(given, str) else shown(given)
            yield place, f"{unknown('profile', str(written), PROFILES)}; or give weights, such as {{security: 2}}"


def _weights(given: Mapping[Any, Any], place: Place) -> Iterator[tuple[Place, str]]:
    for name, weight in given.items():
        if name not in VALUES:
            yield (*place, str(name)), str(unknown("value", str(name), VALUES))
            continue
        number = as_number(weight)
        if number is None or not 0 <= number <= MOST:
            yield (*place, str(name)), f"is {shown(weight)}; give a weight from 0 to {MOST:g} (default 1)"
