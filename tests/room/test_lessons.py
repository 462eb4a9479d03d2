"""A lesson with nobody, one, five and thirty people, from the guesses to the look back."""

from itertools import cycle

import pytest

from scenarios.packages import PLAYERS, SEATS
from sim.play import moves_of
from sim.results.outcomes.polarity import CLASSES
from sim.room import debrief
from sim.room.rooms import Rooms
from sim.room.state import DEBRIEF


def lesson(rooms: Rooms, people: int):
    """Everybody guesses, and takes another move of the seat in every year; the room and its game afterward."""
    code, teacher = rooms.open(seed=11)
    players = [rooms.join(code, f"Player of {n}") for n in range(people)]
    outcomes = cycle(CLASSES)
    for n, (_, token) in enumerate(players):
        rooms.guess(code, token, next(outcomes), n - 10, 50)
    while (phase := rooms.find(code).state.phase) != DEBRIEF:
        if phase.startswith("decide:"):
            year = int(phase[-4:])
            for n, (player, token) in enumerate(players):
                moves = moves_of(player.seat)
                rooms.vote(code, token, year, moves[(n + year) % len(moves)].name)
                rooms.bet(code, token, year, n - 10)
        rooms.advance(code, teacher, phase)
    room = rooms.find(code)
    return room, rooms.game(room)


@pytest.mark.parametrize("people", [0, 1, 5, 30])
def test_a_lesson_ends_and_is_looked_back_on(tmp_path, people: int) -> None:
    room, game = lesson(Rooms(tmp_path), people)
    seats = {player.seat for player in room.state.players.values()}
    assert len(seats) == min(people, len(SEATS))
    assert game.over
    end, usual = debrief.ending(game), debrief.by_the_model(game)
    assert (end.months == usual.months) is (people == 0)
    parts = debrief.by_seat(game)
    assert {part.name for part in parts} <= seats
    assert sum(part.future for part in parts) == pytest.approx(end.months - usual.months, abs=1e-6)
    assert len(debrief.guessed(room, end)) == people
    assert debrief.votes_csv(room).count("\n") > people
    again = Rooms(tmp_path)
    assert debrief.ending(again.game(again.find(room.code))) == end


def test_replies_are_found_for_seats_with_nobody(tmp_path) -> None:
    room, game = lesson(Rooms(tmp_path), 1)
    assert [reply.seat for reply in debrief.best_replies(room, game)] == list(PLAYERS)
