"""The likelihood of the record, term by term: what each reacts to, and what it leaves alone."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from scenarios.parameters import parameters
from scenarios.quarters import DATA_UNTIL, FIRST, number, of_date
from scenarios.tables import table
from sim.engine.recorded import RUNS_DISCLOSED_UNTIL, SUPERPOWERS
from sim.ensemble.draws import distributions
from sim.ensemble.rng import SOBOL_DIMENSIONS, Array
from sim.hindcast import likelihood, record
from sim.hindcast.blind import blind_spec
from sim.hindcast.fit import spread
from sim.hindcast.observe import totals
from sim.hindcast.weigh import spec_at
from sim.run import past, simulate

TODAY = spec_at(DATA_UNTIL)
NAMES = {"US frontier", "Chinese frontier", "first runs", "training runs", *likelihood.TOTALS, "rush"}
Scores = Callable[[int], Array]


@pytest.mark.parametrize("data_until", ["2022-Q4", "2023-Q1", "2023-Q3", "2023-Q4", "2024-Q4", "2025-Q1", DATA_UNTIL])
def test_terms_are_finite(data_until: str, some_scores: Scores) -> None:
    found = likelihood.terms(spec_at(data_until), some_scores(64))
    assert set(found) == NAMES
    for name, values in found.items():
        assert values.shape == (64,), name
        assert np.isfinite(values).all(), name


@pytest.mark.parametrize("cutoff", ["2023-03", "2023-06", "2023-09"])
def test_a_frontier_of_a_few_quarters_has_terms(cutoff: str, some_scores: Scores) -> None:
    """Around the first quarters with a scored frontier: none, one country's, both."""
    found = likelihood.terms(blind_spec(cutoff), some_scores(8))
    assert set(found) == NAMES


def moved(name: str, to: float = 1.0) -> dict[str, float]:
    """By how much each term changes when one parameter moves from its median by some normal scores."""
    scores = np.zeros((SOBOL_DIMENSIONS, 8))
    scores[parameters()[name].dim, 1] = to
    found = likelihood.terms(TODAY, scores)
    return {term: float(values[1] - values[0]) for term, values in found.items()}


OWN = [
    ("offshore_share", "china_rented"), ("domestic_scale", "china_domestic"), ("network_first", "china_diverted"),
    ("supply_scale", "world_stock"), ("supply_scale", "us_stock"), ("legal_share", "legal_year"),
    ("hoarding", "rush"), ("us_concentration", "training runs"), ("algorithm_growth", "US frontier"),
    ("follower_efficiency", "Chinese frontier"), ("residual_sd", "US frontier"), ("residual_sd", "Chinese frontier"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "term"), OWN)
def test_each_term_reacts_to_its_own_parameter(name: str, term: str) -> None:
    assert max(abs(moved(name, to)[term]) for to in (-1.0, 1.0)) > 0.01


ALONE = {
    "offshore_share": {"china_domestic", "legal_year", "rush"},
    "domestic_scale": {"legal_year", "rush"},
    "network_first": {"china_domestic", "legal_year", "rush"},
    "us_concentration": {*likelihood.TOTALS, "rush"},
    "residual_memory": {*likelihood.TOTALS, "rush", "training runs", "first runs"},
}
"""Terms that a parameter leaves alone. What is diverted, rented and made at home meets at one price."""


@pytest.mark.parametrize("name", ALONE)
def test_a_parameter_leaves_alone_what_it_has_no_way_to(name: str) -> None:
    change = moved(name)
    assert {term: change[term] for term in ALONE[name] if abs(change[term]) > 1e-6} == {}


@pytest.mark.parametrize(
    ("name", "total"),
    [("offshore_share", "china_rented"), ("network_first", "china_diverted")],
)
def test_a_channels_parameter_moves_its_own_total_most(name: str, total: str) -> None:
    scores = np.zeros((SOBOL_DIMENSIONS, 8))
    scores[parameters()[name].dim, 1] = 1.0
    seen = totals(past(TODAY, scores)[0])
    found = {key: abs(np.log(seen[key][-1][1] / seen[key][-1][0])) for key in ("china_rented", "china_diverted",
             "china_domestic", "world_stock")}  # fmt: skip
    assert max(found, key=lambda key: found[key]) == total


def test_errors_of_the_frontier_move_nothing_but_frontiers() -> None:
    change = moved("residual_sd")
    assert {term for term, by in change.items() if by != 0} == {"US frontier", "Chinese frontier"}


def test_a_total_is_a_normal_around_the_last_known_figure(some_scores: Scores) -> None:
    scores = some_scores(16)
    run, _ = past(TODAY, scores)
    found, seen = likelihood.terms(TODAY, scores), totals(run)
    for key in ("china_rented", "china_domestic", "world_stock"):
        figures = record.stock("world" if key == "world_stock" else key)
        last = max(figures)
        value, error = figures[last]
        off = np.log10(seen[key][last - FIRST] / value)
        expected = -0.5 * off**2 / (error**2 + likelihood.DISCREPANCY**2)
        np.testing.assert_allclose(found[key], expected, rtol=1e-4, atol=1e-6)


