"""`polarity strategy`: the table for people, as JSON, and as a file."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from sim.cli import app

LEFT_OUT = (
    "pool_compute", "hold_talent", "spend_and_build", "open_weights", "close_ideas", "control_models",
    "power_and_money",
)  # fmt: skip
FEW = ["--runs", "8", *(part for name in LEFT_OUT for part in ("--without", name))]


def run(*args):
    return CliRunner().invoke(app, ["strategy", *args])


def test_the_table_for_people():
    found = run(*FEW, "--values", "china:security_first")
    assert found.exit_code == 0, found.output
    for text in ("tight controls", "refuse and push", "Best reply of China", "China: security_first (security 2.5",
                 "commits itself first", "not forecasts"):  # fmt: skip
        assert text in " ".join(found.output.split()), text


def test_as_json_and_as_a_file(tmp_path):
    found = run(*FEW, "--json", "--out", str(tmp_path))
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["packages"]["china"] == ["as_is", "refuse_and_push", "import", "retaliate"]
    table = pl.read_parquet(next(tmp_path.glob("*.parquet")))
    assert table.height == 3 * 4 * 8


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--values", "nobody"], "unknown profile"), (["--values", "hubs:balanced"], "unknown player"),
        (["--players", "us"], "two or more"), (["--package", "missing.yaml"], "missing.yaml"),
        (["--without", "nothing"], "unknown package"), (["--runs", "1"], "runs"),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_said_in_a_line(args, told):
    found = run("--runs", "8", *args)
    assert found.exit_code != 0
    assert told in found.output
    assert "Traceback" not in found.output
