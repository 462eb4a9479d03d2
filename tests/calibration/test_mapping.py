"""How much a measurement may move: the measured chip fully, levers a little, frontier exponents hardly at all."""

import math

import numpy as np
import pytest
from scipy.special import expit, logit

from calibration import mapping
from calibration.dice import dice
from calibration.mapping import Gain, Reached
from calibration.record import read

PRIOR = read("literature")
LEVERS = {lever.name: lever for lever in PRIOR.levers}
CPU_RUN, GPU_RUN = 1e13, 1e17


def draws(alpha: float, beta: float, sd: float) -> np.ndarray:
    """Bootstrap draws of a run whose exponents are far from the frontier's."""
    generator = dice(0, "draws")
    return np.column_stack(
        [np.full(400, 0.6), np.full(400, 5.0), np.full(400, 900.0), *(
            center + sd * generator.standard_normal(400) for center in (alpha, beta)
        )]
    )  # fmt: skip


# --- frontier exponents ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "beta", "sd"), [(0.24, 0.72, 0.1), (0.6, 0.2, 0.1), (0.35, 0.37, 0.02)])
def test_a_tiny_run_moves_no_frontier_exponent(alpha, beta, sd):
    for row in mapping.frontier_updates(PRIOR.exponents, draws(alpha, beta, sd), CPU_RUN):
        assert abs(row.moved) < 0.01
        width = (row.posterior.high - row.posterior.low) / (row.prior.high - row.prior.low)
        assert 0.98 < width <= 1


def test_the_weight_is_the_power_prior():
    assert mapping.power(CPU_RUN) == pytest.approx(math.exp(-6.5))
    assert mapping.power(GPU_RUN) == pytest.approx(math.exp(-4.5))
    assert mapping.power(1e27) == 1
    rows = mapping.frontier_updates(PRIOR.exponents, draws(0.3, 0.4, 0.05), GPU_RUN)
    eta = mapping.power(GPU_RUN)
    # The floor of the run is in another unit: it has no weight.
    assert {row.name: row.weight for row in rows} == {"E": 0, "alpha": eta, "beta": eta}


def test_a_run_at_the_frontier_would_move_them():
    by = {u.name: u for u in mapping.frontier_updates(PRIOR.exponents, draws(0.30, 0.45, 0.01), 1e26)}
    assert by["alpha"].posterior.median == pytest.approx(0.30, abs=0.01)
    assert by["beta"].posterior.median == pytest.approx(0.45, abs=0.01)


def test_without_a_run_nothing_moves():
    for row in mapping.frontier_updates(PRIOR.exponents, None, 1.0):
        assert (row.moved, row.weight, row.measured) == (0, 0, None)
        assert row.prior == row.posterior


# --- levers ---------------------------------------------------------------------------------------------------------


def test_a_small_run_leaves_a_lever_nearly_at_its_prior():
    # ln 1.8 ± 0.28 and a measurement of ln 1.9 whose discrepancy is 0.9 give ln 1.81 ± 0.27.
    update, shift = mapping.lever_update(LEVERS["distillation"], [Gain(1e12, math.log(1.9), 0.03)], CPU_RUN, False)
    assert update.posterior.median == pytest.approx(1.81, abs=0.01)
    assert mapping.spread(update.posterior) == pytest.approx(0.27, abs=0.005)
    assert update.weight == pytest.approx(0.278**2 / (0.278**2 + 0.03**2 + 0.9014**2), rel=0.01)
    assert shift is not None
    assert shift.parameter == "distillation_share"
    assert 0 < shift.shift < 0.03
    assert shift.scale == pytest.approx(math.sqrt(1 - update.weight))


def test_a_lever_without_a_parameter_shifts_nothing():
    update, shift = mapping.lever_update(LEVERS["optimizer"], [Gain(1e12, math.log(1.65), 0.03)], CPU_RUN, False)
    assert shift is None
    assert update.moved > 0


