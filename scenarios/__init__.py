"""Scenarios, parameters and data: everything that goes into a simulation, and nothing that computes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from scenarios.errors import InputError, from_validation, unknown
from scenarios.schema import Scenario

LIBRARY = Path(__file__).parent / "library"
BASELINE = "current_policy"
MAX_BYTES = 200_000
"""A scenario file larger than this is refused unread."""
MAX_DEPTH = 12
"""A scenario file nested deeper than this is refused."""

_HEAD = {"name", "title", "story", "question", "sources"}


@cache
def names() -> tuple[str, ...]:
    """The scenarios of the library; the directory is the registry. Branches are listed as NAME:BRANCH."""
    found = []
    for path in sorted(LIBRARY.glob("*.yaml")):
        content = _mapping(path.read_text(encoding="utf-8"), path.name)
        branches = content.get("branches")
        found += [f"{path.stem}:{branch}" for branch in branches] if branches else [path.stem]
    found.sort(key=lambda name: (name != BASELINE, name))
    return tuple(found)


def load(name: str | Path) -> Scenario:
    """A scenario of the library by name (NAME or NAME:BRANCH), or a YAML file by path.

    Raises:
        InputError: with one line that names the place and the nearest valid name.
    """
    text = str(name)
    if text.endswith((".yaml", ".yml")) or isinstance(name, Path) or "/" in text:
        path = Path(text)
        if not path.is_file():
            raise InputError(f"{path}: no such scenario file")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES // 1000} kB, which no scenario needs")
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: is not a UTF-8 text file") from error
        return parse(content, str(path))
    if text not in names():
        stem = text.split(":")[0]
        branches = [n for n in names() if n.startswith(stem + ":")]
        if branches and ":" not in text:
            return _from_library(stem, branches[0].split(":")[1])
        raise unknown("scenario", text, names())
    stem, _, branch = text.partition(":")
    return _from_library(stem, branch or None)


@cache
def _from_library(stem: str, branch: str | None) -> Scenario:
    path = LIBRARY / f"{stem}.yaml"
    return parse(path.read_text(encoding="utf-8"), path.name, branch)


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases, which a scenario does not need and a bomb does."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not used in scenario files")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.YAMLError(f"the key {key.value!r} stands twice, line {key.start_mark.line + 1}")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _mapping(text: str, where: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with fewer features
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}" if mark else ""
        raise InputError(f"{where}{place}: not valid YAML: {getattr(error, 'problem', None) or error}") from error
    except RecursionError as error:
        raise InputError(f"{where}: nested too deeply") from error
    if not isinstance(content, dict):
        raise InputError(f"{where}: a scenario file is a mapping of fields; got {type(content).__name__}")
    if _depth(content) > MAX_DEPTH:
        raise InputError(f"{where}: nested more than {MAX_DEPTH} levels deep")
    return content


def _depth(content: Any) -> int:
    if isinstance(content, dict):
        return 1 + max(map(_depth, content.values()), default=0)
    return 1 + max(map(_depth, content), default=0) if isinstance(content, list) else 0


def parse(text: str, where: str = "scenario", branch: str | None = None) -> Scenario:
    """A scenario from YAML text; a field `like` names the scenario that it starts from.

    Raises:
        InputError: naming the place and what would be valid.
    """
    content = _mapping(text, where)
    branches = content.pop("branches", None)
    if branches is not None:
        content = _merged(content, _branch(branches, branch, where))
    base = content.pop("like", None)
    if base is not None:
        start = load(str(base)).model_dump(exclude=_HEAD)
        if base != content.get("name"):
            start["baseline"] = str(base)
        content = _merged(start, content)
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise from_validation(error, where, [*Scenario.model_fields, "like", "branches"]) from error
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _branch(branches: Any, branch: str | None, where: str) -> dict[str, Any]:
    if not isinstance(branches, dict) or not branches:
        raise InputError(f"{where}: branches is a mapping of branch name → fields")
    chosen = branch or next(iter(branches))
    if chosen not in branches:
        raise unknown("branch", chosen, branches, where)
    return dict(branches[chosen])


def _merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Fields of `change` over `base`; mappings are merged one level deep, lists are replaced."""
    result = dict(base)
    for key, value in change.items():
        old = result.get(key)
        result[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return result


__all__ = ["BASELINE", "InputError", "LIBRARY", "Scenario", "load", "names", "parse"]
