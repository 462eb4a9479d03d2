"""Choices on the record: turns as data, the odds that the rules give them, persistence, and the kept score."""

import numpy as np
import pytest

from agents.choice import INERTIA, MENUS
from scenarios import BASELINE, load
from scenarios.decisions import DECISIONS, pairs
from scenarios.quarters import DATA_UNTIL, FIRST, label, number, of_date
from scenarios.tables import Turn, table
from sim.hindcast import turns
from sim.hindcast.unforced import Outcome, Outlook, outcome, outlooks, pictures

ANEW = "the rules no longer say what is kept of their turns: run `make hindcast`"
TAKERS = pairs((row.actor, row.kind) for row in load(BASELINE).roster())
TIGHT = Outcome(0.9, 0.08, 0.02)
US, JAPAN = ("united_states", "licensing"), ("japan", "alignment")


def turn(date: str, pair: tuple[str, str] = US, direction: str = "up") -> Turn:
    """A recorded turn."""
    return Turn(
        id=f"t_{date[:7]}".replace("-", "_"), date=date, actor=pair[0], decision=pair[1], direction=direction,
        title="A turn", source="a test", as_of=date, tier="judgment",
    )  # fmt: skip


def planted(said: Outcome) -> dict[int, Outlook]:
    """Rules that always say the same of everybody."""
    always = dict.fromkeys(TAKERS, said)
    return {q: Outlook(always, always) for q in range(FIRST + 1, number(DATA_UNTIL) + 1)}


# --- the table -------------------------------------------------------------------------------------------------------


def test_every_turn_names_a_decision_that_its_actor_takes() -> None:
    for row in table("turns"):
        assert (row.actor, row.decision) in TAKERS, row.id


def test_turns_lie_in_the_scored_years_in_order_and_have_names_of_their_own() -> None:
    rows = table("turns")
    assert [row.date for row in rows] == sorted(row.date for row in rows)
    assert all(FIRST < of_date(row.date) <= number(DATA_UNTIL) for row in rows)
    assert len({row.id for row in rows}) == len(rows)


def test_every_decision_has_words_for_both_ways() -> None:
    assert turns.WAYS.keys() == DECISIONS.keys()


# --- the odds of a move ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", list(DECISIONS))
def test_chances_of_a_move_add_to_one_and_go_where_the_odds_are(decision: str) -> None:
    menu = MENUS[decision]
    chance = np.zeros((len(menu.levels), 3))
    chance[-1] = 1.0
    at = menu.at(np.array([0.0, 0.5, 0.75]))
    found = outcome(decision, chance, at)
    assert sum(found) == pytest.approx(1)
    assert found.up == pytest.approx(INERTIA)
    assert found.down == 0
    assert outcome(decision, chance[::-1], menu.at(np.array([1.0, 0.5, 0.6]))).down == pytest.approx(INERTIA)


def test_a_level_that_stands_is_no_move_and_one_beside_it_counts_in_part() -> None:
    chance = np.array([[0.0], [0.0], [0.4], [0.6], [0.0], [0.0]])
    assert outcome("licensing", chance, np.array([0.6])) == pytest.approx((0.0, 1 - 0.4 * INERTIA, 0.4 * INERTIA))
    assert outcome("licensing", chance, np.array([0.5])) == pytest.approx((0.15, 0.75, 0.1))


def test_the_rules_speak_of_everybody_in_every_quarter_but_the_first() -> None:
    found = outlooks(load(BASELINE), 16, 0)
    assert [label(q) for q in found] == [label(q) for q in range(FIRST + 1, number(DATA_UNTIL) + 1)]
    for said in found.values():
        for reading in said:
            assert set(reading) == set(TAKERS)
            assert all(sum(of) == pytest.approx(1) and min(of) >= -1e-12 for of in reading.values())
    assert found[FIRST + 1].unforced == found[FIRST + 1].standing
    assert found[number(DATA_UNTIL)].unforced != found[number(DATA_UNTIL)].standing


def test_the_future_does_not_reach_the_rules_but_by_the_unit_of_worth() -> None:
    """Pictures are those of the recorded world, told at the stakes of its last quarter."""
    seen = pictures(load(BASELINE), 16, 0)
    assert [p.c.quarter for p in seen] == list(range(FIRST, number(DATA_UNTIL) + 1))
    assert np.all(np.diff([p.s.bloc_revenue.sum() for p in seen]) > 0)
    assert all(np.array_equal(p.s.edge.revenue, seen[-1].s.bloc_revenue) for p in seen)


# --- persistence -----------------------------------------------------------------------------------------------------