def test_every_year_of_imports_counts(some_scores: Scores) -> None:
    scores = some_scores(16)
    run, _ = past(TODAY, scores)
    seen, expected = totals(run)["legal_year"], np.zeros(16)
    for quarter, (value, error) in record.yearly_imports("h100e").items():
        if quarter > FIRST:
            off = np.log10((seen[quarter - FIRST] + 5e3) / (value + 5e3))
            expected -= 0.5 * off**2 / (error**2 + likelihood.DISCREPANCY**2)
    np.testing.assert_allclose(likelihood.terms(TODAY, scores)["legal_year"], expected, rtol=1e-4)


def test_training_runs_are_compared_at_their_dates_while_they_are_disclosed(some_scores: Scores) -> None:
    scores = some_scores(16)
    run, _ = past(TODAY, scores)
    expected, compared = np.zeros(16), 0
    for row in table("training_runs"):
        quarter = of_date(row.date)
        if row.record == "yes" and FIRST <= quarter <= number(RUNS_DISCLOSED_UNTIL[row.actor]):
            own = run["training_flop"][quarter - FIRST, SUPERPOWERS.index(row.actor)]
            error = np.hypot(record.GRADES[row.confidence], likelihood.RUN_DISCREPANCY)
            expected -= 0.5 * (np.log10(own / row.flop) / error) ** 2
            compared += 1
    assert compared >= 7
    np.testing.assert_allclose(likelihood.terms(TODAY, scores)["training runs"], expected, rtol=1e-4)


def test_runs_after_disclosure_ended_are_not_compared(some_scores: Scores, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table("training_runs")
    last = max((row for row in rows if row.record == "yes" and row.actor == "china"), key=lambda row: row.date)
    rumor = last.model_copy(update={"date": "2026-02-01", "flop": 100 * last.flop})
    before = likelihood.terms(TODAY, some_scores(8))["training runs"]
    monkeypatch.setattr(likelihood, "table", lambda name: (*rows, rumor) if name == "training_runs" else table(name))
    np.testing.assert_array_equal(likelihood.terms(TODAY, some_scores(8))["training runs"], before)


def test_frontier_errors_have_the_density_of_an_autoregression() -> None:
    dice = np.random.default_rng(2)
    residual, sd, memory = dice.standard_normal((9, 4)), dice.uniform(0.5, 3, 4), dice.uniform(1, 6, 4)
    found = likelihood._autoregression(residual, sd, memory)
    apart = np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    for run in range(4):
        covariance = sd[run] ** 2 * np.exp(-apart / memory[run])
        truth = multivariate_normal(np.zeros(9), covariance).logpdf(residual[:, run])
        assert found[run] + -4.5 * np.log(2 * np.pi) == pytest.approx(truth)


def test_first_runs_count_until_a_later_one_is_known(some_scores: Scores) -> None:
    """At the end of 2022 neither country had a record in the simulated quarters; a year later both had."""
    scores = some_scores(32)
    assert np.ptp(likelihood.terms(blind_spec("2022-12"), scores)["first runs"]) > 0
    assert np.all(likelihood.terms(blind_spec("2023-12"), scores)["first runs"] == 0)


def test_before_anything_is_known_only_the_first_runs_speak(some_scores: Scores) -> None:
    found = likelihood.terms(blind_spec("2022-12"), some_scores(16))
    assert {name for name, values in found.items() if np.any(values != 0)} == {"first runs"}


def test_members_do_not_hear_of_each_other(some_scores: Scores) -> None:
    whole, part = (likelihood.terms(TODAY, some_scores(64)[:, cut]) for cut in (slice(0, 64), slice(20, 40)))
    for name, values in part.items():
        np.testing.assert_allclose(values, whole[name][20:40], rtol=1e-6, atol=1e-6, err_msg=name)


def test_columns_that_no_parameter_uses_do_not_matter(some_scores: Scores) -> None:
    used = tuple(sorted({dim for dim, _ in distributions(TODAY).values()}))
    scores = some_scores(8)
    bare = spread(used, scores[list(used)])
    assert not np.array_equal(bare, scores)
    for name, values in likelihood.terms(TODAY, bare).items():
        np.testing.assert_array_equal(values, likelihood.terms(TODAY, scores)[name])


@pytest.mark.parametrize("cutoff", ["2022-12", "2023-12", "2024-12", "2025-03"])
def test_the_past_that_is_weighed_is_the_past_that_is_simulated(cutoff: str, some_scores: Scores) -> None:
    """The same parameters without luck, to the edge of the data and beyond it: one history."""
    spec, scores = blind_spec(cutoff), some_scores(8)
    weighed, _ = past(spec, scores)
    whole = simulate(spec.with_changes(switches={"luck": False}), 8, until=2027, scores=scores)
    steps = len(weighed.quarters)
    wrong = [name for name, values in weighed.series.items() if not np.array_equal(values, whole.series[name][:steps])]
    assert wrong == []
