"""What each decision answers to, one test a decision: the right sign, and interior by chance and inertia."""

from __future__ import annotations

import numpy as np
import pytest

from agents import choice, choices, licensing
from agents.choice import INERTIA, MENUS, chosen, moved, revealed
from agents.partners import Ally, Hub
from agents.stakes import Stakes, Wants, slower
from agents.superpower import China, UnitedStates
from scenarios.decisions import DECISIONS
from scenarios.values import PROFILES, Weights
from tests.agents.conftest import RUNS, Seen

ONES = np.ones(RUNS)
TEMPERATURE = 2.0 * ONES


def stakes(**changed: float) -> Stakes:
    """The picture of the end of 2026, about."""
    usual = {
        "lead": 9.0, "scale": 1.0, "china_compute": 4e6, "china_added": 3e6, "us_added": 25e6, "domestic": 8e5,
        "diverted": 1e6, "wanted": 6e6, "licensed": 0.06, "price": 13e3, "china_price": 24e3, "dear_price": 24e3,
        "margin": 0.73,  "cover": 4.0, "us_revenue": 150.0, "enforcement": 1.0, "model_access": 0.2, "distilled": 4.0,
        "push": 0.5, "fab_money": 12.0, "licensing": 0.5,
        "permission": 0.06, "diverted_share": 0.04,
    } | changed  # fmt: skip
    table = np.full((3, RUNS), 5.0)
    return Stakes(
        **{name: value * ONES for name, value in usual.items()}, lost_sales=table, transit=table / 10,
        officers=0.235, refused=0.12,
    )  # fmt: skip


def us(**weights: float) -> Wants:
    return Wants(Weights(**weights), 25.0 * ONES, 1.0)


def china(**weights: float) -> Wants:
    return Wants(Weights(**weights), 15.0 * ONES, -1.0)


def level(decision: str, worth: np.ndarray, slope: float = 0.0) -> float:
    return float(chosen(decision, worth, slope * np.ones(worth.shape[1:]), TEMPERATURE).flat[0])


def met(s: Stakes, american: Wants, chinese: Wants, **given: float) -> tuple[float, float]:
    """Licensing and permission of both, with politics in which today's levels are rational."""
    reluctance = 0.87 * ONES
    today = licensing.problem(stakes(), us(), china(), reluctance, (None, None))
    slopes = licensing.revealed(today, (0.5 * ONES, 0.06 * ONES), TEMPERATURE)
    held = tuple(given[name] * ONES if name in given else None for name in licensing.BOTH)
    of = licensing.problem(s, american, chinese, reluctance, (held[0], held[1]))
    x, m = licensing.levels(of, licensing.settled(of, (0.5 * ONES, 0.06 * ONES), slopes, TEMPERATURE))
    return float(x[0]), float(m[0])


# --- the choice itself ------------------------------------------------------------------------------------------------


def test_of_two_levels_a_temperature_apart_the_better_one_is_e_times_as_likely() -> None:
    worth = np.array([0.0, 2.0])[:, None] * ONES
    chance = choice.odds(worth, 0 * ONES, np.array([0.0, 1.0]), TEMPERATURE)
    np.testing.assert_allclose(chance[1] / chance[0], np.e)
    np.testing.assert_allclose(chance.sum(axis=0), 1)


@pytest.mark.parametrize("decision", DECISIONS)
def test_recorded_politics_make_the_recorded_level_the_one_that_is_chosen(decision: str) -> None:
    menu, worth = MENUS[decision], np.linspace(-7.0, 11.0, 6)[:, None] ** 2 * ONES
    for place in (0.1, 0.35, 0.9):
        recorded = menu.at(place * ONES)
        slope = revealed(worth, recorded, TEMPERATURE, decision)
        np.testing.assert_allclose(chosen(decision, worth, slope, TEMPERATURE), recorded, rtol=1e-6)


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_choice_moves_half_of_the_way_in_a_year(decision: str) -> None:
    menu = MENUS[decision]
    low, high = menu.levels[0] * ONES, menu.levels[-1] * ONES
    assert menu.where(moved(decision, low, high))[0] == pytest.approx(INERTIA)
    np.testing.assert_allclose(moved(decision, high, high), high)


@pytest.mark.parametrize("decision", DECISIONS)
def test_every_menu_holds_todays_level(decision: str) -> None:
    row = DECISIONS[decision]
    assert row.levels[0] <= row.today <= row.levels[-1]
    assert list(row.levels) == sorted(row.levels)


def test_more_chance_makes_choices_less_extreme() -> None:
    worth = np.linspace(0, 10, 6)[:, None] * ONES
    cold, warm = (float(chosen("push", worth, 0 * ONES, t * ONES)[0]) for t in (0.5, 20.0))
    assert cold > 0.95
    assert 0.5 < warm < 0.6


# --- one test a decision ----------------------------------------------------------------------------------------------


