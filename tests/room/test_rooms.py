"""A room is what its log says: nobody is lost, nothing counts twice, and only its teacher goes on."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from scenarios.errors import InputError
from scenarios.packages import SEATS
from sim.play import Game
from sim.room import codes
from sim.room.rooms import KEEP, MOST_PLAYERS, Rooms
from sim.room.state import DEBRIEF, ORDER, State
from sim.room.store import FILE, Store


@pytest.fixture
def rooms(tmp_path) -> Rooms:
    return Rooms(tmp_path)


@pytest.fixture
def room(rooms):
    code, teacher = rooms.open()
    return code, teacher


def to(rooms: Rooms, code: str, teacher: str, phase: str) -> None:
    while (now := rooms.find(code).state.phase) != phase:
        rooms.advance(code, teacher, now)


def test_people_join_decide_and_see_the_world_that_they_made(rooms, room) -> None:
    code, teacher = room
    us, us_token = rooms.join(code, "Ada", "united_states")
    _, china_token = rooms.join(code, "Bo", "china")
    rooms.guess(code, us_token, "two_power", 6, 60)
    assert rooms.advance(code, teacher, "lobby") == "guess"
    assert rooms.advance(code, teacher, "guess") == "decide:2027"
    rooms.vote(code, us_token, 2027, "tight_controls")
    rooms.vote(code, china_token, 2027, "refuse_and_push")
    rooms.bet(code, us_token, 2027, 10)
    assert rooms.advance(code, teacher, "decide:2027") == "shown:2027"
    found = rooms.find(code)
    (turn,) = found.state.turns
    assert turn.moves == dict.fromkeys(SEATS, "as_is") | {"united_states": "tight_controls", "china": "refuse_and_push"}
    game = rooms.game(found)
    alone = Game.of("current_policy", keep=KEEP, turns=found.state.turns)
    assert np.array_equal(game.run["capability"], alone.run["capability"])
    assert found.state.guesses[us.number].months == 6
    assert found.state.bets[2027] == {us.number: 10}
    to(rooms, code, teacher, DEBRIEF)
    assert rooms.advance(code, teacher, DEBRIEF) == DEBRIEF, "there is nothing after it"
    assert rooms.game(rooms.find(code)).over


def test_the_phases_are_those_of_six_years() -> None:
    assert len(ORDER) == 2 + 2 * 6 + 1
    assert State().phase == ORDER[0]


def test_a_server_that_is_started_again_has_the_same_room(rooms, room, tmp_path) -> None:
    code, teacher = room
    _, token = rooms.join(code, "Ada", "hubs")
    to(rooms, code, teacher, "decide:2027")
    rooms.vote(code, token, 2027, "police")
    rooms.advance(code, teacher, "decide:2027")
    again = Rooms(tmp_path)
    assert again.find(code).state == rooms.find(code).state
    assert again.find(code).player(token).name == "Ada"
    one, two = (r.game(r.find(code)).run["capability"] for r in (rooms, again))
    assert np.array_equal(one, two)


def test_most_of_a_seat_decide_and_the_first_named_where_as_many_want_another(rooms, room) -> None:
    code, teacher = room
    tokens = [rooms.join(code, seat="china")[1] for _ in range(4)]
    to(rooms, code, teacher, "decide:2027")
    for token, move in zip(tokens, ("import", "retaliate", "retaliate", "import"), strict=True):
        rooms.vote(code, token, 2027, move)
    assert rooms.find(code).state.moves(2027)["china"] == "import"
    rooms.vote(code, tokens[0], 2027, "retaliate")
    assert rooms.find(code).state.tally(2027) == {"china": {"retaliate": 3, "import": 1}}
    assert rooms.find(code).state.moves(2027)["china"] == "retaliate"


def test_of_equals_the_first_vote_counts_whoever_joined_first(rooms, room) -> None:
    code, teacher = room
    first, second = (rooms.join(code, seat="china")[1] for _ in range(2))
    to(rooms, code, teacher, "decide:2027")
    rooms.vote(code, second, 2027, "import")
    rooms.vote(code, first, 2027, "retaliate")
    assert rooms.find(code).state.moves(2027)["china"] == "import"
    rooms.vote(code, second, 2027, "import")
    assert rooms.find(code).state.moves(2027)["china"] == "import", "who taps again keeps their place"
    rooms.vote(code, second, 2027, "deal")
    assert rooms.find(code).state.moves(2027)["china"] == "retaliate", "who changes their mind comes last"


def test_who_says_it_twice_is_counted_once(rooms, room) -> None:
    code, teacher = room
    _, token = rooms.join(code, seat="allies")
    to(rooms, code, teacher, "decide:2027")
    for _ in range(5):
        rooms.vote(code, token, 2027, "follow")
    assert rooms.find(code).state.tally(2027) == {"allies": {"follow": 1}}


def test_who_comes_in_twice_with_one_token_is_one_person(rooms, room) -> None:
    ada, token = rooms.join(room[0], "Ada", "china", token="t")
    assert rooms.join(room[0], "Ada", "china", token=token)[0] == ada
    assert rooms.join(room[0], "Ada", "china")[0] != ada
    assert len(rooms.find(room[0]).state.players) == 2


def test_two_presses_close_one_year(rooms, room) -> None:
    code, teacher = room
    to(rooms, code, teacher, "decide:2027")
    assert rooms.advance(code, teacher, "decide:2027") == "shown:2027"
    assert rooms.advance(code, teacher, "decide:2027") == "shown:2027", "a second teacher's press changes nothing"
    assert len(rooms.find(code).state.turns) == 1


def test_late_and_leaving_players_change_nothing_for_others(rooms, room) -> None:
    code, teacher = room
    _, token = rooms.join(code, "Ada", "china")
    to(rooms, code, teacher, "decide:2028")
    late, _ = rooms.join(code, "Cy")
    assert late.seat in SEATS
    rooms.vote(code, token, 2028, "import")
    with pytest.raises(InputError, match="2027 was closed before this came in"):
        rooms.vote(code, token, 2027, "import")
    assert rooms.find(code).state.moves(2028)["china"] == "import"


def test_who_changes_seats_leaves_their_vote_behind(rooms, room) -> None:
    code, teacher = room
    _, token = rooms.join(code, seat="china")
    to(rooms, code, teacher, "decide:2027")
    rooms.vote(code, token, 2027, "retaliate")
    rooms.sit(code, token, "hubs")
    assert rooms.find(code).state.tally(2027) == {}
    with pytest.raises(InputError, match="unknown move 'retaliate'"):
        rooms.vote(code, token, 2027, "retaliate")
    rooms.sit(code, token, "")
    with pytest.raises(InputError, match="who only guesses decides nothing"):
        rooms.vote(code, token, 2027, "police")
    assert rooms.advance(code, teacher, "decide:2027") == "shown:2027"


def test_people_are_sent_where_fewest_sit(rooms, room) -> None:
    code, _ = room
    seats = [rooms.join(code)[0].seat for _ in range(10)]
    assert sorted(seats) == sorted(list(SEATS) * 2)
    assert rooms.join(code, seat="")[0].seat == ""


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"), ("", "Player 1"), ("\u202eevil\u0000\n", "evil"),
        ("<script>alert(1)</script>", "<script>alert(1)</sc"), ("x" * 500, "x" * 20), ("\u200b\u200d", "Player 1"),
        ("Ärø 名前", "Ärø 名前"), ("\u3164\u2800", "Player 1"), ("'; DROP TABLE log; --", "'; DROP TABLE log; -"),
    ],
)  # fmt: skip
def test_a_name_is_short_on_one_line_and_nothing_else(rooms, room, given: str, shown: str) -> None:
    player, _ = rooms.join(room[0], given)
    assert player.shown == shown
    assert rooms.find(room[0]).state.players[1].shown == shown


def test_who_leaves_takes_vote_and_open_guess_along_and_nothing_of_earlier_years(rooms, room) -> None:
    code, teacher = room
    tokens = [rooms.join(code, name, "china")[1] for name in ("Ada", "Bo", "Chi")]
    for token in tokens:
        rooms.guess(code, token, "two_power", 3, 50)
    rooms.leave(code, tokens[2])
    assert set(rooms.find(code).state.guesses) == {1, 2}
    to(rooms, code, teacher, "decide:2027")
    rooms.vote(code, tokens[0], 2027, "import")
    rooms.vote(code, tokens[1], 2027, "retaliate")
    to(rooms, code, teacher, "decide:2028")
    rooms.vote(code, tokens[0], 2028, "import")
    rooms.leave(code, tokens[0])
    state = rooms.find(code).state
    assert [player.name for player in state.here] == ["Bo"]
    assert state.tally(2028) == {}
    assert state.tally(2027) == {"china": {"retaliate": 1}}, (
        "counted among who is here; what was played stands in turns"
    )
    assert state.counts[0] == {"china": {"import": 1, "retaliate": 1}}
    assert set(state.guesses) == {1, 2}, "guesses were closed"
    with pytest.raises(InputError, match="you are not in room"):
        rooms.vote(code, tokens[0], 2028, "import")


def test_a_teacher_takes_out_who_is_in_and_nobody_else_can(rooms, room) -> None:
    code, teacher = room
    player, token = rooms.join(code, "Ghost", "hubs")
    with pytest.raises(InputError, match="only who opened the room"):
        rooms.remove(code, token, player.number)
    rooms.remove(code, teacher, player.number)
    assert rooms.find(code).state.here == ()
    with pytest.raises(InputError, match="there is no player 1 in the room"):
        rooms.remove(code, teacher, player.number)
    again, _ = rooms.join(code, "Ghost", "hubs")
    assert again.number == 2


def test_a_teacher_hides_a_name_and_shows_it_again(rooms, room) -> None:
    code, teacher = room
    player, token = rooms.join(code, "Rude")
    rooms.hide(code, teacher, player.number)
    assert rooms.find(code).player(token).shown == "Player 1"
    rooms.hide(code, teacher, player.number, hidden=False)
    assert rooms.find(code).player(token).shown == "Rude"
    with pytest.raises(InputError, match="there is no player 9"):
        rooms.hide(code, teacher, 9)


def test_nobody_but_the_teacher_goes_on_hides_or_closes(rooms, room) -> None:
    code, _ = room
    _, token = rooms.join(code, "Ada")
    for act in (
        lambda: rooms.advance(code, token, "lobby"), lambda: rooms.hide(code, token, 1), lambda: rooms.close(code, ""),
        lambda: rooms.advance(code, "", "lobby"),
    ):  # fmt: skip
        with pytest.raises(InputError, match="only who opened the room"):
            act()
    assert rooms.find(code).state.phase == "lobby"


def test_a_token_of_another_room_opens_nothing(rooms, room) -> None:
    other, _ = rooms.open()
    _, token = rooms.join(other, "Ada")
    assert rooms.find(room[0]).player(token) is None
    with pytest.raises(InputError, match=f"you are not in room {room[0]}"):
        rooms.guess(room[0], token, "two_power", 0, 50)


@pytest.mark.parametrize("text", ["", "ABC", "ABCDE", "AB1D", "ILOU", "🙂🙂🙂🙂", "%%%%"])
def test_what_is_no_code_is_refused_with_an_example(rooms, text: str) -> None:
    with pytest.raises(InputError, match="a room's code has 4 letters, such as BFKR"):
        rooms.find(text)


def test_a_code_is_read_as_people_type_it(rooms, room) -> None:
    code = room[0]
    for typed in (code.lower(), f" {code[:2]} {code[2:]} ", f"{code[:2]}-{code[2:]}"):
        assert rooms.find(typed).code == code


def test_who_guesses_codes_has_to_wait_and_nobody_else(rooms, room, monkeypatch) -> None:
    code = room[0]
    wrong = "ABCD" if code != "ABCD" else "ABCE"
    for _ in range(codes.TRIES):
        with pytest.raises(InputError, match="there is no room"):
            rooms.find(wrong, "joker")
    with pytest.raises(InputError, match="too many wrong codes; try again in"):
        rooms.find(code, "joker")
    assert rooms.find(code, "somebody else").code == code
    later = time.monotonic() + codes.WITHIN + 1
    monkeypatch.setattr(codes.time, "monotonic", lambda: later)
    assert rooms.find(code, "joker").code == code


@pytest.mark.parametrize(
    ("outcome", "months", "sure", "said"),
    [
        ("nobody", 3, 50, "unknown outcome 'nobody'"), ("two_power", float("nan"), 50, "months: give a number"),
        ("two_power", 1e9, 50, "months: give a number from -120 to 120"), ("two_power", "x", 50, "months"),
        ("two_power", 3, 101, "how sure: give a number from 0 to 100"),
    ],
)  # fmt: skip
def test_what_is_no_guess_is_refused(rooms, room, outcome, months, sure, said: str) -> None:
    _, token = rooms.join(room[0])
    with pytest.raises(InputError, match=said):
        rooms.guess(room[0], token, outcome, months, sure)
    assert not rooms.find(room[0]).state.guesses


def test_guesses_close_when_the_game_begins(rooms, room) -> None:
    code, teacher = room
    _, token = rooms.join(code)
    to(rooms, code, teacher, "decide:2027")
    with pytest.raises(InputError, match="the guesses are closed"):
        rooms.guess(code, token, "two_power", 0, 50)


def test_a_full_room_says_so(rooms, room) -> None:
    for _ in range(MOST_PLAYERS):
        rooms.join(room[0])
    with pytest.raises(InputError, match=f"the room is full: {MOST_PLAYERS}"):
        rooms.join(room[0])


def test_a_room_whose_time_is_over_is_gone_with_all_that_was_known_of_it(tmp_path) -> None:
    rooms = Rooms(tmp_path)
    code, teacher = rooms.open(hours=0.3 / 3600)
    rooms.join(code, "Ada")
    kept, its_teacher = rooms.open()
    rooms.join(kept, "Grace")
    time.sleep(0.4)
    with pytest.raises(InputError, match="there is no room"):
        rooms.find(code)
    Store(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as base:
        rows = base.execute("SELECT content FROM log").fetchall()
    assert "Ada" not in str(rows)
    assert "Grace" in str(rows)
    rooms.close(kept, its_teacher)
    with sqlite3.connect(tmp_path / FILE) as base:
        assert base.execute("SELECT COUNT(*) FROM log").fetchone() == (0,)
    assert teacher != its_teacher


def test_nothing_of_a_deleted_room_is_left_in_the_folder(rooms, tmp_path) -> None:
    def left() -> bool:
        return b"Ada of" in b"".join(path.read_bytes() for path in tmp_path.iterdir())

    other = Rooms(tmp_path)  # its connection stays open, so that the journal is not dropped by itself
    code, teacher = other.open()
    rooms.join(code, "Ada of 3b")
    assert left()
    rooms.close(code, teacher)
    assert not left()
    code, _ = rooms.open(hours=0.2 / 3600)
    other.join(code, "Ada of 3b")
    time.sleep(0.4)
    rooms.open()  # forgets the rooms whose time is over
    assert not left()


def test_what_was_worked_out_is_told_though_it_cannot_be_kept(rooms, room, monkeypatch) -> None:
    def full(*args) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(rooms.store, "work_out", full)
    assert rooms.worked_out(rooms.find(room[0]), "x", list[int], lambda: [1]) == [1]


def test_a_folder_that_cannot_be_made_is_told_like_a_file_that_cannot_be_opened(tmp_path) -> None:
    (tmp_path / "taken").write_text("a file")
    for place in (tmp_path / "taken", tmp_path / "taken" / "rooms"):
        with pytest.raises(sqlite3.Error):
            Rooms(place)


def test_no_token_is_in_the_file(rooms, room, tmp_path) -> None:
    _, token = rooms.join(room[0], "Ada")
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in content
    assert room[1].encode() not in content
    assert b"Ada" in content


def test_thirty_people_at_once_lose_nothing(tmp_path) -> None:
    """Threads with stores of their own, as several processes would have."""
    rooms = Rooms(tmp_path)
    code, teacher = rooms.open()
    tokens, errors = [], []

    def come() -> None:
        try:
            mine = Rooms(tmp_path)
            tokens.append(mine.join(code, seat="china")[1])
        except Exception as error:
            errors.append(error)

    def decide(token: str, n: int) -> None:
        try:
            Rooms(tmp_path).vote(code, token, 2027, ("import", "retaliate")[n % 2])
        except Exception as error:
            errors.append(error)

    _all([threading.Thread(target=come) for _ in range(30)])
    to(rooms, code, teacher, "decide:2027")
    _all([threading.Thread(target=decide, args=(token, n)) for n, token in enumerate(tokens)])
    assert not errors
    found = rooms.find(code).state
    assert sorted(found.players) == list(range(1, 31))
    assert found.tally(2027) == {"china": {"import": 15, "retaliate": 15}}


def _all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


KILLED = """
import sys
from pathlib import Path
from sim.room.rooms import Rooms
rooms = Rooms(Path(sys.argv[1]))
n = 0
while True:
    rooms.bet(sys.argv[2], sys.argv[3], 2027, n % 100)
    n += 1
    print(n, flush=True)
