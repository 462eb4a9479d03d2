"""A plan: which scenarios, at which settings, in how many futures, and what is asked of each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, Literal, Union

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    InstanceOf,
    PlainSerializer,
    Tag,
    ValidationError,
    field_serializer,
    model_validator,
)

import scenarios
from scenarios import files
from scenarios.errors import InputError, from_validation, shown, unknown
from scenarios.events import Event
from scenarios.levers import ACTOR
from scenarios.packages import PLAYERS, Package, packages
from scenarios.parameters import parameters
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quarters import LAST_YEAR, Quarter
from scenarios.schema import Scenario, Switches, lever_problem
from sim import checks, own
from sim.checks import checked
from sim.ensemble.sampling import check_sobol
from sim.results.outcomes import asked, custom
from sim.results.outcomes.custom import Custom
from sim.results.outcomes.scalar import EARLIEST, Outcome
from sim.short import Short

MAX_POINTS = 100_000
MAX_RUNS = 10**11


def _whole(given: Any) -> Any:
    """Neither yes nor a text is a number, as little as a part of one."""
    return None if given is None else checks.whole("it", given)


def _number(given: Any) -> Any:
    if isinstance(given, bool | str):
        raise InputError(f"it is {shown(given)}; give a number")
    return given


def _several(given: Any) -> Any:
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"it is {shown(given)}; give a list, also for a single one")
    found = tuple(given)
    if not found:
        raise InputError("it is empty; give one or more")
    return found


Several = BeforeValidator(_several)
Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[float, BeforeValidator(_number)]


class Span(BaseModel):
    """A range of an axis; in a grid, with the number of its points."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    low: Number
    high: Number
    points: Whole | None = Field(default=None, ge=2, le=10_000)

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if not self.low < self.high:
            raise InputError(f"low {self.low:g} must be below high {self.high:g}")
        return self


Axis = Annotated[
    Union[  # noqa: UP007 - read by pydantic
        Annotated[tuple[Union[Number, Literal["actor"]], ...], Tag("values")],  # noqa: UP007
        Annotated[Span, Tag("range")],
    ],
    Discriminator(lambda given: "range" if isinstance(given, dict | Span) else "values"),
]


LABELED = ("path", "event", "package", "agent")
"""Kinds of axes whose settings are labels and not numbers."""


def is_labeled(axis: str) -> bool:
    """Whether the settings of an axis, by its column name, are labels."""
    return axis.partition(".")[0] in LABELED


