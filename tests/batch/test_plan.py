"""A plan is checked whole, before anything runs, and a wrong one names its line."""

from pathlib import Path

import pytest

from scenarios import load
from scenarios.errors import InputError
from sim.batch import Plan
from sim.batch.plan import parse, read

GOOD = """\
name: sweep
question: How much enforcement?
scenarios: [current_policy]
design:
  kind: grid
  levers:
    enforcement: [1, 3, 10]
members: 1000
seeds: [0, 1]
outcomes:
  - lead_months@2030
  - us_ahead@2032
"""


def test_a_plan_counts_what_it_asks():
    plan = parse(GOOD)
    assert (plan.points_per_scenario, plan.runs, plan.horizon) == (3, 6000, 2032)
    assert [str(outcome) for outcome in plan.asked] == ["lead_months@2030", "us_ahead@2032"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("current_policy", "curent_policy", ["line 3", "did you mean 'current_policy'?"]),
        ("current_policy", "3", ["line 3", "no scenario"]),
        ("enforcement:", "enforcment:", ["line 7", "did you mean 'enforcement'?"]),
        ("[1, 3, 10]", "[1, 3, 11]", ["line 7", "is 11", "0 to 10"]),
        ("enforcement: [1, 3, 10]", "cloud_rule: [1, 3, actor]", ["line 7", "cannot be left to the actor"]),
        ("[1, 3, 10]", "[1, 1]", ["line 7", "twice"]),
        ("[1, 3, 10]", "[]", ["line 7", "no values"]),
        ("[1, 3, 10]", "{low: 1, high: 5}", ["line 7", "points"]),
        ("[1, 3, 10]", "{low: 5, high: 1, points: 2}", ["line 7", "below high"]),
        ("kind: grid", "kind: sobol", ["line 7", "needs a range"]),
        ("kind: grid", "kind: gird", ["line 5", "'grid'"]),
        ("kind: grid", "points: 8", ["line 4", "a grid has no `points`"]),
        ("members: 1000", "members: 0", ["line 8", "give 1 or more"]),
        ("members: 1000", "members: many", ["line 8", "'many'", "whole number"]),
        ("members: 1000", "members: yes", ["line 8", "True", "whole number"]),
        ("members: 1000", "members: 1000.0", ["line 8", "1000.0", "whole number"]),
        ("members: 1000", "parameters: 1", ["line 8", "give true or false"]),
        ("[1, 3, 10]", "[yes, no]", ["line 7", "True", "give a number"]),
        ("[1, 3, 10]", "5", ["line 7", "5"]),
        ("seeds: [0, 1]", "seeds: 0", ["line 9", "give a list"]),
        ("seeds: [0, 1]", "seeds: []", ["line 9", "empty"]),
        ("[current_policy]", "current_policy", ["line 3", "give a list"]),
        ("members: 1000", "membres: 1000", ["line 8", "did you mean 'members'?"]),
        ("seeds: [0, 1]", "seeds: [0, -1]", ["line 9", "give 0 or more"]),
        ("seeds: [0, 1]", "seeds: [1, 1]", ["seeds", "twice"]),
        ("lead_months@2030", "lead_mnths@2030", ["line 11", "did you mean 'lead_months'?"]),
        ("lead_months@2030", "lead_months", ["line 11", "needs a date", "lead_months@2030"]),
        ("lead_months@2030", "us_ahead@2032", ["outcomes", "twice"]),
        ("seeds: [0, 1]", "until: 2028", ["after until, 2028"]),
        ("seeds: [0, 1]", "until: 1990", ["line 9", "2027"]),
        ("name: sweep", "name: A Sweep", ["line 1", "pattern"]),
        ("name: sweep\n", "", ["name", "required"]),
        ("scenarios: [current_policy]", "scenarios: [current_policy, current_policy]", ["named 'current_policy'"]),
        ("seeds: [0, 1]", "design: {}", ["line 9", "'design' appears twice"]),
        ("members: 1000", "members: [", ["not valid YAML"]),
        (GOOD, "- 1", ["a plan file is a mapping"]),
    ],
)
def test_a_wrong_plan_is_refused_with_its_line(tmp_path: Path, old: str, new: str, says: list[str]):
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read(path)
    text = str(refused.value)
    assert text.startswith(str(path))
    assert "\n" not in text
    assert [part for part in says if part not in text] == [], text


def test_too_large_a_plan_is_refused():
    axis = {"low": 0, "high": 10, "points": 1000}
    wide = {"enforcement": axis, "licence_tpp": axis}
    with pytest.raises(ValueError, match="1,000,000 settings"):
        Plan(name="wide", scenarios=["current_policy"], design={"levers": wide}, outcomes=["lead_months@2030"])


def test_a_scenario_file_is_looked_for_beside_the_plan(tmp_path: Path):
    head = "like: current_policy\nname: mine\ntitle: M\nstory: s\nquestion: q\nsources: [{title: x}]\n"
    (tmp_path / "mine.yaml").write_text(head + "levers: {enforcement: 7}\n", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(GOOD.replace("[current_policy]", "[mine.yaml]"), encoding="utf-8")
    assert read(tmp_path / "plan.yaml").scenarios[0].levers["enforcement"] == 7


def test_a_plan_written_out_is_the_same_plan():
    import yaml

    own = load("current_policy").with_changes(name="mine", levers={"enforcement": 7.0}, parameters={"diffusion": 0.5})
    plan = Plan(
        name="round", scenarios=[own, "tight_controls"], outcomes=["capability.china@2029-Q2"], members=512,
        design={"kind": "sobol", "points": 4, "levers": {"licence_tpp": {"low": 0, "high": 100}}}, seeds=[3],
    )  # fmt: skip
    again = parse(yaml.safe_dump(plan.fields()))
    assert again == plan
    assert isinstance(plan.fields()["scenarios"][0], dict)  # one of one's own is written out
    assert plan.fields()["scenarios"][1] == "tight_controls"
