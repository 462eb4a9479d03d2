"""What is said of a plan and of a study: axes that replace something, what has no effect, and what lies beside it."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from scenarios import load
from scenarios.levers import LEVERS
from sim.batch import Plan, Study, identity, run_study
from sim.batch.design import points
from sim.cli.commands import app

TODAY = load("current_policy")
PATH = {"2026-Q4": 1.0, "2028-Q1": 5.0}


def plan_of(*specs, **fields) -> Plan:
    usual = {"name": "p", "scenarios": specs or [TODAY], "outcomes": ["lead_months@2028"], "members": 8}
    return Plan(**usual | fields)


def polarity(*words: object):
    """The command line, in this process."""
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


def about(plan: Plan, word: str, tried: bool = False) -> list[str]:
    return [note for note in plan.notes(tried) if word in note]


@pytest.mark.parametrize("lever", LEVERS)
def test_an_axis_over_a_dated_path_says_that_it_replaces_it(lever):
    low, high = LEVERS[lever].low, LEVERS[lever].high
    dated = TODAY.with_changes(name="dated", levers={lever: {"2026-Q4": low, "2028-Q1": high}})
    axes = {"levers": {lever: [low, high]}}
    assert about(plan_of(TODAY, design=axes), "replaces") == []
    (note,) = about(plan_of(TODAY, dated, design=axes), "replaces")
    assert note == f"The axis of {LEVERS[lever].label} ({lever}) replaces the dated path of dated at every setting."
    assert all(isinstance(p.spec.levers[lever], float) for p in points(plan_of(dated, design=axes)))
    assert about(plan_of(dated), "replaces") == []


def test_an_axis_over_a_parameter_that_a_scenario_gives_itself_says_so():
    own = TODAY.with_changes(name="own", parameters={"diffusion": 0.5})
    axes = {"parameters": {"diffusion": [0.2, 1.0]}}
    (note,) = about(plan_of(own, TODAY, design=axes), "replaces")
    assert note == "The axis of the parameter diffusion replaces what own gives for it, at every setting."


def test_many_scenarios_are_counted_and_not_all_named():
    many = [TODAY.with_changes(name=f"s{n}", levers={"enforcement": PATH}) for n in range(9)]
    (note,) = about(plan_of(*many, design={"levers": {"enforcement": [1, 2]}}), "replaces")
    assert "s0, s1, s2, s3, s4 and 4 more at" in note


def test_what_has_no_effect_is_said_with_the_settings_at_which_it_has_none():
    late = TODAY.with_changes(name="late", events=[{"kind": "efficiency_shock", "date": "2031-Q1", "size": 0.5}])
    (note,) = about(plan_of(late), "efficiency_shock")
    assert note.startswith("late: Event efficiency_shock in 2031-Q1 has no effect")
    assert plan_of(late, outcomes=["lead_months@2032"]).notes(tried=False) == ()
    bound = plan_of(load("open_trade"), design={"levers": {"import_permission": [0, 100]}})
    (note,) = about(bound, "(licence_quota)", tried=True)
    assert note.startswith("open_trade, at 1 of 2 settings checked: ")
    assert "Beijing's limit on imports" in note
    assert about(bound, "(licence_quota)", tried=False) == []


def test_a_large_plan_is_looked_at_in_part_and_each_scenario_once(monkeypatch):
    seen = []
    monkeypatch.setattr("sim.inert.without_effect", lambda spec, until, tried: seen.append((spec.name, tried)) or ())
    many = [TODAY.with_changes(name=f"s{n}") for n in range(30)]
    plan = plan_of(*many, design={"levers": {"enforcement": {"low": 0, "high": 10, "points": 1000}}})
    assert plan.notes() == ()
    assert {name for name, _ in seen} == {spec.name for spec in many}
    assert 20 < sum(tried for _, tried in seen) <= 24
    assert len(seen) < 60


# --- other versions -------------------------------------------------------------------------------------------------


def beside(study: Study, folder: str, **changes) -> Path:
    """A copy of a study that something else has made, beside it."""
    other = study.folder.parent / folder
    shutil.copytree(study.folder, other)
    content = yaml.safe_load((other / "plan.yaml").read_text())
    content["made_with"] |= changes
    (other / "plan.yaml").write_text(yaml.safe_dump(content))
    return other


@pytest.fixture
def made(tmp_path) -> Study:
    return run_study(plan_of(), tmp_path)


def test_studies_of_other_versions_beside_it_are_named(made):
    assert made.notes() == ()
    beside(made, "p-000000000001")  # the same engine, asked for something else
    beside(made, "other-000000000001", engine="0" * 16)  # another study
    (made.folder.parent / "p-not-a-study").mkdir()
    (made.folder.parent / "p-000000000009").mkdir()
    (made.folder.parent / "p-000000000009" / "plan.yaml").write_text("[")
    assert made.notes() == ()
    old = beside(made, "p-000000000002", engine="0" * 16, polarity="0.0.9")
    elsewhere = beside(made, "p-000000000003", platform={**identity.platform(), "numpy": "1.0"})
    (note,) = made.notes()
    assert note.startswith(f"Other folders beside it, not read: {old.name} (Polarity 0.0.9, engine 0000000000000000), ")
    assert note.endswith(f"{elsewhere.name} (the same engine on another platform: numpy 1.0).")
    assert Study.open(made.folder).notes() == made.notes()


def test_a_study_that_another_version_made_says_so(made):
    old = beside(made, "p-000000000002", engine="0" * 16)
    notes = Study.open(old).notes()
    assert notes[0].startswith("p-000000000002 was made by Polarity ")
    assert made.folder.name in notes[1]  # the new one is what lies beside it


def test_the_commands_name_them(made, tmp_path):
    old = beside(made, "p-000000000002", engine="0" * 16)
    plan = tmp_path / "plan.yaml"
    plan.write_text(yaml.safe_dump(made.plan.fields()))
    run = polarity("batch", plan, "--out", tmp_path, "--workers", 1)
    assert run.exit_code == 0
    told = next(line for line in run.stderr.splitlines() if old.name in line)
    assert told.startswith("polarity: Other folders beside it, not read")
    assert old.name in polarity("study", made.folder).stdout
    assert old.name in json.loads(polarity("study", made.folder, "--json").stdout)["notes"][0]
    assert old.name in polarity("batch", plan, "--out", tmp_path, "--dry-run").stdout


def test_the_commands_say_what_an_axis_replaces(tmp_path):
    dated = TODAY.with_changes(name="dated", levers={"enforcement": PATH})
    plan = tmp_path / "plan.yaml"
    plan.write_text(yaml.safe_dump(plan_of(dated, design={"levers": {"enforcement": [1, 2]}}).fields()))
    said = "The axis of Enforcement budget (enforcement) replaces the dated path of dated at every setting."
    said = said.replace("Enforcement budget", LEVERS["enforcement"].label)
    dry = polarity("batch", plan, "--out", tmp_path / "out", "--dry-run")
    assert said in " ".join(dry.stdout.split())
    assert said in json.loads(polarity("batch", plan, "--out", tmp_path / "out", "--dry-run", "--json").stdout)["notes"]
    assert f"polarity: {said}" in polarity("batch", plan, "--out", tmp_path / "out", "--workers", 1).stderr


# --- files of somebody else -----------------------------------------------------------------------------------------

FOREIGN = ("mine.parquet", "parts/mine.parquet", "parts/all parts.parquet", "parts/current_policy.parquet",
           "parts/.mine.parquet.tmp", "parts/notes.txt", "parts/deep/x.parquet")  # fmt: skip


def test_files_of_somebody_else_are_left_alone_and_not_read(made):
    rows, before = made.scan().collect(), dict(made.digests())
    for name in FOREIGN:
        (made.folder / name).parent.mkdir(exist_ok=True)
        (made.folder / name).write_bytes(b"mine")
    part = made.path(made.parts[0].file)
    copy = part.with_name(part.name.replace(".parquet", " (copy).parquet"))
    shutil.copy(part, copy)
    ours = [part.with_name(part.name.replace("seed0", "seed9")), part.with_name(f".{part.name}.tmp")]
    for path in ours:
        path.write_bytes(b"half")  # parts that no line lists, and half written ones
    again = run_study(plan_of(seeds=[0, 1]), made.folder.parent)
    assert {name: (made.folder / name).read_bytes() for name in FOREIGN} == dict.fromkeys(FOREIGN, b"mine")
    assert copy.read_bytes() == part.read_bytes()
    assert not any(path.exists() for path in ours)
    assert again.digests().items() >= before.items()
    assert made.scan().collect().equals(rows)
    (note,) = made.notes()
    assert note == (
        "Not part of the study, not touched and not read: mine.parquet, parts/all parts.parquet, "
        f"{copy.relative_to(made.folder).as_posix()}, parts/current_policy.parquet, parts/deep/x.parquet and 1 more."
    )
