"""`polarity hindcast` and `polarity weights`: what they print and write, and what they refuse."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.ensemble.posterior_draws import weighed

SMALL = ("--cutoff", "2022-12", "--draws", 1024, "--futures", 64)
"""A blind run of few draws: the record to the end of 2022 is short, and quickly weighed."""
KEYS = {"coverage50", "coverage90", "crps", "crps_last_value", "crps_trend", "median_error"}


def test_the_score_as_json(polarity: Callable) -> None:
    said = polarity("hindcast", *SMALL, "--json")
    assert said.code == 0
    score = json.loads(said.out)
    assert score["cutoff"] == "2022-12"
    assert score["ess"] > 100
    assert set(score["patterns"]) == {"P1", "P2", "P3", "P4", "P5"}
    assert all(pattern.keys() >= KEYS for pattern in score["patterns"].values() if pattern["points"])
    assert score["patterns"]["P5"] == {"points": 0}, "no frontier was known at the end of 2022"
    assert score["full_takeoff_model"]["full_takeoff_model"] == {"2023-Q4": -0.43, "2024-Q4": -0.01, "2025-Q4": -0.58}


def test_the_score_for_people(polarity: Callable) -> None:
    said = polarity("hindcast", *SMALL)
    for part in ("Given data to the end of 2022-12 only", "CRPS", "Last value", "Full Takeoff Model", "not forecasts"):
        assert part in said.out, part


def test_a_score_is_written_with_every_figure(polarity: Callable, tmp_path: Path) -> None:
    said = polarity("hindcast", *SMALL, "--out", tmp_path / "new", "--json")
    assert said.code == 0
    files = {Path(line).suffix: Path(line) for line in said.err.splitlines()}
    score = json.loads(files[".json"].read_text(encoding="utf-8"))
    assert score == json.loads(said.out)
    with files[".csv"].open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == len(score["points"]) > 0
    assert {row["unit"] for row in rows} >= {"H100e", "FLOP"}


def test_the_same_command_gives_the_same_score(polarity: Callable) -> None:
    one, two = (polarity("hindcast", *SMALL, "--json").out for _ in range(2))
    assert one == two
    assert one != polarity("hindcast", *SMALL, "--seed", 1, "--json").out


def test_weights_say_what_moved_and_what_did_not(polarity: Callable) -> None:
    facts = json.loads(polarity("weights", "--json").out)
    assert facts == weighed("2026-Q3").facts
    text = " ".join(polarity("weights").out.split())
    assert f"{facts['effective_draws']:,.0f} effective" in text
    for row in facts["parameters"]:
        assert row["name"] in text
    before, _, after = text.partition("The record does not change:")
    still = [row["name"] for row in facts["parameters"] if not row["moved"]]
    assert all(name in after for name in still)
    assert all(f"{row['name']} {row['shift']:+.2f}" in before for row in facts["parameters"] if row["moved"])


def test_weighting_is_a_choice_of_every_run(polarity: Callable) -> None:
    runs = [json.loads(polarity("run", "current_policy", "--runs", 8, "--json", *more).out)
            for more in ((), ("--weighting", "history"), ("--weighting", "none"))]  # fmt: skip
    assert runs[0] == runs[1]
    assert [run["weighting"] for run in runs] == ["history", "history", "none"]
    assert (len(runs[0]["history_draws"]), runs[2]["history_draws"]) == (16, "")
    assert runs[0]["lead_months"] != runs[2]["lead_months"]


def test_parameters_show_what_history_says(polarity: Callable) -> None:
    rows = {row["name"]: row for row in json.loads(polarity("parameters", "--json").out)}
    facts = {row["name"]: row for row in weighed("2026-Q3").facts["parameters"]}
    assert rows["points_per_oom"]["weighed"]["median"] == facts["points_per_oom"]["posterior"][1]
    assert all(row["weighed"] is None
               for row in json.loads(polarity("parameters", "--weighting", "none", "--json").out))  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["hindcast", "--cutoff", "2026-09"], ["2026-09", "2022-12 and 2026-06"]),
        (["hindcast", "--cutoff", "2022-09"], ["2022-09", "2022-12 and 2026-06"]),
        (["hindcast", "--cutoff", "2024-11"], ["2024-11", "ends a quarter", "2024-12"]),
        (["hindcast", "--cutoff", "yesterday"], ["yesterday", "2024-12"]),
        (["hindcast", "--draws", "10"], ["--draws is 10", "1,024"]),
        (["hindcast", "--futures", "1000000"], ["--futures is 1000000", "100,000"]),
        (["hindcast", "--seed", "-1"], ["--seed is -1"]),
        (["hindcast", "--out", "/dev/null/there"], ["--out", "not a directory"]),
        (["weights", "--data-until", "2024-Q2"], ["2024-Q2", "2025-Q1, 2026-Q3"]),
        (["weights", "--make", "--data-until", "2030-Q1"], ["2030-Q1", "2022-Q4"]),
        (["weights", "--make", "--data-until", "soon"], ["soon", "not a quarter"]),
        (["weights", "--make", "--draws", "3"], ["--draws is 3"]),
        (["weights", "--draws", "2048"], ["need --make"]),
        (["weights", "--seed", "1"], ["need --make"]),
        (["weights", "--data-until", ""], ["data_until", "choose from"]),
        (["hindcast", "--cutoff", "２０２４-12"], ["2024-12"]),
        (["run", "current_policy", "--weighting", "both"], ["both", "history, none"]),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(polarity: Callable, words: list[str], says: list[str]) -> None:
    line = polarity(*words).refusal()
    for part in says:
        assert part in line
