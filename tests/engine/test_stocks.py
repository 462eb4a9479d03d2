"""Nothing that is carried from quarter to quarter is ever negative or no number, whatever is set."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scenarios
from scenarios import load
from scenarios.events import KINDS
from scenarios.levers import LEVERS
from scenarios.parameters import parameters
from scenarios.quarters import LAST_YEAR
from scenarios.schema import Scenario
from sim.engine.context import Context
from sim.engine.phases import record
from sim.engine.state import State
from sim.engine.world import World
from sim.run import simulate

BASE = load("current_policy")
LOSSES = [{"kind": "taiwan_disruption", "date": f"{year}-Q4", "size": 1, "quarters": 24} for year in (2026, 2029, 2032)]
TOTAL_LOSS = BASE.with_changes(events=LOSSES)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The least of every stock in any quarter of the simulations that follow."""
    least: dict[str, float] = {}
    step = World.step

    def one(world: World) -> None:
        step(world)
        for name, values in world.state.amounts():
            assert np.isfinite(values).all(), (name, world.context.t)
            least[name] = min(least.get(name, 0.0), float(np.min(values)))

    monkeypatch.setattr(World, "step", one)
    return least


def none_negative(least: dict[str, float]) -> None:
    assert least
    assert {name: value for name, value in least.items() if value < 0} == {}


@pytest.mark.parametrize("name", scenarios.names())
def test_no_stock_of_the_library_is_negative(name: str, watched: dict[str, float]) -> None:
    simulate(load(name), 8, until=2035)
    none_negative(watched)


def test_a_total_loss_of_production_runs_to_the_last_year(watched: dict[str, float]) -> None:
    run = simulate(TOTAL_LOSS, 32, until=LAST_YEAR)
    none_negative(watched)
    assert run.part("compute_train.united_states")[run.step(2034)].max() < 1e-3 * run.part(
        "compute_train.united_states"
    )[run.step(2026)].min()  # fmt: skip


def with_event(kind: str, size: float) -> Scenario:
    return BASE.with_changes(events=[{"kind": kind, "date": "2023-Q1", "size": size}])


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_event_leaves_a_negative_stock(kind: str, end: str, watched: dict[str, float]) -> None:
    simulate(with_event(kind, getattr(KINDS[kind], end)), 8, until=2032)
    none_negative(watched)


@pytest.mark.parametrize("end", ["lowest", "highest"])
@pytest.mark.parametrize("name", parameters())
def test_a_parameter_at_its_bounds_can_be_simulated(name: str, end: str, watched: dict[str, float]) -> None:
    simulate(BASE.with_changes(parameters={name: getattr(parameters()[name], end)}), 8, until=2032)
    none_negative(watched)


def test_a_world_without_hubs_runs(watched: dict[str, float]) -> None:
    simulate(BASE.with_changes(actors={"gulf": {"kind": "rest"}, "southeast_asia": {"kind": "rest"}}), 8, until=2030)
    none_negative(watched)


def test_many_copies_of_a_host_do_not_host_more_than_there_is() -> None:
    run = simulate(BASE.with_changes(actors={f"a{n}": {"like": "netherlands"} for n in range(30)}), 8, until=2030)
    assert run["power_used"].min() >= 0
    assert np.all(run["power_used"] <= run["power"] * (1 + 1e-6))


def test_the_later_of_two_agreements_holds_whatever_their_order() -> None:
    loose = {"kind": "agreement", "date": "2027-Q1", "size": 4}
    tight = {"kind": "agreement", "date": "2028-Q2", "size": 0.5}
    orders = ([loose, tight], [tight, loose])
    one, two = (simulate(BASE.with_changes(events=events), 8, until=2031) for events in orders)
    assert np.array_equal(one["capability"], two["capability"])
    free = simulate(BASE.with_changes(events=[loose]), 8, until=2031)
    assert np.any(one["training_flop"] < free["training_flop"])


@pytest.mark.parametrize("end", ["low", "high"])
def test_all_levers_at_one_end_leave_no_negative_stock(end: str, watched: dict[str, float]) -> None:
    levers: Any = {name: getattr(lever, end) for name, lever in LEVERS.items()}
    simulate(BASE.with_levers(**levers), 8, until=2035)
    simulate(BASE.with_changes(start="2023-Q1", levers=levers), 8, until=2030)
    none_negative(watched)


@pytest.mark.parametrize("name", ["chips", "revenue", "latent"])
@pytest.mark.parametrize("keep", ["results", ["premium"]])
def test_a_world_that_left_the_numbers_is_refused_whatever_is_kept(
    name: str, keep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = record.finish

    def spoiled(c: Context, s: State, log: record.Log) -> None:
        finish(c, s, log)
        getattr(s, name).flat[0] = np.nan

    monkeypatch.setattr(record, "finish", spoiled)
    with pytest.raises(FloatingPointError, match=f"{name} is not finite"):
        simulate(BASE, 8, until=2027, keep=keep)


def test_taking_more_than_there_is_leaves_nothing() -> None:
    from sim.engine.delivery import remove

    stock = np.array([3.0, 1.0])
    remove(stock, np.array([1.0, 1.0 + 1e-12]))
    assert stock.tolist() == [2.0, 0.0]


def test_a_world_says_what_it_carries(make_world: Callable[..., World]) -> None:
    world = make_world(BASE, runs=8, until=2027)
    assert {"chips", "backlog", "rented", "domestic logic", "power"} <= {name for name, _ in world.state.amounts()}
