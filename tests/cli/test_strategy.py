"""`polarity strategy`: the table for people, as JSON, and as a file."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from sim.cli import app

LEFT_OUT = (
    "pool_compute", "deal", "spend_and_build", "open_weights", "close_ideas", "control_models",
    "power_and_money",
)  # fmt: skip
FEW = ["--runs", "8", *(part for name in LEFT_OUT for part in ("--without", name))]


def run(*args):
    return CliRunner().invoke(app, ["strategy", *args])


def test_the_table_for_people():
    found = run(*FEW, "--values", "china:security_first")
    assert found.exit_code == 0, found.output
    for text in ("tight controls", "refuse and push", "Best reply of China", "China: security_first (security 2.5",
                 "nobody gains by doing something else alone", "epsilon", "not forecasts"):  # fmt: skip
        assert text in " ".join(found.output.split()), text


def test_as_json_and_as_a_file(tmp_path):
    found = run(*FEW, "--json", "--out", str(tmp_path))
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["packages"]["china"] == ["as_is", "refuse_and_push", "import", "retaliate"]
    table = pl.read_parquet(next(tmp_path.glob("*.parquet")))
    assert table.height == 3 * 4 * 8


def test_worlds_rounds_rules_and_weights_of_ones_own(tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text("us: {security: 3, money: 0}\nchina: safety_first\n")
    args = (*FEW, "--values", str(path), "--world", "shock", "--deepen", "1", "--package", "tighten_if_close", "--json")
    found = run(*args)
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["values"]["united_states"] == {"security": 3, "prosperity": 1, "safety": 1, "money": 0}
    assert "tighten_if_close" in told["packages"]["united_states"]
    assert told["worlds"] == ["usual", "shock"]
    assert told["epsilon"] >= 0
    assert {move["player"] for move in told["added"]} <= {"united_states", "china"}
    assert set(told["least_regret_over_worlds"]) == {"united_states", "china"}
    assert told["said"]["follows"]


def test_wrong_weights_are_told(tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text("us: {secrity: 3}\nchina: {money: -1}\n")
    found = run("--runs", "8", "--values", str(path))
    assert found.exit_code == 2
    for text in ("secrity", "did you mean", "money", "0 to 20"):
        assert text in found.output, text


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--values", "nobody"], "unknown profile"), (["--values", "hubs:balanced"], "hubs does not play"),
        (["--values", "mars:balanced"], "unknown player"), (["--players", "us"], "two or more"),
        (["--package", "missing.yaml"], "missing.yaml"), (["--without", "nothing"], "unknown package"),
        (["--runs", "1"], "runs"), (["--package", "tightn_if_close"], "did you mean"),
        (["--world", "mars"], "unknown world"), (["--values", "missing.yaml"], "missing.yaml"),
        (["--players", "us,china,mars"], "unknown player"),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_said_in_a_line(args, told):
    found = run("--runs", "8", *args)
    assert found.exit_code != 0
    assert told in found.output
    assert "Traceback" not in found.output
