"""What can be worked out by hand comes out."""

from collections.abc import Callable

import numpy as np
import pytest

from agents import plans
from scenarios import load
from sim.engine.world import World
from sim.equations import (
    capability,
    chips,
    compute,
    diversion,
    domestic,
    feedback,
    governance,
    market,
    power,
    research,
    trade,
)
from sim.equations.chips import CLASSES, H100_BF16, catalogue
from tests.engine.values import middle, num, one

# --- growth --------------------------------------------------------------------------------------------------------


def test_constant_research_without_harder_ideas_grows_linearly_in_oom() -> None:
    """So efficiency itself grows exponentially: by exactly the yearly parameter after four quarters."""
    p, a = middle(algorithm_growth=0.4, research_returns=1e12), np.zeros((2, 1))
    for _ in range(8):
        a = a + research.own_growth(np.array([[1.0], [0.5]]), a, p)
    np.testing.assert_allclose(a[:, 0], [0.8, 0.4], rtol=1e-9)


def test_ideas_get_harder_to_find_at_the_stated_rate() -> None:
    """Growth falls by 10^(−labor exponent / returns) for each order of magnitude already found."""
    p = middle(algorithm_growth=0.4, labour_exponent=0.5, research_returns=1.25)
    early, late = (research.own_growth(one(1), one(a), p) for a in (0.0, 1.0))
    assert num(late / early) == pytest.approx(10 ** (-0.4))


def test_own_growth_of_a_quarter_is_capped() -> None:
    assert num(research.own_growth(one(1e9), one(0), middle())) == research.LARGEST_STEP


def test_research_input_is_one_at_the_reference_and_follows_its_exponents() -> None:
    for elasticity in (0.5, 0.999, 2.0):
        p = middle(substitution=elasticity, compute_exponent=0.6, labour_exponent=0.6)
        x, n = research.REFERENCE_EXPERIMENTS, research.REFERENCE_LABOUR
        at, by_compute = research.research_input(one(x), one(n), p)
        assert num(at) == pytest.approx(1, rel=1e-9)
        assert num(by_compute) == pytest.approx(num(p.compute_weight), rel=1e-9)
        assert num(research.research_input(one(10 * x), one(10 * n), p)[0]) == pytest.approx(10**0.6, rel=1e-6)


@pytest.mark.parametrize("rate", [0.1, 1.1, 50.0])
def test_diffusion_closes_a_stated_share_of_the_gap(rate: float) -> None:
    """1 − exp(−rate/4) of a wide gap in a quarter, half as much of a narrow one, and nothing for who is ahead."""
    share = 1 - np.exp(-rate / 4)
    learned = research.diffuse(np.array([0.0, 3.0, 2.0 - research.LEARNT_HALF]), np.array([600.0, 2.0, 2.0]), one(rate))
    np.testing.assert_allclose(learned, [share * 600, 0, share * research.LEARNT_HALF / 2], rtol=1e-3)


def test_nothing_jumps_where_a_follower_draws_level() -> None:
    """What is learned falls to nothing at parity without a corner, and no short cut carries anybody past the leader."""
    gap = np.linspace(-0.5, 0.5, 2001)
    learned = research.diffuse(-gap, np.zeros_like(gap), one(1.0))
    slope = np.diff(learned) / np.diff(gap)
    assert np.all(slope > -1e-9)
    assert np.abs(np.diff(slope)).max() < 0.01
    behind = np.linspace(0.0, 40.0, 401)
    for reach in (2.0, 10.0):
        carried = reach * capability.follower_weight(behind, np.full_like(behind, reach))
        assert np.all(carried <= behind + 1e-12)
        assert carried[-1] == pytest.approx(reach, rel=0.03)


def test_openness_is_one_at_todays_settings() -> None:
    assert research.openness_factor(50, 30, 50) == pytest.approx(1.0)
    assert research.openness_factor(100, 30, 50) > 1 > research.openness_factor(0, 30, 50) > 0
    assert research.openness_factor(50, 100, 50) < 1 < research.openness_factor(50, 30, 100)


def test_capacity_that_was_ordered_before_the_data_end_grows_as_the_parameter_says(
    make_world: Callable[..., World],
) -> None:
    """Without luck production grows by technology and by what was ordered for the first five quarters, and no more."""
    fixed = {"supply_growth": 1.6, "cost_fall": 0.15}  # a pace that does not fade
    w = make_world(load("current_policy").with_changes(parameters=fixed, switches={"luck": False}), runs=8, until=2030)
    levels = []
    for _ in range(w.inputs.steps):
        w.step()
        levels.append(w.state.supply_level.copy())
    future = np.array(levels[w.inputs.supply_data_steps - 1 :])[: market.ORDER_QUARTERS + 1]
    np.testing.assert_allclose(future[1:] / future[:-1], 1.6**0.25, rtol=1e-9)


