"""A rule on sales acts on deliveries to the actor that it names, and what that actor may not have goes to others."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from agents.rows import CHINA
from scenarios import load
from scenarios.groups import members
from scenarios.rules import history
from scenarios.schema import Scenario
from scenarios.tables import table
from sim.engine import destinations, export_rules, inputs
from sim.engine.world import World
from sim.equations.chips import CLASSES
from sim.results.run import Run
from sim.run import simulate

BASE = load("current_policy").with_changes(decisions="habit")  # what rules do by themselves
BUYERS = [row.actor for row in table("actors")][2:]
RULE: dict[str, Any] = {
    "id": "mine", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "deny", "priority": 90,
    "title": "A rule", "summary": "A rule of one's own.", "source": "a test", "as_of": "2026-11-01",
    "tier": "judgment",
}  # fmt: skip


def under(**fields: Any) -> Scenario:
    return BASE.with_changes(rules=[{**RULE, **fields}])


def owned(world: World) -> np.ndarray:
    """(actors, runs) H100e owned, by actor."""
    return np.einsum("k,akr->ar", world.context.chips.h100e, world.state.chips)


def ended(make: Callable[..., World], spec: Scenario, until: int = 2030) -> World:
    world = make(spec, runs=12, until=until)
    world.run()
    return world


@pytest.mark.parametrize("buyer", BUYERS)
def test_a_denial_takes_chips_from_the_buyer_and_gives_them_to_others(
    make_world: Callable[..., World], buyer: str
) -> None:
    base, denied = (ended(make_world, spec, until=2028) for spec in (BASE, under(destination=buyer)))
    row = denied.inputs.actors.index(buyer)
    before, after = owned(base), owned(denied)
    assert np.all(after[row] < 0.85 * before[row])
    lost = before[row] - after[row]
    rows = [n for n in range(len(after)) if n not in (row, CHINA)]  # whose smugglers may have gone through the buyer
    others = after[rows].sum(axis=0) - before[rows].sum(axis=0)
    assert others.sum() > 0.25 * lost.sum(), "a cheaper market and a shorter queue: somebody else takes them"
    assert np.median(after.sum(axis=0) / before.sum(axis=0)) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("buyer", BUYERS)
def test_no_chip_is_delivered_under_a_denial(make_world: Callable[..., World], buyer: str) -> None:
    world = make_world(under(destination=buyer), runs=8, until=2029)
    row = world.inputs.actors.index(buyer)
    while world.context.quarter < 2027 * 4 + 1:
        world.step()
    for _ in range(6):
        world.step()
        for k in world.now.delivery.classes:
            assert np.all(world.now.delivery.of_class(k)[row] == 0), CLASSES[k]


def test_a_rule_for_the_world_leaves_the_issuers_own_buyers(make_world: Callable[..., World]) -> None:
    base, closed = ended(make_world, BASE), ended(make_world, under(destination="world"))
    before, after = owned(base), owned(closed)
    assert np.all(after[0] > before[0])
    assert np.all(after[2:] < 0.85 * before[2:])
    assert after[2:].sum() < 0.5 * before[2:].sum()
    legal = simulate(under(destination="world"), 8, until=2030).part("flows_china.legal")
    assert np.all(legal[-4:] == 0)


def test_terms_in_between_take_a_part(make_world: Callable[..., World]) -> None:
    row = BASE.roster().index(next(r for r in BASE.roster() if r.actor == "united_arab_emirates"))
    free = owned(ended(make_world, BASE))[row].mean()
    licence = {"measure": "license", "destination": "gulf"}
    parts = [
        owned(ended(make_world, under(**licence, **terms)))[row].mean()
        for terms in (
            {"approval_share": 0.9}, {"approval_share": 0.3}, {"price_share": 0.5}, {"volume_cap_units": 3000},
            {"volume_cap_share": 0.001},
        )
    ]  # fmt: skip
    assert all(part < free for part in parts)
    assert parts[1] < parts[0]
    assert parts[0] > 0.7 * free, "a share of nine in ten is no denial"
    assert parts[3] < 0.9 * free
    assert parts[4] < 0.9 * free


@pytest.mark.parametrize("buyer", members("gulf"))
def test_a_cap_in_units_is_kept_by_each_of_a_group(buyer: str, make_world: Callable[..., World]) -> None:
    world = make_world(under(destination="gulf", measure="license", volume_cap_units=1000), runs=8, until=2029)
    row = world.inputs.actors.index(buyer)
    while world.context.quarter < 2027 * 4 + 1:
        world.step()
    for _ in range(6):
        world.step()
        now = world.now
        route = world.inputs.route_rows.index(row)
        through = now.arrived[route] / (1 - now.caught)  # what smugglers lead on was sold there as well
        got = {k: now.delivery.of_class(k)[row] for k in now.delivery.classes if now.mix[k] > 0}
        assert max(chips.max() for chips in got.values()) <= 1000 * (1 + 1e-9)
        h = world.context.chips.h100e
        had = through + sum(h[k] * chips for k, chips in got.items())
        assert np.all(had <= 1000 * sum(h[k] for k in got) * (1 + 1e-9))
    assert np.all(had > 0.75 * 1000 * sum(h[k] for k in got))


def test_what_nobody_may_buy_is_not_made() -> None:
    """Should every buyer be named, chips are not lost: they are delivered, diverted or seized, or never made."""
    rules = [{**RULE, "id": f"no_{n}", "destination": name} for n, name in enumerate(BUYERS)]
    spec = BASE.with_changes(rules=rules, levers={"us_spending": 40})
    run = simulate(spec, 8, until=2032, keep="ledger")
    np.testing.assert_allclose(run.ledger["made"], run.ledger["delivered"], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("buyer", members("gulf"))
def test_orders_that_a_rule_ends_are_refunded(buyer: str, make_world: Callable[..., World]) -> None:
    world = make_world(under(destination="gulf"), runs=8, until=2028)
    row = world.inputs.actors.index(buyer)
    refunded = 0.0
    for _ in range(world.inputs.steps):
        owed = world.state.backlog_usd[row].copy()
        world.step()
        if not world.context.in_data and np.all(world.now.refunded[row] > 0):
            np.testing.assert_allclose(world.now.refunded[row], owed)
            refunded += world.now.refunded[row].sum()
    assert refunded > 0
    assert np.all(world.state.backlog_usd[row] == 0)


@pytest.mark.parametrize("terms", [{"volume_cap_units": 0}, {"volume_cap_share": 0}, {"approval_share": 0}])
@pytest.mark.parametrize("buyer", ["china", "gulf"])
def test_a_quota_of_nothing_is_a_ban(buyer: str, terms: dict[str, float]) -> None:
    deny = simulate(under(destination=buyer), 8, until=2030)
    quota = simulate(under(destination=buyer, measure="license", **terms), 8, until=2030)
    for name in ("flows_china", "compute_train"):
        np.testing.assert_allclose(quota[name], deny[name], rtol=1e-6, atol=1e-3 * deny[name].max())


def test_a_cap_of_next_to_nothing_is_as_good_as_a_denial() -> None:
    denied, capped = (
        simulate(under(destination="world", **terms), 8, until=2032)["compute_train"]
        for terms in ({"measure": "deny"}, {"measure": "license", "volume_cap_units": 1})
    )
    np.testing.assert_allclose(capped[-1, 2:], denied[-1, 2:], rtol=0.05, atol=2e3)


def test_a_rule_of_ones_own_is_not_taken_for_a_dated_one() -> None:
    """The license levers change the dated licenses, whatever a scenario's own rule is called."""
    open_all = {"measure": "license", "approval_share": 1, "destination": "china"}
    levers = {"licence_approval": 0, "import_permission": 100}
    runs = [
        simulate(under(id=name, **open_all).with_levers(**levers), 8, until=2029)["flows_china"]
        for name in ("mine", "us_2026_05_case_mine")
    ]
    assert np.array_equal(*runs)


