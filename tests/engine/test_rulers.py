"""Four rulers for a lead, the classes of outcome, and the blocs they are about, on paths drawn by hand."""

from collections.abc import Callable

import numpy as np
import pytest

import scenarios
from scenarios import InputError, load
from scenarios.quarters import FIRST, number
from sim.results.outcomes import blocs, crossing, lead, million, polarity
from sim.results.run import Run
from sim.run import simulate

ACTORS = ("united_states", "china", "japan", "european_union", "saudi_arabia", "rest_of_world")
STEPS = number("2032-Q4") - FIRST + 1
YEARS = (FIRST + 1 + np.arange(STEPS)) / 4
BASE = load("current_policy")
PARTING = 0.35


def run_of(us: np.ndarray, china: np.ndarray, third: np.ndarray | None = None, alignment: float = 0.9,
           remote: float = 180.0) -> Run:  # fmt: skip
    """A run with these paths (T,) or (T, runs); all others stand at the third, or far below."""
    us, china = np.atleast_2d(us.T).T, np.atleast_2d(china.T).T
    others = us - 60 if third is None else np.atleast_2d(third.T).T
    eci = np.stack([us, china, others, others, others, others], axis=1)
    aligned = np.full(eci.shape, alignment)
    members = np.full(us.shape[1], remote)
    return Run(
        spec=BASE, seed=0, first=0, until=2032, actors=ACTORS, series={"capability": eci, "alignment": aligned},
        parameters={"remote_work_eci": members, "coder_eci": members + 14, "parting": 0 * members + PARTING},
    )  # fmt: skip


def line(start: float, pace: float) -> np.ndarray:
    return start + pace * (YEARS - YEARS[0])


def test_the_same_gap_at_another_common_pace_gets_the_same_label() -> None:
    """16 points at 14.5 a year and at 5 a year: the same months and class under the default ruler.

    The backward ruler says the leader stood there 13 months ago in the one world and 38 months ago in the other.
    """
    fast, slow = (run_of(line(120, pace) + 16, line(120, pace)) for pace in (14.5, 5.0))
    np.testing.assert_allclose(fast["lead_months"], slow["lead_months"])
    assert fast["lead_months"][-1, 0] == pytest.approx(16 / 14.5 * 12)
    for ruler in ("fixed_pace", "points"):
        labels = [run.outcome_shares(2032, ruler=ruler) for run in (fast, slow)]
        assert labels[0] == labels[1]
        assert labels[0]["us_ahead"] == 1
    assert fast["lead_months_backward"][-1, 0] == pytest.approx(12 * 16 / 14.5)
    assert slow["lead_months_backward"][-1, 0] == pytest.approx(12 * 16 / 5)
    assert slow["lead_months_backward"][-1, 0] > 2 * fast["lead_months_backward"][-1, 0]


def test_a_gap_can_be_called_differently_only_by_the_ruler_that_looks_back() -> None:
    """9 points at 5 a year: 7 months at the fixed pace, 22 months looking back."""
    run = run_of(line(140, 5) + 9, line(140, 5))
    assert run.outcome_shares(2032)["two_power"] == 1
    assert run.outcome_shares(2032, ruler="backward")["us_ahead"] == 1


def test_leads_are_signed() -> None:
    ahead = run_of(line(130, 10), line(118, 10))
    behind = run_of(line(118, 10), line(130, 10))
    for name in ("gap_eci", "lead_months", "lead_months_backward"):
        np.testing.assert_allclose(ahead[name], -behind[name], atol=1e-9, err_msg=name)
    assert ahead["gap_eci"][-1, 0] == 12
    # 12 points ahead of a class that needs 12 months: 9.93 months at the fixed pace, so only a smaller N says so.
    assert polarity.at_year(ahead, 2032, n=9)[0] == 0
    assert polarity.at_year(behind, 2032, n=9)[0] == polarity.CLASSES.index("china_ahead")


