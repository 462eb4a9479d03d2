"""Priors of the time: the newest source that one could have had, or today's with a wider spread."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

import scenarios.parameters as priors
from scenarios import load, tables
from scenarios.errors import InputError
from scenarios.parameters import WIDER, earlier, known_by, parameters
from scenarios.quarters import DATA_UNTIL, end_date
from scenarios.tables import DATA
from sim.ensemble.draws import Above, Shifted, distributions
from sim.ensemble.posterior_draws import weighed
from sim.hindcast.blind import CUTOFFS, blind_spec
from sim.hindcast.weigh import spec_at
from sim.run import simulate

FLOOR = 167.33
"""The best model in the record, ECI."""
STRETCHED = ("normal", "lognormal", "logitnormal")
DATES = [end_date(blind_spec(cutoff).data_until) for cutoff in CUTOFFS]


@pytest.mark.parametrize("date", DATES)
def test_every_prior_is_of_the_time_or_todays_made_wider(date: str) -> None:
    for name, today in parameters().items():
        prior, wider = known_by(name, date)
        of_the_time = [row for row in (*earlier().get(name, ()), today) if row.as_of <= date]
        if of_the_time:
            assert prior.as_of == max(row.as_of for row in of_the_time), name
            assert prior.as_of <= date
            assert wider == 1
        else:
            assert prior is today, name
            assert wider == (WIDER if today.kind in STRETCHED else 1), name


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_most_that_history_moves_have_a_prior_of_the_time(cutoff: str) -> None:
    """What today's record moves is what a prior of today could smuggle in."""
    date = end_date(blind_spec(cutoff).data_until)
    moved = [row["name"] for row in weighed(DATA_UNTIL).facts["parameters"] if row["moved"]]
    of_the_time = [name for name in moved if name in parameters() and known_by(name, date)[0].as_of <= date]
    assert len(of_the_time) >= 2 / 3 * len(moved), sorted(set(moved) - set(of_the_time))


def test_later_dates_know_more() -> None:
    for name in earlier():
        known = [known_by(name, date)[0].as_of for date in (*DATES, "2026-12-31")]
        assert known == sorted(known), name
        assert known_by(name, "2026-12-31") == (parameters()[name], 1.0), name


def test_the_day_of_the_source_counts() -> None:
    name, rows = next((n, r) for n, r in earlier().items() if len(r) > 1)
    day = rows[1].as_of
    assert known_by(name, day)[0] == rows[1]
    before = f"{int(day[:4]) - 1}{day[4:]}"
    assert known_by(name, before)[0] != rows[1]


# --- the table -----------------------------------------------------------------------------------------------------


def raw() -> list[dict[str, str]]:
    with (DATA / "earlier_priors.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_are_sorted_by_name_and_date_and_none_is_there_twice() -> None:
    keys = [(row["name"], row["as_of"]) for row in raw()]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_rows_are_of_known_parameters_and_of_the_time() -> None:
    for row in raw():
        assert row["name"] in parameters(), row
        assert row["as_of"] <= "2024-12-31", row
        assert row["as_of"] < parameters()[row["name"]].as_of, row


def test_rows_can_be_drawn_and_have_width() -> None:
    for name, rows in earlier().items():
        for row in rows:
            low, middle, high = row.distribution.interval()
            assert low < middle < high, (name, row.as_of)


def test_no_source_is_newer_than_its_row() -> None:
    """Days and arXiv numbers in a source are of its date or before; a year may be one that it forecasts."""
    dated = 0
    for row in raw():
        for day in re.findall(r"\b20\d\d-\d\d-\d\d\b", row["source"]):
            assert day <= row["as_of"], row
            dated += 1
        for year, month in re.findall(r"arXiv (\d\d)(\d\d)\.\d{5}", row["source"]):
            assert f"20{year}-{month}" <= row["as_of"][:7], row
            dated += 1
    assert dated > 40


def test_a_row_without_a_parameter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DATA / "earlier_priors.csv").read_text(encoding="utf-8").replace("algorithm_growth", "algorithm_groth", 1)
    (tmp_path / "earlier_priors.csv").write_text(text, encoding="utf-8")
    parameters()
    monkeypatch.setattr(priors, "DATA", tmp_path)
    with pytest.raises(InputError, match=r"earlier_priors\.csv row 2.*algorithm_growth"):
        earlier.__wrapped__()
    assert tables.DATA == DATA


# --- what is drawn -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_a_blind_scenario_draws_priors_of_the_time_without_a_shift(cutoff: str) -> None:
    spec = blind_spec(cutoff)
    found, date = distributions(spec), end_date(spec.data_until)
    for name in parameters():
        prior, wider = known_by(name, date)
        drawn = found[name][1]
        if isinstance(drawn, Above):  # of a threshold it is known that no model had reached it
            drawn = drawn.given
        if isinstance(drawn, Shifted):
            z = np.array([-1.3, 0.0, 0.8])
            np.testing.assert_allclose(drawn.ppf(z, ndtr(z)), prior.distribution.ppf(WIDER * z, ndtr(WIDER * z)))
            assert wider == WIDER, name
        else:
            assert drawn == prior.distribution, name
            assert wider == 1, name


def test_todays_calibration_adds_nothing_to_a_blind_scenario() -> None:
    """Neither a shift of parameters, with the calibration in use, nor its fractions, which blind runs do not have."""
    today = spec_at(DATA_UNTIL)
    assert any(isinstance(d, Shifted) for _, d in distributions(today).values()), (
        "the calibration in use shifts nothing"
    )
    z = np.linspace(-2, 2, 9)
    old, new = (
        distributions(today.with_changes(data_until="2024-Q4", calibration=calibration))
        for calibration in ("literature", today.calibration)
    )
    for name in parameters():
        np.testing.assert_array_equal(old[name][1].ppf(z, ndtr(z)), new[name][1].ppf(z, ndtr(z)), err_msg=name)
    for cutoff in CUTOFFS:
        assert blind_spec(cutoff).calibration == "literature"
        assert blind_spec(cutoff).weighting == "none"


def test_a_wider_prior_keeps_its_median_and_spreads() -> None:
    date = DATES[0]
    name = next(n for n, row in parameters().items() if row.kind == "lognormal" and known_by(n, date)[1] == WIDER)
    low, middle, high = parameters()[name].distribution.interval()
    wide = distributions(blind_spec("2022-12"))[name][1].interval()
    assert wide[1] == pytest.approx(middle)
    assert wide[0] == pytest.approx(middle * (low / middle) ** WIDER)
    assert wide[2] == pytest.approx(middle * (high / middle) ** WIDER)


def test_thresholds_lie_above_the_best_model_that_is_known_unless_a_scenario_says_otherwise() -> None:
    """Given that it is higher, a normal's middle lies where half of what is left above the floor is used up."""
    today = load("current_policy")
    row = parameters()["remote_work_eci"]
    below = ndtr((FLOOR - row.distribution.mean) / row.distribution.sd)
    middle = row.distribution.mean + row.distribution.sd * ndtri(below + (1 - below) / 2)
    low, found, high = distributions(today)["remote_work_eci"][1].interval()
    assert found == pytest.approx(middle, rel=1e-6)
    assert FLOOR < low < found < high
    assert simulate(today, 256).parameters["remote_work_eci"].min() > FLOOR
    assert simulate(today, 256).parameters["coder_eci"].min() > FLOOR
    own = {"kind": "normal", "mean": 164, "sd": 6}
    given = distributions(today.with_changes(parameters={"remote_work_eci": own}))["remote_work_eci"][1]
    assert given.interval()[1] == 164
