"""The fitter finds what was put in, says how well, and tells laws apart."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from calibration import scaling
from calibration.dice import dice
from calibration.scaling import FORMS, Grid

TRUTH = {"E": 1.82, "A": 480.0, "B": 2090.0, "alpha": 0.35, "beta": 0.37}


def chinchilla(seed: int, floor: float = TRUTH["E"], noise: float = 0.008, each: int = 26) -> Grid:
    """Points with the design of Hoffmann et al.: nine budgets, sizes spread about the optimum; 234 of them.

    The noise is what makes the bootstrap as wide as on the published points (standard deviation of α 0.015).
    """
    generator = dice(seed, "points")
    compute = np.repeat([6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21, 3e21], each)
    ratio = np.exp(generator.uniform(np.log(1.0), np.log(400.0), len(compute)))
    size = np.sqrt(compute / 6 / ratio)
    loss = floor + TRUTH["A"] / size ** TRUTH["alpha"] + TRUTH["B"] / (size * ratio) ** TRUTH["beta"]
    return Grid(size, size * ratio, loss * np.exp(noise * generator.standard_normal(len(compute))))


@pytest.mark.parametrize("name", FORMS)
def test_the_slopes_are_the_derivatives(name: str):
    form, grid = FORMS[name], chinchilla(0, each=2)
    for start in form.starts[:3]:
        _, slopes = form.predict(np.array(start), grid.n, grid.d)
        for cell in (0, 7, 17):
            one = slice(cell, cell + 1)
            by_steps = approx_fprime(np.array(start), lambda p, c=one: form.predict(p, grid.n[c], grid.d[c])[0][0])
            np.testing.assert_allclose(slopes[cell], by_steps, rtol=1e-4, atol=1e-6)


def test_known_parameters_lie_inside_their_intervals():
    grid = chinchilla(1)
    best = scaling.fit(grid, FORMS["additive"])
    draws = scaling.bootstrap(grid, best, 80, seed=0)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    truth = np.array([TRUTH[name] for name in scaling.NAMES])
    assert ((low < truth) & (truth < high)).all(), (low, truth, high)
    # … and the intervals say something: as narrow as those on the published points.
    assert draws[:, 3].std() == pytest.approx(0.015, abs=0.008)
    assert draws[:, 0].std() == pytest.approx(0.013, abs=0.015)
    assert scaling.identified(draws)
    true_slope = TRUTH["alpha"] * TRUTH["beta"] / (TRUTH["alpha"] + TRUTH["beta"])
    assert np.quantile(scaling.frontier_slope(draws), [0.05, 0.95]) == pytest.approx(true_slope, rel=0.1)


def test_coefficient_and_exponent_move_together():
    grid = chinchilla(2, each=10)
    draws = scaling.bootstrap(grid, scaling.fit(grid, FORMS["additive"]), 40, seed=0)
    assert np.corrcoef(np.log(draws[:, 1]), draws[:, 3])[0, 1] > 0.98


def comparison(grid: Grid) -> scaling.Comparison:
    return scaling.leave_one_out(grid, {name: scaling.fit(grid, form) for name, form in FORMS.items()})


@pytest.mark.slow
def test_a_truth_without_a_floor_is_told_from_one_with_a_floor():
    without = comparison(chinchilla(3, floor=0.0, each=2))
    assert without.preferred == "no floor"
    with_floor = comparison(chinchilla(3, each=2))
    assert with_floor.preferred == "additive"
    assert with_floor.rms("no floor") > with_floor.rms("additive")
    assert not with_floor.additive_loses


def test_too_small_a_grid_is_not_called_identified():
    generator = dice(4, "small grid")
    size, tokens = (x.ravel() for x in np.meshgrid([1e4, 3e4, 6e4], [5e5, 1e6]))
    loss = (0.6 + 3.0 / size**0.2 + 900 / tokens**0.5) * np.exp(0.03 * generator.standard_normal(6))
    grid = Grid(size, tokens, loss)
    assert not scaling.identified(scaling.bootstrap(grid, scaling.fit(grid, FORMS["additive"]), 40, seed=0))


def test_the_hold_out_is_what_was_not_fitted():
    exact = chinchilla(5, noise=1e-6, each=6)
    mean, most = scaling.hold_out(exact, FORMS["additive"])
    assert mean < 1e-4
    assert most < 1e-3
    spoilt = Grid(exact.size, exact.tokens, exact.loss.copy())
    largest = np.argsort(spoilt.compute)[-10:]
    spoilt.loss[largest] *= 1.5
    assert scaling.hold_out(spoilt, FORMS["additive"])[1] == pytest.approx(1 / 3, abs=0.02)
