"""The address bar: what is written can be read, old and hostile text is answered in words."""

import pytest

from scenarios import load, names
from scenarios.events import KINDS, Event
from scenarios.parameters import parameters
from scenarios.what_ifs import of_kind
from sim.play import Game
from sim.ui.shared import address, assumed, injector
from sim.ui.shared.setup import LIMITS, RULERS, YEARS, Choice, Judge, Setup


def back(setup: Setup) -> Setup:
    found, notes = address.read(address.parameters(setup))
    assert notes == []
    return found


EVERYTHING = Setup(
    "tight_controls",
    {"enforcement": 9.0, "openness": 20.0},
    (
        Event(kind="efficiency_shock", date="2028-Q1", size=0.5),
        Event(kind="taiwan_disruption", date="2029-Q2", size=0.8, quarters=8),
        Event(kind="agreement", date="2030-Q1", size=1.5, compliance=0.9),
        Event(kind="hbm_shock", date="2027-Q1", size=-0.5),
    ),
    {"diffusion": 0.5, "rl_form": 1.0},
    Judge("backward", 18.0, 2030),
)


def test_a_setup_comes_back_whole():
    assert back(EVERYTHING) == EVERYTHING
    assert back(EVERYTHING).spec.digest() == EVERYTHING.spec.digest()
    assert address.parameters(Setup()) == {}


@pytest.mark.parametrize("scenario", names())
def test_every_scenario_comes_back(scenario):
    setup = Setup().taking(scenario)
    assert setup.named == scenario
    assert back(setup) == setup
    assert setup.spec.digest() == load(scenario).digest()


@pytest.mark.parametrize("name", of_kind("what_if"))
def test_a_link_of_before_there_were_what_ifs_opens_what_it_did(name):
    found, notes = address.read({"scenario": name, "v": f"1-{load(name).digest()[:6]}"})
    assert notes == []
    assert found.spec.digest() == load(name).digest()
    assert found.worlds == (name,)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_can_be_written_at_both_ends(kind):
    shape = injector.CONTROLS[kind]
    low, high, _ = shape.span(kind)
    for size in (low, high, shape.usual):
        event = Event(kind=kind, date="2028-Q3", size=round(size * shape.scale, 6))
        setup = Setup(events=(event,))
        assert back(setup) == setup
        assert setup.problem == ""
        assert "2028-Q3" in injector.described(event)


@pytest.mark.parametrize("name", parameters())
def test_every_parameter_can_be_fixed_within_its_bounds(name):
    row = parameters()[name]
    for value in row.forms or (row.lowest, row.highest):
        setup = Setup(assumptions={name: value})
        assert assumed.refused(name, value) == ""
        assert back(setup) == setup
        assert setup.problem == ""
    beyond = row.highest + abs(row.highest) + 1
    assert assumed.refused(name, beyond).startswith(row.label)
    setup, notes = address.read({"assume": f"{name}:{beyond}"})
    assert setup == Setup()
    assert len(notes) == 1
    assert f"{name} {row.problem(beyond)}" in notes[0]


def test_all_rulers_limits_and_years_come_back():
    for judge in [
        *(Judge(ruler=r) for r in RULERS),
        *(Judge(limit=float(n)) for n in LIMITS),
        *(Judge(year=y) for y in YEARS),
    ]:
        assert back(Setup(judge=judge)).judge == judge