def test_growth_that_fades_from_a_pace_to_itself_is_constant() -> None:
    for year in (2026.0, 2029.0, 2040.0):
        assert num(domestic.growth(one(domestic.LATE_GROWTH), year, 1.0)) == pytest.approx(domestic.LATE_GROWTH**0.25)
        assert num(power.additions_growth(one(power.LATE_GROWTH), year)) == pytest.approx(power.LATE_GROWTH**0.25)


def test_money_without_elasticity_beyond_one_stays_what_it_is() -> None:
    """Dearer compute keeps money away where demand is elastic; it brings none that was not planned."""
    money, dear = one(100), np.log(one(2 * trade.REFERENCE))
    for elasticity, spent in ((1.0, 100.0), (2.0, 50.0), (0.5, 100.0)):
        p = middle(price_elasticity=elasticity)
        assert num(trade.spendable(money, dear, p)) == pytest.approx(spent)
        assert num(trade.spendable(money, np.log(one(trade.REFERENCE)), p)) == pytest.approx(100)


def channels(**changed: float) -> trade.Supply:
    """A market of Chinese chips alone, until a test adds channels."""
    usual = {
        "legal": 0.0,
        "dear": 0.0,
        "domestic": 50.0,
        "most_diverted": 1e-9,
        "hosts": 0.0,
        "most_rented": 1e-9,
    } | changed
    routes = {name: np.full((1, 1), changed.get(name, 0.0)) for name in ("networks",)}
    routes["risk"] = trade.costs(np.zeros((1, 1)))
    routes["response"] = np.full((2, 1), 0.5)
    return trade.Supply(**{n: one(v) for n, v in usual.items() if n not in routes}, **routes)


def test_chinas_price_is_what_its_money_makes_of_what_there_is() -> None:
    p = middle(price_elasticity=1.0)
    price, licensed, _ = trade.clear(one(0.0), one(100), channels(), p)
    assert num(np.exp(price)) == pytest.approx(2.0)
    assert num(licensed) == 0


def test_licensed_chips_take_what_is_left_at_their_own_price() -> None:
    """Cheap and many, they set the price; few, they only add to what there is; dear, nobody buys them."""
    p = middle(price_elasticity=1.0)
    for legal, dear, price, bought in (
        (1e3, np.log(1.2), 1.2, 100 - 1.2 * 50), (20.0, np.log(1.2), 80 / 50, 20.0), (1e3, np.log(3.0), 2.0, 0.0),
    ):  # fmt: skip
        x, licensed, found = trade.clear(one(0.3), one(100), channels(legal=legal, dear=dear), p)
        assert num(np.exp(x)) == pytest.approx(price, rel=1e-3)
        assert num(licensed) == pytest.approx(bought, rel=1e-6)
        assert num(found.cost + licensed) == pytest.approx(100, rel=1e-3)


def test_a_quarter_delivers_nearly_all_of_a_short_queue_and_its_production_of_a_long_one() -> None:
    assert num(market.delivered_share(one(1e-6))) == pytest.approx(1, abs=1e-5)
    assert num(market.delivered_share(one(20.0)) * 20) == pytest.approx(1, abs=1e-6)
    assert num(market.placed_share(one(market.ORDERS_STOP))) == 0.5


def test_the_price_follows_cost_at_a_normal_queue_and_never_passes_below_it() -> None:
    p = middle(price_response=0.3)
    price = market.next_price(one(100), one(20), one(market.NORMAL_COVER), one(0.2), p, one(0.0))
    assert num(price) == pytest.approx(100 * np.exp(-0.05))
    assert num(market.next_price(one(100), one(90), one(0.1), one(0.2), p, one(0.0))) == pytest.approx(120)
    longer = market.next_price(one(100), one(20), one(2 * market.NORMAL_COVER), one(0.2), p, one(0.0))
    assert num(longer) == pytest.approx(100 * np.exp((-0.2 + 0.3 * np.log(2)) / 4))


