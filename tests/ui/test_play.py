"""The page Play: a teacher, a projector and phones in one room, each known by its address alone."""

import re
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from scenarios.packages import SEATS
from sim.analysis.board import Row
from sim.play import moves_of
from sim.results.outcomes.polarity import CLASSES
from sim.results.paired import paired
from sim.room.rooms import Rooms
from sim.room.state import DEBRIEF, ORDER
from sim.ui.play import doors, known, phone, words
from tests.ui.reading import button, raw, text

PATH = "sim/ui/play/page.py"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARITY_ROOMS", str(tmp_path))


@pytest.fixture
def rooms(tmp_path) -> Rooms:
    """The rooms of the same folder, as another server process would have them."""
    return Rooms(tmp_path)


@pytest.fixture
def at(page_at):
    """Opens the page at an address."""

    def opened(**parameters: str):
        test = page_at(PATH, **parameters)
        assert not test.exception
        return test

    return opened


def to(rooms: Rooms, code: str, teacher: str, phase: str) -> None:
    while (now := rooms.find(code).state.phase) != phase:
        rooms.advance(code, teacher, now)


def press(test, label: str):
    button(test, label).click()
    test.run()
    assert not test.exception
    return test


def labels(test) -> list[str]:
    return [found.label for found in test.button]


def unfold(test, key: str):
    """Open what is folded away."""
    test.session_state[key] = True
    return test.run()


def widget(found, key: str):
    return next(each for each in found if each.key and each.key.startswith(key))


# ----------------------------------------------------------------------------------------------------------- the way in
def test_somebody_joins_by_a_code_and_comes_back_by_the_address_alone(at, rooms):
    code, _ = rooms.open()
    test = at()
    assert "Join a room" in text(test)
    assert "Start a room" in text(test)
    widget(test.text_input, "play_code").input(f" {code.lower()} ")
    widget(test.text_input, "play_name").input("Ada")
    widget(test.selectbox, "play_seat").select("China")
    press(test, "Join")
    assert "Ada" in text(test)
    assert test.query_params["room"] == code
    token = test.query_params["me"]
    again = at(room=code, me=token)
    assert "China" in text(again)
    assert "Ada" in text(again)
    assert len(rooms.find(code).state.players) == 1


def test_the_address_of_a_room_joins_where_people_are_needed(at, rooms):
    code, _ = rooms.open()
    for seat in SEATS:
        if seat != "hubs":
            rooms.join(code, seat=seat)
    test = press(at(room=code), "Join")
    assert "Transit hubs" in text(test)
    assert rooms.find(code).state.players[5].seat == "hubs"


def test_a_finger_that_taps_twice_is_one_person(rooms):
    def taps(code: str) -> None:
        from sim.ui.play import doors, entry

        def cut_off(**parameters: str) -> None:
            raise BaseException

        go, doors.go = doors.go, cut_off  # as a second tap does to the first
        try:
            entry._joined(code)
        except BaseException:
            doors.go = go
        entry._joined(code)
        entry._joined(code)  # on the button that was still there

    code, _ = rooms.open()
    rooms.join(code, "Cy")
    assert not AppTest.from_function(taps, kwargs={"code": code}).run(timeout=60).exception
    assert len(rooms.find(code).state.players) == 2


def test_who_leaves_can_come_back_as_somebody_else(at, rooms):
    code, _ = rooms.open()
    test = press(at(room=code), "Join")
    first = test.query_params["me"]
    unfold(test, "play_foot")
    press(test, "Leave the room")
    widget(test.text_input, "play_code").input(code)
    press(test, "Join")
    assert test.query_params["me"] != first
    assert len(rooms.find(code).state.players) == 2


def test_who_leaves_is_counted_no_more_and_can_come_in_again(at, rooms):
    code, teacher = rooms.open()
    me = rooms.join(code, "Ada", "hubs")[1]
    test = unfold(at(room=code, me=me), "play_foot")
    press(test, "Leave the room")
    assert rooms.find(code).state.here == ()
    assert "you are not in room" in text(at(room=code, me=me)).lower()
    assert "Who is in (0)" in [each.label for each in at(room=code, teacher=teacher).expander]


