"""Leads that last: counted right, and those of the runs."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from sim import compare, simulate
from sim.analysis.durable import MEASURES, Lasting, durable, fed
from sim.batch.executors import processes

HERE = load("current_policy")
SURGE = load("china_surge")


@pytest.fixture(scope="module")
def found():
    return durable([HERE, SURGE], months=9, at=2029, years=3, runs=64)


def test_shares_are_counted_in_planted_leads():
    with_it = np.array([[12.0, 12.0, 20.0, 5.0], [12.0, 3.0, -1.0, 30.0]])
    without = np.array([[12.0, 8.0, 14.0, 5.0], [2.0, 20.0, 13.0, 30.0]])
    row = Lasting(HERE, 12.0, with_it, without)
    measured = row.measured()
    assert {name: (m.with_feedback, m.without_feedback) for name, m in measured.items()} == {
        "has": (0.75, 0.5), "keeps": (0.25, 0.25), "ahead": (0.5, 0.5), "kept": (0.5, 0.5),
        "lead_then": (12.25, 9.75), "lead_later": (11.0, 16.25), "growth": (-10.5, -5.5),
    }  # fmt: skip
    assert (row.kept(True), row.kept(False)) == (pytest.approx(1 / 3), 0.5)
    assert (row.kept(True, ahead=True), row.kept(False, ahead=True)) == (pytest.approx(2 / 3), 1)
    assert row.in_both.tolist() == [True, False, True, False]
    assert measured["has"].difference.mean == 0.25
    assert not row.enough()  # three futures say little
    assert measured["growth"].difference.mean == -5


def test_to_be_level_is_not_to_be_ahead():
    row = Lasting(HERE, 0.0, *[np.array([[0.0, 3.0], [0.0, 0.0]])] * 2)
    assert row.measured()["has"].with_feedback == 1
    assert row.kept(True) == 1
    assert row.kept(True, ahead=True) == 0


def test_where_nobody_has_such_a_lead_nothing_is_kept():
    row = Lasting(HERE, 12.0, *[np.array([[1.0, 2.0], [30.0, 30.0]])] * 2)
    assert row.kept() is None
    assert set(row.measured()) == set(MEASURES) - {"kept", "growth"}
    assert row.measured()["keeps"].with_feedback == 0


def test_leads_are_those_of_the_runs(found):
    run = simulate(fed(HERE, True), runs=64, until=2032)
    row = found.rows[0]
    for place, year in enumerate((2029, 2032)):
        np.testing.assert_allclose(row.fed[place], run["lead_months"][run.step(year)])
    effect = compare(fed(HERE, False), fed(HERE, True), runs=64, until=2032).effect("lead_months", 2029)
    difference = row.measured()["lead_then"].difference
    assert (difference.mean, difference.low) == pytest.approx((effect.mean, effect.mean_low))
    has = row.fed[0] >= 9
    assert row.measured()["has"].with_feedback == has.mean()
    assert row.measured()["keeps"].with_feedback == (has & (row.fed[1] >= 9)).mean()


def test_chinas_lead_is_that_of_the_united_states_with_the_other_sign(found):
    other = durable([SURGE], months=9, at=2029, years=3, side="china", runs=64)
    np.testing.assert_allclose(other.rows[0].fed, -found.rows[1].fed)
    assert other.rows[0].measured()["has"].with_feedback > 0.1


def test_a_scenario_that_has_the_switch_off_is_compared_with_it_on(found):
    off = durable([fed(HERE, False)], months=9, at=2029, years=3, runs=64)
    np.testing.assert_array_equal(off.rows[0].fed, found.rows[0].fed)
    assert off.rows[0].measured()["lead_then"].difference.low > 0


def test_tables_and_short_form(found):
    frame = found.frame()
    assert set(frame["policy"]) == {"current_policy", "china_surge"}
    assert set(frame["measure"]) <= set(MEASURES)
    assert frame.filter(frame["policy"] == "current_policy").height == len(MEASURES)
    for row in frame.to_dicts():
        if row["measure"] != "kept":
            assert row["difference"] == pytest.approx(row["with_feedback"] - row["without_feedback"])
        assert row["difference_low"] <= row["difference"] <= row["difference_high"]
    report = found.summary()
    assert report["table"] == frame.to_dicts()
    assert report["policies"][0]["futures_in_both"] == found.rows[0].in_both.sum()
    assert len(repr(found).splitlines()) < 10


def test_workers_find_the_same(found):
    calls = []
    with processes(2) as pool:
        again = durable([HERE, SURGE], 9, 2029, 3, runs=64, executor=pool, progress=lambda *now: calls.append(now))
    assert again.frame().equals(found.frame())
    assert calls[-1] == (4 * 64, 4 * 64)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ({"scenarios": []}, "scenarios is empty"),
        ({"scenarios": "current_policy"}, "give a list"),
        ({"scenarios": ["current_policy"]}, "load"),
        ({"scenarios": [HERE, HERE]}, "one name"),
        ({"months": -1}, "0 to 120"),
        ({"months": "nine"}, "give a number"),
        ({"at": 2026}, "2027 to 2034"),
        ({"at": 2033, "years": 3}, "no run goes past 2035; give 1 to 2 years"),
        ({"years": 0}, "1 or more"),
        ({"side": "europe"}, "unknown side"),
        ({"runs": 1}, "2 to 100,000"),
    ],
)
def test_what_is_wrong_is_said(call, says):
    with pytest.raises(InputError, match=says):
        durable(**{"scenarios": [HERE], **call})
