"""What a forecast asks and says: quarters that nobody knows yet, futures of current policy, and a naive forecast."""

import numpy as np
import pytest

from scenarios import BASELINE, load
from scenarios.errors import InputError
from scenarios.quarters import DATA_UNTIL, FIRST, end_date, label, number, start_date
from sim import __version__
from sim.batch.identity import engine
from sim.forecast import answers
from sim.forecast.answers import Data, Figure
from sim.forecast.score import score
from sim.forecast.seal import KEPT, first_quarter, question, seal
from sim.forecast.sealed import LEVELS, Forecast
from sim.forecast.subjects import QUARTERS, SUBJECTS, Futures, asked
from sim.hindcast import naive, record, scores
from sim.run import simulate
from tests.forecast.conftest import DAY

EDGE = number(DATA_UNTIL)


def test_a_forecast_asks_about_the_four_quarters_after_the_data(forecast: Forecast) -> None:
    quarters = [label(EDGE + ahead) for ahead in (1, 2, 3, 4)]
    assert (forecast.first, forecast.last) == (quarters[0], quarters[-1])
    assert forecast.name == f"{quarters[0]}_{quarters[-1]}"
    ids = {each.id for each in forecast.questions}
    assert ids >= {f"{who}_eci@{quarter}" for who in ("us", "china") for quarter in quarters}
    assert ids >= {f"legal_quarter@{quarter}" for quarter in quarters}
    last = quarters[-1]
    assert ids >= {f"us_slope@{last}", f"china_slope@{last}", f"us_run@{last}", f"china_run@{last}"}


def test_years_are_asked_about_when_they_end_and_before_that_as_estimates() -> None:
    """From the last quarter of 2026: all of 2026, and what is estimated for 2027 in its third quarter."""
    years = {each.id: (label(each.due), each.answered_from) for each in asked(number("2026-Q4")) if "@20" in each.id}
    assert years["capex@2026"] == years["domestic_year@2026"] == years["price@2026"] == ("2026-Q4", "2026-12-31")
    assert years["capex@2027"] == years["domestic_year@2027"] == ("2027-Q3", "2027-07-01")
    assert "price@2027" not in years, "the price of a row is that of its own date, so an estimate is another quantity"
    assert "capex@2027" in {each.id for each in asked(number("2027-Q1"))}, "all of it"


def test_every_quantity_is_asked_for(forecast: Forecast) -> None:
    assert {each.subject for each in forecast.questions} == set(SUBJECTS)


def test_a_quarter_that_is_over_on_the_day_is_not_asked_about() -> None:
    assert first_quarter(start_date(EDGE + 1)) == EDGE + 1, "after the data"
    assert first_quarter(end_date(label(EDGE + 1))) == EDGE + 1, "not over yet"
    assert first_quarter(start_date(EDGE + 2)) == EDGE + 2, "a quarter is over, though not in the data"
    for first in range(EDGE + 1, EDGE + 9):
        found = asked(first)
        assert min(each.due for each in found) >= first
        assert max(each.due for each in found) == first + QUARTERS - 1
        assert len({each.id for each in found}) == len(found)


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "2026-2-3", "2025-01-01", "2035-06-01"])
def test_a_day_that_cannot_be_is_refused(date: str) -> None:
    with pytest.raises(InputError, match="date is"):
        first_quarter(date)


def test_no_question_is_answered_by_the_data_on_the_day() -> None:
    data = Data()
    for each in asked(first_quarter(DAY)):
        figure = each.subject.figures(data).get(each.quarter)
        assert figure is None or figure.as_of < each.answered_from, each.id


def test_what_the_data_answer_already_is_not_asked() -> None:
    (each,) = [one for one in asked(EDGE + 1) if one.id == f"us_eci@{label(EDGE + 1)}"]
    figures = each.subject.figures(Data()) | {EDGE + 1: Figure(170.0, 1.0, each.answered_from)}
    with pytest.raises(InputError, match="the data answer it already, 170"):
        question(each, Futures.of(simulate(load(BASELINE), 4, until=2027)), figures, np.zeros(4))


def test_a_forecast_says_what_it_was_made_with(forecast: Forecast) -> None:
    spec = load(BASELINE)
    assert (forecast.scenario, forecast.scenario_digest) == (BASELINE, spec.digest())
    assert spec.weighting == "history"
    assert forecast.history_draws
    assert (forecast.polarity, forecast.engine) == (__version__, engine())
    assert (forecast.data_until, forecast.runs, forecast.seed, forecast.sealed) == (DATA_UNTIL, 64, 0, DAY)


def test_the_same_seed_seals_the_same_and_another_one_does_not(forecast: Forecast) -> None:
    assert seal(DAY, runs=64).hash == forecast.hash
    assert seal(DAY, runs=64, seed=1).hash != forecast.hash
    assert seal(f"{DAY[:-2]}16", runs=64).hash != forecast.hash, "the day is part of what is sealed"


def test_quantiles_are_those_of_the_futures_with_the_error_of_a_published_figure() -> None:
    """Chinese chips of the year that ends first: middle and spread by an independent way."""
    run = simulate(load(BASELINE), 512, 0, 2028, keep=KEPT)
    said = next(each for each in seal(DAY, runs=512).questions if each.subject == "domestic_year")
    year = int(said.period)
    made = run.part("flows_china.domestic")[4 * year - FIRST :][:4].sum(axis=0)
    error = answers.domestic(Data())[4 * year - 1].error
    assert said.at(0.5) == pytest.approx(np.median(made), rel=0.05)
    spread = np.log10(said.at(0.95) / said.at(0.05)) / (2 * 1.645)
    assert spread == pytest.approx(np.hypot(np.log10(made).std(), error), rel=0.12)


