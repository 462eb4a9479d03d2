"""Reading YAML files that a person wrote: safely, and with the line on which something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.errors import Fault, InputError, is_plain_number, joined, nearest, shown

if TYPE_CHECKING:
    from scenarios.schema import Scenario

MAX_BYTES = 200_000
"""A file larger than this is refused unread."""
MAX_DEPTH = 12
"""A file nested deeper than this is refused."""


def read(path: Path, what: str = "scenario", near: Callable[[], Iterable[str]] = tuple) -> str:
    """The text of a file that a person named.

    Args:
        path: the file.
        what: what kind of file is wanted, for the messages.
        near: names that may have been meant.

    Raises:
        InputError: when it cannot be read.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a directory; give a {what} file (NAME.yaml) in it")
        if not path.is_file():
            hint = f"; of the library's scenarios, {nearest(path.stem, names)}" if (names := tuple(near())) else ""
            raise InputError(f"{path}: no such {what} file{hint}")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES // 1000} kB, which no {what} needs")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not a UTF-8 text file") from error
    except OSError as error:
        raise InputError(f"{shown(str(path))}: cannot be read ({error.strerror})") from error


@cache
def _loader() -> type[Any]:
    """Safe YAML without aliases, which nobody needs here and a bomb does; it notes numbers that mislead."""
    import yaml

    class Loader(yaml.SafeLoader):
        # A date stays the text that the schema expects.
        yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML reads it from the class
            first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

        def __init__(self, stream: str) -> None:
            super().__init__(stream)
            self.faults: list[Fault] = []

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.events.AliasEvent):
                line = self.peek_event().start_mark.line + 1
                raise yaml.YAMLError(f"aliases (*name) are not used in these files, line {line}")
            node: Any = super().compose_node(parent, index)
            if node.tag.endswith((":int", ":float")) and not is_plain_number(node.value):
                key = f"{index.value}: " if isinstance(index, yaml.ScalarNode) else ""
                self.faults.append(Fault(node.start_mark.line + 1, key + _misleading(node.value)))
            return node

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[Any] = set()
            for key, _ in node.value:
                if not isinstance(key.value, str) or key.tag == "tag:yaml.org,2002:merge":
                    raise yaml.YAMLError(f"a key must be a word, line {key.start_mark.line + 1}")
                if key.value in seen:
                    raise yaml.YAMLError(f"the key {key.value!r} appears twice, line {key.start_mark.line + 1}")
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    return Loader


def _misleading(value: str) -> str:
    """What to say about a number that YAML takes for another one than a reader does."""
    return (
        f"{shown(value)} is not a plain decimal number (YAML also reads base 8, 16 and 60); write the number you mean, "
        "such as 10 or 0.5, or put text in quotes"
    )


def mapping(text: str, where: str, what: str = "scenario", faults: list[Fault] | None = None) -> dict[str, Any]:
    """The fields of a file.

    Args:
        text: YAML.
        where: the file, for the messages.
        what: what kind of file it is.
        faults: where given, what is wrong with single numbers is added here for the caller to tell with the rest.

    Raises:
        InputError: with the line where the YAML is not valid.
    """
    import yaml

    try:
        loader = _loader()(text)
        try:
            content = loader.get_single_data()
        finally:
            loader.dispose()
        if isinstance(content, dict) and _depth(content) > MAX_DEPTH:
            raise InputError(f"{where}: nested more than {MAX_DEPTH} levels deep")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}" if mark else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise InputError(f"{where}{place}: not valid YAML: {problem}") from error
    except RecursionError as error:
        raise InputError(f"{where}: nested too deeply; at most {MAX_DEPTH} levels are read") from error
    except InputError:
        raise
    except ValueError as error:  # a tag that does not fit its text, or a number of thousands of digits
        raise InputError(f"{where}: not valid YAML: {shown(str(error))}") from error
    if not isinstance(content, dict):
        got = "it is empty" if content is None else f"got {type(content).__name__}"
        raise InputError(f"{where}: a {what} file is a mapping of fields; {got}")
    if loader.faults and faults is None:
        raise joined(loader.faults, where)
    if faults is not None:
        faults += loader.faults
    return content


def _depth(content: Any) -> int:
    if isinstance(content, dict):
        return 1 + max(map(_depth, content.values()), default=0)
    return 1 + max(map(_depth, content), default=0) if isinstance(content, list) else 0


def line(text: str, place: Sequence[str | int], message: str = "") -> int | None:
    """The line of a place in YAML text, or of the last part of it that stands there; None where none does.

    Args:
        text: YAML.
        place: keys and numbers from the top, as pydantic gives them; parts that are no key are passed over.
        message: what is wrong; a key or value below the place that it quotes is more exact.
    """
    import yaml

    node, found = yaml.compose(text, Loader=_loader()), None
    for part in place:
        below = _below(node, str(part))
        if below is not None:
            found, node = below
    quoted = message.partition(";")[0]  # what follows is what would be valid, and may stand elsewhere in the file
    exact = [key for key, value in _within(node) if f"'{value}'" in quoted]
    if exact:
        found = exact[0]
    return None if found is None else found + 1


def _within(node: Any) -> list[tuple[int, str]]:
    """Line and text of every key and every entry of a list in a node, from the top."""
    if isinstance(node.value, str):
        return []
    pairs = node.value if node.id == "mapping" else [(child, child) for child in node.value]
    found = []
    for key, child in pairs:
        if isinstance(key.value, str):
            found.append((key.start_mark.line, key.value))
        found += _within(child)
    return found


def _below(node: Any, part: str) -> tuple[int, Any] | None:
    if node.id == "sequence" and part.isdigit() and int(part) < len(node.value):
        child = node.value[int(part)]
        return child.start_mark.line, child
    if node.id == "mapping":
        return next(((key.start_mark.line, child) for key, child in node.value if key.value == part), None)
    return None


def standalone(spec: Scenario) -> dict[str, Any]:
    """A scenario as the fields of a file that stands alone: those that differ from their defaults."""
    from scenarios.schema import Scenario

    content = spec.model_dump(mode="json")
    usual = {name: field.get_default(call_default_factory=True) for name, field in Scenario.model_fields.items()}
    kept = {name: value for name, value in content.items() if getattr(spec, name) != usual[name]}
    if "switches" in kept:
        kept["switches"] = {k: v for k, v in kept["switches"].items() if v != getattr(usual["switches"], k)}
    for part in ("actors", "events", "rules", "sources"):
        if part in kept:
            kept[part] = _without_blanks(kept[part])
    return kept


def _without_blanks(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_blanks(v) for k, v in value.items() if v not in (None, "")}
    return [_without_blanks(v) for v in value] if isinstance(value, list) else value
