"""The scenarios of the library: the directory is the registry."""

import datetime as dt

import pytest

import scenarios
from scenarios import BASELINE, LIBRARY, load
from scenarios.levers import LEVERS
from sim.run import simulate

PROMISED = {
    "current_policy", "tight_controls", "controls_erode", "open_trade", "legal_variants", "china_fab_breakthrough",
    "efficiency_shock", "closed_ideas", "allied_split", "allied_coordination", "taiwan_disruption", "power_limited",
    "fast_feedback", "scaling_slowdown", "verified_agreement", "third_power", "china_surge", "essay_2025",
}  # fmt: skip


def test_every_file_of_the_directory_is_listed_and_the_baseline_comes_first() -> None:
    stems = {path.stem for path in LIBRARY.glob("*.yaml")}
    assert {name.split(":")[0] for name in scenarios.names()} == stems
    assert stems >= PROMISED
    assert scenarios.names()[0] == BASELINE
    assert len(set(scenarios.names())) == len(scenarios.names())


@pytest.mark.parametrize("name", scenarios.names())
def test_a_scenario_says_what_it_is(name: str) -> None:
    spec = load(name)
    assert spec.name == name
    assert 20 <= len(spec.story) <= 160
    assert spec.story.endswith(".")
    assert spec.question.endswith("?")
    assert len(spec.title) < 50
    assert spec.sources
    for source in spec.sources:
        assert len(source.title) > 5
        if source.date:
            dt.date.fromisoformat(source.date)
    assert spec.baseline in (None, *scenarios.names())
    assert (spec.baseline is None) == (name == BASELINE)
    assert set(spec.levers) <= set(LEVERS)


@pytest.mark.parametrize("name", scenarios.names())
def test_a_scenario_runs_and_says_something_of_its_own(name: str) -> None:
    run = simulate(load(name), runs=8, until=2028)
    assert run.runs == 8
    assert sum(run.outcome_shares().values()) == pytest.approx(1)
    assert load(name).digest() == run.metadata()["scenario_digest"]


def test_no_two_scenarios_are_the_same_simulation() -> None:
    digests = {load(name).digest() for name in scenarios.names()}
    assert len(digests) == len(scenarios.names())


def test_a_scenario_without_branch_is_its_first() -> None:
    assert load("essay_2025").digest() == load("essay_2025:enforced").digest()
    assert load("essay_2025:leaky").digest() != load("essay_2025:enforced").digest()
