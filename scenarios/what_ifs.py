"""What ifs: things that nobody in the room decides, laid over a policy so that the two can be told apart.

A scenario of the library is a policy (`kind: policy`) or a what if (`kind: what_if`). What ifs add up with a policy and
with each other. What the policy sets itself stands; a what if sets the rest, and brings its events, rules and
parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError, unknown

if TYPE_CHECKING:
    from scenarios.schema import Scenario

FIELDS = ("levers", "events", "rules", "parameters")
"""What a what if may change; the rest of a scenario is the policy's."""
JOIN = " + "
"""Between the titles of a policy and its what ifs."""


def of_kind(kind: str) -> tuple[str, ...]:
    """Names in the library of one kind, `policy` or `what_if`, current policy first."""
    from scenarios import load, names

    return tuple(name for name in names() if load(name).kind == kind)


def under(policy: Scenario, *given: str) -> Scenario:
    """A policy in the world of some what ifs.

    The order in which they are given does not matter: they count in the order of the library. Where two set the same
    lever or parameter, the first of them does.

    Args:
        policy: any scenario.
        given: names of what ifs of the library.

    Raises:
        InputError: for a name that is no what if, or where the two together are no valid scenario.
    """
    worlds = [_world(name) for name in in_order(given)]
    if not worlds:
        return policy
    changes: dict[str, Any] = {
        "levers": _filled(policy.levers, *(world.levers for world in worlds)),
        "parameters": _filled(policy.parameters, *(world.parameters for world in worlds)),
        "events": _further(policy.events, *(world.events for world in worlds)),
        "rules": _further(policy.rules, *(world.rules for world in worlds)),
    }
    titles = JOIN.join((policy.title, *(world.title for world in worlds)))
    return policy.with_changes(
        **changes,
        title=titles if len(titles) <= 120 else f"{policy.title[:80]}{JOIN}{len(worlds)} what ifs",
        sources=(*policy.sources, *(s for world in worlds for s in world.sources if s not in policy.sources))[:50],
        baseline=policy.baseline or policy.name,
    )


def in_order(given: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Names of what ifs in the order of the library, each once.

    Raises:
        InputError: for a name that is none.
    """
    known = of_kind("what_if")
    for name in given:
        if name not in known:
            raise _no_what_if(name, known)
    return tuple(name for name in known if name in given)


def _no_what_if(name: str, known: tuple[str, ...]) -> InputError:
    from scenarios import names

    if name in names():
        return InputError(f"{name} is a policy and no what if; what ifs are: {', '.join(known)}")
    return unknown("what if", name, known)


def _world(name: str) -> Scenario:
    from scenarios import load

    return load(name)


def _filled(own: Any, *others: Any) -> dict[str, Any]:
    """The given settings, and those of the others that are not set yet."""
    found = dict(own)
    for other in others:
        found = {**other, **found}
    return found


def _further(own: tuple[Any, ...], *others: tuple[Any, ...]) -> tuple[Any, ...]:
    """A list, and what of the others it does not hold yet."""
    found = list(own)
    for other in others:
        found += [part for part in other if part not in found]
    return tuple(found)
