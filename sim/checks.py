"""What a function is given by a caller: refused in one line that names the argument where it is of the wrong kind.

Whoever calls from Python finds out where the mistake is, and not in which line of the engine it was noticed.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError, nearest, shown

if TYPE_CHECKING:
    from scenarios.schema import Scenario


def whole(name: str, value: Any, low: int | None = None, high: int | None = None, valid: str = "") -> int:
    """A whole number, also one of NumPy, within its bounds.

    Args:
        name: the argument.
        value: what was given for it.
        low: smallest that is valid.
        high: largest that is valid.
        valid: what is valid, in words; by default made from the bounds.

    Raises:
        InputError: naming the argument, what it is and what would be valid.
    """
    wanted = valid or _between(low, high)
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise InputError(f"{name} is {shown(value)}; give a whole number{wanted and f', {wanted}'}")
    found = operator.index(value)
    if (low is not None and found < low) or (high is not None and found > high):
        raise InputError(f"{name} is {shown(found)}; give {wanted}")
    return found


def _between(low: int | None, high: int | None) -> str:
    if low is None:
        return ""
    return f"{low:,} or more" if high is None else f"{low:,} to {high:,}"


def scenario(name: str, value: Any) -> Scenario:
    """A scenario.

    Raises:
        InputError: naming the argument, and `load` where a name or a file was given.
    """
    from scenarios.schema import Scenario

    if isinstance(value, Scenario):
        return value
    raise InputError(f"{name} is {shown(value)}; give a scenario, such as {_loaded(value)}")


def _loaded(value: Any) -> str:
    from pathlib import Path

    return f"load({str(value)!r})" if isinstance(value, str | Path) and str(value) else "load('current_policy')"


def kind(name: str, value: Any, wanted: type | tuple[type, ...], example: str) -> None:
    """Refuse what is of another kind than is wanted.

    Raises:
        InputError: naming the argument, what it is, and an example of what would be valid.
    """
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise InputError(f"{name} is {shown(value)}; give {example}")


def each(name: str, value: Any, wanted: type, example: str) -> tuple[Any, ...]:
    """Things of one kind, in a list or the like; not a single one, nor a text, whose parts are letters.

    Raises:
        InputError: naming the argument, the first thing that is wrong, and an example of what would be valid.
    """
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InputError(f"{name} is {shown(value)}; give a list of {example}")
    found = tuple(value)
    for thing in found:
        if not isinstance(thing, wanted):
            raise InputError(f"{name} has {shown(thing)} in it; give a list of {example}")
    return found


def one_of(name: str, value: Any, valid: Collection[str]) -> None:
    """Refuse a word that is none of those that are known.

    Raises:
        InputError: naming the argument and the nearest word.
    """
    if not isinstance(value, str) or value not in valid:
        raise InputError(f"{name} is {shown(value)}; {nearest(str(value), valid)}")
