"""Rooms: opening, joining, deciding and going on, each checked and on disk before it is acknowledged."""

from __future__ import annotations

import hmac
import math
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cachetools import LRUCache
from pydantic import TypeAdapter, ValidationError

from scenarios import BASELINE, load
from scenarios.errors import InputError, as_number, unknown
from scenarios.packages import SEATS, seat_of
from scenarios.values import PROFILES
from sim.batch.identity import engine
from sim.play import Game, moves_of
from sim.results.outcomes.polarity import CLASSES
from sim.room import codes
from sim.room.state import DECIDE, GUESS, LOBBY, Guess, Player, State
from sim.room.store import HOURS, Adding, Head, Store

MOST_PLAYERS, MOST_JOINS = 60, 600
"""People who can be in a room at once, and who can have come in, those included who have left."""
FURTHEST = 120.0
"""Months of lead beyond which nobody may guess or bet."""
KEEP = ("capability", "alignment", "flows_china", "compute_train", "accounts", "decisions", "enforcement",
        "diverted_share", "governance", "received_h100e", "rented_from", "diverted_through", "backlog_usd",
        "us_chips_in", "served_by_us", "served_by_china", "stock_h100e", "spending", "permission")  # fmt: skip
"""Series that a game keeps: what boards, payoffs and the lead are made of."""
WHEN = ("before", "after")
T = TypeVar("T")
LONGEST_ANSWER = 400


@dataclass(frozen=True)
class Room:
    """A room as it is now."""

    head: Head
    state: State

    @property
    def code(self) -> str:
        """Its code."""
        return self.head.code

    def player(self, token: str) -> Player | None:
        """Who has a token; None where nobody in this room does."""
        seal = codes.sealed(token)
        return next((p for p in self.state.here if hmac.compare_digest(p.token, seal)), None)

    def is_teacher(self, token: str) -> bool:
        """Whether a token is the teacher's."""
        return hmac.compare_digest(self.head.teacher, codes.sealed(token))

    def goal(self, seat: str) -> str:
        """The profile of values that a seat plays for."""
        return str(self.head.settings["goals"].get(seat, "balanced"))


