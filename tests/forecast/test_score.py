"""Scores against later data: answered, not yet answered, revised, and tables that are missing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scenarios.errors import InputError
from sim.forecast import sealed, wording
from sim.forecast.answers import Data
from sim.forecast.score import Score, Scored, chosen, score, total
from sim.forecast.sealed import Forecast

Change = Callable[..., None]


@pytest.fixture(scope="module")
def first() -> Forecast:
    """The first forecast that was sealed, for 2026-Q4 to 2027-Q3."""
    return sealed.read(sealed.FOLDER / "2026-Q4_2027-Q3.json")


def of(found: Score, name: str) -> Scored:
    (one,) = [each for each in found.questions if each.question.id == name]
    return one


def crps_by_hand(points: tuple[float, ...], value: float) -> float:
    """Mean distance from the value less half the mean distance of two points."""
    x = np.array(points)
    return float(np.abs(x - value).mean() - np.abs(x[:, None] - x[None, :]).mean() / 2)


def test_without_later_data_nothing_is_answered(first: Forecast, later: Path) -> None:
    found = score(first, Data(later))
    assert vars(found.total) == {"questions": 23, "answered": 0, "inside90": None, "relative_crps": None}
    assert all(each.outcome is None and each.crps is None and each.why for each in found.questions)
    assert all(each.known_now is None for each in found.questions)


def test_an_answer_is_scored_against_both_forecasts(first: Forecast, later: Path, publish: Change) -> None:
    publish("frontier_quarters", quarter="2026-Q4", actor="united_states", eci=172.0, as_of="2027-01-10")
    found = score(first, Data(later))
    one = of(found, "us_eci@2026-Q4")
    assert (one.outcome, one.as_of, one.inside90) == (172.0, "2027-01-10", True)
    assert one.crps == pytest.approx(crps_by_hand(one.question.quantiles, 172.0))
    assert one.naive_crps == pytest.approx(crps_by_hand(one.question.naive.quantiles, 172.0))
    assert found.total.answered == 1
    assert found.total.inside90 == 1.0
    assert found.total.relative_crps == pytest.approx(one.crps / one.naive_crps)
    assert of(found, "us_eci@2027-Q1").outcome is None
    assert of(found, "china_eci@2026-Q4").outcome is None


def test_chips_and_runs_are_scored_in_factors_of_ten(first: Forecast, later: Path, publish: Change) -> None:
    publish("imports_quarters", quarter="2026-Q4", h100e=60_000, h100e_low=5e4, h100e_high=7e4, as_of="2027-02-01")
    one = of(score(first, Data(later)), "legal_quarter@2026-Q4")
    logged = tuple(np.log10(np.array(one.question.quantiles) + 5000))
    assert one.crps == pytest.approx(crps_by_hand(logged, float(np.log10(65_000))), abs=1e-6)
    assert one.inside90 is False
    assert one.question.at(0.95) < 60_000


def test_a_figure_from_before_the_end_of_its_period_is_no_answer(
    first: Forecast, later: Path, publish: Change, revise: Change
) -> None:
    publish("frontier_quarters", quarter="2026-Q4", actor="china", eci=161.0, as_of="2026-12-20")
    one = of(score(first, Data(later)), "china_eci@2026-Q4")
    assert one.outcome is None
    assert one.why == "the data hold a figure of 2026-12-20; one of 2026-12-31 or later answers"
    revise("frontier_quarters", {"quarter": "2026-Q4", "actor": "china"}, as_of="2026-12-31")
    assert of(score(first, Data(later)), "china_eci@2026-Q4").outcome == 161.0


def test_a_revised_answer_is_scored_as_it_now_stands(
    first: Forecast, later: Path, publish: Change, revise: Change
) -> None:
    publish("frontier_quarters", quarter="2026-Q4", actor="united_states", eci=172.0, as_of="2027-01-10")
    before = of(score(first, Data(later)), "us_eci@2026-Q4")
    revise("frontier_quarters", {"quarter": "2026-Q4", "actor": "united_states"}, eci=179.0, as_of="2027-04-10")
    after = of(score(first, Data(later)), "us_eci@2026-Q4")
    assert (after.outcome, after.as_of, after.inside90) == (179.0, "2027-04-10", False)
    assert after.crps > before.crps


def test_a_revision_of_what_was_known_at_sealing_is_told(first: Forecast, later: Path, revise: Change) -> None:
    revise("frontier_quarters", {"quarter": "2026-Q3", "actor": "united_states"}, eci=166.5)
    found = score(first, Data(later))
    one = of(found, "us_eci@2027-Q3")
    assert (one.question.known_value, one.known_now) == (167.33, 166.5)
    assert of(found, "china_eci@2027-Q3").known_now is None


def test_growth_is_taken_within_one_edition(first: Forecast, later: Path, publish: Change, revise: Change) -> None:
    publish("frontier_quarters", quarter="2027-Q3", actor="united_states", eci=181.0, as_of="2027-10-05")
    assert of(score(first, Data(later)), "us_slope@2027-Q3").outcome == pytest.approx(181.0 - 167.33)
    revise("frontier_quarters", {"quarter": "2026-Q3", "actor": "united_states"}, eci=166.0)
    assert of(score(first, Data(later)), "us_slope@2027-Q3").outcome == pytest.approx(15.0)


def test_a_chinese_record_stands_once_the_list_was_read_again(first: Forecast, later: Path, publish: Change) -> None:
    assert of(score(first, Data(later)), "china_run@2026-Q4").outcome is None
    publish("training_runs", date="2026-11-20", actor="china", flop=3e24, record="no", as_of="2027-01-15")
    found = score(first, Data(later))
    assert of(found, "china_run@2026-Q4").outcome == 2.5e25
    assert of(found, "china_run@2027-Q3").outcome is None, "that quarter was not over when the list was read"
    publish("training_runs", date="2027-08-01", actor="china", flop=9e25, record="yes", as_of="2027-10-15")
    found = score(first, Data(later))
    assert of(found, "china_run@2026-Q4").outcome == 2.5e25
    assert of(found, "china_run@2027-Q3").outcome == 9e25


def test_an_american_record_is_known_only_where_a_later_one_is_published(
    first: Forecast, later: Path, publish: Change
) -> None:
    publish("training_runs", date="2027-02-10", actor="united_states", flop=1e26, record="no", as_of="2027-10-15")
    assert of(score(first, Data(later)), "us_run@2027-Q3").outcome is None
    publish("training_runs", date="2027-03-10", actor="united_states", flop=2e27, record="yes", as_of="2027-10-15")
    found = score(first, Data(later))
    assert of(found, "us_run@2026-Q4").outcome is None, "nothing was published about that quarter"
    assert of(found, "us_run@2027-Q3").outcome == 2e27


def test_years_are_answered_by_rows_of_after_their_end_or_of_the_quarter_of_the_estimate(
    first: Forecast, later: Path, publish: Change, revise: Change
) -> None:
    revise("spending", {"actor": "united_states", "year": 2026}, ai_capex_usd_bn=790, as_of="2027-02-05")
    publish("spending", actor="united_states", year=2027, ai_capex_usd_bn=1000, as_of="2027-04-30")
    revise(
        "china_channels", {"year": 2026, "channel": "domestic", "unit": "H100e (8-bit)", "quantity": "flow"},
        median=900_000, as_of="2027-03-01",
    )  # fmt: skip
    revise("projections", {"author": "Epoch AI", "year": 2026, "unit": "US dollars per H100e"}, value=12_000,
           as_of="2027-01-20")  # fmt: skip
    found = score(first, Data(later))
    assert of(found, "capex@2026").outcome == 790e9
    assert of(found, "domestic_year@2026").outcome == 900_000
    assert of(found, "price@2026").outcome == 12_000
    assert of(found, "capex@2027").outcome is None, "guidance of April comes before the third quarter"
    revise("spending", {"actor": "united_states", "year": 2027}, ai_capex_usd_bn=1050, as_of="2027-07-30")
    assert of(score(first, Data(later)), "capex@2027").outcome == 1050e9


def test_a_missing_table_leaves_its_questions_open_and_the_others_scored(
    first: Forecast, later: Path, publish: Change
) -> None:
    publish("frontier_quarters", quarter="2026-Q4", actor="united_states", eci=172.0, as_of="2027-01-10")
    (later / "imports_quarters.csv").unlink()
    found = score(first, Data(later))
    one = of(found, "legal_quarter@2026-Q4")
    assert one.outcome is None
    assert one.why.startswith("imports_quarters.csv is missing")
    assert not one.waits
    assert found.total.answered == 1


def test_a_table_with_a_wrong_row_is_refused(first: Forecast, later: Path, revise: Change) -> None:
    revise("frontier_quarters", {"quarter": "2026-Q3", "actor": "china"}, eci="high")
    with pytest.raises(InputError, match=r"frontier_quarters.csv row \d+, column eci"):
        score(first, Data(later))


def test_a_quarter_that_is_none_is_refused_with_its_row(first: Forecast, later: Path, revise: Change) -> None:
    revise("imports_quarters", {"quarter": "2026-Q2"}, quarter="2026-Q5")
    with pytest.raises(InputError, match=r"imports_quarters.csv row \d+, column quarter: '2026-Q5' is not a quarter"):
        score(first, Data(later))


def test_a_quantity_that_this_version_does_not_know_stays_open(first: Forecast) -> None:
    content = first.model_dump(mode="json")
    content["questions"][0]["subject"] = "happiness"
    one = score(Forecast.model_validate(content)).questions[0]
    assert one.outcome is None
    assert one.why == "this version knows no quantity called happiness"


def test_a_total_adds_up_scores_in_units_of_the_naive_range(first: Forecast) -> None:
    question = first.questions[0]
    two = [Scored(question, 1.0, "", 1.0, 2.0, True, 10.0), Scored(question, 1.0, "", 0.3, 0.1, False, 0.5)]
    found = total([*two, Scored(question, why="not in the data yet")])
    assert (found.questions, found.answered, found.inside90) == (3, 2, 0.5)
    assert found.relative_crps == pytest.approx((0.1 + 0.6) / (0.2 + 0.2))


def test_names_choose_among_forecasts(first: Forecast) -> None:
    assert chosen([first], []) == chosen([first], [first.name]) == [first]
    with pytest.raises(InputError, match="unknown forecast 'other'"):
        chosen([first], ["other"])
    with pytest.raises(InputError, match="no forecast is sealed here"):
        chosen([], ["other"])


# --- in words ----------------------------------------------------------------------------------------------------
def test_the_running_score_in_words(first: Forecast, later: Path, publish: Change) -> None:
    assert wording.running([]) == "No forecast is sealed yet."
    said = wording.running([score(first, Data(later))])
    assert said == "1 forecast sealed, 0 of 23 questions answered. The first answers are due after December 31, 2026."
    publish("frontier_quarters", quarter="2026-Q4", actor="united_states", eci=172.0, as_of="2027-01-10")
    publish("frontier_quarters", quarter="2026-Q4", actor="china", eci=180.0, as_of="2027-01-10")
    found = score(first, Data(later))
    said = wording.running([found, found])
    assert said.startswith("2 forecasts sealed, 4 of 46 questions answered. 2 of 4 answers lie inside the 90% range.")
    assert f"{found.total.relative_crps:.2f} times as large" in said
    assert wording.answer(of(found, "us_eci@2026-Q4")) == "172.0, inside the 90% range"
    assert wording.answer(of(found, "china_eci@2026-Q4")) == "180.0, outside the 90% range"
    assert wording.answer(of(found, "us_eci@2027-Q1")) == "due after 2027-03-31"
