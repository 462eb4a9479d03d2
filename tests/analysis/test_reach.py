"""Each partner can decide things that somebody else feels."""

import json
from collections import Counter

import pytest
from typer.testing import CliRunner

from scenarios import load
from scenarios.errors import InputError
from scenarios.partner_levers import PARTNER_LEVERS
from scenarios.tables import table
from sim.analysis import reach
from sim.cli.commands import app

NINE = [row.actor for row in table("actors") if row.kind in ("ally", "hub")]


def test_four_levers_of_each_of_nine_partners_are_felt_by_somebody_else() -> None:
    felt = Counter(row.lever.partition(".")[2] for row in reach.stored() if row.felt)
    assert len(NINE) == 9
    assert all(felt[actor] >= 4 for actor in NINE), felt


def test_every_lever_of_every_partner_is_in_the_stored_table() -> None:
    found = {row.lever for row in reach.stored()}
    assert found >= set(PARTNER_LEVERS)
    assert {name.partition(".")[0] for name in found - set(PARTNER_LEVERS)} == {"alignment", "policing"}


@pytest.mark.parametrize("actor", ["netherlands", "saudi_arabia"])
def test_the_stored_table_is_what_it_is_now(actor: str) -> None:
    now = {row.lever: row for row in reach.reach_of(actor, runs=256)}
    kept = {row.lever: row for row in reach.stored() if row.lever.endswith(f".{actor}")}
    assert list(now) == list(kept)
    for name, row in now.items():
        assert kept[name].felt_by == row.felt_by
        assert kept[name].measure == row.measure
        assert kept[name].share == pytest.approx(row.share, rel=1e-6)


def test_nobody_feels_itself() -> None:
    labels = {row.actor: row.label for row in table("actors")}
    assert all(row.felt_by != labels[row.lever.partition(".")[2]] for row in reach.stored())


def test_a_superpower_has_no_levers_of_this_kind() -> None:
    with pytest.raises(InputError, match="unknown partner 'china'"):
        reach.reach_of("china", runs=4)


def test_it_is_told_in_words() -> None:
    row = next(row for row in reach.stored() if row.lever == "lithography.netherlands")
    assert row.told.startswith("Netherlands: Lithography kept from China at 100 % of sales: “")
    assert "goes down by" in row.told


def test_the_command_prints_the_levers_of_one_partner_in_a_scenario() -> None:
    found = CliRunner().invoke(app, ["board", "japan", "allied_split", "--levers", "--runs", "8", "--json"])
    rows = json.loads(found.stdout)
    assert {row["lever"] for row in rows} >= {"spending.japan", "alignment.japan", "tool_parts.japan"}
    text = CliRunner().invoke(app, ["board", "japan", "--levers", "--runs", "8"]).stdout
    assert "who else feels it most in 2030" in " ".join(text.split())
    assert load("current_policy").title in " ".join(text.split())
