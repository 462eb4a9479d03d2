"""Errors a person can act on: what was wrong, where, and what would be valid."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pydantic import ValidationError


class InputError(ValueError):
    """Bad input from a person: one line that names the place and what would be valid."""


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """A hint with the nearest valid name, or the list when nothing is near."""
    names = sorted(valid)
    close = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    return "valid are: " + ", ".join(names)


def unknown(what: str, wrong: str, valid: Iterable[str], where: str = "") -> InputError:
    """The error for a name that does not exist."""
    return InputError(f"{where + ': ' if where else ''}unknown {what} {wrong!r}; {nearest(wrong, valid)}")


def from_validation(error: ValidationError, where: str, valid: Iterable[str] = ()) -> InputError:
    """The first complaint of pydantic as one line with the place in the file."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-"))
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        return InputError(f"{where}: unknown field {place!r}; {nearest(key, valid)}")
    message = first["msg"].removeprefix("Value error, ")
    more = len(error.errors()) - 1
    tail = f" (and {more} more)" if more else ""
    return InputError(f"{where}: {place}: {message}{tail}" if place else f"{where}: {message}{tail}")
