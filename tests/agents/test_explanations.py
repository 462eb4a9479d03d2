"""Actors explain themselves: what an explanation says is what the actor decides, from the same rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import nan
from typing import Any

import numpy as np
import pytest

from agents import allocation, compute, designer, money, partners, people, superpower, worth
from agents.actor import NationalActor
from agents.explanation import Explanation, Unit, in_words
from agents.partners import Ally, Hub, Rest
from agents.protocols import Traits
from agents.snapshot import Snapshot
from agents.superpower import China, UnitedStates
from scenarios import load
from scenarios.quarters import FIRST, number
from scenarios.uses import COMPUTE, MONEY, PEOPLE
from sim import checkout
from sim.engine.inputs import Inputs
from sim.engine.noise import noise
from sim.engine.phases import decide, rules
from sim.engine.phases.record import Log
from sim.engine.state import Quarter
from sim.engine.world import PARTNERS_BY_KIND, World
from sim.ensemble.draws import draw
from sim.ensemble.rng import Streams
from tests.agents.conftest import DIVIDED, RUNS, TABLES, Seen

KINDS = {UnitedStates: 0, China: 1, Ally: 2, Hub: 2, Rest: 2}
BOOKS = {
    "plan", "target", "base_plan", "executed", "early", "hoard", "clustered", "spread", "safety_asked",
    "reinforcement_asked",
}  # fmt: skip
"""Rows that decisions keep for themselves: what moves them is told with the decision."""


def varied(**levers: float) -> Seen:
    """A world whose members and rows all differ, so that an explanation of another member or actor shows."""
    world = Seen()
    world.switches["us_reacts"] = True
    world.levers |= levers
    by_member, by_row = np.array([0.8, 1.0, 1.1]), np.array([[0.7], [1.0], [1.1]])
    for name in TABLES:
        setattr(world.state, name, getattr(world.state, name) * by_member * by_row)
    for name in DIVIDED:
        shares = getattr(world.state, name) * np.array([1.2, 1.0, 0.8, 1.0])[:, None] ** by_row[:, :, None]
        setattr(world.state, name, shares / shares.sum(axis=1, keepdims=True))
    for name, value in vars(world.p).items():
        setattr(world.p, name, value * by_member)
    world.state.used_train *= 1e7
    world.state.hoard *= 1e11
    for table in (world.state.plan, world.state.base_plan, world.state.budget, world.state.money):
        table *= 1e12
    world.now.stockpiling = 0.4
    for name, value in vars(world.public).items():
        object.__setattr__(world.public, name, value * by_member)
    return world


def one_actor(kind: type[NationalActor], world: Any) -> NationalActor:
    return kind.group(world, KINDS[kind])


def explained(kind: type[NationalActor], world: Any, member: int = 2) -> dict[str, Explanation]:
    return {found.decision: found for found in one_actor(kind, world).explain(member)}


def decided(kind: type[NationalActor], world: Any, member: int = 2) -> dict[str, float]:
    one_actor(kind, world).decide()
    return numbers(world, KINDS[kind], member)


def numbers(world: Any, row: int, member: int) -> dict[str, float]:
    """What stands in the tables for one actor and member, by the names of decisions."""
    found = {name: float(getattr(world.state, name)[row, member]) for name in TABLES}
    for name, uses in DIVIDED.items():
        found |= {f"{name}.{use}": float(getattr(world.state, name)[row, n, member]) for n, use in enumerate(uses)}
    return found


SETTINGS = [
    {},
    {
        "chip_push": 80.0,
        "import_permission": 30.0,
        "allied_alignment": 90.0,
        "hub_policing": 60.0,
        "safety_share": 12.0,
    },
    {"us_spending": 150.0, "us_concentration": 2.0, "china_concentration": 3.0, "enforcement": 4.0},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("levers", SETTINGS, ids=["own", "set", "asked"])
@pytest.mark.parametrize("in_data", [False, True], ids=["after", "in data"])
def test_an_actor_decides_what_it_explains(kind: type[NationalActor], levers: dict[str, float], in_data: bool) -> None:
    for member in range(RUNS):
        one, two = varied(**levers), varied(**levers)
        one.in_data = two.in_data = in_data
        before = numbers(two, KINDS[kind], member)
        told, done = explained(kind, one, member), decided(kind, two, member)
        assert {n: e.value for n, e in told.items()} == {n: done[n] for n in told}
        assert {n: e.before for n, e in told.items()} == {n: before[n] for n in told}
        assert {n: e.moved for n, e in told.items()} == {n: done[n] - before[n] for n in told}
        assert all("nan" not in e.sentence for e in told.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_actor_explains_every_decision_it_takes(kind: type[NationalActor]) -> None:
    world, told = varied(), explained(kind, varied())
    before = numbers(world, KINDS[kind], 2)
    one_actor(kind, world).decide()
    after = numbers(world, KINDS[kind], 2)
    assert {name for name in after if after[name] != before[name]} - BOOKS <= set(told) <= set(after)
    assert all(found.reasons for found in told.values() if found.decision != "model_access")


def test_every_kind_of_actor_that_a_world_has_is_tried_here() -> None:
    assert set(KINDS) == {UnitedStates, China, *PARTNERS_BY_KIND.values()}


def test_explaining_decides_nothing() -> None:
    for kind in KINDS:
        world, untouched = varied(), varied()
        one_actor(kind, world).explain(0)
        for name in (*TABLES, *DIVIDED):
            assert np.array_equal(getattr(world.state, name), getattr(untouched.state, name))


# --- in a world ------------------------------------------------------------------------------------------------------


@pytest.fixture
def world() -> Iterator[World]:
    """A world of single actors, stopped after the data and before they decide."""
    spec = load("controls_erode").with_changes(switches={"us_reacts": True})
    inputs = Inputs(spec, number("2029-Q4") - FIRST + 1)
    streams = Streams(0, 0, 8, inputs.steps)
    made = World(inputs, draw(spec, streams), noise(inputs, streams), None, Log(inputs, 8))
    made.decide_one_by_one()
    for _ in range(number("2028-Q2") - FIRST):
        made.step()
    made.begin(number("2028-Q2") - FIRST, Quarter())
    rules.run(made.context, made.state, made.now)
    decide.prepare(made.context, made.state, made.now)
    yield made
    made.close()


def test_in_a_world_every_actor_decides_what_it_explains(world: World) -> None:
    told = [(agent.rows, found) for agent in world.deciders for found in agent.explain(5)]
    (variant,) = world.designer.explain(5)
    decide.run(world.context, world.state, world.now)
    of_all = 2 + len(MONEY) + len(PEOPLE) + len(COMPUTE) + 1  # budget, money for chips, uses, the largest run
    assert len(told) == of_all * len(world.deciders) + 5 + len(
        [agent for agent in world.deciders if isinstance(agent, Ally | Hub)]
    )
    for row, found in told:
        table, _, use = found.decision.partition(".")
        values = getattr(world.state, table)[row]
        value = values[DIVIDED[table].index(use), 5] if use else values[5]
        assert found.value == value, (row, found.decision)
    assert variant.value == world.state.variant_wait[5]


# --- one rule, one home ----------------------------------------------------------------------------------------------

CONSTANTS: list[tuple[Any, type[NationalActor], str, str, dict[str, float]]] = [
    (money, UnitedStates, "RACE_SPENDING", "budget", {}),
    *((worth, UnitedStates, "RACE_DISTANCE", name, {}) for name in ("budget", "safety")),
    (allocation, UnitedStates, "SPEED", "money_use.chips", {}),
    (compute, UnitedStates, "SECURED", "idle", {"weight_security": 90.0}),
    (people, UnitedStates, "CLOSED_PART", "people_use.secrecy", {}),
    (people, UnitedStates, "SAFETY_PEOPLE", "people_use.safety", {}),
    (people, UnitedStates, "ON_CAPABILITY", "people_use.capability", {}),
    (superpower, China, "PUSH_TODAY", "money_use.fabs", {}),
    *((compute, UnitedStates, name, "safety", {}) for name in ("INERTIA", "CORNERS")),
    (compute, Hub, "INERTIA", "reinforcement", {}),
    (compute, China, "GATHERING", "concentration", {}),
    *((superpower, UnitedStates, name, "licensing", {}) for name in ("ALARM_AT", "ALARM_WIDTH", "REACTION")),
    *((superpower, UnitedStates, name, "enforcement", {})
      for name in ("ALARM_AT", "ALARM_WIDTH", "REACTION", "CALM_EFFORT", "ALARM_EFFORT")),
    *((superpower, China, name, "push", {})
      for name in ("PUSH", "PUSH_BEHIND", "PUSH_SPEED", "PUSH_OPEN", "PUSH_DISTANCE", "LEAD_TODAY")),
    (superpower, China, "IMPORTS_ANYWAY", "permission", {}),
    (superpower, China, "HOARD_USED", "money", {}),
    *((partners, Ally, name, "alignment", {})
      for name in ("ALIGNMENT_SPEED", "STANDING", "THREAT", "THREAT_DISTANCE", "LOST_SALES")),
    (Ally, Ally, "DECREED", "alignment", {"allied_alignment": 90.0}),
    *((partners, Hub, name, "policing", {}) for name in ("ALIGNMENT_SPEED", "LAW", "COMMERCE", "PRESSURE", "SCANDAL")),
    (Hub, Hub, "DECREED", "policing", {"hub_policing": 60.0}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "kind", "constant", "decision", "levers"), CONSTANTS, ids=[f"{c[2]}-{c[3]}" for c in CONSTANTS]
)
def test_a_changed_constant_changes_the_decision_and_its_explanation(
    module: Any, kind: type[NationalActor], constant: str, decision: str, levers: dict[str, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    usual = explained(kind, varied(**levers))[decision]
    monkeypatch.setattr(module, constant, 1.15 * getattr(module, constant))
    found, done = explained(kind, varied(**levers))[decision], decided(kind, varied(**levers))[decision]
    assert found.value == done != usual.value
    assert found.sentence != usual.sentence


def test_what_adds_up_adds_up_to_the_target() -> None:
    for kind, decision in ((Ally, "alignment"), (Hub, "policing"), (China, "push")):
        found = explained(kind, varied())[decision]
        parts = [reason.value if reason.effect is None else reason.effect for reason in found.reasons]
        assert sum(parts) == pytest.approx(found.target)


def test_no_page_has_a_rule_of_an_actor_of_its_own() -> None:
    """Pages may ask actors and lay out what they say; a constant or a formula of a rule stands in `agents/` alone."""
    rooms = {f"agents.{path.stem}" for path in (checkout.ROOT / "agents").glob("[a-z]*.py")} - {"agents.rows"}
    for path in sorted((checkout.ROOT / "sim/ui").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        taken = [
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module in rooms
            for name in node.names
        ]
        assert not [name for name in taken if name.isupper()], path
    tree = ast.parse((checkout.ROOT / "sim/ui/teach/decisions.py").read_text(encoding="utf-8"))
    numbers = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)} - {True, False}
    plain = {0, 1, 4, 1e3}  # the quarter before, a year before, no output at all, thousands of chips
    assert {value for value in numbers if isinstance(value, int | float)} <= plain
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "numpy" not in modules | {
        n.name for node in ast.walk(tree) if isinstance(node, ast.Import) for n in node.names
    }


# --- what they say ---------------------------------------------------------------------------------------------------


def test_a_decision_that_a_scenario_takes_is_said_to_be_the_scenarios() -> None:
    levers = {"chip_push": 80.0, "hub_policing": 60.0, "safety_share": 12.0}
    assert explained(China, varied(**levers))["push"].sentence == "The scenario sets it at 80%."
    assert explained(Hub, varied(**levers))["policing"].sentence == (
        "The scenario sets it at 60%. It moves 25% of the way to 60% each quarter."
    )
    assert [r.name for r in explained(China, varied(**levers))["safety"].reasons] == ["setting"]


def test_allies_whom_an_event_has_parted_say_so() -> None:
    world = varied()
    world.now.allies_parted = True
    found = explained(Ally, world)["alignment"]
    assert found.moved == 0
    assert found.sentence.startswith("Allies have broken")
    world.levers["allied_alignment"] = 90.0
    assert "The scenario sets it at 90%" in explained(Ally, world)["alignment"].sentence


def test_a_united_states_of_habit_says_what_the_scenario_sets_and_what_stays() -> None:
    world = varied(enforcement=4.0)
    world.switches["us_reacts"] = False
    found = explained(UnitedStates, world)
    assert found["enforcement"].sentence == "The scenario sets it at 4 × the 2026 budget."
    assert found["licensing"].sentence == "The rules are as written."
    assert found["model_access"].sentence == "Limits stay as they are."


@pytest.mark.parametrize("blocked", [0.4, 0.9])
@pytest.mark.parametrize("waited", [0.0, 2.0, 5.0])
def test_the_designer_explains_its_wait(blocked: float, waited: float, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Seen().see(blocked=blocked)
    world.state.variant_wait[:] = waited
    firm = object.__new__(designer.ChipDesigner)
    firm.model, firm.lag = world, np.full(RUNS, 3.0)
    (told,) = firm.explain(2)
    firm.decide()
    assert told.value == world.state.variant_wait[2]
    assert in_words(blocked, Unit.SHARE) in told.sentence
    assert "(50% is enough)" in told.sentence
    world.state.variant_wait[:] = 0.0
    monkeypatch.setattr(designer, "WORTH_A_DESIGN", 0.95)
    assert firm.explain(2)[0].value == 0.0
    assert "(95% is enough)" in firm.explain(2)[0].sentence


def test_numbers_read_as_people_write_them() -> None:
    said = [in_words(*case) for case in (
        (0.443, Unit.SHARE), (0.0443, Unit.SHARE), (0.00443, Unit.SHARE), (0.0, Unit.SHARE), (-3.21, Unit.LEAD),
        (0.0, Unit.LEAD), (1.5e9, Unit.DOLLARS), (3.2e6, Unit.CHIPS), (0.9, Unit.GROWTH), (1.0, Unit.BUDGETS),
    )]  # fmt: skip
    assert said == [
        "44%", "4.4%", "0.44%", "0%", "3.2 index points behind", "0.0 index points ahead", "$1.5 billion",
        "3.20 million H100e", "−10.0%", "1 × the 2026 budget",
    ]  # fmt: skip


# --- from what was kept of a run -------------------------------------------------------------------------------------


def test_a_snapshot_explains_as_the_world_does() -> None:
    world = varied()
    public = {name: float(np.ravel(world.public.__dict__[name][..., 2])[0]) for name in world.public.__dict__}
    public["rival_gap"] = float(world.public.rival_gap[1, 2])
    known = Snapshot(
        public=public,
        trends={"prospects": float(world.now.prospects[1, 2]), "run_share": float(world.now.run_share[1, 2]),
                "since": 1.0, "stockpiling": 0.4, "effort": 1.0, "strain": 1.0, "margin": 2.5,
                "chip_return": float(world.now.chip_return[1, 2]), "public_costs": 0.0},
        worth={name: float(value[1, 2]) for name, value in world.now.worth._asdict().items()},
        traits={name: float(getattr(world.p, name)[2]) for name in Traits.__annotations__} | {"baseline_safety": 0.03},
        edge={name: float(np.atleast_2d(value)[-1, 2]) for name, value in vars(world.edge).items() if value.ndim < 3}
        | {"money_use": world.edge.money_use[1, :, 2]},
        settings=world.levers, switches=world.switches,
    )  # fmt: skip
    own = {name: float(getattr(world.state, name)[1, 2]) for name in TABLES if hasattr(China, name)}
    own |= {name: getattr(world.state, name)[1, :, 2] for name in (*DIVIDED, "mix")}
    assert known.actor(China, own).explain() == list(explained(China, world).values())


def test_an_explanation_does_without_what_was_not_kept() -> None:
    known = Snapshot(
        public={"blocked": 0.8},
        settings={"chip_push": nan, "import_permission": nan, "china_spending": 100.0, "china_concentration": 1.0,
                  "safety_share": nan, "china_openness": 50.0, "china_power": 100.0},
        switches={"reinvestment": True},
    )  # fmt: skip
    found = {e.decision: e for e in known.actor(China, {"push": 0.5}).explain()}
    assert [reason.name for reason in found["push"].reasons] == ["blocked"]
    assert np.isnan(found["push"].value)
    assert all("nan" not in e.sentence.lower() for e in found.values())


def test_parts_of_a_sum_are_told_with_the_whole_alone() -> None:
    seen = {
        "public": {"diverted": 0.04, "enforcement": 1.0},
        "settings": varied().levers,
        "switches": {"reinvestment": True},
    }
    part = {e.decision: e for e in Snapshot(**seen).actor(Hub, {}).explain()}["policing"]
    whole = {e.decision: e for e in Snapshot(**seen, traits={"hub_commerce": 0.5}).actor(Hub, {}).explain()}["policing"]
    assert "4.0% of the chips on sale were diverted last quarter (+16 percentage points)" in whole.sentence
    assert "4.0% of the chips on sale were diverted last quarter." in part.sentence
    assert all(reason.effect is None for reason in part.reasons)


def test_a_snapshot_refuses_what_no_actor_looks_at() -> None:
    with pytest.raises(ValueError, match="no actor looks at bloked; known: blocked, cover, distilled, diverted"):
        Snapshot(public={"bloked": 0.8}).actor(China, {})
    with pytest.raises(ValueError, match="no actor looks at policng"):
        Snapshot().actor(Hub, {"policng": 0.8})
