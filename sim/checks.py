"""What a caller gives a function: refused in one line that names the argument where it is of the wrong kind.

Whoever calls from Python finds out which argument is wrong, and not in which line of the engine it was noticed:

    >>> from sim.checks import checked
    >>> @checked
    ... def double(runs: "int") -> "int":
    ...     return 2 * runs
    >>> double("many")
    Traceback (most recent call last):
    scenarios.errors.InputError: runs is 'many'; give a whole number

What may be given is read from the annotations, so that it stands in one place.
"""

from __future__ import annotations

import inspect
import math
import operator
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

from scenarios.errors import InputError, is_switch, shown
from scenarios.quarters import LAST_YEAR

P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[str, Any], Any]
"""Takes the name of an argument and what was given for it; gives it back, or refuses it."""

RUNS = 1024
"""Members of an ensemble where nobody asks for another number: on the command line, in the app, in every document."""
MAX_RUNS = 100_000
"""Largest ensemble held in memory (about 25 kB a member)."""
VAST = 10**100
"""A number that nothing counts to."""
KINDS = {
    "Scenario": ("scenarios.schema", "scenario", "load('current_policy')"),
    "Run": ("sim.results.run", "run", "simulate(load('current_policy'))"),
    "Outcome": ("sim.results.outcomes.scalar", "outcome", "sim.results.outcomes.scalar.parse('lead_months@2030')"),
    "Question": ("sim.analysis.discovery", "question", "sim.analysis.discovery.question('us_ahead@2032')"),
    "Lever": ("scenarios.levers", "lever", "scenarios.levers.LEVERS['enforcement']"),
    "Policy": ("sim.analysis.regret", "policy", "sim.analysis.regret.policy_of(load('tight_controls'))"),
    "Package": ("scenarios.packages", "package", "scenarios.packages.packages('china')['import']"),
    "Strategy": ("sim.analysis.strategy", "table", "sim.analysis.strategy.strategy(load('current_policy'))"),
    "Board": (
        "sim.analysis.board",
        "board",
        "sim.analysis.board.board('japan', load('tight_controls'), load('current_policy'))",
    ),
    "Plan": ("sim.batch.plan", "plan", "sim.batch.read('plan.yaml')"),
}
"""Our own kinds by name: where each is defined, what it is called, and how one is made."""


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
    bounds = "" if low is None else f"{low:,} or more" if high is None else f"{low:,} to {high:,}"
    wanted = valid or bounds
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise InputError(f"{name} is {shown(value)}; give a whole number{wanted and f', {wanted}'}")
    try:
        found = operator.index(value)
    except TypeError:  # an array of NumPy that is not one number
        raise InputError(f"{name} is {shown(value)}; give a whole number{wanted and f', {wanted}'}") from None
    if (low is not None and found < low) or (high is not None and found > high):
        raise InputError(f"{name} is {shown(found)}; give {wanted}")
    if abs(found) > VAST:  # further on it could not even be written into an error
        raise InputError(f"{name} is {shown(found)}; give a number of fewer digits")
    return found


def check_runs(runs: int, fewest: int = 1) -> None:
    """Refuse a number of futures that no ensemble has, or that is too small for what is asked of it.

    Raises:
        InputError: saying how many there may be.
    """
    if not fewest <= runs <= MAX_RUNS:
        raise InputError(f"runs is {runs}; an ensemble has {fewest} to {MAX_RUNS:,} members" + (
            " here, since a spread needs two" if fewest > 1 else ""
        ))  # fmt: skip


def check_until(until: int) -> None:
    """Refuse a year with which no run ends.

    Raises:
        InputError: with the range.
    """
    if not 2027 <= until <= LAST_YEAR:
        raise InputError(
            f"until is {until}; give a year from 2027 to {LAST_YEAR}; after that only falling costs and growing power "
            "would decide, and nobody knows either"
        )


def finite(name: str, value: Any) -> float:
    """A number that is one, also one of NumPy."""
    number = not isinstance(value, bool | str | bytes) and (hasattr(value, "__float__") or hasattr(value, "__index__"))
    try:
        found = float(value) if number else math.nan
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise InputError(f"{name} is {shown(value)}; give a number")
    return found


