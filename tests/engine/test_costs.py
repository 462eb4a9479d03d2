"""Every lever costs somebody, in dollars that are missing elsewhere in the books."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scenarios import load
from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from scenarios.tables import table
from scenarios.uses import MONEY
from sim.engine.inputs import accounts_of
from sim.engine.phases.record import Keep
from sim.equations import costs
from sim.equations.costs import ITEMS
from sim.equations.trade import RENTAL
from sim.results.costs import ACCOUNT, Costs, allocation, reference_of
from sim.results.run import Run
from sim.run import simulate

BASE = load("current_policy")
RUNS, YEAR = 32, 2030
SEEN = 5e6
"""US dollars a year that are a cost: a fiftieth of the enforcement budget of 2026."""


@cache
def run(spec: Scenario, keep: Keep = frozenset({ACCOUNT})) -> Run:
    return simulate(spec, RUNS, until=YEAR, keep=keep)


def paid(before: Scenario, after: Scenario) -> dict[tuple[str, str], float]:
    """Actor and item → mean cost in the year, US dollars, of going from one to the other."""
    found = Costs(run(after), run(before))
    return {(actor, item): float(found.of(actor, item, YEAR).mean()) for actor, item in found.pairs}


DIRECT: dict[str, tuple[str, str]] = {
    "licensing": ("united_states", "chip_profit"),
    "licence_tpp": ("united_states", "chip_profit"), "licence_approval": ("united_states", "chip_profit"),
    "licence_quota": ("united_states", "chip_profit"), "revenue_share": ("united_states", "license_cut"),
    "enforcement": ("united_states", "enforcement"), "location_verification": ("united_states", "verification"),
    "cloud_rule": ("southeast_asia", "rent"), "tool_controls": ("netherlands", "tool_revenue"),
    "hbm_controls": ("south_korea", "memory_revenue"), "us_power": ("united_states", "power"),
    "us_spending": ("united_states", "chips"), "us_research": ("united_states", "people"),
    "us_concentration": ("united_states", "serving_forgone"), "openness": ("united_states", "secrecy"),
    "weight_security": ("united_states", "secrecy"), "distillation_limits": ("united_states", "access_limits"),
    "allied_alignment": ("japan", "tool_revenue"), "ally_effort": ("european_union", "chips"),
    "chip_push": ("china", "fabs"), "import_permission": ("united_states", "chip_profit"),
    "china_spending": ("china", "chips"),
    "china_power": ("china", "power"), "china_concentration": ("china", "serving_forgone"),
    "china_talent": ("china", "talent"), "china_openness": ("china", "secrecy"),
    "hub_effort": ("united_arab_emirates", "chips"), "hub_policing": ("saudi_arabia", "policing"),
    "safety_share": ("united_states", "serving_forgone"), "variant_offer": ("united_states", "chip_profit"),
    "home_orders": ("united_states", "chip_profit"), "chip_checks": ("united_states", "verification"),
}  # fmt: skip
"""Whom each lever costs, and by which account."""
FALLS = {"licence_tpp", "licence_approval", "licence_quota", "revenue_share", "openness", "china_openness",
         "import_permission", "variant_offer"}  # fmt: skip
"""Levers whose cost lies at their low end."""


def ends(name: str) -> tuple[Scenario, Scenario]:
    """A lever at both ends of its range, in the company in which it acts."""
    lever = LEVERS[name]
    usual = BASE.with_levers(**lever.setting) if lever.setting else BASE
    return usual.with_levers(**{name: lever.low}), usual.with_levers(**{name: lever.high})


def test_every_lever_has_somebody_whom_it_costs() -> None:
    assert set(DIRECT) == set(LEVERS)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_costs_whom_it_is_said_to_cost(name: str) -> None:
    low, high = ends(name)
    actor, item = DIRECT[name]
    costs_more = paid(high, low) if name in FALLS else paid(low, high)
    assert costs_more[actor, item] > SEEN, costs_more[actor, item]


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("name", LEVERS)
def test_every_lever_at_either_end_moves_somebodys_cost(name: str, end: str) -> None:
    lever, seen = LEVERS[name], []
    for company in ({}, lever.setting) if lever.setting else ({},):  # alone, and where it can act
        usual = BASE.with_levers(**company) if company else BASE
        moved = usual.with_levers(**{name: getattr(lever, end)})
        if usual.setting(name) != getattr(lever, end):
            seen += [abs(size) for size in paid(usual, moved).values()]
    if not seen:
        pytest.skip("it is there already")
    assert max(seen) > SEEN


# --- the books -------------------------------------------------------------------------------------------------------


def test_spent_money_is_the_budget_and_public_costs_are_missing_in_it() -> None:
    """What enforcement costs the state is missing in what the nation has for AI."""
    usual, dear = (simulate(BASE.with_levers(enforcement=x), 16, until=2027) for x in (1, 10))
    t = usual.quarters.index("2027-Q1")  # enforcement of the quarter before, by the first quarter of the scenario
    missing = usual.part("budget_usd.united_states")[t] - dear.part("budget_usd.united_states")[t]
    np.testing.assert_allclose(missing, 9 * costs.ENFORCEMENT / 4, rtol=0.2)


@pytest.mark.parametrize(
    ("lever", "high", "actor", "use"),
    [
        ("us_power", 200, "united_states", "power"), ("us_research", 200, "united_states", "people"),
        ("china_power", 400, "china", "power"), ("chip_push", 100, "china", "fabs"),
    ],
)  # fmt: skip
def test_what_a_lever_takes_for_one_use_is_missing_in_the_others(lever: str, high: float, actor: str, use: str) -> None:
    usual, moved = (simulate(BASE.with_levers(**{lever: x}), 16, until=2027) for x in (LEVERS[lever].fallback, high))
    t = usual.quarters.index("2027-Q1" if lever == "chip_push" else "2026-Q4")
    budgets = [found.part(f"budget_usd.{actor}")[t].astype(float) for found in (usual, moved)]
    np.testing.assert_allclose(*budgets, rtol=1e-3)
    money = [
        {name: found.part(f"money_use.{actor}.{name}")[t].astype(float) for name in MONEY} for found in (usual, moved)
    ]
    more = money[1][use] - money[0][use]
    less = sum(money[0][name] - money[1][name] for name in MONEY if name != use)
    assert np.all(more > 1e-3)
    np.testing.assert_allclose(less, more, atol=1e-6)


def test_money_by_use_in_the_accounts_is_the_budget_by_share() -> None:
    found = run(BASE, "results")
    for use in ("fabs", "power", "people"):
        share, budget = found.part(f"money_use.united_states.{use}"), found.part("budget_usd.united_states")
        np.testing.assert_allclose(found.part(f"accounts.united_states.{use}"), share * budget, rtol=1e-4)
    spent = found.part("accounts.china.chips") + found.part("accounts.china.premium")
    np.testing.assert_allclose(spent, found.part("paid_usd.china"), rtol=1e-6)
    np.testing.assert_allclose(found.part("accounts.china.premium"), found.part("premium_usd.china"), rtol=1e-6)


def test_tools_that_china_buys_abroad_are_part_of_its_money_for_fabs() -> None:
    found = run(BASE, "results")
    sold = sum(found.part(f"accounts.{actor}.tool_revenue") for actor in ("united_states", "japan", "netherlands"))
    assert np.all(sold < costs.EQUIPMENT * found.part("accounts.china.fabs"))
    closed = run(BASE.with_levers(tool_controls=100, hbm_controls=100, allied_alignment=100), "results")
    assert float(closed.part("accounts.netherlands.tool_revenue")[-1].max()) < 1e-3


def test_what_smugglers_and_hosts_earn_is_what_china_pays_above_the_list_price() -> None:
    found = run(BASE, "results")
    passed = sum(found.part(f"accounts.{a}.transit_trade") for a in ("gulf", "southeast_asia", "rest_of_world"))
    assert np.all(passed[20:] <= np.maximum(found.part("accounts.china.premium")[20:], 0) + 1e6)


def test_what_hosts_earn_in_rent_is_what_china_pays_for_it() -> None:
    found = run(BASE, "results")
    rent = sum(found.part(f"accounts.{part}") for part in found.parts("accounts") if part.endswith(".rent"))
    hired = found.part("flows_china.offshore") * found.part("china_price")
    np.testing.assert_allclose(rent[8:], RENTAL * hired[8:], rtol=1e-3)


# --- costs of a run --------------------------------------------------------------------------------------------------


def test_the_reference_is_current_policy_and_open_trade_for_current_policy_itself() -> None:
    assert reference_of(load("tight_controls")).name == "current_policy"
    assert reference_of(BASE).name == "open_trade"
    assert reference_of(BASE.with_changes(name="mine", title="Mine")).name == "open_trade"
    blind = load("essay_2025:leaky")
    other = reference_of(blind)
    assert (other.data_until, other.start, other.parameters) == (blind.data_until, blind.start, blind.parameters)
    assert other.name == "current_policy" and not other.levers  # noqa: PT018


def test_a_run_against_itself_costs_nothing() -> None:
    found = Costs(run(BASE), run(BASE))
    assert found.largest(YEAR) == []
    assert all(not any(years.values()) for items in found.medians().values() for years in items.values())


def test_the_sign_of_a_cost_is_that_of_the_purse() -> None:
    """A dollar earned less and a dollar spent more are both a cost."""
    shut = paid(load("open_trade"), BASE)
    assert shut["united_states", "chip_profit"] > 0
    assert shut["netherlands", "tool_revenue"] > 0
    assert shut["china", "premium"] > 0
    assert shut["southeast_asia", "transit_trade"] < 0  # smuggling pays those whom it goes through


def test_the_largest_costs_leave_out_what_another_item_has_in_it() -> None:
    found = Costs(run(load("closed_ideas")), run(BASE)).largest(YEAR, 50)
    assert found
    assert all(not ITEMS[cost.item].within for cost in found)
    assert [abs(cost.median) for cost in found] == sorted((abs(cost.median) for cost in found), reverse=True)
    assert all(cost.low <= cost.median <= cost.high for cost in found)


def test_the_largest_costs_are_those_of_their_accounts_and_split_by_whether_they_buy_something() -> None:
    both = Costs(run(load("closed_ideas")), run(BASE))
    found = both.largest(YEAR, 99)
    for cost in found:
        spread = np.quantile(both.of(cost.actor, cost.item, YEAR), (0.05, 0.5, 0.95))
        np.testing.assert_allclose((cost.low, cost.median, cost.high), spread, rtol=1e-6, atol=1e6)
    bought = both.largest(YEAR, 99, invested=True)
    assert bought == [cost for cost in found if cost.item in costs.INVESTMENT]
    assert both.largest(YEAR, 99, invested=False) == [cost for cost in found if cost not in bought]


def test_what_is_divided_is_told_by_actor_and_year() -> None:
    shares = allocation(run(BASE, "results"))
    assert set(shares) == {"united_states", "china", "partners"}
    for divided in shares.values():
        assert set(divided) == {"money", "compute", "people"}
        for uses in divided.values():
            assert sum(path["2026"] for path in uses.values()) == pytest.approx(1, abs=0.02)


def test_every_item_is_kept_of_somebody_and_has_a_formula_and_a_basis() -> None:
    kept = accounts_of(table("actors"))
    assert {item for _, item in kept} == set(ITEMS)
    for item in ITEMS.values():
        assert item.formula and item.basis and item.label  # noqa: PT018
        assert item.within in ("", *ITEMS)


def test_mineral_controls_cost_both_sides_and_fade() -> None:
    event = {"kind": "mineral_controls", "date": "2027-Q1", "size": 1.0, "quarters": 16}
    found = Costs(run(BASE.with_changes(events=[event])), run(BASE))
    lost = [float(np.median(found.of("united_states", "production_lost", year))) for year in (2027, 2028, 2029)]
    made = [
        float(
            np.median(
                run(BASE.with_changes(events=[event]), "results").part("made_h100e")[t]
                / run(BASE, "results").part("made_h100e")[t]
            )
        )
        for t in (17, 32)
    ]
    assert lost[0] > 1e9
    assert made[0] == pytest.approx(0.88, abs=0.02)
    assert made[1] > 0.93
    np.testing.assert_allclose(found.of("china", "minerals", 2028), costs.MINERALS, rtol=1e-5)
