"""A room looks back on what was, what would have been, and what moved it."""

import csv
import io

import numpy as np
import pytest

import scenarios
from scenarios.packages import PLAYERS
from sim.room import debrief
from sim.room.rooms import Rooms
from sim.room.state import DEBRIEF
from sim.run import simulate


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    rooms = Rooms(tmp_path_factory.mktemp("rooms"))
    code, teacher = rooms.open(seed=3, future=5, goals={"china": "security_first"})
    tokens = {seat: rooms.join(code, f"=Name of {seat}", seat)[1] for seat in ("united_states", "china", "hubs")}
    tokens["observer"] = rooms.join(code, "+Watcher", "")[1]
    for n, token in enumerate(tokens.values()):
        rooms.guess(code, token, ("us_ahead", "two_power")[n % 2], 3.0 * n, 50)
    rooms.answer(code, tokens["hubs"], "before", "reach", "=1+1")
    moves = {"united_states": "close_ideas", "china": "pool_compute", "hubs": "police"}
    while (phase := rooms.find(code).state.phase) != DEBRIEF:
        if phase in ("decide:2027", "decide:2028", "decide:2029"):
            for seat, move in moves.items():
                rooms.vote(code, tokens[seat], int(phase[-4:]), move)
                rooms.bet(code, tokens[seat], int(phase[-4:]), 8)
        rooms.advance(code, teacher, phase)
    room = rooms.find(code)
    return room, rooms.game(room)


def test_the_ending_is_that_of_the_scenario_that_the_room_exports(over, tmp_path):
    _, game = over
    (tmp_path / "class.yaml").write_text(debrief.scenario_yaml(game), encoding="utf-8")
    run = simulate(scenarios.load(tmp_path / "class.yaml"), runs=game.runs, seed=3, until=2032)
    assert np.array_equal(run["capability"], game.run["capability"])
    end = debrief.ending(game)
    assert end.months == float(run["lead_months"][-1][5])
    assert sum(end.counts.values()) == 100


def test_the_models_actors_play_the_same_futures(over):
    _, game = over
    usual = debrief.by_the_model(game)
    run = simulate(scenarios.load("current_policy"), runs=game.runs, seed=3, until=2032)
    assert usual.months == float(run["lead_months"][-1][5])
    assert usual.months != debrief.ending(game).months


def test_guesses_come_the_nearest_first(over):
    room, game = over
    rows = debrief.guessed(room, debrief.ending(game))
    assert len(rows) == 4
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)
    right = [row[3] for row in rows if row[2]]
    assert right == sorted(right)


def test_what_the_seats_did_adds_up_to_what_the_room_did(over):
    _, game = over
    end, usual = debrief.ending(game), debrief.by_the_model(game)
    for parts in (debrief.by_seat(game), debrief.by_year(game)):
        assert sum(part.future for part in parts) == pytest.approx(end.months - usual.months, abs=1e-6)
        assert sum(part.mean for part in parts) == pytest.approx(end.mean - usual.mean, abs=1e-6)
    assert [part.name for part in debrief.by_seat(game)] == ["united_states", "china", "hubs"]
    assert [part.name for part in debrief.by_year(game)] == ["2027", "2028", "2029"]


def test_a_best_reply_is_worth_no_less_than_what_was_played(over):
    room, game = over
    replies = debrief.best_replies(room, game)
    assert [reply.seat for reply in replies] == list(PLAYERS)
    assert all(reply.gain >= 0 for reply in replies)
    assert any(reply.missed and reply.title for reply in replies)
    assert [reply.goal for reply in replies] == ["balanced", "security_first", "balanced", "balanced"]


def test_the_table_has_no_names_and_no_formulas(over):
    room, _ = over
    text = debrief.votes_csv(room)
    assert "Name of" not in text
    assert "Watcher" not in text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["what"] for row in rows} == {"guess", "move", "bet", "answer before", "played"}
    assert [row["choice"] for row in rows if row["what"] == "answer before"] == ["'=1+1"]
    assert {row["player"] for row in rows if row["what"] == "played"} == {""}
    assert sum(row["what"] == "move" for row in rows) == 9
    assert sum(row["what"] == "played" for row in rows) == 30
    assert {row["seat"] for row in rows if row["what"] == "guess"} == {"united_states", "china", "hubs", "observer"}
