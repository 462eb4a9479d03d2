"""Training steps and decoding: one chip's share of peak, and what it says of the simulator's parameters."""

import math

import pytest
from scipy.special import expit, logit

from calibration import mapping, works
from calibration.mapping import Z90
from calibration.record import Interval, ids, read
from calibration.shares import Share
from scenarios.levers import LEVERS
from scenarios.parameters import parameters
from sim.ensemble.draws import HARDWARE_DIMENSIONS

PRIOR = read("literature")
WORKS = {work.name: work for work in PRIOR.works}
COPIED = Interval(median=0.86, low=0.775, high=0.93)
FRONTIER = 1e26


def share(work="decode", peak=(0.7, 0.7, 0.7), best=0.8, noisy=False) -> Share:
    of_peak = peak and Interval(low=peak[0], median=peak[1], high=peak[2])
    return Share(work, "a kernel", 1.0, "byte/s" if work == "decode" else "FLOP/s", of_peak, best, noisy)


def score(work, value: float) -> float:
    mean, sd = mapping.fraction_scores(work.prior)
    return (logit(value) - mean) / sd


def test_a_share_moves_its_chip_fully_and_the_parameter_by_the_correlation():
    work = WORKS["decode"]
    row, shift = works.update(work, works.seen(work, [share()], COPIED), None, 0.4)
    _, sd = mapping.fraction_scores(work.prior)
    weight = sd**2 / (sd**2 + works.LEAST_SD**2)
    assert row.weight == pytest.approx(weight)
    assert row.moved == pytest.approx(weight * score(work, 0.7))
    assert (shift.parameter, shift.shift) == ("decode_intensity", pytest.approx(0.4 * row.moved))
    assert shift.scale == pytest.approx(math.sqrt(1 - 0.16 * weight))


def test_a_training_step_counts_more_the_larger_the_models_are():
    work = WORKS["training"]
    found = works.seen(work, [share("training")], COPIED)
    small, large, frontier = (works.update(work, found, flop, 0.5)[0].weight for flop in (1e12, 1e20, FRONTIER))
    assert small < large < frontier
    _, sd = mapping.fraction_scores(work.prior)
    far = mapping.LEVER_DISCREPANCY**2 * 14
    assert small == pytest.approx(sd**2 / (sd**2 + works.LEAST_SD**2 + far))


def test_decoding_does_not_hang_on_the_size_of_what_was_trained():
    work = WORKS["decode"]
    found = works.seen(work, [share()], COPIED)
    assert works.update(work, found, 1e12, 0.4)[0] == works.update(work, found, 1e20, 0.4)[0]


def test_without_a_published_peak_a_share_of_the_best_copy_counts_with_what_copies_reach():
    (found,) = works.seen(WORKS["decode"], [share(peak=None, best=0.5)], COPIED)
    assert expit(found.value) == pytest.approx(0.43)
    width = (logit(0.5 * 0.93) - logit(0.5 * 0.775)) / (2 * Z90)
    assert found.error == pytest.approx(math.hypot(width, works.LEAST_SD))


@pytest.mark.parametrize(
    "given",
    [share(noisy=True), share(work="prefill"), share(peak=None, best=None), share(peak=(0.9, 1.0, 1.1))],
    ids=["noisy", "other work", "no peak", "above the peak"],
)
def test_what_cannot_count_does_not(given):
    assert works.seen(WORKS["decode"], [given], COPIED) == ()
    row, shift = works.update(WORKS["decode"], (), None, 0.4)
    assert shift is None
    assert (row.measured, row.moved, row.posterior) == (None, 0, row.prior)


def test_a_processor_tells_less_of_fleets_than_an_accelerator():
    work = WORKS["training"]
    assert works.correlation(work, "nvidia") == work.correlation
    assert works.correlation(work, "processor") == pytest.approx(work.correlation * mapping.WEIGHTS["other"])


def test_each_piece_of_work_speaks_about_a_parameter_that_the_simulator_draws():
    assert {work.parameter for work in PRIOR.works} == {"mfu", "decode_intensity"}
    assert all(work.parameter in parameters() for work in PRIOR.works)


@pytest.mark.parametrize("name", [name for name in ids() if read(name).kind == "measured"])
def test_every_measured_quantity_with_a_parameter_goes_through_the_mapping(name: str):
    """Fractions of peak, levers, reinforcement, training and decoding: what the simulator draws, and nothing else."""
    found, prior = read(name), read("literature")
    measured = {u.name for u in (*found.gains, *found.work) if u.measured is not None}
    wanted = {p.parameter for p in (*prior.levers, *prior.works) if p.parameter and p.name in measured}
    assert {shift.parameter for shift in found.shifts} == wanted >= {"mfu", "decode_intensity", "rl_slope"}
    assert not wanted & (LEVERS.keys() | HARDWARE_DIMENSIONS.keys())