def test_a_higher_priority_decides_for_other_buyers_too() -> None:
    weak = simulate(under(destination="gulf", priority=0), 8, until=2029)
    assert np.array_equal(weak["compute_train"], simulate(BASE, 8, until=2029)["compute_train"])


def test_an_added_actor_can_be_named(make_world: Callable[..., World]) -> None:
    twin = {"brazil": {"like": "gulf"}}
    free = ended(make_world, BASE.with_changes(actors=twin))
    closed = ended(make_world, BASE.with_changes(actors=twin, rules=[{**RULE, "destination": "brazil"}]))
    row = free.inputs.actors.index("brazil")
    assert np.all(owned(closed)[row] < 0.6 * owned(free)[row])


def test_the_twin_of_an_actor_has_what_it_has(make_world: Callable[..., World]) -> None:
    """Oversight, tools, power and hosting too: facts of an actor stand in its row and not in the code."""
    world = ended(
        make_world, BASE.with_changes(actors={"oman": {"like": "saudi_arabia"}, "nippon": {"like": "japan"}}), 2028
    )
    names = world.inputs.actors
    for one, two in (("saudi_arabia", "oman"), ("japan", "nippon")):
        a, b = names.index(one), names.index(two)
        assert world.constants.oversight[a] == world.constants.oversight[b]
        assert world.constants.hosted[a] == world.constants.hosted[b]
        assert (a in world.inputs.tool_makers) == (b in world.inputs.tool_makers)
        np.testing.assert_array_equal(world.inputs.power_added[0][:, a], world.inputs.power_added[0][:, b])
    assert world.constants.hosted.sum() == pytest.approx(1)