def test_a_teacher_takes_somebody_out(at, rooms):
    code, teacher = rooms.open()
    for name in ("Ada", "Bo"):
        rooms.join(code, name, "hubs")
    test = unfold(at(room=code, teacher=teacher), "play_people")
    widget(test.selectbox, "play_removed").set_value(1)
    press(test, "Take out of the room")
    assert [player.name for player in rooms.find(code).state.here] == ["Bo"]
    assert widget(unfold(test, "play_people").selectbox, "play_removed").value is None


def test_two_pages_of_one_person_show_the_same_vote(at, rooms):
    code, teacher = rooms.open()
    _, me = rooms.join(code, "Ada", "china")
    to(rooms, code, teacher, "decide:2027")
    one = at(room=code, me=me)
    widget(one.radio, "play_move").set_value("import").run()
    other = at(room=code, me=me)
    widget(other.radio, "play_move").set_value("retaliate").run()
    one.run()
    assert "Saved: Retaliate" in text(one)
    assert widget(one.radio, "play_move").value == "retaliate"
    assert rooms.find(code).state.moves(2027)["china"] == "retaliate"


def test_a_phone_looks_again_when_its_owner_says_something_elsewhere(rooms):
    code, teacher = rooms.open()
    player, me = rooms.join(code, "Ada", "china")
    to(rooms, code, teacher, "decide:2027")
    sight, seen = phone._Sight(player.number), []
    for act in (lambda: rooms.vote(code, me, 2027, "import"), lambda: rooms.vote(code, me, 2027, "deal"),
                lambda: rooms.bet(code, me, 2027, 3)):  # fmt: skip
        seen.append(sight(rooms.find(code)))
        act()
        assert sight(rooms.find(code)) != seen[-1]


def test_a_guess_that_contradicts_itself_is_not_saved(at, rooms):
    code, _ = rooms.open()
    _, me = rooms.join(code, "Ada", "china")
    test = at(room=code, me=me)
    widget(test.radio, "play_outcome").set_value("china_ahead")
    widget(test.segmented_control, "play_leader").set_value("United States")
    widget(test.number_input, "play_months").set_value(30)
    press(test, "Save my guess")
    assert "“China well ahead” and “the US leads by 30 months” cannot both come true" in text(test)
    assert not rooms.find(code).state.guesses
    widget(test.radio, "play_outcome").set_value("us_ahead")
    press(test, "Save my guess")
    assert rooms.find(code).state.guesses[1].months == 30


@pytest.mark.parametrize("outcome", CLASSES)
def test_every_outcome_can_be_guessed_with_its_leads(outcome: str):
    fits = [months for months in (-30, -12, -11, 0, 11, 12, 30) if not words.at_odds(outcome, months)]
    assert fits == {"us_ahead": [12, 30], "china_ahead": [-30, -12]}.get(outcome, [-11, 0, 11])


def test_rooms_that_cannot_be_kept_are_told_in_words(at, monkeypatch, tmp_path):
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("POLARITY_ROOMS", str(tmp_path / "taken"))
    assert "could not be written to disk" in text(press(at(), "Start the room"))
    assert "cannot be read just now" in text(at(room="BFKR"))


@pytest.mark.parametrize("typed", ["", "AB", "ABCDE", "AB1D", "<b>x", "🙂🙂🙂🙂", "ZZZZ"])
def test_a_wrong_code_is_said_in_words_and_nothing_typed_is_lost(at, typed: str):
    test = at()
    widget(test.text_input, "play_code").input(typed)
    widget(test.text_input, "play_name").input("Ada")
    press(test, "Join")
    said = text(test)
    assert "a room's code has 4 letters" in said.lower() or "there is no room zzzz" in said.lower()
    assert widget(test.text_input, "play_name").value == "Ada"
    assert "room" not in test.query_params


def test_a_teacher_starts_a_room_with_goals_and_gets_an_address(at, rooms):
    test = unfold(at(), "play_goals")
    widget(test.selectbox, "play_scenario").select("tight_controls")
    widget(test.selectbox, "play_goal_china").select("security_first")
    press(test, "Start the room")
    code, token = test.query_params["room"], test.query_params["teacher"]
    room = rooms.find(code)
    assert room.is_teacher(token)
    assert room.goal("china") == "security_first"
    assert room.head.settings["scenario"] == "tight_controls"
    assert "People are coming in" in text(test)
    assert f"?room={code}&amp;projector=1" in raw(test)
    assert token not in raw(test)
    assert "Close the guesses" in labels(press(test, "Start the guesses"))


