"""Dated events that a scenario can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from scenarios.errors import InputError, no_switch
from scenarios.quarters import FIRST, Quarter, label, number

EventKind = Literal[
    "efficiency_shock", "fab_breakthrough", "hbm_shock", "taiwan_disruption", "mineral_controls", "diversion_uncovered",
    "scaling_slowdown", "rl_ceiling", "allied_split", "agreement",
]  # fmt: skip

USUAL_QUARTERS = 6
"""How long an event lasts that ends again and does not say when."""
MOST_QUARTERS = 40
"""The longest that an event may last."""


@dataclass(frozen=True)
class Kind:
    """What a kind of event does, how large it can be, and which further fields it reads."""

    meaning: str
    low: float
    high: float
    step: float
    """Distance between sizes that are worth telling apart; also the smallest that a control offers above 0."""
    passes: bool = False
    """Whether it ends again, after `quarters`; other events stay."""
    is_kept: bool = False
    """Whether it is a promise that is kept in part: `compliance`."""


KINDS: dict[str, Kind] = {
    "efficiency_shock": Kind(
        "A follower finds methods worth `size` orders of magnitude, a DeepSeek moment.", 0, 2, 0.1
    ),
    "fab_breakthrough": Kind(
        "Chinese fabs multiply capacity by 1 + `size`, cut cost and mature in software over two years.", 0, 12, 1
    ),
    "hbm_shock": Kind(
        "Chinese memory for AI falls (size < 0) or rises (size > 0) by this share for `quarters` quarters.",
        -1, 2, 0.1, passes=True,
    ),
    "taiwan_disruption": Kind(
        "US-designed production loses the share `size` for `quarters` quarters.", 0, 1, 0.1, passes=True
    ),
    "mineral_controls": Kind(
        "China holds back rare earths and other minerals to the share `size` for `quarters` quarters.",
        0, 1, 0.1, passes=True,
    ),
    "diversion_uncovered": Kind(
        "A large network is found: smuggling capacity loses the share `size`.", 0, 1, 0.1
    ),
    "scaling_slowdown": Kind(
        "Points per tenfold compute fall by the share `size`, at the frontier and after it.", 0, 1, 0.1
    ),
    "rl_ceiling": Kind("The ceiling of reinforcement learning falls by the share `size`.", 0, 1, 0.1),
    "allied_split": Kind("Allies' alignment falls by `size` and pressure no longer moves it.", 0, 1, 0.1),
    "agreement": Kind(
        "A verified agreement lets the largest run grow `size` times a year, kept to `compliance`.",
        0.5, 4, 0.1, is_kept=True,
    ),
}  # fmt: skip
"""Every kind of event: the only home of its range and meaning."""


class Event(BaseModel):
    """One dated event; its size has the range of its kind, and only some kinds end again or are kept in part."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    kind: EventKind
    date: Quarter
    size: float
    quarters: int | None = Field(
        default=None, ge=1, le=MOST_QUARTERS, description="how long it lasts, for a kind that ends again"
    )
    compliance: float | None = Field(
        default=None, ge=0, le=1, description="share of the cap that is kept, for an agreement"
    )
    note: str = Field(default="", max_length=400)

    @field_validator("size", "quarters", "compliance", mode="before")
    @classmethod
    def _numbers(cls, value: object) -> object:
        return no_switch(value)

    @field_validator("date")
    @classmethod
    def _simulated(cls, date: str) -> str:
        if number(date) < FIRST:
            raise InputError(f"{date} is before the first simulated quarter; give {label(FIRST)} or later")
        return date

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, given: object) -> object:
        """What is left out has the default of the kind, where the kind reads it."""
        if not isinstance(given, dict) or not isinstance(given.get("kind"), str) or given["kind"] not in KINDS:
            return given
        kind, filled = KINDS[given["kind"]], dict(given)
        if kind.passes and filled.get("quarters") is None:
            filled["quarters"] = USUAL_QUARTERS
        if kind.is_kept and filled.get("compliance") is None:
            filled["compliance"] = 1.0
        return filled

    @field_validator("size")
    @classmethod
    def _in_range(cls, size: float, info: ValidationInfo) -> float:
        name = info.data.get("kind")
        if name in KINDS and not KINDS[name].low <= size <= KINDS[name].high:
            kind = KINDS[name]
            raise InputError(f"{name}: size is {size:g}; it goes from {kind.low:g} to {kind.high:g}")
        return size

    @field_validator("quarters", "compliance")
    @classmethod
    def _read(cls, value: float | None, info: ValidationInfo) -> float | None:
        name, field = info.data.get("kind"), str(info.field_name)
        if value is not None and name in KINDS and name not in _readers(field):
            raise InputError(f"{name} has no {field}; leave it out ({field} is for {' and '.join(_readers(field))})")
        return value


def _readers(field: str) -> list[str]:
    """Kinds of event that read a field."""
    return [name for name, kind in KINDS.items() if (kind.passes if field == "quarters" else kind.is_kept)]
