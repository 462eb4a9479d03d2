"""Runs and comparisons that come back from the disk as they were, and files that are none of that, refused in words."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from agents.superpower import UnitedStates
from scenarios import load
from scenarios.errors import InputError
from sim import Comparison, compare, costs, simulate
from sim.results.run import Run

TODAY, TIGHT = load("current_policy"), load("tight_controls")
RUN = simulate(TODAY, runs=8, first=3, seed=5, until=2027)


class Stern(UnitedStates):
    """Enforces more than the usual one."""

    def __init__(self, *seat, times=2.0):
        super().__init__(*seat)
        self.times = times

    def decide(self):
        super().decide()
        self.enforcement = self.times


@pytest.mark.parametrize(
    "run",
    [
        RUN,
        simulate(TODAY, runs=4, until=2027, keep="ledger"),
        simulate(TODAY, runs=1, until=2027, keep=["flows_china"]),
        simulate(TIGHT, runs=4, until=2027, held=simulate(TODAY, runs=4, until=2027)["decisions"]),
        simulate(TIGHT, runs=4, until=2027, held=simulate(TODAY, runs=1, until=2027)["decisions"]),
        simulate(load("truce_ends"), runs=4, until=2027, agents={"united_states": Stern}),
    ],
    ids=["results", "ledger", "few", "held", "held for all", "custom actors"],
)
def test_a_run_comes_back_equal_in_every_field(run, tmp_path):
    again = Run.load(run.save(tmp_path, quarters=True))
    assert again == run
    assert again.digest() == run.digest()
    assert [*again.series] == [*run.series]
    for name, values in run.series.items():
        assert again.series[name].dtype == values.dtype
        assert np.array_equal(again.series[name], values, equal_nan=True)
    assert again.quantiles("capability").equals(run.quantiles("capability"))
    assert again.members().equals(run.members()) if "governance" in run.series and "training_flop" in run.series else 1


def test_runs_that_differ_in_anything_are_not_equal(tmp_path):
    assert simulate(TODAY, runs=8, first=3, seed=5, until=2027) == RUN
    for other in (
        simulate(TODAY, runs=8, first=3, seed=6, until=2027), simulate(TODAY, runs=8, first=3, seed=5, until=2028),
        simulate(TODAY, runs=8, first=3, seed=5, until=2027, keep=["premium"]), "a text",
        simulate(TODAY, runs=8, first=3, seed=5, until=2027, agents={"united_states": Stern}),
    ):  # fmt: skip
        assert other != RUN


def test_the_table_of_quarters_is_read_by_anybody(tmp_path):
    path = RUN.save(tmp_path, quarters=True)
    rows = pl.read_parquet(path)
    assert rows.height == len(RUN.quarters) * 8
    one = rows.filter((pl.col("quarter") == "2026-Q3") & (pl.col("member") == 7))
    t = RUN.quarters.index("2026-Q3")
    assert one["flows_china.legal"][0] == RUN.part("flows_china.legal")[t, 4]
    assert one["parameter.diffusion"][0] == RUN.parameters["diffusion"][4]
    assert pl.read_parquet_metadata(path)["scenario_digest"] == TODAY.digest()
    assert RUN.save(tmp_path) != path


def test_custom_actors_come_back_only_with_their_code(tmp_path):
    own = {"united_states": partial(Stern, times=3.0)}
    run = simulate(TODAY, runs=4, until=2027, agents=own)
    path = run.save(tmp_path, quarters=True)
    bare = Run.load(path)
    assert bare.agents == run.agents
    with pytest.raises(InputError, match=r"holds no code of its custom actors \(united_states\); give them: Run.load"):
        costs(bare)
    whole = Run.load(path, agents=own)
    assert np.array_equal(costs(whole).of("china", "premium", 2027), costs(run).of("china", "premium", 2027))
    with pytest.raises(InputError, match="was made with other custom actors"):
        Run.load(path, agents={"united_states": Stern})


def changed(path: Path, **facts: str) -> Path:
    other = path.with_name("changed.parquet")
    pl.read_parquet(path).write_parquet(other, metadata={**pl.read_parquet_metadata(path), **facts})
    return other


def test_files_of_another_version_damaged_ones_and_strangers_are_refused_in_words(tmp_path):
    path = RUN.save(tmp_path, quarters=True)
    table = RUN.save(tmp_path)
    with pytest.raises(InputError, match="table of year ends alone, from which no run can be restored; save with"):
        Run.load(table)
    with pytest.raises(InputError, match=r"written by Polarity of version 0\.0\.9; .*run it again"):
        Run.load(changed(path, polarity_version="0.0.9"))
    with pytest.raises(InputError, match="of format 2"):
        Run.load(changed(path, polarity_run="2"))
    with pytest.raises(InputError, match="with other data: its history draws has"):
        Run.load(changed(path, history_draws="0" * 16))
    with pytest.raises(InputError, match="no such file"):
        Run.load(tmp_path / "nowhere.parquet")
    stranger = tmp_path / "stranger.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(stranger)
    with pytest.raises(InputError, match="is no run; give a file"):
        Run.load(stranger)
    stranger.write_text("name: x")
    with pytest.raises(InputError, match="is no run, or damaged"):
        Run.load(stranger)


def test_damage_is_noticed_wherever_it_is(tmp_path):
    path = RUN.save(tmp_path, quarters=True)
    rows, facts = pl.read_parquet(path), pl.read_parquet_metadata(path)
    bad = tmp_path / "bad.parquet"
    rows.with_columns(premium=pl.col("premium") + 1e-6).write_parquet(bad, metadata=facts)
    with pytest.raises(InputError, match="is damaged: its content is not what was written"):
        Run.load(bad)
    rows.head(100).write_parquet(bad, metadata=facts)
    with pytest.raises(InputError, match="is damaged: it has 100 rows of 168"):
        Run.load(bad)
    rows.drop("premium").write_parquet(bad, metadata=facts)
    with pytest.raises(InputError, match="is damaged"):
        Run.load(bad)
    content = path.read_bytes()
    bad.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="is no run, or damaged"):
        Run.load(bad)
    for place in (*range(100, len(content), len(content) // 20), *range(len(content) - 30_000, len(content), 997)):
        bad.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        said = loaded_or_said(bad)
        assert said is True or any(word in str(said) for word in ("damaged", "digest", "is no run", "version")), place


def loaded_or_said(path: Path) -> bool | str:
    """Whether a file gives the same run (bytes of statistics do not count), or what is said of it."""
    try:
        return Run.load(path) == RUN
    except InputError as error:
        return str(error)


def test_a_comparison_comes_back_equal(tmp_path):
    both = compare(TODAY, TIGHT, runs=4, until=2027)
    path = both.save(tmp_path)
    again = Comparison.load(path)
    assert again == both
    assert again.effect("lead_months", 2027) == both.effect("lead_months", 2027)
    assert again != compare(TIGHT, TODAY, runs=4, until=2027)
    names = json.loads(path.read_text())
    (tmp_path / names["second"]).unlink()
    with pytest.raises(InputError, match="no such file"):
        Comparison.load(path)
    path.write_text(json.dumps({**names, "polarity_comparison": 9}))
    with pytest.raises(InputError, match="has format 9 and this version reads 1"):
        Comparison.load(path)
    path.write_text("{")
    with pytest.raises(InputError, match="is no comparison, or damaged"):
        Comparison.load(path)
    with pytest.raises(InputError, match="is no comparison, or damaged"):
        Comparison.load(tmp_path / names["first"])
    with pytest.raises(InputError, match="no such file"):
        Comparison.load(tmp_path / "nowhere.json")


def test_a_folder_that_cannot_be_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be made"):
        simulate(load("current_policy"), runs=2, until=2027).save(tmp_path / "file" / "folder")


def test_a_year_beside_an_outcome_with_its_own_date_is_refused() -> None:
    both = compare(load("current_policy"), load("tight_controls"), runs=4, until=2027)

    def last(run):
        return run["lead_months"][-1]

    with pytest.raises(InputError, match="has its own date; leave the year out"):
        both.effect(last, 2026)
