"""`polarity sensitivity`, as a researcher types it."""

import json

import polars as pl
import pytest

FEW = "follower_efficiency,research_returns,points_per_oom"


def test_sobol_in_words_numbers_and_a_file(polarity, tmp_path):
    call = ("sensitivity", "--outcome", "lead_months@2027", "-n", 32, "--inputs", FEW)
    said = polarity(*call, "--out", tmp_path / "s.csv")
    assert said.code == 0, said.err
    assert "Chance plays a part in" in " ".join(said.out.split())
    assert "Chance, all of it" in said.out
    assert "Fitting the past" not in said.out, "a few inputs are not the whole ensemble"
    table = pl.read_csv(tmp_path / "s.csv")
    assert table.height == 4
    assert {"input", "first", "total", "as_drawn", "outcome"} <= set(table.columns)
    report = json.loads(polarity(*call, "--json").out)
    assert report["outcomes"][0]["samples"] == 32
    assert report["outcomes"][0]["indices"][0]["total"] == pytest.approx(table["total"][0])


def test_priors_and_screening(polarity):
    said = polarity("sensitivity", "-n", 16, "--inputs", FEW, "--weighting", "none", "--outcome", "lead_months@2027")
    assert "Fitting the past" not in said.out
    screen = ("sensitivity", "--method", "morris", "-n", 4, "--inputs", FEW, "--outcome", "gap_eci@2027")
    assert "the inputs that move it most are" in polarity(*screen).out
    report = json.loads(polarity(*screen, "--json").out)
    assert report["outcomes"][0]["trajectories"] == 4


def test_effects_add_up_to_the_variance(polarity, monkeypatch):
    from sim.analysis import shapley

    monkeypatch.setattr(shapley, "RESAMPLES", 2)
    call = ("sensitivity", "--method", "shapley", "-n", 4096, "--outcome", "lead_months@2027", "--top", 3)
    said = polarity(*call)
    assert "the inputs that matter most are" in said.out
    assert "more inputs share" in said.out
    report = json.loads(polarity(*call, "--json").out)
    assert sum(row["shapley"] for row in report["outcomes"][0]["effects"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--method", "fast"], ["'fast'", "sobol, morris, shapley"]),
        (["-n", "1000"], ["1000", "such as 1024"]),
        (["-n", "0"], ["samples is 0"]),
        (["--seed", "-1"], ["seed is -1"]),
        (["--inputs", "luck"], ["beside luck"]),
        (["--method", "morris", "-n", "0"], ["trajectories is 0"]),
        (["--method", "shapley", "--inputs", "diffusion"], ["--inputs", "divides the variance among all"]),
        (["--method", "shapley", "-n", "1"], ["runs is 1"]),
        (["--out", "/dev/null/there/s.csv"], ["--out", "not a directory"]),
        (["--outcome", "lead_mnths@2030"], ["did you mean 'lead_months'?"]),
        (["--inputs", "difusion"], ["did you mean 'diffusion'?"]),
        (["--workers", "0"], ["--workers 0"]),
        (["curent_policy"], ["did you mean 'current_policy'?"]),
    ],
)
def test_wrong_calls_are_one_line(polarity, words, says):
    line = polarity("sensitivity", *words).refusal()
    assert [part for part in says if part not in line] == [], line