class Design(BaseModel):
    """Settings that are laid over every scenario: a grid of values, or a sample of ranges."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    kind: Literal["grid", "sobol", "latin_hypercube"] = "grid"
    levers: dict[str, Axis] = Field(default_factory=dict, description="lever → values, or a range")
    parameters: dict[str, Axis] = Field(default_factory=dict, description="parameter → values to fix it to, or a range")
    switches: dict[str, tuple[Annotated[bool, Field(strict=True)], ...]] = Field(
        default_factory=dict, description="mechanism → true, false or both"
    )
    paths: dict[str, dict[str, float | dict[Quarter, float]]] = Field(
        default_factory=dict, description="lever → label → a dated path, or a number"
    )
    events: dict[str, dict[str, tuple[Event, ...]]] = Field(
        default_factory=dict, description="name of the axis → label → events that are added"
    )
    packages: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="player → names of its packages")
    agents: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="seat → label → a custom actor, or nothing for the usual one; in Python only"
    )
    points: Whole | None = Field(default=None, ge=1, le=MAX_POINTS, description="size of a sample")
    seed: Whole = Field(default=0, ge=0, lt=2**63, description="names the sample")

    @property
    def axes(self) -> dict[str, Any]:
        """All axes by column name, such as `lever.NAME` or `event.NAME`, each with its values or its range."""
        listed: dict[str, Mapping[str, Any]] = {
            "lever": self.levers, "parameter": self.parameters, "switch": self.switches, "path": self.paths,
            "event": self.events, "package": self.packages, "agent": self.agents,
        }  # fmt: skip
        return {
            f"{kind}.{name}": axis if isinstance(axis, Span) else tuple(axis)
            for kind, axes in listed.items() for name, axis in axes.items()
        }  # fmt: skip

    @field_serializer("agents")
    def _identities(self, agents: dict[str, dict[str, Any]]) -> dict[str, dict[str, str | None]]:
        """What a plan's file says of custom actors: their code is in no file."""
        return {
            seat: {label: own.identity_of(one) for label, one in choices.items()} for seat, choices in agents.items()
        }

    @model_validator(mode="after")
    def _labels(self) -> Design:
        """Refuse choices that no scenario can have, and two axes that set the same thing."""
        for name, values in self.switches.items():
            if name not in Switches.model_fields:
                raise unknown("switch", name, Switches.model_fields)
            _check_axis("grid", f"switch.{name}", values)
        setters: dict[str, str] = {name: f"lever.{name}" for name in self.levers}
        for name, paths in self.paths.items():
            for setting in paths.values():
                if problem := lever_problem(name, setting):
                    raise InputError(f"axis 'path.{name}': {problem}")
            _claim(setters, f"path.{name}", [name])
        for player, names in self.packages.items():
            found = [_package(f"package.{player}", player, name) for name in names]
            _check_axis("grid", f"package.{player}", names)
            _claim(setters, f"package.{player}", [lever for one in found for lever in one.levers])
        for axis, choices in self.axes.items():
            if is_labeled(axis) and not choices:
                raise InputError(f"axis {axis!r} has no choices; leave it out, or give some")
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Design:
        for name, axis in self.axes.items():
            bare = name.partition(".")[2]
            if self.kind != "grid" and not name.startswith(("lever.", "parameter.")):
                raise InputError(f"axis {name!r} has choices; a {self.kind} sample has ranges alone: take a grid")
            if is_labeled(name) or name.startswith("switch."):
                continue
            if name.startswith("lever.") and bare not in ALL_LEVERS:
                raise unknown("lever", bare, ALL_LEVERS)
            if name.startswith("parameter.") and bare not in parameters():
                raise unknown("parameter", bare, parameters())
            _check_axis(self.kind, bare, axis)
            _check_range(name, axis)
        if self.kind != "grid" and self.axes and self.points is None:
            raise InputError(f"a {self.kind} sample needs `points`, the number of its points")
        if self.kind == "sobol" and self.points is not None:
            check_sobol("points", self.points)
        if self.kind == "grid" and self.points is not None:
            raise InputError("a grid has no `points` of its own; give them to each range, or take kind: sobol")
        if self.kind != "grid" and not self.axes:
            raise InputError(f"a {self.kind} sample needs a range of a lever or of a parameter")
        return self


def _claim(setters: dict[str, str], axis: str, levers: Iterable[str]) -> None:
    """Note what an axis sets, and refuse it where another one sets it too: one of the two would do nothing."""
    for lever in levers:
        if setters.setdefault(lever, axis) != axis:
            raise InputError(f"axis {axis!r} sets {lever}, and so does axis {setters[lever]!r}; leave one of them out")


def _package(axis: str, player: str, name: str) -> Package:
    """A package of a player, which must not wait for a signpost: a study has no runs to switch between."""
    if player not in PLAYERS:
        raise unknown("player", player, PLAYERS, f"axis {axis!r}")
    known = packages(player)
    if name not in known:
        raise unknown("package", name, known, f"axis {axis!r}")
    if known[name].response:
        raise InputError(f"axis {axis!r}: {name} waits for a signpost, which only `polarity strategy` can do")
    return known[name]


def _check_axis(kind: str, name: str, axis: Any) -> None:
    if isinstance(axis, Span):
        if kind == "grid" and axis.points is None:
            raise InputError(f"{name!r}: a range in a grid needs `points`, or write its values: [1, 2, 5]")
        if kind != "grid" and axis.points is not None:
            raise InputError(f"{name!r}: in a {kind} sample ranges have no `points`; the design has")
    elif kind != "grid":
        raise InputError(f"{name!r}: a {kind} sample needs a range, {{low: …, high: …}}; values make a grid")
    elif not axis:
        raise InputError(f"{name!r}: has no values; leave it out, or give some: [1, 2, 5]")
    elif len(set(axis)) < len(axis):
        raise InputError(f"{name!r}: a value appears twice in {list(axis)}")


