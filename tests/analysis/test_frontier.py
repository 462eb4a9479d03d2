"""What slows the frontier: growth by form of reinforcement learning and by part, at the edge and after it."""

import numpy as np
import pytest

from scenarios import load
from scenarios.quarters import label, number
from scenarios.schema import Scenario
from sim.analysis import frontier
from sim.equations.capability import RL_FORMS
from sim.hindcast.blind import blind_spec
from sim.results.outcomes import lead
from sim.results.run import Run
from sim.run import simulate

BASE = load("current_policy")
YEARS = [str(y) for y in range(2024, 2033)]


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(BASE, 256)


def test_forms_are_forced_on_the_same_futures(run: Run) -> None:
    found = frontier.speed_by_form(run)
    assert list(found) == list(RL_FORMS)
    assert all(list(by_year) == YEARS for by_year in found.values())
    forced = simulate(BASE.with_changes(parameters={"rl_form": 1}), 256)
    assert found["grows_with_base"]["2028"] == pytest.approx(
        np.median(lead.us_speed(forced, forced.step(2028))), abs=1e-3
    )


def test_the_forms_differ_where_the_question_is_open() -> None:
    many = simulate(BASE, 1024, until=2028, keep=("capability",))
    of_2028 = [by_year["2028"] for by_year in frontier.speed_by_form(many).values()]
    assert max(of_2028) - min(of_2028) >= 2


def test_parts_of_growth_add_up(run: Run) -> None:
    found = frontier.composition(run)
    parts = [name for name in found if name != "all"]
    for year in YEARS:
        assert sum(found[name][year] for name in parts) == pytest.approx(found["all"][year], abs=5e-3)
    path = run.part("capability.united_states")
    grown = (path[run.step(2030)] - path[run.step(2029)]).mean()
    assert found["all"]["2030"] == pytest.approx(grown, abs=1e-3)
    assert found["compute"]["2030"] > 1
    assert found["algorithms"]["2030"] > 1


def test_the_summary_has_the_speed_and_the_edge(run: Run) -> None:
    summary = run.summary()
    assert list(summary["frontier_speed"]) == YEARS
    assert summary["frontier_speed"]["2028"]["p05"] < summary["frontier_speed"]["2028"]["p50"]
    edge = summary["edge_slope"]
    assert edge["record"] == pytest.approx(lead.observed_slope()[0])
    assert edge["p05"] < edge["p50"] < edge["p95"]
    assert abs(edge["p50"] - edge["record"]) < 3


def test_a_blind_scenario_is_held_against_the_record_of_its_time() -> None:
    early = simulate(load("essay_2025:leaky"), 64)
    assert early.summary()["edge_slope"]["record"] == pytest.approx(lead.observed_slope("2025-Q1")[0])
    assert lead.observed_slope("2025-Q1")[2] == "2025-Q1"


def test_a_small_cause_moves_no_future_by_a_jump() -> None:
    """Two percent of Chinese money, where China draws level and either may lead."""
    wide = BASE.with_levers(china_concentration=40)
    one, two = (simulate(s, 256, keep=("capability",)) for s in (wide, wide.with_levers(china_spending=102)))
    for country in ("united_states", "china"):
        moved = two.part(f"capability.{country}") - one.part(f"capability.{country}")
        assert moved[-1].std() < 0.1


@pytest.mark.parametrize("edge", ["2022-Q4", "2023-Q2", "2023-Q3", "2024-Q1"])
def test_a_run_that_knows_little_of_the_past_has_no_slope_at_its_edge_or_a_true_one(edge: str) -> None:
    start = label(number(edge) + 1)
    early = simulate(BASE.with_changes(start=start, data_until=edge, weighting="none"), 16, until=2027).summary()
    slope = early["edge_slope"]
    assert (slope["record"] is None) == (slope["p50"] is None)
    if slope["record"] is not None:
        assert slope["to"] == edge
        assert -20 < slope["p50"] < 60
    else:
        assert edge < "2023-Q4"


def test_luck_and_waits_are_not_taken_for_compute() -> None:
    """Capability does not wait for record runs, so what they wait for is no growth of compute."""
    calm = BASE.with_changes(switches={"luck": False})
    with_luck, without = (frontier.composition(simulate(s, 256))["compute"] for s in (BASE, calm))
    for year in ("2025", "2026", "2027", "2028"):
        assert with_luck[year] == pytest.approx(without[year], abs=0.3)


@pytest.mark.parametrize("spec", [blind_spec("2022-12"), blind_spec("2024-12"), BASE], ids=["2022", "2024", "today"])
def test_the_largest_run_goes_on_from_the_record_where_the_data_end(spec: Scenario) -> None:
    """Nothing is known but what the quarter before had: no share jumps, however short the record is."""
    run = simulate(spec, 32, until=2027, keep=("run_share",))
    edge = run.quarters.index(spec.data_until)
    before, after = run["run_share"][edge : edge + 2]
    np.testing.assert_allclose(after / before, 1, atol=0.25)
    assert np.median(np.abs(np.log(after / before))) < 0.05
