"""CRPS against closed forms and its definition; bands cover what they say."""

import numpy as np
import pytest
from scipy.stats import norm

from sim.hindcast.scores import covered, crps

DICE = np.random.default_rng(1)


def grid(number: int) -> np.ndarray:
    """A standard normal as equally likely points."""
    return norm.ppf((np.arange(number) + 0.5) / number)


def by_definition(futures: np.ndarray, value: float) -> float:
    """∫ (F(x) - 1{x ≥ value})² dx, exact because both steps are constant between the points."""
    ends = np.sort(np.append(futures, value))
    middles = (ends[1:] + ends[:-1]) / 2
    share = (futures[None, :] <= middles[:, None]).mean(axis=1)
    return float((np.diff(ends) * (share - (middles >= value)) ** 2).sum())


@pytest.mark.parametrize("value", [-3.0, -0.4, 0.0, 1.0, 2.5])
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (2.0, 0.3)])
def test_a_normal_has_the_closed_form(value: float, mean: float, sd: float) -> None:
    """Gneiting and Raftery (2007), equation 21."""
    z = (value - mean) / sd
    closed = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(mean + sd * grid(20_000), value) == pytest.approx(closed, abs=2e-4 * sd)


@pytest.mark.parametrize("number", [1, 2, 7, 50])
def test_it_is_the_integral_of_the_definition(number: int) -> None:
    for _ in range(5):
        futures, value = DICE.gamma(2, size=number), float(DICE.gamma(2))
        assert crps(futures, value) == pytest.approx(by_definition(futures, value), abs=1e-12)


def test_ties_are_counted() -> None:
    futures = np.array([0.0, 1.0, 1.0, 1.0, 4.0])
    for value in (-1.0, 0.0, 1.0, 3.0, 4.0, 9.0):
        assert crps(futures, value) == pytest.approx(by_definition(futures, value), abs=1e-12)


def test_one_value_has_its_absolute_error() -> None:
    assert crps(np.array([3.0]), 5.5) == 2.5
    assert crps(np.full(9, 3.0), 5.5) == pytest.approx(2.5)


def test_a_shift_changes_nothing_and_a_scale_scales() -> None:
    futures, value = DICE.standard_normal(200), 0.7
    before = crps(futures, value)
    assert crps(futures + 12, value + 12) == pytest.approx(before)
    assert crps(-3 * futures, -3 * value) == pytest.approx(3 * before)
    assert crps(DICE.permutation(futures), value) == pytest.approx(before)


def test_the_true_spread_scores_best() -> None:
    """A proper score: who says too little or too much loses on average."""
    came = grid(400)
    mean = {sd: np.mean([crps(sd * grid(400), value) for value in came]) for sd in (0.5, 0.8, 1.0, 1.25, 2.0)}
    assert min(mean, key=lambda sd: mean[sd]) == 1.0
    assert mean[1.0] < mean[0.8] < mean[0.5]


def test_bands_end_at_their_quantiles() -> None:
    futures = np.arange(101.0)
    assert [v for v in range(101) if covered(futures, v, 90)] == list(range(5, 96))
    assert [v for v in range(101) if covered(futures, v, 50)] == list(range(25, 76))


@pytest.mark.parametrize("band", [50, 90])
def test_a_true_forecast_covers_as_often_as_it_says(band: int) -> None:
    futures = grid(4001)
    share = np.mean([covered(futures, value, band) for value in grid(1000)])
    assert share == pytest.approx(band / 100, abs=0.002)