def test_capacity_is_not_ordered_twice_and_never_beyond_its_limit() -> None:
    p = middle(capacity_limit=0.5, capacity_limit_late=0.1)

    def ordered(wanted: float, coming: float = 0.0, year: float = 2027.0) -> float:
        return num(market.added_capacity(one(wanted), one(100), one(0.0), one(coming), one(0.0), p, year))

    assert ordered(100.0) == pytest.approx(0, abs=1e-12)
    assert ordered(200.0, coming=np.log(2.0)) == pytest.approx(0, abs=1e-12)
    assert ordered(1e6) == pytest.approx(0.5 / 4, rel=1e-3)
    assert ordered(1e6, year=2080.0) == pytest.approx(0.1 / 4, rel=1e-3)
    assert ordered(1e-3) == pytest.approx(-market.SLOWEST_EXIT / 4, rel=1e-3)


def test_smuggling_networks_grow_where_they_pay_and_not_beyond_their_limit() -> None:
    p = middle(network_limit=0.1, network_speed=0.8)
    risk = diversion.risk(one(0.3)[None], one(0.1))
    assert num(risk) == pytest.approx(0.1 / 0.9)

    def grown(share: float, street: float) -> float:
        return num(diversion.adapt(one(share)[None], p, one(street), risk, one(0.3)[None], one(1.0))) / share

    assert grown(0.02, 2.5) > 1 > grown(0.02, 1.1)
    assert grown(0.1, 2.5) == pytest.approx(1)
    assert num(diversion.caught_share(middle(catch_rate=0.1), one(1.0))) == pytest.approx(0.1)
    assert num(diversion.caught_share(middle(catch_rate=0.1), one(0.0))) == 0


# --- chips ---------------------------------------------------------------------------------------------------------


def test_roofline_of_the_h20() -> None:
    """148 dense BF16 and 296 8-bit TFLOP/s beside 989 and 1,979; 4.0 TB/s beside 3.35.

    Training is bound by arithmetic: 0.15. Decoding at 50 FLOP a byte is bound by memory on both: 4.0 / 3.35 = 1.19;
    at a high intensity both are bound by arithmetic, 0.15 again.
    """
    k, c = CLASSES.index("H20"), catalogue()
    train = compute.train_equivalents(c, middle())[0][k]
    assert num(train) == pytest.approx(148 / 989.4, rel=0.01)
    low, high = (compute.decode_equivalent(c, middle(decode_intensity=i))[k] for i in (50, 5000))
    assert num(low) == pytest.approx(4.0 / 3.35, rel=1e-6)
    assert num(high) == pytest.approx(296 / 1979, rel=0.01)


def test_roofline_at_the_kink() -> None:
    """An H100 with 70% of 1,979 TFLOP/s and 80% of 3.35 TB/s turns from memory to arithmetic at 517 FLOP a byte."""
    kink = 0.7 * 1979 / (0.8 * 3.35)
    b300 = CLASSES.index("B300")
    c = catalogue()
    for intensity in (kink / 2, kink * 2):
        rate = [min(0.7 * c.fp8_tflops[k], 0.8 * c.bandwidth[k] * intensity) for k in (b300, compute.H100)]
        found = compute.decode_equivalent(c, middle(decode_intensity=intensity))[b300]
        assert num(found) == pytest.approx(rate[0] / rate[1])
    np.testing.assert_allclose(compute.decode_equivalent(c, middle())[compute.H100], 1.0)
    for train in compute.train_equivalents(c, middle()):
        np.testing.assert_allclose(train[compute.H100], 1.0)


def test_a_cut_link_costs_training_but_not_decoding() -> None:
    h800, h100 = CLASSES.index("H800"), CLASSES.index("H100")
    decode = compute.decode_equivalent(catalogue(), middle())
    for train in compute.train_equivalents(catalogue(), middle()):
        assert 0.8 < num(train[h800] / train[h100]) < 1
    assert num(decode[h800] / decode[h100]) == pytest.approx(1, abs=0.01)


def test_catalogue_units_are_dense_8_bit_over_1979() -> None:
    for name in ("H100", "H200", "B200", "B300", "RUBIN", "H20", "ASCEND_910C"):
        k = CLASSES.index(name)
        assert catalogue().h100e[k] == pytest.approx(catalogue().fp8_tflops[k] / 1979, rel=0.03), name
        assert chips.summed(np.eye(len(CLASSES))[k], np.ones((len(CLASSES), 2)) * 3).tolist() == [3, 3]


# --- capability ----------------------------------------------------------------------------------------------------


