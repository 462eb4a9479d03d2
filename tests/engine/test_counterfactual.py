"""A history that goes otherwise from a quarter on goes as recorded until then, and acts whole from there."""

from collections.abc import Callable

import numpy as np
import pytest

from scenarios import load
from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from sim.results.run import Run
from sim.run import simulate

BASE = load("current_policy")
START, RUNS = "2024-Q1", 32
AFTER_ONLY = {"variant_offer", "home_orders"}
"""Levers about what the record has otherwise: real variants stand in for the designed one, and no orders wait in it."""


@pytest.fixture(scope="module")
def record() -> Run:
    return simulate(BASE, RUNS, until=2027)


def otherwise(name: str, end: float) -> Scenario:
    return BASE.with_changes(start=START, levers={name: end})


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_acts_from_the_start_of_a_counterfactual_and_not_before(name: str, record: Run) -> None:
    begin, edge = record.quarters.index(START), record.quarters.index("2026-Q3")
    acts = set()
    for end in (LEVERS[name].low, LEVERS[name].high):
        run = simulate(otherwise(name, end), RUNS, until=2027)
        for series, values in record.series.items():
            assert np.array_equal(values[:begin], run.series[series][:begin]), series
            if not np.array_equal(values[begin : edge + 1], run.series[series][begin : edge + 1]):
                acts.add(series)
    acts -= {"push", "alignment", "policing", "permission", "enforcement"}
    assert bool(acts) == (name not in AFTER_ONLY), f"{name} acts after the data only"


@pytest.mark.parametrize("share", [0, 40, 100])
def test_beijings_permission_takes_the_place_of_its_dated_rules(share: int) -> None:
    run = simulate(otherwise("import_permission", share), 4, until=2027)
    assert np.allclose(run["permission"][run.quarters.index(START) :], share / 100)


def test_with_no_setting_beijings_rules_are_the_record(record: Run) -> None:
    assert record["permission"][record.quarters.index("2025-Q4")].max() < 0.1


@pytest.mark.parametrize(
    ("name", "part"), [("tool_controls", "domestic"), ("hbm_controls", "domestic"), ("chip_push", "domestic")]
)
def test_chinese_fabs_answer_to_another_past(name: str, part: str) -> None:
    low, high = (
        simulate(otherwise(name, end), 16, until=2027).part(f"flows_china.{part}").sum(axis=0).mean()
        for end in (LEVERS[name].low, LEVERS[name].high)
    )
    assert (high > low) == (name == "chip_push")
    assert abs(high - low) > 0.02 * low


@pytest.mark.parametrize("name", ["tool_controls", "hbm_controls", "cloud_rule"])
def test_the_default_is_a_setting_like_any_other_in_the_past(name: str) -> None:
    """Rules of the time were not at the default of today: a point more or less is hardly a difference."""
    series = "rented" if name == "cloud_rule" else "flows_china"
    at = LEVERS[name].default
    assert isinstance(at, float | int)
    below, there, above = (
        simulate(BASE.with_changes(start="2022-Q4", levers={name: at + step}), 8, until=2027)[series].sum()
        for step in (-1, 0, 1)
    )
    assert below >= there >= above
    assert simulate(BASE, 8, until=2027)[series].sum() != there


@pytest.mark.parametrize("dated", [True, False])
def test_dated_or_not_the_same_setting_is_the_same_history(dated: bool, mismatch: Callable[..., list[str]]) -> None:
    setting = {START: 3.0} if dated else 3.0
    one = simulate(BASE.with_changes(start=START, levers={"enforcement": setting}), RUNS, until=2027)
    two = simulate(otherwise("enforcement", 3.0), RUNS, until=2027)
    assert mismatch(one, two) == []
