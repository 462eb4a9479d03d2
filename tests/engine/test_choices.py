"""Nations that choose: what holds to the record, what a scenario fixes, what habit keeps, and what is gradual."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import scenarios
from agents.licensing import AS_WRITTEN
from scenarios import load
from scenarios.decisions import DECISIONS
from scenarios.errors import InputError
from scenarios.quarters import FIRST, number
from scenarios.schema import Scenario
from sim import World, compare, costs
from sim.results.outcomes import blocs
from sim.results.run import Run
from sim.run import simulate

BASE = load("current_policy")
RUNS, UNTIL = 16, 2029
EDGE = number(BASE.data_until) - FIRST
FIRST_CHOICE = number("2027-Q1") - FIRST


def run_of(spec: Scenario = BASE, **more: object) -> Run:
    return simulate(spec, RUNS, until=UNTIL, **more)  # type: ignore[arg-type]


def level(run: Run, name: str, t: int = -1) -> np.ndarray:
    return run.part(f"decisions.{name}")[t]


def test_recorded_decisions_hold_to_the_edge_and_actors_choose_after_it() -> None:
    run = run_of()
    for name in run.parts("decisions"):
        path = run.part(f"decisions.{name}")
        assert np.array_equal(path[EDGE], path[FIRST_CHOICE - 1]), name
        assert not np.array_equal(path[FIRST_CHOICE - 1], path[FIRST_CHOICE]), name
        for year in range(FIRST_CHOICE, len(path) - 3, 4):  # what is chosen in January stands for the year
            assert np.array_equal(path[year], path[year + 3]), name


def test_choices_of_2026_are_rational_with_recorded_politics() -> None:
    """At the edge every actor would choose what stands: nothing has changed yet but the picture of one quarter."""
    decided = run_of()
    for name in decided.parts("decisions"):
        before, after = (level(decided, name, t) for t in (FIRST_CHOICE - 1, FIRST_CHOICE))
        low, high = (DECISIONS[name.partition(".")[2]].levels[k] for k in (0, -1))
        assert np.median(np.abs(after - before)) < 0.25 * (high - low), name


def test_recorded_politics_are_those_of_the_record_in_every_scenario() -> None:
    worlds = [World.of(spec, runs=8, until=2027) for spec in (
        BASE, load("tight_controls"), BASE.with_changes(values={"china": "security_first"}),
        BASE.with_changes(start="2025-Q1", levers={"enforcement": 4}),
    )]  # fmt: skip
    for world in worlds:
        while world.running:
            world.step()
    for name in ("licensing", "enforcement", "model_access", "permission", "push"):
        for world in worlds[1:]:
            assert np.array_equal(world.state.politics[name][:2], worlds[0].state.politics[name][:2]), name


@pytest.mark.parametrize("name", ["current_policy", "open_trade", "third_power"])
def test_by_habit_nobody_chooses(name: str) -> None:
    spec = load(name).with_changes(decisions="habit")
    run = run_of(spec)
    for fixed in ("licensing", "enforcement", "model_access"):
        if DECISIONS[fixed].lever not in spec.levers:
            assert np.all(level(run, f"united_states.{fixed}") == DECISIONS[fixed].today)
    usual = run_of(load(name))
    assert not np.array_equal(usual["decisions"], run["decisions"])


def test_the_effect_of_choosing_is_a_comparison() -> None:
    spec = BASE.with_changes(decisions={"china": "habit"})
    run, usual = run_of(spec), run_of()
    assert not np.array_equal(level(run, "china.permission"), level(usual, "china.permission"))
    assert spec.digest() != BASE.digest()


def test_a_decision_is_fixed_at_a_number_a_dated_path_or_for_one_ally_alone() -> None:
    spec = BASE.with_changes(decisions={
        "united_states": {"licensing": 0.2, "enforcement": {"2027-Q1": 2, "2028-Q1": 5}}, "japan": {"alignment": 0.3},
        "gulf": {"policing": 0.9},
    })  # fmt: skip
    run = run_of(spec)
    assert np.allclose(run.part("decisions.united_states.licensing")[EDGE + 1 :], 0.2)
    effort = run.part("decisions.united_states.enforcement")
    assert np.all(effort[FIRST_CHOICE : FIRST_CHOICE + 4] == 2)
    assert np.all(effort[FIRST_CHOICE + 4 :] == 5)
    assert level(run, "japan.alignment").mean() == pytest.approx(0.3, abs=0.03)
    assert level(run, "netherlands.alignment").mean() > 0.5
    for member in ("united_arab_emirates", "saudi_arabia"):
        assert level(run, f"{member}.policing").mean() == pytest.approx(0.9, abs=0.03)
    assert run.part("decisions.gulf.policing")[-1].mean() == pytest.approx(0.9, abs=0.03)


def test_a_lever_and_the_same_decision_are_the_same() -> None:
    one = run_of(BASE.with_levers(enforcement=4, import_permission=80))
    two = run_of(BASE.with_changes(decisions={"united_states": {"enforcement": 4}, "china": {"permission": 0.8}}))
    for name, values in one.series.items():
        assert np.array_equal(values, two.series[name]), name


def test_who_writes_license_rules_keeps_to_them() -> None:
    written = run_of(BASE.with_levers(licence_tpp=60, licence_approval=90))
    assert np.all(level(written, "united_states.licensing") == AS_WRITTEN)
    rule = {
        "id": "mine", "start": "2027-07-01", "issuer": "us", "scope": "sale", "measure": "deny", "tpp_min": 1000,
        "priority": 90, "title": "t", "summary": "s", "source": "a test", "as_of": "2026-10-01", "tier": "judgment",
    }  # fmt: skip
    ruled = run_of(BASE.with_changes(rules=[rule]))
    path = ruled.part("decisions.united_states.licensing")
    assert np.all(path[number("2027-Q3") - FIRST :] == AS_WRITTEN)
    assert not np.all(path[FIRST_CHOICE] == AS_WRITTEN)


def test_decisions_are_held_at_another_runs_path() -> None:
    usual = run_of()
    same = run_of(held=usual["decisions"])
    for name, values in usual.series.items():
        assert np.array_equal(same.series[name], values), name
    other = run_of(BASE.with_levers(enforcement=6), held=usual["decisions"])
    assert np.all(level(other, "united_states.enforcement") == 6)  # what the scenario fixes comes first
    assert np.array_equal(level(other, "china.push"), level(usual, "china.push"))
    medians = np.median(usual["decisions"], axis=-1, keepdims=True)
    frozen = run_of(held=medians)
    assert np.ptp(level(frozen, "china.push")) == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((3, 2, 1)), r"the shape \(3, 2, 1\) and the type float64; for this scenario it is numbers, "),
        (np.nan, "is nan in 2026-Q4; the range is 0 to"), (np.inf, "is inf in 2026-Q4"), (-0.5, "the range is 0 to"),
        (20.0, "united_states.licensing is 20 in 2026-Q4; the range is 0 to 1"), ("x", "and the type <U"),
    ],
)  # fmt: skip
def test_wrong_levels_to_hold_are_refused(wrong: object, says: str) -> None:
    steps, decisions = run_of()["decisions"].shape[:2]
    held = wrong if isinstance(wrong, np.ndarray) else np.full((steps, decisions, 1), wrong)
    with pytest.raises(InputError, match=says):
        run_of(held=held)


def test_a_run_that_was_held_says_so() -> None:
    usual = run_of()
    held = run_of(held=usual["decisions"])
    assert held.digest() != usual.digest()
    assert "held" in repr(held)
    assert compare(usual, held).notes == ["Decisions are held in the second, and taken by the actors in the first."]
    assert costs(held, BASE).reference.held_as == held.held_as


def test_a_lever_that_is_set_takes_the_place_of_a_decision_that_was_held() -> None:
    held = BASE.with_changes(decisions={"china": {"push": 0.2, "permission": "habit"}, "japan": {"alignment": 0.9}})
    pushed = held.with_levers(chip_push=80)
    assert pushed.decided("china") == {"permission": "habit"}
    assert pushed.decided("japan") == {"alignment": 0.9}
    assert held.with_levers(chip_push="actor").decided("china")["push"] == 0.2
    led = BASE.with_changes(decisions={"japan": {"alignment": 0.9}}, levers={"allied_alignment": 20})
    run = run_of(led)
    assert level(run, "japan.alignment").mean() > 0.8  # of an ally its own comes first
    assert level(run, "netherlands.alignment").mean() < 0.3


def test_files_lay_decisions_over_each_other_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("like: current_policy\ndecisions: habit\n")
    (tmp_path / "two.yaml").write_text("like: one.yaml\ndecisions: {china: {push: 0.9}}\n")
    (tmp_path / "three.yaml").write_text("like: two.yaml\nlevers: {chip_push: 30}\n")
    two, three = load(str(tmp_path / "two.yaml")), load(str(tmp_path / "three.yaml"))
    assert two.decided("china") == {"permission": "habit", "push": 0.9}
    assert two.decided("united_states") == dict.fromkeys(("licensing", "enforcement", "model_access"), "habit")
    assert three.decided("china") == {"permission": "habit"}
    assert three.levers == {"chip_push": 30}


def test_what_a_file_says_of_a_group_holds_for_its_members(tmp_path: Path) -> None:
    for base in ("like: current_policy\n", "like: current_policy\ndecisions: habit\n"):
        (tmp_path / "one.yaml").write_text(base)
        (tmp_path / "two.yaml").write_text("like: one.yaml\ndecisions: {gulf: {policing: 0.05}}\n")
        assert load(str(tmp_path / "two.yaml")).decided("saudi_arabia")["policing"] == 0.05
    (tmp_path / "three.yaml").write_text("like: two.yaml\ndecisions: {saudi_arabia: {policing: 0.9}}\n")
    three = load(str(tmp_path / "three.yaml"))
    assert [three.decided(name)["policing"] for name in ("saudi_arabia", "united_arab_emirates")] == [0.9, 0.05]


def test_one_mistake_is_told_once() -> None:
    for fields in (
        {"decisions": {"china": {"push": {"2027-Q5": 0.5}}}}, {"decisions": None}, {"decisions": ["habit"]},
        {"values": {"china": [1, 2]}}, {"values": {"china": {"security": "much"}}},
    ):  # fmt: skip
        with pytest.raises(InputError) as error:
            BASE.with_changes(**fields)
        assert len(str(error.value).splitlines()) == 1, str(error.value)


def test_values_move_choices_and_the_digest() -> None:
    for actor, decision, more in (
        ("united_states", "united_states.enforcement", {"security": 4}), ("china", "china.push", {"money": 0.2}),
    ):  # fmt: skip
        spec = BASE.with_changes(values={actor: more})
        assert spec.digest() != BASE.digest()
        assert level(run_of(spec), decision).mean() > level(run_of(), decision).mean()
    named = run_of(BASE.with_changes(values={"united_states": "security_first"}))
    written = run_of(BASE.with_changes(values={"united_states": {
        "security": 2.5, "prosperity": 0.5, "safety": 0.5, "money": 0.5,
    }}))  # fmt: skip
    assert np.array_equal(named["decisions"], written["decisions"])
    usual = run_of(BASE.with_changes(values={"united_states": "balanced", "china": {}}))
    assert np.array_equal(usual["decisions"], run_of()["decisions"])


def test_a_third_bloc_forms_gradually() -> None:
    """Futures in which allies have parted, and the compute that they then share, by how far they are led away."""
    shares, frontier = [], []
    for aligned in (60, 45, 40, 35, 30, 20):
        run = simulate(BASE.with_levers(allied_alignment=aligned, ally_effort=5), 64, until=2032)
        third = blocs.frontiers(run)[2, -1]
        shares.append(float(np.mean(~np.isnan(third))))
        frontier.append(float(run["capability"][-1, 2:8].max(axis=0).mean()))
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert sum(0.1 < share < 0.9 for share in shares) >= 2, shares
    assert all(later >= earlier - 0.2 for earlier, later in pairwise(frontier)), frontier


@pytest.mark.parametrize("name", scenarios.names())
def test_no_decision_stands_outside_its_range(name: str) -> None:
    run = simulate(load(name), 8, until=2030, keep=("decisions",))
    for n, part in enumerate(run.parts("decisions")):
        levels = DECISIONS[part.partition(".")[2]].levels
        path = run["decisions"][:, n]
        assert np.all((path >= levels[0] - 1e-6) & (path <= levels[-1] + 1e-6)), part


def test_few_decisions_are_constant_over_the_library() -> None:
    """None stands still in every scenario: what one fixes another leaves to the actor."""
    t = number("2030-Q4") - FIRST
    runs = [simulate(load(name), 8, until=2030, keep=("decisions",)) for name in scenarios.names()]
    for n, part in enumerate(runs[0].parts("decisions")):
        means = [float(run["decisions"][t, n].mean()) for run in runs]
        assert np.ptp(means) > 0.02, part


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"values": {"chian": "balanced"}}, "did you mean 'china'"),
        ({"values": {"china": "hawkish"}}, "choose from: balanced, prosperity_first"),
        ({"values": {"china": {"securty": 2}}}, "did you mean 'security'"),
        ({"values": {"china": {"security": -1}}}, "give a weight from 0 to 20"),
        ({"values": {"china": {"security": True}}}, "give a weight from 0 to 20"),
        ({"values": "security_first"}, "give a profile"),
        ({"decisions": "never"}, "give choose or habit"),
        ({"decisions": {"china": {"licensing": 0.5}}}, "permission"),
        ({"decisions": {"china": {"push": 2}}}, "a number from 0 to 1"),
        ({"decisions": {"china": {"push": {"2026-Q1": 0.5}}}}, "before the scenario's start"),
        ({"decisions": {"rest_of_world": "habit"}}, "takes no decision"),
        ({"decisions": {"china": {"push": 0.5}}, "levers": {"chip_push": 80}}, "the lever chip_push fixes it too"),
        ({"decisions": {"united_states": {"enforcement": 11}}}, "a number from 0 to 10"),
    ],
)
def test_what_is_wrong_is_said(fields: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as error:
        BASE.with_changes(**fields)
    assert says in str(error.value)
    assert "validation error" not in str(error.value)