def test_what_was_not_measured_stays():
    update, shift = mapping.lever_update(LEVERS["synthetic"], [], CPU_RUN, False)
    assert shift is None
    assert (update.weight, update.moved, update.measured) == (0, 0, None)
    assert update.posterior.model_dump() == pytest.approx(LEVERS["synthetic"].prior.model_dump())


def test_a_law_that_lost_widens_the_levers():
    gains = [Gain(1e12, math.log(1.8), 0.03)]
    narrow, _ = mapping.lever_update(LEVERS["distillation"], gains, CPU_RUN, False)
    wide, shift = mapping.lever_update(LEVERS["distillation"], gains, CPU_RUN, True)
    assert mapping.spread(wide.prior) ** 2 - mapping.spread(narrow.prior) ** 2 == pytest.approx(0.15**2 - 0.1**2)
    assert shift is not None
    assert shift.scale > 1  # more is unknown than before the run


def test_a_law_that_lost_widens_levers_that_were_not_measured_too():
    update, shift = mapping.lever_update(LEVERS["distillation"], [], CPU_RUN, True)
    assert shift is not None
    assert shift.shift == 0
    assert shift.scale == pytest.approx(mapping.spread(update.prior) / mapping.spread(LEVERS["distillation"].prior))
    assert shift.scale > 1


def test_several_scales_are_read_at_the_largest_with_a_shrunk_slope():
    flat = [Gain(10.0**x, 0.5, 0.05) for x in (10, 11, 12)]
    assert mapping.at_scale(flat)[0] == pytest.approx(0.5)
    rising = [Gain(10.0**x, 0.2 + 0.3 * (x - 10), 0.05) for x in (10, 11, 12)]
    value, error = mapping.at_scale(rising)
    assert 0.5 < value < 0.8
    assert error > mapping.at_scale(flat)[1]  # it does not lie on a line of so small a slope, and says so


# --- hardware -------------------------------------------------------------------------------------------------------


def updated(best: float, median: float, kin: str, low: float = 989e12, high: float = 989e12):
    own = PRIOR.fraction("compute", "nvidia")
    return mapping.hardware_update("chip", own, own, Reached(best, median, low, high), kin, "")


def test_the_measured_chip_moves_fully_and_others_by_their_kinship():
    own, same, other = (updated(700e12, 695e12, kin) for kin in ("host", "same", "other"))
    measured = logit(700 / 989)
    assert logit(own.posterior.median) == pytest.approx(measured, abs=0.08)
    assert own.weight > 0.9
    assert (same.moved, other.moved) == (pytest.approx(own.moved * 0.5), pytest.approx(own.moved * 0.15))
    widths = [u.posterior.high - u.posterior.low for u in (own, same, other)]
    assert widths == sorted(widths)
    assert widths[0] < 0.5 * (own.prior.high - own.prior.low)


def test_a_rate_above_the_peak_or_none_updates_nothing():
    own = PRIOR.fraction("compute", "nvidia")
    for update in (updated(1200e12, 1190e12, "host"), mapping.hardware_update("chip", own, own, None, "host", "noisy")):
        assert (update.weight, update.moved, update.measured) == (0, 0, None)
        assert update.posterior == update.prior
        assert update.note


def test_an_unknown_peak_weakens_the_evidence():
    known, vague = updated(700e12, 695e12, "host"), updated(700e12, 695e12, "host", 900e12, 1300e12)
    assert vague.weight < known.weight
    assert vague.measured.high - vague.measured.low > known.measured.high - known.measured.low


def test_repeats_that_differ_weaken_the_evidence():
    assert updated(700e12, 580e12, "host").weight < updated(700e12, 699e12, "host").weight


def test_the_posterior_is_what_the_simulator_draws():
    update = updated(700e12, 695e12, "same")
    mid, low = logit(update.prior.median), logit(update.prior.low)
    width = math.sqrt(1 - 0.25 * updated(700e12, 695e12, "host").weight)
    drawn = expit(mid + (update.moved - width * mapping.Z90) * (mid - low) / mapping.Z90)
    assert update.posterior.low == pytest.approx(drawn)
