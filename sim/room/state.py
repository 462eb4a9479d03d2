"""What a room is, as its log tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scenarios.packages import SEATS
from scenarios.quarters import DEFAULT_HORIZON
from sim.play import AS_IS, FIRST_YEAR, Turn
from sim.room.store import Entry

LOBBY, GUESS, DECIDE, SHOWN, DEBRIEF = "lobby", "guess", "decide", "shown", "debrief"
"""What a room does: people come in; they guess; they decide a year; they see it; they look back."""
ORDER = (LOBBY, GUESS, *(f"{part}:{year}" for year in range(FIRST_YEAR, DEFAULT_HORIZON + 1)
                         for part in (DECIDE, SHOWN)), DEBRIEF)  # fmt: skip
"""The phases of a game, in order; those of a year carry it."""


@dataclass(frozen=True)
class Player:
    """Somebody in the room."""

    number: int
    token: str
    """The seal of the token by which they are known again."""
    name: str
    """First name or none; never shown where it is hidden."""
    seat: str = ""
    """Where they decide; empty for who only guesses."""
    hidden: bool = False
    gone: bool = False
    """Whether they have left, or were taken out by the teacher; what they said before stays."""

    @property
    def shown(self) -> str:
        """What others see."""
        return self.name if self.name and not self.hidden else f"Player {self.number}"


@dataclass(frozen=True)
class Guess:
    """What somebody expects of 2032."""

    outcome: str
    months: float
    sure: int
    """How sure, 0 to 100."""


@dataclass(frozen=True)
class State:
    """A room after some entries of its log."""

    last: int = 0
    phase: str = LOBBY
    players: Mapping[int, Player] = field(default_factory=dict)
    guesses: Mapping[int, Guess] = field(default_factory=dict)
    votes: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    """Year → player → move."""
    bets: Mapping[int, Mapping[int, float]] = field(default_factory=dict)
    """Year → player → months of US lead."""
    answers: Mapping[tuple[str, str], Mapping[int, str]] = field(default_factory=dict)
    """When (before or after) and question → player → answer."""
    turns: tuple[Turn, ...] = ()
    counts: tuple[Mapping[str, Mapping[str, int]], ...] = ()
    """Per turn: seat → move → votes."""

    @property
    def part(self) -> str:
        """The phase without its year."""
        return self.phase.partition(":")[0]

    @property
    def year(self) -> int:
        """The year that is decided or shown; 0 elsewhere."""
        return int(self.phase.partition(":")[2] or 0)

    @property
    def next(self) -> str:
        """The phase after this one; empty after the last."""
        at = ORDER.index(self.phase) + 1
        return ORDER[at] if at < len(ORDER) else ""

    @property
    def here(self) -> tuple[Player, ...]:
        """Who is in the room."""
        return tuple(player for player in self.players.values() if not player.gone)

    def seated(self, seat: str) -> tuple[Player, ...]:
        """Who sits in a seat."""
        return tuple(player for player in self.here if player.seat == seat)

    def tally(self, year: int) -> dict[str, dict[str, int]]:
        """Votes of a year: seat → move → how many, in the order in which they were named, where somebody has voted."""
        found: dict[str, dict[str, int]] = {}
        for seat in SEATS:
            mine = {player.number for player in self.seated(seat)}
            if counted := Counter(move for who, move in self.votes.get(year, {}).items() if who in mine):
                found[seat] = dict(counted)
        return found

    def moves(self, year: int) -> dict[str, str]:
        """What every seat does in a year: what most of those who sit there want, the one named first where as many do.

        A seat in which nobody has voted is played by its actor.
        """
        tally = self.tally(year)
        return {seat: max(tally[seat], key=tally[seat].__getitem__) if seat in tally else AS_IS for seat in SEATS}

    def after(self, entries: Iterable[Entry]) -> State:
        """The room after further entries."""
        found = self
        for entry in entries:
            found = replace(_AFTER[entry.what](found, entry), last=entry.entry)
        return found


def _joined(state: State, entry: Entry) -> State:
    player = Player(entry.who, entry.content["token"], entry.content["name"], entry.content["seat"])
    return replace(state, players={**state.players, player.number: player})


def _changed(state: State, entry: Entry) -> State:
    before = state.players[entry.content["player"]]
    player, votes, guesses = replace(before, **entry.content["to"]), state.votes, state.guesses
    if player.seat != before.seat or player.gone:  # what they wanted was a move of the seat that they have left
        votes = {**votes, state.year: _without(votes.get(state.year, {}), player.number)}
    if player.gone and state.part in (LOBBY, GUESS):
        guesses = _without(guesses, player.number)
    return replace(state, players={**state.players, player.number: player}, votes=votes, guesses=guesses)


def _guessed(state: State, entry: Entry) -> State:
    return replace(state, guesses={**state.guesses, entry.who: Guess(**entry.content)})


def _voted(state: State, entry: Entry) -> State:
    return replace(state, votes=_with(state.votes, entry.content["year"], entry.who, entry.content["move"]))


def _bet(state: State, entry: Entry) -> State:
    return replace(state, bets=_with(state.bets, entry.content["year"], entry.who, entry.content["months"]))


def _answered(state: State, entry: Entry) -> State:
    place = (entry.content["when"], entry.content["question"])
    return replace(state, answers=_with(state.answers, place, entry.who, entry.content["answer"]))


def _advanced(state: State, entry: Entry) -> State:
    if "moves" in entry.content:
        turn = Turn(state.year, entry.content["moves"])
        state = replace(state, turns=(*state.turns, turn), counts=(*state.counts, entry.content["counts"]))
    return replace(state, phase=entry.content["to"])


def _without(said: Mapping[int, Any], who: int) -> dict[int, Any]:
    return {number: given for number, given in said.items() if number != who}


def _with(table: Mapping[Any, Mapping[int, Any]], key: Any, who: int, value: Any) -> dict[Any, dict[int, Any]]:
    """With what somebody says now: after what others said, where it is something else than before."""
    said = table.get(key, {})
    others = {number: given for number, given in said.items() if number != who or given == value}
    return {**table, key: {**others, who: value}}  # type: ignore[dict-item]


_AFTER = {
    "joined": _joined, "changed": _changed, "guessed": _guessed, "voted": _voted, "bet": _bet, "answered": _answered,
    "advanced": _advanced,
}  # fmt: skip
"""What each kind of entry makes of a room."""
