"""Custom actors: who may hold a seat, and what names them in results."""

from __future__ import annotations

import hashlib
import inspect
import json
import pickle
from collections.abc import Mapping
from functools import partial
from importlib.machinery import PathFinder
from typing import Any, TypeAlias

from agents.actor import NationalActor
from scenarios import groups
from scenarios.errors import InputError, shown, unknown
from scenarios.schema import Scenario
from sim.fingerprint import fingerprint

Own: TypeAlias = "type[NationalActor] | partial[NationalActor]"
"""A class of actors, or one with its parameters: `functools.partial(Mine, threshold=5)`."""
SEAT = ("model", "rows", "name")
"""What every actor is made with; further keywords are its parameters."""


def seated(agents: Mapping[str, Own] | None, *specs: Scenario) -> dict[str, Own]:
    """Custom actors by the name of their seat, which every scenario must have; a group's hold all its seats.

    Raises:
        InputError: for a seat that a scenario does not have, what is no class of actors, or unknown parameters.
    """
    asked = agents or {}
    found = {member: own for name, own in asked.items() if name in groups.GROUPS for member in groups.members(name)}
    found |= {name: own for name, own in asked.items() if name not in groups.GROUPS}
    for name, own in found.items():
        for spec in specs:
            seats = [row.actor for row in spec.roster()]
            if name not in seats:
                raise unknown("actor", str(name), seats, f"agents: {spec.name}")
        _check(name, own)
    return found


def _check(name: str, own: Any) -> None:
    kind = _class_of(own)
    if not (isinstance(kind, type) and issubclass(kind, NationalActor)):
        raise InputError(
            f"agents[{name!r}] is {shown(own)}; give a subclass of UnitedStates or China (agents.superpower) or of "
            "Ally or Hub (agents.partners), or functools.partial(…) of one with its parameters"
        )
    _check_parameters(name, kind, getattr(own, "args", ()), _parameters_of(own))


def _check_parameters(name: str, kind: type[NationalActor], unnamed: tuple[Any, ...], given: dict[str, Any]) -> None:
    signature = inspect.signature(kind)
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    valid = [p.name for p in signature.parameters.values() if p.kind in named and p.name not in SEAT]
    anything = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    if unnamed:
        raise InputError(f"agents: {kind.__name__} is given {shown(unnamed)} without a name; write partial(…, NAME=…)")
    for wrong in given:
        if wrong not in valid and not anything:
            raise (
                unknown("parameter", wrong, valid, f"agents: {kind.__name__}") if valid
                else InputError(f"agents: {kind.__name__} has no parameter {wrong!r}; its __init__ takes none")
            )  # fmt: skip
    try:
        signature.bind(None, 0, name, **given)
    except TypeError as error:
        raise InputError(
            f"agents: {kind.__name__}: {error}; it is made as {kind.__name__}(model, rows, name), with its parameters "
            f"as keywords: {', '.join(valid) or 'none'}"
        ) from error


def _class_of(own: Any) -> Any:
    return own.func if isinstance(own, partial) else own


def _parameters_of(own: Own) -> dict[str, Any]:
    return dict(own.keywords) if isinstance(own, partial) else {}


def identities(agents: Mapping[str, Own]) -> dict[str, str]:
    """Actor → the name of who holds its seat, with a fingerprint of its code and its parameters."""
    return {name: _identity(own) for name, own in agents.items()}


def identity_of(own: Any) -> str | None:
    """What names a custom actor; of the usual one nothing, and of one that was read from a file what stands there."""
    return own if own is None or isinstance(own, str) else _identity(own)


def _identity(own: Own) -> str:
    parameters = _parameters_of(own)
    told = ", ".join(f"{name}={shown(value, 24)}" for name, value in sorted(parameters.items()))
    kind = _class_of(own)
    return f"{kind.__name__}@{fingerprint(kind, parameters)}{told and f'({told})'}"


def digest(spec: Scenario, agents: Mapping[str, str]) -> str:
    """Sixteen hexadecimal digits that name what is simulated: a scenario, with custom actors by identity."""
    if not agents:
        return spec.digest()
    content = json.dumps([spec.canonical(), dict(agents)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def check_travels(agents: Mapping[str, Own]) -> None:
    """Refuse actors that another process could not import.

    Raises:
        InputError: saying why, and what to do.
    """
    for name, own in agents.items():
        if why := why_not_sent(own):
            raise InputError(
                f"agents[{name!r}]: {_class_of(own).__qualname__} cannot be sent to other processes: {why}; put it "
                "into a file of its own that is imported, such as actors.py beside the script, or leave out `executor`"
            )


def why_not_sent(own: Any) -> str:
    """Why another process could not import a class or a function, or a partial of one; empty where it could."""
    kind = _class_of(own)
    if "<locals>" in kind.__qualname__:
        return "it is defined in a function"
    if kind.__module__ == "__main__":
        return "it is defined in the script or notebook itself"
    if PathFinder.find_spec(kind.__module__.partition(".")[0]) is None:
        return f"its module {kind.__module__} is not on Python's path"
    try:
        pickle.dumps(own)
    except Exception as error:  # whatever an object of somebody's own raises
        return f"it cannot be pickled ({error})"
    return ""
