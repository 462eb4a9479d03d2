"""Scenarios, parameters and data: everything that goes into a simulation, and nothing that computes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import files
from scenarios.errors import Fault, InputError, faults_of, joined, shown, unknown

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from scenarios.what_ifs import under

LIBRARY = Path(__file__).parent / "library"
QUESTIONS = Path(__file__).parent / "questions"
"""Scenarios that answer the questions of autumn 2026: they load by name, and stand apart from the library."""
FRAMES = Path(__file__).parent / "frames"
"""Scenarios that other people's texts describe: they load by name too, and stand apart as well."""
BASELINE = "current_policy"

_HEAD = {"name", "title", "story", "question", "sources", "kind"}


@cache
def names() -> tuple[str, ...]:
    """The scenarios of the library; the directory is the registry. Branches are listed as NAME:BRANCH."""
    found = []
    for path in sorted(LIBRARY.glob("*.yaml")):
        content = files.mapping(path.read_text(encoding="utf-8"), path.name)
        branches = content.get("branches")
        found += [f"{path.stem}:{branch}" for branch in branches] if branches else [path.stem]
    found.sort(key=lambda name: (name != BASELINE, name))
    return tuple(found)


@cache
def question_names() -> tuple[str, ...]:
    """The names of the questions' scenarios, in order."""
    return _stems(QUESTIONS)


@cache
def frame_names() -> tuple[str, ...]:
    """The names of the scenarios of other people's texts, in order."""
    return _stems(FRAMES)


def _stems(folder: Path) -> tuple[str, ...]:
    return tuple(path.stem for path in sorted(folder.glob("*.yaml")))


def apart(name: str) -> bool:
    """Whether a name is a scenario that stands apart from the library: a question's or a frame's."""
    return name in question_names() or name in frame_names()


_BRANCH_OF_FILE = re.compile(r"(.+\.ya?ml):(\w+)")
"""A branch of a file, as `mine.yaml:strict`."""


def load(name: str | Path) -> Scenario:
    """A scenario of the library by name (NAME or NAME:BRANCH), or a YAML file by path (FILE or FILE:BRANCH).

    Raises:
        InputError: with one line that names the place and the nearest valid name.
    """
    if not isinstance(name, str | Path):
        raise InputError(f"name is {shown(name)}; give the name of a scenario or a path to a file")
    return _load(name, ())


def _load(name: str | Path, chain: tuple[str, ...]) -> Scenario:
    """A scenario, given the scenarios that are like it: one that comes back to itself is refused."""
    text = str(name)
    if of_a_file := _BRANCH_OF_FILE.fullmatch(text):
        path = Path(of_a_file[1])
        chain = _longer(chain, f"{path.resolve()}:{of_a_file[2]}", text)
        return parse(files.read(path, near=names), str(path), of_a_file[2], _chain=chain)
    if text.endswith((".yaml", ".yml")) or isinstance(name, Path) or "/" in text:
        path = Path(text)
        content = files.read(path, near=names)
        return parse(content, str(path), _chain=_longer(chain, str(path.resolve()), str(path)))
    if apart(text):
        return _from_library(text, None, _longer(chain, text, text))
    stem, _, branch = text.partition(":")
    if text not in names():
        branches = [n for n in names() if n.startswith(stem + ":")]
        if not branches or ":" in text:
            raise unknown("scenario", text, names())
        branch = branches[0].split(":")[1]
    _longer(chain, text, text)
    return _from_library(stem, branch or None, chain)


def _longer(chain: tuple[str, ...], name: str, where: str) -> tuple[str, ...]:
    if name in chain:
        circle = " → ".join(part.rpartition("/")[2] for part in (*chain[chain.index(name) :], name))
        raise InputError(f"{where}: `like` goes round in a circle: {circle}; one of them must stand alone")
    return (*chain, name)


@cache
def _from_library(stem: str, branch: str | None, chain: tuple[str, ...]) -> Scenario:
    folder = QUESTIONS if stem in question_names() else FRAMES if stem in frame_names() else LIBRARY
    path = folder / f"{stem}.yaml"
    chain = (*chain, f"{stem}:{branch}" if branch else stem)
    return parse(path.read_text(encoding="utf-8"), path.name, branch, _chain=chain)


