"""What the views of a room show of its game, worked out once for everybody in it and kept on disk beside its log.

A server that was killed shows it again without simulating anything; the world of the game is built up behind it for
the next turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from cachetools import LRUCache

from scenarios import load
from scenarios.packages import SEATS
from scenarios.quarters import DEFAULT_HORIZON, FIRST, number
from sim.analysis.board import Row
from sim.batch.evaluate import Progress
from sim.play import Game
from sim.room import boards, debrief, prices
from sim.room.debrief import Ending, Part, Reply
from sim.room.prices import Prices
from sim.room.rooms import Room
from sim.room.state import DEBRIEF
from sim.ui.play import doors
from sim.ui.shared import recorded
from sim.ui.shared.places import Place

T = TypeVar("T")
LAST = DEFAULT_HORIZON
"""The last year of a game."""
GRACE = 3.0
"""Seconds that the world of a game waits for phones which come back after a restart and are drawn first."""
_THREADS = ThreadPoolExecutor(1, "room")
_LOCK = Lock()
_PRICED = "prices"
_LATER = ("compared", "by_seat", "by_year")
"""What is worked out after the last year, in this order."""
_FACTS: LRUCache[Any, Facts] = LRUCache(32)
_PRICES: LRUCache[Any, Prices] = LRUCache(32)
_PLACES: LRUCache[Any, Place[Any]] = LRUCache(64)


@dataclass(frozen=True)
class Facts:
    """A game as far as it has come."""

    leads: tuple[float, ...]
    """US lead by quarter, months: recorded to the edge of the data, then of the future that is played."""
    edge: int
    """The last quarter of the record."""
    low: tuple[float, ...]
    high: tuple[float, ...]
    """5th and 95th percentile of all futures of the same moves, from the edge on."""
    boards: dict[str, list[Row]]
    end: Ending | None
    """How it has ended; None before it is over."""

    @property
    def now(self) -> float:
        """The lead where the game stands."""
        return self.leads[-1]

    @property
    def before(self) -> float:
        """The lead a year before."""
        return self.leads[-5]


def facts(room: Room) -> Facts:
    """What the views show of the game of a room as it stands."""
    key, turns = (*_of(room), len(room.state.turns)), len(room.state.turns)
    with _LOCK:
        found = _FACTS.get(key)
        if found is None:
            rooms = doors.rooms()
            found = rooms.worked_out(room, f"facts after {turns} turns", Facts, lambda: _facts(rooms.game(room)))
            _FACTS[key] = found
        return found


def ending(room: Room) -> Ending:
    """How the game of a room has ended.

    Raises:
        ValueError: when it is not over.
    """
    if (end := facts(room).end) is None:
        raise ValueError("the game is not over")
    return end


def _of(room: Room) -> tuple[str, float]:
    """A room by its code and when it was opened, since a code can come again."""
    return room.code, room.head.opened


def _facts(game: Game) -> Facts:
    known = recorded.lead_by("fixed_pace")
    edge = number(game.base.data_until) - FIRST
    simulated = game.run["lead_months"][edge + 1 : game.quarters]
    first = np.repeat(known[edge], game.runs)[None]
    low, high = np.quantile(np.concatenate([first, simulated]), (0.05, 0.95), axis=1)
    leads = np.concatenate([known[: edge + 1], simulated[:, game.future]])
    seats = {seat: boards.board(game, seat) for seat in SEATS}
    end = debrief.ending(game) if game.over else None
    return Facts(_told(leads), edge, _told(low), _told(high), seats, end)


def _told(values: np.ndarray) -> tuple[float, ...]:
    return tuple(values.tolist())


# ---------------------------------------------------------------------------------------------------- in the background
def price_list(room: Room) -> Prices:
    """The price of every move, worked out once for a scenario; who comes first waits a few seconds."""
    found = _prices(room)
    if found is None:
        found = doors.rooms().worked_out(room, _PRICED, Prices, lambda: prices_of(room.head.settings["scenario"]))
        with _LOCK:
            _PRICES[_of(room)] = found
    return found


def _prices(room: Room) -> Prices | None:
    """Those of a room, where they are known in this process or on disk."""
    with _LOCK:
        found = _PRICES.get(_of(room))
    return found or doors.rooms().kept(room, _PRICED, Prices)


def make_ready(room: Room) -> None:
    """Have in the background what the room will need: prices, and the world of its game, also after a restart."""
    if _prices(room) is None:
        begin_prices(room.head.settings["scenario"])
    if room.state.next:
        _place(("world", *_of(room))).ask(partial(_world, room))


def _world(room: Room, progress: Progress) -> None:
    time.sleep(GRACE)
    rooms = doors.rooms()
    rooms.game(rooms.find(room.code))


def prices_of(scenario: str) -> Prices:
    """The same for a scenario of the library."""
    return begin_prices(scenario).result()


def begin_prices(scenario: str) -> Future[Prices]:
    """Have prices worked out while people come in."""

    def make(progress: Progress) -> Prices:
        return prices.prices(load(scenario))

    return _place(("prices", scenario)).begin(make)


@dataclass(frozen=True)
class Compared:
    """The class beside the model's own actors, and what each seat could have done better."""

    end: Ending
    model: Ending
    replies: dict[str, Reply]


def compared(room: Room) -> Compared | None:
    """The class compared; None while it is being worked out."""
    return _asked(room, "compared", Compared, partial(_compare, room))


def by_seat(room: Room) -> list[Part] | None:
    """What each seat's moves did to the lead; None while it is being worked out."""
    return _asked(room, "by_seat", list[Part], debrief.by_seat)


def by_year(room: Room) -> list[Part] | None:
    """The same for each year, which takes a minute where every seat decided every year."""
    return _asked(room, "by_year", list[Part], debrief.by_year)


def begin_debrief(room: Room) -> None:
    """Work out what the room looks back on, as soon as its last year has been played."""
    compared(room)
    by_seat(room)
    by_year(room)


def sight(room: Room) -> tuple[bool, ...]:
    """What of the debrief is there."""
    if room.state.part != DEBRIEF:
        return ()
    return tuple(_place((name, *_of(room))).known for name in _LATER)


def _compare(room: Room, game: Game) -> Compared:
    replies = {reply.seat: reply for reply in debrief.best_replies(room, game)}
    return Compared(debrief.ending(game), debrief.by_the_model(game), replies)


def _asked(room: Room, name: str, kind: type[T], work: Callable[[Game], T]) -> T | None:
    place: Place[T] = _place((name, *_of(room)))
    place.ask(partial(_made, room, name, kind, work))
    found = place.found if place.known else None  # what failed is tried again for who asks
    doors.unfinished(room.code, begun=not all(_place((each, *_of(room))).known for each in _LATER))
    return found


def _made(room: Room, name: str, kind: type[T], work: Callable[[Game], T], progress: Progress) -> T:
    rooms = doors.rooms()
    rooms.find(room.code)  # a room that was deleted meanwhile needs nothing
    return rooms.worked_out(room, name, kind, lambda: work(rooms.game(room)))


def _place(key: Any) -> Place[Any]:
    with _LOCK:
        found = _PLACES.get(key)
        if found is None:
            found = _PLACES[key] = Place(_THREADS)
        return found
