"""A scenario: a difference on a named baseline, checked before anything runs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SkipValidation,
    ValidationError,
    field_validator,
    model_validator,
)

from calibration.record import IN_USE, ids, numbers, read as read_calibration
from scenarios import decisions as choices, groups, uses, values as wants
from scenarios.errors import (
    InputError,
    as_number,
    from_validation,
    is_plain_number,
    is_switch,
    no_switch,
    several,
    shown,
    unknown,
    with_faults,
)
from scenarios.events import Event
from scenarios.frozen import FrozenDict, frozen
from scenarios.kinds import KINDS, PartnerKind
from scenarios.levers import ACTOR
from scenarios.parameters import parameters
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quantities import Distribution
from scenarios.quarters import DATA_UNTIL, FIRST, Quarter, label, number
from scenarios.rules import WORLD, Rule, history
from scenarios.tables import Actor, Line, table

START = label(number(DATA_UNTIL) + 1)
"""The first quarter after the data, from which a scenario's levers hold unless it says otherwise."""
OWNER = "united_states"
"""The actor whose companies own chips that stand in other territories."""

Level = Union[float, Literal["actor"]]  # noqa: UP007 - read by pydantic
"""A number, or `actor`: left to the actor."""
Setting = Union[float, Literal["actor"], dict[Quarter, Level]]  # noqa: UP007 - read by pydantic
"""A level, or a dated path of levels: quarter → level, held until the next date."""


Share = Union[float, dict[Quarter, float]]  # noqa: UP007 - read by pydantic
"""A share from 0 to 1, or a dated path of them."""

ByRule = Literal["choose", "habit"]
"""A rule by which actors decide."""
Decided = Union[float, ByRule, dict[Quarter, float]]  # noqa: UP007 - read by pydantic
"""A rule by which an actor decides, or a number or dated path that it is held to."""

NAME = r"^[a-z][a-z0-9_]*$"
"""What actors, and scenarios without a branch, may be called."""
_DATES = (r"\d{4}", r"\d{4}-\d{2}", r"\d{4}-\d{2}-\d{2}")


def _published(value: str) -> str:
    """A year, a month or a day, as sources give them; empty where it is not known."""
    if not value:
        return value
    try:
        form = next(n for n, pattern in enumerate(_DATES) if re.fullmatch(pattern, value))
        dt.date.fromisoformat(value + ("-01-01", "-01", "")[form])
    except (StopIteration, ValueError) as error:
        raise InputError(f"{shown(value)} is not a date; write it like 2026-11-30, 2026-11 or 2026") from error
    return value


def _year(value: Any) -> Any:
    """A year alone, which YAML reads as a number."""
    return str(value) if isinstance(value, int) and 1000 <= value <= 9999 else value