def parse(text: str, where: str = "scenario", branch: str | None = None, *, _chain: tuple[str, ...] = ()) -> Scenario:
    """A scenario from YAML text; `like` names the scenario it starts from, `what_if` the what ifs laid over the result.

    A `like` or `baseline` that is a file is looked for from the folder of the file that names it.

    Raises:
        InputError: naming the place and what would be valid.
    """
    from pydantic import ValidationError

    from scenarios.schema import Scenario

    faults: list[Fault] = []
    content = files.mapping(text, where, faults=faults)
    branches = content.pop("branches", None)
    at: Callable[[Any, str], int | None] = partial(files.line, text)
    if branches is not None:
        own = _branch(branches, branch, where)
        at = partial(_line_of_branch, text, branch or next(iter(branches)), own)
        content = _merged(content, own)
    elif branch is not None:
        raise InputError(f"{where}: has no branches; leave :{branch} out")
    base, worlds = content.pop("like", None), content.pop("what_if", None)
    if base is not None:
        try:
            start = _load(_beside(str(base), where), _chain).model_dump(exclude=_HEAD)
        except InputError as error:
            faults.append(Fault(at(("like",), ""), f"like: {error}", "like"))
            start = {}
        if start and base != content.get("name"):
            start["baseline"] = str(base)
        content = _merged(start, content)
    content = {**_usual_head(where, None if base is None else str(base)), **content}
    spec = None
    try:
        spec = Scenario.model_validate(content)
    except ValidationError as error:
        faults += faults_of(error, _fields(), at)
    except InputError as error:
        faults.append(Fault(None, str(error)))
    if problem := _baseline_problem(content.get("baseline"), where):
        faults.append(Fault(at(("baseline",), ""), problem, "baseline"))
    if spec is None and worlds is not None:
        faults += _no_worlds(worlds, at(("what_if",), ""))
    if faults or spec is None:
        raise joined(faults, where)
    return spec if worlds is None else _in_worlds(spec, worlds, where, at(("what_if",), ""))


def _named_worlds(worlds: Any) -> list[str]:
    return list(map(str, worlds if isinstance(worlds, list) else [worlds]))


def _no_worlds(worlds: Any, line: int | None) -> list[Fault]:
    """What is wrong with the names of what ifs in a file that has other faults too."""
    from scenarios import what_ifs

    try:
        what_ifs.in_order(_named_worlds(worlds))
    except InputError as error:
        return [Fault(line, f"what_if: {error}", "what_if")]
    return []


def _in_worlds(spec: Scenario, worlds: Any, where: str, line: int | None) -> Scenario:
    """The scenario of a file in the world of the what ifs that the file names; its own wording stays."""
    from scenarios import what_ifs

    try:
        found = what_ifs.under(spec, *_named_worlds(worlds))
    except InputError as error:
        raise joined([Fault(line, f"what_if: {error}", "what_if")], where) from error
    return found.with_changes(title=spec.title)


def name_of(file: str) -> str:
    """The name of a scenario whose file gives none: what the file is called, in small letters and underscores."""
    words = re.sub(r"[^a-z0-9]+", "_", Path(file).stem.lower()).strip("_")[:60] or "scenario"
    return words if words[0].isalpha() else f"scenario_{words}"


def _usual_head(where: str, base: str | None) -> dict[str, Any]:
    """Name and wording of a scenario whose file gives none, made from what the file is called."""
    name, stem = name_of(where), Path(where).stem.replace("-", "_")
    title = " ".join(stem.replace("_", " ").split())[:120] or "Scenario"
    like = f"a difference from {Path(base).name[:80]}" if base else "on current policy's defaults"
    return {
        "name": name, "title": title[0].upper() + title[1:], "story": f"A custom scenario, {like}.",
        "question": f"What follows from {title}?", "sources": [{"title": Path(where).name[:300] or "the scenario"}],
    }  # fmt: skip


