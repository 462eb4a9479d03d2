"""A board is what a scenario changes for one actor, in the books of the runs."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from scenarios import load
from scenarios.errors import InputError
from sim.analysis.board import ACCESS, COMPUTE, COSTS, REVENUE, SECURITY, board
from sim.cli import app
from sim.run import simulate

BASE, TIGHT = load("current_policy"), load("tight_controls")
PARTNERS = [row.actor for row in BASE.roster() if row.kind != "superpower"]


def test_its_lines_are_those_of_the_runs():
    found = board("netherlands", TIGHT, BASE, runs=16)
    runs = [simulate(spec, 16, until=2030) for spec in (BASE, TIGHT)]
    sales = [run.part("accounts.netherlands.tool_revenue")[-4:].sum(axis=0) / 1e9 for run in runs]
    row = next(row for row in found.rows if row.name.startswith("accounts.netherlands.tool_revenue"))
    assert (row.group, row.unit) == (REVENUE, "billion US dollars")
    assert row.effect.mean == pytest.approx((sales[1] - sales[0]).mean(), rel=1e-5)
    assert row.before == pytest.approx(sales[0].mean(), rel=1e-5)
    lead = next(row for row in found.rows if row.name == "lead_months@2030")
    assert lead.effect.mean == pytest.approx(np.mean(runs[1]["lead_months"][-1] - runs[0]["lead_months"][-1]), rel=1e-5)


@pytest.mark.parametrize("actor", PARTNERS)
def test_everybody_has_a_board_with_compute_access_income_and_security(actor):
    found = board(actor, TIGHT, BASE, runs=8)
    assert {COMPUTE, ACCESS, REVENUE, COSTS, SECURITY} <= {row.group for row in found.rows}
    assert found.largest() is not None
    assert found.frame().height == len(found.rows)


def test_against_itself_nothing_moves():
    assert all(row.effect.mean == 0 for row in board("japan", BASE, BASE, runs=8).rows)


def test_an_actor_that_there_is_not_is_told():
    with pytest.raises(InputError, match="did you mean 'netherlands'"):
        board("nederland", TIGHT, BASE, runs=8)


def test_on_the_command_line(tmp_path):
    command = ["board", "southeast_asia", "tight_controls", "--runs", "8"]
    shown = CliRunner().invoke(app, command, env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    for text in ("Southeast Asia in 2030", "Margin on smuggled chips", "Policing of transit trade", "not forecasts"):
        assert text in " ".join(shown.output.split()), text
    told = json.loads(CliRunner().invoke(app, [*command, "--json", "--out", str(tmp_path / "b.csv")]).stdout)
    assert {row["group"] for row in told["rows"]} == {COMPUTE, ACCESS, REVENUE, COSTS, SECURITY}
    assert (tmp_path / "b.csv").read_text().count("\n") == len(told["rows"]) + 1
