"""The JSON Schema of a scenario file, with every lever and parameter, for an editor to check it."""

from __future__ import annotations

from typing import Any

from scenarios import groups
from scenarios.decisions import DECISIONS, RULES, Decision, taken_by
from scenarios.events import KINDS, Kind
from scenarios.levers import Lever
from scenarios.parameters import Parameter, parameters
from scenarios.partner_levers import ALL_LEVERS
from scenarios.rules import MEANINGS, WORLD
from scenarios.schema import NAME, Scenario
from scenarios.tables import table
from scenarios.values import MOST, PROFILES, VALUES
from scenarios.what_ifs import of_kind

QUARTER = r"^\d{4}-Q[1-4]$"


def json_schema() -> dict[str, Any]:
    """The schema as a mapping that can be printed as JSON."""
    result = Scenario.model_json_schema()
    result["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    fields = result["properties"]
    fields["levers"] = {
        "title": "Levers",
        "description": "what somebody decides; a lever that is not named stays at its default",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _lever_schema(lever) for name, lever in ALL_LEVERS.items()},
    }
    value = fields["parameters"].pop("additionalProperties")
    fields["parameters"] |= {
        "additionalProperties": False,
        "properties": {name: _parameter_schema(value, row) for name, row in parameters().items()},
    }
    fields["values"] |= _by_actor({"anyOf": [{"enum": list(PROFILES)}, _weights_schema()]}, list(groups.kinds()))
    fields["decisions"] = _decisions_schema(fields["decisions"]["description"])
    fields["like"] = {"type": "string", "description": "the scenario that it starts from, by name or file"}
    worlds = {"enum": list(of_kind("what_if"))}
    fields["what_if"] = {
        "anyOf": [worlds, {"type": "array", "items": worlds, "uniqueItems": True}],
        "description": "what ifs of the library laid over the scenario; what it sets itself stands",
    }
    fields["branches"] = {
        "type": "object",
        "description": "variants by name; the fields of each stand over those of the file",
        "additionalProperties": {"type": "object"},
    }
    for field, of in MEANINGS.items():
        shape = result["$defs"]["Rule"]["properties"][field]
        shape["description"] = "; ".join(f"{value}: {text}" for value, text in of.items())
    for day in ("start", "end", "us_available_by", "as_of"):
        _of_text(result["$defs"]["Rule"]["properties"][day])["format"] = "date"
    places = groups.known(row.actor for row in table("actors"))
    result["$defs"]["Rule"]["properties"]["destination"] |= {
        "anyOf": [{"enum": [*places, WORLD]}, {"pattern": NAME, "description": "an actor that the scenario adds"}]
    }
    for part in (fields["start"], fields["data_until"], _of_text(fields["rules_until"])):
        part["pattern"] = QUARTER
    result["$defs"]["Event"]["properties"]["date"]["pattern"] = QUARTER
    result["$defs"]["Event"]["allOf"] = [_event_schema(name, kind) for name, kind in KINDS.items()]
    result.pop("required")  # a file is named after itself, and its wording is made from that
    return result


def _by_actor(shape: dict[str, Any], actors: list[str]) -> dict[str, Any]:
    """Something by actor; those that a scenario adds can be named too."""
    return {"properties": {actor: shape for actor in actors}, "additionalProperties": shape, "propertyNames": {
        "anyOf": [{"enum": actors}, {"pattern": NAME, "description": "an actor that the scenario adds"}],
    }}  # fmt: skip


def _weights_schema() -> dict[str, Any]:
    weight = {"type": "number", "minimum": 0, "maximum": MOST}
    shapes = {name: {**weight, "description": meaning} for name, meaning in VALUES.items()}
    return {"type": "object", "additionalProperties": False, "properties": shapes}


def _decisions_schema(description: str) -> dict[str, Any]:
    """How actors decide: one rule for all, or by actor and decision."""
    rule = {"enum": list(RULES)}
    by_actor = {
        actor: {"anyOf": [rule, {
            "type": "object", "additionalProperties": False,
            "properties": {name: _decision_schema(DECISIONS[name], rule) for name in taken_by(actor, kind)},
        }]}
        for actor, kind in groups.kinds().items() if taken_by(actor, kind)
    }  # fmt: skip
    every = {"type": "object", "properties": by_actor}
    return {"title": "Decisions", "description": description, "default": "choose", "anyOf": [rule, every]}


def _decision_schema(decision: Decision, rule: dict[str, Any]) -> dict[str, Any]:
    level = {"type": "number", "minimum": min(decision.levels[0], 0), "maximum": decision.levels[-1]}
    path = {"type": "object", "propertyNames": {"pattern": QUARTER}, "additionalProperties": level, "minProperties": 1}
    return {
        "title": decision.label, "description": f"{decision.meaning} ({decision.unit})", "anyOf": [rule, level, path],
    }  # fmt: skip


def _of_text(shape: dict[str, Any]) -> dict[str, Any]:
    """The part of a shape that is about text, where nothing may stand for it too."""
    found: dict[str, Any] = next((form for form in shape.get("anyOf", ()) if form.get("type") == "string"), shape)
    return found


def _parameter_schema(forms: dict[str, Any], row: Parameter) -> dict[str, Any]:
    """A parameter as a number within its bounds, or as a distribution."""
    number: dict[str, Any] = {"type": "number", "minimum": row.lowest, "maximum": row.highest}
    if row.forms:
        number = {"enum": list(row.forms), "type": "number"}
    shapes = [number if shape.get("type") == "number" else shape for shape in forms["anyOf"]]
    return {**forms, "anyOf": shapes, "title": row.label, "description": f"{row.meaning} ({row.unit})"}


def _event_schema(name: str, kind: Kind) -> dict[str, Any]:
    """What holds for events of one kind."""
    fields: dict[str, Any] = {"size": {"minimum": kind.low, "maximum": kind.high, "description": kind.meaning}}
    unread = {field: {"type": "null"} for field, reads in (("quarters", kind.passes), ("compliance", kind.is_kept))
              if not reads}  # fmt: skip
    return {"if": {"properties": {"kind": {"const": name}}}, "then": {"properties": fields | unread}}


def _lever_schema(lever: Lever) -> dict[str, Any]:
    level = {"type": "number", "minimum": lever.low, "maximum": lever.high}
    left = [{"const": lever.default}] if lever.may_be_left else []
    path = {
        "type": "object",
        "description": "a dated path: each value holds until the next",
        "propertyNames": {"pattern": QUARTER},
        "additionalProperties": {"anyOf": [level, *left]} if left else level,
        "minProperties": 1,
    }
    forms = [level, path, *left]
    return {
        "title": lever.label,
        "description": f"{lever.help} Decided by: {lever.who}. Unit: {lever.unit}.",
        "unit": lever.unit,
        "default": lever.default,
        "anyOf": forms,
    }
