"""Generations of training runs: the recorded quarters while the record is complete, then chance; never a step back."""

from collections.abc import Callable

import numpy as np
import pytest

from scenarios import load
from scenarios.quarters import FIRST, label, number, of_date
from scenarios.schema import Scenario
from scenarios.tables import table
from sim.engine.inputs import Inputs, inputs_of
from sim.engine.phases.train import WORTH_A_GENERATION
from sim.engine.recorded import RUNS_DISCLOSED_UNTIL, SUPERPOWERS
from sim.engine.world import World
from sim.hindcast.blind import blind_spec
from sim.run import simulate

BASE = load("current_policy")
Make = Callable[..., World]


def inputs(spec: Scenario, until: int = 2027) -> Inputs:
    return inputs_of(spec, number(f"{until}-Q4") - FIRST + 1)


def recorded(actor: str, edge: str) -> set[int]:
    """Quarters in which a record run came out, as far as the record is complete and known."""
    last = min(number(RUNS_DISCLOSED_UNTIL[actor]), number(edge))
    rows = [row for row in table("training_runs") if row.record == "yes" and row.actor == actor]
    return {of_date(row.date) for row in rows if FIRST <= of_date(row.date) <= last}


@pytest.mark.parametrize("spec", [BASE, blind_spec("2024-12"), blind_spec("2022-12")], ids=["today", "2024", "2022"])
def test_inputs_mark_the_recorded_quarters(spec: Scenario) -> None:
    found = inputs(spec)
    assert found.generation.shape == (found.steps, len(found.actors))
    for actor in SUPERPOWERS:
        path = found.generation[:, found.actors.index(actor)]
        last = min(number(RUNS_DISCLOSED_UNTIL[actor]), number(spec.data_until)) - FIRST
        assert not np.isnan(path[: last + 1]).any()
        assert np.isnan(path[last + 1 :]).all()
        assert {FIRST + t for t in np.flatnonzero(path == 1)} == recorded(actor, spec.data_until)
    others = [row for row, actor in enumerate(found.actors) if actor not in SUPERPOWERS]
    assert np.isnan(found.generation[:, others]).all()


def test_records_are_those_of_the_table_as_far_as_data_go() -> None:
    blind, today = inputs(blind_spec("2023-12")).records, inputs(BASE).records
    assert max(blind["united_states"]) == number("2023-Q4")
    assert max(today["united_states"]) == number("2025-Q3")
    assert today["united_states"][number("2025-Q1")] == pytest.approx(np.log10(3.8e26))
    assert blind["united_states"].items() <= today["united_states"].items()
    for runs in today.values():
        sizes = [runs[quarter] for quarter in sorted(runs)]
        assert sizes == sorted(sizes)


def test_the_first_run_is_the_last_record_before_the_first_quarter() -> None:
    found = inputs(BASE)
    before = {
        actor: max(r.flop for r in table("training_runs")
                   if r.record == "yes" and r.actor == actor and of_date(r.date) < FIRST)
        for actor in SUPERPOWERS
    }  # fmt: skip
    for row, actor in enumerate(found.actors):
        assert 10 ** found.first_run[row] == pytest.approx(before.get(actor, before["china"])), actor


def steps_of(world: World) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The largest run, and what compute allows, after every quarter; the first is the state at the start."""
    largest, possible = [world.state.largest_run.copy()], []
    for _ in range(world.inputs.steps):
        world.step()
        largest.append(world.state.largest_run.copy())
        possible.append(world.now.possible_run.copy())
    return largest, possible


@pytest.mark.parametrize("spec", [BASE, blind_spec("2024-12")], ids=["today", "2024"])
def test_the_largest_run_grows_in_recorded_quarters_to_what_is_possible(spec: Scenario, make_world: Make) -> None:
    world = make_world(spec)
    largest, possible = steps_of(world)
    grown = 0
    for row, actor in enumerate(SUPERPOWERS):
        last = min(number(RUNS_DISCLOSED_UNTIL[actor]), number(spec.data_until))
        for quarter in range(FIRST, last + 1):
            t = quarter - FIRST
            before, now = largest[t][row], largest[t + 1][row]
            if quarter in recorded(actor, spec.data_until):
                np.testing.assert_array_equal(now, np.maximum(before, possible[t][row]), label(quarter))
                grown += int((now > before).any())
            else:
                np.testing.assert_array_equal(now, before, label(quarter))
    assert grown >= 4


def test_after_the_record_chance_decides_by_the_interval_and_the_step(make_world: Make) -> None:
    """A step of `WORTH_A_GENERATION` comes with probability 1/interval; one of twice that as if it had two chances."""
    world = make_world(BASE, until=2032)
    largest, possible = steps_of(world)
    begin = number(RUNS_DISCLOSED_UNTIL["united_states"]) + 1 - FIRST
    for t in range(begin, world.inputs.steps):
        chances = np.maximum(possible[t][0] - largest[t][0], 0) / WORTH_A_GENERATION
        due = world.noise.generation[0, t] < 1 - (1 - 1 / world.p.generation_interval) ** chances
        expected = np.where(due, np.maximum(largest[t][0], possible[t][0]), largest[t][0])
        np.testing.assert_array_equal(largest[t + 1][0], expected)
    changes = np.mean([(largest[t + 1] > largest[t])[0] for t in range(begin, world.inputs.steps)], axis=0)
    assert 0.1 < changes.mean() < 0.6


@pytest.mark.parametrize(("noise", "every"), [(0.0, True), (1 - 1e-12, False)])
def test_dice_at_their_ends_make_a_generation_always_or_never(noise: float, every: bool, make_world: Make) -> None:
    world = make_world(BASE)
    world.noise.generation = np.full_like(world.noise.generation, noise)
    largest, possible = steps_of(world)
    for row, actor in enumerate(SUPERPOWERS):
        for t in range(number(RUNS_DISCLOSED_UNTIL[actor]) + 1 - FIRST, world.inputs.steps):
            expected = np.maximum(largest[t][row], possible[t][row]) if every else largest[t][row]
            np.testing.assert_array_equal(largest[t + 1][row], expected)


@pytest.mark.parametrize("name", ["current_policy", "verified_agreement", "controls_erode"])
def test_the_largest_run_never_falls(name: str) -> None:
    run = simulate(load(name), 24, until=2035)
    assert np.all(np.diff(run["training_flop"].astype(float), axis=0) >= 0)


def test_capability_does_not_wait_for_it() -> None:
    """The clock moves the size of runs and their cost, and nothing else."""
    quick, slow = (
        simulate(BASE.with_changes(parameters={"generation_interval": quarters}), 16, until=2030)
        for quarters in (1.0, 8.0)
    )
    wrong = {name for name, values in quick.series.items() if not np.array_equal(values, slow.series[name])}
    assert wrong == {"training_flop", "training_cost"}
    assert np.all(quick["training_flop"] >= slow["training_flop"])
