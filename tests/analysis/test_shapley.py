"""Shapley effects against values that are known exactly, with inputs that depend on each other."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from sim.analysis.shapley import of_sample, shapley_effects
from sim.ensemble import rng

N = 4096


def normal(cov: np.ndarray, n: int = N, seed: int = 0) -> np.ndarray:
    """(inputs, n) normal inputs with a covariance."""
    chance = rng.generator(seed, "test shapley")
    return np.linalg.cholesky(cov) @ chance.standard_normal((len(cov), n))


def linear(beta: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """Exact effects of a linear function of normal inputs: Var(E[Y | X_S]) = c' Σ_SS⁻¹ c with c = Σ_S· β."""
    count = len(beta)

    def explained(chosen: tuple[int, ...]) -> float:
        c = cov[list(chosen)] @ beta
        return float(c @ np.linalg.solve(cov[np.ix_(chosen, chosen)], c)) if chosen else 0.0

    found = np.zeros(count)
    for i in range(count):
        others = [j for j in range(count) if j != i]
        for size in range(count):
            weight = factorial(size) * factorial(count - 1 - size) / factorial(count)
            for chosen in combinations(others, size):
                found[i] += weight * (explained(tuple(sorted((*chosen, i)))) - explained(chosen))
    return found / (beta @ cov @ beta)


@pytest.mark.parametrize("rho", [-0.8, 0.0, 0.5, 0.9])
def test_two_correlated_normal_inputs_have_the_effects_of_owen_and_prieur(rho):
    beta, sd = np.array([1.0, 2.0]), np.array([1.0, 1.5])
    cov = np.outer(sd, sd) * np.array([[1, rho], [rho, 1]])
    one, two = beta * sd
    exact = np.array([one**2 * (1 - rho**2 / 2) + two**2 * rho**2 / 2, two**2 * (1 - rho**2 / 2) + one**2 * rho**2 / 2])
    exact = (exact + rho * one * two) / (one**2 + two**2 + 2 * rho * one * two)
    assert linear(beta, cov) == pytest.approx(exact)
    x = normal(cov)
    found = of_sample(x, beta @ x, ["a", "b"])
    assert np.abs(found.share - exact).max() < 0.02
    assert (np.abs(found.share - exact) < 4 * found.error + 0.002).all()
    assert found.share.sum() == pytest.approx(1, abs=0.002)


def test_four_inputs_and_chance_add_up_to_the_variance():
    sd = np.array([1.0, 0.5, 2.0, 1.0])
    corr = np.array([[1, 0.7, 0.2, 0], [0.7, 1, 0, 0], [0.2, 0, 1, -0.6], [0, 0, -0.6, 1]])
    cov, beta = np.outer(sd, sd) * corr, np.array([1.0, 0.0, 1.0, 1.5])
    x = normal(cov)
    g, noise = beta @ x, rng.generator(1, "test shapley noise").standard_normal((2, N)) * 2
    found = of_sample(x, g + noise[0], ["a", "b", "c", "d"], again=g + noise[1])
    whole = float(beta @ cov @ beta + 4)
    exact = linear(beta, cov) * float(beta @ cov @ beta) / whole
    assert exact[1] > 0.02  # without a coefficient, and yet it tells of what goes together with it
    assert (np.abs(found.share - exact) < 4 * found.error + 0.005).all()
    assert found.luck == pytest.approx(4 / whole, abs=0.03)
    assert abs(found.rest) < 0.03
    assert found.share.sum() + found.luck + found.rest == pytest.approx(1)
    rows = found.frame()
    assert rows["shapley"].sum() == pytest.approx(1)
    assert rows["input"].to_list()[-2:] == ["luck", "rest"]


def test_standard_errors_are_the_spread_of_other_samples():
    cov = np.array([[1, 0.6], [0.6, 1]])
    many = []
    for seed in range(24):
        x = normal(cov, 1024, seed)
        noise = rng.generator(seed, "test shapley noise").standard_normal(1024)
        many.append(of_sample(x, x[0] + x[1] ** 2 + noise, ["a", "b"], permutations=4, seed=seed))
    spread = np.stack([one.share for one in many]).std(axis=0, ddof=1)
    said = np.stack([one.error for one in many]).mean(axis=0)
    assert (said / spread > 0.6).all()
    assert (said / spread < 1.7).all()


def test_a_product_is_shared_and_what_the_regression_does_not_see_is_left():
    x = normal(np.eye(3))
    product = of_sample(x, x[0] * x[1], ["a", "b", "c"])
    assert product.share == pytest.approx([0.5, 0.5, 0], abs=0.03)
    triple = of_sample(x, x[0] + x[0] * x[1] * x[2], ["a", "b", "c"])
    assert triple.share[0] == pytest.approx(0.5, abs=0.06)
    assert triple.rest == pytest.approx(0.5, abs=0.06)


def test_a_twin_takes_half_and_a_choice_counts_by_its_values():
    x = normal(np.array([[1, 0.999999], [0.999999, 1]]))
    assert of_sample(x, x[0], ["a", "twin"]).share == pytest.approx([0.5, 0.5], abs=0.02)
    choice = (rng.generator(0, "test shapley choice").random(N) * 3).astype(int)
    y = np.array([0.0, 5.0, 1.0])[choice]  # no order in it
    assert of_sample(np.stack([choice, x[0]]), y, ["form", "a"]).share == pytest.approx([1, 0], abs=0.01)


def test_the_same_seed_gives_the_same_effects():
    x = normal(np.eye(3))
    y = x[0] + np.sin(x[1])
    one, two, other = (of_sample(x, y, ["a", "b", "c"], seed=seed, permutations=4) for seed in (0, 0, 1))
    assert one.frame().equals(two.frame())
    assert not one.frame().equals(other.frame())


def test_what_cannot_be_divided_is_refused_in_words():
    x = normal(np.eye(2), 100)
    for call, says in (
        (lambda: of_sample(x, x[0][:50], ["a", "b"]), r"x has the shape \(2, 100\) and y \(50,\)"),
        (lambda: of_sample(x, x[0] * np.nan, ["a", "b"]), "must be finite"),
        (lambda: of_sample(x, np.ones(100), ["a", "b"]), "is 1 in all 100 futures"),
        (lambda: of_sample(x, x[0], ["a", "b"], permutations=3), "permutations is 3; give an even number"),
        (lambda: of_sample(x[:, :50], x[0][:50], ["a", "b"]), "50 futures are too few for 2 inputs; give 70 or more"),
        (lambda: shapley_effects(load("current_policy"), ["outcome@2028"]), "is a class"),
        (lambda: shapley_effects(load("current_policy"), ["lead_months@2028"], members=64), "too few for"),
    ):
        with pytest.raises(InputError, match=says):
            call()


def test_effects_of_a_scenario_add_up_and_agree_with_what_the_ensemble_shows():
    spec = load("current_policy")
    (found,) = shapley_effects(spec, ["lead_months@2028"], permutations=4)
    assert found.share.sum() + found.luck + found.rest == pytest.approx(1)
    assert abs(found.rest) < 0.1
    assert found.names[int(np.argmax(found.share))] in ("follower_efficiency", "research_returns", "points_per_oom")
    (rare,) = shapley_effects(spec, ["china_ahead@2027"], permutations=4)
    assert "too rare" in rare.note
    assert rare.frame()["shapley"].null_count() == rare.frame().height
