"""A board is what a scenario changes for one actor, in the books of the runs."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from scenarios import load, parse
from scenarios.errors import InputError
from scenarios.seats import SEATS, listed_as
from scenarios.tables import table
from sim.analysis.board import ACCESS, COMPUTE, COSTS, REVENUE, SECURITY, Board, Row, board
from sim.analysis.seat import largest, moves, shown, told
from sim.cli import app
from sim.results.paired import Paired
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
    assert largest(found)
    assert found.frame().height == len(found.rows)


def test_against_itself_nothing_moves():
    assert all(row.effect.mean == 0 for row in board("japan", BASE, BASE, runs=8).rows)


def test_an_actor_that_there_is_not_is_told():
    with pytest.raises(InputError, match="did you mean 'netherlands'"):
        board("nederland", TIGHT, BASE, runs=8)


def test_on_the_command_line(tmp_path):
    command = ["board", "southeast_asia", "tight_controls", "--runs", "8"]
    printed = CliRunner().invoke(app, command, env={"COLUMNS": "200"})
    assert printed.exit_code == 0, printed.output
    for text in ("Southeast Asia in 2030", "Margin on smuggled chips", "Policing of transit trade", "not forecasts"):
        assert text in " ".join(printed.output.split()), text
    assert told(board("southeast_asia", TIGHT, BASE, runs=8)) in " ".join(printed.output.split())
    given = json.loads(CliRunner().invoke(app, [*command, "--json", "--out", str(tmp_path / "b.csv")]).stdout)
    assert {row["group"] for row in given["rows"]} == {COMPUTE, ACCESS, REVENUE, COSTS, SECURITY}
    assert (tmp_path / "b.csv").read_text().count("\n") == len(given["rows"]) + 1


# ------------------------------------------------------------------------------------------------------ the sentence
def row(group: str, name: str, label: str, unit: str, before: float, after: float, half: float = 0.0) -> Row:
    change = after - before
    return Row(group, name, label, unit, before, after, Paired(change, change - half, change + half, None, 0.0, None))


ROWS = (
    row(COMPUTE, "compute_train.netherlands@2030", "Compute that it uses", "thousand H100e", 1000, 1070),
    row(COMPUTE, "capability.netherlands@2030", "Its best model", "index points", 177, 178),
    row(ACCESS, "received_h100e.netherlands@2030", "New chips in the year", "thousand H100e", 1300, 1350),
    row(ACCESS, "rented_from.netherlands@2030", "Compute that Chinese users rent there", "thousand H100e", 32, 4),
    row(REVENUE, "accounts.netherlands.tool_revenue@2030", "Chip tools sold to China", "billion US dollars", 17.4, 0),
    row(REVENUE, "accounts.netherlands.rent@2030", "Rent from Chinese users", "billion US dollars", 0.3, 0.0),
    row(COSTS, "accounts.netherlands.chips@2030", "Chips", "billion US dollars", 13, 13.5),
    row(SECURITY, "lead_months@2030", "US lead over China", "months", 11.4, 13.9),
    row(SECURITY, "decisions.netherlands.alignment@2030", "Alignment with the United States", "share", 0.68, 0.9),
)


def of(*rows: Row, actor: str = "netherlands", spec=TIGHT, base=BASE) -> Board:
    label = next(each.label for each in spec.roster() if each.actor == actor)
    return Board(actor, label, spec, base, rows, 64, 0, 2030)


def test_the_sentence_names_the_largest_move_of_each_group():
    assert told(of(*ROWS)) == (
        "Seen from The Hague in 2030, compared with current policy: the Netherlands uses 7% more compute; Chinese "
        "users rent 88% less compute there; it earns $17bn less from chip tools sold to China; it spends $500m more "
        "on chips; its alignment with the United States rises from 68.0% to 90.0%."
    )
    assert told(of(*ROWS), "no rules at all").startswith("Seen from The Hague in 2030, compared with no rules at all: ")


def test_the_first_clause_names_the_actor_and_groups_without_a_move_are_said_so():
    assert told(of(ROWS[3], ROWS[4])) == (
        "Seen from The Hague in 2030, compared with current policy: Chinese users rent 88% less compute in the "
        "Netherlands; it earns $17bn less from chip tools sold to China. Nothing moves in its compute, spending or "
        "security."
    )
    said = told(of(row(COMPUTE, "capability.united_states@2030", "Its best model", "index points", 210, 202),
                   row(REVENUE, "accounts.united_states.ai_revenue@2030", "AI revenue", "billion US dollars", 900, 901),
                   actor="united_states"))  # fmt: skip
    assert "the United States’ best model loses 8.0 index points." in said
    assert said.endswith(" Little or nothing moves in its access to chips, income, spending or security.")


def test_where_nothing_moves_a_sentence_says_so():
    still = row(COMPUTE, "compute_train.netherlands@2030", "Compute that it uses", "thousand H100e", 10, 10)
    said = "Seen from The Hague in 2030, {} on this board moves compared with current policy."
    assert told(of(still)) == said.format("nothing")
    assert told(of(row(SECURITY, "lead_months@2030", "US lead over China", "months", 11.4, 11.42))) == (
        said.format("little or nothing")
    )


def test_current_policy_is_compared_with_nothing():
    assert told(of(*ROWS, spec=BASE)) == (
        "Seen from The Hague in 2030, nothing is compared: this is current policy itself. Choose a policy to see what "
        "it changes."
    )


def test_an_actor_that_only_the_scenario_has_stands_as_it_is():
    spec = parse(
        "name: more\ntitle: More\nstory: Story.\nquestion: Question?\nsources: [{title: Source}]\n"
        "actors: {india: {like: saudi_arabia, label: India}}\n"
    )
    found = board("india", spec, BASE, runs=8)
    assert told(found) == (
        "Seen from India in 2030, nothing is compared: under current policy, India is no actor of its own."
    )
    assert {each.effect.mean for each in found.rows} == {0.0}
    assert max(each.after for each in found.rows) > 0


@pytest.mark.parametrize(
    ("unit", "before", "after", "half", "expected"),
    [
        ("thousand H100e", 10, 10.04, 0.0, False),  # less than half a percent
        ("thousand H100e", 10, 11, 2.0, False),  # not told from zero
        ("thousand H100e", 10, 11, 0.5, True),
        ("thousand H100e", 0, 0.001, 0.0, False),  # not seen in the numbers
        ("thousand H100e", 0, 1, 0.0, True),
        ("share", 0.03, 0.034, 0.0, False),
        ("share", 0.03, 0.04, 0.0, True),
        ("months", 11.4, 11.5, 0.0, True),
    ],
)
def test_what_counts_as_a_move(unit, before, after, half, expected):
    assert moves(row(SECURITY, "x.y@2030", "X", unit, before, after, half)) == expected


@pytest.mark.parametrize(
    ("unit", "before", "after", "expected"),
    [
        ("thousand H100e", 322955.0, 327845.0, ("million H100e", "323.0", "327.8", "+4.9", "+2%")),
        ("thousand H100e", 4867.0, 642.0, ("thousand H100e", "4,867", "642", "−4,225", "−87%")),
        ("billion US dollars", 0.0, 5.26, ("billion US dollars", "0.00", "5.26", "+5.26", "")),
        ("billion US dollars", 0.5, 141.5, ("billion US dollars", "0.5", "141.5", "+141.0", "×283")),
        ("billion US dollars", 47.0, 0.04, ("billion US dollars", "47.0", "0.0", "−47.0", "−99.9%")),
        ("share", 0.68, 0.9, ("%", "68.0", "90.0", "+22.0", "")),
        ("months", -2.0, 1.0, ("months", "−2.00", "1.00", "+3.00", "")),
    ],
)
def test_numbers_of_a_line_share_a_unit_and_digits(unit, before, after, expected):
    found = shown(row(ACCESS, "x.y@2030", "X", unit, before, after))
    assert (found.unit, found.before, found.after, found.change, found.ratio) == expected


def test_a_line_that_the_sentence_does_not_know_is_told_by_its_label():
    quotas = row(ACCESS, "quotas.netherlands@2030", "Quotas for chips", "thousand H100e", 5, 2)
    assert "the Netherlands’ quotas for chips fall from 5.00 to 2.00 thousand H100e" in told(of(quotas))
    budget = row(SECURITY, "decisions.united_states.enforcement@2030", "Enforcement budget", "× 2026 budget", 1.8, 5)
    assert "the United States’ enforcement budget rises from 1.80× to 5.00× the 2026 budget" in (
        told(of(budget, actor="united_states"))
    )


@pytest.mark.parametrize("actor", [*SEATS])
def test_every_seat_has_a_sentence_about_its_own_numbers(actor):
    found = board(actor, TIGHT, BASE, runs=32)
    said = told(found)
    assert said.startswith(f"Seen from {SEATS[actor].city} in 2030, compared with current policy: ")
    assert "its its" not in said
    assert 3 <= said.count(";") + 1 <= 5
    for each in largest(found):
        assert all(abs(each.effect.mean) >= abs(other.effect.mean) for other in found.rows
                   if other.group == each.group and each.group in (REVENUE, COSTS) and moves(other))  # fmt: skip


def test_every_actor_of_the_table_has_a_seat():
    assert set(SEATS) == {each.actor for each in table("actors")}
    assert len({each.city for each in SEATS.values()}) == len(SEATS)
    assert listed_as("southeast_asia", "Southeast Asia") == "Kuala Lumpur (Southeast Asia)"
    assert listed_as("rest_of_world", "Rest of world") == "The rest of the world"
    assert listed_as("india", "India") == "India"
