"""Other people's claims put to the model: the numbers are those of the runs, and the verdict follows from them."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios import load
from scenarios.frames import claims, stored
from sim.analysis.frames import RATIO, VERDICTS, Answer, Said, answered, asked, expected, span, written
from sim.results.paired import paired
from sim.run import simulate

NAMED = {row.claim: row for row in claims()}


def test_the_stored_answers_are_those_of_this_version():
    assert list(stored()) == list(NAMED)
    again = [one for frame in ("two_scenarios", "ai_2040") for one in answered(frame).summary()]
    for new in again:
        old = stored()[new["claim"]]
        assert {k: v for k, v in new.items() if k != "model"} == {k: v for k, v in old.items() if k != "model"}
        for mine, kept in zip(new["model"], old["model"], strict=True):
            assert mine["holds"]["mean"] == pytest.approx(kept["holds"]["mean"], rel=1e-3, abs=1e-4)
            if kept["difference"]:
                assert mine["difference"]["mean"] == pytest.approx(kept["difference"]["mean"], rel=2e-3, abs=2e-3)


def test_the_tables_and_the_stored_answers_agree():
    for name, row in NAMED.items():
        one = stored()[name]
        assert [said["outcome"] for said in one["model"]] == list(row.asked)
        assert (one["title"], one["says"], one["holds"] or "", one["fails"] or "") == (
            row.title, row.says, row.holds, row.fails,
        )  # fmt: skip
        assert one["verdict"] in VERDICTS
        assert one["futures"] == 256


def test_an_answer_is_that_of_the_runs_on_the_same_draws():
    one = next(each for each in answered("two_scenarios", runs=16).answers if each.claim.claim == "S3")
    until = 2028
    runs = [
        simulate(load(name), 16, until=until, keep=["stock_h100e", "flows_china", "rented"])
        for name in (one.claim.holds, one.claim.fails)
    ]
    parts = asked(one.claim.asked[0]).parts
    ratios = [parts[0].of(run) / parts[1].of(run) for run in runs]
    assert one.says[0].asked.unit == RATIO
    assert one.says[0].holds.mean == pytest.approx(ratios[0].mean())
    assert one.says[0].difference is not None
    assert one.says[0].difference.mean == pytest.approx((ratios[0] - ratios[1]).mean())


def said(holds: float, fails: float, spread: float = 0.1) -> Said:
    """Leads in two settings, with a spread of their difference."""
    before = fails + np.zeros(64)
    after = before + (holds - fails) + spread * np.resize([-1.0, 1.0], 64)
    return Said(asked("lead_months@2028"), paired(after), paired(before), paired(after - before))


@pytest.mark.parametrize(("holds", "fails", "spread", "verdict"), [
    (15.0, 8.0, 0.1, "agrees"), (9.0, 8.0, 0.1, "in part"), (30.0, 8.0, 0.1, "in part"),
    (7.0, 8.0, 0.1, "disagrees"), (8.02, 8.0, 0.0, "no difference"), (9.0, 8.0, 90.0, "no difference"),
])  # fmt: skip
def test_the_verdict_follows_from_direction_and_size(holds: float, fails: float, spread: float, verdict: str):
    claim = NAMED["S1"]
    assert (claim.expects, claim.low, claim.high) == ("more", 12, 24)
    assert Answer(claim, (said(holds, fails, spread),)).verdict == verdict


def test_the_verdict_without_a_direction_or_a_place_in_the_model():
    ranged = replace_claim(expects=None)
    assert Answer(ranged, (said(15.0, 8.0),)).verdict == "agrees"
    assert Answer(ranged, (replace(said(7.0, 8.0), fails=None, difference=None),)).verdict == "disagrees"
    assert Answer(replace_claim(expects=None, low=None, high=None), (said(7.0, 8.0),)).verdict == "not in the model"
    assert Answer(NAMED["S11"], ()).verdict == "not in the model"


def replace_claim(**change: object):
    return NAMED["S1"].model_copy(update=change)


def test_the_model_contradicts_some_of_the_claims_and_says_so():
    verdicts = {name: one["verdict"] for name, one in stored().items()}
    assert {"agrees", "in part", "disagrees", "no difference", "not in the model"} == set(verdicts.values())


def test_numbers_are_written_with_their_unit():
    assert written(0.234, "share of futures") == "23 of 100 futures"
    assert written(0.0224, RATIO) == "2.2%"
    assert written(-0.0224, RATIO, sign=True) == "−2.2 points"
    assert written(17.05, RATIO) == "17.1 times"
    assert written(-117.3e9, "US dollars a year") == "−$117.3 billion a year"
    assert written(-0.0001, "months", sign=True) == "0.0 months"
    assert span(-8.8, -8.1, "months", sign=True) == "−8.8 to −8.1 months"
    assert span(217e6, 361e6, "H100e") == "217 to 361 million H100e"
    assert expected(stored()["S1"]) == "more than otherwise, 12.0 to 24.0 months"
    assert expected(stored()["S11"]) == ""
