"""The uncertain parameters: one table with unit, distribution, source, date and tier."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field, TypeAdapter, field_validator, model_validator

from scenarios.errors import InputError, nearest
from scenarios.quantities import ARGUMENTS, Choice, Distribution, Fixed
from scenarios.tables import DATA, Row, read

_DISTRIBUTION: TypeAdapter[Any] = TypeAdapter(Distribution)

WIDER = 1.5
"""Spread of a prior against that of today where no source of the time is known, in normal scores; judgment."""


class Prior(Row):
    """The distribution of an uncertain number by one source."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: str
    a: float
    b: float | None = None
    c: float | None = None
    d: float | None = None

    @model_validator(mode="after")
    def _drawable(self) -> Self:
        self.distribution  # noqa: B018 - builds it, so that a wrong row fails here with its row number
        return self

    @property
    def distribution(self) -> Any:
        """The distribution the row describes."""
        values = [x for x in (self.a, self.b, self.c, self.d) if x is not None]
        if self.kind == "choice":
            return _DISTRIBUTION.validate_python({"kind": "choice", "weights": tuple(values)})
        if self.kind not in ARGUMENTS:
            raise ValueError(f"unknown kind {self.kind!r}; choose from: choice, {', '.join(ARGUMENTS)}")
        names = ARGUMENTS[self.kind]
        if len(names) != len(values):
            raise ValueError(f"kind {self.kind} takes {', '.join(names)}; got {len(values)} values")
        return _DISTRIBUTION.validate_python({"kind": self.kind, **dict(zip(names, values, strict=True))})


class Parameter(Prior):
    """One uncertain number."""

    dim: int = Field(ge=0, lt=128, description="its column of the Sobol sequence, for ever")
    lowest: float = Field(description="the least that the number can mean, or that the equations are for")
    highest: float = Field(description="the most that it can mean")
    label: str
    unit: str
    meaning: str

    @field_validator("meaning")
    @classmethod
    def _sentence(cls, value: str) -> str:
        if not value.endswith("."):
            raise ValueError("the meaning must be a sentence")
        return value

    @model_validator(mode="after")
    def _possible(self) -> Self:
        low, _, high = self.distribution.interval()
        if not self.lowest <= low < high <= self.highest:
            raise ValueError(f"the prior ({low:.3g} to {high:.3g}) must lie within {self.lowest:g} to {self.highest:g}")
        return self

    @property
    def forms(self) -> tuple[float, ...]:
        """The values of a choice between forms; empty for a number."""
        return self.distribution.forms if isinstance(self.distribution, Choice) else ()

    def problem(self, value: float | Distribution) -> str:
        """Why the number cannot be this, or be drawn from this, as it follows its name; empty where it can."""
        fixed = value.value if isinstance(value, Fixed) else value
        if isinstance(fixed, (int, float)) and not math.isfinite(fixed):
            return "is not finite; give a finite number"
        if self.forms:
            known = fixed.forms if isinstance(fixed, Choice) else (fixed,)
            if set(known) <= set(self.forms):
                return ""
            return f"is a choice between forms; choose from {', '.join(f'{form:g}' for form in self.forms)}, or " + (
                "weights for them"
            )
        if isinstance(fixed, Choice):
            return "is a number and no choice between forms; give a number or another distribution"
        span = f"the range is {self.lowest:g} to {self.highest:g} ({self.unit})"
        if isinstance(fixed, (int, float)):
            return "" if self.lowest <= fixed <= self.highest else f"is {fixed:g}; {span}"
        if not all(math.isfinite(x) for x in vars(fixed).values() if isinstance(x, float)):
            return "has a distribution with a number that is not finite; give finite ones"
        low, _, high = fixed.interval()
        if self.lowest <= low and high <= self.highest:
            return ""
        return f"would lie between {low:.3g} and {high:.3g} in nine of ten draws; {span}"


@cache
def parameters() -> Mapping[str, Parameter]:
    """All uncertain parameters by name, in the order of the table; nobody can change what others read.

    Raises:
        InputError: for a wrong row or a name or Sobol column that is used twice.
    """
    rows = read(Parameter, DATA / "parameters.csv")
    by_name: dict[str, Parameter] = {}
    dims: dict[int, str] = {}
    for line, row in enumerate(rows, start=2):
        if row.name in by_name or row.dim in dims:
            raise InputError(f"parameters.csv row {line}: name {row.name!r} or dim {row.dim} is used twice")
        by_name[row.name], dims[row.dim] = row, row.name
    return MappingProxyType(by_name)


@cache
def earlier() -> Mapping[str, tuple[Prior, ...]]:
    """Priors that could be written before those of today, by parameter, oldest first.

    Raises:
        InputError: for a wrong row or a name that is no parameter.
    """
    found: dict[str, list[Prior]] = {}
    for line, row in enumerate(read(Prior, DATA / "earlier_priors.csv"), start=2):
        if row.name not in parameters():
            raise InputError(f"earlier_priors.csv row {line}: {nearest(row.name, parameters())}")
        found.setdefault(row.name, []).append(row)
    return MappingProxyType({name: tuple(sorted(rows, key=lambda row: row.as_of)) for name, rows in found.items()})


def known_by(name: str, date: str) -> tuple[Prior, float]:
    """The prior of a parameter by the newest source of its time, and the factor on its spread.

    Where no source is old enough, today's distribution stands in with a wider spread.

    Args:
        name: the parameter.
        date: ISO date at whose end one looks.
    """
    today = parameters()[name]
    rows = [row for row in (*earlier().get(name, ()), today) if row.as_of <= date]
    if rows:
        return max(rows, key=lambda row: row.as_of), 1.0
    # A range of what is possible, or a choice between forms, is as wide as it can be already.
    return today, WIDER if today.kind in ("normal", "lognormal", "logitnormal") else 1.0