# ------------------------------------------------------------------------------------------------------ wrong addresses
@pytest.mark.parametrize("name", ["teacher", "me"])
def test_a_token_of_another_room_opens_nothing(at, rooms, name: str):
    code, _ = rooms.open()
    other, teacher = rooms.open()
    _, me = rooms.join(other, "Ada")
    test = at(room=code, **{name: teacher if name == "teacher" else me})
    said = text(test)
    assert ("not the teacher's link" if name == "teacher" else f"not in room {code}") in said
    assert "Join" in labels(test)
    assert "Start the guesses" not in labels(test)


@pytest.mark.parametrize("code", ["QQQQ", "abcd", "<script>alert(1)</script>", "A" * 3000])
def test_an_address_without_a_room_leads_to_the_choice(at, code: str):
    test = at(room=code, teacher="x", me="y", projector="1", part="9")
    assert "<script>" not in raw(test)
    assert "Start the room" in labels(test)


def test_a_room_whose_time_is_over_says_so_to_everybody(at, rooms):
    code, teacher = rooms.open(hours=4 / 3600)
    _, me = rooms.join(code, "Ada")
    test = at(room=code, me=me)
    time.sleep(4.1)
    for found in (test.run(), at(room=code, teacher=teacher), at(room=code, projector="1")):
        assert not found.exception
        assert f"There is no room {code}" in text(found)


def test_a_vote_in_a_room_that_was_just_deleted_is_answered_in_words(at, rooms):
    code, teacher = rooms.open()
    _, me = rooms.join(code, "Ada", "hubs")
    to(rooms, code, teacher, "decide:2027")
    test = at(room=code, me=me)
    rooms.close(code, teacher)
    widget(test.radio, "play_move").set_value("police")
    test.run()
    assert not test.exception
    assert f"There is no room {code}" in text(test)


# ---------------------------------------------------------------------------------------------------- every view, phase
@pytest.mark.parametrize("phase", [*ORDER[:6], *ORDER[-3:]])
def test_every_view_of_every_phase_draws(at, rooms, phase: str):
    code, teacher = rooms.open(goals={"united_states": "security_first"})
    seats = {seat: rooms.join(code, f"In {seat}", seat)[1] for seat in (*SEATS, "")}
    rooms.guess(code, seats["china"], "two_power", -3, 70)
    if phase not in ("lobby", "guess"):
        to(rooms, code, teacher, "decide:2027")
        rooms.vote(code, seats["china"], 2027, "import")
        rooms.bet(code, seats["hubs"], 2027, 5)
    to(rooms, code, teacher, phase)
    assert not at(room=code, teacher=teacher).exception
    parts = ("1", "2", "3", "4", "5") if phase == DEBRIEF else ("",)
    for part in parts:
        assert "screen" in raw(at(room=code, projector="1", part=part))
    for seat, token in seats.items():
        test = at(room=code, me=token)
        if phase.startswith("decide"):
            assert len(test.radio) == (1 if seat else 0)
        if phase == "shown:2027":
            assert ("Your bet: the US leads by 5 months" in text(test)) == (seat == "hubs")


def test_before_a_year_is_played_no_screen_holds_what_comes_of_it(at, rooms):
    code, teacher = rooms.open()
    _, me = rooms.join(code, seat="china")
    to(rooms, code, teacher, "decide:2028")
    for test in (at(room=code, me=me), at(room=code, projector="1"), at(room=code, teacher=teacher)):
        before = raw(test)
        assert "ends as" not in before
        line = re.search(r'class="played" d="M([^"]+)"', before)
        if line:
            assert line[1].count("L") == 4, "four quarters have been played"


@pytest.mark.parametrize("phase", ["decide:2028", "shown:2028", DEBRIEF])
def test_after_a_restart_every_view_draws_without_simulating(at, rooms, monkeypatch, phase: str):
    code, teacher = rooms.open()
    me = rooms.join(code, "Ada", "hubs")[1]
    to(rooms, code, teacher, phase)
    views = [{"me": me}, {"projector": "1"}] + [{"teacher": teacher}] * (phase != DEBRIEF)
    before = [raw(at(room=code, **view)) for view in views]

    def never(self, room):
        raise AssertionError("the game was simulated again")

    known._FACTS.clear()
    known._PRICES.clear()
    doors._rooms.clear()
    monkeypatch.setattr(Rooms, "game", never)
    monkeypatch.setattr(known, "prices_of", never)
    assert [raw(at(room=code, **view)) for view in views] == before


