"""Stocks and power, ideas, runs and releases, and what everybody sees of them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from agents.allocation import POWER, STAFF
from agents.rows import CHINA, US
from sim.engine.delivery import lose
from sim.engine.phases import build
from sim.engine.phases.record import Log
from sim.engine.world import World
from sim.equations import people
from sim.equations.chips import CLASSES
from tests.phases.conftest import Before

Go = Callable[[World, str], None]


# --- build -----------------------------------------------------------------------------------------------------------


def test_what_was_delivered_twenty_two_quarters_ago_retires(before: Before, go: Go) -> None:
    world = before("build", "2029-Q1")
    assert len(world.state.deliveries) == build.LIFE
    old, stock = world.state.deliveries[0], world.state.chips.copy()
    go(world, "build")
    gone = stock + 0.0
    world.now.delivery.join(gone)
    np.testing.assert_allclose((gone - world.state.chips).sum(axis=0), old.total(), rtol=1e-6, atol=1e-3)
    assert len(world.state.deliveries) == build.LIFE


def test_chips_that_are_lost_do_not_retire_again(before: Before, go: Go) -> None:
    """A mechanism may take chips off China's stock: what is left retires, and no more."""
    world, other = before("build", "2029-Q1"), before("build", "2029-Q1")
    stock = world.state.chips.copy()
    gone = lose(world.state.chips, world.state.deliveries, np.full(stock[CHINA].shape, 0.25), CHINA)
    np.testing.assert_allclose(gone, 0.25 * stock[CHINA])
    world.now.delivery, other.now.delivery = (replace(d, left=0 * d.left, china=0 * d.china) for d in (
        world.now.delivery, other.now.delivery))  # fmt: skip
    for one in (world, other):
        go(one, "build")
    left = np.ones(len(stock))
    left[CHINA] = 0.75
    np.testing.assert_allclose(world.state.chips, left[:, None, None] * other.state.chips, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(world.now.retired_china, 0.75 * other.now.retired_china, rtol=1e-9, atol=1e-6)


def test_rented_compute_wears_out_like_chips(before: Before, go: Go) -> None:
    world = before("build", cloud_rule=0)
    world.now.newly_rented = np.zeros(8)
    world.state.rented[2:] = 1000.0
    go(world, "build")
    np.testing.assert_allclose(world.state.rented[2:], 1000 * (1 - 1 / build.LIFE))


def test_a_closed_cloud_takes_rented_compute_away_sooner(before: Before, go: Go) -> None:
    world = before("build", cloud_rule=100)
    world.now.newly_rented = np.zeros(8)
    world.state.rented = np.full(8, 1000.0)
    go(world, "build")
    assert np.all(world.state.rented < 1000 * (1 - 1 / build.LIFE) - 100)


def test_what_china_rents_its_hosts_cannot_use(before: Before, go: Go) -> None:
    world = before("build")
    world.now.newly_rented = np.full(8, 1e5)
    go(world, "build")
    s = world.state
    np.testing.assert_allclose(s.used_train.sum(axis=0), (s.own_train * s.running).sum(axis=0), rtol=1e-9)
    assert np.all(s.used_train[CHINA] > (s.own_train * s.running)[CHINA])


def test_chips_without_power_do_not_run(before: Before, go: Go) -> None:
    world = before("build")
    world.state.power[:] *= 0.1
    go(world, "build")
    assert np.all(world.state.running[US] < 0.5)
    assert np.all(world.now.power_used <= world.state.power * (1 + 1e-9))


@pytest.mark.parametrize(("lever", "row"), [("us_power", US), ("china_power", CHINA)])
def test_power_is_built_by_whose_lever_it_is(before: Before, go: Go, lever: str, row: int) -> None:
    usual, twice = before("build"), before("build", **{lever: 200})
    for world in (usual, twice):
        world.state.power_growth[:], world.state.ai_share[:] = 1.0, 0.5
        world.state.power_need[:], world.state.power[:] = 0.0, 1e4
        go(world, "build")
    ratio = twice.state.power_added / np.maximum(usual.state.power_added, 1e-12)
    # Twice the sites and permits are built with the money that there is: it rises toward them, by the lever too.
    paid = [world.state.budget[row] * world.state.money_use[row, POWER] for world in (usual, twice)]
    assert np.all(paid[1] > 1.02 * paid[0])
    assert np.all((ratio[row] > 1.02) & (ratio[row] <= 2))
    for world, money in zip((usual, twice), paid, strict=True):
        least = world.inputs.megawatt_usd[row] * world.state.power_added[row]
        assert np.all(money >= least * (1 - 1e-9))  # nobody builds below the usual cost
    np.testing.assert_allclose(np.delete(ratio, row, axis=0), 1, rtol=0.05)


# --- research --------------------------------------------------------------------------------------------------------


def test_ideas_are_seen_a_publication_lag_later(before: Before) -> None:
    from sim.engine.phases.research import _published

    world = before("research")
    world.state.best_efficiency[:, : world.context.t + 1] = np.arange(world.context.t + 1)[:, None]
    world.p.publication_lag = np.array([0.0, 1.0, 2.0, 2.5, 4.0, 0.5, 3.0, 8.0])
    seen = world.context.t - world.p.publication_lag
    np.testing.assert_allclose(_published(world.context, world.state), np.broadcast_to(seen, (3, 8)))


def test_who_is_behind_learns_and_who_leads_does_not(before: Before, go: Go) -> None:
    world = before("research")
    world.p.publication_lag = np.zeros(8)
    world.state.efficiency[:] = 1.0
    world.state.efficiency[US] = 3.0
    world.p.algorithm_growth = np.zeros(8)
    go(world, "research")
    assert np.all(world.state.efficiency[CHINA] > 1.0)
    np.testing.assert_allclose(world.state.efficiency[US], 3.0, atol=1e-6)


def test_talent_that_china_keeps_is_talent_that_others_lack_and_costs_what_others_pay(before: Before) -> None:
    some, all_ = (before("research", china_talent=x) for x in (50, 100))
    moved = all_.state.moved
    assert np.all(moved > 0)
    assert np.all(some.state.moved == 0)
    np.testing.assert_allclose(all_.state.people[US], all_.state.trained[US] - moved)
    np.testing.assert_allclose(all_.state.people[CHINA], all_.state.trained[CHINA] + moved)
    assert np.all(all_.now.talent_usd > 0)
    paid = all_.state.budget[CHINA] * all_.state.money_use[CHINA, STAFF] - all_.now.talent_usd
    np.testing.assert_allclose(all_.state.pay[CHINA] * all_.state.people[CHINA] / 4, paid)


def test_talent_goes_over_toward_the_lever_and_not_at_once(before: Before) -> None:
    shares = [
        before("research", quarter, china_talent=100).state for quarter in ("2026-Q4", "2027-Q4", "2029-Q3")
    ]  # fmt: skip
    gone = [float(np.median(s.moved / s.trained[US])) for s in shares]
    assert 0 < gone[0] < gone[1] < gone[2] < people.TALENT_MOVED / 2
    assert gone[0] <= people.SPEED * people.TALENT_MOVED / 2


def test_talent_that_comes_is_paid_of_china_s_money_for_people(before: Before) -> None:
    world = before("research", "2027-Q4", china_talent=100)
    s = world.state
    for_people = (s.budget * s.money_use[:, STAFF])[CHINA]
    assert np.all(world.now.talent_usd <= people.MOST_OF_PAY * for_people * (1 + 1e-9))
    np.testing.assert_allclose(s.pay[CHINA] * s.people[CHINA] / 4, for_people - world.now.talent_usd)


# --- train -----------------------------------------------------------------------------------------------------------


def test_a_model_was_trained_on_the_fleet_of_two_quarters_ago(before: Before, go: Go) -> None:
    world = before("train")
    old = [table[0].copy() for table in world.state.fleets]
    assert len(old) == 2
    large, small = before("train"), before("train")
    large.state.used_train *= 1e3
    for later in (large, small):
        go(later, "train")
    np.testing.assert_array_equal(large.now.possible_run, small.now.possible_run)
    np.testing.assert_array_equal(large.state.fleets[-1][0], large.state.used_train)


def test_a_model_comes_out_when_its_clock_says_so(before: Before, go: Go) -> None:
    world = before("train")
    world.state.latent[:], world.p.release_interval = -1e6, np.full(8, 2.0)
    world.noise.release = np.full_like(world.noise.release, 0.9)
    world.noise.release[US, world.context.t] = 0.1
    go(world, "train")
    assert np.all(world.state.latent[US] > -1e6)
    assert np.all(world.state.latent[CHINA] == -1e6)


def test_capability_never_falls_after_the_data(before: Before, go: Go) -> None:
    world = before("train", "2028-Q1")
    earlier = world.state.eci.copy()
    world.noise.surprise = np.full_like(world.noise.surprise, -9.0)
    go(world, "train")
    assert np.all(world.state.eci >= earlier)


def test_the_largest_run_waits_for_its_generation(before: Before, go: Go) -> None:
    world = before("train")
    world.state.largest_run[:] = 20.0
    world.noise.generation = np.ones_like(world.noise.generation)
    go(world, "train")
    assert np.all(world.state.largest_run == 20.0)
    other = before("train")
    other.state.largest_run[:] = 20.0
    other.noise.generation = np.zeros_like(other.noise.generation)
    go(other, "train")
    np.testing.assert_array_equal(other.state.largest_run, other.now.possible_run)


# --- feedback --------------------------------------------------------------------------------------------------------


def test_everybody_sees_who_is_ahead_of_whom(before: Before, go: Go) -> None:
    world = before("feedback")
    world.state.eci[:], world.state.eci[US], world.state.eci[CHINA], world.state.eci[2] = 100.0, 150.0, 140.0, 145.0
    go(world, "feedback")
    seen = world.state.public
    assert np.all(seen.rival_gap[US] == 5)
    assert np.all(seen.rival_gap[CHINA] == -10)
    assert np.all(seen.rival_gap[3] == -50)
    assert np.all(seen.lead == 10)
    assert seen.blocked is world.now.blocked


def test_only_chinese_software_matures_with_a_breakthrough(before: Before) -> None:
    events = [{"kind": "fab_breakthrough", "date": "2027-Q1", "size": 5}]
    from tests.phases.conftest import BASE

    plain, leap = before("offer"), before("offer", spec=BASE.with_changes(events=events))
    for name in ("kappa_train", "kappa_decode"):
        ratio = getattr(leap.now, name) / getattr(plain.now, name)
        ours = [k for k, c in enumerate(CLASSES) if not c.startswith("ASCEND")]
        np.testing.assert_allclose(ratio[ours], 1)
        theirs = np.delete(ratio, ours, axis=0)
        assert np.all(theirs >= 1)
        assert np.all(theirs[:, plain.p.ascend_maturity < 0.9] > 1), "only what is mature already stays"


@pytest.mark.parametrize(
    ("field", "series"),
    [
        ("governance", "governance"), ("stock_h100e", "stock_h100e"), ("made_h100e", "made_h100e"),
        ("seized_h100e", "seized"), ("ledger", "ledger"), ("retired", "ledger"),
    ],
)  # fmt: skip
def test_what_only_the_record_reads_is_computed_only_where_it_is_kept(field: str, series: str, before: Before) -> None:
    world = before("rules")
    for kept, computed in ((("capability",), False), ("ledger" if series == "ledger" else (series,), True)):
        world.log = Log(world.inputs, 8, kept)
        world.step()
        assert hasattr(world.now, field) == computed
