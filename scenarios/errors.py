"""Errors a person can act on: what is wrong, where, and what would be valid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import InitErrorDetails

_FORM = re.compile(r"^(float|int|str|function-.*|(literal|dict|tagged-union|constrained-\w+)\[.*)$", re.DOTALL)
"""Parts of a path that name a form pydantic tried, not a field of the file."""


def one_line(text: str) -> str:
    """A text without line breaks and other invisible characters, which quoted input may contain."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class Fault(NamedTuple):
    """Something wrong in a file."""

    line: int | None
    text: str
    place: str = ""
    """The field, from the top, as `rules.0.strength`; empty where it is the file."""


class InputError(ValueError):
    """Invalid input from a person: one line that names the place and what would be valid."""

    def __init__(self, text: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(one_line(str(text)))
        self.faults = tuple(faults) or (Fault(None, str(self)),)
        """What is wrong, one by one; the text may leave some out."""


_PLAIN = re.compile(
    r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?\.?(inf|Inf|INF)|\.?(nan|NaN|NAN)"
)


def as_number(value: Any) -> float | None:
    """The number that a person gave, or None for anything that is not plainly a number, such as yes or no."""
    if is_switch(value) or (isinstance(value, str) and not is_plain_number(value.strip())):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def is_plain_number(text: str) -> bool:
    """Whether every reader would see the same number; YAML also reads base 8 (010), 16 (0x1F) and 60 (1:40)."""
    return bool(_PLAIN.fullmatch(text))


def is_switch(value: Any) -> bool:
    """Whether a value is yes or no, NumPy's included, which Python would read as 1 and 0."""
    return type(value).__name__ in ("bool", "bool_")


def no_switch(value: Any) -> Any:
    """Refuse yes and no where a number belongs: Python would read them as 1 and 0.

    Raises:
        InputError: quoting the value.
    """
    if is_switch(value):
        raise InputError(f"is {value} (YAML reads yes or no); give a number, or put text in quotes")
    return value


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """A hint: the nearest valid name, or the whole list if none is near."""
    import difflib

    names = sorted(valid)
    close = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    return "choose from: " + ", ".join(names)


def unknown(what: str, wrong: str, valid: Iterable[str], where: str = "") -> InputError:
    """The error for a name that does not exist."""
    return InputError(f"{where + ': ' if where else ''}unknown {what} {shown(wrong)}; {nearest(wrong, valid)}")


def shown(value: Any, longest: int = 60) -> str:
    """A value for use in a message: in quotes if it is text, and short."""
    try:
        text = repr(value)
    except ValueError:  # Python does not write integers of more than 4,300 digits
        return "a number with thousands of digits"
    return text if len(text) <= longest else text[: longest - 1] + "…"


MOST_FAULTS = 12
"""How many faults of a file are listed; nobody would read more."""


def joined(faults: Sequence[Fault], where: str = "") -> InputError:
    """All faults of a file in one message, each with its line number.

    Args:
        faults: at least one.
        where: the file or scenario.
    """
    if len(faults) == 1:
        at = f" line {faults[0].line}" if faults[0].line and where else ""
        return InputError(f"{where}{at}: {faults[0].text}" if where else faults[0].text, faults)
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    told = [
        f"({n}) {f'line {fault.line}: ' if fault.line else ''}{fault.text}"
        for n, fault in enumerate(ordered[:MOST_FAULTS], start=1)
    ]
    more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
    return InputError(f"{where + ': ' if where else ''}{len(faults)} faults: {'; '.join(told)}{more}", ordered)


def several(problems: Iterable[tuple[str | tuple[str | int, ...], str]]) -> ValidationError:
    """An error that a pydantic validator can raise for several faults at once.

    Args:
        problems: for each fault, the field (or the path below the current place) and what is wrong.
    """
    from pydantic_core import ValidationError

    return ValidationError.from_exception_data("faults", list(map(_fault, problems)))


def _fault(problem: tuple[str | tuple[str | int, ...], str]) -> InitErrorDetails:
    from pydantic_core import InitErrorDetails, PydanticCustomError

    place, text = problem
    # The message is not a template: braces in what a person wrote stay as they are.
    said = PydanticCustomError("fault", "{said}", {"said": text})
    return InitErrorDetails(type=said, loc=(place,) if isinstance(place, str) else place, input=None)


def with_faults(error: ValidationError, problems: Iterable[tuple[str | tuple[str | int, ...], str]]) -> ValidationError:
    """Pydantic's errors together with further faults, as in `several`."""
    from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

    details = []
    for found in error.errors():
        kind: Any = PydanticCustomError("fault", "{said}", found["ctx"]) if found["type"] == "fault" else found["type"]
        details.append(InitErrorDetails(type=kind, loc=found["loc"], input=found["input"], ctx=found.get("ctx", {})))
    return ValidationError.from_exception_data(error.title, [*details, *map(_fault, problems)])


def from_validation(
    error: ValidationError,
    where: str = "",
    valid: Mapping[str, Iterable[str]] | None = None,
    line: Callable[[Sequence[str | int], str], int | None] = lambda place, message: None,
) -> InputError:
    """All of pydantic's errors in one message, with their places in the file.

    Args:
        error: pydantic's error.
        where: the file or scenario.
        valid: valid fields by part of the file, `""` for the top level.
        line: finds the line number of a place in the file.
    """
    return joined(faults_of(error, valid, line), where)


def faults_of(
    error: ValidationError,
    valid: Mapping[str, Iterable[str]] | None = None,
    line: Callable[[Sequence[str | int], str], int | None] = lambda place, message: None,
) -> list[Fault]:
    """Pydantic's errors, one for each place; arguments as in `from_validation`."""
    complaints = error.errors()
    # Where a mapping replaces a number, the fault inside it says more than "not a number".
    complaints = [
        c for c in complaints if not (c["loc"][-1:] == ("float",) and isinstance(c["input"], dict))
    ] or complaints
    found: dict[str, Fault] = {}
    for complaint in complaints:
        if complaint["type"] == "too_short" and complaint["input"] and len(complaints) > 1:
            continue  # its entries are wrong, and each says so itself
        loc = complaint["loc"]
        place = ".".join(str(part) for part in loc if not _FORM.match(str(part)))
        if place in found and complaint["type"] != "fault":
            continue  # another form that pydantic tried for the same place
        text = _said(complaint, place, valid or {})
        found[place if place not in found else f"{place} {len(found)}"] = Fault(line(loc, text), text, place)
    return list(found.values())


_ASKED = (
    ("missing", "is required and missing"), ("string", "give text"), ("float", "give a number"),
    ("int_from_float", "give a whole number"), ("int", "give a whole number"), ("bool", "give true or false"),
    ("tuple", "give a list"), ("list", "give a list"), ("set", "give a list"),
    ("dict", "give fields with their values, such as {field: value}"),
    ("model", "give fields with their values, such as {field: value}"),
)  # fmt: skip
"""Beginnings of pydantic's types of errors, and what to do in words."""
_LIMITS = {
    "string_too_long": "give at most {max_length} characters",
    "string_too_short": "give at least {min_length} characters",
    "too_long": "give at most {max_length}", "too_short": "give at least {min_length}",
    "greater_than": "give more than {gt:g}", "greater_than_equal": "give {ge:g} or more",
    "less_than": "give less than {lt:g}", "less_than_equal": "give {le:g} or less",
    "finite_number": "give a finite number", "string_pattern_mismatch": "it must match the pattern {pattern}",
}  # fmt: skip
"""The same for what is too long, too large or the like; names in braces are those of pydantic."""
_OF_A_KIND = ("type", "parsing", "attributes", "missing", "unicode", "from")
"""How the types of errors go on that say that something is of the wrong kind, or not there."""


def _asked(complaint: Any) -> str:
    """What would be valid where something else stands, or nothing; empty for faults that say so themselves."""
    kind, got = complaint["type"], complaint["input"]
    if kind in _LIMITS:
        return f"{_LIMITS[kind].format(**complaint.get('ctx', {}))}; got {_got(got)}"
    for begin, text in _ASKED:
        if kind.startswith(begin) and any(part in _OF_A_KIND for part in kind.split("_")):
            return text if kind == "missing" else f"{text}; got {_got(got)}"
    return ""


def _got(value: Any) -> str:
    """What somebody gave, in a word where it is no single value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "a mapping" if isinstance(value, dict) else shown(value)


def _said(complaint: Any, place: str, valid: Mapping[str, Iterable[str]]) -> str:
    """One error of pydantic, with its place and what would be valid."""
    loc, message = complaint["loc"], complaint["msg"].removeprefix("Value error, ")
    if complaint["type"] == "extra_forbidden":
        fields = valid.get(str(loc[0]) if len(loc) > 1 else "")
        hint = f"; {nearest(str(loc[-1]), fields)}" if fields and loc[-1] not in fields else ""
        return f"unknown field {shown(place)}{hint}"
    if complaint["type"] == "literal_error":
        known = re.findall(r"'([^']*)'|(\d+)", complaint["ctx"]["expected"])
        known = [one or two for one, two in known]
        near = nearest(str(complaint["input"]), known)
        message = f"{shown(complaint['input'])} is not known; {near}"
    elif asked := _asked(complaint):
        message = asked
    elif complaint["type"] not in ("value_error", "missing", "fault") and isinstance(
        complaint["input"], str | int | float
    ):
        message += f"; got {shown(complaint['input'])}"
    if place and loc and f"'{loc[-1]}'" in message:  # the message names it already
        place = place.rpartition(".")[0]
    return f"{place}: {message}" if place else message
