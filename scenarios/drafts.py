"""Scenario files that explain themselves: the fields of a file as YAML, each with what it means and what is valid.

>>> from scenarios.drafts import written
>>> print(written({"like": "current_policy", "levers": {"enforcement": 5.0}}).splitlines()[-1])
  enforcement: 5
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from calibration.record import Tier
from scenarios.decisions import DECISIONS
from scenarios.errors import one_line
from scenarios.events import KINDS, Event
from scenarios.partner_levers import ALL_LEVERS
from scenarios.rules import MEANINGS, Rule, numbers_of
from scenarios.schema import Scenario, Source

WIDTH = 110
"""The longest line of comments, and of a value with its comment behind it."""
_WORD = re.compile(r"[A-Za-z][\w-]*|\d{4}-Q[1-4]", re.ASCII)


def written(content: Mapping[str, Any], head: Iterable[str] = ()) -> str:
    """The text of a file.

    Args:
        content: what a scenario file holds: any of its fields but `branches`, valid.
        head: sentences that stand above, as comments.
    """
    lines = [line for text in head for line in _comment(text)]
    for name, value in content.items():
        lines += _PARTS[name](value) if name in _PARTS else _line(name, value, _top(name))
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------------------------------------------- parts
def _sources(sources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "sources:"
    for source in sources:
        yield from _entry(source, lambda name, _: _about(Source, name))


def _levers(levers: Mapping[str, Any]) -> Iterator[str]:
    yield "levers:"
    for name, setting in levers.items():
        lever = ALL_LEVERS[name]
        left = " or `actor`, left to whoever decides" if lever.may_be_left else ""
        usual = lever.default if isinstance(lever.default, str) else f"{lever.default:g}"
        yield from _comment(lever.help, 2)
        yield from _comment(f"{lever.low:g} to {lever.high:g} {lever.unit}{left}; current policy: {usual}", 2)
        yield f"  {name}: {_value(setting)}"


def _decisions(decisions: Mapping[str, Any]) -> Iterator[str]:
    yield "decisions:"
    for actor, own in decisions.items():
        yield f"  {_value(actor)}:"
        for name, setting in own.items():
            of = DECISIONS[name]
            yield from _comment(of.meaning, 4)
            span = f"{min(0.0, of.levels[0]):g} to {of.levels[-1]:g}, {of.unit}; {of.today:g} today"
            yield f"    {name}: {_value(setting)}  # {span}"


def _events(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "events:"
    for event in events:
        kind = KINDS[event["kind"]]
        yield from _comment(kind.meaning, 2)
        about = {"size": f"{kind.low:g} to {kind.high:g}", "date": "its quarter", "kind": ""}
        yield from _entry(event, lambda name, _, about=about: about.get(name, _about(Event, name)))


def _rules(rules: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "rules:"
    for rule in rules:
        yield from _entry(rule, _of_rule)
        issuer, scope = rule["issuer"], rule["scope"]
        more = [name for name in numbers_of(issuer, scope) if name not in rule]
        if more:
            yield from _comment("It could also say:", 4)
        for name in more:
            yield from _comment(f"{name}: {_about(Rule, name)}", 4)


def _of_rule(name: str, value: Any) -> str:
    """What a field of a rule means, with what it could be instead."""
    if name == "issuer":
        return f"{MEANINGS[name][value]}; or us, china, or a partner such as japan"
    if name in MEANINGS:
        others = ", ".join(other for other in MEANINGS[name] if other != value)
        return f"{MEANINGS[name][value]}; or {others}"
    return "one of " + ", ".join(get_args(get_args(Tier)[0])) if name == "tier" else _about(Rule, name)


_PARTS: dict[str, Callable[[Any], Iterator[str]]] = {
    "sources": _sources, "levers": _levers, "decisions": _decisions, "events": _events, "rules": _rules,
}  # fmt: skip


# ------------------------------------------------------------------------------------------------------- comments
@cache
def _top(name: str) -> str:
    """What a field of a scenario means."""
    if name in Scenario.model_fields:
        return _about(Scenario, name)
    from scenarios.json_schema import json_schema

    return str(json_schema()["properties"][name].get("description", ""))


@cache
def _about(model: type[BaseModel], name: str) -> str:
    """Meaning and range of a field of a model."""
    field = model.model_fields[name]
    bounds = {
        key: getattr(rule, key) for rule in field.metadata for key in ("ge", "gt", "le", "max_length")
        if getattr(rule, key, None) is not None
    }  # fmt: skip
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le")
    span = "" if low is None else f"{low:g} or more" if high is None else f"{low:g} to {high:g}"
    long = f"at most {bounds['max_length']} characters" if 60 < bounds.get("max_length", 0) <= 400 else ""
    return "; ".join(part for part in (field.description or "", span, long) if part)


def _comment(text: str, indent: int = 0) -> list[str]:
    lead = " " * indent + "# "
    return textwrap.wrap(
        one_line(text), WIDTH, initial_indent=lead, subsequent_indent=lead, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------- values
def _entry(fields: Mapping[str, Any], about: Any) -> Iterator[str]:
    """One entry of a list: its first field after the dash, comments above it or behind."""
    for n, (name, value) in enumerate(fields.items()):
        yield from _line(name, value, about(name, value), "  - " if n == 0 else "    ")


def _line(name: str, value: Any, about: str, lead: str = "") -> Iterator[str]:
    """A field with its comment: behind it where the line stays short, above it otherwise."""
    said = f"{lead}{name}: {_value(value)}"
    short = f"{said}  # {about}"
    if not about:
        yield said
    elif len(short) <= WIDTH:
        yield short
    else:
        yield from _comment(about, len(lead))
        yield said


def _value(value: Any) -> str:
    """A value as YAML reads it back, on one line."""
    import yaml

    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_value(key)}: {_value(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | float):
        return _number(value)
    text = str(value)
    if _WORD.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    quoted: str = yaml.safe_dump(one_line(text), default_style='"', allow_unicode=True, width=10**6)
    return quoted.strip()


def _number(value: float) -> str:
    """A number without an exponent, which YAML would read as text."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
