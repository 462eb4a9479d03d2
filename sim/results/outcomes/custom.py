"""Outcomes of a researcher's own: a Python function of a run that gives one value per future.

>>> import numpy as np
>>> def peak(run):
...     return run["lead_months"].max(axis=0)
>>> found = custom(peak, unit="months")
>>> str(found), found.unit, found.until
('peak', 'months', 2032)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError, shown, unknown
from scenarios.quarters import DEFAULT_HORIZON, LAST_YEAR
from sim import checks
from sim.engine.phases.record import KEPT
from sim.ensemble.rng import Array
from sim.fingerprint import fingerprint
from sim.own import why_not_sent
from sim.results.outcomes import scalar
from sim.results.outcomes.scalar import EARLIEST, Outcome

if TYPE_CHECKING:
    from sim.results.run import Run

BLOCK = 256
"""Futures of which a function sees one block at a time, cut at multiples of it: a study's parts are cut there too, so
that a value is the same to the last bit however a study is divided among workers."""
SHARE = "share of futures"
TAKEN = ("scenario", "digest", "seed", "member", "futures")
"""Names of columns that every study has."""
FIELDS = ("custom", "identity", "unit", "labels", "until", "may_not_exist")
"""What a plan's file says of a custom outcome: the function itself is in no file."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\(.*\))?")

Function = Callable[["Run"], Any]
"""One value per future, `(runs,)`, from a run."""


class OutcomeError(InputError):
    """A custom outcome whose function is at fault: a study stops at once, since all its parts have the same one."""