class Rooms:
    """All rooms of a folder, for one process; several processes may serve the same folder."""

    def __init__(self, place: Path | None = None) -> None:
        self.store, self.patience = Store(place), codes.Patience()
        self._known: LRUCache[str, State] = LRUCache(maxsize=64)
        self._games: LRUCache[str, Game] = LRUCache(maxsize=16)
        self._lock = threading.RLock()

    # --- the room -----------------------------------------------------------------------------------------------------

    def open(
        self, scenario: str = BASELINE, seed: int = 0, future: int = 0, goals: dict[str, str] | None = None,
        hours: float = HOURS,
    ) -> tuple[str, str]:  # fmt: skip
        """Open a room.

        Args:
            scenario: in which the game is played.
            seed: names the dice.
            future: number of the future that is played.
            goals: seat → profile of values.
            hours: after which it is deleted.

        Returns:
            Its code, and the teacher's token.

        Raises:
            InputError: for a scenario in which no game can be played, or goals that are none.
        """
        Game.of(load(scenario), seed=seed, future=future)
        for seat, profile in (goals or {}).items():
            seat_of(seat)
            if profile not in PROFILES:
                raise unknown("profile", profile, PROFILES)
        self.store.forget_old()
        token, settings = (
            codes.new_token(),
            {"scenario": scenario, "seed": seed, "future": future, "goals": goals or {}},
        )
        while not self.store.open(code := codes.new_code(), codes.sealed(token), settings, hours):
            pass
        return code, token

    def find(self, code: str, client: str = "") -> Room:
        """A room by its code as somebody typed it.

        Args:
            code: its letters.
            client: who asks, for counting wrong codes.

        Raises:
            InputError: for no code, a room that is not there, or a client that guesses.
        """
        self.patience.check(client)
        head = self.store.head(codes.read(code))
        if head is None:
            self.patience.wrong(client)
            raise InputError(f"there is no room {codes.read(code)}; it may have ended, or a letter is wrong")
        return Room(head, self._state(head.code))

    def version(self, code: str) -> int:
        """A number that changes whenever anything in a room does."""
        return self.store.last(code)

    def close(self, code: str, token: str) -> None:
        """Delete a room and all that is known of it.

        Raises:
            InputError: for somebody who is not its teacher.
        """
        self._teacher(self.find(code), token)
        self.store.close(code)
        self._known.pop(code, None)
        with self._lock:
            self._games.pop(code, None)

    def _state(self, code: str) -> State:
        known = self._known.get(code, State())
        found = known.after(self.store.entries(code, known.last))
        self._known[code] = found
        return found

    # --- people -------------------------------------------------------------------------------------------------------

    def join(
        self, code: str, name: str = "", seat: str | None = None, client: str = "", token: str = ""
    ) -> tuple[Player, str]:  # fmt: skip
        """Come in, at any time.

        Args:
            code: the room's.
            name: a first name or none.
            seat: where to sit; empty to guess only; None for the seat with the fewest people.
            client: who asks, for counting wrong codes.
            token: the one by which they will come back; who has come in with it is in already. A new one is made.

        Returns:
            The player, and the token by which they come back.

        Raises:
            InputError: for no room, a full one, or no seat.
        """
        room, token = self.find(code, client), token or codes.new_token()
        seal = codes.sealed(token)
        if seat:
            seat = seat_of(seat)

        def add(state: State, adding: Adding) -> int:
            if mine := [player.number for player in state.here if player.token == seal]:
                return mine[0]
            if len(state.here) >= MOST_PLAYERS or len(state.players) >= MOST_JOINS:
                raise InputError(f"the room is full: {MOST_PLAYERS} people are in it")
            place = min(SEATS, key=lambda s: len(state.seated(s))) if seat is None else seat
            number = max(state.players, default=0) + 1
            adding.add(number, "joined", token=seal, name=codes.cleaned(name), seat=place)
            return number

        number = self._add(room.code, add)
        return self._state(room.code).players[number], token

    def sit(self, code: str, token: str, seat: str) -> None:
        """Take another seat; empty to guess only.

        Raises:
            InputError: for no seat, or somebody who is not in the room.
        """
        place = seat_of(seat) if seat else ""
        self._by_player(code, token, lambda state, adding, who: adding.add(
            who, "changed", player=who, to={"seat": place}))  # fmt: skip

    def hide(self, code: str, token: str, player: int, hidden: bool = True) -> None:
        """Hide a name from everybody, or show it again.

        Raises:
            InputError: for somebody who is not the teacher, or no player.
        """
        room = self.find(code)
        self._teacher(room, token)

        def add(state: State, adding: Adding) -> int:
            if player not in state.players:
                raise InputError(f"there is no player {player}")
            return adding.add(0, "changed", player=player, to={"hidden": hidden})

        self._add(room.code, add)

    def leave(self, code: str, token: str) -> None:
        """Go out of the room; the vote of this year is taken back, and a guess where guesses are still open.

        Raises:
            InputError: for somebody who is not in the room.
        """
        self._by_player(code, token, lambda state, adding, who: adding.add(
            who, "changed", player=who, to={"gone": True}))  # fmt: skip

    def remove(self, code: str, token: str, player: int) -> None:
        """Take somebody out, who can come in again as somebody new.

        Raises:
            InputError: for somebody who is not the teacher, or no player who is in the room.
        """
        room = self.find(code)
        self._teacher(room, token)

        def add(state: State, adding: Adding) -> int:
            if player not in {each.number for each in state.here}:
                raise InputError(f"there is no player {player} in the room")
            return adding.add(0, "changed", player=player, to={"gone": True})

        self._add(room.code, add)

    # --- what people say ----------------------------------------------------------------------------------------------

    def guess(self, code: str, token: str, outcome: str, months: float, sure: int) -> None:
        """Guess who is ahead at the end of 2032, by how many months of US lead, and how sure; again for another guess.

        Raises:
            InputError: when it is not the time, or for what is no guess.
        """
        if outcome not in CLASSES:
            raise unknown("outcome", outcome, CLASSES)
        said = Guess(outcome, _months(months), round(_within(sure, "how sure", 0, 100)))

        def add(state: State, adding: Adding, who: int) -> int:
            if state.part not in (LOBBY, GUESS):
                raise InputError("the guesses are closed")
            return adding.add(who, "guessed", **vars(said))

        self._by_player(code, token, add)

    def vote(self, code: str, token: str, year: int, move: str) -> None:
        """Vote for a move of your seat in the year that is being decided; vote again to change your mind.

        Raises:
            InputError: when that year is not being decided, for who has no seat, or no move of it.
        """

        def add(state: State, adding: Adding, who: int) -> int:
            _deciding(state, year)
            seat = state.players[who].seat
            if not seat:
                raise InputError("who only guesses decides nothing; take a seat first")
            known = [package.name for package in moves_of(seat)]
            if move not in known:
                raise unknown("move", move, known)
            return adding.add(who, "voted", year=year, move=move)

        self._by_player(code, token, add)

    def bet(self, code: str, token: str, year: int, months: float) -> None:
        """Say what the US lead will be once the year has been played.

        Raises:
            InputError: when that year is not being decided, or for what is no number of months.
        """
        said = _months(months)

        def add(state: State, adding: Adding, who: int) -> int:
            _deciding(state, year)
            return adding.add(who, "bet", year=year, months=said)

        self._by_player(code, token, add)

    def answer(self, code: str, token: str, when: str, question: str, answer: str) -> None:
        """Answer a question before or after the game.

        Raises:
            InputError: for another time than these.
        """
        if when not in WHEN:
            raise unknown("time", when, WHEN)
        text = " ".join(answer.split())[:LONGEST_ANSWER]
        self._by_player(code, token, lambda state, adding, who: adding.add(
            who, "answered", when=when, question=str(question)[:40], answer=text))  # fmt: skip

    # --- going on -----------------------------------------------------------------------------------------------------

    def advance(self, code: str, token: str, phase: str) -> str:
        """Go on from a phase; closing a year plays it. Who presses twice, or second, changes nothing.

        Args:
            code: the room's.
            token: the teacher's.
            phase: the one that is to end.

        Returns:
            The phase that the room is in now.

        Raises:
            InputError: for somebody who is not the teacher, or no phase.
        """
        room = self.find(code)
        self._teacher(room, token)

        def add(state: State, adding: Adding) -> str:
            if state.phase != phase or not state.next:
                return state.phase
            played = {}
            if state.part == DECIDE:
                played = {"moves": state.moves(state.year), "counts": state.tally(state.year)}
            adding.add(0, "advanced", to=state.next, **played)
            return state.next

        return self._add(room.code, add)

    def game(self, room: Room) -> Game:
        """The game of a room, with all turns that have been played."""
        with self._lock:
            game = self._games.get(room.code)
            if game is None:
                settings = room.head.settings
                game = Game.of(load(settings["scenario"]), seed=settings["seed"], future=settings["future"], keep=KEEP)
            for turn in room.state.turns[len(game.turns) :]:
                game.play(turn.moves)
            if self.store.head(room.code) == room.head:  # it may have been deleted meanwhile
                self._games[room.code] = game
            return game

    def kept(self, room: Room, what: str, kind: type[T]) -> T | None:
        """Something that follows from a room and was kept on disk.

        Args:
            room: as it stands.
            what: names it.
            kind: a type of dataclasses, lists, dictionaries, numbers and texts.

        Returns:
            It; None where it is not there, or another version of the model or of this class has made it.
        """
        content = self.store.worked_out(room.head, _of_this_engine(what))
        try:
            return None if content is None else TypeAdapter(kind).validate_python(content)
        except ValidationError:
            return None

    def worked_out(self, room: Room, what: str, kind: type[T], make: Callable[[], T]) -> T:
        """The same, made where it is not there, and kept where the disk allows it."""
        found = self.kept(room, what, kind)
        if found is None:
            found = make()
            with suppress(sqlite3.Error):  # a full disk: it is worked out again where it is asked for again
                self.store.work_out(room.head, _of_this_engine(what), TypeAdapter(kind).dump_python(found))
        return found

    # --- checks -------------------------------------------------------------------------------------------------------

    def _add(self, code: str, add: Callable[[State, Adding], Any]) -> Any:
        """Look at the room as it is with nobody in between, and add."""
        with self.store.adding(code) as adding:
            known = self._known.get(code, State())
            return add(known.after(adding.entries(known.last)), adding)

    def _by_player(self, code: str, token: str, add: Callable[[State, Adding, int], Any]) -> None:
        room = self.find(code)
        player = room.player(token)
        if player is None:
            raise InputError(f"you are not in room {room.code}; join it again")
        self._add(room.code, lambda state, adding: add(state, adding, player.number))

    @staticmethod
    def _teacher(room: Room, token: str) -> None:
        if not room.is_teacher(token):
            raise InputError("only who opened the room can do that; use the teacher's link")


def _deciding(state: State, year: int) -> None:
    if any(turn.year == year for turn in state.turns):
        raise InputError(f"{year} was closed before this came in, so it does not count")
    if state.part != DECIDE or state.year != year:
        raise InputError(f"{year} is not being decided now")


def _months(value: Any) -> float:
    return _within(value, "months", -FURTHEST, FURTHEST)


def _within(value: Any, what: str, low: float, high: float) -> float:
    found = as_number(value)
    if found is None or not (math.isfinite(found) and low <= found <= high):
        raise InputError(f"{what}: give a number from {low:g} to {high:g}")
    return float(found)


def _of_this_engine(what: str) -> str:
    """The name under which something that was simulated is kept: another version of the model works it out again."""
    return f"{what}, engine {engine()}"