class Source(BaseModel):
    """Where a scenario's story or numbers come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: Line = Field(max_length=300)
    date: Annotated[str, BeforeValidator(_year), AfterValidator(_published)] = Field(default="", max_length=10)
    url: str = Field(default="", max_length=500, pattern=r"^(https?://\S+)?$")


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
    label: Line | None = Field(default=None, max_length=60)
    kind: PartnerKind | None = None
    alignment: float | None = Field(default=None, ge=0, le=1)
    stock_h100e: float | None = Field(default=None, ge=0, le=1e9)
    world_share: float | None = Field(default=None, ge=0, le=1)
    researchers: float | None = Field(default=None, ge=0, le=1)
    ai_power_mw: float | None = Field(default=None, ge=0, le=1e7)
    oversight: float | None = Field(default=None, ge=0, le=1, description="share of its compute under such oversight")
    policing: float | None = Field(
        default=None, ge=0, le=1, description="how hard a hub polices diversion, from the start of the data on"
    )
    makes_tools: bool | None = Field(default=None, description="whether its chip tools hold up Chinese fabs")

    @field_validator(
        "alignment", "stock_h100e", "world_share", "researchers", "ai_power_mw", "oversight", "policing", mode="before"
    )
    @classmethod
    def _numbers(cls, value: object) -> object:
        return no_switch(value)


class Scenario(BaseModel):
    """A complete, frozen and hashable statement of what is simulated."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_version: Literal[1] = 1
    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*)?$", max_length=80, description="its name in lists and results"
    )
    title: Line = Field(max_length=120)
    story: Line = Field(max_length=160, description="one line")
    question: Line = Field(max_length=400, description="the question that it answers")
    kind: Literal["policy", "what_if"] = Field(
        default="policy",
        description="policy: somebody decides it; what_if: it happens to everybody, whatever they decide",
    )
    baseline: str | None = Field(
        default="current_policy", min_length=1, max_length=300, description="the scenario that it is compared with"
    )
    sources: tuple[Source, ...] = Field(min_length=1, max_length=50)
    start: Quarter = Field(default=START, description="the first quarter in which its levers hold")
    data_until: Quarter = Field(default=DATA_UNTIL, description="no datum after this quarter is used")
    rules_until: Quarter | None = Field(
        default=None, description="dated rules are used to this quarter; by default to data_until"
    )
    levers: dict[str, Setting] = Field(default_factory=FrozenDict)
    switches: Switches = Switches()
    events: tuple[Event, ...] = Field(default=(), max_length=200)
    rules: tuple[Rule, ...] = Field(
        default=(), max_length=200, description="further control rules, like the rows of rules.csv"
    )
    actors: dict[str, ActorChange] = Field(default_factory=FrozenDict, max_length=40)
    allocation: dict[str, dict[str, dict[str, Share]]] = Field(
        default_factory=FrozenDict,
        max_length=60,
        description="shares of money, compute and people that are fixed: actor, what is divided, use, share (0 to 1)",
    )
    decisions: SkipValidation[ByRule | dict[str, ByRule | dict[str, Decided]]] = Field(
        default="choose",
        description="how actors decide: choose, habit, or by actor and decision a rule, a number or a dated path",
    )
    values: SkipValidation[dict[str, str | dict[str, float]]] = Field(
        default_factory=FrozenDict,
        max_length=60,
        description="what actors want: a named profile, or weights on security, prosperity, safety and money",
    )
    parameters: dict[str, float | Distribution] = Field(
        default_factory=FrozenDict,
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
    def _levers(cls, levers: Any) -> Any:
        if isinstance(levers, dict):
            problems = {str(name): lever_problem(str(name), setting) for name, setting in levers.items()}
            if wrong := [(name, text) for name, text in problems.items() if text]:
                raise several(wrong)
        return levers

    @field_validator("parameters", mode="before")
    @classmethod
    def _no_switches(cls, changed: Any) -> Any:
        numbers = changed.items() if isinstance(changed, dict) else ()
        wrong = [str(name) for name, value in numbers if is_switch(value)]
        if wrong:
            raise several((name, f"parameter {name!r} is {changed[name]} (yes or no); give a number") for name in wrong)
        return changed

    @field_validator("parameters")
    @classmethod
    def _parameters(cls, changed: dict[str, Any]) -> dict[str, Any]:
        problems = {name: _parameter_problem(name, value) for name, value in changed.items()}
        if wrong := [(name, text) for name, text in problems.items() if text]:
            raise several(wrong)
        return changed

    @field_validator("values", "decisions", mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:
        """Numbers as numbers; what is wrong is told by `_together`."""
        return _numbers(given)

    @field_validator("levers", "actors", "parameters", "allocation", "values", "decisions")
    @classmethod
    def _frozen(cls, given: Any) -> Any:
        return frozen(given) if isinstance(given, dict) else given

    @model_validator(mode="wrap")
    @classmethod
    def _all_faults(cls, given: Any, build: ModelWrapValidatorHandler[Scenario]) -> Scenario:
        """What fields say together is checked beside the fields, so that all faults are told at once."""
        problems = list(_together(given)) if isinstance(given, dict) else []
        try:
            spec = build(given)
        except ValidationError as error:
            raise with_faults(error, problems) from error
        if problems:
            raise several(problems)
        return spec

    def with_levers(self, **settings: Setting) -> Scenario:
        """A copy with some levers set, validated; what the scenario held decisions of theirs at is let go.

        Raises:
            InputError: for an unknown lever or a setting that it cannot have.
        """
        set_now = [name for name, setting in settings.items() if setting != ACTOR]
        return self.with_changes(levers={**self.levers, **settings}, decisions=choices.without(self.decisions, set_now))

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
        if lever not in ALL_LEVERS:
            raise unknown("lever", lever, ALL_LEVERS)
        default: Any = ALL_LEVERS[lever].default
        return self.levers.get(lever, default)

    def canonical(self) -> str:
        """The scenario as canonical JSON, without its wording: what decides the numbers."""
        wording: dict[str, Any] = dict.fromkeys(
            ("name", "title", "story", "question", "sources", "kind", "baseline"), True
        )
        wording["rules"] = {"__all__": {"url"}}
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

    def changes(self) -> dict[str, ActorChange]:
        """What changes of every actor, or adds it: that of a group is divided among its members."""
        given = {name: change.model_dump(exclude_none=True) for name, change in self.actors.items()}
        divided = groups.by_member(given, groups.divided)
        return {name: ActorChange.model_validate(fields) for name, fields in divided.items()}

    def shares(self) -> dict[str, dict[str, Any]]:
        """Shares that are fixed, by actor, what is divided and use: those of a group hold for each of its members.

        Where a member has shares of its own of what is divided, the group's do not hold for it.
        """
        return groups.by_member(self.allocation)

    def decided(self, actor: str) -> Mapping[str, Decided]:
        """What is said about decisions of an actor, its own before its group's: decision → rule, number or path."""
        if isinstance(self.decisions, str):
            return dict.fromkeys(choices.DECISIONS, self.decisions)
        found: dict[str, Decided] = {}
        for name in (*groups.of(actor), actor):
            own = self.decisions.get(name, {})
            found |= dict.fromkeys(choices.DECISIONS, own) if isinstance(own, str) else own
        return found

    def wanted(self, actor: str) -> wants.Weights:
        """Weights of an actor on the four values: its own, its group's, or the usual ones."""
        given = [self.values[name] for name in (actor, *groups.of(actor)) if name in self.values]
        return wants.weights_of(given[0] if given else None)

    def roster(self) -> tuple[Actor, ...]:
        """The actors of this scenario, grouped by kind so that each kind is a block of rows."""
        known: dict[str, Actor] = {row.actor: row for row in table("actors")}
        rows, models, changes = dict(known), groups.models(), self.changes()
        for name, change in changes.items():
            rows[name] = _changed(name, models, change)
        # Who is added `like` a host takes in chips of US owners that then stand elsewhere no longer.
        moved = sum(rows[name].hosts_us_share - _hosted(known.get(name)) for name in changes if name != OWNER)
        if moved:
            home = max(rows[OWNER].hosts_us_share - moved, 0.0)
            rows[OWNER] = rows[OWNER].model_copy(update={"hosts_us_share": home})
            total = sum(row.hosts_us_share for row in rows.values())
            for name, row in rows.items() if total > 1 else ():
                rows[name] = row.model_copy(update={"hosts_us_share": row.hosts_us_share / total})
        order = list(KINDS)
        return tuple(sorted(rows.values(), key=lambda row: order.index(row.kind)))


def _parameter_problem(name: str, value: float | Distribution) -> str:
    """Why a parameter cannot be changed to this; empty where it can."""
    if name not in parameters():
        return str(unknown("parameter", name, parameters()))
    problem = parameters()[name].problem(value)
    return f"parameter {name!r} {problem}" if problem else ""


def lever_problem(name: str, setting: Any) -> str:
    """Why a lever cannot have a setting; empty where it can. Pydantic would list every form that a setting may have."""
    if name not in ALL_LEVERS:
        return str(unknown("lever", name, ALL_LEVERS))
    lever = ALL_LEVERS[name]
    span = f"{lever.low:g} to {lever.high:g}"
    if isinstance(setting, str) and setting == ACTOR:
        return "" if lever.may_be_left else f"lever {name!r} cannot be left to the actor; give {span}"
    path = isinstance(setting, dict)
    for value in (list(setting.values()) if path else [setting]) or [{}]:
        if path and value == ACTOR and lever.may_be_left:
            continue
        given = as_number(value)
        if given is None:
            left = ", `actor`" if lever.may_be_left else ""
            return (
                f"lever {name!r} is {shown(value)}; give a number from {span} ({lever.unit}){left} or a dated path "
                f"such as {{2026-Q4: {lever.fallback:g}}}"
            )
        if not (math.isfinite(given) and lever.low <= given <= lever.high):
            return f"lever {name!r} is {given:g}; the range is {span} {lever.unit}"
    for date in setting if path else ():
        try:
            number(str(date))
        except ValueError as error:
            return f"lever {name!r}: {error}"
    return ""


def _numbers(given: Any) -> Any:
    """A mapping with its numbers as such, and everything else as it is."""
    if isinstance(given, dict):
        return {str(key): _numbers(value) for key, value in given.items()}
    found = None if isinstance(given, str) and not is_plain_number(given.strip()) else as_number(given)
    return given if found is None else found


_Problems = Iterator[tuple[tuple[str | int, ...], str]]


def _together(given: dict[str, Any]) -> _Problems:
    """Place and complaint of what fields of a scenario say together; fields that are wrong by themselves are passed."""
    start, edge = (_quarter(given.get(name, usual)) for name, usual in (("start", START), ("data_until", DATA_UNTIL)))
    rules_until = _quarter(given.get("rules_until"))
    last = number(DATA_UNTIL)
    if start is not None and start < FIRST:
        yield ("start",), f"start {label(start)} is before the first simulated quarter, {label(FIRST)}"
    if edge is not None and not FIRST <= edge <= last:
        yield ("data_until",), f"data_until {label(edge)} must lie between {label(FIRST)} and {DATA_UNTIL}"
    elif edge is not None and rules_until is not None and not edge <= rules_until <= last:
        yield (
            ("rules_until",),
            f"rules_until {label(rules_until)} must lie between data_until ({label(edge)}) and {DATA_UNTIL}",
        )
    calibration = given.get("calibration", IN_USE)
    if isinstance(calibration, str) and calibration != IN_USE and (why := _no_calibration(calibration)):
        yield ("calibration",), why
    yield from _early_paths(given.get("levers"), start)
    yield from _wrong_actors(given.get("actors"))
    added = given.get("actors")
    yield from uses.problems(
        given.get("allocation"),
        [*groups.known(r.actor for r in table("actors")), *(added if isinstance(added, dict) else ())],
        start,
        edge,
    )
    kinds = _kinds(added)
    yield from wants.problems(given.get("values", {}), list(kinds))
    yield from choices.problems(given.get("decisions", choices.CHOOSE), kinds, start)
    yield from _fixed_twice(given)
    yield from _too_much_of_the_world(given.get("actors"))
    yield from _wrong_destinations(given.get("rules"), given.get("actors"))


def _kinds(added: Any) -> dict[str, str]:
    """The kind of every actor of a scenario, as far as it can be read."""
    kinds: dict[str, str] = dict(groups.kinds())
    for name, change in added.items() if isinstance(added, dict) else ():
        fields = change.model_dump() if isinstance(change, ActorChange) else change
        if isinstance(fields, dict):
            kind = fields.get("kind") or kinds.get(str(fields.get("like"))) or kinds.get(str(name)) or "rest"
            kinds[str(name)] = str(kind)
    for name, group in groups.GROUPS.items():
        now = {kinds[member] for member in group.members}
        kinds[name] = now.pop() if len(now) == 1 else kinds[name]
    return kinds


def _fixed_twice(given: dict[str, Any]) -> _Problems:
    """Decisions of one actor that it and the lever hold at something; of an ally or a hub its own comes first."""
    levers, decided = given.get("levers"), given.get("decisions")
    if not isinstance(levers, dict) or not isinstance(decided, dict):
        return
    for actor, own in decided.items():
        for name, setting in own.items() if isinstance(own, dict) else ():
            found = choices.DECISIONS.get(str(name))
            if found and found.actor == actor and choices.holds(setting) and levers.get(found.lever, ACTOR) != ACTOR:
                text = f"the lever {found.lever} fixes it too; leave one of them out"
                yield ("decisions", str(actor), str(name)), text


def _quarter(value: Any) -> int | None:
    try:
        return None if value is None else number(str(value))
    except ValueError:
        return None


def _no_calibration(name: str) -> str:
    """Why a name is no calibration result and no `RESULT:NUMBER`; an empty text where it is one."""
    result, colon, moved = name.partition(":")
    if result not in ids():
        return str(unknown("calibration result", name[:60], ids()))
    if colon and moved not in (valid := numbers(read_calibration(result))):
        return str(unknown(f"number that the calibration result {result} moves", moved[:60], valid or ("none",)))
    return ""


def _early_paths(levers: Any, start: int | None) -> _Problems:
    """Dated settings from before the start: levers hold from there on, and a path that began earlier would half act."""
    for name, setting in levers.items() if isinstance(levers, dict) else ():
        dates = map(_quarter, setting) if isinstance(setting, dict) else ()
        first = min((date for date in dates if date is not None), default=None)
        if first is not None and start is not None and first < start:
            yield (
                ("levers", str(name)),
                (
                    f"{label(first)} is before the scenario's start, {label(start)}; give a later date, or "
                    f"`start: {label(max(first, FIRST))}` for a history that goes otherwise from then on"
                ),
            )


def _wrong_actors(actors: Any) -> _Problems:
    """Names, kinds and models of changed and added actors."""
    known = groups.kinds()
    for key, change in actors.items() if isinstance(actors, dict) else ():
        place = ("actors", str(key))
        fields = change.model_dump() if isinstance(change, ActorChange) else change
        if not isinstance(fields, dict) or not isinstance(fields.get("like"), str | None):
            continue
        name, like, kind = str(key), fields.get("like"), fields.get("kind")
        if name not in known and (not re.fullmatch(NAME, name) or len(name) > 40 or name == WORLD):
            yield place, f"{shown(name)} is no name of an actor; take small letters, digits and underscores"
        if known.get(name) == "superpower" and (kind is not None or like is not None):
            field = "kind" if kind is not None else "like"
            yield (*place, field), f"{name} stays a superpower; leave `{field}` out and change its numbers"
        elif name in groups.GROUPS and (like is not None or fields.get("label") is not None):
            both, field = " and ".join(groups.members(name)), "like" if like is not None else "label"
            yield (*place, field), f"{name} means {both} together and is no actor of its own; change `{field}` of one"
        elif name not in known and kind is None and like is None:
            yield place, f"actor {name!r} is new: give it a kind (ally, hub or rest) or `like: ACTOR`"
        elif like is not None and like not in known:
            yield (*place, "like"), str(unknown("actor", str(like), known))
        elif like is not None and known[like] == "superpower" and kind is None:
            yield (*place, "like"), f"{like} is a superpower, and there are two; give a kind too (ally, hub or rest)"


def _too_much_of_the_world(actors: Any) -> _Problems:
    """Shares of the world's orders that partners cannot have together."""
    models = {name: row.world_share_2025 or 0.0 for name, row in groups.models().items() if row.kind != "superpower"}
    given: dict[str, dict[str, float]] = {}
    for key, change in actors.items() if isinstance(actors, dict) else ():
        fields = change.model_dump() if isinstance(change, ActorChange) else change
        if not isinstance(fields, dict) or str(key) in (OWNER, "china"):
            continue
        own, like = as_number(fields.get("world_share")), fields.get("like")
        copied = models.get(like) if isinstance(like, str) else None
        share = next((x for x in (own, copied) if x is not None), None)
        given[str(key)] = {} if share is None else {"world_share": share}
    shares = {name: share for name, share in models.items() if name not in groups.GROUPS}
    for name, changed in groups.by_member(given, groups.divided).items():
        shares[name] = changed.get("world_share", shares.get(name, 0.0))
    if (total := sum(shares.values())) > 1:
        added = f"shares of orders outside the United States and China (world_share) add up to {total:.2f}"
        yield ("actors",), f"{added}; they may add up to 1 at most"


def _wrong_destinations(rules: Any, actors: Any) -> _Problems:
    """Destinations of rules that are no actor of the scenario, and ids that stand twice."""
    known = [
        *groups.known(row.actor for row in table("actors")), *(map(str, actors) if isinstance(actors, dict) else ()),
    ]  # fmt: skip
    seen, recorded = set[str](), {row.id for row in history()}
    for n, rule in enumerate(rules if isinstance(rules, (list, tuple)) else ()):
        fields = rule.model_dump() if isinstance(rule, Rule) else rule
        if not isinstance(fields, dict):
            continue
        destination, key = fields.get("destination", "china"), fields.get("id")
        if isinstance(destination, str) and destination not in (*known, WORLD):
            yield ("rules", n, "destination"), str(unknown("actor", destination, [*known, WORLD]))
        if key is not None and str(key) in seen:
            yield ("rules", n, "id"), f"{shown(key)} is the id of another rule; give each its own"
        if str(key) in recorded:
            yield ("rules", n, "id"), f"{shown(key)} is the id of a recorded rule; give yours another"
        seen.add(str(key))


def _hosted(row: Actor | None) -> float:
    return 0.0 if row is None else row.hosts_us_share


def _changed(name: str, rows: Mapping[str, Actor], change: ActorChange) -> Actor:
    """The row of an actor after a scenario's change; a new actor starts with nothing."""
    label_of_its_own = name.replace("_", " ").capitalize()
    nothing = {
        "actor": name, "label": label_of_its_own, "kind": change.kind or "rest",
        "alignment_2022": 0.5, "stock_2022q3_h100e": 0.0, "world_share_2025": 0.0, "researchers_2022": 0.0,
        "ai_power_mw_2022": 0.0, "ai_spend_2023_usd_bn": 0.0, "hosts_us_share": 0.0,
        "oversight": KINDS[change.kind or "rest"].oversight,
        "source": "the scenario", "as_of": "2026-10-01", "tier": "judgment",
    }  # fmt: skip
    # A copy is another actor: everything is the model's but what it is called.
    called = rows[name].label if name in rows else label_of_its_own
    own = rows[name].model_dump() if name in rows else nothing
    base = rows[change.like].model_dump() | {"label": called} if change.like else own
    fields = {
        "label": change.label, "kind": change.kind, "alignment_2022": change.alignment,
        "stock_2022q3_h100e": change.stock_h100e, "world_share_2025": change.world_share,
        "researchers_2022": change.researchers, "ai_power_mw_2022": change.ai_power_mw,
        "oversight": change.oversight, "policing": change.policing, "makes_tools": change.makes_tools,
    }  # fmt: skip
    return Actor.model_validate({**base, "actor": name, **{k: v for k, v in fields.items() if v is not None}})