def test_beijing_lets_in_more_when_washington_opens_and_less_when_it_has_its_own() -> None:
    usual = met(stakes(), us(), china(), licensing=0.5)[1]
    opened = met(stakes(), us(), china(), licensing=0.0)[1]
    assert opened > usual + 0.1
    assert met(stakes(domestic=6e6), us(), china(), licensing=0.0)[1] < opened
    assert met(stakes(), us(), china(security=3.0), licensing=0.0)[1] > opened
    assert met(stakes(wanted=1e5), us(), china(), licensing=0.0)[1] < opened


def test_washington_closes_licenses_that_beijing_would_use_and_opens_for_money() -> None:
    unused, used = (met(stakes(), us(), china(), permission=m)[0] for m in (0.0, 1.0))
    assert used > unused + 0.1
    merchant = us(prosperity=4.0, security=0.1)
    assert met(stakes(cover=1.0), merchant, china(), permission=1.0)[0] < used
    # A long queue has other buyers: what China may not have is sold all the same.
    assert (
        met(stakes(cover=12.0), merchant, china(), permission=1.0)[0]
        >= met(stakes(cover=1.0), merchant, china(), permission=1.0)[0]
    )


def test_enforcement_answers_to_leaks_and_to_what_a_month_is_worth() -> None:
    def effort(s: Stakes, wants: Wants) -> float:
        slope = revealed(choices.enforcement(stakes(), us()), 1.0 * ONES, TEMPERATURE, "enforcement")
        return float(chosen("enforcement", choices.enforcement(s, wants), slope, TEMPERATURE)[0])

    usual = effort(stakes(), us())
    assert usual == pytest.approx(1.0)
    assert effort(stakes(diverted=3e6), us()) > 1.2 * usual
    assert effort(stakes(), us(security=3.0)) > 1.2 * usual
    assert effort(stakes(lead=30.0), us()) < usual
    assert effort(stakes(), us(money=30.0)) < usual


def test_limits_on_access_answer_to_what_china_learns_by_them_and_to_customers() -> None:
    usual = level("model_access", choices.model_access(stakes(), us()))
    assert level("model_access", choices.model_access(stakes(distilled=0.2), us())) < usual
    assert level("model_access", choices.model_access(stakes(distilled=0.5), us(prosperity=5.0))) < level(
        "model_access", choices.model_access(stakes(distilled=0.5), us())
    )
    assert level("model_access", choices.model_access(stakes(lead=40.0), us())) < usual


def test_the_push_answers_to_security_and_to_what_it_costs() -> None:
    slope = float(revealed(choices.push(stakes(), china()), 0.5 * ONES, TEMPERATURE, "push")[0])

    def pushed(s: Stakes, wants: Wants) -> float:
        return level("push", choices.push(s, wants), slope)

    usual = pushed(stakes(), china())
    assert usual == pytest.approx(0.5)
    assert pushed(stakes(), china(security=6.0)) > usual
    assert pushed(stakes(), china(money=3.0)) < usual
    assert pushed(stakes(china_price=48e3), china()) > usual
    assert pushed(stakes(fab_money=40.0), china()) < usual


def test_allies_follow_a_close_china_and_drift_from_lost_sales() -> None:
    now, drift = 0.72 * ONES, 0.4 * ONES

    def stands(s: Stakes, lost: float, weights: Weights | None = None, slope: float = -10.0) -> float:
        worth = choices.alignment(s, weights or Weights(), now, lost * ONES, drift)
        return level("alignment", worth, slope)

    assert stands(stakes(lead=1.0), 6.0) > stands(stakes(lead=15.0), 6.0)
    assert stands(stakes(), 1.0) > stands(stakes(), 6.0) > stands(stakes(), 12.0)
    assert stands(stakes(), 6.0, Weights(prosperity=3.0)) < stands(stakes(), 6.0)


def test_hubs_police_under_pressure_and_after_scandals_and_less_where_it_pays() -> None:
    def looks(s: Stakes, transit: float) -> float:
        return level("policing", choices.policing(s, Weights(), transit * ONES, 0.55 * ONES))

    usual = looks(stakes(), 2.0)
    assert looks(stakes(enforcement=8.0), 2.0) > usual
    assert looks(stakes(diverted_share=0.001), 2.0) < usual
    assert looks(stakes(), 12.0) < usual


# --- in their seats ---------------------------------------------------------------------------------------------------


def seated(turn: bool = True) -> Seen:
    world = Seen()
    world.choosing, world.turn = True, turn
    world.now.stakes, world.now.licenses = stakes(), (0.9 * ONES, 0.8 * ONES)
    return world


SEATS = {"licensing": UnitedStates, "enforcement": UnitedStates, "model_access": UnitedStates, "permission": China,
         "push": China, "alignment": Ally, "policing": Hub}  # fmt: skip


