"""Reasons that actors give at the turn of a year: of what they then do, in the future whose lead is in the middle."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.quarters import FIRST, number
from sim.engine.inputs import inputs_of
from sim.reasons import reasons
from sim.run import simulate


@pytest.mark.parametrize("name", ["current_policy", "china_surge"])
def test_what_is_explained_is_what_is_done(name):
    found = reasons(name, 2028, runs=16)
    run, step = simulate(load(name), runs=16, until=2028), number("2028-Q1") - FIRST
    rows = {pair: n for n, pair in enumerate(inputs_of(run.spec, len(run.quarters)).decisions)}
    assert {(each.actor, each.decision) for each in found} == set(rows)
    for each in found:
        before, done = run["decisions"][step - 1 : step + 1, rows[each.actor, each.decision], each.member]
        assert (each.before, each.value) == (before, done), each


def test_the_future_is_the_one_in_the_middle():
    (member,) = {each.member for each in reasons("current_policy", 2029, runs=33)}
    run, step = simulate(load("current_policy"), runs=33, until=2029), number("2028-Q4") - FIRST
    lead = run.part("capability.united_states")[step] - run.part("capability.china")[step]
    assert np.abs(lead - np.median(lead)).argmin() == member


def test_superpowers_say_what_values_weigh_and_what_a_lever_fixes_is_said_so():
    found = {(each.actor, each.decision): each.why for each in reasons("current_policy", 2027, runs=8)}
    assert "security favors" in found["united_states", "model_access"]
    fixed = reasons(load("current_policy").with_levers(distillation_limits=90), 2028, runs=8)
    (told,) = [each.why for each in fixed if each.decision == "model_access"]
    assert told == "The scenario sets it at 90%."


@pytest.mark.parametrize("year", [2026, 2033])
def test_a_year_without_choices_is_refused(year):
    with pytest.raises(InputError, match="2027 to 2032"):
        reasons("current_policy", year)