def test_a_link_without_a_version_opens():
    found, notes = address.read({"scenario": "tight_controls", "enforcement": "9"})
    assert notes == []
    assert found.levers == {"enforcement": 9.0}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"v": "7-000000"}, "v=7: this link comes from a newer Polarity"),
        ({"v": "1-000000"}, "“Current policy” has changed since this link was made (then 000000, now"),
        ({"v": "one"}, "v=one: this is no version"),
        ({"v": "1-<b>"}, "this is no version"),
        ({"events": "efficiency_shok:2028-Q1:1"}, "did you mean 'efficiency_shock'?"),
        ({"events": "efficiency_shock:2028-Q9:1"}, "event efficiency_shock:2028-Q9:1: date"),
        ({"events": "efficiency_shock:2028-Q1:999"}, "size is 999; the range is 0 to 2"),
        ({"events": "efficiency_shock"}, "date: is required and missing"),
        ({"events": "~".join(["efficiency_shock:2028-Q1:1"] * 40)}, "events: only the first 12 of 40 are used"),
        ({"assume": "difusion:1"}, "did you mean 'diffusion'?"),
        ({"assume": "diffusion:abc"}, "assume diffusion: abc is not a number"),
        ({"assume": "diffusion"}, "assume diffusion: nothing is not a number"),
        ({"assume": "diffusion:1e9"}, "assume diffusion: diffusion is 1e+09; the range is 0 to 20"),
        ({"assume": "diffusion:inf"}, "is not a number"),
        ({"assume": "rl_form:0.5"}, "is a choice between forms; choose from 0, 1, 2"),
        ({"ruler": "feet"}, "ruler=feet: there is no such measure; choose from fixed_pace, points, backward"),
        ({"limit": "7"}, "limit=7: give 6 to 24, an even number"),
        ({"year": "2050"}, "year=2050: give 2027 to 2032"),
        ({"year": "nan"}, "year=nan: give"),
        ({"events": "x" * 100_000}, "there is no such event"),
    ],
)
def test_what_cannot_be_used_is_said(given, says):
    setup, notes = address.read(given)
    assert any(says in note for note in notes), notes
    assert all(len(note) < 400 for note in notes)
    assert setup.problem == ""


def test_undo_redo_and_replay():
    chosen = Choice()
    one, two = Setup(levers={"enforcement": 2.0}), Setup(levers={"enforcement": 4.0})
    chosen.take(one)
    chosen.take(two)
    chosen.take(two)  # no change, no step
    chosen.replay()
    assert chosen.now == one
    chosen.replay()
    assert chosen.now == two
    chosen.undo()
    chosen.undo()
    assert chosen.now == Setup()
    chosen.undo()
    chosen.redo()
    assert chosen.now == one
    chosen.take(Setup("tight_controls"))
    chosen.redo()
    assert chosen.now == Setup("tight_controls")


def test_assumptions_hold_for_the_reference_and_survive_a_scenario():
    setup = Setup("tight_controls", {"enforcement": 2.0}, assumptions={"diffusion": 0.5})
    assert setup.base.parameters["diffusion"] == setup.spec.parameters["diffusion"] == 0.5
    other = setup.taking("open_trade")
    assert other.assumptions == {"diffusion": 0.5}
    assert other.levers == {"enforcement": 2.0}
    assert setup.reference == "current policy with your assumptions"
    assert load("current_policy").parameters == {}


def test_what_a_room_played_is_a_link():
    game = Game.of(runs=8)
    for moves in (
        {"us": "tight_controls", "cn": "refuse_and_push", "designer": "no_variants"}, {"us": "deal", "cn": "deal"},
        {"us": "sell_at_volume", "cn": "retaliate", "hubs": "police"},
    ):  # fmt: skip
        game.play(moves)
    setup = Setup(levers=dict(game.spec.levers), events=tuple(game.spec.events))
    assert back(setup).spec.digest() == game.spec.digest()
    assert len(address.query(setup)) < 1000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2027-Q1:5,2028-Q1", "this is not a number"), ("2027-Q9:5", "'2027-Q9' is not a quarter"),
        ("2027-Q1:99", "out of range"), ("x:y:z", "write 2027-Q1:5,2029-Q1:6"), (":", "this is not a number"),
        ("2025-Q1:5", "is before the scenario's start"), ("2027-Q1:5," * 200, "this is not a number"),
    ],
)  # fmt: skip
def test_a_dated_path_that_cannot_be_used_is_said(text, says):
    found, notes = address.read({"enforcement": text})
    assert says in notes[0]
    assert found.levers == {}


def test_a_lever_that_cannot_be_left_cannot_be_left_later_either():
    _, notes = address.read({"openness": "2027-Q1:20,2028-Q1:actor"})
    assert "cannot be left to the actor" in notes[0]
