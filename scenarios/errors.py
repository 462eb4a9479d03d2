"""Errors a person can act on: what was wrong, where, and what would be valid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

_FORM = re.compile(r"^(float|int|str|function-.*|(literal|dict|tagged-union|constrained-\w+)\[.*)$", re.DOTALL)
"""Parts of a place that name a form that pydantic tried, and not a field of the file."""


class InputError(ValueError):
    """Bad input from a person: one line that names the place and what would be valid."""


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """A hint with the nearest valid name, or the list when nothing is near."""
    import difflib

    names = sorted(valid)
    close = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    return "valid are: " + ", ".join(names)


def unknown(what: str, wrong: str, valid: Iterable[str], where: str = "") -> InputError:
    """The error for a name that does not exist."""
    return InputError(f"{where + ': ' if where else ''}unknown {what} {shown(wrong)}; {nearest(wrong, valid)}")


def shown(value: Any, longest: int = 60) -> str:
    """A value as it can stand in a line: quoted where it is text, and not longer than a glance."""
    try:
        text = repr(value)
    except ValueError:  # Python does not write integers of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= longest else text[: longest - 1] + "…"


def from_validation(
    error: ValidationError,
    where: str = "",
    valid: Mapping[str, Iterable[str]] | None = None,
    line: Callable[[Sequence[str | int], str], int | None] = lambda place, message: None,
) -> InputError:
    """The first complaint of pydantic as one line with the place in the file.

    Args:
        error: what pydantic says.
        where: the file or scenario.
        valid: fields by the part of the file in which they stand, `""` for the top.
        line: finds the line of a place in the file.
    """
    complaints = error.errors()
    # Where a mapping stands for a number, what is wrong in it says more than that it is no number.
    complaints = [
        c for c in complaints if not (c["loc"][-1:] == ("float",) and isinstance(c["input"], dict))
    ] or complaints
    first = complaints[0]
    places = [".".join(str(part) for part in c["loc"] if not _FORM.match(str(part))) for c in complaints]
    message = first["msg"].removeprefix("Value error, ")
    at = line(first["loc"], message)
    start = f"{where}{f' line {at}' if at else ''}: " if where else ""
    if first["type"] == "extra_forbidden":
        part = str(first["loc"][0]) if len(first["loc"]) > 1 else ""
        fields = (valid or {}).get(part)
        hint = f"; {nearest(str(first['loc'][-1]), fields)}" if fields else ""
        return InputError(f"{start}unknown field {shown(places[0])}{hint}")
    if first["type"] not in ("value_error", "missing") and isinstance(first["input"], str | int | float):
        message += f"; got {shown(first['input'])}"
    more = len(set(places)) - 1
    tail = f" (and {more} more)" if more else ""
    return InputError(f"{start}{places[0]}: {message}{tail}" if places[0] else f"{start}{message}{tail}")