def _check_range(column: str, axis: Axis) -> None:
    """Refuse settings that no scenario can have, before any is made."""
    kind, _, name = column.partition(".")
    values = (axis.low, axis.high) if isinstance(axis, Span) else axis
    for value in values:
        if kind == "parameter" and (value == ACTOR or not math.isfinite(float(value))):
            raise InputError(f"parameter {name!r} is {value}; give finite numbers")
        if kind == "lever":
            Scenario._levers({name: value})  # the schema's own check


def _scenario(given: Any) -> Scenario:
    if isinstance(given, Scenario):
        return given
    if isinstance(given, dict):
        try:
            return Scenario.model_validate(given)
        except ValidationError as error:
            raise from_validation(error, valid={"": Scenario.model_fields}) from error
    if not isinstance(given, str | Path):
        raise InputError(f"{shown(given)} is no scenario; give a name of the library or a file")
    return scenarios.load(given)


def _outcome(given: Any) -> str | Custom:
    """An outcome by name, or a function of a run; a mapping is what a plan's file says of one."""
    if isinstance(given, Mapping):
        return custom.read(given)
    found = asked.outcome_of(given if callable(given) or isinstance(given, Outcome) else str(given))
    return found if isinstance(found, Custom) else str(found)


Wanted = Annotated[
    Union[str, InstanceOf[Custom]],  # noqa: UP007 - read by pydantic
    BeforeValidator(_outcome),
    PlainSerializer(lambda given: given if isinstance(given, str) else custom.written(given)),
]


class _Called(type(BaseModel)):  # type: ignore[misc]  # the metaclass of pydantic
    """Plans that are made by hand: what is wrong with one is a line of ours, as with those that are read."""

    def __call__(cls, *given: Any, **fields: Any) -> Any:
        try:
            return super().__call__(*given, **fields)
        except ValidationError as error:
            raise from_validation(error, "plan", _fields()) from error


