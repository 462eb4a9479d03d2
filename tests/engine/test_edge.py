"""A world taken up at the edge of the data is the world that was stepped through it, to the last bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scenarios
from scenarios import load
from scenarios.levers import ACTOR, LEVERS
from scenarios.schema import Scenario
from sim.engine import chunk, edge
from sim.engine.edge import keeps_to_the_record
from sim.engine.phases.record import KEPT
from sim.engine.state import written
from sim.engine.world import World
from sim.run import simulate

BASE = load("current_policy")
Make = Callable[..., World]
RECORDED = [name for name in scenarios.names() if keeps_to_the_record(load(name))]
RULE: dict[str, Any] = {
    "id": "mine", "start": "2026-10-01", "issuer": "us", "scope": "sale", "measure": "license", "approval_share": 0.5,
    "priority": 90, "title": "A rule", "summary": "A rule of one's own.", "source": "a test", "as_of": "2026-11-01",
    "tier": "judgment",
}  # fmt: skip


def differences(make_world: Make, spec: Scenario) -> list[str]:
    """Series and books in which a run that takes up its past differs from one that steps through it."""
    stepped = make_world(spec, runs=16, until=2030).run()
    taken_up = simulate(spec, runs=16, until=2030, keep="ledger")
    pairs = [*((stepped.series[n], v, n) for n, v in taken_up.series.items())]
    pairs += [(stepped.ledger[n], v, f"ledger {n}") for n, v in taken_up.ledger.items()]
    return [name for one, two, name in pairs if not np.array_equal(one, two)]


@pytest.mark.parametrize("name", RECORDED)
def test_the_library_is_the_same(name: str, make_world: Make) -> None:
    assert differences(make_world, load(name)) == []


@pytest.mark.parametrize("name", LEVERS)
def test_every_lever_is_the_same(name: str, make_world: Make) -> None:
    lever = LEVERS[name]
    settings: list[Any] = [lever.low, lever.high, {"2026-Q4": lever.high, "2028-Q1": lever.low}]
    for setting in [*settings, *([ACTOR] if lever.may_be_left else [])]:
        assert differences(make_world, BASE.with_levers(**{name: setting})) == [], setting


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": [RULE]},
        {"rules": [{**RULE, "destination": "gulf"}]},
        {"parameters": {"diffusion": 2.0}},
        {"events": [{"kind": "taiwan_disruption", "date": "2026-Q4", "size": 1}]},
        {"weighting": "none"},
        {"switches": {"luck": False}},
        {"calibration": "literature"},
        {"data_until": "2025-Q1", "start": "2025-Q2"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_begins_after_the_data_is_the_same(changes: dict[str, Any], make_world: Make) -> None:
    spec = BASE.with_changes(**changes)
    assert keeps_to_the_record(spec)
    assert differences(make_world, spec) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "2024-Q1", "levers": {"enforcement": 3}},
        {"actors": {"gulf": {"researchers": 0.1}}},
        {"events": [{"kind": "rl_ceiling", "date": "2025-Q1", "size": 0.5}]},
        {"rules": [{**RULE, "start": "2026-09-30"}]},
        {"switches": {"research_feedback": False}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_begins_in_the_data_has_a_past_of_its_own(changes: dict[str, Any]) -> None:
    assert not keeps_to_the_record(BASE.with_changes(**changes))


def test_a_past_is_simulated_once_for_all_that_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    step = World.step

    def counted(world: World) -> None:
        step(world)
        steps.append(world.context.t)

    monkeypatch.setattr(World, "step", counted)
    chunk.known_past.cache_clear()
    for effort in (2.0, 3.0, 4.0):
        simulate(BASE.with_levers(enforcement=effort), runs=8, until=2027)
    assert steps.count(0) == 1
    assert steps.count(20) == 3


def test_what_is_taken_up_is_not_changed_by_who_takes_it(make_world: Make) -> None:
    world = make_world(BASE, runs=8, until=2028)
    for _ in range(world.inputs.data_steps):
        world.step()
    past = edge.put_down(world)
    before = {n: v.copy() for n, v in written(past.state).items() if isinstance(v, np.ndarray)}
    for _ in range(2):
        again = make_world(BASE, runs=8, until=2028)
        edge.take_up(past, again)
        again.run()
    assert all(np.array_equal(v, getattr(past.state, n)) for n, v in before.items())


@pytest.mark.parametrize("name", KEPT)
def test_one_series_alone_is_that_of_all(name: str) -> None:
    alone, whole = simulate(BASE, 8, until=2028, keep=[name]), simulate(BASE, 8, until=2028)
    assert set(alone.series) == {name, "capability", "alignment"}
    assert np.array_equal(alone.series[name], whole.series[name])