# -------------------------------------------------------------------------------------------------------------- a phone
def test_a_guess_is_saved_and_can_be_changed_and_half_a_guess_says_what_is_missing(at, rooms):
    code, _ = rooms.open()
    _, me = rooms.join(code, "Ada")
    test = at(room=code, me=me)
    press(test, "Save my guess")
    assert "Choose how the race stands" in text(test)
    widget(test.radio, "play_outcome").set_value("china_ahead")
    press(test, "Save my guess")
    assert "Give the months" in text(test)
    widget(test.number_input, "play_months").set_value(14)
    press(test, "Save my guess")
    assert "Choose who leads" in text(test)
    assert widget(test.radio, "play_outcome").value == "china_ahead"
    test.get("button_group")[0].set_value("China")
    press(test, "Save my guess")
    assert "Saved: China well ahead, China leads by 14 months, 50% sure" in text(test)
    assert rooms.find(code).state.guesses[1].months == -14


def test_a_vote_is_saved_by_a_tap_and_told_with_the_others_of_the_seat(at, rooms):
    code, teacher = rooms.open()
    me = [rooms.join(code, f"P{n}", "china")[1] for n in range(3)]
    to(rooms, code, teacher, "decide:2027")
    rooms.vote(code, me[1], 2027, "import")
    test = at(room=code, me=me[0])
    assert "In your seat 1 of 3 have decided" in text(test)
    moves = widget(test.radio, "play_move")
    assert list(moves.options) == [package.title for package in moves_of("china")]
    moves.set_value("retaliate")
    test.run()
    assert "Saved: Retaliate. In your seat 2 of 3 have decided." in text(test)
    assert widget(at(room=code, me=me[0]).radio, "play_move").value == "retaliate"
    captions = "\n".join(widget(test.radio, "play_move").proto.captions)
    assert re.search(r"Costs \\\$\d+bn a year", captions)


def test_a_vote_that_comes_after_the_year_was_closed_is_refused_in_words(at, rooms):
    code, teacher = rooms.open()
    _, me = rooms.join(code, seat="hubs")
    to(rooms, code, teacher, "decide:2027")
    test = at(room=code, me=me)
    rooms.advance(code, teacher, "decide:2027")
    widget(test.radio, "play_move").set_value("police")
    test.run()
    assert not test.exception
    assert "What happened in 2027" in text(test)
    assert "2027 was closed before this came in, so it does not count" in text(test)
    assert rooms.find(code).state.turns[0].moves["hubs"] == "as_is"


def test_a_bet_stands_against_the_result(at, rooms):
    code, teacher = rooms.open()
    _, me = rooms.join(code, "Ada", "")
    to(rooms, code, teacher, "decide:2027")
    test = at(room=code, me=me)
    widget(test.number_input, "play_months").set_value(0)
    press(test, "Save my bet")
    assert "Saved: the two are level" in text(test)
    rooms.advance(code, teacher, "decide:2027")
    assert re.search(r"Your bet: the two are level. That is \d+ months? off", text(test.run()))


def test_who_changes_seats_sees_the_other_moves(at, rooms):
    code, teacher = rooms.open()
    _, me = rooms.join(code, seat="hubs")
    to(rooms, code, teacher, "decide:2027")
    test = at(room=code, me=me)
    unfold(test, "play_foot")
    widget(test.selectbox, "play_seat_now").select("allies")
    test.run()
    assert list(widget(test.radio, "play_move").options) == [package.title for package in moves_of("allies")]
    press(test, "Leave the room")
    assert "me" not in test.query_params
    assert "Start the room" in labels(test)


def test_answers_before_and_after_are_kept_and_leave_without_a_name(at, rooms):
    code, _ = rooms.open()
    _, me = rooms.join(code, "Ada")
    test = at(room=code, me=me)
    unfold(test, "play_asked_before")
    test.text_area[0].input("Chips, <i>not</i> ideas")
    press(test, "Save my answers")
    assert rooms.find(code).state.answers["before", "1"] == {1: "Chips, <i>not</i> ideas"}


