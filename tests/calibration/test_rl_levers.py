"""What small reinforcement runs may move: closed forms of the readings, their weights and what is ignored."""

import math

import numpy as np
import pytest
from scipy.special import logit

from calibration import curves, mapping, rl_levers
from calibration.pooling import pooled
from calibration.record import ids, read
from calibration.rl_levers import CEILING_SD, LEAST_SD, MIXTURE_SD, POINTS_PER_LOGIT, PROMPTS, SINGLE_TASK

LEVERS = {lever.name: lever for lever in read("literature").levers}
FLOP = 1e12
FAR = mapping.LEVER_DISCREPANCY * math.sqrt(26 - 12)


def run(base="weak", steepness=1.9, start=0.25, ceiling=0.6, errors=(0.02, 0.2, 0.19), flop=FLOP) -> dict:
    """A result's row of a reinforcement run, as far as it is read."""
    law = {"start": start, "ceiling": ceiling, "middle": 1e11, "steepness": steepness, "errors": list(errors),
           "rms": 0.02, "forecast_error": None}  # fmt: skip
    return {"base": base, "flop": [0.0, flop], "passed": [start, ceiling], "sigmoid": law}


def steepness(*runs: dict):
    return rl_levers.update(LEVERS["rl_steepness"], runs)


def ceiling(*runs: dict):
    return rl_levers.update(LEVERS["rl_ceiling"], runs)


# --- priors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", rl_levers.LEVERS)
def test_the_priors_are_the_simulators_own(name: str):
    from scenarios.parameters import parameters

    lever = LEVERS[name]
    low, median, high = parameters()[lever.parameter].distribution.interval()
    assert (lever.prior.low, lever.prior.median, lever.prior.high) == pytest.approx((low, median, high))
    assert lever.source in parameters()[lever.parameter].source
    assert lever.tier == parameters()[lever.parameter].tier


def test_the_exponent_is_the_simulators():
    from types import SimpleNamespace

    from sim.equations.capability import RL_BASE, rl_gain

    p = SimpleNamespace(rl_form=0, rl_size=1.0, rl_slope=1.7, rl_midpoint=0.13, rl_beyond=4.5, rl_begins=24.0)
    decades = np.array([24.0, 25.0, 26.0])
    mine = curves.Sigmoid(0.0, 1.0, 0.13 * 10**RL_BASE, 1.7, (0.0, 0.0, 0.0), 0.0, None)
    np.testing.assert_allclose(rl_gain(decades, decades, p, 1.0)[0], mine.at(10**decades))


def test_the_discrepancy_of_a_mixture_follows_from_how_far_tasks_lie_apart():
    def mixed(scatter: float) -> float:
        slope = SINGLE_TASK * math.log(10)
        return SINGLE_TASK / math.sqrt(1 + math.pi * (slope * scatter) ** 2 / 8)

    assert mixed(1.0) == pytest.approx(LEVERS["rl_steepness"].prior.median, abs=0.01)
    assert math.log(mixed(0.5) / mixed(2.0)) / (2 * mapping.Z90) == pytest.approx(MIXTURE_SD, abs=0.005)


def test_every_plan_scores_on_as_many_prompts_as_are_counted_on():
    pytest.importorskip("torch", reason="plans need the calibration extra")
    from calibration.plan import PLANS

    assert all(plan.rl.scored >= PROMPTS for (_, tier), plan in PLANS.items() if tier != "smoke")


# --- steepness ------------------------------------------------------------------------------------------------------


def test_the_steepness_behind_the_prior_moves_nothing():
    update, shift = steepness(run(steepness=SINGLE_TASK))
    assert shift is not None
    assert shift.parameter == "rl_slope"
    assert shift.shift == pytest.approx(0, abs=1e-12)
    assert update.measured is not None
    assert update.measured.median == pytest.approx(0.65)
    assert update.posterior.median == pytest.approx(0.65)


def test_a_steeper_curve_moves_the_slope_up_by_its_weight():
    update, shift = steepness(run(steepness=2 * SINGLE_TASK, errors=(0.02, 0.2, 0.38)))
    prior_sd = math.log(1.2 / 0.4) / (2 * 1.6448536)
    weight = prior_sd**2 / (prior_sd**2 + 0.1**2 + 0.36**2 + FAR**2)  # 0.38 of 3.8 is 0.1
    assert update.weight == pytest.approx(weight, rel=1e-6)
    assert 0.09 < weight < 0.11
    assert shift is not None
    assert shift.shift == pytest.approx(weight * math.log(2) / prior_sd, rel=1e-6)
    assert shift.scale == pytest.approx(math.sqrt(1 - weight), rel=1e-6)
    assert update.measured is not None
    assert update.measured.median == pytest.approx(1.3)


def test_larger_runs_count_for_more():
    weights = [steepness(run(flop=flop))[0].weight for flop in (1e10, 1e14, 1e18)]
    assert weights == sorted(weights)


# --- the ceiling ----------------------------------------------------------------------------------------------------


def test_the_ceiling_is_read_in_logits():
    law = curves.stored(run(start=0.25, ceiling=0.75, errors=(0.03, 0.2, 0.19)))
    assert law is not None
    value, error = rl_levers.gain(law)
    assert value == pytest.approx(2 * math.log(3))
    assert error == pytest.approx(math.hypot(0.03 / (0.75 * 0.25), 1 / math.sqrt(1024 * 0.25 * 0.75)))


