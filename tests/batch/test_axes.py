"""Axes beyond levers and parameters: switches, dated paths, events, packages and custom actors."""

import json
import sys
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest

from agents.superpower import UnitedStates
from scenarios import load
from scenarios.errors import InputError
from scenarios.packages import combined, packages
from sim import simulate
from sim.batch import Plan, Study, executors, plan as plans, run_study
from sim.batch.design import points

TODAY = load("current_policy")
SHOCK = {"kind": "efficiency_shock", "date": "2027-Q1", "size": 0.5}
PATH = {"2027-Q1": 2.0, "2027-Q3": 5.0}


class Stern(UnitedStates):
    """Enforces more than the usual one."""

    def __init__(self, *seat, times=5.0):
        super().__init__(*seat)
        self.times = times

    def decide(self):
        super().decide()
        self.enforcement = self.times


def plan_of(outcomes: Any = ("lead_months@2027",), **design: Any) -> Plan:
    return Plan(name="axes", scenarios=["current_policy"], outcomes=outcomes, members=8, design=design)


def test_each_kind_of_axis_lays_over_the_scenario_what_it_names():
    plan = plan_of(
        switches={"research_feedback": [True, False]}, paths={"enforcement": {"rising": PATH, "ten": 10}},
        events={"shock": {"none": [], "early": [SHOCK]}}, packages={"china": ["as_is", "import"]},
        agents={"united_states": {"usual": None, "stern": Stern}},
    )  # fmt: skip
    found = list(points(plan))
    assert len(found) == plan.points_per_scenario == 32
    assert tuple(plan.design.axes) == (
        "switch.research_feedback", "path.enforcement", "event.shock", "package.china", "agent.united_states",
    )  # fmt: skip
    last = found[-1]
    assert last.values == (0.0, "ten", "early", "import", "stern")
    expected = TODAY.with_changes(levers={"enforcement": 10.0}, events=[SHOCK], switches={"research_feedback": False})
    expected = combined(expected, {"china": packages("china")["import"]})
    assert last.spec.canonical() == expected.canonical()
    first = found[0]
    assert first.spec.levers["enforcement"] == PATH
    assert len({point.digest for point in found}) == 32


def test_rows_carry_labels_and_are_those_of_simulate(tmp_path):
    plan = plan_of(events={"shock": {"none": [], "early": [SHOCK]}}, agents={
        "united_states": {"usual": None, "stern": partial(Stern, times=3.0)}})  # fmt: skip
    study = run_study(plan, tmp_path)
    rows = study.scan().filter((pl.col("set.event.shock") == "early") & (pl.col("set.agent.united_states") == "stern"))
    run = simulate(TODAY.with_changes(events=[SHOCK]), runs=8, until=2027,
                   agents={"united_states": partial(Stern, times=3.0)})  # fmt: skip
    assert np.array_equal(rows.collect()["lead_months@2027"].to_numpy(), run["lead_months"][-1])
    assert set(rows.collect()["digest"]) == {run.digest()}
    table = study.table()
    assert table.height == 4
    assert table["set.event.shock"].to_list() == ["none", "none", "early", "early"]
    (stern,) = [part for part in study.parts if part.point.values == ("early", "stern")]
    assert json.loads(pl.read_parquet_metadata(study.path(stern.file))["agents"]) == run.agents
    opened = Study.open(study.folder)
    assert opened.digests() == study.digests()
    assert opened.table().equals(table)
    with pytest.raises(InputError, match=r"axis 'agent\.united_states': stern is a Python class \(Stern@.*in no file"):
        run_study(opened.plan, tmp_path)


def test_two_labels_of_one_thing_keep_their_own_rows(tmp_path):
    study = run_study(plan_of(events={"shock": {"none": [], "nothing": []}}), tmp_path)
    assert study.table()["set.event.shock"].to_list() == ["none", "nothing"]
    renamed = run_study(plan_of(events={"shock": {"none": [], "nil": []}}), tmp_path)
    assert renamed.folder == study.folder
    assert renamed.table()["set.event.shock"].to_list() == ["none", "nil"]


def test_points_of_plans_without_them_have_the_names_they_had():
    (point,) = points(plan_of(levers={"enforcement": [10]}))
    assert point.key == point.digest == TODAY.with_levers(enforcement=10).digest()


