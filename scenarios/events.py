"""Dated events that a scenario can hold."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scenarios.quarters import Quarter

EventKind = Literal[
    "efficiency_shock", "fab_breakthrough", "hbm_shock", "taiwan_disruption", "diversion_uncovered",
    "scaling_slowdown", "rl_ceiling", "allied_split", "agreement",
]  # fmt: skip

MEANINGS: dict[str, str] = {
    "efficiency_shock": "A follower finds methods worth `size` orders of magnitude, a DeepSeek moment.",
    "fab_breakthrough": "Chinese fabs multiply capacity by 1 + `size`, cut cost and mature in software over two years.",
    "hbm_shock": "Chinese memory for AI falls (size < 0) or rises (size > 0) by this share.",
    "taiwan_disruption": "US-designed production loses the share `size` for `quarters` quarters.",
    "diversion_uncovered": "A large network is found: smuggling capacity loses the share `size`.",
    "scaling_slowdown": "Points per tenfold compute fall by the share `size`, at the frontier and after it.",
    "rl_ceiling": "The ceiling of reinforcement learning falls by the share `size`.",
    "allied_split": "Allies' alignment falls by `size` and pressure no longer moves it.",
    "agreement": "A verified agreement lets the largest run grow `size` times a year, kept to `compliance`.",
}
"""What each kind of event does, in one line."""


class Event(BaseModel):
    """One dated event."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: EventKind
    date: Quarter
    size: float = Field(ge=-1, le=20)
    quarters: int = Field(default=6, ge=1, le=40, description="how long it lasts, where it ends")
    compliance: float = Field(default=1.0, ge=0, le=1, description="share of the cap that is kept, for an agreement")
    note: str = ""
