"""A scenario: a difference on a named baseline, checked before anything runs."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from calibration.record import IN_USE
from scenarios.errors import InputError, from_validation, shown, unknown
from scenarios.events import Event
from scenarios.levers import ACTOR, LEVERS, Lever
from scenarios.parameters import parameters
from scenarios.quantities import Choice, Distribution, Fixed
from scenarios.quarters import DATA_UNTIL, FIRST, Quarter, label, number
from scenarios.rules import Rule
from scenarios.tables import Actor, table

Setting = Union[float, Literal["actor"], dict[Quarter, float]]  # noqa: UP007 - read by pydantic
"""A number, `actor` (left to the actor), or a dated path: quarter → number, held until the next date."""


class Source(BaseModel):
    """Where a scenario's story or numbers come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str = Field(max_length=300)
    date: str = Field(default="", max_length=40)
    url: str = Field(default="", max_length=500)


class Switches(BaseModel):
    """Mechanisms that can be turned off to see what they do."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    reinvestment: bool = Field(default=True, description="AI revenue returns to spending on compute")
    research_feedback: bool = Field(default=True, description="AI speeds up AI research")
    us_reacts: bool = Field(default=False, description="the United States tightens when its lead shrinks")
    luck: bool = Field(default=True, description="chance events; off, every stream of random numbers is at its middle")


class ActorChange(BaseModel):
    """A changed or added actor."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    like: str | None = Field(default=None, description="copy this actor's row first")
    label: str | None = None
    kind: Literal["ally", "hub", "rest"] | None = None
    alignment: float | None = Field(default=None, ge=0, le=1)
    stock_h100e: float | None = Field(default=None, ge=0)
    world_share: float | None = Field(default=None, ge=0, le=1)
    researchers: float | None = Field(default=None, ge=0, le=1)
    ai_power_mw: float | None = Field(default=None, ge=0)


