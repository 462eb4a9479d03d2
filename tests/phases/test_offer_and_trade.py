"""What can be made, what China may buy, and what is left for the others."""

from collections.abc import Callable

import numpy as np
import pytest

from agents.rows import CHINA, US
from sim.engine.phases import china, offer, trade
from sim.engine.world import World
from sim.equations.chips import CLASSES
from tests.phases.conftest import BASE, Before

Go = Callable[[World, str], None]
RULE = {
    "id": "mine", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "licence", "approval_share": 1.0,
    "priority": 90, "title": "A rule", "summary": "A rule of one's own.", "source": "a test", "as_of": "2026-11-01",
    "tier": "judgement",
}  # fmt: skip


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
    cut.state.outage = np.full(8, 3.0)
    go(free, "offer")
    go(cut, "offer")
    assert np.all(cut.state.outage == 2)
    ratio = cut.now.made_to_order / free.now.made_to_order
    assert np.all(ratio < 1 - offer.TAIWAN_LOSS + 0.1)


def test_makers_do_not_add_to_full_shelves(before: Before, go: Go) -> None:
    empty, full = before("offer"), before("offer")
    empty.state.inventory[:], full.state.inventory[:] = 0.0, 1e9
    go(empty, "offer")
    go(full, "offer")
    made = empty.now.capacity > 0
    np.testing.assert_allclose(full.now.capacity[made], 0.1 * empty.now.capacity[made])


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
    fresh.state.legal_total[k], used.state.legal_total[k] = 0.0, 0.1 * used.state.chips[US, k]
    caps = [china._volume_cap(w.context, w.state, w.now, k, np.ones(8)) for w in (fresh, used)]
    assert np.all(caps[0] > caps[1] + 0.9 * china.ORDER_LAG_SHARE * 0.1 * fresh.state.chips[US, k])


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
    world.state.network[:] = 0.5
    go(world, "trade")
    books = world.now.ledger
    assert np.all(books["diverted"] + books["seized"] <= 0.9 * books["delivered"] + 1e-6)
    np.testing.assert_allclose(
        books["seized"], (books["seized"] + books["diverted"]) * world.now.caught, rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(world.now.seized_h100e, world.context.chips.h100e @ books["seized"])


def test_smugglers_never_take_all_that_is_sold(before: Before, go: Go, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that would carry more than there is leaves a tenth of every class to those who bought it."""
    buy = china.buy

    def flooded(*a: object) -> None:
        buy(*a)  # type: ignore[arg-type]
        world.now.arrived = np.full(8, 1e12)

    world = before("trade")
    monkeypatch.setattr(china, "buy", flooded)
    go(world, "trade")
    books = world.now.ledger
    taken = (books["diverted"] + books["seized"])[: trade.CUSTOM]
    np.testing.assert_allclose(taken, 9 * world.now.delivery.left[: trade.CUSTOM])


def test_networks_shrink_where_hubs_look_and_grow_where_they_do_not(before: Before, go: Go) -> None:
    found = []
    for policing in (0.0, 0.3, 0.95):
        world = before("trade")
        world.state.policing[world.inputs.rows_of("hub")] = policing
        go(world, "trade")
        found.append(world.state.network.mean())
    assert found[0] > found[1] > found[2]


def test_a_closed_cloud_rents_nothing_new(before: Before, go: Go) -> None:
    shut, open_ = before("trade", cloud_rule=100), before("trade", cloud_rule=0)
    for world in (shut, open_):
        go(world, "trade")
    assert np.all(shut.now.newly_rented == 0)
    assert np.all(open_.now.newly_rented > 0)


def test_what_money_cannot_take_stays_on_the_shelf(before: Before, go: Go) -> None:
    world = before("trade")
    world.state.spending[:] = 1.0
    shelf = world.state.inventory.copy()
    go(world, "trade")
    assert np.all(world.state.inventory.sum(axis=0) > shelf.sum(axis=0))
    assert np.all(world.now.ledger["delivered"][:13].sum(axis=0) < 0.01 * world.state.inventory.sum(axis=0))


def test_chips_go_to_owners_by_their_money_and_custom_chips_to_the_united_states(before: Before, go: Go) -> None:
    world = before("trade")
    world.state.spending[2] *= 3
    go(world, "trade")
    delivery = world.now.delivery
    assert np.all(delivery.share[CHINA] == 0)
    np.testing.assert_allclose(delivery.share.sum(axis=0), 1)
    ratio = delivery.share[2] / delivery.share[3]
    np.testing.assert_allclose(ratio, world.state.spending[2] / world.state.spending[3])
    assert np.all(delivery.of_class(trade.CUSTOM)[1:] == 0)


@pytest.mark.parametrize("lever", ["location_verification", "hub_policing", "enforcement"])
def test_everything_that_watches_lowers_diversion(before: Before, go: Go, lever: str) -> None:
    low, high = before("trade", **{lever: 0}), before("trade", **{lever: 10 if lever == "enforcement" else 100})
    for world in (low, high):
        go(world, "trade")
    assert np.all(high.now.diverted < low.now.diverted)