def test_a_run_like_deepseek_v3() -> None:
    """2,048 H800s for 57 days at 37% utilization: 2,048 · 989e12 · 4.9e6 s · 0.37 = 3.7e24 FLOP (reported 3.3e24).

    The run function fixes its length at four months, so the fleet is scaled to the same chip time.
    """
    fleet, share = 2048 * 57 / 120, 0.01
    p = middle(mfu=0.37, goodput=1.0)
    found = 10 ** num(capability.largest_run(one(fleet / share), one(share), one(0.19), p))
    assert found == pytest.approx(2048 * H100_BF16 * 57 * 86400 * 0.37, rel=1e-6)
    assert 3.3e24 / 1.3 < found < 3.3e24 * 1.3
    doubled = capability.largest_run(one(2 * fleet / share), one(share), one(0.19), p)
    assert 10 ** num(doubled) == pytest.approx(2 * found, rel=1e-6)


def test_cost_of_a_run_is_chip_hours_at_the_price_over_life() -> None:
    """A million H100e hours at 25,000 dollars over 5.5 years, times 1.84 all in and a tenth for energy."""
    p = middle(mfu=0.4, goodput=0.9)
    flop = 1e6 * 3600 * H100_BF16 * 0.4 * 0.9
    expected = 1e6 * 25_000 * 1.84 * 1.1 / (5.5 * 8766)
    assert num(capability.run_cost(one(flop), p, one(25_000))) == pytest.approx(expected, rel=1e-6)


def test_reinforcement_learning_gives_half_its_size_at_the_midpoint() -> None:
    """An absolute amount of compute, whatever the base: 0.1 of 1e26 FLOP."""
    p = middle(rl_form=0, rl_size=17, rl_midpoint=0.1)
    for base in (25.0, 26.0, 28.0):
        gain, value = capability.rl_gain(one(25.0), one(base), p, 1.0)
        assert num(gain) == pytest.approx(8.5)
        above, _ = capability.rl_gain(one(25.01), one(base), p, 1.0)
        assert num(value) == pytest.approx(num((above - gain) / 0.01), rel=0.02)
    far, _ = capability.rl_gain(one(60.0), one(26.0), p, 1.0)
    assert num(far) == pytest.approx(17)


def test_forms_of_reinforcement_differ_far_out() -> None:
    """Far out form 0 stands still, form 1 rises with the base and form 2 by the decade, by the stated points."""
    for form, along_base, along_rl in ((0, 0.0, 0.0), (1, 4.0, 0.0), (2, 0.0, 4.0)):
        p = middle(rl_form=form, rl_size=17, rl_beyond=4.0)
        at = [num(capability.rl_gain(one(r), one(b), p, 1.0)[0]) for r, b in ((60, 48), (60, 49), (61, 48))]
        assert at[1] - at[0] == pytest.approx(along_base, abs=1e-6)
        assert at[2] - at[0] == pytest.approx(along_rl, abs=1e-6)


@pytest.mark.parametrize("form", [0, 1, 2])
def test_the_marginal_value_of_reinforcement_is_the_slope_of_its_gain(form: int) -> None:
    p = middle(rl_form=form)
    for rl in (22.0, 24.0, 25.5, 27.0):
        low, value = capability.rl_gain(one(rl), one(26.5), p, 1.0)
        high, _ = capability.rl_gain(one(rl + 1e-4), one(26.5), p, 1.0)
        assert num(value) == pytest.approx(num(high - low) / 1e-4, rel=1e-3, abs=1e-6)


def test_imported_reasoning_takes_the_place_of_ones_own_only_where_it_is_more() -> None:
    own = np.array([0.0, 10.0, 10.0])
    np.testing.assert_allclose(capability.imported(own, np.array([10.0, 0.0, 10.0])), [100 / 11, 10, 10])


def test_points_of_scale_and_a_slowdown() -> None:
    p = middle(points_per_oom=7.0)
    steps = [num(capability.scaled(one(x), p, one(27.0), 0.5)) for x in (26, 27, 28)]
    assert steps[1] - steps[0] == pytest.approx(7)
    assert steps[2] - steps[1] == pytest.approx(3.5)
    assert num(capability.scaled(one(28), p, one(27.0), 0)) == pytest.approx(7 * 28)


def test_short_cuts_of_followers_vanish_for_a_leader_and_add_to_their_total() -> None:
    p = middle()
    behind = np.array([[-20.0], [1e6]])
    reach = p.points_per_oom * p.follower_efficiency
    weight = capability.follower_weight(behind, reach)
    terms = [size * weight for size in capability.follower_terms(p, 2026.0, 1.0, 1.0)]
    total = sum(terms)
    assert num(total[0, 0]) == pytest.approx(0, abs=1e-6)
    assert num(total[1, 0]) == pytest.approx(num(p.follower_efficiency), rel=1e-6)
    assert num(terms[2][1, 0] / total[1, 0]) == pytest.approx(num(p.distillation_share), rel=1e-6)
    assert capability.follower_ramp(2026.0) == pytest.approx(1)
    assert capability.follower_ramp(2022.0) == 0