class Scenario(BaseModel):
    """A complete, frozen and hashable statement of what is simulated."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_version: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*)?$", description="its name in lists and results")
    title: str = Field(max_length=120)
    story: str = Field(max_length=160, description="one line")
    question: str = Field(max_length=400, description="the question that it answers")
    baseline: str | None = Field(default="current_policy", description="the scenario that it is compared with")
    sources: tuple[Source, ...] = Field(min_length=1, max_length=50)
    start: Quarter = Field(default="2026-Q4", description="the first quarter in which its levers hold")
    data_until: Quarter = Field(default=DATA_UNTIL, description="no datum after this quarter is used")
    rules_until: Quarter | None = Field(
        default=None, description="dated rules are used to this quarter; by default to data_until"
    )
    levers: dict[str, Setting] = Field(default_factory=dict)
    switches: Switches = Switches()
    events: tuple[Event, ...] = Field(default=(), max_length=200)
    rules: tuple[Rule, ...] = Field(
        default=(), max_length=200, description="further control rules, like the rows of rules.csv"
    )
    actors: dict[str, ActorChange] = Field(default_factory=dict, max_length=40)
    parameters: dict[str, float | Distribution] = Field(
        default_factory=dict,
        description="uncertain parameters fixed to a number or given another distribution",
    )
    weighting: Literal["history", "none"] = Field(
        default="history", description="draw parameters that fit the past, or from the priors alone"
    )
    calibration: str = Field(
        default=IN_USE, description="which calibration result sets hardware fractions and shifts parameters"
    )

    @field_validator("levers", mode="before")
    @classmethod
    def _forms(cls, levers: Any) -> Any:
        for name, setting in levers.items() if isinstance(levers, dict) else ():
            if name not in LEVERS:
                raise unknown("lever", str(name), LEVERS)
            _check_form(LEVERS[name], setting)
        return levers

    @field_validator("levers")
    @classmethod
    def _levers(cls, levers: dict[str, Any]) -> dict[str, Any]:
        for name, setting in levers.items():
            lever = LEVERS[name]
            if setting == ACTOR:
                if not lever.may_be_left:
                    raise InputError(
                        f"lever {name!r} cannot be left to the actor; give {lever.low:g} to {lever.high:g}"
                    )
                continue
            for value in setting.values() if isinstance(setting, dict) else (setting,):
                if not (math.isfinite(value) and lever.low <= value <= lever.high):
                    raise InputError(
                        f"lever {name!r} is {value:g}; it goes from {lever.low:g} to {lever.high:g} {lever.unit}"
                    )
        return levers

    @field_validator("parameters")
    @classmethod
    def _parameters(cls, changed: dict[str, Any]) -> dict[str, Any]:
        for name, value in changed.items():
            if name not in parameters():
                raise unknown("parameter", name, parameters())
            numbers = [value] if isinstance(value, float) else vars(value).values()
            if not all(math.isfinite(x) for x in numbers if isinstance(x, float)):
                raise InputError(f"parameter {name!r} has a number that is not finite; give finite ones")
            _check_choice(name, value)
        return changed

    @model_validator(mode="after")
    def _dates(self) -> Scenario:
        if number(self.start) < FIRST:
            raise InputError(f"start {self.start} is before the first simulated quarter, 2022-Q4")
        if not FIRST <= number(self.data_until) <= number(DATA_UNTIL):
            raise InputError(f"data_until {self.data_until} must lie between {label(FIRST)} and {DATA_UNTIL}")
        if self.rules_until and not number(self.data_until) <= number(self.rules_until) <= number(DATA_UNTIL):
            raise InputError(
                f"rules_until {self.rules_until} must lie between data_until ({self.data_until}) and {DATA_UNTIL}"
            )
        known = {row.actor for row in table("actors")}
        for name, change in self.actors.items():
            if name not in known and change.kind is None and change.like is None:
                raise InputError(f"actor {name!r} is new: give it a kind (ally, hub or rest) or `like: ACTOR`")
            if change.like is not None and change.like not in known:
                raise unknown("actor", change.like, known, f"actors.{name}.like")
        return self

    def with_levers(self, **settings: Setting) -> Scenario:
        """A copy with some levers set, validated.

        Raises:
            InputError: for an unknown lever or a setting that it cannot have.
        """
        return self.with_changes(levers={**self.levers, **settings})

    def with_changes(self, **fields: Any) -> Scenario:
        """A copy with some fields replaced, validated.

        Raises:
            InputError: for an unknown field or a value that it cannot have.
        """
        try:
            return Scenario.model_validate({**self.model_dump(), **fields})
        except ValidationError as error:
            raise from_validation(error, valid={"": Scenario.model_fields}) from error

    def setting(self, lever: str) -> Setting:
        """The setting of a lever: the scenario's own, or the default."""
        if lever not in LEVERS:
            raise unknown("lever", lever, LEVERS)
        default: Any = LEVERS[lever].default
        return self.levers.get(lever, default)

    def canonical(self) -> str:
        """The scenario as canonical JSON, without its wording: what decides the numbers."""
        wording = {"name", "title", "story", "question", "sources", "baseline"}
        return json.dumps(self.model_dump(mode="json", exclude=wording), sort_keys=True, separators=(",", ":"))

    @property
    def rules_known(self) -> str:
        """The last quarter of which dated rules are used."""
        return self.rules_until or self.data_until

    @property
    def blind(self) -> bool:
        """Whether it does not know data that there are."""
        return self.data_until != DATA_UNTIL

    def digest(self) -> str:
        """Sixteen hexadecimal digits that name what is simulated."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()[:16]

    def roster(self) -> tuple[Actor, ...]:
        """The actors of this scenario, grouped by kind so that each kind is a block of rows."""
        known: dict[str, Actor] = {row.actor: row for row in table("actors")}
        rows = dict(known)
        for name, change in self.actors.items():
            rows[name] = _changed(name, known, change)
        order = {"superpower": 0, "ally": 1, "hub": 2, "rest": 3}
        return tuple(sorted(rows.values(), key=lambda row: order[row.kind]))


def _check_choice(name: str, value: float | Distribution) -> None:
    """Refuse what is no form of a parameter that is a choice between forms."""
    prior = parameters()[name].distribution
    if not isinstance(prior, Choice):
        return
    fixed = value.value if isinstance(value, Fixed) else value
    known = fixed.forms if isinstance(fixed, Choice) else (fixed,)
    if not set(known) <= set(prior.forms):
        valid = ", ".join(f"{form:g}" for form in prior.forms)
        raise InputError(f"parameter {name!r} is a choice between forms; valid are {valid}, or weights for them")


def _check_form(lever: Lever, setting: Any) -> None:
    """Refuse what is no setting in words: pydantic would list every form that a setting may have."""
    if setting == ACTOR:
        return
    path = isinstance(setting, dict)
    values = list(setting.values()) if path else [setting]
    for value in values or [{}]:
        try:
            good = not isinstance(value, bool) and float(value) is not None
        except (TypeError, ValueError, OverflowError):
            good = False
        if not good:
            left = ", `actor`" if lever.may_be_left and not path else ""
            raise InputError(
                f"lever {lever.name!r} is {shown(value)}; give a number from {lever.low:g} to {lever.high:g} "
                f"({lever.unit}){left} or a dated path such as {{2026-Q4: {lever.fallback:g}}}"
            )
    for date in setting if path else ():
        number(str(date))


def _changed(name: str, rows: dict[str, Actor], change: ActorChange) -> Actor:
    """The row of an actor after a scenario's change; a new actor starts with nothing."""
    nothing = {
        "actor": name, "label": name.replace("_", " ").capitalize(), "kind": change.kind or "rest",
        "alignment_2022": 0.5, "stock_2022q3_h100e": 0.0, "world_share_2025": 0.0, "researchers_2022": 0.0,
        "ai_power_mw_2022": 0.0, "ai_spend_2023_usd_bn": 0.0, "hosts_us_share": 0.0,
        "source": "the scenario", "as_of": "2026-10-01", "tier": "judgement",
    }  # fmt: skip
    base = rows[change.like].model_dump() if change.like else rows[name].model_dump() if name in rows else nothing
    fields = {
        "label": change.label, "kind": change.kind, "alignment_2022": change.alignment,
        "stock_2022q3_h100e": change.stock_h100e, "world_share_2025": change.world_share,
        "researchers_2022": change.researchers, "ai_power_mw_2022": change.ai_power_mw,
    }  # fmt: skip
    return Actor.model_validate({**base, "actor": name, **{k: v for k, v in fields.items() if v is not None}})
