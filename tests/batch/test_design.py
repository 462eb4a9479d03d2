"""The points of a plan: grids, samples, and what is laid over what."""

import numpy as np
import pytest

from scenarios import load
from sim.batch import Plan
from sim.batch.design import points


def plan_of(**design):
    return Plan(name="p", scenarios=["current_policy"], outcomes=["lead_months@2027"], design=design)


def values(plan):
    return np.array([point.values for point in points(plan)], dtype=float)


def test_a_grid_is_the_product_of_its_axes():
    axes = {"enforcement": [1, 10], "chip_push": ["actor", 50]}
    plan = plan_of(levers=axes, parameters={"diffusion": {"low": 0.5, "high": 1, "points": 3}})
    found = list(points(plan))
    assert len(found) == plan.points_per_scenario == 12
    assert [p.values for p in found[:4]] == [(1, None, 0.5), (1, None, 0.75), (1, None, 1), (1, 50, 0.5)]
    last = load("current_policy").with_changes(
        levers={"enforcement": 10.0, "chip_push": 50.0}, parameters={"diffusion": 1.0}
    )
    assert found[-1].spec == last
    assert found[-1].digest == last.digest()


def test_without_axes_a_scenario_is_its_one_point():
    assert [p.spec for p in points(plan_of())] == [load("current_policy")]


@pytest.mark.parametrize("kind", ["sobol", "latin_hypercube"])
def test_a_sample_stays_in_its_ranges_and_fills_them(kind):
    plan = plan_of(
        kind=kind, points=64, levers={"enforcement": {"low": 2, "high": 4}, "licence_tpp": {"low": 0, "high": 150}}
    )
    found = values(plan)
    assert found.shape == (64, 2)
    assert found[:, 0].min() >= 2
    assert found[:, 0].max() <= 4
    counts, _ = np.histogram(found[:, 1], bins=8, range=(0, 150))
    assert set(counts) == {8}  # both kinds are even along every axis
    again = values(plan)
    assert (found == again).all()


def test_a_sobol_sample_that_grows_keeps_its_first_points():
    axes = {"levers": {"enforcement": {"low": 0, "high": 10}}}
    assert (
        values(plan_of(kind="sobol", points=64, **axes))[:16] == values(plan_of(kind="sobol", points=16, **axes))
    ).all()


def test_another_seed_is_another_sample():
    axes = {"levers": {"enforcement": {"low": 0, "high": 10}}}
    one, two = (values(plan_of(kind="sobol", points=16, seed=seed, **axes)) for seed in (0, 1))
    assert not (one == two).any()


def test_the_priors_can_be_asked_for_in_every_scenario():
    plan = Plan(name="p", scenarios=["current_policy"], outcomes=["lead_months@2027"], weighting="none")
    assert [p.spec.weighting for p in points(plan)] == ["none"]
