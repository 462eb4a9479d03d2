"""What phases say that they read and write is what they do, and nothing of one quarter is found in the next."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

import scenarios
from scenarios import load
from scenarios.partner_levers import PARTNER_LEVERS
from scenarios.schema import Scenario
from sim.engine.schedule import PHASES
from sim.engine.state import Quarter, State
from sim.engine.world import World
from tests.engine import watching

BASE = load("current_policy")
RULE: dict[str, Any] = {
    "id": "mine", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "deny", "destination": "gulf",
    "title": "A rule", "summary": "A rule of one's own.", "source": "a test", "as_of": "2026-11-01",
    "tier": "judgment",
}  # fmt: skip
EVENTS = [
    {"kind": "diversion_uncovered", "date": "2027-Q1", "size": 0.5},
    {"kind": "hbm_shock", "date": "2027-Q1", "size": -0.5}, {"kind": "allied_split", "date": "2027-Q1", "size": 0.6},
]  # fmt: skip
SOME = ("taiwan", "south_korea", "japan", "united_arab_emirates")
SPECS: list[Scenario] = [
    *(load(name) for name in scenarios.names() if not load(name).blind),
    BASE.with_changes(start="2023-Q1", levers={"tool_controls": 0, "chip_push": 100}),
    BASE.with_changes(events=EVENTS), BASE.with_changes(switches={"us_reacts": True}),
    BASE.with_changes(rules=[RULE, {**RULE, "id": "all", "destination": "world"}]),
    BASE.with_levers(**{name: lever.high for name, lever in PARTNER_LEVERS.items() if lever.actor in SOME}),
    BASE.with_changes(rules=[
        {**RULE, "measure": "license", "approval_share": 1, "priority": 90, "matched_investment": 0.5},
        {**RULE, "id": "earlier", "scope": "retrofit", "destination": "china", "strength": 1},
    ], events=[{"kind": "agreement", "date": "2027-Q1", "size": 1.1, "compliance": 0.5, "detection": 0.5}]),
]  # fmt: skip
"""Together they reach every branch of every phase."""


@pytest.fixture(scope="module")
def touched(request: pytest.FixtureRequest) -> watching.Touched:
    """What every phase touches over all these scenarios."""
    from sim.engine.inputs import inputs_of
    from sim.engine.noise import noise
    from sim.engine.phases.record import Log
    from sim.ensemble.draws import draw
    from sim.ensemble.rng import Streams

    for spec in SPECS:
        inputs = inputs_of(spec, 33)
        streams = Streams(0, 0, 8, inputs.steps)
        world = World(inputs, draw(spec, streams), noise(inputs, streams), None, Log(inputs, 8, "ledger"))
        world.state = watching.watched(world.state, watching.WatchedState)
        for t in range(inputs.steps):
            world.begin(t, watching.watched(Quarter(), watching.WatchedQuarter))
            for phase in PHASES:
                watching.run_watched(phase, world.context, world.state, world.now)
        world.close()
    return watching.NOTES


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_phase_writes_what_it_says(phase: Any, touched: watching.Touched) -> None:
    assert touched.writes[phase.name] == phase.writes


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_phase_reads_what_it_says(phase: Any, touched: watching.Touched) -> None:
    """What it makes itself for this quarter is no reading."""
    assert touched.reads[phase.name] - (phase.writes & watching.QUARTER) == phase.reads


def test_every_field_is_written_and_read_by_somebody() -> None:
    kept_for_the_record = {
        "stock_h100e", "power_used", "governance", "follower_terms", "rl_gain", "permitted", "legal_chips", "flows",
        "made_chinese", "made_h100e", "seized_h100e", "retired", "retired_china", "retired_h100e", "ledger", "with_us",
        "first_possible",
    }  # fmt: skip
    for field in (*fields(State), *fields(Quarter)):
        assert any(field.name in phase.writes for phase in PHASES), field.name
        if field.name not in kept_for_the_record:
            assert any(field.name in phase.reads | phase.writes for phase in PHASES), field.name


def test_nothing_of_a_quarter_is_left_for_the_next(make_world: Callable[..., World]) -> None:
    world = make_world(BASE, runs=8, until=2027)
    world.step()
    first = world.now
    world.step()
    assert world.now is not first
    with pytest.raises(AttributeError):
        Quarter().approval  # noqa: B018 - reading is what is tested


def test_a_field_that_does_not_exist_cannot_be_written(make_world: Callable[..., World]) -> None:
    world = make_world(BASE, runs=8, until=2027)
    for record in (world.state, world.now):
        with pytest.raises(AttributeError):
            record.revenues = 1.0


def test_nobody_rewrites_what_everybody_saw(make_world: Callable[..., World]) -> None:
    world = make_world(BASE, runs=8, until=2027)
    with pytest.raises(AttributeError):
        world.state.public.lead = world.state.public.lead + 1  # type: ignore[misc]
