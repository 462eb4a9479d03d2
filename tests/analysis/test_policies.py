"""Price list, attribution and regret: axioms on small games, signs on the simulator."""

from itertools import permutations

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from sim import compare
from sim.analysis.attribution import MOST, attribute, mixture, of_game, players, shapley
from sim.analysis.prices import price_list
from sim.analysis.regret import Policy, Regret, policy_of, regret
from sim.outcomes.scalar import parse
from sim.paired import paired, paired_share

LEAD = parse("lead_months@2028")
DIVERTED = parse("flows_china.diverted@2028")
FEW = [LEVERS[name] for name in ("enforcement", "location_verification", "revenue_share", "chip_push")]


@pytest.fixture(scope="module")
def listed():
    return price_list(load("current_policy"), [LEAD, DIVERTED, parse("us_ahead@2028")], runs=64, levers=FEW)


def test_a_price_is_the_comparison_of_two_scenarios(listed):
    price = next(p for p in listed.prices if p.lever.name == "enforcement" and p.value == 10)
    pair = compare(load("current_policy"), load("current_policy").with_levers(enforcement=10), runs=64, until=2028)
    effect = pair.effect("lead_months", 2028)
    found = price.effects[str(LEAD)]
    assert (found.mean, found.low, found.high) == (effect.mean, effect.mean_low, effect.mean_high)
    assert (found.p05, found.p95) == (effect.p05, effect.p95)
    change = pair.outcome_changes()["us_ahead"]
    assert vars(price.effects["us_ahead@2028"])["mean"] == change["change"]


def test_prices_have_the_signs_that_they_must_have(listed):
    by = {(p.lever.name, p.value, bool(p.company)): p for p in listed.prices}
    assert by["enforcement", 10, False].effects[str(DIVERTED)].high < 0
    assert by["enforcement", 0, False].effects[str(DIVERTED)].low > 0
    assert by["location_verification", 100, False].effects[str(LEAD)].low > 0
    company, alone = (by["revenue_share", 60, kind].effects[str(LEAD)] for kind in (True, False))
    assert company.is_clear
    assert abs(alone.mean) < 0.1 * company.mean  # it has nothing to act on


def test_a_lever_that_is_there_already_moves_nothing(listed):
    there = next(p for p in listed.prices if p.lever.name == "location_verification" and p.value == 0)
    assert there.already
    assert there.effects[str(LEAD)].mean == there.effects[str(LEAD)].high == 0
    assert there.effects["us_ahead@2028"].high == 0


def test_all_levers_are_listed_by_how_much_they_move_the_lead():
    listed = price_list(load("current_policy"), [parse("lead_months@2027")], runs=8)
    assert {p.lever.name for p in listed.prices} == set(LEVERS)
    alone, company = (sum(bool(p.company) is kind for p in listed.prices) for kind in (False, True))
    assert alone == 2 * len(LEVERS)
    assert company == 2 * sum(bool(lever.setting) for lever in LEVERS.values())
    sizes = [max(abs(p.effects[listed.lead].mean) for p in group) for group in listed.by_lever()]
    assert sizes == sorted(sizes, reverse=True)
    assert listed.frame().height == alone + company


def test_an_interval_covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = sum(effect.low <= 0.3 <= effect.high for effect in (paired(rng.normal(0.3, 2, 200)) for _ in range(500)))
    assert 0.86 <= hits / 500 <= 0.94


def test_a_share_that_nothing_changes_is_not_known_exactly():
    none = np.zeros(100)
    assert paired_share(none, none).high == pytest.approx(0.023)
    assert paired_share(none, none, same=True).high == 0


# --- attribution ----------------------------------------------------------------------------------------------------


def by_orders(count, worth):
    """Shapley values by their definition: the mean over all orders."""
    orders = list(permutations(range(count)))
    values = np.zeros(count)
    for order in orders:
        for i, player in enumerate(order):
            before = frozenset(order[:i])
            values[player] += worth(before | {player}) - worth(before)
    return values / len(orders)


def glove(players):
    """One left glove, two right ones: a pair is worth one."""
    return float(0 in players and bool(players & {1, 2}))


def test_shapley_values_are_the_mean_over_all_orders():
    assert of_game(3, glove) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert of_game(3, glove) == pytest.approx(by_orders(3, glove))
    rng = np.random.default_rng(1)
    table = {frozenset(i for i in range(4) if row >> i & 1): rng.normal() for row in range(16)}
    assert of_game(4, table.__getitem__) == pytest.approx(by_orders(4, table.__getitem__))


def test_shapley_values_add_up_and_give_a_dummy_nothing():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(16, 50))
    values[8:] = values[:8]  # the last player changes nothing
    found = shapley(4, values)
    assert found.sum(axis=0) == pytest.approx(values[-1] - values[0])
    assert found[3] == pytest.approx(0)
    assert shapley(4, 2 * values) == pytest.approx(2 * found)


