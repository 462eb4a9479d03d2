"""Statistics say what they know: no interval of one future, no mean of a class, no index of an outcome too rare."""

import json
import math

import numpy as np
import pytest

from scenarios import InputError, load
from sim.analysis import rarity, sobol
from sim.analysis.correlation_ratio import correlation_ratios
from sim.analysis.prices import price_list
from sim.batch import Plan, run_study
from sim.batch.plan import Design
from sim.results.comparison import Comparison
from sim.results.outcomes import scalar
from sim.results.outcomes.polarity import CLASSES
from sim.results.outcomes.scalar import parse
from sim.results.paired import paired, paired_share
from sim.results.projections import beside
from sim.run import compare, simulate

TODAY = load("current_policy")
FEW = ["diffusion", "follower_efficiency", "research_returns"]
ENDS = ("p05", "p25", "p75", "p95", "low", "high", "mean_low", "mean_high")
"""Names of what an interval has at its ends."""


def ends_of(content: object) -> list[object]:
    """Every end of an interval in nested results."""
    if isinstance(content, dict):
        mine = [value for name, value in content.items() if name in ENDS and not isinstance(value, dict)]
        return mine + [end for value in content.values() for end in ends_of(value)]
    return [end for value in content for end in ends_of(value)] if isinstance(content, list) else []


# ----------------------------------------------------------------------------------------------------------- one future
@pytest.mark.parametrize("found", [paired(np.array([1.9])), paired_share(np.array([0.0]), np.array([1.0]))])
def test_one_difference_has_a_mean_and_no_interval(found) -> None:
    assert found.mean == found.p50
    assert (found.low, found.high, found.p05, found.p95, found.half, found.is_clear) == (None,) * 5 + (False,)


def test_one_future_has_no_interval_anywhere(tmp_path) -> None:
    run = simulate(TODAY, runs=1)
    both = compare(TODAY, load("tight_controls"), runs=1)
    for content in (run.summary(), both.summary()):
        ends = ends_of(content)
        assert len(ends) > 50
        assert set(ends) == {None}
    for frame in (run.quantiles("capability"), both.frame()):
        gone = [name for name in frame.columns if name in ENDS]
        assert len(gone) == 4
        assert all(frame[name].null_count() == frame.height for name in gone)
        assert frame["p50"].null_count() == 0
    study = run_study(Plan(name="one", scenarios=[TODAY], members=1, outcomes=["gap_eci@2027"]), tmp_path)
    row = study.table().row(0, named=True)
    assert (row["gap_eci@2027 p05"], row["gap_eci@2027 p95"]) == (None, None)
    assert row["gap_eci@2027 p50"] == row["gap_eci@2027 mean"]


def test_one_future_is_not_set_beside_published_figures() -> None:
    with pytest.raises(InputError, match="the run has 1 future"):
        beside(simulate(TODAY, runs=1))


def test_two_futures_have_intervals() -> None:
    both = compare(TODAY, load("tight_controls"), runs=2)
    assert all(isinstance(end, float) and math.isfinite(end) for end in ends_of(both.summary()))


# ----------------------------------------------------------------------------------------- classes, and what may not be
NUMBERLESS = ["outcome", *(name for name, kind in scalar.made().items() if kind.may_not_exist and kind.dated)]


@pytest.mark.parametrize("name", NUMBERLESS)
def test_what_is_no_number_in_every_future_has_no_difference(name: str) -> None:
    both = compare(TODAY, load("third_power"), runs=2, until=2027)
    for part in scalar.made()[name].parts or ("",):
        asked = f"{name}.{part}" if part else name
        for call in (both.difference, both.effect):
            with pytest.raises(InputError, match=r"us_ahead@2027|such as crossed"):
                call(asked, 2027)
        with pytest.raises(InputError, match=r"us_ahead@2027|such as crossed"):
            price_list(TODAY, [parse(f"{asked}@2027")], runs=2)


def test_a_study_counts_classes_and_has_no_mean_of_them(tmp_path) -> None:
    study = run_study(Plan(name="classes", scenarios=[TODAY], members=8, outcomes=["outcome@2027"]), tmp_path)
    keys = {"scenario", "digest", "seed", "futures"}
    assert set(study.table().columns) - keys == {f"outcome@2027 {name}" for name in CLASSES}


def test_a_question_about_a_class_names_its_shares() -> None:
    from sim.analysis.discovery import question

    for text in ("outcome@2030", "outcome@2030>=1"):
        with pytest.raises(InputError, match="is a class; ask for one of its shares, such as us_ahead@2030"):
            question(text)


# ------------------------------------------------------------------------------------------------------- other premises
PREMISES = {
    "data_until": ({"data_until": "2025-Q1"}, ["knows data to 2026-Q3", "2025-Q1", "other history draws"]),
    "rules_until": ({"data_until": "2025-Q1", "rules_until": "2026-Q3"}, ["knows data to"]),
    "weighting": ({"weighting": "none"}, ["from the priors alone", "other parameters"]),
    "calibration": ({"calibration": "literature"}, ["uses the calibration cpu-amd-epyc-2026-11-25 and", "literature"]),
}