def text(name: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise InputError(f"{name} is {shown(value)}; give a text")
    return value


def path(name: str, value: Any) -> Any:
    """The name of a file or folder."""
    if not isinstance(value, str | os.PathLike) or not str(value):
        raise InputError(f"{name} is {shown(value)}; give the path of a file or folder")
    return value


def flag(name: str, value: Any) -> bool:
    """Yes or no."""
    if not is_switch(value):
        raise InputError(f"{name} is {shown(value)}; give True or False")
    return bool(value)


def mapping(name: str, value: Any) -> Mapping[Any, Any]:
    """A mapping."""
    if not isinstance(value, Mapping):
        raise InputError(f"{name} is {shown(value)}; give a mapping of names, such as {{'enforcement': …}}")
    return value


def array(name: str, value: Any) -> Any:
    """An array of NumPy."""
    if not hasattr(value, "shape") or not hasattr(value, "dtype"):
        raise InputError(f"{name} is {shown(value)}; give an array")
    return value


def function(name: str, value: Any) -> Any:
    """Something that can be called."""
    if not callable(value):
        raise InputError(f"{name} is {shown(value)}; give a function")
    return value


def executor(name: str, value: Any) -> Any:
    """Anything shaped like a `concurrent.futures.Executor`."""
    if isinstance(value, type) or not callable(getattr(value, "submit", None)):
        raise InputError(
            f"{name} is {shown(value)}; give what is like a concurrent.futures.Executor, such as the `pool` of "
            "`with sim.batch.executors.processes(8) as pool:`"
        )
    return value


def _ours(*kinds: str) -> Check:
    """One of our own kinds."""

    def check(name: str, value: Any) -> Any:
        if not isinstance(value, tuple(getattr(import_module(KINDS[kind][0]), kind) for kind in kinds)):
            raise InputError(f"{name} is {shown(value)}; give {_example(kinds, value)}")
        return value

    return check


def _example(kinds: tuple[str, ...], value: Any) -> str:
    """What would be valid; a text is taken for the name of what is wanted."""
    told = []
    for kind in kinds:
        _, word, made = KINDS[kind]
        if isinstance(value, str) and value and made.count("'") == 2:
            before, _, after = made.partition("'")
            made = f"{before}{shown(value)}{after.partition(chr(39))[2]}"
        told.append(f"{'an' if word[0] in 'aeiou' else 'a'} {word}, such as {made}")
    return " or ".join(told)


def asked(name: str, value: Any) -> Any:
    """An outcome, its name, or a function of a run; what it says is looked at where the scenario is known."""
    if isinstance(value, str) or (callable(value) and not isinstance(value, type)):
        return value
    if isinstance(value, import_module(KINDS["Outcome"][0]).Outcome):
        return value
    raise InputError(f"{name} is {shown(value)}; give an outcome: a name such as 'lead_months@2030', or a function")


def _question(name: str, value: Any) -> Any:
    """A question, or an outcome that is one."""
    return value if isinstance(value, import_module(KINDS["Question"][0]).Question) else asked(name, value)


def scenario(name: str, value: Any) -> Any:
    """A scenario, or the name of one of the library, which `load` looks for."""
    return value if isinstance(value, str) else _ours("Scenario")(name, value)


def _each(check: Check) -> Check:
    """Several things, each of which is valid: not a single one, nor a text, whose parts are letters."""

    def checks(name: str, value: Any) -> Any:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            raise InputError(f"{name} is {shown(value)}; give a list, also for a single one")
        found = tuple(value)
        return tuple(check(f"{name}[{i}]", thing) for i, thing in enumerate(found))

    return checks


def _or_none(check: Check) -> Check:
    return lambda name, value: None if value is None else check(name, value)


def profile_or_weights(name: str, value: Any) -> Any:
    """What an actor wants: the name of a profile, or weights by value."""
    from scenarios.values import PROFILES, weighed

    if not isinstance(value, Mapping) and value not in tuple(PROFILES):
        raise InputError(f"{name} is {shown(value)}; give {', '.join(PROFILES)}, or weights such as {{'security': 2}}")
    weighed(value, name)
    return value


_SIMPLE: dict[str, Check] = {
    "Values": mapping, "str | Mapping[str, float]": profile_or_weights,
    "int": whole, "float": finite, "str": text, "bool": flag, "Path": path, "Path | str": path, "str | Path": path,
    "Array": array, "Executor": executor, "Progress": function, "Scenario | Run": _ours("Scenario", "Run"),
    "Scenario | str": scenario, "Asked": asked, "Question | Asked": _question,
    **{kind: _ours(kind) for kind in KINDS},
}  # fmt: skip


def check_of(annotation: str) -> Check | None:
    """How an argument with this annotation is checked; None for one that its function looks at itself."""
    bare = annotation.removesuffix(" | None")
    if bare != annotation:
        inner = check_of(bare)
        return None if inner is None else _or_none(inner)
    if bare.startswith("Callable["):
        return function
    if bare.startswith(("Mapping[", "dict[")):
        return mapping
    if several := re.fullmatch(r"Sequence\[(.*)\]|tuple\[(.*), \.\.\.\]", bare):
        inner = check_of(several[1] or several[2])
        return None if inner is None else _each(inner)
    return _SIMPLE.get(bare)


def checked(call: Callable[P, R]) -> Callable[P, R]:
    """A function that refuses arguments of the wrong kind, by its annotations.

    Whole numbers of NumPy become plain ones. What is missing or too much is Python's own error, as ever.
    """
    signature = inspect.signature(call)
    single = [p for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    found = {p.name: check_of(str(p.annotation)) for p in single}
    needed = {name: check for name, check in found.items() if check is not None}

    @wraps(call)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return call(*args, **kwargs)
        for name, check in needed.items():
            if name in bound.arguments:
                bound.arguments[name] = check(name, bound.arguments[name])
        return call(*bound.args, **bound.kwargs)

    return inner
