"""Packages: what one player could decide, as people talk of it; the only home of the strategies of games.

A package sets levers of its own player and nothing else, so that packages of different players add up. It may be a
treaty, which comes about only if both superpowers choose it, and it may wait: a rule that says at which reading of a
signpost another package takes its place.

>>> from scenarios.packages import combined, packages
>>> from scenarios import load
>>> ours, theirs = packages("united_states")["tight_controls"], packages("china")["import"]
>>> combined(load("current_policy"), {"united_states": ours, "china": theirs}).levers["import_permission"]
90.0
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)

from scenarios import files, load, names
from scenarios.errors import Fault, InputError, faults_of, from_validation, joined, several, unknown, with_faults
from scenarios.events import Event
from scenarios.levers import ACTOR, ALLIES, CHINA, DESIGNER, HUBS, US
from scenarios.partner_levers import ALL_LEVERS
from scenarios.quarters import Quarter, number
from scenarios.schema import Scenario, Setting, Source, lever_problem
from scenarios.signposts import SIGNPOSTS

FOLDER = Path(__file__).parent / "packages"
PLAYERS: dict[str, str] = {"united_states": US, "china": CHINA, "allies": ALLIES, "hubs": HUBS}
"""Players of a game, and who decides their levers."""
SEATS: dict[str, str] = {**PLAYERS, "designer": DESIGNER}
"""Seats in a room: the players, and the chip designer, whom no payoff is counted for."""
SPOKEN = {"united_states": "the United States", "china": "China", "allies": "allies", "hubs": "transit hubs",
          "designer": "the chip designers"}  # fmt: skip
"""Players as a sentence names them."""
KINDS = {"allies": "ally", "hubs": "hub"}
"""Players that are all actors of a kind."""
SHORT = {"us": "united_states", "cn": "china"}
"""Other names of players."""
EVENTS = {"china": ("mineral_controls",)}
"""Kinds of events that a player decides."""
SIGNATORIES = ("united_states", "china")
"""Who must choose a treaty for it to come about."""


class Response(BaseModel):
    """When another package takes a package's place: at the turn of the year after a signpost is read so."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    when: str = Field(description="a signpost")
    below: float | None = Field(default=None, allow_inf_nan=False)
    above: float | None = Field(default=None, allow_inf_nan=False)
    then: str = Field(description="a package of the same player")

    @field_validator("when")
    @classmethod
    def _known(cls, when: str) -> str:
        if when not in SIGNPOSTS:
            raise unknown("signpost", when, SIGNPOSTS)
        return when

    def model_post_init(self, context: Any) -> None:
        """Refuse a rule without exactly one bound.

        Raises:
            InputError: naming what is missing.
        """
        if (self.below is None) == (self.above is None):
            raise InputError(f"give one of below and above for {self.when}, in {SIGNPOSTS[self.when].unit}")


class Package(BaseModel):
    """What a player decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    player: str
    name: str
    title: str = Field(max_length=60)
    story: str = Field(max_length=300)
    levers: dict[str, float | dict[Quarter, float]] = Field(default_factory=dict)
    events: tuple[Event, ...] = ()
    treaty: str = Field(default="", description="a scenario of the library that comes about if both superpowers agree")
    response: Response | None = None
    usual: bool = Field(default=True, description="whether it plays where nobody names it")
    sources: tuple[Source, ...] = Field(min_length=1)

    @field_validator("player", mode="before")
    @classmethod
    def _known(cls, player: object) -> str:
        return seat_of(str(player))

    @model_validator(mode="wrap")
    @classmethod
    def _all_faults(cls, given: Any, build: ModelWrapValidatorHandler[Package]) -> Package:
        """What fields say together is checked beside the fields, so that all faults are told at once."""
        problems = list(_together(given)) if isinstance(given, dict) else []
        try:
            package = build(given)
        except ValidationError as error:
            raise with_faults(error, problems) from error
        if problems:
            raise several(problems)
        return package


def _together(given: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Place and complaint of what is no lever, what another player decides, and what cannot stand together."""
    player, levers, response = given.get("player"), given.get("levers"), given.get("response")
    player = SHORT.get(str(player), player)
    who, treaty = SEATS.get(str(player)), given.get("treaty")
    for lever, setting in levers.items() if isinstance(levers, dict) else ():
        if problem := lever_problem(str(lever), setting):
            yield ("levers", str(lever)), problem
        if lever in ALL_LEVERS and who is not None and ALL_LEVERS[lever].who != who:
            yield ("levers", str(lever)), f"{lever} is a lever of {ALL_LEVERS[lever].who}, not of {who}"
        if response is not None and isinstance(setting, dict):
            yield ("levers", str(lever)), "a package that waits for a signpost has levers without dates"
    events = given.get("events")
    for n, event in enumerate(events if isinstance(events, (list, tuple)) else ()):
        kind = event.get("kind") if isinstance(event, dict) else None
        if who is not None and isinstance(kind, str) and kind not in EVENTS.get(str(player), ()):
            yield ("events", n, "kind"), f"{kind} is no event that {who} decides"
    if treaty and who is not None and player not in SIGNATORIES:
        yield ("treaty",), f"a treaty is signed by {' and '.join(SIGNATORIES)}, not by {player}"
    if treaty and isinstance(treaty, str) and treaty not in names():
        yield ("treaty",), str(unknown("scenario", treaty, names()))


