"""A game steps one world a year at a time, and what was played is a scenario like any other."""

import itertools

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.packages import SEATS
from scenarios.schema import Scenario
from sim.play import AS_IS, Game, Turn, moves_of, played
from sim.run import simulate

BASE = load("current_policy")
RUNS = 16
ROOM = (
    {"united_states": "tight_controls", "china": "refuse_and_push", "designer": "no_variants"},
    {"united_states": "deal", "china": "deal", "hubs": "police"},
    {"united_states": "deal", "china": "deal", "allies": "part"},
    {"united_states": "sell_at_volume", "china": "import", "designer": "customers_first"},
    {"china": "retaliate", "hubs": "build_own", "designer": "checked_chips"},
    {"united_states": "pool_compute", "china": "pool_compute", "allies": "follow"},
)
"""Six years in which everybody changes their mind."""


def game(moves=ROOM, base: Scenario = BASE, runs: int = RUNS) -> Game:
    found = Game.of(base, runs=runs, seed=3)
    for turn in moves:
        found.play(turn)
    return found


def same(one, other, quarters: int) -> bool:
    return all(np.array_equal(values[:quarters], other.series[name][:quarters]) for name, values in one.series.items())


@pytest.fixture(scope="module")
def whole() -> Game:
    return game()


def test_what_was_played_is_the_scenario_that_it_exports_to_the_last_bit(whole: Game) -> None:
    assert whole.over
    assert whole.quarters == 41
    run = simulate(whole.spec, runs=RUNS, seed=3, until=2032)
    assert same(whole.run, run, 41)
    assert whole.run.until == 2032


@pytest.mark.parametrize("turns", range(6))
def test_no_turn_knows_of_a_later_one(turns: int, whole: Game) -> None:
    """Up to the third quarter of its year a game is the same whatever is played afterward."""
    part = game(ROOM[:turns])
    assert part.quarters == (16 if not turns else 16 + 4 * turns)
    assert same(part.run, whole.run, part.quarters)
    assert same(part.run, simulate(part.spec, runs=RUNS, seed=3, until=2032), part.quarters)


def test_a_game_that_was_interrupted_goes_on_as_if_it_had_not_been(whole: Game) -> None:
    again = Game.of(BASE, runs=RUNS, seed=3, turns=whole.turns[:4])
    for turn in whole.turns[4:]:
        again.play(turn.moves)
    assert same(again.run, whole.run, 41)
    assert again.turns == whole.turns


def test_a_room_without_people_is_the_model_by_itself() -> None:
    empty = game([{}] * 6)
    assert empty.spec.levers == BASE.levers
    assert empty.spec.events == BASE.events
    assert same(empty.run, simulate(BASE, runs=RUNS, seed=3, until=2032), 41)


def test_every_move_of_every_seat_can_be_played_and_taken_back() -> None:
    for seat, step in itertools.product(SEATS, range(9)):
        if step >= len(moves_of(seat)):
            continue
        name = moves_of(seat)[step].name
        turns = [Turn(2027, {s: AS_IS for s in SEATS} | {seat: name}), Turn(2028, dict.fromkeys(SEATS, AS_IS))]
        spec = played(BASE, turns)
        for lever in moves_of(seat)[step].levers:
            path = spec.setting(lever)
            assert isinstance(path, dict)
            assert list(path) == ["2027-Q1", "2028-Q1"]
            assert path["2028-Q1"] == BASE.setting(lever), "back to what it was, or to the actor"


def test_a_seat_that_lets_go_gives_the_decision_back_to_its_actor() -> None:
    found = game([{"united_states": "tight_controls"}, {}, {}])
    assert found.spec.setting("enforcement") == {"2027-Q1": 5.0, "2028-Q1": "actor"}
    effort = found.run["decisions"][:, found.run.parts("decisions").index("united_states.enforcement")]
    assert (effort[17] == 5).all()
    assert not (effort[-1] == 5).all()


def test_a_treaty_holds_while_both_sign_it() -> None:
    one = game([{"united_states": "deal"}, {"china": "deal"}])
    assert not one.spec.events, "one signature is none"
    deal = {"united_states": "deal", "china": "deal"}
    kept = game([deal, deal, deal])
    (event,) = kept.spec.events
    assert (event.kind, event.date, event.quarters) == ("agreement", "2027-Q1", None)
    left = game([deal, deal, {"united_states": "deal"}, deal])
    first, second = left.spec.events
    assert (first.date, first.quarters) == ("2027-Q1", 8)
    assert (second.date, second.quarters) == ("2030-Q1", None)


def test_minerals_are_withheld_once_and_not_again_every_year() -> None:
    found = game([{"china": "retaliate"}, {"china": "retaliate"}, {}, {"china": "retaliate"}])
    assert [event.date for event in found.spec.events] == ["2027-Q1", "2030-Q1"]


def test_what_the_base_sets_stands_where_nobody_moves_it() -> None:
    base = BASE.with_levers(enforcement=3, us_power={"2026-Q4": 120, "2029-Q3": 150})
    found = game([{"united_states": "power_and_money"}, {}, {}, {"united_states": "power_and_money"}], base)
    assert found.spec.setting("enforcement") == 3
    assert found.spec.setting("us_power") == {
        "2026-Q4": 120, "2027-Q1": 140, "2028-Q1": 120, "2029-Q3": 150, "2030-Q1": 140,
    }  # fmt: skip
    assert same(found.run, simulate(found.spec, runs=RUNS, seed=3, until=2032), found.quarters)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Game.of(BASE, runs=4), "runs"),
        (lambda: Game.of(BASE, runs=100_000), "at most"),
        (lambda: Game.of(BASE, runs=16, future=16), "there are 16, from 0 to 15"),
        (lambda: Game.of("essay_2025:leaky"), "starts from the recorded one"),
        (lambda: Game.of("curent_policy"), "did you mean"),
        (lambda: Game.of(BASE, runs=16).play({"russia": "as_is"}), "unknown player 'russia'"),
        (lambda: Game.of(BASE, runs=16).play({"us": "surrender"}), "unknown move of the United States 'surrender'"),
        (lambda: Game.of(BASE, runs=16).play({"us": "tighten_if_close"}), "unknown move"),
        (lambda: Game.of(BASE, runs=16, turns=[Turn(2029, {})]), "comes before 2027 has been played"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(call, said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()


def test_a_refused_move_changes_nothing_and_the_last_year_is_the_last(whole: Game) -> None:
    found = game(ROOM[:1])
    before = found.run
    with pytest.raises(InputError):
        found.play({"us": "surrender"})
    assert found.year == 2028
    assert same(before, found.run, found.quarters)
    with pytest.raises(InputError, match="the game is over"):
        whole.play({})