class Plan(Short, BaseModel, metaclass=_Called):
    """A study, complete: scenarios × settings × seeds × members, and the outcomes wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_version: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60, description="small letters, digits and underscores")
    question: str = Field(default="", max_length=400, description="what the study is to answer")
    scenarios: Annotated[tuple[Annotated[Scenario, BeforeValidator(_scenario)], ...], Several] = Field(max_length=1000)
    design: Design = Design()
    members: Whole = Field(default=4096, ge=1, le=10**9, description="futures per scenario, setting and seed")
    seeds: Annotated[tuple[Annotated[Whole, Field(ge=0, lt=2**63)], ...], Several] = Field((0,), max_length=10_000)
    outcomes: Annotated[tuple[Wanted, ...], Several] = Field(
        max_length=600, description="names, NAME[.PART][@DATE]; in Python also functions of a run"
    )
    until: Whole | None = Field(default=None, ge=EARLIEST, le=LAST_YEAR, description="last year; by default, as needed")
    parameters: bool = Field(default=False, strict=True, description="whether the drawn parameters are stored too")
    weighting: Literal["history", "none"] | None = Field(default=None, description="instead of the scenarios' own")
    made_with: dict[str, Any] = Field(default_factory=dict, description="written into results; not read")

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        for field, values in (("outcomes", tuple(map(str, self.outcomes))), ("seeds", self.seeds)):
            twice = next((v for i, v in enumerate(values) if v in values[:i]), None)
            if twice is not None:
                raise InputError(f"{field}: {shown(twice)} appears twice")
        names = [spec.name for spec in self.scenarios]
        twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
        if twice is not None:
            raise InputError(f"scenarios: two are named {twice!r}; give each its own `name`")
        for outcome in self.asked:
            if (outcome.date or getattr(outcome, "ends", None)) and outcome.until > self.horizon:
                raise InputError(f"outcomes: '{outcome}' is after until, {self.horizon}")
        self._check_agents()
        settings = self.points_per_scenario * len(self.scenarios)
        if settings > MAX_POINTS:
            raise InputError(f"design: {settings:,} settings of scenarios; at most {MAX_POINTS:,}")
        if self.runs > MAX_RUNS:
            raise InputError(f"members: {self.runs:,} futures in all; at most {MAX_RUNS:,}")
        return self

    def _check_agents(self) -> None:
        for seat, choices in self.design.agents.items():
            for given in choices.values():
                if given is not None and not isinstance(given, str):
                    try:
                        own.seated({seat: given}, *self.scenarios)
                    except InputError as error:
                        raise InputError(f"axis 'agent.{seat}': {error}") from error

    @cached_property
    def asked(self) -> tuple[Outcome, ...]:
        """The outcomes wanted; actors are those that all scenarios have."""
        return asked.outcomes_of(self.outcomes, *self.scenarios)

    @property
    def horizon(self) -> int:
        """The year at whose end runs stop."""
        return self.until or max(asked.outcome_of(given).until for given in self.outcomes)

    @cached_property
    def points_per_scenario(self) -> int:
        """Settings that are laid over each scenario."""
        if self.design.kind != "grid":
            return self.design.points or 1
        return math.prod(
            (axis.points or 0) if isinstance(axis, Span) else len(axis) for axis in self.design.axes.values()
        )

    def _facts(self) -> dict[str, Any]:
        return {
            "name": self.name, "scenarios": tuple(spec.name for spec in self.scenarios),
            "outcomes": tuple(map(str, self.outcomes)),
            "settings": self.points_per_scenario, "axes": tuple(self.design.axes), "seeds": self.seeds,
            "futures": f"{self.runs:,}, {self.members:,} of each",
        }  # fmt: skip

    def notes(self, tried: bool = True) -> tuple[str, ...]:
        """What does less than it seems to, one line each: dated paths that an axis replaces, and what has no effect.

        Args:
            tried: whether a few futures are simulated to find out what acts; without it, dates and rules alone tell.
        """
        from sim.batch.notes import of_plan

        return of_plan(self, tried)

    @property
    def runs(self) -> int:
        """Futures asked for in all."""
        return len(self.scenarios) * self.points_per_scenario * len(self.seeds) * self.members

    def fields(self) -> dict[str, Any]:
        """The plan as the fields of a file that stands alone: custom scenarios are written out in it."""
        content = self.model_dump(mode="json", exclude_defaults=True, exclude={"scenarios"})
        listed = [_named(spec) for spec in self.scenarios]
        return {"name": content.pop("name"), "scenarios": listed, **content, "members": self.members}


def _named(spec: Scenario) -> str | dict[str, Any]:
    known = spec.name in scenarios.names() and scenarios.load(spec.name) == spec
    return spec.name if known else files.standalone(spec)


def _fields() -> dict[str, Any]:
    """What may stand in a plan, by part."""
    return {"": Plan.model_fields, "design": Design.model_fields, "events": Event.model_fields}


@checked
def read(path: Path | str) -> Plan:
    """A plan from a YAML file; scenario files in it are looked for from its folder.

    Raises:
        InputError: with the line and what would be valid.
    """
    path = Path(path)
    return parse(files.read(path, "plan"), str(path))


@checked
def parse(text: str, where: str = "plan") -> Plan:
    """A plan from YAML text.

    Raises:
        InputError: with the line and what would be valid.
    """
    content = files.mapping(text, where, "plan")
    listed = content.get("scenarios")
    if isinstance(listed, list):
        content["scenarios"] = [_beside(entry, where) for entry in listed]
    try:
        return Plan.model_validate(content)
    except ValidationError as error:
        raise from_validation(error, where, _fields(), partial(files.line, text)) from error


def _beside(entry: Any, where: str) -> Any:
    """A scenario file that a plan names, as seen from the plan's folder."""
    is_file = isinstance(entry, str) and entry.endswith((".yaml", ".yml"))
    return str(Path(where).parent / entry) if is_file else entry
