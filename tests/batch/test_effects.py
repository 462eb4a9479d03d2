"""Paired effects straight from a study are those of comparing two runs."""

import numpy as np
import polars as pl
import pytest

from scenarios import load
from scenarios.errors import InputError
from sim import Comparison, simulate
from sim.batch import Plan, Study, run_study
from sim.results.outcomes import polarity


def both(enforcement: float, runs: int = 300) -> Comparison:
    one, two = (load(name).with_levers(enforcement=enforcement) for name in ("current_policy", "tight_controls"))
    return Comparison(simulate(one, runs=runs, until=2027), simulate(two, runs=runs, until=2027))


def test_effects_of_a_study_are_those_of_a_comparison(reference):
    found = reference.effects()
    assert set(found["scenario"]) == {"tight_controls"}
    for enforcement in (1.0, 10.0):
        rows = found.filter(pl.col("set.lever.enforcement") == enforcement)
        pair = both(enforcement)
        lead, expected = rows.row(by_predicate=pl.col("outcome") == "lead_months@2027", named=True), pair.effect()
        names = {"mean": "mean", "low": "mean_low", "high": "mean_high", "p05": "p05", "p50": "p50", "p95": "p95"}
        assert {n: lead[n] for n in names} == pytest.approx(
            {n: getattr(expected, theirs) for n, theirs in names.items()}
        )
        assert (lead["futures"], lead["same_draws"], lead["reference"]) == (300, True, "current_policy")
        for name, change in pair.outcome_changes().items():
            share = rows.row(by_predicate=pl.col("outcome") == f"outcome@2027 {name}", named=True)
            assert (share["mean"], share["low"], share["high"]) == pytest.approx(tuple(change.values()))
    assert {f"outcome@2027 {name}" for name in polarity.CLASSES} < set(found["outcome"])


def test_differences_are_future_by_future_and_turn_round_with_the_reference(reference):
    rows = reference.differences().filter(pl.col("set.lever.enforcement") == 10)
    assert np.array_equal(rows["member"].to_numpy(), np.arange(300))
    assert np.allclose(rows["lead_months@2027"].to_numpy(), both(10.0).difference("lead_months", 2027))
    turned = reference.differences("tight_controls").filter(pl.col("set.lever.enforcement") == 10)
    assert set(turned["scenario"]) == {"current_policy"}
    assert np.allclose(turned["lead_months@2027"], -rows["lead_months@2027"])
    assert reference.effects("tight_controls")["reference"].unique().to_list() == ["tight_controls"]


def test_what_may_not_exist_counts_where_both_have_it(reference):
    row = reference.effects().row(by_predicate=(pl.col("outcome") == "crossing_year.china")
                                  & (pl.col("set.lever.enforcement") == 1), named=True)  # fmt: skip
    rows = reference.differences().filter(pl.col("set.lever.enforcement") == 1)["crossing_year.china"].drop_nulls()
    assert row["futures"] == rows.len() < 300
    assert row["mean"] == (pytest.approx(rows.mean()) if rows.len() else None)


def test_other_draws_are_said_and_a_twin_has_no_interval(plan, tmp_path):
    today = load("current_policy")
    twin, other = today.with_changes(name="twin"), today.with_changes(name="other", weighting="none")
    fields = {"scenarios": [today, twin, other], "design": {}, "members": 64, "outcomes": ["us_ahead@2027"]}
    found = run_study(plan(**fields), tmp_path).effects()
    same, drawn = found.to_dicts()
    assert (same["scenario"], same["mean"], same["low"], same["high"], same["same_draws"]) == ("twin", 0, 0, 0, True)
    assert drawn["same_draws"] is False


def test_a_study_without_pairs_is_refused_in_words(reference, plan, tmp_path):
    alone = Study.of(plan(scenarios=["current_policy"]), tmp_path)
    with pytest.raises(InputError, match="a study of current_policy alone has nothing to be held against"):
        alone.effects()
    with pytest.raises(InputError, match="reference: unknown scenario 'tight'"):
        reference.effects("tight")
    begun = Study.of(Plan(name="p", scenarios=["current_policy", "tight_controls"], outcomes=["lead_months@2027"]),
                     tmp_path)  # fmt: skip
    with pytest.raises(InputError, match="no pair of scenarios is finished yet"):
        begun.effects()
