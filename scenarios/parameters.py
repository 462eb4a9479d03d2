"""The uncertain parameters: one table with unit, distribution, source, date and tier."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import Field, TypeAdapter, field_validator, model_validator

from scenarios.errors import InputError
from scenarios.quantities import ARGUMENTS, Distribution
from scenarios.tables import DATA, Row, read

_DISTRIBUTION: TypeAdapter[Any] = TypeAdapter(Distribution)

CORRELATIONS: dict[tuple[str, str], float] = {
    ("points_per_oom", "algorithm_growth"): -0.43,
    ("points_per_oom", "rl_size"): -0.30,
    ("points_per_oom", "follower_efficiency"): 0.27,
}
"""Rank correlations of the growth decomposition.

The parts must add up to the observed slope of the frontier, so a large one leaves less room for the others.
Values: own fit of the capability model to both frontiers, 2023-2026.
"""


class Parameter(Row):
    """One uncertain number."""

    dim: int = Field(ge=0, lt=128, description="its column of the Sobol sequence, for ever")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    unit: str
    kind: str
    a: float
    b: float | None = None
    c: float | None = None
    d: float | None = None
    group: str | None = None
    meaning: str

    @field_validator("meaning")
    @classmethod
    def _sentence(cls, value: str) -> str:
        if not value.endswith("."):
            raise ValueError("the meaning must be a sentence")
        return value

    @model_validator(mode="after")
    def _drawable(self) -> Parameter:
        self.distribution  # noqa: B018 - builds it, so that a wrong row fails here with its row number
        return self

    @property
    def distribution(self) -> Any:
        """The distribution the row describes."""
        values = [x for x in (self.a, self.b, self.c, self.d) if x is not None]
        if self.kind == "choice":
            return _DISTRIBUTION.validate_python({"kind": "choice", "weights": tuple(values)})
        if self.kind not in ARGUMENTS:
            raise ValueError(f"unknown kind {self.kind!r}; valid are: choice, {', '.join(ARGUMENTS)}")
        names = ARGUMENTS[self.kind]
        if len(names) != len(values):
            raise ValueError(f"kind {self.kind} takes {', '.join(names)}; got {len(values)} values")
        return _DISTRIBUTION.validate_python({"kind": self.kind, **dict(zip(names, values, strict=True))})


@cache
def parameters() -> dict[str, Parameter]:
    """All uncertain parameters by name, in the order of the table.

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
    return by_name
