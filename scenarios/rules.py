"""Control rules as data: dated predicates on chip specifications."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import Field, field_validator

from scenarios.tables import DATA, Row, read

Scope = Literal[
    "sale", "import_permission", "hbm", "tools", "subsidiary", "remote_access", "location_verification", "world_caps",
    "foundry", "other",
]  # fmt: skip


class Rule(Row):
    """One rule: while in force, what happens to chips that its bounds describe.

    A lower bound holds from its value on, an upper bound below its value; a blank bound holds for every chip.
    """

    id: str
    start: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    end: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    issuer: Literal["us", "china"]
    scope: Scope
    destination: str = "china"
    measure: str
    tpp_min: float | None = Field(default=None, ge=0)
    tpp_max: float | None = Field(default=None, ge=0)
    pd_min: float | None = Field(default=None, ge=0)
    pd_max: float | None = Field(default=None, ge=0)
    memory_tbs_min: float | None = Field(default=None, ge=0)
    memory_tbs_max: float | None = Field(default=None, ge=0)
    link_gbs_min: float | None = Field(default=None, ge=0)
    us_available_by: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    approval_share: float | None = Field(default=None, ge=0, le=1)
    volume_cap_share: float | None = Field(default=None, ge=0)
    volume_cap_units: float | None = Field(default=None, ge=0)
    price_share: float | None = Field(default=None, ge=0, le=2)
    strength: float | None = Field(default=None, ge=0, le=1)
    priority: float = 0
    title: str
    summary: str

    @field_validator("priority", mode="before")
    @classmethod
    def _first(cls, value: object) -> object:
        return 0 if value is None else value

    def in_force(self, date: str) -> bool:
        """Whether the rule applies on an ISO date."""
        return self.measure != "proposed" and self.start <= date and (self.end is None or date < self.end)

    def covers(self, tpp: float, density: float, memory_tbs: float, link_gbs: float, released: str) -> bool:
        """Whether a chip with this specification falls under the rule."""
        return (
            (self.tpp_min is None or tpp >= self.tpp_min)
            and (self.tpp_max is None or tpp < self.tpp_max)
            and (self.pd_min is None or density >= self.pd_min)
            and (self.pd_max is None or density < self.pd_max)
            and (self.memory_tbs_min is None or memory_tbs >= self.memory_tbs_min)
            and (self.memory_tbs_max is None or memory_tbs < self.memory_tbs_max)
            and (self.link_gbs_min is None or link_gbs >= self.link_gbs_min)
            and (self.us_available_by is None or released <= self.us_available_by)
        )


@cache
def history() -> tuple[Rule, ...]:
    """The dated rules since October 2022, in the order of the table."""
    return read(Rule, DATA / "rules.csv")
