"""The JSON Schema of a scenario file, with every lever and parameter, for an editor to check it."""

from __future__ import annotations

from typing import Any

from scenarios.levers import LEVERS, Lever
from scenarios.parameters import parameters
from scenarios.schema import Scenario


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
        "properties": {
            name: {**value, "title": row.label, "description": f"{row.meaning} ({row.unit})"}
            for name, row in parameters().items()
        },
    }
    fields["like"] = {"type": "string", "description": "the scenario that it starts from, by name or file"}
    fields["branches"] = {
        "type": "object",
        "description": "variants by name; the fields of each stand over those of the file",
        "additionalProperties": {"type": "object"},
    }
    # A branch may give what the head of the file leaves out.
    result["else"] = {"required": result.pop("required")}
    result["if"] = {"required": ["branches"]}
    return result


def _lever_schema(lever: Lever) -> dict[str, Any]:
    level = {"type": "number", "minimum": lever.low, "maximum": lever.high}
    path = {
        "type": "object",
        "description": "a dated path: each value holds until the next",
        "propertyNames": {"pattern": r"^\d{4}-Q[1-4]$"},
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