def test_processes_give_the_same_bytes_and_actors_that_cannot_be_sent_are_refused(tmp_path):
    design = {"agents": {"united_states": {"usual": None, "stern": sys.modules[__name__].Stern}},
              "switches": {"research_feedback": [True, False]}}  # fmt: skip
    here = run_study(plan_of(**design), tmp_path / "here")

    class Local(UnitedStates):
        pass

    with executors.processes(2) as pool:
        assert run_study(plan_of(**design), tmp_path / "there", pool).digests() == here.digests()
        with pytest.raises(InputError, match=r"agents\['united_states'\]: .*defined in a function"):
            run_study(plan_of(agents={"united_states": {"local": Local}}), tmp_path / "local", pool)


def test_a_plan_file_has_them_too(tmp_path):
    text = """
name: from_a_file
scenarios: [current_policy]
members: 8
outcomes: [lead_months@2027]
design:
  switches: {research_feedback: [true, false]}
  paths:
    enforcement: {rising: {2027-Q1: 2, 2027-Q3: 5}, today: 1}
  events:
    shock:
      none: []
      early: [{kind: efficiency_shock, date: 2027-Q1, size: 0.5}]
  packages: {china: [as_is, import]}
"""
    found = plans.parse(text)
    assert found.points_per_scenario == 16
    study = Study.of(found, tmp_path)
    assert plans.parse(__import__("yaml").safe_dump(found.fields(), sort_keys=False)) == found
    assert len({part.file for part in study.parts}) == 16


@pytest.mark.parametrize(
    ("design", "says"),
    [
        ({"switches": {"feedback": [True]}}, "unknown switch 'feedback'"),
        ({"switches": {"luck": []}}, r"switch\.luck.*has no values"),
        ({"switches": {"luck": [True, True]}}, r"switch\.luck.*appears twice"),
        ({"switches": {"luck": [1]}}, "switches.luck"),
        ({"paths": {"enforcement": {"wild": {"2027-Q1": 5000}}}}, r"axis 'path\.enforcement': .*5000"),
        ({"paths": {"enforcment": {"a": 1}}}, r"axis 'path\.enforcment': unknown lever 'enforcment'"),
        ({"paths": {"enforcement": {}}}, r"axis 'path\.enforcement' has no choices"),
        ({"paths": {"enforcement": {"a": 1}}, "levers": {"enforcement": [1, 2]}},
         r"axis 'path\.enforcement' sets enforcement, and so does axis 'lever\.enforcement'"),
        ({"events": {"shock": {"bad": [{"kind": "efficency_shock", "date": "2027-Q1", "size": 1}]}}},
         r"events\.shock\.bad.*efficency_shock"),
        ({"packages": {"china": ["imprt"]}}, r"axis 'package\.china': unknown package 'imprt'"),
        ({"packages": {"chna": ["import"]}}, r"axis 'package\.chna': unknown player 'chna'"),
        ({"packages": {"china": ["import"]}, "levers": {"import_permission": [50, 60]}},
         r"axis 'package\.china' sets import_permission, and so does axis 'lever\.import_permission'"),
        ({"agents": {"united_states": {"x": 5}}}, r"axis 'agent\.united_states': .*is 5; give a subclass"),
        ({"agents": {"atlantis": {"x": Stern}}}, r"axis 'agent\.atlantis': .*unknown actor 'atlantis'"),
        ({"kind": "sobol", "points": 8, "events": {"shock": {"none": []}}}, r"axis 'event\.shock' has choices; a so"),
    ],
)  # fmt: skip
def test_what_no_scenario_can_have_is_refused_with_the_name_of_its_axis(design, says):
    with pytest.raises(InputError, match=says):
        plan_of(**design)


def test_a_seat_in_the_design_and_beside_it_is_refused(tmp_path):
    with pytest.raises(InputError, match="united_states is an axis of the design too"):
        run_study(plan_of(agents={"united_states": {"x": Stern}}), tmp_path, agents={"united_states": Stern})


def test_packages_that_wait_are_refused_and_notes_say_what_is_replaced():
    waiting = next(name for name, one in packages("united_states").items() if one.response)
    with pytest.raises(InputError, match=rf"{waiting} waits for a signpost"):
        plan_of(packages={"united_states": [waiting]})
    dated = TODAY.with_changes(name="dated", levers={"enforcement": PATH})
    plan = Plan(name="p", scenarios=[dated], outcomes=["lead_months@2027"], design={"paths": {"enforcement": {"a": 1}}})
    assert any(
        "axis of paths of Enforcement budget (enforcement) replaces what dated sets" in n for n in plan.notes(False)
    )
