"""What a scenario sets, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scenarios.decisions import CHOOSE
from scenarios.groups import GROUPS
from scenarios.levers import ACTOR
from scenarios.partner_levers import ALL_LEVERS
from scenarios.rules import MEANINGS, numbers_of

if TYPE_CHECKING:
    from scenarios.events import Event
    from scenarios.rules import Rule
    from scenarios.schema import Scenario, Setting


def sets(spec: Scenario, base: Scenario) -> list[str]:
    """Everything that a scenario sets: levers that differ from a base, what is decided, events, rules and the rest.

    Args:
        spec: the scenario.
        base: what its levers are held against, current policy as a rule.
    """
    moved = [name for name in ALL_LEVERS if spec.setting(name) != base.setting(name)]
    levers = [
        f"{ALL_LEVERS[name].label} ({name}): {_with_unit(name, spec.setting(name))}; "
        f"{_with_unit(name, base.setting(name))} under current policy"
        for name in moved
    ]
    events = [_event(event) for event in spec.events if event not in base.events]
    return [*levers, *events, *others(spec)]


def others(spec: Scenario) -> list[str]:
    """What a scenario sets beside levers and events."""
    lines = [f"Switch {name}: {'on' if value else 'off'}" for name, value in _switched(spec)]
    lines += map(_rule_line, spec.rules)
    lines += [f"Changed or added actor: {name}" for name in spec.actors]
    lines += [
        f"Fixed share: {actor.replace('_', ' ')}, {what} for {use}: {setting(share)}"
        for actor, divided in spec.allocation.items() for what, uses in divided.items() for use, share in uses.items()
    ]  # fmt: skip
    lines += [f"Values of {_called(spec, actor)}: {_wanted(own)}" for actor, own in spec.values.items()]
    return [*lines, *_decided(spec), *_parameters(spec)]


def setting(value: float | str | Mapping[str, float | str]) -> str:
    """A lever's setting as a person would write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_level(level)} from {date}" for date, level in sorted(value.items()))
    return _level(value)


def _level(value: float | str) -> str:
    return "left to the actor" if isinstance(value, str) else f"{value:g}"


def _with_unit(name: str, value: Setting) -> str:
    return setting(value) if value == ACTOR else f"{setting(value)} {ALL_LEVERS[name].unit}"


def _event(event: Event) -> str:
    more = f" for {event.quarters} quarters" if event.quarters else ""
    more += f", kept by {event.compliance:g}" if event.compliance is not None else ""
    more += f", found out with a chance of {event.detection:g} a year" if event.detection else ""
    return f"Event in {event.date}: {event.kind.replace('_', ' ')}, size {event.size:g}{more}"


def _rule_line(rule: Rule) -> str:
    numbers = {name: getattr(rule, name) for name in numbers_of(rule.issuer, rule.scope)}
    told = [f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in numbers.items() if value is not None]  # fmt: skip
    who = MEANINGS["issuer"][rule.issuer]
    whom = [] if rule.scope == "production_levy" else [f"for {rule.destination}"]
    until = f" to {rule.end}" if rule.end else ""
    return f"Rule from {rule.start}{until}: {rule.title} ({', '.join((who, rule.scope, rule.measure, *whom, *told))})"


def _parameters(spec: Scenario) -> Iterator[str]:
    for name, value in spec.parameters.items():
        numbers = {k: v for k, v in vars(value).items() if k != "kind"} if not isinstance(value, float) else {}
        shape = f"{value:g}" if isinstance(value, float) else f"{value.kind}, {_pairs(numbers)}"
        yield f"Parameter {name}: {shape}"


def _wanted(given: str | Mapping[str, float]) -> str:
    """A profile, or weights."""
    if isinstance(given, str):
        return given.replace("_", " ")
    return ", ".join(f"{name} {weight:g}" for name, weight in given.items()) or "as usual"


def _called(spec: Scenario, actor: str) -> str:
    """What an actor or a group is called."""
    labels = {row.actor: row.label for row in spec.roster()} | {name: g.label for name, g in GROUPS.items()}
    return labels.get(actor, actor)


def _decided(spec: Scenario) -> list[str]:
    """What a scenario says of how actors decide, a line each."""
    if isinstance(spec.decisions, str):
        return [] if spec.decisions == CHOOSE else ["All actors follow fixed reactions"]
    lines = []
    for actor, own in spec.decisions.items():
        who = _called(spec, actor)
        if isinstance(own, str):
            lines.append(f"Decisions of {who}: {_rule(own)}")
        else:
            lines += [f"Decision of {who}: {name.replace('_', ' ')} {_rule(value)}" for name, value in own.items()]
    return lines


def _rule(value: Any) -> str:
    return {"choose": "by its values", "habit": "fixed reactions"}[value] if isinstance(value, str) else setting(value)


def _switched(spec: Scenario) -> list[tuple[str, bool]]:
    usual = type(spec.switches)()
    return [(name, value) for name, value in vars(spec.switches).items() if value != getattr(usual, name)]


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()
    )
