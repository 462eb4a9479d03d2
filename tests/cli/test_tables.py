"""CSV files of the commands: what they are read with, and what each row says of itself."""

import csv

import polars as pl
import pytest

from scenarios import frame_names
from sim import __version__
from sim.cli import files
from sim.cli.commands import app

FEW = "follower_efficiency,research_returns"
CALLS = {
    "sensitivity": ("sensitivity", "-n", 16, "--inputs", FEW, "--outcome", "lead_months@2027", "--seed", 3),
    "sensitivity morris": (
        "sensitivity", "--method", "morris", "-n", 4, "--inputs", FEW, "--outcome", "gap_eci@2027", "--seed", 3,
    ),
    "sensitivity shapley": (
        "sensitivity", "--method", "shapley", "-n", 3072, "--outcome", "gap_eci@2027", "--seed", 3,
    ),
    "discover": ("discover", "--members", 1024, "--outcome", "lead_months@2030>=16", "--seed", 3),
    "policies prices": ("policies", "prices", "--runs", 8, "--year", 2027, "--until", 2027, "--seed", 3),
    "policies attribute": (
        "policies", "attribute", "current_policy", "controls_erode", "--by", "side", "--runs", 8, "--seed", 3,
    ),
    "policies regret": (
        "policies", "regret", "--runs", 8, "--outcome", "lead_months@2028", "--world", "current_policy", "--seed", 3,
    ),
    "policies durable": (
        "policies", "durable", "current_policy", "--runs", 8, "--at", 2027, "--years", 1, "--seed", 3,
    ),
    "policies pathways": (
        "policies", "pathways", "--world", "no_feedback", "--held-out", "shock", "--runs", 8, "--seed", 3,
    ),
    "board": ("board", "japan", "current_policy", "--against", "tight_controls", "--runs", 8, "--seed", 3),
    "questions": ("questions", "--runs", 8, "--seed", 3),
    "frames": ("frames", "two_scenarios", "--runs", 8, "--seed", 3),
    "policies flip": ("policies", "flip", "--only", "levers", "--runs", 8, "--year", 2028, "--seed", 3),
}  # fmt: skip
FUTURES = {"sensitivity": 16 * 5, "sensitivity morris": 4 * 3, "sensitivity shapley": 2 * 3072, "discover": 1024}
DIFFERENCES = {
    "policies prices": "with the lever moved, minus without", "policies attribute": "scenario less reference",
    "policies regret": "from the best policy", "policies durable": "with research feedback, minus without",
    "sensitivity morris": "over its whole range", "policies pathways": "from the best fixed package",
    "board": "current_policy less tight_controls", "questions": "less current policy",
    "frames": "less where not",
}  # fmt: skip


def test_every_command_that_writes_a_table_is_here() -> None:
    from typer.main import get_command

    def writers(command, name: str = "") -> list[str]:
        inner = getattr(command, "commands", {})
        found = [w for key, sub in inner.items() for w in writers(sub, f"{name} {key}".strip())]
        takes = [p for p in getattr(command, "params", []) if p.name == "out" and p.metavar == "FILE"]
        return found + [name] * bool(takes)

    assert set(writers(get_command(app))) == {
        name for name in CALLS if name.partition(" ")[2] not in ("morris", "shapley")
    }


@pytest.mark.parametrize("name", CALLS)
def test_every_row_says_what_it_is_of(polarity, tmp_path, name: str) -> None:
    path = tmp_path / "table.csv"
    said = polarity(*CALLS[name], "--out", path)
    assert said.code == 0, said.err
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pl.read_csv(path)
    assert table.height > 0
    if name == "questions":
        assert table["scenario"].n_unique() == table.height == 23
    elif name == "frames":
        assert set(table["claim"]) == {f"S{n}" for n in range(1, 13)}
        assert set(table["scenario"]) <= {"current_policy", *frame_names()}
    else:
        assert table["scenario"].unique().to_list() == ["controls_erode" if "attribute" in name else "current_policy"]
    assert table["seed"].unique().to_list() == [3]
    assert table["futures"].unique().to_list() == [FUTURES.get(name, 8)]
    assert table["version"].unique().to_list() == [__version__]
    assert ("meaning" in table.columns) == (name in DIFFERENCES)
    if name in DIFFERENCES:
        (what,) = table["meaning"].unique().to_list()
        assert "difference" in what
        assert DIFFERENCES[name] in what
    for column in table.columns:
        assert table.schema[column] != pl.Float64 or table[column].drop_nulls().is_finite().all(), column


def test_flips_name_their_year_and_quarter(polarity, tmp_path) -> None:
    path = tmp_path / "flips.csv"
    polarity(*CALLS["policies flip"], "--out", path)
    table = pl.read_csv(path)
    assert set(table["year"]) == {2028}
    assert set(table["quarter"]) == {"2028-Q4"}


def test_a_file_is_read_alike_by_other_readers(tmp_path) -> None:
    path = tmp_path / "table.csv"
    unit, name = "× 2026 budget", "політика"
    table = files.described(pl.DataFrame({"unit": [unit]}), name, 0, 8)
    files.write_csv(table, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["unit"], row["scenario"]) == (unit, name)
    assert pl.read_csv(path).columns == ["unit", "scenario", "seed", "futures", "version"]
    pandas = pytest.importorskip("pandas")
    assert pandas.read_csv(path)["unit"][0] == unit
