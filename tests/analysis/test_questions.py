"""The questions of autumn 2026: all of them can be asked, each is answered or says what binds."""

import json

import pytest

from scenarios import BASELINE, QUESTIONS, load
from scenarios.errors import InputError
from scenarios.questions import question, questions
from sim.analysis.questions import SEEN, acts, answered
from sim.analysis.told import VISIBLE
from sim.results.paired import paired
from sim.run import simulate

STORED = json.loads((QUESTIONS / "answers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    return answered(runs=16)


def test_all_twenty_three_are_there_in_order_with_a_source():
    assert list(questions()) == [f"Q{n}" for n in range(1, 24)]
    for spec in questions().values():
        assert spec.sources[0].date
        assert spec.question.endswith("?")
        assert spec.digest() != load(BASELINE).digest()


@pytest.mark.parametrize("name", list(questions()))
def test_no_rule_of_a_question_is_only_recorded(name):
    assert [rule.unread for rule in question(name).rules if rule.unread] == []


def test_an_answer_is_the_paired_effect_against_current_policy(found):
    one = next(each for each in found.answers if each.id == "Q20")
    runs = [simulate(spec, 16, until=2030, keep=["accounts"]) for spec in (load(BASELINE), one.spec)]
    leads = [run["lead_months"][run.step(2030)] for run in runs]
    assert one.lead.mean == pytest.approx(paired(leads[1] - leads[0]).mean)
    revenue = [run.part("accounts.united_states.ai_revenue")[-4:].sum(axis=0).mean() for run in runs]
    assert one.costs["united_states"]["ai_revenue"] == pytest.approx(-(revenue[1] - revenue[0]), rel=1e-3)


def test_what_binds_is_what_lets_it_act_when_released(found):
    for one in found.answers:
        if acts(one.lead):
            assert one.binds is None
        elif one.binds is not None:
            assert abs(one.binds.months) >= VISIBLE
            assert all(lever in one.binds.words for lever in one.binds.release)
    one = next(each for each in found.answers if each.binds)
    runs = [
        simulate(spec.with_levers(**one.binds.release), 16, until=2030) for spec in (load(BASELINE), one.spec)
    ]  # fmt: skip
    months = (runs[1]["lead_months"] - runs[0]["lead_months"])[-1].mean()
    assert one.binds.months == pytest.approx(months, rel=5e-3)


def test_the_stored_answers_say_of_every_question_what_it_does_or_what_binds():
    assert [one["id"] for one in STORED] == list(questions())
    for one in STORED:
        assert one["scenario"] == question(one["id"]).name
        lead = one["lead_months_2030"]
        clear = abs(lead["mean"]) >= VISIBLE and lead["low"] * lead["high"] > 0
        assert clear or one["binds"]["release"], one["id"]
        assert all(abs(usd) >= SEEN for items in one["costs_usd_2030"].values() for usd in items.values())


def test_the_stored_answers_are_those_of_this_version():
    again = answered(runs=256).summary()
    for old, new in zip(STORED, again, strict=True):
        assert new["lead_months_2030"]["mean"] == pytest.approx(old["lead_months_2030"]["mean"], abs=2e-3), old["id"]
        assert (new["binds"] is None) == (old["binds"] is None)


def test_an_unknown_question_is_told():
    with pytest.raises(InputError, match="unknown question"):
        question("Q24")