def test_looking_back_interpolates_between_quarters() -> None:
    """The leader gains 1 point in one quarter and 4 in the next: 2 points into that are half of the quarter."""
    path = np.array([[100.0], [101.0], [105.0], [110.0]])
    follower = np.full((4, 1), 103.0)
    # At the last quarter the leader stood at 103 one and a half quarters ago.
    assert lead.backward_months(path, follower)[-1, 0] == pytest.approx(3 * 1.5)


def test_looking_back_beyond_the_record_uses_the_measured_pace() -> None:
    path, follower = line(120, 10)[:, None], np.full((STEPS, 1), 120 - lead.OLD_PACE)
    assert lead.backward_months(path, follower)[0, 0] == pytest.approx(12)


def test_a_leader_that_stands_still_does_not_break_the_ruler() -> None:
    flat = np.full((STEPS, 1), 150.0)
    months = lead.backward_months(flat, flat - 0.0)
    assert np.all(months == 0)
    assert np.isfinite(lead.backward_months(flat, flat - 5)).all()


def test_crossing_years_are_interpolated() -> None:
    """10 points a year from 150 at the start of 2023: 180 is crossed three years later."""
    run = run_of(line(150, 10), line(146, 10))
    us, china, third = crossing.by_bloc(run)[:, 0]
    assert us == pytest.approx(2026.0)
    assert china == pytest.approx(2026.4)
    assert np.isnan(third)
    assert crossing.delay_months(run)[0] == pytest.approx(4.8)
    assert crossing.by_bloc(run, "automated_coder")[0, 0] == pytest.approx(2027.4)


def test_a_threshold_that_is_not_reached_is_an_answer() -> None:
    """Four futures at different paces: three quarters of China's do not get there by 2032."""
    paces = np.array([10.0, 4.0, 1.0, 0.0])
    us = 150 + paces * (YEARS - YEARS[0])[:, None]
    run = run_of(us, us - np.array([4.0, 11.0, 10.0, 10.0]))
    assert np.isnan(crossing.by_bloc(run)[1]).tolist() == [False, True, True, True]
    codes = crossing.polarity_at_crossing(run)
    names = [crossing.CLASSES[code] for code in codes]
    # 4 and 11 points are less than twelve months at the crossing: two powers.
    assert names == ["two_power", "two_power", "not_reached", "not_reached"]
    assert crossing.crossing_year(us, np.full(4, 149.0), YEARS).tolist() == [YEARS[0]] * 4


def test_summary_states_the_share_that_does_not_cross(library_run: Callable[..., Run]) -> None:
    run = library_run("current_policy", 64, 2032)
    found = run.summary()["crossing_year"]
    for a, actor in enumerate(run.actors):
        expected = np.isnan(crossing.by_actor(run)[a]).mean()
        assert found[actor]["share_not_reached"] == pytest.approx(expected, abs=1e-6)
        assert (found[actor]["p50"] is None) == (expected == 1)
    assert sum(run.summary()["outcomes_at_crossing"].values()) == pytest.approx(1, abs=1e-5)


def test_classes_of_outcome_by_hand() -> None:
    months = np.array([12.0, 11.9, -12.0, -11.9, 20.0, 3.0])
    third = np.array([100.0, 100.0, 5.0, 12.0, 5.0, 12.1])
    names = [polarity.CLASSES[c] for c in polarity.classify(months, third)]
    assert names == ["us_ahead", "two_power", "china_ahead", "several", "us_ahead", "two_power"]
    assert polarity.classify(months, third, n=2.0).tolist() == [0, 0, 3, 3, 0, 0]


def test_an_ally_below_the_threshold_leaves_the_us_bloc() -> None:
    """The same capable ally counts for the United States while aligned, and as a third bloc once it has parted."""
    us, china = line(130, 10), line(128, 10)
    ally = us + 3
    with_us = run_of(us, china, ally, alignment=PARTING)
    parted = run_of(us, china, ally, alignment=PARTING - 0.01)
    assert blocs.frontiers(with_us)[0, -1, 0] == ally[-1]
    assert np.isnan(blocs.frontiers(with_us)[2]).all()
    assert blocs.frontiers(parted)[0, -1, 0] == us[-1]
    assert blocs.frontiers(parted)[2, -1, 0] == ally[-1]
    assert with_us.outcome_shares(2032)["two_power"] == 1
    assert parted.outcome_shares(2032)["several"] == 1


