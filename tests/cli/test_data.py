"""`polarity data`: tables by name, and the refresh from downloaded releases."""

import json
import shutil
from pathlib import Path

import pytest

from scenarios.tables import DATA, table

MADE = Path(__file__).parents[1] / "data/releases"


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with two made-up releases, and a copy of the tables."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name in ("gpu_clusters.csv", "us_exports.json"):
        shutil.copyfile(MADE / name, folder / f"2099-12-30-{name}")
    return folder, shutil.copytree(DATA, tmp_path / "tables")


def visible() -> str:
    """China's share of the clusters that can be seen, as recorded."""
    (row,) = [row for row in table("conflicts") if row.source.startswith("Epoch AI, GPU clusters data")]
    return row.value


def test_tables_are_listed_and_printed_as_before(polarity):
    assert "stocks" in polarity("data").out.split()
    assert json.loads(polarity("data", "--json").out) == polarity("data").out.split()
    assert polarity("data", "stocks").out == (DATA / "stocks.csv").read_text(encoding="utf-8")
    assert polarity("data", "--json", "stocks").out == polarity("data", "stocks", "--json").out
    assert "unknown table 'stock'; did you mean 'stocks'?" in polarity("data", "stock").refusal()
    assert polarity("data", "--help").out.count("refresh") >= 2


def test_a_look_says_what_would_change_and_writes_nothing(polarity, place):
    folder, tables = place
    before = {p: p.read_bytes() for p in tables.rglob("*") if p.is_file()}
    said = polarity("data", "refresh", "--from", folder, "--to", tables, "--check")
    assert said.code == 0, said.err
    assert said.out.startswith("4 rows would change; ")
    assert f"value {visible()}, low " in said.out
    assert " → value 20.0, low 15.8, high 23.8" in said.out
    assert "no run reads it" in said.out
    assert "Would be locked" in said.out
    assert "CC0 1.0" in said.out
    assert "Written" not in said.out
    assert {p: p.read_bytes() for p in tables.rglob("*") if p.is_file()} == before


def test_a_refresh_writes_and_a_second_one_has_nothing_to_write(polarity, place):
    folder, tables = place
    said = json.loads(polarity("data", "refresh", "--from", folder, "--to", tables, "--json").out)
    assert said["written"] == ["conflicts.csv", "us_exports.csv", "lock.json"]
    change = next(change for change in said["changed"] if change["table"] == "conflicts")
    assert change["old"]["value"] == visible()
    assert change["new"]["value"] == "20.0"
    assert change["source"] == "Epoch AI, GPU clusters data, release of 2099-12-30, CC-BY 4.0"
    assert {(e["file"], len(e["sha256"]), e["license"]) for e in said["locked"]} == {
        ("2099-12-30-gpu_clusters.csv", 64, "CC BY 4.0"), ("2099-12-30-us_exports.json", 64, "CC0 1.0"),
    }  # fmt: skip
    again = json.loads(polarity("data", "refresh", "--from", folder, "--to", tables, "--json").out)
    assert again["changed"] == again["written"] == []


@pytest.mark.parametrize("as_json", [True, False])
def test_the_exit_status_says_that_a_file_was_refused(polarity, place, as_json):
    folder, tables = place
    (folder / "broken.csv").write_text("<html>Not found</html>")
    said = polarity("data", "refresh", "--from", folder, "--to", tables, *["--json"] * as_json)
    assert said.code == 2
    assert said.err.splitlines() == [f"polarity: refused 1 of the files in {folder}: broken.csv"]
    assert "is a web page and no data" in said.out
    assert (tables / "reference/us_exports.csv").is_file()
    if as_json:
        assert json.loads(said.out)["refused"][0]["file"] == "broken.csv"


def test_what_to_make_again_is_named_only_after_a_change_of_the_past(polarity, place):
    folder, tables = place
    assert "weights --make" not in polarity("data", "refresh", "--from", folder, "--to", tables).out
    shutil.copyfile(MADE / "large_scale_ai_models.csv", folder / "2099-12-30-models.csv")
    said = polarity("data", "refresh", "--from", folder, "--to", tables).out
    assert "Latest record run of the US: " in said
    assert "weights --make" in said


def test_wrong_calls_are_refused(polarity, place):
    folder, tables = place
    assert "--from nowhere: is not a folder" in polarity("data", "refresh", "--from", "nowhere", "--check").refusal()
    assert "holds no data tables" in polarity("data", "refresh", "--from", folder, "--to", folder).refusal()
    call = ("data", "refresh", "--from", folder, "--to", tables, "--date")
    assert "write it like 2026-10-20" in polarity(*call, "yesterday").refusal()
