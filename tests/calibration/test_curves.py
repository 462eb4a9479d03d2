"""Reading curves: what a loss is worth, what repetition is worth, and the sigmoid of reinforcement."""

import math

import numpy as np
import pytest

from calibration import curves

TOKENS = [1e5, 2e5, 4e5, 8e5]
LOSSES = [2.4, 2.1, 1.8, 1.6]


@pytest.mark.parametrize(
    ("loss", "worth"),
    [(2.1, 2e5), (1.95, math.sqrt(2e5 * 4e5)), (2.7, 5e4), (1.4, 16e5)],
    ids=["a point", "between", "before the curve", "after the curve"],
)
def test_a_loss_is_worth_the_tokens_at_which_plain_training_has_it(loss, worth):
    assert curves.worth(loss, TOKENS, LOSSES) == pytest.approx(worth)


def test_points_that_do_not_fall_are_left_out_and_far_ends_are_not_believed():
    bumpy = [1.0, 2.0, 4.0, 8.0], [2.0, 2.2, 1.8, 1.9]
    assert curves.worth(1.9, *bumpy) == pytest.approx(2.0)
    assert curves.worth(5.0, *bumpy) == pytest.approx(1 / 8)
    assert curves.worth(0.1, *bumpy) == pytest.approx(4 * 8)
    with pytest.raises(ValueError, match="no loss lies below the first"):
        curves.worth(1.0, [1.0, 2.0], [1.0, 1.5])


def test_the_slope_is_that_of_the_piece():
    assert curves.slope_at(TOKENS, LOSSES, 3e5) == pytest.approx(-0.3 / math.log(2))


@pytest.mark.parametrize("constant", [2.0, 15.0, 60.0])
def test_the_constant_of_repetition_comes_back(constant):
    unique, epochs = 65_536, 8
    effective = unique * (1 + constant * (1 - math.exp(-(epochs - 1) / constant)))
    assert curves.repetition_constant(unique, effective, epochs) == pytest.approx(constant)


def test_repetition_as_good_as_new_has_no_constant_and_useless_repetition_none():
    assert curves.repetition_constant(100, 800, 8) == math.inf
    assert curves.repetition_constant(100, 90, 8) == 0


@pytest.mark.parametrize("constant", [2.0, 15.0])
def test_one_constant_is_found_for_all_passes(constant):
    epochs = np.array([2.0, 4.0, 8.0])
    worths = 1e5 * (1 + constant * (1 - np.exp(-(epochs - 1) / constant)))
    value, sd = curves.shared_constant(1e5, worths, epochs, np.full(3, 0.02))
    assert math.exp(value) == pytest.approx(constant, rel=1e-3)
    assert 0 < sd < 0.5


def test_passes_as_good_as_new_text_count_too():
    epochs = np.array([2.0, 4.0, 8.0])
    fading = 1e5 * np.array([1.9, 3.0, 4.5])
    value, sd = curves.shared_constant(1e5, fading, epochs, np.full(3, 0.02))
    free = curves.shared_constant(1e5, np.array([2.1e5, *fading[1:]]), epochs, np.full(3, 0.02))
    assert free[0] > value
    perfect = curves.shared_constant(1e5, 1e5 * epochs, epochs, np.full(3, 0.02))
    assert math.exp(perfect[0]) > 100
    assert sd < perfect[1]


def test_what_a_seed_does_is_read_from_all_runs_of_its_cell():
    cells = [{"size": "a", "tokens": 1, "loss": 2.0}, {"size": "b", "tokens": 1, "loss": 9.0}]
    again = [{"size": "a", "tokens": 1, "loss": 2.2}]
    assert curves.seed_sd(cells, again) == pytest.approx(np.std([2.0, 2.2], ddof=1))
    assert curves.seed_sd(cells, []) is None


def test_the_sigmoid_comes_back():
    flop = np.concatenate([[0.0], np.geomspace(3e9, 8e11, 13)])
    passed = curves._sigmoid(np.maximum(flop, 1e-9), 0.18, 0.62, math.log(1e11), 1.7)
    law = curves.sigmoid(flop, passed)
    assert law is not None
    assert (law.start, law.ceiling) == (pytest.approx(0.18), pytest.approx(0.62, abs=1e-4))
    assert (law.middle, law.steepness) == (pytest.approx(1e11, rel=1e-3), pytest.approx(1.7, rel=1e-3))
    assert law.rms < 1e-6
    assert law.forecast_error == pytest.approx(0, abs=1e-3)


def test_a_run_that_does_not_learn_has_no_sigmoid():
    flop = np.concatenate([[0.0], np.geomspace(1e9, 1e11, 8)])
    assert curves.sigmoid(flop, np.full(9, 0.2)) is None
    assert curves.sigmoid(flop[:3], np.array([0.1, 0.2, 0.3])) is None