def test_an_attribution_adds_up_to_the_difference():
    one, two = load("current_policy"), load("current_policy").with_levers(enforcement=8, cloud_rule=90, hub_policing=80)
    found = attribute(one, two, LEAD, runs=32)
    assert sum(share.shapley.mean for share in found.shares) == pytest.approx(found.whole.mean, abs=1e-9)
    pair = compare(one, two, runs=32, until=2028)
    assert found.whole.mean == pytest.approx(pair.effect("lead_months", 2028).mean)
    assert all(share.shapley.low > 0 for share in found.shares)
    assert found.frame()["player"].to_list()[0] in ("cloud_rule", "enforcement")


def test_a_player_that_changes_nothing_has_no_part():
    one = load("current_policy")
    two = one.with_changes(levers={"enforcement": 8.0}, parameters={"coder_eci": 170.0}, switches={"us_reacts": False})
    found = attribute(one, two, LEAD, runs=16)
    assert {share.player.name for share in found.shares} == {"enforcement", "parameter: coder_eci"}
    calm = one.with_levers(enforcement=8, licence_quota=50)  # 50 is where it is
    assert [p.name for p in players(one, calm)] == ["enforcement", "licence_quota"]
    idle = attribute(one, calm, LEAD, runs=16).shares[1]
    assert idle.shapley.mean == idle.first.mean == idle.last.mean == 0


def test_whatever_differs_is_a_player():
    one, surge = load("current_policy"), load("china_surge")
    names = [p.name for p in players(one, surge)]
    assert len([name for name in names if name.startswith("event: ")]) == len(surge.events)
    assert set(surge.levers) <= set(names)
    sides = {p.name for p in players(one, surge, "side")}
    assert sides == {"levers: United States", "levers: China", "events"}
    essay = {p.name for p in players(one, load("essay_2025:enforced"), "side")}
    assert {"start", "data_until", "rules", "parameters", "calibration"} <= essay


@pytest.mark.parametrize("name", ["china_surge", "tight_controls", "verified_agreement", "essay_2025:enforced"])
def test_none_and_all_players_are_the_two_scenarios(name):
    one, two = load("current_policy"), load(name)
    who = players(one, two)
    assert mixture(one, two, ()).canonical() == one.canonical()
    assert mixture(one, two, who).digest() == two.digest()
    back = players(two, one)
    assert mixture(two, one, back).digest() == one.digest()


def test_too_many_players_and_none_are_refused():
    with pytest.raises(InputError, match=rf"differ in 17 things; at most {MOST} can be told apart; group them"):
        attribute(load("current_policy"), load("china_surge"), LEAD)
    with pytest.raises(InputError, match="do not differ"):
        attribute(load("current_policy"), load("current_policy"), LEAD)


# --- regret ---------------------------------------------------------------------------------------------------------


def test_regret_on_a_small_table():
    values = np.array([[[4.0], [0.0]], [[3.0], [2.0]], [[0.0], [3.0]]])
    table = Regret(LEAD, True, ("a", "b", "c"), ("x", "y"), values)
    assert table.regrets.tolist() == [[0, 3], [1, 1], [4, 0]]
    assert table.minimax == "b"
    assert table.near_best(1).tolist() == [1, 2, 1]
    least = Regret(LEAD, False, ("a", "b", "c"), ("x", "y"), values)
    assert least.regrets.tolist() == [[4, 0], [3, 2], [0, 3]]


def test_regret_on_the_simulator():
    world = load("current_policy")
    policies = [policy_of(load(name)) for name in ("current_policy", "tight_controls")]
    policies.append(Policy("checks", {"enforcement": 1.0}))
    found = regret(policies, [world, load("efficiency_shock")], LEAD, runs=32)
    assert found.minimax == "tight_controls"
    assert (found.regrets >= 0).all()
    assert (found.regrets.min(axis=0) == 0).all()
    assert (found.scores[0] == found.scores[2]).all()  # enforcement 1 is what there is
    span = found.interval(0, 0)
    assert span.low <= found.regrets[0, 0] <= span.high
    assert found.frame().height == 6


def test_a_policy_is_the_levers_of_its_side():
    surge = load("china_surge")
    us, china = policy_of(surge, "us"), policy_of(surge, "china")
    assert not set(us.levers) & set(china.levers)
    assert set(us.levers) | set(china.levers) == set(surge.levers)
    assert policy_of(load("current_policy")).levers == {}
    with pytest.raises(InputError, match="no policy of side 'us'"):
        policy_of(load("taiwan_disruption"))
    with pytest.raises(InputError, match="unknown side"):
        policy_of(surge, "moon")


def test_wrong_tables_are_refused():
    one = Policy("one", {})
    with pytest.raises(InputError, match="two policies or more"):
        regret([one], [load("current_policy")], LEAD)
    with pytest.raises(InputError, match="have one name"):
        regret([one, one], [load("current_policy")], LEAD)