def test_blocs_follow_alignment_in_a_simulated_split() -> None:
    spec = BASE.with_changes(events=({"kind": "allied_split", "date": "2027-Q2", "size": 0.7},))
    run = simulate(spec, runs=16, until=2028)
    third = blocs.frontiers(run)[2]
    split = run.quarters.index("2027-Q2")
    assert np.isnan(third[split - 1]).all()
    assert np.all(third[split] > 0)


@pytest.mark.parametrize("ruler", lead.RULERS)
def test_no_third_bloc_is_never_one_of_several_powers(ruler: str) -> None:
    us = line(150, 10)
    codes = polarity.at_year(run_of(us, us - 3, us + 5), 2032, ruler)
    assert [polarity.CLASSES[code] for code in codes] == ["two_power"]


def test_a_bloc_that_comes_in_above_the_threshold_crosses_when_it_comes_in() -> None:
    parted = STEPS // 2
    run = run_of(line(100, 1), line(90, 1), np.where(np.arange(STEPS) < parted, 80.0, 200.0))
    run.series["alignment"][parted:] = PARTING - 0.01
    assert crossing.by_bloc(run)[2, 0] == run.time[parted]
    assert polarity.CLASSES[crossing.polarity_at_crossing(run)[0]] == "several"


def test_a_ruler_or_threshold_that_does_not_exist_is_named() -> None:
    run = run_of(line(150, 10), line(146, 10))
    with pytest.raises(ValueError, match="choose from: fixed_pace, points, backward"):
        run.outcome_shares(2032, ruler="leage")
    with pytest.raises(ValueError, match="choose from: remote_work, automated_coder"):
        crossing.by_bloc(run, "agi")
    with pytest.raises(InputError, match="outside the run"):
        run.step(2033)
    with pytest.raises(InputError, match="lead_months"):
        run["lead_month"]


def test_a_million_chips_of_the_best_kind_then_on_sale() -> None:
    """Half of a million frontier chips of every quarter is never a million; twice as many are from the start."""
    grade = million.grade(STEPS)
    run = run_of(line(150, 10), line(146, 10))
    used = np.stack([grade * 2e6, grade * 0.5e6], axis=1)[:, :, None]
    run.series["compute_train"] = used
    reached = million.year_reached(run)[:, 0]
    assert reached[0] == YEARS[0]
    assert np.isnan(reached[1])
    assert np.all(np.diff(grade) >= 0)
    assert grade[0] == pytest.approx(1, rel=0.01)  # the H100


def test_the_slope_of_the_frontier_stands_beside_the_observed_one(library_run: Callable[..., Run]) -> None:
    found = library_run("current_policy", 64, 2032).summary()["frontier_slope"]
    observed = found["observed"]
    assert 8 < observed["eci_per_year"] < 25
    assert observed["from"] < observed["to"]
    assert observed["eci_per_year"] == pytest.approx(lead.observed_slope()[0])
    assert set(found) > {"observed", "2027", "2032"}
    hand = run_of(line(150, 6.0), line(140, 6.0))
    assert lead.slope(hand, 2030)[0] == pytest.approx(6.0)


def test_every_class_of_outcome_has_twenty_futures_in_a_hundred_somewhere() -> None:
    """In some scenario of the library, over 256 futures."""
    most: dict[str, tuple[float, str]] = dict.fromkeys(polarity.CLASSES, (0.0, ""))
    for name in scenarios.names():
        for label, share in simulate(load(name), runs=256).outcome_shares().items():
            most[label] = max(most[label], (share, name))
    assert min(share for share, _ in most.values()) >= 0.2, most