def test_persistence_leaves_out_the_turn_and_its_year() -> None:
    one = [turn("2024-03-01")]
    assert turns.persistence(one, TAKERS, US, 2024) == turns.persistence([], TAKERS, US, 2024)
    assert turns.persistence(one, TAKERS, US, 2025).up == pytest.approx((1 + 1 / 3) / 4)
    two = [*one, turn("2024-06-01", direction="down")]
    assert turns.persistence(two, TAKERS, US, 2024) == turns.persistence([], TAKERS, US, 2024)


def test_persistence_counts_the_years_of_all_who_take_the_decision() -> None:
    allies = sum(decision == "alignment" for _, decision in TAKERS)
    found = turns.persistence([turn("2023-07-23", JAPAN)], TAKERS, ("netherlands", "alignment"), 2023)
    others = allies * len(turns.YEARS) - 1
    assert found.up == pytest.approx((1 + 1 / 3) / (others + 1))
    assert sum(found) == pytest.approx(1)


# --- the score -------------------------------------------------------------------------------------------------------


def test_an_actor_that_always_tightens_is_called_right_by_rules_that_say_so() -> None:
    recorded = [turn(f"{year}-05-01") for year in turns.YEARS]
    called, years = turns.score(recorded, TAKERS, planted(TIGHT))
    found = turns.Scored(1, 0, called, years)
    assert found.better == len(called) == len(turns.YEARS)
    assert all(t.p == TIGHT.up and not t.miss for t in called)
    mine = [y for y in years if (y.actor, y.decision) == US]
    assert all(turns.brier(y.rules, y.came) < turns.brier(y.persistence, y.came) for y in mine)


def test_a_rule_that_always_turns_loses_over_the_years() -> None:
    called, years = turns.score([turn("2024-05-01")], TAKERS, planted(TIGHT))
    found = turns.Scored(1, 0, called, years)
    assert found.better == 1
    assert found.on_years()["rules"]["brier"] > found.on_years()["persistence"]["brier"]
    assert "worse than persistence" in turns.verdict(found)


def test_a_year_with_turns_both_ways_counts_by_their_shares() -> None:
    both = [turn("2025-01-13"), turn("2025-04-15"), turn("2025-08-08", direction="down")]
    came = turns.came(both, US, 2025)
    assert came == pytest.approx((2 / 3, 0, 1 / 3))
    assert turns.came(both, US, 2024) == turns.NONE
    said = Outcome(0.5, 0.25, 0.25)
    assert turns.surprise(said, came) == pytest.approx(-(2 * np.log(0.5) + np.log(0.25)) / 3)


def test_a_miss_says_which_way_the_rules_leaned() -> None:
    away = turns.Called("a", "2025-01-01", *US, "up", "A turn", 0.1, 0.1, 0.4, 0.3)
    assert away.miss == "The model leaned the wrong way: 40 in 100 for the opposite, 10 for this."
    weak = turns.Called("a", "2025-01-01", *US, "up", "A turn", 0.1, 0.1, 0.05, 0.3)
    assert weak.miss == "The model gave it a chance of 10 in 100; counting past turns gave 30."


# --- the kept score --------------------------------------------------------------------------------------------------


def test_the_kept_score_is_of_the_turns_of_the_table() -> None:
    fields = ("id", "date", "actor", "decision", "direction", "title")
    of = [[tuple(getattr(row, f) for f in fields) for row in rows] for rows in (turns.kept().turns, table("turns"))]
    assert of[0] == of[1], ANEW
    assert turns.by_turn().keys() == {row.id for row in table("turns")}


def test_the_kept_score_is_what_the_rules_say_today() -> None:
    again, old = turns.scored(), turns.kept()
    assert [t.p for t in again.turns] == pytest.approx([t.p for t in old.turns], abs=0.01), ANEW
    assert [t.persistence_p for t in again.turns] == [t.persistence_p for t in old.turns], ANEW
    for name in turns.FORECASTS:
        assert again.on_years()[name] == pytest.approx(old.on_years()[name], abs=0.01), ANEW


def test_kept_chances_are_chances() -> None:
    found = turns.kept()
    for t in found.turns:
        assert all(0 <= p <= 1 for p in (t.p, t.standing_p, t.opposite_p, t.persistence_p))
        assert bool(t.miss) != t.better
    for year in found.years:
        for of in (year.came, year.rules, year.standing, year.persistence):
            assert sum(of) == pytest.approx(1, abs=2e-4)
            assert min(of) >= 0
    assert len(found.years) == len(TAKERS) * len(turns.YEARS)