@dataclass(frozen=True)
class Custom(Outcome):
    """An outcome that is a function of a run; `custom` makes one."""

    function: Function | None = None
    """None in a plan that is read from a file: its rows can be read, and no new ones made."""
    label: str = ""
    unit: str = ""
    classes: tuple[str, ...] = ()
    ends: int | None = None
    """The year to whose end a run must go, where the function says so."""
    needs: frozenset[str] = frozenset(KEPT)
    may_not_exist: bool = False
    recorded: str = ""
    """Its identity as a plan's file has it."""

    @property
    def until(self) -> int:
        """The year to whose end a run must go."""
        return self.ends or DEFAULT_HORIZON

    @property
    def identity(self) -> str:
        """Name of the function with a fingerprint of its code, its parameters, and how its values are read."""
        if self.function is None:
            return self.recorded
        settings = {"parameters": _parameters(self.function), "labels": self.classes, "share": self.is_share,
                    "may_not_exist": self.may_not_exist}  # fmt: skip
        return f"{_bare(self.function).__name__}@{fingerprint(_bare(self.function), settings)}"

    def of(self, run: Run) -> Array:
        """Value in every future, `(runs,)`; labels as numbers into `classes`.

        Raises:
            InputError: naming the outcome, where its function fails or gives anything but a valid value per future.
        """
        self.check_runs()
        first, last = run.first, run.first + run.runs
        edges = [first, *range((first // BLOCK + 1) * BLOCK, last, BLOCK), last]
        found = [self._of(_block(run, a - first, b - first)) for a, b in pairwise(edges)]
        self._check_alone(run, found[0])
        return np.concatenate(found)

    def check_runs(self) -> None:
        """Refuse an outcome that was read from a file, whose function nobody has.

        Raises:
            InputError: saying how to give it.
        """
        if self.function is None:
            raise InputError(
                f"outcome {shown(self.name)} is a Python function ({self.recorded}), which is in no file; run the "
                "study from Python, with the function in Plan(outcomes=[…])"
            )

    def _of(self, block: Run) -> Array:
        assert self.function is not None
        try:
            given = self.function(block)
            found = np.asarray(given)
        except InputError as error:
            said = str(error).replace("name it in `keep`", "name it in `needs` of custom(…)")
            raise OutcomeError(f"outcome {shown(self.name)}: {said}") from error
        except Exception as error:  # whatever a function of somebody's own raises
            raise OutcomeError(
                f"outcome {shown(self.name)}: its function fails with {type(error).__name__}: {error}"
            ) from error
        if np.ma.is_masked(given):
            raise self._wrong("gives a masked array", "give NaN where a future has no such thing, may_not_exist=True")
        return self._checked(found, block)

    def _checked(self, values: Array, block: Run) -> Array:
        """Values of a block as numbers."""
        if values.shape != (block.runs,):
            what = f"an array of shape {values.shape}" if values.shape else shown(values.item())
            raise self._wrong(f"gives {what} for {block.runs} futures", f"give one value per future, ({block.runs},)")
        if self.classes:
            return self._codes(values)
        if values.dtype.kind == "b" and not self.is_share:
            raise self._wrong("gives yes or no", f'define it as custom(…, unit="{SHARE}")')
        if values.dtype.kind not in "fiub":
            text = values.dtype.kind in "UO" and all(isinstance(value, str) for value in values)
            raise self._wrong(
                f"gives {'text' if text else f'values of type {values.dtype}'}",
                "name its labels, custom(…, labels=(…))" if text else "give numbers",
            )
        numbers = values.astype(float)
        self._check_numbers(numbers, block)
        return numbers

    def _codes(self, values: Array) -> Array:
        known = {label: i for i, label in enumerate(self.classes)}
        strange = next((value for value in values.tolist() if not isinstance(value, str) or value not in known), None)
        if strange is not None or (values.dtype == object and None in values.tolist()):
            raise self._wrong(f"gives {shown(strange)}", f"its labels are: {', '.join(self.classes)}")
        return np.array([known[value] for value in values.tolist()])

    def _check_numbers(self, numbers: Array, block: Run) -> None:
        bad = np.isinf(numbers) if self.may_not_exist else ~np.isfinite(numbers)
        if bad.any():
            where = f"{numbers[bad][0]:g} in future {block.first + int(np.argmax(bad))}"
            none = "; where a future has no such thing, define it as custom(…, may_not_exist=True)"
            raise self._wrong(f"gives {where}", f"give finite numbers{'' if self.may_not_exist else none}")
        if self.is_share and not np.isin(numbers[~np.isnan(numbers)], (0.0, 1.0)).all():
            wrong = numbers[~np.isin(numbers, (0.0, 1.0))][0]
            raise self._wrong(f"gives {wrong:g}", "a share of futures is yes or no, 1 or 0, in each")

    def _check_alone(self, run: Run, found: Array) -> None:
        """Refuse a function by which a future's value depends on which others are simulated beside it."""
        first, last = found.size // 3, found.size - found.size // 4  # neither end stays where it is
        if first and not np.allclose(self._of(_block(run, first, last)), found[first:last], rtol=1e-9, equal_nan=True):
            raise self._wrong(
                "gives a future another value when fewer are simulated beside it",
                "compute each future from its own column (axis=0, not over all)",
            )

    def _wrong(self, what: str, valid: str) -> OutcomeError:
        return OutcomeError(f"outcome {shown(self.name)}: its function {what}; {valid}")


@checks.checked
def custom(
    function: Callable[[Run], Any],
    name: str = "",
    unit: str = "number",
    until: int | None = None,
    needs: Sequence[str] | None = None,
    labels: Sequence[str] = (),
    may_not_exist: bool = False,
) -> Custom:
    """An outcome from a function of a run; a bare function is taken as `custom(function)`.

    The function gets a `Run` and returns one value per future, `(runs,)`, computed from that future alone. It sees up
    to 256 futures at a time, and arrays that cannot be written to.

    Args:
        function: a function, or `functools.partial` of one with its parameters.
        name: of its column; by default the function's, with its parameters.
        unit: of its values; `share of futures` where they are yes or no.
        until: the last year that it reads; by default 2032, or the plan's `until`.
        needs: names of the series that it reads; by default all are kept, which takes longer.
        labels: what it may give, where it gives a label per future.
        may_not_exist: whether it gives NaN in futures that have no such thing.

    Raises:
        InputError: for what is no function, or a name, series, label or year that it cannot have.
    """
    bare = _bare(function)
    if not isinstance(bare, FunctionType):
        raise InputError(f"function is {shown(function)}; give a function (def …) or functools.partial(…) of one")
    if isinstance(function, partial) and function.args:
        raise InputError(f"function is given {shown(function.args)} without a name; write partial(…, NAME=…)")
    called = name or _named(function)
    _check_name(called)
    for series in needs or ():
        if series not in KEPT:
            raise unknown("series", series, KEPT, "needs")
    if labels and (len(set(labels)) < len(labels) or len(labels) < 2 or not all(labels)):
        raise InputError(f"labels are {', '.join(map(shown, labels))}; give two or more, each once")
    if until is not None and not EARLIEST <= until <= LAST_YEAR:
        raise InputError(f"until is {until}; give a year from {EARLIEST} to {LAST_YEAR}")
    return Custom(
        called, function=function, label=called.replace("_", " ").capitalize(), unit="class" if labels else unit,
        classes=tuple(labels), ends=until, needs=frozenset(KEPT if needs is None else needs),
        may_not_exist=may_not_exist,
    )  # fmt: skip


def _bare(function: Any) -> Any:
    return function.func if isinstance(function, partial) else function


def _parameters(function: Any) -> dict[str, Any]:
    return dict(function.keywords) if isinstance(function, partial) else {}


def _named(function: Any) -> str:
    bare, told = _bare(function), _parameters(function)
    if bare.__name__ == "<lambda>":
        raise InputError("function is a lambda, which has no name; give one: custom(…, name=…)")
    return bare.__name__ + (f"({', '.join(f'{k}={shown(v, 24)}' for k, v in sorted(told.items()))})" if told else "")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name in TAKEN or name in scalar.names():
        why = "a built-in outcome" if name in scalar.names() else "a column of every study" if name in TAKEN else ""
        raise InputError(
            f"name is {shown(name)}{f', which is {why}' if why else ''}; give letters, digits and underscores, and no "
            "name that is taken"
        )


def _block(run: Run, begin: int, end: int) -> Run:
    """Some members of a run, in arrays that cannot be written to: what one outcome changes would be in all others."""

    def cut(array: Array) -> Array:
        part = array[..., begin:end] if array.shape[-1] == run.runs else array[...]
        part.flags.writeable = False
        return part

    return replace(
        run, first=run.first + begin, series={name: cut(values) for name, values in run.series.items()},
        parameters={name: cut(values) for name, values in run.parameters.items()},
        ledger={name: cut(values) for name, values in run.ledger.items()},
        held=None if run.held is None else cut(run.held),
    )  # fmt: skip


def identities(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Name → identity of the custom ones among some outcomes."""
    return {str(outcome): outcome.identity for outcome in outcomes if isinstance(outcome, Custom)}


def check_names(outcomes: Iterable[Outcome]) -> None:
    """Refuse two different outcomes of one name: answers are kept by name.

    Raises:
        InputError: with the name.
    """
    found: dict[str, Outcome] = {}
    for outcome in outcomes:
        if found.setdefault(str(outcome), outcome) != outcome:
            raise InputError(f"two outcomes are named {shown(str(outcome))}; give one another: custom(…, name=…)")


def check_travels(outcomes: Iterable[Outcome]) -> None:
    """Refuse custom outcomes that another process could not import.

    Raises:
        InputError: saying why, and what to do.
    """
    for outcome in outcomes:
        if isinstance(outcome, Custom) and outcome.function is not None and (why := why_not_sent(outcome.function)):
            raise InputError(
                f"outcome {shown(outcome.name)}: {_bare(outcome.function).__qualname__} cannot be sent to other "
                f"processes: {why}; put it into a file of its own that is imported, such as outcomes.py beside the "
                "script, or leave out `executor`"
            )


def written(outcome: Outcome) -> str | dict[str, Any]:
    """An outcome as it stands in a plan's file."""
    if not isinstance(outcome, Custom):
        return str(outcome)
    said: dict[str, Any] = {"custom": outcome.name, "identity": outcome.identity, "unit": outcome.unit}
    more = {"labels": list(outcome.classes), "until": outcome.ends, "may_not_exist": outcome.may_not_exist}
    return said | {name: value for name, value in more.items() if value}


def read(content: Mapping[str, Any]) -> Custom:
    """A custom outcome of a plan's file, without its function.

    Raises:
        InputError: for fields that it has not.
    """
    for field in content:
        if field not in FIELDS:
            raise unknown("field", str(field), FIELDS, "a custom outcome")
    named = [content.get(name) for name in FIELDS[:2]]
    if not all(isinstance(text, str) and text for text in named):
        raise InputError(
            "an outcome is a name, NAME[.PART][@DATE]; custom ones are given in Python: Plan(outcomes=[…])"
        )
    name, labels, until = str(named[0]), content.get("labels", ()), content.get("until")
    _check_name(name)
    if not isinstance(labels, Collection) or isinstance(labels, str):
        raise InputError(f"labels is {shown(labels)}; give a list")
    ends = None if until is None else checks.whole("until", until, EARLIEST, LAST_YEAR)
    return Custom(
        name, label=name.replace("_", " ").capitalize(), unit=checks.text("unit", content.get("unit", "number")),
        classes=tuple(map(str, labels)), ends=ends,
        may_not_exist=checks.flag("may_not_exist", content.get("may_not_exist", False)), recorded=str(named[1]),
    )  # fmt: skip