def _beside(name: str, where: str) -> str:
    """A file that another one names, as seen from that one's folder."""
    return str(Path(where).parent / name) if name.endswith((".yaml", ".yml")) else name


def _baseline_problem(baseline: Any, where: str) -> str:
    """Why a scenario cannot be compared with this one; empty where it can, or where it is no name at all."""
    if not isinstance(baseline, str) or any(name == baseline or name.startswith(baseline + ":") for name in names()):
        return ""
    if baseline.endswith((".yaml", ".yml")) and Path(_beside(baseline, where)).is_file():
        return ""
    return str(unknown("scenario", baseline, names(), "baseline"))


@cache
def _fields() -> dict[str, tuple[str, ...]]:
    """What may stand in a scenario file, by part."""
    from scenarios.events import Event
    from scenarios.quantities import ARGUMENTS
    from scenarios.rules import Rule
    from scenarios.schema import ActorChange, Scenario, Source, Switches

    parts: dict[str, Any] = {
        "events": Event,
        "rules": Rule,
        "actors": ActorChange,
        "sources": Source,
        "switches": Switches,
    }
    return {
        "": (*Scenario.model_fields, "like", "what_if", "branches"),
        "parameters": ("kind", "weights", *sorted({name for names in ARGUMENTS.values() for name in names})),
        **{name: tuple(model.model_fields) for name, model in parts.items()},
    }


def _line_of_branch(text: str, branch: str, own: dict[str, Any], place: Any, message: str) -> int | None:
    """The line of a place in a file with branches: in the branch where that has the field, otherwise above."""
    inside = ("branches", branch) if place and place[0] in own else ()
    return files.line(text, (*inside, *place), message)


def _branch(branches: Any, branch: str | None, where: str) -> dict[str, Any]:
    if not isinstance(branches, dict) or not branches:
        raise InputError(f"{where}: branches is a mapping of branch name → fields")
    chosen = branch or next(iter(branches))
    if chosen not in branches:
        raise unknown("branch", chosen, map(str, branches), where)
    if not isinstance(branches[chosen], dict):
        raise InputError(f"{where}: branches.{chosen}: a branch is a mapping of fields")
    return dict(branches[chosen])


def _merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Fields of `change` over `base`: mappings are merged entry by entry, shares and decisions to their last level.

    Lists are replaced. A lever takes the place of what the base holds decisions of it at.
    """
    from scenarios import decisions, groups

    result = dict(base)
    if isinstance(change.get("decisions"), dict) and "decisions" in base:
        # Choosing is what everybody does of whom nothing is said: written out, it would stand over what a group does.
        held = {} if base["decisions"] == decisions.CHOOSE else base["decisions"]
        result["decisions"] = decisions.spelled(held, groups.kinds())
        change = {**change, "decisions": decisions.spelled(change["decisions"], groups.kinds())}
    if isinstance(change.get("levers"), dict):
        fixed = [name for name, setting in change["levers"].items() if setting != "actor"]
        result["decisions"] = decisions.without(result.get("decisions", decisions.CHOOSE), fixed)
    for key, value in change.items():
        old = result.get(key)
        result[key] = _over(old, value, {"allocation": 3, "decisions": 2}.get(key, 1))
    return result


def _over(old: Any, new: Any, levels: int) -> Any:
    """One mapping over another, so many levels deep; anything else takes the other's place."""
    if not levels or not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{key: _over(old.get(key), value, levels - 1) for key, value in new.items()}}


def __getattr__(name: str) -> Any:
    """Import the schema only when it is asked for: the command line starts without pydantic and NumPy."""
    if name == "Scenario":
        from scenarios.schema import Scenario

        return Scenario
    if name == "under":
        from scenarios.what_ifs import under

        return under
    raise AttributeError(f"module 'scenarios' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What can be used, also what is not imported yet."""
    return sorted({*globals(), *__all__})


__all__ = ["BASELINE", "LIBRARY", "InputError", "Scenario", "load", "name_of", "names", "parse", "under"]
