"""The model description agrees with the code: headings, schedule, generated tables and every name in it."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from scenarios.events import KINDS
from scenarios.levers import LEVERS
from scenarios.parameters import parameters
from scenarios.partner_levers import OWN
from scenarios.rules import MEANINGS as RULE_VALUES, Rule
from scenarios.schema import Scenario, Switches
from scenarios.tables import Actor
from sim.docs import numbers, tables
from sim.engine.schedule import PHASES
from sim.engine.state import Quarter, State
from sim.ensemble.draws import HARDWARE_DIMENSIONS
from sim.results.outcomes.crossing import THRESHOLDS

ROOT = Path(__file__).resolve().parents[2]
ODD = (ROOT / "docs/ODD.md").read_text(encoding="utf-8")
ELEMENTS = [
    "1 Purpose and patterns",
    "2 Entities, state variables and scales",
    "3 Process overview and scheduling",
    "4 Design concepts",
    "5 Initialization",
    "6 Input data",
    "7 Submodels",
]
CONCEPTS = [
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
]  # fmt: skip


def section(number: int) -> str:
    return re.split(r"^## \d ", ODD, flags=re.MULTILINE)[number]


def numbered(text: str) -> list[str]:
    """Names of a numbered list whose items are `1. name: what`."""
    found = re.findall(r"^\s*(\d+)\. \**([a-z ]+)\**:", text, re.MULTILINE)
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1))
    return [name for _, name in found]


def test_the_seven_elements_stand_in_order():
    assert re.findall(r"^## (.*)$", ODD, re.MULTILINE) == ELEMENTS


def test_the_eleven_concepts_stand_in_order():
    assert re.findall(r"^### (.*)$", section(4), re.MULTILINE) == CONCEPTS


def test_the_limits_come_first():
    opening = ODD.partition("## 1 ")[0]
    for limit in ("not a forecast", "military planning", "stock picking", "dates\nof events"):
        assert limit in opening


def test_what_actors_do_not_do_is_said():
    assert section(4).partition("### Learning\n\n")[2].startswith("None.")
    assert "no actor looks further ahead than two years" in " ".join(section(7).split())


def test_the_schedule_is_the_one_that_runs():
    assert numbered(section(3)) == [*(phase.name for phase in PHASES), "record"]


def test_every_field_of_the_state_is_described_and_used():
    cells = {line.split(" | ")[0].strip("| `"): line.strip("| ").split(" | ") for line in section(3).splitlines()}
    for name in (*State.__dataclass_fields__, *Quarter.__dataclass_fields__):
        _, _, text, writers, _ = cells[name]
        assert text != "–", name
        assert writers != "–", f"no phase writes {name}"


def test_generated_tables_are_up_to_date():
    assert tables.stale() == [], "run: make docs"


def test_every_block_of_the_code_is_used():
    used = {name for file in tables.FILES for name in re.findall(r"generated: ([a-z_]+)", (ROOT / file).read_text())}
    assert used == set(tables.BLOCKS)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<!-- generated: nothing -->\n<!-- end -->", "no block is called 'nothing'"),
        ("<!-- generated: span -->\nno end", "has no end"),
    ],
)
def test_a_wrong_marker_is_refused(text: str, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        tables.rewritten(text)


def test_text_outside_the_blocks_is_left_alone():
    text = "before | kept\n<!-- generated: span -->\nold\n<!-- end -->\nafter\n"
    new = tables.rewritten(text)
    assert new.startswith("before | kept\n<!-- generated: span -->\n")
    assert new.endswith("<!-- end -->\nafter\n")
    assert "2022-Q4" in new
    assert "old" not in new
    assert tables.rewritten(new) == new


def test_every_submodel_has_code_source_and_number():
    parts = re.split(r"^### ", section(7), flags=re.MULTILINE)[1:]
    assert [part.split(" ")[0] for part in parts] == [f"7.{i}" for i in range(1, len(parts) + 1)]
    for part in parts:
        assert "\nCode: `" in part, part.splitlines()[0]
        assert "\nSource: " in part or "<!-- generated:" in part, part.splitlines()[0]


def code_names() -> set[str]:
    """Functions and classes of the `Code:` lines, each of which must exist in the file before it."""
    names = set()
    for line in re.findall(r"^Code: (.*)$", ODD, re.MULTILINE):
        for path, listed in re.findall(r"`([a-z_/]+\.py)` \(([^)]*)\)", line):
            module = import_module(path.removesuffix(".py").replace("/", "."))
            for name in re.findall(r"`(\w+)`", listed):
                assert hasattr(module, name), f"{path} has no {name}"
                names.add(name)
    return names


def test_every_function_named_exists():
    assert len(code_names()) > 50


def test_every_file_named_exists():
    found = set(re.findall(r"`((?:\w+/)+[\w.]*)`", ODD))
    assert "sim/engine/schedule.py" in found
    assert [path for path in found if not (ROOT / path).exists()] == []


def test_every_name_is_one_that_the_code_knows():
    from sim.engine.phases.record import PARTS
    from sim.results.measures import MEASURES

    known = {*parameters(), *LEVERS, *KINDS, *Switches.model_fields, *Scenario.model_fields, *tables.BLOCKS}
    known |= {*Rule.model_fields, *RULE_VALUES["scope"]}
    known |= {*MEASURES, *(part for parts in PARTS.values() for part in parts), *THRESHOLDS}
    known |= {*HARDWARE_DIMENSIONS, *Actor.model_fields, *code_names(), "gap_eci", "united_states", "china", "world"}
    known |= {row[0].strip("`") for row in numbers.fixed_numbers()}
    known |= {
        "USES",
        "H100e",
        "actor",
        "mesa",
        "Agent",
        "year",
        "generated",
        "code",
        "size",
        "compliance",
        "source",
        "LEVER",
        "ACTOR",
    }
    known |= {*OWN, "japan"}
    prose = re.sub(r"<!-- generated: .*?<!-- end -->", "", ODD, flags=re.DOTALL)
    names = set(re.findall(r"`([A-Za-z_]\w*(?:\.\w+)?)`", prose))
    parts = {part for name in names for part in ([name] if name in known or "." not in name else name.split("."))}
    files = {path.stem for path in (ROOT / "scenarios/data").glob("*.csv")} | {"csv"}
    assert sorted(parts - known - files) == []


def test_every_series_has_a_label_and_a_unit():
    unnamed = [line for line in tables.series().splitlines() if "| – | – |" in line]
    assert unnamed == [], "name it in MEASURES of sim/results/measures.py"


def test_parameters_have_their_doubts_listed():
    text = (ROOT / "docs/parameters.md").read_text(encoding="utf-8")
    for name, row in parameters().items():
        assert f"**`{name}`**" in text
        assert row.source in text
        assert row.note in text


def test_the_command_says_what_is_out_of_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(tables, "FILES", ("one.md",))
    monkeypatch.setattr(tables.stale, "__defaults__", (tmp_path,))
    monkeypatch.setattr(tables.write, "__defaults__", (tmp_path,))
    (tmp_path / "one.md").write_text("<!-- generated: span -->\n<!-- end -->\n")
    assert tables.main(["--check"]) == 1
    assert "one.md is out of date; run: make docs" in capsys.readouterr().out
    assert tables.main([]) == 0
    assert tables.main(["--check"]) == 0