@pytest.mark.parametrize("name", PREMISES)
def test_runs_on_other_premises_say_so(name: str) -> None:
    changes, words = PREMISES[name]
    both = compare(TODAY, TODAY.with_changes(name="other", **changes), runs=2, until=2027)
    said = " ".join(both.notes)
    assert all(word in said for word in words), said
    assert both.summary()["notes"] == both.notes
    assert "note 1" in repr(both)


def test_runs_on_the_same_premises_have_no_notes() -> None:
    assert compare(TODAY, load("tight_controls"), runs=2, until=2027).notes == []


# ------------------------------------------------------------------------------------------------------------- too rare
@pytest.mark.parametrize(("having", "size", "rare"), [
    (1, 256, True), (3, 256, True), (15, 256, True), (25, 256, False), (128, 256, False), (253, 256, True),
    (8, 32, False), (2, 32, True),
])  # fmt: skip
def test_an_outcome_of_a_few_futures_is_rare(having: int, size: int, rare: bool) -> None:
    y = np.arange(size) < having
    assert bool(rarity.note(y.astype(float), True)) == rare
    assert bool(rarity.note(3.0 + 1e6 * y, False)) == rare, "a number that few futures make is no better known"


def test_the_futures_that_make_a_variance_are_counted() -> None:
    y = np.random.default_rng(0).normal(size=30_000)
    assert rarity.weight(y) == pytest.approx(10_000, rel=0.05)
    assert rarity.weight(np.arange(1000) < 7) == pytest.approx(7, rel=0.03)
    assert rarity.weight(np.ones(10)) == 0
    for size in (32, 256, 4096):
        assert rarity.note(y[:size], False) == ""


def rare_function(share: float):
    return lambda u: (u[0] > 1 - share).astype(float)


@pytest.mark.parametrize("share", [0.002, 0.01, 0.03, 0.1, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_indices_of_rare_outcomes_are_sound_or_none(share: float, seed: int) -> None:
    """Of any share: either a note and no index, or intervals of a size that indices can have."""
    try:
        found = sobol.of_function(rare_function(share), ["a", "b"], samples=128, seed=seed)
    except InputError as error:
        assert "in all 256 futures" in str(error)  # noqa: PT017
        return
    numbers = np.concatenate([found.first.ravel(), found.total.ravel()])
    assert found.mean == pytest.approx(share, abs=0.03)
    if np.isnan(numbers).any():
        assert np.isnan(numbers).all()
        assert "too rare" in found.note
        assert found.frame()["total"].null_count() == 2
        assert json.loads(json.dumps(found.summary(), allow_nan=False))["note"] == found.note
    else:
        assert np.abs(numbers).max() < 10
        largest = max(found.first[0].max(), found.total[0].max())
        assert ("above 100 hundredths" in found.note) == (largest > 1)


def test_an_index_above_one_is_explained() -> None:
    for seed in range(20):
        found = sobol.of_function(lambda u: u[0], ["a", "b"], samples=16, seed=seed)
        if found.first[0].max() > 1:
            assert "above 100 hundredths" in found.note
            break
    else:
        pytest.fail("no sample of sixteen rows has an index above one")


def test_the_ensemble_as_drawn_says_it_too() -> None:
    (found,) = correlation_ratios(TODAY, [parse("crossed.china@2026")], members=512)
    assert "too rare" in found.note
    assert found.luck is None
    assert found.frame()["as_drawn"].null_count() == found.frame().height
    json.dumps(found.summary(), allow_nan=False)


# ----------------------------------------------------------------------------------------------------- sizes of samples
@pytest.mark.parametrize(("size", "near"), [(100, 128), (17, 16), (1000, 1024), (48, 64)])
def test_a_study_and_an_analysis_refuse_the_same_sizes_in_the_same_words(size: int, near: int) -> None:
    words = f"is {size}; the size of a Sobol sample is a power of two, such as {near}"
    with pytest.raises(InputError, match=f"samples {words}"):
        sobol.sobol(TODAY, [parse("gap_eci@2027")], samples=size, only=FEW)
    with pytest.raises((InputError, ValueError), match=f"points {words}"):
        Design(kind="sobol", points=size, levers={"enforcement": {"low": 0, "high": 10}})
    assert Design(kind="latin_hypercube", points=size, levers={"enforcement": {"low": 0, "high": 10}}).points == size


def test_comparisons_of_runs_that_share_no_dice_are_still_refused() -> None:
    with pytest.raises(InputError, match="do not share their dice"):
        Comparison(simulate(TODAY, runs=2, until=2027), simulate(TODAY, runs=2, until=2027, seed=1))
