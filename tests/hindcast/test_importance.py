"""The sampler on posteriors that are known: means, spreads, evidence, modes, and untouched columns."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from sim.ensemble.rng import Array
from sim.hindcast.importance import Proposal, Sample, effective, normalized, sample

SEEN, CAME = [2, 5], np.array([1.6, -1.1])
"""Columns that are observed, and the values."""
ERRORS = np.array([[0.09, 0.06], [0.06, 0.16]])


def gaussian(scores: Array) -> Array:
    return np.asarray(multivariate_normal(CAME, ERRORS).logpdf(scores[SEEN].T))


@pytest.fixture(scope="module")
def found() -> Sample:
    return sample(10, gaussian, 16_384, 0)


def test_mean_and_covariance_are_those_of_bayes(found: Sample) -> None:
    covariance = np.linalg.inv(np.eye(2) + np.linalg.inv(ERRORS))
    mean = covariance @ np.linalg.inv(ERRORS) @ CAME
    error = 1 / np.sqrt(found.effective)
    seen = found.scores[SEEN]
    off = (seen @ found.weights - mean) / np.sqrt(np.diag(covariance))
    assert np.abs(off).max() < 4 * error
    centered = seen - mean[:, None]
    weighed = (centered * found.weights) @ centered.T
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    assert np.abs((weighed - covariance) / scale).max() < 6 * error


def test_log_evidence_is_that_of_bayes(found: Sample) -> None:
    truth = multivariate_normal(np.zeros(2), np.eye(2) + ERRORS).logpdf(CAME)
    assert found.log_evidence == pytest.approx(truth, abs=4 / np.sqrt(found.effective))


def test_columns_without_news_stay_as_they_were(found: Sample) -> None:
    others = np.delete(found.scores, SEEN, axis=0)
    error = 1 / np.sqrt(found.effective)
    assert np.abs(others @ found.weights).max() < 4.5 * error
    assert np.abs(others**2 @ found.weights - 1).max() < 4.5 * np.sqrt(2) * error


def test_most_draws_count(found: Sample) -> None:
    """The proposal has found the place: from the prior alone, one draw in about fifteen would count."""
    assert found.effective > 0.3 * found.weights.size


def test_weights_add_to_one_and_follow_from_likelihood_and_correction(found: Sample) -> None:
    assert found.weights.sum() == pytest.approx(1)
    assert found.weights.min() >= 0
    log = found.log_likelihood + found.correction
    ratio = found.weights / np.exp(log - log.max())
    np.testing.assert_allclose(ratio, ratio[0])


def test_the_share_from_the_prior_bounds_the_correction(found: Sample) -> None:
    """A tenth of the draws comes from the prior, so no weight exceeds ten times the likelihood."""
    assert found.correction.max() <= np.log(10) + 1e-9


def test_the_correction_is_prior_over_proposal() -> None:
    """A mixture integrates to one: under its own draws, the mean of prior over proposal is one."""
    first = Proposal(3).draw(4000, np.random.default_rng(0))
    proposal = Proposal(3)
    for _ in range(3):
        weights = normalized(-0.5 * ((first[1] - 1.2) / 0.5) ** 2)
        proposal = proposal.refitted(first, weights)
    assert proposal.parts[0].moved.tolist() == [1]
    drawn = proposal.draw(100_000, np.random.default_rng(1))
    assert np.exp(proposal.log_correction(drawn)).mean() == pytest.approx(1, abs=0.02)
    assert proposal.shares == pytest.approx([0.6, 0.2, 0.1, 0.1])
    # Far from all parts only the prior's own tenth is left.
    assert proposal.log_correction(np.array([[0.0], [-9.0], [0.0]]))[0] == pytest.approx(np.log(10), abs=1e-3)


def test_the_effective_number_is_one_over_the_sum_of_squares() -> None:
    assert effective(np.array([0.5, 0.5, 0.0])) == 2
    assert effective(np.full(40, 1 / 40)) == pytest.approx(40)
    assert effective(np.array([0.8, 0.1, 0.1])) == pytest.approx(1 / 0.66)


def test_weights_of_any_size_are_normalised() -> None:
    for shift in (-5000.0, 0.0, 5000.0):
        np.testing.assert_allclose(normalized(np.log([1.0, 3.0]) + shift), [0.25, 0.75])


def test_one_seed_gives_one_sample() -> None:
    one, two, other = (sample(4, lambda s: -2 * (s[1] - 1) ** 2, 2048, seed) for seed in (3, 3, 4))
    for field in ("scores", "log_likelihood", "correction", "weights"):
        assert np.array_equal(getattr(one, field), getattr(two, field)), field
    assert not np.array_equal(one.scores, other.scores)


def test_a_likelihood_that_says_nothing_leaves_the_prior() -> None:
    found = sample(6, lambda s: np.full(s.shape[1], -3.5), 4096, 0)
    assert found.effective > 0.99 * 4096
    assert found.log_evidence == pytest.approx(-3.5, abs=0.01)


def two_modes(places: list[list[float]], shares: list[float], sd: float) -> Callable[[Array], Array]:
    parts = [multivariate_normal(np.array(place), sd**2 * np.eye(len(place))) for place in places]

    def log_likelihood(scores: Array) -> Array:
        at = scores[: len(places[0])].T
        return np.asarray(np.log(sum(s * p.pdf(at) for s, p in zip(shares, parts, strict=True)) + 1e-300))

    return log_likelihood


@pytest.mark.parametrize("share", [0.5, 0.8])
@pytest.mark.parametrize("place", [[2.0], [1.5, 1.5]])
def test_a_second_mode_is_not_lost(place: list[float], share: float) -> None:
    """Places that mirror each other have the same prior: their masses are those of the likelihood."""
    mirrored = [-x for x in place]
    found = sample(5, two_modes([place, mirrored], [share, 1 - share], 0.3), 16_384, 0)
    right = float(found.weights[found.scores[0] > 0].sum())
    assert right == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / found.effective))
    assert found.effective > 500


def test_a_place_far_out_is_found_by_steps() -> None:
    """Nearly five standard deviations out, where one draw of the prior in a million lies."""
    found = sample(5, lambda s: np.asarray(multivariate_normal(5.0, 0.04).logpdf(s[3])), 16_384, 0)
    assert found.log_evidence == pytest.approx(multivariate_normal(0, 1.04).logpdf(5.0), abs=0.1)
    assert found.scores[3] @ found.weights == pytest.approx(5 / 1.04, abs=0.05)
    assert found.effective > 1000


def test_each_round_is_told() -> None:
    lines: list[str] = []
    sample(3, lambda s: -0.5 * s[0] ** 2, 2048, 0, first_round=1500, tell=lines.append)
    assert all("1,500 draws" in line for line in lines[:-1])
    assert lines[-1].startswith("last round: 2,048 draws")


@pytest.mark.parametrize("seed", range(4))
def test_resampling_keeps_expected_counts(seed: int) -> None:
    """Systematic: a draw of weight w comes floor or ceiling of n·w times."""
    weights = np.random.default_rng(5).dirichlet(np.full(60, 0.3))
    blank = np.zeros(60)
    chosen = Sample(np.zeros((1, 60)), blank, blank, weights).resampled(500, seed)
    counts = np.bincount(chosen, minlength=60)
    assert counts.sum() == 500
    assert np.abs(counts - 500 * weights).max() < 1
    assert np.array_equal(chosen, Sample(np.zeros((1, 60)), blank, blank, weights).resampled(500, seed))


def test_resampling_is_fair_over_seeds() -> None:
    weights, blank = np.array([0.9, 0.1]), np.zeros(2)
    rare = [int((Sample(np.zeros((1, 2)), blank, blank, weights).resampled(5, s) == 1).sum()) for s in range(400)]
    assert set(rare) == {0, 1}
    assert np.mean(rare) == pytest.approx(0.5, abs=0.1)
