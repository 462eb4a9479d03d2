"""What can be made, what China may buy, and what is left for the others."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from agents.licensing import AS_WRITTEN, Leeway
from agents.rows import CHINA, US
from scenarios.schema import Scenario
from sim.engine.phases import china, offer, trade
from sim.engine.world import World
from sim.equations import market
from sim.equations.chips import CLASSES
from tests.phases.conftest import BASE, Before

Go = Callable[[World, str], None]
RULE = {
    "id": "mine", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "license", "approval_share": 1.0,
    "priority": 90, "title": "A rule", "summary": "A rule of one's own.", "source": "a test", "as_of": "2026-11-01",
    "tier": "judgment",
}  # fmt: skip

DENIAL = {**{k: v for k, v in RULE.items() if k != "approval_share"}, "measure": "deny"}


# --- offer -----------------------------------------------------------------------------------------------------------


def test_taiwan_is_cut_off_as_often_as_the_hazard_says(before: Before, go: Go) -> None:
    """A quarter of the yearly hazard, for six quarters, and not once more while it lasts."""
    world = before("offer")
    world.p.taiwan_hazard = np.full(8, 0.4)
    world.state.outage = np.zeros(8)
    t = world.context.t
    world.noise.taiwan = world.noise.taiwan.copy()
    world.noise.taiwan[t] = [0.05, 0.0999, 0.1001, 0.2, 0.39, 0.5, 0.9, 0.0]
    go(world, "offer")
    assert world.state.outage.tolist() == [6, 6, 0, 0, 0, 0, 0, 6]


def test_a_disruption_takes_its_share_of_production_and_wears_off(before: Before, go: Go) -> None:
    world = before("offer")
    world.noise.taiwan = np.ones_like(world.noise.taiwan)
    free, cut = before("offer"), world
    free.noise.taiwan = np.ones_like(free.noise.taiwan)
    free.state.outage, cut.state.outage = np.zeros(8), np.full(8, 3.0)
    go(free, "offer")
    go(cut, "offer")
    assert np.all(cut.state.outage == 2)
    ratio = cut.now.made_to_order / free.now.made_to_order
    assert np.all(ratio < 1 - offer.TAIWAN_LOSS + 0.1)


def test_controls_on_tools_slow_chinese_fabs(before: Before, go: Go) -> None:
    found = []
    for controls in (0, 60, 100):
        world = before("offer", tool_controls=controls, allied_alignment=72)
        go(world, "offer")
        found.append(world.state.domestic.logic.mean())
    assert found[0] > found[1] > found[2]


# --- trade -----------------------------------------------------------------------------------------------------------


def test_what_china_bought_before_counts_against_a_cap(before: Before, go: Go) -> None:
    spec = BASE.with_changes(rules=[{**RULE, "volume_cap_share": 0.1}], levers={"import_permission": 100})
    fresh, used = before("trade", spec=spec), before("trade", spec=spec)
    k = CLASSES.index("H200")
    for w in (fresh, used):
        w.state.on_order[k] = 0.0
    fresh.state.legal_total[k], used.state.legal_total[k] = 0.0, 0.1 * used.state.chips[US, k]
    caps = [_cap(w, k) for w in (fresh, used)]
    assert np.all(caps[0] > caps[1] + 0.9 * china.ORDER_LAG_SHARE * 0.1 * fresh.state.chips[US, k])


def _cap(world: World, k: int) -> np.ndarray:
    china._set_dies(world.context, world.now)
    return np.asarray(china._volume_cap(world.context, world.state, world.now, k))


def test_imports_are_added_to_what_was_bought_before(before: Before, go: Go) -> None:
    world = before("trade", spec=BASE.with_changes(rules=[RULE]), import_permission=100)
    earlier = world.state.legal_total.sum(axis=0)
    go(world, "trade")
    np.testing.assert_allclose(world.state.legal_total.sum(axis=0) - earlier, world.now.legal_chips)
    assert np.all(world.now.legal_chips > 0)


def test_without_beijings_permission_nothing_is_imported(before: Before, go: Go) -> None:
    world = before("trade", spec=BASE.with_changes(rules=[RULE]), import_permission=0)
    go(world, "trade")
    assert np.all(world.now.legal_chips == 0)


def test_smugglers_leave_chips_behind_and_seizures_are_what_they_lose(before: Before, go: Go) -> None:
    world = before("trade")
    world.state.network[:] *= 50
    go(world, "trade")
    books = world.now.ledger
    gone = (world.context.chips.h100e[:, None] * (books["diverted"] + books["seized"])).sum(axis=0)
    assert np.all(gone <= china.MOST_SPOT * world.now.made_to_order * (1 + 1e-9))
    np.testing.assert_allclose(
        books["seized"], (books["seized"] + books["diverted"]) * world.now.caught, rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(world.now.seized_h100e, world.context.chips.h100e @ books["seized"])


def test_networks_shrink_where_hubs_look_and_grow_where_they_do_not(before: Before, go: Go) -> None:
    found = []
    for policing in (0.0, 0.3, 0.95):
        world = before("trade")
        world.state.policing[world.inputs.rows_of("hub")] = policing
        go(world, "trade")
        found.append(world.state.network[world.inputs.rows_of("hub")].mean())
    assert found[0] > found[1] > found[2]


def test_a_closed_cloud_rents_nothing_new(before: Before, go: Go) -> None:
    shut, open_ = before("trade", cloud_rule=100), before("trade", cloud_rule=0)
    for world in (shut, open_):
        go(world, "trade")
    assert np.all(shut.now.newly_rented == 0)
    assert np.all(open_.now.newly_rented > 0)


def test_lines_stand_idle_where_nothing_is_ordered(before: Before, go: Go) -> None:
    full, idle = before("trade"), before("trade")
    idle.state.money[:], idle.state.backlog[:], idle.state.backlog_usd[:] = 1.0, 1.0, 1.0
    idle.state.on_order[:] = 0.0
    for world in (full, idle):
        go(world, "trade")
    assert np.all(idle.now.made_h100e < 0.2 * full.now.made_h100e)
    assert np.all(idle.state.order_price <= full.state.order_price), "a price falls no faster than the fastest"
    assert np.mean(idle.state.order_price < full.state.order_price) > 0.5


def test_chips_go_to_owners_by_what_they_ordered_and_custom_chips_to_the_united_states(before: Before, go: Go) -> None:
    usual, world = before("trade"), before("trade")
    row = world.inputs.actors.index("european_union")
    world.state.backlog[row] *= 3
    for each in (usual, world):
        go(each, "trade")
    delivery = world.now.delivery
    assert np.all(delivery.share[CHINA] == 0)
    np.testing.assert_allclose(delivery.share.sum(axis=0), 1)
    more = delivery.share[row] / usual.now.delivery.share[row]
    assert more.mean() > 1.5
    assert np.all(more > 1.2)
    assert np.all(delivery.of_class(trade.CUSTOM)[1:] == 0)


def test_every_dollar_is_placed_or_given_up_and_what_is_placed_is_paid_or_owed(before: Before, go: Go) -> None:
    world = before("trade")
    owed = world.state.backlog_usd.copy()
    go(world, "trade")
    s, q = world.state, world.now
    np.testing.assert_allclose(owed + q.placed - s.spending - q.refunded, s.backlog_usd, rtol=1e-9, atol=1.0)
    assert np.all(q.placed <= s.money * (1 + 1e-9))
    assert np.all(s.money <= s.wished * (1 + 1e-9))


def test_a_longer_queue_lifts_the_price_and_keeps_buyers_from_ordering(before: Before, go: Go) -> None:
    short, long = before("trade"), before("trade")
    long.state.backlog *= 3
    long.state.backlog_usd *= 3
    for world in (short, long):
        go(world, "trade")
    assert np.all(long.state.order_price > short.state.order_price)
    assert np.all(long.now.placed[US] < short.now.placed[US])


def test_makers_order_capacity_for_what_they_sell_and_not_twice(before: Before, go: Go) -> None:
    base, rich, ordered = before("trade"), before("trade"), before("trade")
    rich.state.money *= 3
    ordered.state.coming = [more + 0.1 for more in ordered.state.coming]
    for world in (base, rich, ordered):
        go(world, "trade")
    assert len(base.state.coming) == market.ORDER_QUARTERS
    assert np.all(rich.state.coming[-1] > base.state.coming[-1])
    assert np.all(ordered.state.coming[-1] < base.state.coming[-1])


def test_china_pays_more_where_it_has_more_money_and_less_to_buy(before: Before, go: Go) -> None:
    base, rich, shut = before("trade"), before("trade"), before("trade", cloud_rule=100)
    rich.state.money[CHINA] *= 2
    for world in (base, rich, shut):
        go(world, "trade")
    assert np.all(rich.state.china_price > base.state.china_price)
    assert np.all(shut.state.china_price > base.state.china_price)
    assert np.all(rich.now.flows[2] > base.now.flows[2])


def test_licensed_chips_wait_in_the_queue_and_orders_end_with_their_license(before: Before, go: Go) -> None:
    world = before("trade", spec=BASE.with_changes(rules=[RULE]), import_permission=100)
    go(world, "trade")
    assert np.all(world.state.on_order.sum(axis=0) > 0)
    owed = world.state.backlog_usd[CHINA].copy()
    assert np.all(owed > 0)
    stopped = before("trade", spec=BASE.with_changes(rules=[DENIAL]))
    stopped.state.on_order, stopped.state.backlog_usd[CHINA] = world.state.on_order, owed
    go(stopped, "trade")
    np.testing.assert_allclose(stopped.now.refunded[CHINA], owed)
    assert np.all(stopped.now.legal_chips == 0)


def _ordered_before(before: Before, go: Go, spec: Scenario, permission: float) -> World:
    """A world under some rules, with the orders of a quarter in which everything was let in."""
    world = before("trade", spec=BASE.with_changes(rules=[RULE]), import_permission=100)
    world.state.on_order[:], world.state.backlog_usd[CHINA] = 0.0, 0.0
    go(world, "trade")
    later = before("trade", spec=spec, import_permission=permission)
    for name in ("on_order", "let_in", "backlog_usd"):
        setattr(later.state, name, getattr(world.state, name).copy())
    return later


HALF = {**RULE, "measure": "license", "approval_share": 0.5}


def test_orders_end_in_the_share_that_licenses_and_beijing_let_through_no_more(before: Before, go: Go) -> None:
    for spec, permission, stays in (
        (BASE.with_changes(rules=[HALF]), 100, 0.5),
        (BASE.with_changes(rules=[RULE]), 25, 0.25),
    ):
        later = _ordered_before(before, go, spec, permission)
        owed, hoard = later.state.backlog_usd[CHINA].copy(), later.state.hoard[CHINA].copy()
        go(later, "trade")
        np.testing.assert_allclose(later.now.refunded[CHINA], (1 - stays) * owed, rtol=1e-6)
        assert np.all(later.state.hoard[CHINA] <= np.maximum(hoard - later.now.refunded[CHINA], 0) + 1)


def test_orders_placed_under_a_stricter_rule_do_not_end_when_the_rule_is_eased_and_tightened_again(
    before: Before, go: Go
) -> None:
    """Each order ends in the share by which the rule became stricter after it, and never twice for the same cut."""
    later = _ordered_before(before, go, BASE.with_changes(rules=[HALF]), 100)
    go(later, "trade")
    k = later.state.on_order[: china.US_N].sum(axis=1).argmax()
    np.testing.assert_allclose(later.state.let_in[k], 0.5)
    china._end_orders(later.context, later.state, later.now, np.ones((len(CLASSES), later.context.runs)))
    np.testing.assert_allclose(later.now.refunded[CHINA], 0, atol=1e-3)


def test_a_quota_holds_what_is_on_order_too(before: Before, go: Go) -> None:
    """What was ordered when there was no quota comes no faster than the quota lets it in, and the rest ends."""
    later = _ordered_before(before, go, BASE.with_changes(rules=[{**RULE, "volume_cap_units": 1000}]), 100)
    queue = later.state.on_order.copy()
    go(later, "trade")
    waiting = np.maximum(later.now.cover, 1.0)
    assert np.all(queue.max(axis=0) > 1e4)
    assert np.all(later.now.bought[: china.US_N].max(axis=0) <= 1001)
    assert np.all(later.state.on_order.max(axis=0) <= 1000 * (waiting + 1))


def test_two_products_at_half_the_licenses_are_half_of_what_is_asked(before: Before, go: Go) -> None:
    """Money that is refused for one chip is not free for the next one in the same quarter."""
    world = before("trade", spec=BASE.with_changes(rules=[RULE]), import_permission=100)
    go(world, "trade")
    case, s, q = world.context, world.state, world.now
    s.power[CHINA] = 1e9
    money = np.full(case.runs, 1e9)
    offers = china._legal_offers(case, s, q, np.ones((len(CLASSES), case.runs)))
    assert len(offers.classes) > 1
    spent = []
    for approved in (1.0, 0.5):
        part = replace(offers, approved=np.full_like(offers.approved, approved))
        spent.append((china._units_for(case, s, q, part, money) * offers.price).sum(axis=0))
    np.testing.assert_allclose(spent[0], money, rtol=1e-3)
    np.testing.assert_allclose(spent[1], 0.5 * spent[0], rtol=1e-3)


def test_only_what_is_made_or_reopened_is_on_offer(before: Before, go: Go) -> None:
    """A class of the roadmap is no old line; an old one is reopened where nothing else may go."""
    world = before("trade", spec=BASE, import_permission=100)
    case, now = world.context, world.now
    now.approval, now.leeway = np.ones(len(CLASSES)), Leeway.of(np.full(case.runs, AS_WRITTEN))
    offered = [CLASSES[k] for k in china._on_offer(case, world.state, now)]
    made = [name for name in CLASSES[: china.CUSTOM] if case.inputs.capacity_share[case.t, CLASSES.index(name)] > 0]
    assert set(offered) == set(made)
    now.approval = np.array([0.3 if name == "H200" else 0.0 for name in CLASSES])
    assert [CLASSES[k] for k in china._on_offer(case, world.state, now)] == ["H200"]
    now.approval[CLASSES.index("FEYNMAN")] = 1.0
    assert [CLASSES[k] for k in china._on_offer(case, world.state, now)] == ["H200"]


def test_the_queue_at_the_edge_has_chinas_licensed_chips_too(before: Before, go: Go) -> None:
    """Imports after the data go on from those of its last quarter; they do not wait for a queue to form."""
    world = before("trade", "2024-Q4")
    go(world, "trade")
    bought, queue = world.now.bought[: china.US_N], world.state.on_order[: china.US_N]
    assert np.all(bought.sum(axis=0) > 0)
    np.testing.assert_allclose(queue, bought * world.context.p.order_backlog)
    assert np.all(world.state.backlog_usd[CHINA] > 0)


def test_china_orders_no_more_licensed_chips_than_it_can_power(before: Before, go: Go) -> None:
    spec = BASE.with_changes(rules=[RULE])
    base, dark = (before("trade", spec=spec, import_permission=100, china_spending=400) for _ in range(2))
    dark.state.power[CHINA] = dark.state.power_need[CHINA]
    dark.state.power_added[CHINA] = 1.0
    for world in (base, dark):
        go(world, "trade")
    assert np.all(dark.now.ordered.sum(axis=0) < 0.1 * base.now.ordered.sum(axis=0))


def test_chips_held_to_a_number_are_not_smuggled_in_greater_number(before: Before, go: Go) -> None:
    """A quota for a hub holds its route too; what it may not order is no reason to plan for less of the rest."""
    rule = {**RULE, "destination": "southeast_asia"}
    free, capped, half = (
        before("trade", spec=BASE.with_changes(rules=[{**rule, **terms}]))
        for terms in ({}, {"volume_cap_units": 1}, {"approval_share": 0.5})
    )
    for world in (free, capped, half):
        go(world, "trade")
    route = free.inputs.route_rows.index(free.inputs.actors.index("southeast_asia"))
    assert np.all(capped.now.arrived[route] < 100)
    assert np.all(free.now.arrived[route] > 1000)
    row = free.inputs.actors.index("southeast_asia")
    assert np.all(half.now.placed[row] < 0.7 * free.now.placed[row])
    np.testing.assert_allclose(half.state.executed[row], free.state.executed[row], rtol=0.05)


def test_partners_order_no_more_than_their_own_power_carries(before: Before, go: Go) -> None:
    base, dark = before("trade"), before("trade")
    row = base.inputs.actors.index("european_union")
    dark.state.power[row], dark.state.power_added[row] = dark.state.power_need[row] * 0.5, 0.0
    for world in (base, dark):
        go(world, "trade")
    assert np.all(dark.now.placed[row] < 0.01 * base.now.placed[row])
    np.testing.assert_allclose(dark.now.placed[row + 1], base.now.placed[row + 1])


def test_lines_for_custom_chips_do_not_make_merchant_ones(before: Before, go: Go) -> None:
    world = before("trade")
    world.state.backlog[3:] *= 1e3
    go(world, "trade")
    h = world.context.chips.h100e[:, None]
    merchant = (world.now.delivery.left * h)[: trade.CUSTOM].sum(axis=0)
    assert np.all(merchant <= world.now.made_to_order * (1 + 1e-9))


def test_one_hubs_policing_moves_its_own_route(before: Before, go: Go) -> None:
    base, hard = before("trade"), before("trade")
    rows = base.inputs.rows_of("hub")
    hard.state.policing[rows.start] = 0.95
    for world in (base, hard):
        go(world, "trade")
    mine = base.inputs.route_rows.index(rows.start)
    other = base.inputs.route_rows.index(rows.stop - 1)
    assert np.all(hard.now.arrived[mine] < base.now.arrived[mine])
    assert hard.now.arrived[mine].sum() < 0.8 * base.now.arrived[mine].sum()
    assert np.all(hard.now.arrived[other] >= base.now.arrived[other])


@pytest.mark.parametrize("lever", ["location_verification", "hub_policing", "enforcement"])
def test_everything_that_watches_lowers_diversion(before: Before, go: Go, lever: str) -> None:
    low, high = before("trade", **{lever: 0}), before("trade", **{lever: 10 if lever == "enforcement" else 100})
    for world in (low, high):
        go(world, "trade")
    assert np.all(high.now.diverted < low.now.diverted)
