"""Money, compute and people are divided: shares add up, answer to what actors see, and move chips and capability."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from agents.rows import CHINA, US
from scenarios import load, names, parse
from scenarios.errors import InputError
from scenarios.schema import Scenario
from scenarios.uses import COMPUTE, MONEY, USES
from sim.engine.world import World
from sim.results.run import Run
from sim.run import simulate

BASE = load("current_policy")
RUNS, UNTIL = 64, 2030
TIGHT = 1e-9


def sums(world: World) -> dict[str, float]:
    """How far shares and dollars are from their budgets, at most over actors and members."""
    s = world.state
    compute = sum(getattr(s, name) for name in COMPUTE)
    dollars = (s.budget[:, None] * s.money_use).sum(axis=1)
    return {
        "money": float(np.abs(s.money_use.sum(axis=1) - 1).max()),
        "dollars": float((np.abs(dollars - s.budget) / np.maximum(s.budget, 1.0)).max()),
        "compute": float(np.abs(compute - 1).max()),
        "people": float(np.abs(s.people_use.sum(axis=1) - 1).max()),
        "moved people": float(
            np.abs(s.people[:2].sum(axis=0) - s.trained[US] * s.recruited - s.trained[CHINA]).max() / s.people[US].max()
        ),
    }


FIXED: dict[str, Any] = {
    "united_states": {"money": {"people": {"2027-Q1": 0.3}}, "compute": {"serving": {"2027-Q3": 0.2, "2028-Q4": 0.6}}},
    "china": {"people": {"safety": 0.5, "applied": 0.2}, "money": {"chips": {"2026-Q4": 0.0}}},
    "gulf": {"compute": {"serving": 0.1, "experiments": 0.2, "pretraining": 0.3, "reinforcement": 0.1, "safety": 0.1}},
}


@pytest.mark.parametrize("name", [*names(), "fixed shares", "everything at once"])
def test_money_compute_and_people_add_to_their_budgets(name: str, make_world: Callable[..., World]) -> None:
    spec = BASE
    if name in names():
        spec = load(name)
    elif name == "fixed shares":
        spec = BASE.with_changes(allocation=FIXED)
    else:
        spec = load("china_surge").with_changes(allocation=FIXED).with_levers(us_concentration=10, safety_share=20)
    world = make_world(spec, runs=8, until=2029)
    for _ in range(world.inputs.steps):
        world.step()
        wrong = {what: size for what, size in sums(world).items() if size > TIGHT}
        assert not wrong, (world.context.quarter, wrong)
        for table in (world.state.money_use, world.state.people_use, world.state.idle, world.state.serving):
            assert table.min() >= 0


# --- what shares answer to -------------------------------------------------------------------------------------------


@cache
def run(spec: Scenario) -> Run:
    return simulate(spec, RUNS, until=UNTIL)


def changed(**fields: Any) -> Scenario:
    return BASE.with_changes(**fields)


SHOCKS: dict[str, tuple[Scenario, dict[str, int], str]] = {
    "price up": (
        changed(events=[{"kind": "taiwan_disruption", "date": "2027-Q1", "size": 0.8, "quarters": 12}]),
        # Chips are scarce and their sites are not: the dear input takes more of the money, and fabs pay.
        {"money_use.united_states.fabs": 1, "money_use.partners.fabs": 1, "money_use.united_states.chips": 1,
         "money_use.united_states.power": -1, "people_use.united_states.capability": -1},
        "stock_h100e.united_states",
    ),
    "power short": (
        changed(parameters={"power_growth": 1.02}),
        {"money_use.united_states.power": 1, "money_use.china.power": 1, "money_use.partners.power": 1,
         "money_use.united_states.chips": -1},
        "power.united_states",
    ),
    "gap narrows": (
        changed(levers={"china_concentration": 40}),
        {"compute_use.united_states.serving": -1, "compute_use.united_states.experiments": 1,
         "compute_use.united_states.other_pretraining": 1, "people_use.united_states.capability": 1,
         "people_use.united_states.applied": -1, "compute_use.united_states.safety": -1},
        "lead_months",
    ),
    "talent barred": (
        changed(levers={"china_talent": 0}),
        {"people.united_states": 1, "people.china": -1},
        "people.united_states",
    ),
    "talent held": (
        changed(levers={"china_talent": 100}),
        {"people.united_states": -1, "people.china": 1},
        "people.united_states",
    ),
    "fabs subsidized in the United States": (
        changed(allocation={"united_states": {"money": {"fabs": 0.15}}}),
        {"money_use.united_states.fabs": 1, "money_use.united_states.chips": -1, "money_use.united_states.power": -1},
        "lead_months",  # whoever buys shares what is made, and the money is missing for chips
    ),
    "fabs subsidized in China": (
        changed(levers={"chip_push": 100}),
        {"money_use.china.fabs": 1, "money_use.china.chips": -1, "money_use.china.power": -1},
        "flows_china.domestic",
    ),
    "revenue falls": (
        changed(parameters={"revenue_growth": 0.02}),
        {"budget_usd.united_states": -1, "budget_usd.china": -1, "compute_use.partners.serving": -1},
        "stock_h100e.united_states",
    ),
    "more researchers": (
        changed(levers={"us_research": 200}),
        {"money_use.united_states.people": 1, "money_use.united_states.chips": -1, "people.united_states": 1},
        "people.united_states",
    ),
    "safety asked for": (
        changed(levers={"safety_share": 20}),
        {"compute_use.united_states.safety": 1, "compute_use.united_states.serving": -1,
         "people_use.united_states.safety": 1, "people_use.united_states.capability": -1},
        "lead_months",
    ),
    "ideas closed": (
        changed(levers={"openness": 0, "weight_security": 100}),
        {"people_use.united_states.secrecy": 1, "people_use.united_states.capability": -1,
         "compute_use.united_states.idle": 1},
        "lead_months",
    ),
    "compute pooled": (
        changed(levers={"us_concentration": 10}),
        {"compute_use.united_states.largest_run": 1, "compute_use.united_states.idle": 1,
         "compute_use.united_states.serving": -1},
        "lead_months",
    ),
}  # fmt: skip
"""Per shock: the scenario, what shares and stocks do, and what it moves by a tenth of a month or a twentieth."""
SEEN = 2e-4
"""Change of a share that is seen."""


def level(spec: Scenario, name: str) -> np.ndarray:
    found = run(spec)
    return found.part(name)[found.step(UNTIL)].astype(float)


@pytest.mark.parametrize("shock", SHOCKS)
def test_shares_answer_to_a_shock_and_move_chips_or_capability(shock: str) -> None:
    spec, signs, output = SHOCKS[shock]
    for name, sign in signs.items():
        moved = level(spec, name) - level(BASE, name)
        scale = 1.0 if "_use" in name else float(np.median(level(BASE, name)))
        assert sign * float(np.median(moved)) / scale > SEEN, (name, float(np.median(moved)))
    before, after = level(BASE, output), level(spec, output)
    if output == "lead_months":
        assert abs(float(np.mean(after - before))) >= 0.1
    else:
        assert abs(float(np.median(after / before)) - 1) >= 0.05


def test_every_share_answers_to_some_shock() -> None:
    """No use of money, compute or people is on a list of constants."""
    known = {name.partition("_use.")[0] + "." + name.rpartition(".")[2]
             for _, signs, _ in SHOCKS.values() for name in signs if "_use." in name}  # fmt: skip
    parts = {"largest_run": "pretraining", "other_pretraining": "pretraining"}
    seen = {f"{name.split('.')[0]}.{parts.get(name.split('.')[1], name.split('.')[1])}" for name in known}
    for what, uses in USES.items():
        for use in uses:
            if f"{what}.{use}" in seen:
                continue
            shares = [level(spec, f"{what}_use.united_states.{use}") for spec, _, _ in SHOCKS.values()]
            usual = level(BASE, f"{what}_use.united_states.{use}")
            assert max(abs(float(np.median(found - usual))) for found in shares) > SEEN, (what, use)


# --- what a scenario fixes -------------------------------------------------------------------------------------------


def test_a_fixed_share_holds_from_its_date_and_the_others_keep_their_proportions() -> None:
    spec = changed(
        allocation={"united_states": {"money": {"people": 0.3}}, "china": {"compute": {"serving": {"2028-Q1": 0.2}}}}
    )
    found, usual = run(spec), run(BASE)
    share = found.part("money_use.united_states.people")
    np.testing.assert_allclose(share[found.step(2026) :], 0.3, rtol=1e-6)
    np.testing.assert_array_equal(
        share[: found.step(2026) - 1], usual.part("money_use.united_states.people")[: found.step(2026) - 1]
    )
    serving = found.part("compute_use.china.serving")
    begin = found.quarters.index("2028-Q1")
    np.testing.assert_allclose(serving[begin:], 0.2, rtol=1e-6)
    assert np.all(serving[begin - 1] > 0.3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"france": {"money": {"chips": 0.5}}}, "france"),
        ({"china": {"gold": {"chips": 0.5}}}, "unknown resource 'gold'"),
        ({"china": {"money": {"fab": 0.5}}}, "unknown use of money 'fab'"),
        ({"china": {"money": {"fabs": 1.5}}}, "give a share from 0 to 1"),
        ({"china": {"money": {"fabs": True}}}, "give a share from 0 to 1"),
        ({"china": {"money": {"fabs": "much"}}}, "give a share from 0 to 1"),
        ({"china": {"money": {"fabs": {"2027-Q1": -0.1}}}}, "give a share from 0 to 1"),
        ({"china": {"money": {"fabs": {"soon": 0.1}}}}, "soon"),
        ({"china": {"money": {"fabs": {"2024-Q1": 0.1}}}}, "before the scenario's start"),
        ({"china": {"money": {"fabs": 0.6, "chips": 0.6}}}, "add up to 1.2; they may add up to 1 at most"),
        ({"china": {"money": {"fabs": 0.6, "chips": {"2028-Q1": 0.6}}}}, "in 2028-Q1"),
        ({"china": {"money": dict.fromkeys(MONEY, 0.2)}}, "add up to 0.8"),
        ({"china": {"people": {"secrecy": 0.2}}}, "weight_security or openness"),
        ({"china": {"compute": {"idle": 0.2}}}, "us_concentration"),
        ({"united_states": {"people": {"research": 0.2}}}, "applied, capability, safety"),
        ({"china": {"money": 0.5}}, "give shares by use"),
        ({"china": 0.5}, "give shares of money, compute, people"),
    ],
)  # fmt: skip
def test_a_wrong_share_is_refused_with_what_would_be_right(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as refused:
        changed(allocation=given)
    assert said in str(refused.value)


def test_an_actor_that_a_scenario_adds_may_have_fixed_shares() -> None:
    spec = changed(actors={"brazil": {"like": "gulf"}}, allocation={"brazil": {"money": {"chips": 0.9}}})
    assert simulate(spec, 2, until=2027).runs == 2


def test_uses_are_what_the_state_holds() -> None:
    assert set(USES) == {"money", "compute", "people"}
    assert MONEY[0] == "chips"


def test_money_is_not_fixed_while_it_is_recorded() -> None:
    early = changed(start="2023-Q1")
    with pytest.raises(InputError, match="spending is on record to 2026-Q3"):
        early.with_changes(allocation={"china": {"money": {"fabs": 0.3}}})
    early.with_changes(allocation={"china": {"money": {"fabs": {"2026-Q4": 0.3}}, "people": {"safety": 0.3}}})


FILE = """
like: current_policy
allocation: {china: {money: {fabs: 0.3}, people: {safety: 0.1}}}
branches:
  powered: {allocation: {china: {money: {power: 0.2}}, gulf: {money: {chips: 0.5}}}}
"""


def test_a_branch_adds_shares_to_those_of_its_file() -> None:
    assert parse(FILE, branch="powered").allocation == {
        "china": {"money": {"fabs": 0.3, "power": 0.2}, "people": {"safety": 0.1}}, "gulf": {"money": {"chips": 0.5}},
    }  # fmt: skip