def test_the_largest_run_follows_money_and_the_fleet() -> None:
    """At the edge nothing changes; money at its weight, a larger fleet against it, and a smooth limit."""
    p = middle(run_value=0.5, run_money=0.6)
    edge, level = one(0.01), one(0.0)
    assert num(plans.run_share(edge, level, level, level, level, p)) == pytest.approx(0.01, rel=1e-3)
    richer = plans.run_share(edge, np.log(one(4.0)), np.log(one(4.0)), level, level, p)
    assert num(richer) == pytest.approx(0.01 * 4**0.6, rel=1e-2)
    wider = plans.run_share(edge, level, level, level, np.log(one(10.0)), p)
    assert num(wider) == pytest.approx(0.01 * 10**-0.6, rel=1e-2)
    assert num(plans.run_share(edge, one(20.0), one(20.0), level, level, p)) <= plans.MOST_OF_FLEET
    above = num(plans.run_share(one(0.3), level, level, level, level, p))
    assert above == pytest.approx(0.3, rel=0.02), "at the edge of the data nothing changes for who has more in one run"


def test_help_of_ai_for_research_passes_through_its_two_anchors() -> None:
    """The stated uplift at ECI 165, and the coder's at the coder's ECI, which is half of the ceiling's rise."""
    p = middle(uplift_now=1.35, uplift_coder=10, coder_eci=196)
    ceiling, width = research.uplift_scale(p)
    assert num(research.uplift(one(165), p, ceiling, width)) == pytest.approx(1.35, rel=1e-6)
    assert num(research.uplift(one(196), p, ceiling, width)) == pytest.approx(10, rel=1e-6)
    assert num(research.uplift(one(196), p, ceiling, width)) == pytest.approx(1 + (num(ceiling) - 1) / 2)
    assert num(research.uplift(one(400), p, ceiling, width)) == pytest.approx(num(ceiling), rel=1e-3)


def test_revenue_at_the_reference_and_for_nobody() -> None:
    p = middle()
    reference = feedback.REFERENCE_REVENUE
    found = num(feedback.revenue(one(165), one(feedback.REFERENCE_SERVED), p))
    assert found == pytest.approx(reference / (1 + reference / feedback.LARGEST_REVENUE), rel=1e-6)
    assert num(feedback.revenue(one(300), one(0), p)) == 0
    assert num(feedback.revenue(one(1000), one(1e9), p)) <= feedback.LARGEST_REVENUE * (1 + 1e-12)
    two = feedback.revenue(np.full((2, 1), 250.0), np.full((2, 1), 1e9), p)
    assert num(two.sum()) < feedback.LARGEST_REVENUE, "all share one market"
    assert num(two[0]) < num(feedback.revenue(one(250), one(1e9), p))


def test_governance_indices_by_hand() -> None:
    """Two actors at the frontier, 3:1 in compute, one under oversight; one far behind does not count."""
    eci, used = np.array([[180.0], [180.0], [100.0]]), np.array([[3.0], [1.0], [9.0]])
    serving, safety = np.full((3, 1), 0.5), np.array([[0.04], [0.0], [0.5]])
    weights, bloc = np.array([[1.0], [0.0], [1.0]]), np.array([[1.0], [0.0], [0.0]])
    found = governance.indices(eci, used, serving, safety, weights, bloc, middle(accident_hazard=0.01))[:, 0]
    np.testing.assert_allclose(found, [3.0, 100 * (1 - np.exp(-0.01)), 25.0, 75.0, 100 * 3 / 13], rtol=1e-6)
    fast = governance.indices(eci + 100, used, serving, 0 * safety, weights, bloc, middle(accident_hazard=0.06))
    assert fast[1, 0] <= 100


# --- power ---------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_at_home_runs_abroad_where_there_is_room() -> None:
    """The US needs 10, of which 2 stand with an ally, and has 6 at home: 2 wait for room.

    The ally needs 1 of its 4, so there is room for 1 more; China has 5 spare and hosts nobody: 9 of 10 run.
    """
    need, available = np.array([[10.0], [2.0], [1.0]]), np.array([[6.0], [7.0], [4.0]])
    hosted = np.array([[0.8], [0.0], [0.2]])
    share, used = power.running_share(need, available, hosted, owner=0, apart=1)
    np.testing.assert_allclose(share[:, 0], [0.9, 1.0, 1.0])
    np.testing.assert_allclose(used[:, 0], [6.0, 2.0, 4.0])