def player_of(name: str) -> str:
    """The player of a name, such as `us`.

    Raises:
        InputError: for no player.
    """
    full = SHORT.get(name, name)
    if full not in PLAYERS:
        raise unknown("player", name, [*PLAYERS, *SHORT])
    return full


def seat_of(name: str) -> str:
    """The seat of a name, such as `us` or `designer`.

    Raises:
        InputError: for no seat.
    """
    full = SHORT.get(name, name)
    if full not in SEATS:
        raise unknown("player", name, [*SEATS, *SHORT])
    return full


def members(spec: Scenario, player: str) -> tuple[str, ...]:
    """The actors of a scenario that are a player."""
    kind = KINDS.get(player)
    return (player,) if kind is None else tuple(row.actor for row in spec.roster() if row.kind == kind)


@cache
def packages(player: str) -> dict[str, Package]:
    """The packages of a player by name, `as_is` first; also those that play only where they are named."""
    content = files.mapping((FOLDER / f"{player}.yaml").read_text(encoding="utf-8"), f"{player}.yaml", "package")
    return {name: _made(player, name, fields) for name, fields in content.items()}


def read(path: Path) -> Package:
    """Your own package, from a YAML file with the fields of `Package`.

    Raises:
        InputError: for a file that cannot be read or holds no package, with all that is wrong.
    """
    return parse(files.read(path, "package"), str(path))


def parse(text: str, where: str = "package") -> Package:
    """Your own package from YAML text; without a name it is called what its file is.

    Raises:
        InputError: with all that is wrong, each with its line.
    """
    faults: list[Fault] = []
    content = files.mapping(text, where, "package", faults)
    content = {"name": Path(where).stem, **content}
    try:
        package = Package.model_validate(content)
    except ValidationError as error:
        raise joined([*faults, *faults_of(error, _fields(), partial(files.line, text))], where) from error
    if faults:
        raise joined(faults, where)
    return package


@cache
def _fields() -> dict[str, tuple[str, ...]]:
    """What may stand in a package, by part."""
    parts: dict[str, Any] = {"": Package, "events": Event, "sources": Source, "response": Response}
    return {name: tuple(model.model_fields) for name, model in parts.items()}


def _made(player: str, name: str, fields: Any) -> Package:
    """A package of the library."""
    if not isinstance(fields, Mapping):
        raise InputError(f"package {name}: give title, story, levers and sources")
    try:
        return Package(player=player, name=name, **fields)
    except ValidationError as error:
        raise from_validation(error, f"package {name}", _fields()) from error


def combined(
    spec: Scenario, chosen: Mapping[str, Package], then: Mapping[str, tuple[str, Package]] | None = None
) -> Scenario:
    """A scenario with the packages of its players laid over it.

    Args:
        spec: the scenario.
        chosen: package by player.
        then: player → quarter and the package that takes the place of its first one from then on. What the first one
            sets and the second leaves goes back to the scenario's setting; what the scenario leaves to the actor stays.
    """
    levers: dict[str, Any] = {}
    events: list[Event] = list(_treaty(chosen, levers))
    for player, package in chosen.items():
        date, after = (then or {}).get(player, ("", package))
        levers |= {
            name: _followed(spec, name, package.levers.get(name), after.levers.get(name), date)
            for name in dict.fromkeys((*package.levers, *after.levers))
        } if date else package.levers  # fmt: skip
        events += [event for event in package.events if not date or number(event.date) < number(date)]
        events += [_not_before(event, date) for event in after.events if date]
    changed = spec.with_levers(**levers) if levers else spec
    return changed.with_changes(events=(*changed.events, *events)) if events else changed


def _treaty(chosen: Mapping[str, Package], levers: dict[str, Any]) -> tuple[Event, ...]:
    """The events of a treaty that both superpowers choose; its settings are added to the levers."""
    named = {chosen[player].treaty if player in chosen else "" for player in SIGNATORIES}
    if len(named) > 1 or not (name := named.pop()):
        return ()
    agreed = load(name)
    levers |= agreed.levers
    return agreed.events


def _followed(spec: Scenario, name: str, first: Any, after: Any, date: str) -> Setting:
    """The setting of a lever that one package sets until a date and another from then on; None where it sets none."""
    usual = spec.setting(name)
    before, later = (usual if given is None else given for given in (first, after))
    if before == later:
        return before
    path: dict[Any, Any] = {}
    if before != ACTOR:
        dated = before if isinstance(before, Mapping) else {spec.start: before}
        path |= {when: value for when, value in dated.items() if number(when) < number(date)}
    if later != ACTOR:
        dated = later if isinstance(later, Mapping) else {spec.start: later}
        begun = max((when for when in dated if number(when) <= number(date)), key=number, default="")
        path |= {date: dated[begun]} if begun else {}
        path |= {when: value for when, value in dated.items() if number(when) > number(date)}
    return path if path else "actor"


def _not_before(event: Event, date: str) -> Event:
    return event if number(event.date) >= number(date) else event.model_copy(update={"date": date})
