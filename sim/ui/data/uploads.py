"""A scenario file from a stranger: checked before, while and after it is read, and never written anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scenarios import files, parse
from scenarios.errors import InputError, nearest, shown
from scenarios.schema import Scenario
from sim.ui.shared.setup import BEYOND, first_line, loadable

TYPES = ("yaml", "yml", "json")
SMALLEST = "like: current_policy\nlevers:\n  enforcement: 5\n"
"""The least that a file needs: where it starts, and what it changes; name and wording come from what it is called."""
MOST_NODES = 20_000
"""Keys and values in a file; the longest scenario that the schema allows has fewer."""
LONGEST = 2_000
"""Characters of one value."""
TRIED = 64
"""Futures of the trial run that shows whether a scenario can be simulated at all."""
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Characters that have no look of their own, or turn the direction in which a text is read."""


def read(content: bytes, name: str) -> Scenario:
    """The scenario that a file describes.

    Args:
        content: the file.
        name: what it is called, for the messages; it may be anything.

    Raises:
        InputError: with the line, where one is to blame, and what would be valid.
    """
    where = called(name)
    text = _text(content, where)
    if where.lower().endswith(".json"):
        text = text.replace("\t", "  ")  # JSON may be indented with tabs, YAML may not
    try:
        guard(text, where)
        fields = files.mapping(text, where)
        _check_names(fields, text, where)
        _check_texts(fields, text, where)
        spec = parse(text, where)
    except InputError:
        raise
    except Exception as error:  # whatever else a hostile file brings about is the file's fault, and told as such
        raise InputError(f"{where}: cannot be read as a scenario ({_brief(error)})") from error
    return spec


def check_runs(spec: Scenario, where: str = "") -> None:
    """Refuse a scenario that can be read but not simulated, after a short trial.

    Raises:
        InputError: saying why.
    """
    import numpy as np

    from sim.run import simulate

    start = f"{where}: " if where else ""
    try:
        with np.errstate(all="ignore"):  # numbers that are not finite are refused afterward, in one line
            simulate(spec, runs=TRIED)
    except InputError as error:
        raise InputError(f"{start}cannot be simulated: {first_line(error)}") from error
    except ArithmeticError as error:
        raise InputError(f"{start}{BEYOND}") from error
    except Exception as error:  # numbers far outside what the equations are for
        raise InputError(
            f"{start}cannot be simulated; something in it lies too far from what the model is for ({_brief(error)})"
        ) from error


def called(name: str) -> str:
    """A file's name as messages can hold it: without folders and odd characters, and not too long."""
    plain = _ODD.sub("", re.split(r"[/\\]", name)[-1]).strip()
    return (plain if len(plain) <= 40 else f"{plain[:28]}…{plain[-11:]}") or "the file"


def _brief(error: Exception) -> str:
    lines = str(error).splitlines() or [""]
    return shown(_ODD.sub("", f"{type(error).__name__}: {lines[0]}"), 120)


def _text(content: bytes, where: str) -> str:
    if len(content) > files.MAX_BYTES:
        raise InputError(f"{where}: larger than {files.MAX_BYTES // 1000} kB, which no scenario needs")
    if not content.strip():
        raise InputError(f"{where}: is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{where} line {line}: is not a UTF-8 text file") from error
    odd = _ODD.search(text.replace("\r", ""))
    if odd:
        line = text.replace("\r", "").count("\n", 0, odd.start()) + 1
        raise InputError(f"{where} line {line}: has a character that no text has (U+{ord(odd[0]):04X})")
    return text


def guard(text: str, where: str) -> None:
    """Refuse what could cost a lot or do something, token by token, before anything is built from the text.

    Raises:
        InputError: with the line.
    """
    import yaml

    depth = nodes = documents = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            nodes += isinstance(event, yaml.NodeEvent)
            documents += isinstance(event, yaml.DocumentStartEvent)
            problem = _refused(event)
            if documents > 1:
                problem = "a second scenario begins; upload one at a time"
            if depth > files.MAX_DEPTH:
                problem = f"nested too deeply; at most {files.MAX_DEPTH} levels are read"
            if nodes > MOST_NODES:
                problem = f"more than {MOST_NODES:,} keys and values, which no scenario needs"
            if problem:
                raise InputError(f"{where} line {line}: {problem}")
    except yaml.YAMLError:
        return  # the loader says what is wrong with it


def _refused(event: Any) -> str:
    """What is wrong with one token of YAML; empty where nothing is."""
    import yaml

    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return "anchors and aliases (&name, *name) are not used in these files"
    if getattr(event, "tag", None) is not None:
        return f"tags ({shown(event.tag.replace('tag:yaml.org,2002:', '!!'), 40)}) are not used in these files"
    if isinstance(event, yaml.ScalarEvent):
        if event.value == "<<" and event.implicit[0]:
            return "merge keys (<<) are not used in these files; name a scenario with `like`"
        if len(event.value) > LONGEST:
            return f"a value of {len(event.value):,} characters; at most {LONGEST:,} are read"
    return ""


def _at(where: str, text: str, *place: str) -> str:
    line = files.line(text, place)
    return f"{where} line {line}: {place[-1]}" if line else f"{where}: {place[-1]}"


def _check_names(fields: dict[str, Any], text: str, where: str) -> None:
    """Refuse other files, which would be looked for on the server, and several scenarios in one file."""
    branches = fields.get("branches")
    if isinstance(branches, dict) and len(branches) > 1:
        listed = ", ".join(shown(name, 40).strip("'") for name in list(branches)[:6])
        raise InputError(f"{_at(where, text, 'branches')}: the file holds {len(branches)} scenarios ({listed}); "
                         "upload one at a time")  # fmt: skip
    parts: list[tuple[tuple[str, ...], Any]] = [((), fields)]
    if isinstance(branches, dict):
        parts += [(("branches", str(name)), part) for name, part in branches.items()]
    known = loadable()
    for place, part in parts:
        for field in ("like", "baseline") if isinstance(part, dict) else ():
            value = part.get(field)
            if value is not None and str(value) not in known:
                hint = nearest(str(value)[:60], known)
                raise InputError(
                    f"{_at(where, text, *place, field)}: unknown scenario {shown(value)}; in an uploaded file it is a "
                    f"name of the library; {hint} The rest of the file is checked once this is right"
                )


def _check_texts(fields: dict[str, Any], text: str, where: str) -> None:
    """Refuse texts that cannot be shown."""
    for field, value in fields.items():
        for part in _strings({field: value}):
            odd = _ODD.search(part)
            if odd:
                raise InputError(f"{_at(where, text, field)}: has a character that no text has (U+{ord(odd[0]):04X})")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield str(key)
            yield from _strings(below)
    elif isinstance(value, list):
        for below in value:
            yield from _strings(below)