def test_39_quantiles_have_the_crps_of_the_futures() -> None:
    futures = np.random.default_rng(3).gamma(3, size=4096)
    points = np.quantile(futures, LEVELS)
    for value in (0.5, 2.0, 3.0, 6.0):
        assert scores.crps(points, value) == pytest.approx(scores.crps(futures, value), rel=0.08)


def test_a_record_never_falls_and_stands_unless_a_future_breaks_it(forecast: Forecast) -> None:
    runs = [each for each in forecast.questions if each.subject in ("us_run", "china_run")]
    assert len(runs) == 4
    for said in runs:
        assert min(said.quantiles) == said.known_value
        assert min(said.naive.quantiles) >= said.known_value
        assert max(said.quantiles) > said.known_value


@pytest.mark.parametrize(
    "key", ["us_eci", "china_eci", "us_slope", "china_slope", "legal_quarter", "us_run", "china_run"]
)
def test_answers_are_the_record_of_the_blind_tests(key: str) -> None:
    subject = SUBJECTS[key]
    (series,) = [each for each in record.SERIES if each.key == key]
    found = subject.figures(Data())
    assert {q: (f.value, f.error) for q, f in found.items()} == series.figures()


def test_yearly_figures_are_the_rows_of_their_tables() -> None:
    data = Data()
    assert answers.domestic(data)[number("2025-Q4")].value == 510_000
    assert answers.capex(data)[number("2025-Q4")].value == 448e9
    price = answers.price(data)
    assert price[number("2025-Q4")].value == 13_600
    assert price[number("2026-Q2")].value == 13_200
    assert price[number("2022-Q4")].as_of == "", "the model's own series answers nothing"


def test_capital_spending_grows_like_the_investment_of_a_future() -> None:
    futures = Futures.of(simulate(load(BASELINE), 16, until=2027))
    last, then = number("2026-Q4"), number("2027-Q4")
    said = SUBJECTS["capex"].says(futures, then, {last: Figure(770e9, 0.05, "2026-07-30")})
    run = futures.run
    share = sum(run.part(f"money_use.united_states.{use}") for use in ("chips", "fabs", "power"))
    money = run.part("budget_usd.united_states") * share
    years = [money[-8:-4].sum(axis=0), money[-4:].sum(axis=0)]
    assert said == pytest.approx(770e9 * years[1] / years[0])


# --- the naive forecast ------------------------------------------------------------------------------------------
def line(slope: float, bump: float = 0.0) -> record.Figures:
    """Ten quarters on a line, or around one."""
    return {q: (10.0 + slope * q + bump * (-1) ** q, 1.0) for q in range(100, 110)}


POINTS = record.Series("made_up", "P5", "Made up", "points", dict, log=False)


def test_the_naive_forecast_is_the_one_that_was_nearer_in_the_past() -> None:
    steady = naive.with_spread(POINTS, line(2.0), 113)
    assert (steady.method, steady.middle) == ("trend", pytest.approx(10 + 2 * 113))
    assert steady.sd == pytest.approx(0.0, abs=1e-9)
    level = naive.with_spread(POINTS, {q: (5.0 + 3 * (q in (103, 104)), 1.0) for q in range(100, 110)}, 113)
    assert (level.method, level.middle) == ("last_value", 5.0)


def test_its_spread_is_that_of_its_past_errors_at_the_same_distance() -> None:
    known = line(0.0, bump=1.0)
    errors = naive.past_errors(POINTS, known, 1, naive.last_value)
    assert len(errors) == 8
    assert np.abs(errors) == pytest.approx(2.0)
    assert naive.past_errors(POINTS, known, 2, naive.last_value) == pytest.approx([0.0] * 7)
    said = naive.Spread("last_value", 10.0, 2.0, 8).quantiles(np.array(LEVELS))
    assert said[LEVELS.index(0.95)] == pytest.approx(10 + 1.645 * 2, abs=1e-3)
    assert said[LEVELS.index(0.5)] == pytest.approx(10)


def test_an_error_from_further_ahead_shrinks_with_the_root_of_the_distance() -> None:
    yearly = {q: (float(q), 1.0) for q in (100, 104, 108)}
    assert naive.past_errors(POINTS, yearly, 1, naive.last_value) == pytest.approx([4 * 0.5])


def test_without_past_errors_the_error_of_the_last_figure_stands_in() -> None:
    said = naive.with_spread(POINTS, {100: (5.0, 0.7)}, 104)
    assert (said.middle, said.sd, said.errors) == (5.0, 0.7, 0)


def test_forecasts_are_sharp_enough_to_be_wrong(forecast: Forecast) -> None:
    """Every question has a spread, and its own median scores better than a value far outside."""
    for each in forecast.questions:
        assert each.quantiles[-1] > each.quantiles[0], each.id
        assert each.naive.quantiles[-1] > each.naive.quantiles[0], each.id
        assert each.quantiles[0] <= each.mean <= each.quantiles[-1] * 3, each.id
    assert score(forecast).total.answered == 0
