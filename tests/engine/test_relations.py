"""Scenarios against each other on the same dice: which way the lead, the risk and the dates move."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from scenarios import load
from scenarios.quantities import Normal
from sim.engine.world import World
from sim.results.comparison import Comparison
from sim.results.outcomes import crossing
from sim.results.run import Run
from sim.run import compare, simulate

Library = Callable[..., Run]
ORDERED = [
    # the lead of the US in the second is larger than in the first
    ("open_trade", "current_policy"),
    ("current_policy", "tight_controls"),
    ("current_policy", "closed_ideas"),
    ("controls_erode", "current_policy"),
    ("china_fab_breakthrough", "current_policy"),
    ("china_surge", "open_trade"),
    ("essay_2025:leaky", "essay_2025:enforced"),
]


@pytest.mark.parametrize(("smaller", "larger"), ORDERED)
def test_scenarios_are_ordered_by_the_lead(smaller: str, larger: str, library_run: Library) -> None:
    """Mean paired difference in months at a fixed pace at the end of 2032, clear of its own uncertainty."""
    effect = Comparison(library_run(smaller, 64), library_run(larger, 64)).effect("lead_months", 2032)
    assert effect.mean_low > 0, (effect.mean, effect.mean_low, effect.mean_high)


def test_a_scenario_against_itself_is_no_difference(library_run: Library) -> None:
    run = library_run("current_policy", 64)
    effect = Comparison(run, run).effect()
    assert (effect.p05, effect.mean, effect.p95) == (0, 0, 0)
    assert all(v == {"change": 0, "low": 0, "high": 0} for v in Comparison(run, run).outcome_changes().values())


def test_the_same_dice_make_differences_small_beside_their_spread(library_run: Library) -> None:
    """Pairing works: the paired difference varies less than the difference of unpaired futures would."""
    one, two = library_run("current_policy", 64), library_run("controls_erode", 64)
    paired = Comparison(one, two).difference("lead_months", 2032)
    shuffled = two["lead_months"][-1][::-1] - one["lead_months"][-1]
    assert paired.std() < 0.7 * shuffled.std()


def test_a_verified_agreement_lowers_the_hazard_and_the_runs(library_run: Library) -> None:
    one, two = library_run("current_policy", 64), library_run("verified_agreement", 64)
    pair = Comparison(one, two)
    hazard = pair.difference("governance.accident_hazard", 2032)
    assert hazard.max() <= 0  # the index stops at 100 in both worlds in some futures
    assert np.mean(hazard < 0) > 0.8
    assert pair.difference("training_flop.united_states", 2032).mean() < 0
    assert pair.difference("governance.safety_effort", 2032).min() > 0


def test_power_that_runs_short_costs_the_united_states_compute(library_run: Library) -> None:
    pair = Comparison(library_run("current_policy", 64), library_run("power_limited", 64))
    assert pair.effect("compute_train.united_states", 2032).mean_high < 0
    assert pair.effect("power.united_states", 2032).mean_high < 0


def test_a_disruption_of_taiwan_is_felt_by_everybody(library_run: Library) -> None:
    pair = Comparison(library_run("current_policy", 64), library_run("taiwan_disruption", 64))
    assert pair.effect("compute_train.united_states", 2030).mean_high < 0
    assert pair.effect("made_h100e", 2028).mean_high < 0
    made = [run["made_h100e"][run.step(2032)].mean() for run in (pair.first, pair.second)]
    assert made[1] > 0.75 * made[0], "production comes back when the disruption is over, if later"


def test_fast_feedback_speeds_up_the_frontier(library_run: Library) -> None:
    pair = Comparison(library_run("current_policy", 64), library_run("fast_feedback", 64))
    assert pair.effect("capability.united_states", 2032).mean_low > 0
    assert pair.effect("efficiency.united_states", 2032).mean_low > 0


def test_a_slowdown_slows(library_run: Library) -> None:
    from sim.results.outcomes import lead

    base, slow = library_run("current_policy", 64), library_run("scaling_slowdown", 64)
    assert np.median(lead.slope(slow, 2030)) < np.median(lead.slope(base, 2030))


def test_an_efficiency_shock_wears_off_as_others_read_about_it(library_run: Library) -> None:
    """The lead falls soon after 2027-Q2, and most of that is gone by 2032."""
    pair = Comparison(library_run("current_policy", 64), library_run("efficiency_shock", 64))
    early, late = (pair.difference("lead_months", year).mean() for year in (2028, 2032))
    assert early < -1
    assert early < 0.5 * late < 0.5


def test_allies_that_part_make_a_third_power(library_run: Library) -> None:
    base, split = library_run("current_policy", 64).outcome_shares(), library_run("third_power", 64).outcome_shares()
    assert split["several"] > base["several"] + 0.2


def test_comparison_is_symmetric_and_refuses_other_dice(library_run: Library) -> None:
    one, two = library_run("current_policy", 64), library_run("open_trade", 64)
    there, back = Comparison(one, two), Comparison(two, one)
    assert there.effect().mean == pytest.approx(-back.effect().mean)
    with pytest.raises(ValueError, match="do not share their dice"):
        compare(one, simulate(load("open_trade"), runs=64, seed=1))


# --- starting capability and thresholds ----------------------------------------------------------------------------


def test_a_higher_threshold_is_crossed_later_or_not_at_all(library_run: Library) -> None:
    """Moving the threshold by 7 points moves the median crossing by months, and more futures do not cross."""
    spec = load("current_policy")
    found = []
    for mean in (168.0, 175.0, 182.0):
        threshold = Normal(mean=mean, sd=3)
        run = simulate(spec.with_changes(parameters={"remote_work_eci": threshold}), runs=64)
        found.append(crossing.by_bloc(run)[0])
    for early, late in itertools.pairwise(found):
        both = ~np.isnan(early) & ~np.isnan(late)
        assert np.all(late[both] > early[both])
        assert np.isnan(late).sum() >= np.isnan(early).sum()
        assert np.median(late[both] - early[both]) > 0.2


@pytest.mark.parametrize("oom", [-3.0, -1.5])
def test_shrinking_capability_by_orders_of_magnitude_moves_the_crossing(
    oom: float, make_world: Callable[..., World], library_run: Library
) -> None:
    """Every member's scale is fixed by the record; take orders of magnitude off the scale at the edge of the data.

    The offset of each member is lowered by the points that so much effective compute is worth to it. What remains has
    to be made up, so the threshold is crossed later, by more the more is taken away.
    """
    w = make_world(load("current_policy"), runs=32, until=2032)
    lost = oom * w.p.points_per_oom
    for _ in range(w.inputs.steps):
        w.step()
        if w.context.t == w.inputs.data_steps - 1:
            assert w.state.anchor is not None
            w.state.anchor.offset[:] += lost
    run = library_run("current_policy", 32, 2032)
    limit = run.parameters["remote_work_eci"]
    future = slice(w.inputs.data_steps, None)
    paths = (run["capability"][future, 0], w.log["capability"][future, 0])
    np.testing.assert_allclose(paths[1][0] - paths[0][0], lost, atol=2.0)
    base, later = (crossing.crossing_year(path, limit, run.time[future]) for path in paths)
    reached = ~np.isnan(base) & (base > run.time[future][0])
    assert reached.sum() >= 8
    assert np.all(np.isnan(later[reached]) | (later[reached] > base[reached]))
    assert np.isnan(later).sum() > np.isnan(base).sum()