"""


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path) -> None:
    rooms = Rooms(tmp_path)
    code, teacher = rooms.open()
    _, token = rooms.join(code)
    to(rooms, code, teacher, "decide:2027")
    before = rooms.version(code)
    env = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), code, token], stdout=subprocess.PIPE, text=True, env=env
    ) as writer:
        said = [writer.stdout.readline() for _ in range(40)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    acknowledged = int([line for line in said if line.endswith("\n")][-1])
    again = Rooms(tmp_path)
    assert again.version(code) - before >= acknowledged >= 40
    assert again.find(code).state.bets[2027][1] in (float((acknowledged - 1) % 100), float(acknowledged % 100))


def test_clocks_decide_nothing_but_when_a_room_ends(rooms, room, monkeypatch) -> None:
    """An entry's time is for people; the order of the log is that of the file."""
    code, teacher = room
    _, token = rooms.join(code, seat="china")
    to(rooms, code, teacher, "decide:2027")
    now = time.time()
    for hours, move in ((0, "import"), (-5, "retaliate")):
        monkeypatch.setattr("sim.room.store.time.time", lambda hours=hours: now + 3600 * hours)
        rooms.vote(code, token, 2027, move)
    assert rooms.find(code).state.moves(2027)["china"] == "retaliate"


def test_answers_are_kept_short_and_by_when_they_were_asked(rooms, room) -> None:
    _, token = rooms.join(room[0])
    rooms.answer(room[0], token, "before", "reach", "chips,\n  mostly " + "x" * 1000)
    with pytest.raises(InputError, match="unknown time"):
        rooms.answer(room[0], token, "during", "reach", "chips")
    (said,) = rooms.find(room[0]).state.answers.values()
    assert said[1].startswith("chips, mostly x")
    assert len(said[1]) == 400


def test_a_room_is_opened_only_where_a_game_can_be_played(rooms) -> None:
    for wrong in (
        lambda: rooms.open("curent_policy"), lambda: rooms.open("essay_2025:leaky"), lambda: rooms.open(future=999),
        lambda: rooms.open(goals={"china": "glory"}), lambda: rooms.open(goals={"russia": "security_first"}),
    ):  # fmt: skip
        with pytest.raises(InputError):
            wrong()
    code, _ = rooms.open("allied_split", goals={"china": "security_first"})
    assert rooms.find(code).goal("china") == "security_first"
    assert rooms.find(code).goal("hubs") == "balanced"
    assert json.dumps(rooms.find(code).head.settings)
