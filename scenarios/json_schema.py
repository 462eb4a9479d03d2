"""The JSON Schema of a scenario file, with every lever and parameter, for an editor to check it."""

from __future__ import annotations

from typing import Any

from scenarios.events import KINDS, Kind
from scenarios.levers import LEVERS, Lever
from scenarios.parameters import Parameter, parameters
from scenarios.rules import MEANINGS, WORLD
from scenarios.schema import NAME, Scenario
from scenarios.tables import table

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
        "properties": {name: _lever_schema(lever) for name, lever in LEVERS.items()},
    }
    value = fields["parameters"].pop("additionalProperties")
    fields["parameters"] |= {
        "additionalProperties": False,
        "properties": {name: _parameter_schema(value, row) for name, row in parameters().items()},
    }
    fields["like"] = {"type": "string", "description": "the scenario that it starts from, by name or file"}
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
    places = [row.actor for row in table("actors")]
    result["$defs"]["Rule"]["properties"]["destination"] |= {
        "anyOf": [{"enum": [*places, WORLD]}, {"pattern": NAME, "description": "an actor that the scenario adds"}]
    }
    for part in (fields["start"], fields["data_until"], _of_text(fields["rules_until"])):
        part["pattern"] = QUARTER
    result["$defs"]["Event"]["properties"]["date"]["pattern"] = QUARTER
    result["$defs"]["Event"]["allOf"] = [_event_schema(name, kind) for name, kind in KINDS.items()]
    result.pop("required")  # a file is named after itself, and its wording is made from that
    return result


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
    path = {
        "type": "object",
        "description": "a dated path: each value holds until the next",
        "propertyNames": {"pattern": QUARTER},
        "additionalProperties": level,
        "minProperties": 1,
    }
    forms = [level, path, *([{"const": lever.default}] if lever.may_be_left else [])]
    return {
        "title": lever.label,
        "description": f"{lever.help} Decided by: {lever.who}. Unit: {lever.unit}.",
        "unit": lever.unit,
        "default": lever.default,
        "anyOf": forms,
    }
