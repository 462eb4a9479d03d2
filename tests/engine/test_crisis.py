"""Heightened competition: its formula, its signs, and that nobody gets it who does not ask."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from scenarios import load
from scenarios.levers import LEVERS
from sim import simulate
from sim.analysis import payoffs
from sim.analysis.prices import price_list, usual
from sim.analysis.regret import own_policy, policy_of, regret
from sim.batch import Plan, run_study
from sim.engine.phases.record import SINGLE
from sim.equations.crisis import RETALIATES, crisis_index
from sim.results.measures import MEASURES
from sim.results.outcomes import crisis, polarity
from sim.results.outcomes.scalar import parse

HERE = load("current_policy")
WITHHELD = HERE.with_changes(events=({"kind": "mineral_controls", "date": "2027-Q1", "size": 0.6, "quarters": 6},))
unit = st.floats(0, 1)
gaps = st.floats(-60, 60)


@given(gaps, unit, unit)
def test_it_lies_between_0_and_1_and_does_not_ask_who_leads(gap, hostility, retaliation):
    found = crisis_index(gap, hostility, retaliation)
    assert 0 <= found <= 1
    assert found == crisis_index(-gap, hostility, retaliation)


@given(gaps, gaps, unit, unit, unit, unit)
def test_it_rises_with_closeness_hostility_and_retaliation(gap, other, hostility, more, retaliation, greater):
    near, far = sorted((abs(gap), abs(other)))
    assert crisis_index(near, hostility, retaliation) >= crisis_index(far, hostility, retaliation)
    one, two = sorted((hostility, more))
    assert crisis_index(gap, two, retaliation) >= crisis_index(gap, one, retaliation)
    one, two = sorted((retaliation, greater))
    assert crisis_index(gap, hostility, two) >= crisis_index(gap, hostility, one)


def test_each_of_the_three_moves_it_clearly():
    for values in (
        [crisis_index(gap, 0.8, 0.2) for gap in (20, 8, 4, 0)],
        [crisis_index(4, hostility, 0.2) for hostility in (0.1, 0.5, 0.9)],
        [crisis_index(4, 0.5, retaliation) for retaliation in (0, 0.5, 1)],
    ):
        assert all(b - a > 0.01 for a, b in pairwise(values))


def test_its_ends_and_its_formula():
    assert crisis_index(0, 1, 0) == crisis_index(0, 1, 1) == 1
    assert crisis_index(100, 1, 0) == crisis_index(0, 0, 0) == 0
    assert crisis_index(100, 0, 1) == RETALIATES
    assert crisis_index(6, 0.5, 0.4) == pytest.approx(1 - (1 - 0.5 * np.exp(-1)) * (1 - 0.5 * 0.4))
    assert crisis_index(np.zeros((3, 1)), np.array([0.2, 0.4]), 0.0).shape == (3, 2)


@pytest.mark.parametrize(("hostility", "retaliation"), [(1.1, 0), (0.5, -0.1), (np.nan, 0)])
def test_what_is_no_share_is_refused(hostility, retaliation):
    with pytest.raises(ValueError, match="outside 0 to 1"):
        crisis_index(0, hostility, retaliation)


def test_on_a_run_it_is_what_the_formula_says():
    run = simulate(WITHHELD, runs=16, until=2028)
    gap, hostility = run["gap_eci"], run.parameters["hostility"]
    for quarter, withheld in (("2026-Q4", 0.0), ("2027-Q1", 0.6), ("2028-Q2", 0.6), ("2028-Q3", 0.0)):
        t = run.quarters.index(quarter)
        by_hand = 1 - (1 - hostility * np.exp(-((gap[t] / 6) ** 2))) * (1 - 0.5 * withheld)
        np.testing.assert_allclose(crisis.index(run, t), by_hand, rtol=1e-12)
        np.testing.assert_array_equal(parse(f"crisis_index@{quarter}").of(run), crisis.index(run, t))


def test_controls_that_overlap_withhold_no_more_than_all():
    event = {"kind": "mineral_controls", "date": "2027-Q1", "size": 0.8, "quarters": 6}
    run = simulate(HERE.with_changes(events=(event, event)), runs=4, until=2027)
    assert crisis.index(run, run.step(2027)).min() >= RETALIATES
    assert crisis.index(run, run.step(2027)).max() <= 1


def test_studies_prices_and_regret_can_ask_for_it(tmp_path):
    asked = parse("crisis_index@2027")
    assert (asked.unit, asked.is_share, asked.may_not_exist) == ("index, 0 to 1", False, False)
    study = run_study(Plan(name="heated", scenarios=["current_policy"], members=8, outcomes=[str(asked)]), tmp_path)
    stored = study.scan().collect()[str(asked)].to_numpy()
    np.testing.assert_allclose(stored, asked.of(simulate(HERE, runs=8, until=2027)))
    (low, _) = price_list(HERE, [asked], runs=8, levers=[LEVERS["openness"]], thorough=False).prices
    assert str(asked) in low.effects
    policies = [policy_of(HERE), own_policy("closed", {"openness": 0.0})]
    assert regret(policies, [HERE], asked, most=False, runs=8).scores.shape == (2, 1)


def test_nobody_gets_it_who_does_not_ask():
    assert "crisis_index" not in MEASURES
    assert "crisis_index" not in SINGLE
    assert "crisis_index" not in polarity.CLASSES
    assert not [outcome for outcome in usual() if "crisis" in str(outcome)]
    assert "crisis" not in str(vars(payoffs))
    assert not [key for key in simulate(HERE, runs=2, until=2027).summary() if "crisis" in key]