@pytest.mark.parametrize(("decision", "kind"), SEATS.items())
def test_actors_choose_at_the_turn_of_a_year_and_keep_to_it(decision: str, kind: type) -> None:
    row = {UnitedStates: 0, China: 1}.get(kind, 2)
    world, rest = seated(), seated(turn=False)
    for one in (world, rest):
        kind.group(one, row).take_postures()
    assert np.all(getattr(rest.state, decision)[row] == 0.5)
    assert np.all(getattr(world.state, decision)[row] != 0.5)


@pytest.mark.parametrize(("decision", "kind"), SEATS.items())
def test_a_fixed_decision_holds_and_a_habit_stays(decision: str, kind: type) -> None:
    row = {UnitedStates: 0, China: 1}.get(kind, 2)
    world, habit = seated(), seated()
    world.levers[DECISIONS[decision].lever] = 0.7 * DECISIONS[decision].scale
    habit.habits = set(DECISIONS)
    for one in (world, habit):
        kind.group(one, row).take_postures()
    assert np.allclose(getattr(world.state, decision)[row], 0.5 + kind.DECREED * 0.2)
    usual = seated()
    usual.choosing = False
    kind.group(usual, row).take_postures()
    assert np.array_equal(getattr(habit.state, decision)[row], getattr(usual.state, decision)[row])


@pytest.mark.parametrize(("decision", "kind"), SEATS.items())
def test_an_actor_says_what_it_weighed(decision: str, kind: type) -> None:
    row = {UnitedStates: 0, China: 1}.get(kind, 2)
    world = seated()
    told = {e.decision: e for e in kind.group(world, row).explain_postures(1)}[decision]
    assert told.sentence.startswith("It moves halfway to what its values would choose: ")
    assert "favors " in told.sentence
    kind.group(world, row).take_postures()
    assert told.value == pytest.approx(float(getattr(world.state, decision)[row, 1]))
    still = {e.decision: e for e in kind.group(seated(turn=False), row).explain_postures(1)}[decision]
    assert "holds until the next" in still.sentence


def test_what_speaks_for_a_decision_adds_up_to_what_it_is_worth() -> None:
    """Of a hub: values, and what does not hang on them, together are the worth of all of policing against none."""
    world = seated()
    hub = Hub.group(world, 2)
    said = {r.name: r for r in hub.weighing(1, "policing", hub.policing_worth, Weights())}
    signs = {name: 1 if "favors more" in reason.clause else -1 for name, reason in said.items()}
    whole = hub.policing_worth(Weights())
    parts = sum(signs[name] * reason.value for name, reason in said.items() if name != "recorded politics")
    assert parts == pytest.approx(1e9 * float((whole[-1] - whole[0])[1]), rel=1e-6)
    assert signs["security"] == 1
    assert not {"safety", "money"} & set(said)


# --- signs from theory ------------------------------------------------------------------------------------------------


def test_who_values_nothing_chooses_without_a_reason() -> None:
    """An actor with no stakes weighs all levels alike: the mean of the menu, whatever it sees."""
    for s in (stakes(), stakes(lead=1.0), stakes(diverted=1e7)):
        none = Weights(0.0, 0.0, 0.0, 0.0)
        menu = MENUS["enforcement"]
        assert menu.where(level("enforcement", choices.enforcement(s, us(**none._asdict())))) == pytest.approx(
            menu.place.mean()
        )


def test_a_month_is_worth_less_far_ahead_and_far_behind() -> None:
    def month(lead: float) -> float:
        wants = us(safety=0.0)
        return float((wants.security((lead + 1) * ONES) - wants.security(lead * ONES))[0])

    assert month(0.0) > 3 * month(25.0) > 0
    assert month(-26.0) == pytest.approx(month(25.0))


def test_a_race_between_equals_costs_both_in_safety() -> None:
    level_, apart = 0.0 * ONES, 12.0 * ONES
    for wants in (us(security=0.0), china(security=0.0)):
        assert np.all(wants.security(level_) < wants.security(apart))


def test_more_compute_for_china_costs_months_and_less_of_it_as_there_is_more() -> None:
    first, second = slower(stakes(), 1e6 * ONES), slower(stakes(), 2e6 * ONES)
    assert 0 < first[0] < second[0] < 2 * first[0]


def test_relabeling_who_moves_first_changes_nothing() -> None:
    """The joint problem has no first mover: swapping the order in which odds are revised meets at the same point."""
    of = licensing.problem(stakes(), us(), china(), 0.87 * ONES, (None, None))
    slopes = licensing.revealed(of, (0.5 * ONES, 0.06 * ONES), TEMPERATURE)
    x, m = licensing.levels(of, licensing.settled(of, (0.5 * ONES, 0.06 * ONES), slopes, TEMPERATURE))
    assert x[0] == pytest.approx(0.5, abs=0.02)
    assert m[0] == pytest.approx(0.06, abs=0.02)


def test_profiles_differ_in_what_they_choose() -> None:
    found = {
        name: level("enforcement", choices.enforcement(stakes(), Wants(weights, 25.0 * ONES, 1.0)), -8.0)
        for name, weights in PROFILES.items()
    }
    assert found["security_first"] > found["balanced"] > found["prosperity_first"]