# ------------------------------------------------------------------------------------------------------------ a teacher
def test_two_teachers_who_press_close_one_year(at, rooms):
    code, teacher = rooms.open()
    to(rooms, code, teacher, "decide:2027")
    one, two = (at(room=code, teacher=teacher) for _ in range(2))
    press(one, "Close 2027 and play it")
    press(two, "Close 2027 and play it")
    state = rooms.find(code).state
    assert state.phase == "shown:2027"
    assert len(state.turns) == 1
    assert "Next: 2028" in labels(two)


def test_a_whole_game_by_buttons_and_what_the_class_keeps(at, rooms):
    code, teacher = rooms.open()
    rooms.join(code, "Ada", "china")
    test = at(room=code, teacher=teacher)
    for _ in range(len(ORDER) - 1):
        press(test, next(found.label for found in test.button if found.key and found.key.startswith("play_go")))
    assert rooms.find(code).state.phase == DEBRIEF
    assert not [found for found in test.button if found.key and found.key.startswith("play_go")]
    saved = {found.proto.label for found in test.get("download_button")}
    assert {"Scenario (YAML)", "Votes, bets and answers (CSV)", "Role cards"} <= saved
    assert "Open it in Explore" in labels(test)
    press(test, "End and delete this room")
    assert "room" not in test.query_params
    assert rooms.store.head(code) is None


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "<img src=x onerror=a()>", "**b**[x](y)", "{{7*7}}"])
def test_a_hostile_name_is_text_everywhere(at, rooms, name: str):
    code, teacher = rooms.open()
    player, me = rooms.join(code, name, "china")
    kept = rooms.find(code).state.players[1].name
    mine = unfold(at(room=code, teacher=teacher), "play_people")
    for test in (mine, at(room=code, projector="1"), at(room=code, me=me)):
        assert "<script>alert" not in raw(test)
        assert "<img" not in raw(test)
        assert kept in text(test) or kept.replace("<", "&lt;") in raw(test)
    rooms.hide(code, teacher, player.number)
    assert kept not in text(at(room=code, projector="1"))
    assert "Player 1" in text(at(room=code, projector="1"))


def test_a_teacher_hides_a_name(at, rooms):
    code, teacher = rooms.open()
    rooms.join(code, "Rude")
    test = at(room=code, teacher=teacher)
    unfold(test, "play_people")
    widget(test.multiselect, "play_hidden").set_value([1])
    test.run()
    assert not test.exception
    assert rooms.find(code).state.players[1].hidden
    assert "Rude" not in text(at(room=code, projector="1"))


def test_no_view_draws_a_token(at, rooms):
    code, teacher = rooms.open()
    _, me = rooms.join(code, "Ada", "china")
    for test in (at(room=code, teacher=teacher), at(room=code, projector="1"), at(room=code, me=me)):
        whole = raw(test) + "".join(each.value for each in test.code)
        assert teacher not in whole
        assert me not in whole


# ------------------------------------------------------------------------------------------------------------- in words
@pytest.mark.parametrize(
    ("unit", "before", "after", "now", "change"),
    [
        ("thousand H100e", 0.0, 0.26, "260 H100e", "+260"),
        ("thousand H100e", 0.26, 0.0, "0 H100e", "−100%"),
        ("thousand H100e", 0.0, 0.0, "0 H100e", "unchanged"),
        ("thousand H100e", 1000.0, 3187.0, "3.2 million H100e", "+219%"),
        ("thousand H100e", 100.0, 186.71, "187,000 H100e", "+87%"),
        ("months", 10.2, 7.4, "7.4 months", "−2.8 months"),
        ("% a year", 20.0, 99.96, "above 99.9% a year", "+80.0 points"),
        ("billion US dollars", 0.0, 2.5, "$2.5bn", "+$2.5bn"),
        ("index points", 190.0, 196.6, "196.6 index points", "+6.6 points"),
    ],
)
def test_a_line_of_a_board_says_its_units(unit: str, before: float, after: float, now: str, change: str):
    row = Row("Security", "x", "Label", unit, before, after, paired(np.array([after - before])))
    assert words.line(row) == ("Label", now, change)
