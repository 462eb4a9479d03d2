"""Dated events that a scenario can include."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from scenarios.errors import InputError, no_switch
from scenarios.quarters import FIRST, Quarter, label, number

EventKind = Literal[
    "efficiency_shock", "fab_breakthrough", "hbm_shock", "taiwan_disruption", "mineral_controls", "diversion_uncovered",
    "scaling_slowdown", "rl_ceiling", "allied_split", "agreement", "fabs_abroad",
]  # fmt: skip

USUAL_QUARTERS = 6
"""Duration of a temporary event that does not give its own, in quarters."""
MOST_QUARTERS = 40
"""The longest an event may last, in quarters."""


@dataclass(frozen=True)
class Kind:
    """What a kind of event does, how large it can be, and which other fields it reads."""

    meaning: str
    low: float
    high: float
    step: float
    """Smallest useful difference between sizes, and the smallest size above 0 that a control offers."""
    passes: bool = False
    """Whether it ends after `quarters`; other events are permanent."""
    may_end: bool = False
    """Whether it ends after `quarters` if they are given; without them it goes on."""
    is_kept: bool = False
    """Whether it is a promise that may be kept in part, as `compliance` says."""


KINDS: dict[str, Kind] = {
    "efficiency_shock": Kind(
        "China finds methods that save `size` orders of magnitude of compute, as DeepSeek did.", 0, 2, 0.1
    ),
    "fab_breakthrough": Kind(
        "Over two years, Chinese fabs raise capacity to 1 + `size` times, cut costs and improve their software.",
        0, 12, 1,
    ),
    "hbm_shock": Kind(
        "China's supply of high-bandwidth memory falls (size < 0) or rises (size > 0) by this share for `quarters` "
        "quarters.",
        -1, 2, 0.1, passes=True,
    ),
    "taiwan_disruption": Kind(
        "Production of US-designed chips falls by the share `size` for `quarters` quarters.", 0, 1, 0.1, passes=True
    ),
    "mineral_controls": Kind(
        "China withholds the share `size` of its exports of rare earths and other minerals for `quarters` quarters.",
        0, 1, 0.1, passes=True,
    ),
    "diversion_uncovered": Kind(
        "Investigators uncover a large network: smuggling capacity falls by the share `size`.", 0, 1, 0.1
    ),
    "scaling_slowdown": Kind(
        "The gain in capability per tenfold compute falls by the share `size`, for the leader and those behind.",
        0, 1, 0.1,
    ),
    "rl_ceiling": Kind("The most that reinforcement learning can add falls by the share `size`.", 0, 1, 0.1),
    "allied_split": Kind(
        "Allied alignment with the US falls by `size`, and US pressure no longer raises it.", 0, 1, 0.1
    ),
    "fabs_abroad": Kind(
        "Over five years the share `size` of US-designed chips comes to be made outside Taiwan, so that a disruption "
        "takes no more than the rest.", 0, 1, 0.1
    ),
    "agreement": Kind(
        "A verified agreement caps growth of the largest training run at `size` times a year; `compliance` says how "
        "well it is kept, `detection` with what chance a year cheating is found out, which ends it, and `quarters` "
        "when it ends in any case; without them it lasts.",
        0.5, 4, 0.1, may_end=True, is_kept=True,
    ),
}  # fmt: skip
"""Every kind of event: the only home of its range and meaning."""


class Event(BaseModel):
    """One dated event; its kind sets the range of its size, and says whether it ends or can be kept in part."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    kind: EventKind
    date: Quarter
    size: float
    quarters: int | None = Field(
        default=None, ge=1, le=MOST_QUARTERS, description="how long it lasts, for a kind that ends"
    )
    compliance: float | None = Field(default=None, ge=0, le=1, description="how well the cap is kept, for an agreement")
    detection: float | None = Field(
        default=None, ge=0, le=1, description="chance in a year that cheating is found and an agreement falls apart"
    )
    note: str = Field(default="", max_length=400)

    @field_validator("size", "quarters", "compliance", "detection", mode="before")
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
        """Fill in the defaults of the kind for fields that are left out."""
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
            raise InputError(f"{name}: size is {size:g}; the range is {kind.low:g} to {kind.high:g}")
        return size

    @field_validator("quarters", "compliance", "detection")
    @classmethod
    def _read(cls, value: float | None, info: ValidationInfo) -> float | None:
        name, field = info.data.get("kind"), str(info.field_name)
        if value is not None and name in KINDS and name not in _readers(field):
            raise InputError(f"{name} has no {field}; leave it out ({field} is for {' and '.join(_readers(field))})")
        return value


def _readers(field: str) -> list[str]:
    """Kinds of event that read a field."""
    return [
        name for name, kind in KINDS.items() if (kind.passes or kind.may_end if field == "quarters" else kind.is_kept)
    ]
