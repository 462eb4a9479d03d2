"""Kept hindcasts: what is stored is what the model says today, and the bars that it meets stay met."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.quarters import DATA_UNTIL, number
from sim.hindcast import kept as kept_module
from sim.hindcast.blind import CUTOFFS, DRAWS, Hindcast, blind_spec, hindcast
from sim.hindcast.kept import FOLDER, keep, kept, write
from sim.hindcast.record import PATTERNS, SERIES

CUTOFF = pytest.mark.parametrize("cutoff", CUTOFFS)
ANEW = (
    "the model no longer says what is kept of its hindcasts: run `make hindcast`, and if the score worsened "
    "note it in CHANGELOG.md under “Results changed”"
)


def better(found: Hindcast) -> list[str]:
    """Patterns on which the model beats both naive forecasts."""
    scores = {name: found.pattern(name) for name in PATTERNS}
    return [n for n, s in scores.items() if s["points"] and s["crps"] < min(s["crps_last_value"], s["crps_trend"])]


def worse(new: dict[str, Any], old: dict[str, Any]) -> list[str]:
    """In what the score of a pattern is no longer the one that is kept."""
    same = {
        "points": new["points"] == old["points"],
        "coverage50": new["coverage50"] == pytest.approx(old["coverage50"], abs=0.15),
        "coverage90": new["coverage90"] == pytest.approx(old["coverage90"], abs=0.08),
        # Better may be more than worse: rounding moves the sampler between machines, and nothing else may.
        "crps": 0.8 * old["crps"] - 0.02 < new["crps"] < 1.08 * old["crps"] + 0.005,
        "crps_last_value": new["crps_last_value"] == pytest.approx(old["crps_last_value"], rel=1e-4),
        "crps_trend": new["crps_trend"] == pytest.approx(old["crps_trend"], rel=1e-4),
    }
    return [f"{name}: {old[name]} became {new[name]}" for name, kept_up in same.items() if not kept_up]


def test_the_kept_hindcast_is_what_the_model_says_today() -> None:
    """Run again at its full size, since of fewer draws too few count; one test, so that it is run once."""
    again, old = hindcast("2024-12"), kept("2024-12")
    assert again.ess > 100
    off = {name: worse(again.pattern(name), old.pattern(name)) for name in (*PATTERNS, "all")}
    assert {name: wrong for name, wrong in off.items() if wrong} == {}, ANEW
    assert [(p.series, p.quarter) for p in again.points] == [(p.series, p.quarter) for p in old.points], ANEW
    assert [p.recorded for p in again.points] == pytest.approx([p.recorded for p in old.points], abs=1e-4), ANEW
    # Medians lie within a third of the 90% band of those that are kept, most of them far nearer.
    moved = [
        abs(mine.quantiles[2] - its.quantiles[2]) / (its.quantiles[4] - its.quantiles[0])
        for mine, its in zip(again.points, old.points, strict=True)
    ]
    assert max(moved) < 1 / 3, ANEW
    assert np.mean(moved) < 0.08, ANEW
    assert len(better(again)) >= 4, ANEW


def test_the_kept_score_from_2022_is_what_the_model_says_today() -> None:
    """Cheap to run anew: the record to the end of 2022 is short."""
    again, old = hindcast("2022-12"), kept("2022-12")
    off = {name: worse(again.pattern(name), old.pattern(name)) for name in PATTERNS if old.pattern(name)["points"]}
    assert {name: wrong for name, wrong in off.items() if wrong} == {}, ANEW


def test_headline_figures_are_held_against_their_limits() -> None:
    """Met and missed both: what is missed today is named here, so that it cannot be forgotten."""
    checks = {check.what: check for check in kept("2024-12").checks()}
    missed = {what for what, check in checks.items() if not check.met}
    assert len(checks) == 14
    assert missed <= {
        f"Lag of China, four-quarter mean to {DATA_UNTIL}", "Growth of the US frontier in the last year",
        "Diverted chips in China, end of 2025", "US frontier at the end of 2025",
        "Compute abroad that China rents, end of 2025",
    }  # fmt: skip


def test_the_model_beats_naive_forecasts() -> None:
    assert len(better(kept("2024-12"))) >= 4


# --- bars ----------------------------------------------------------------------------------------------------------


def test_bands_cover_about_what_they_say() -> None:
    assert 0.80 <= kept("2024-12").pattern("all")["coverage90"] <= 0.97


@pytest.mark.parametrize("series", ["china_stock", "china_legal", "china_domestic"])
def test_chinese_compute_at_the_end_of_2025_is_within_half_as_much_again(series: str) -> None:
    factor = kept("2024-12").bars()["stock_factor_end_2025"][series]
    assert 1 / 1.5 <= factor <= 1.5


def test_the_lag_at_the_end_of_2025_is_within_two_months() -> None:
    assert abs(kept("2024-12").bars()["lag_months"]["2025-Q4"]) <= 2


def test_record_runs_are_nearer_than_those_of_the_full_takeoff_model() -> None:
    found = kept("2024-12").full_takeoff()
    assert found["ours"].keys() == found["full_takeoff_model"].keys() == {"2025-Q4"}
    assert found["rmse_ours"] < found["rmse_full_takeoff_model"]


# --- the files -----------------------------------------------------------------------------------------------------


def test_every_cutoff_and_the_score_of_choices_are_kept_and_nothing_else() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*CUTOFFS, "turns"}


@CUTOFF
def test_a_kept_file_is_what_would_be_written(cutoff: str, tmp_path: Path) -> None:
    """Scores in the file follow from its points: read, scored anew and written, it is the same text."""
    text = write(kept(cutoff), tmp_path / "again.json").read_text(encoding="utf-8")
    assert text == (FOLDER / f"{cutoff}.json").read_text(encoding="utf-8"), ANEW


@CUTOFF
def test_a_kept_hindcast_survives_the_round_trip(cutoff: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept(cutoff)
    monkeypatch.setattr(kept_module, "FOLDER", tmp_path)
    try:
        keep(before)
        assert kept(cutoff) == before
    finally:
        kept.cache_clear()


def test_only_cutoffs_that_are_shown_are_kept() -> None:
    odd = Hindcast("2024-03", 1, 1.0, (), {})
    with pytest.raises(ValueError, match="2024-03"):
        keep(odd)


@CUTOFF
def test_a_kept_hindcast_is_of_full_size_and_effective(cutoff: str) -> None:
    found = json.loads((FOLDER / f"{cutoff}.json").read_text(encoding="utf-8"))
    assert found["draws"] == DRAWS
    assert found["ess"] > 100


@CUTOFF
def test_points_are_the_figures_after_the_cutoff(cutoff: str) -> None:
    """Of every series that had a figure by then: all that came, once, as the record has it."""
    edge = number(blind_spec(cutoff).data_until)
    expected = {}
    for series in SERIES:
        figures = series.figures()
        if any(quarter <= edge for quarter in figures):
            after = {q: float(series.scale(value)) for q, (value, _) in figures.items() if q > edge}
            expected |= {(series.key, quarter): value for quarter, value in after.items()}
    found = {(p.series, number(p.quarter)): p.recorded for p in kept(cutoff).points}
    assert len(found) == len(kept(cutoff).points)
    assert found.keys() == expected.keys(), ANEW
    assert all(found[key] == pytest.approx(value, abs=1e-4) for key, value in expected.items()), ANEW


@CUTOFF
def test_points_agree_with_themselves(cutoff: str) -> None:
    for point in kept(cutoff).points:
        assert list(point.quantiles) == sorted(point.quantiles)
        assert point.in90 == (point.quantiles[0] <= point.recorded <= point.quantiles[4]), point
        assert point.in50 == (point.quantiles[1] <= point.recorded <= point.quantiles[3]), point
        assert 0 < point.crps < abs(point.error) + (point.quantiles[4] - point.quantiles[0])
        assert point.in90 or not point.in50


@CUTOFF
def test_fans_cover_every_series_to_the_end(cutoff: str) -> None:
    fans = kept(cutoff).fans
    assert set(fans) == {series.key for series in SERIES}
    for key, fan in fans.items():
        assert list(fan)[-1] == "2027-Q4", key
        assert [number(q) for q in fan] == list(range(number(next(iter(fan))), number("2027-Q4") + 1)), key
        assert all(list(ends) == sorted(ends) for ends in fan.values()), key


def test_a_pattern_is_the_mean_over_its_scored_points() -> None:
    found = kept("2024-12")
    own = [p for p in found.points if p.series in ("us_eci", "china_eci")]
    assert {p.series for p in found.points if p.pattern == "P5"} > {p.series for p in own}
    score = found.pattern("P5")
    assert score["points"] == len(own)
    assert score["crps"] == pytest.approx(np.mean([p.crps for p in own]), rel=1e-5)
    assert score["coverage50"] == pytest.approx(np.mean([p.in50 for p in own]), rel=1e-5)
    assert score["crps_trend"] == pytest.approx(np.mean([abs(p.trend - p.recorded) for p in own]), rel=1e-5)
    assert score["median_error"] == pytest.approx(np.mean([p.quantiles[2] - p.recorded for p in own]), rel=1e-5)
    parts = sum(found.pattern(name)["points"] for name in PATTERNS)
    assert found.pattern("all")["points"] == parts