def test_a_hub_that_polices_by_itself_closes_its_own_route_and_the_others_take_a_part() -> None:
    hard = BASE.with_changes(actors={"southeast_asia": {"policing": 0.95}})
    base, run = (simulate(spec, 16, until=2030) for spec in (BASE, hard))
    last = slice(-4, None)
    mine, theirs = (f"diverted_through.{name}" for name in ("southeast_asia", "gulf"))
    assert run.part(mine)[last].sum() < 0.5 * base.part(mine)[last].sum()
    assert run.part(theirs)[last].sum() > base.part(theirs)[last].sum()
    whole = [other.part("flows_china.diverted")[last].sum() for other in (base, run)]
    assert whole[1] < 1.02 * whole[0], "in the end networks elsewhere carry what this one did"


def test_chips_that_may_not_go_to_a_hub_are_not_smuggled_through_it() -> None:
    run = simulate(under(destination="southeast_asia"), 16, until=2030)
    start = run.quarters.index("2027-Q1")
    assert np.all(run.part("diverted_through.southeast_asia")[start:] == 0)
    assert run.part("diverted_through.gulf")[-1].mean() > 0


def test_what_is_diverted_and_rented_adds_up_over_routes_and_hosts() -> None:
    run = simulate(BASE, 16, until=2030)
    for parts, whole in (("diverted_through", run.part("flows_china.diverted")), ("rented_from", run["rented"])):
        np.testing.assert_allclose(run[parts].sum(axis=1), whole, rtol=1e-5, atol=1.0)
    assert (run["rented_from"][-1].mean(axis=1) > 0).sum() > 3


# --- every row of the table ------------------------------------------------------------------------------------------


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Callable[[tuple[Any, ...]], Run]:
    """Current policy under some other table of dated rules."""
    caches = (export_rules.known_by, export_rules.build, destinations._terms, inputs.inputs_of)

    def run(rows: tuple[Any, ...]) -> Run:
        for cached in caches:
            cached.cache_clear()
        monkeypatch.setattr(export_rules, "history", lambda: rows)
        found = simulate(BASE, 8, until=2032)
        for cached in caches:
            cached.cache_clear()
        return found

    return run


def test_each_dated_rule_moves_some_series_or_is_marked(replay: Callable[[tuple[Any, ...]], Run]) -> None:
    rows = history()
    whole = replay(rows)
    wrong = []
    for n, row in enumerate(rows):
        other = replay((*rows[:n], *rows[n + 1 :]))
        # What a rule of the past cost makers stands in their accounts, whatever came of it afterward.
        after = {name: values for name, values in whole.series.items() if name != "accounts"}
        moves = any(not np.array_equal(values, other.series[name]) for name, values in after.items())
        if moves == bool(row.recorded_only):
            wrong.append(f"{row.id}: {'moves results' if moves else 'moves nothing'}, marked {row.recorded_only!r}")
    assert wrong == []
