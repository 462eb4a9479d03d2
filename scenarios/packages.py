"""Packages: what one player could decide, as people talk of it; the only home of the strategies of games.

A package sets levers of its own player and nothing else, so that packages of different players add up.

>>> from scenarios.packages import combined, packages
>>> from scenarios import load
>>> ours, theirs = packages("united_states")["tight_controls"], packages("china")["import"]
>>> combined(load("current_policy"), {"united_states": ours, "china": theirs}).levers["import_permission"]
90.0
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from scenarios import files
from scenarios.errors import InputError, unknown
from scenarios.events import Event
from scenarios.levers import CHINA, LEVERS, US
from scenarios.schema import Scenario, Source

FOLDER = Path(__file__).parent / "packages"
PLAYERS: dict[str, str] = {"united_states": US, "china": CHINA}
"""Players, and who decides their levers."""
SHORT = {"us": "united_states", "cn": "china"}
"""Other names of players."""
EVENTS = {"china": ("mineral_controls",)}
"""Kinds of events that a player decides."""


class Package(BaseModel):
    """What a player decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    player: str
    name: str
    title: str = Field(max_length=60)
    story: str = Field(max_length=300)
    levers: dict[str, float | dict[str, float]] = Field(default_factory=dict)
    events: tuple[Event, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)

    @field_validator("player")
    @classmethod
    def _known(cls, player: str) -> str:
        if player not in PLAYERS:
            raise unknown("player", player, PLAYERS)
        return player

    def model_post_init(self, context: Any) -> None:
        """Refuse what another player decides.

        Raises:
            InputError: naming the lever or the event.
        """
        for lever in self.levers:
            if lever not in LEVERS:
                raise unknown("lever", lever, LEVERS)
            if LEVERS[lever].who != PLAYERS[self.player]:
                raise InputError(
                    f"{self.name}: {lever} is a lever of {LEVERS[lever].who}, not of {PLAYERS[self.player]}"
                )
        for event in self.events:
            if event.kind not in EVENTS.get(self.player, ()):
                raise InputError(f"{self.name}: {event.kind} is no event that {PLAYERS[self.player]} decides")


def player_of(name: str) -> str:
    """The player of a name, such as `us`.

    Raises:
        InputError: for no player.
    """
    full = SHORT.get(name, name)
    if full not in PLAYERS:
        raise unknown("player", name, [*PLAYERS, *SHORT])
    return full


@cache
def packages(player: str) -> dict[str, Package]:
    """The packages of a player by name, `as_is` first."""
    content = files.mapping((FOLDER / f"{player}.yaml").read_text(encoding="utf-8"), f"{player}.yaml", "package")
    return {name: _made(player, name, fields) for name, fields in content.items()}


def read(path: Path) -> Package:
    """Your own package, from a YAML file with the fields of `Package`.

    Raises:
        InputError: for a file that cannot be read or holds no package.
    """
    content = files.mapping(files.read(path, "package"), str(path), "package")
    return _made(content.pop("player", ""), str(content.pop("name", path.stem)), content)


def _made(player: str, name: str, fields: Any) -> Package:
    if not isinstance(fields, Mapping):
        raise InputError(f"package {name}: give title, story, levers and sources")
    try:
        return Package(player=player, name=name, **fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"package {name}: {place}: {first['msg'].removeprefix('Value error, ')}") from error


def combined(spec: Scenario, chosen: Mapping[str, Package]) -> Scenario:
    """A scenario with the packages of its players laid over it.

    Args:
        spec: the scenario.
        chosen: package by player.
    """
    levers: dict[str, Any] = {name: setting for package in chosen.values() for name, setting in package.levers.items()}
    events = tuple(event for package in chosen.values() for event in package.events)
    changed = spec.with_levers(**levers) if levers else spec
    return changed.with_changes(events=(*changed.events, *events)) if events else changed