def test_a_gain_worth_the_priors_points_moves_nothing():
    logits = 18 / POINTS_PER_LOGIT
    high = 1 / (1 + math.exp(-(logit(0.25) + logits)))
    _, shift = ceiling(run(start=0.25, ceiling=high))
    assert shift is not None
    assert (shift.parameter, shift.shift) == ("rl_size", pytest.approx(0, abs=1e-9))


def test_a_small_gain_moves_the_size_down_by_its_weight():
    update, shift = ceiling(run(start=0.25, ceiling=0.75, errors=(0.03, 0.2, 0.19)))
    logits, error = 2 * math.log(3), math.hypot(0.16, 1 / math.sqrt(192))
    prior_sd = math.log(3.2) / (2 * 1.6448536)
    weight = prior_sd**2 / (prior_sd**2 + (error / logits) ** 2 + CEILING_SD**2 + FAR**2)
    assert update.weight == pytest.approx(weight, rel=1e-6)
    assert 0.05 < weight < 0.07
    assert shift is not None
    assert shift.shift == pytest.approx(weight * math.log(7 * logits / 18) / prior_sd, rel=1e-6)
    assert update.posterior.median < 18


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (0.0, 0.5), (0.5, 1.0), (0.0, 0.0), (1.0, 1.0), (0.3, 0.3)])
def test_scores_of_zero_and_one_stay_finite(start: float, end: float):
    for update, shift in (ceiling(run(start=start, ceiling=end)), steepness(run(start=start, ceiling=end))):
        assert shift is not None
        assert math.isfinite(shift.shift)
        assert abs(shift.shift) < 1
        assert 0 <= update.weight < 0.2
    law = curves.stored(run(start=start, ceiling=end))
    assert law is not None
    assert abs(rl_levers.gain(law)[0]) <= 2 * math.log(2 * PROMPTS)


# --- several runs ---------------------------------------------------------------------------------------------------


def test_equal_measurements_are_averaged_and_their_scatter_counts():
    assert pooled([1.0, 1.0, 1.0, 1.0], [0.2] * 4) == (pytest.approx(1.0), pytest.approx(0.1))
    value, error = pooled([0.0, 1.0], [0.1, 0.1])
    assert value == pytest.approx(0.5)
    assert error == pytest.approx(math.sqrt(0.5) / math.sqrt(2))  # the standard error of the mean of 0 and 1
    assert pooled([3.0], [0.4]) == (3.0, pytest.approx(0.4))


def test_a_vague_measurement_counts_for_little():
    value, _ = pooled([1.0, 2.0], [0.1, 1.0])
    assert value == pytest.approx((100 * 1 + 1 * 2) / 101)


def test_seeds_of_one_base_do_not_outvote_another():
    seeds = [("weak", 0.0, 0.1)] * 9 + [("strong", 1.0, 0.1)]
    value, error = rl_levers.by_base(seeds)
    assert value == pytest.approx(0.5, abs=0.01)
    assert error == pytest.approx(0.5, abs=0.01)
    assert pooled(*zip(*(row[1:] for row in seeds), strict=True))[0] < 0.2


def test_a_run_without_a_curve_is_ignored():
    alone, _ = steepness(run())
    silent = run() | {"sigmoid": None, "base": "strong"}
    vague = run(steepness=9.0, errors=(0.02, curves.DETERMINED, 0.1), base="strong")
    beside, _ = steepness(run(), silent, vague)
    assert beside.measured == alone.measured
    assert beside.weight == alone.weight
    assert beside.note.endswith("1 of 3 runs have a curve")


@pytest.mark.parametrize(("runs", "why"), [((), "not measured"), (({"base": "weak", "flop": [0.0, FLOP]},), "no run")])
def test_without_a_curve_nothing_moves(runs: tuple, why: str):
    for name in rl_levers.LEVERS:
        update, shift = rl_levers.update(LEVERS[name], runs)
        assert shift is None
        assert (update.measured, update.weight, update.moved) == (None, 0, 0)
        assert update.posterior == update.prior == LEVERS[name].prior
        assert why in update.note


def test_a_perfect_fit_is_not_believed_to_the_last_digit():
    law = curves.stored(run(errors=(0.0, 0.0, 0.0), start=0.5, ceiling=0.6))
    assert law is not None
    assert rl_levers.log_steepness(law)[1] == LEAST_SD
    assert rl_levers.gain(law)[1] >= LEAST_SD


# --- committed results ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ids() if read(name).kind == "measured"])
def test_a_committed_result_says_little_about_reinforcement(name: str):
    found = {update.name: update for update in read(name).gains}
    shifts = {shift.parameter: shift for shift in read(name).shifts}
    for lever, parameter in (("rl_steepness", "rl_slope"), ("rl_ceiling", "rl_size")):
        assert 0 < found[lever].weight < 0.12
        assert abs(found[lever].moved) < 0.2
        assert shifts[parameter].shift == found[lever].moved
        assert shifts[parameter].scale == pytest.approx(math.sqrt(1 - found[lever].weight))
