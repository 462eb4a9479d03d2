"""Price list, attribution and regret: axioms on small games, signs on the simulator."""

from itertools import permutations

import numpy as np
import pytest

from scenarios import load, names
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from sim import compare, costs, simulate
from sim.analysis.attribution import MOST, attribute, mixture, of_game, players, shapley
from sim.analysis.prices import HARDLY, price_list
from sim.analysis.regret import POLICIES, SIDES, Policy, Regret, laid_over, own_policy, policy_of, regret
from sim.equations.costs import ENFORCEMENT, ITEMS
from sim.inert import bound_by
from sim.results.outcomes.scalar import parse
from sim.results.paired import paired, paired_share

LEAD = parse("lead_months@2028")
HABIT = load("current_policy").with_changes(decisions="habit")
"""A world in which nobody answers: prices are those of the move alone."""
DIVERTED = parse("flows_china.diverted@2028")
FEW = [LEVERS[name] for name in ("enforcement", "location_verification", "revenue_share", "chip_push")]


@pytest.fixture(scope="module")
def listed():
    return price_list(HABIT, [LEAD, DIVERTED, parse("us_ahead@2028")], runs=64, levers=FEW)


def test_a_price_is_the_comparison_of_two_scenarios(listed):
    price = next(p for p in listed.prices if p.lever.name == "enforcement" and p.value == 10)
    pair = compare(HABIT, HABIT.with_levers(enforcement=10), runs=64, until=2028)
    effect = pair.effect("lead_months", 2028)
    found = price.effects[str(LEAD)]
    assert (found.mean, found.low, found.high) == (effect.mean, effect.mean_low, effect.mean_high)
    assert (found.p05, found.p95) == (effect.p05, effect.p95)
    change = pair.outcome_changes()["us_ahead"]
    assert vars(price.effects["us_ahead@2028"])["mean"] == change["change"]


def test_the_costs_of_a_move_are_those_of_the_two_runs(listed):
    price = next(p for p in listed.prices if p.lever.name == "enforcement" and p.value == 10)
    spec = HABIT
    paid = costs(simulate(spec.with_levers(enforcement=10), runs=64, until=2028), spec)
    assert listed.year == 2028
    for account in ("united_states.enforcement", "southeast_asia.transit_trade", "china.premium"):
        actor, _, item = account.partition(".")
        assert price.costs[account].mean == pytest.approx(float(paid.of(actor, item, 2028).mean()), rel=1e-6)
    assert price.costs["united_states.enforcement"].mean == pytest.approx(9 * ENFORCEMENT, rel=1e-4)
    (account, cost), *_ = price.largest(own=False)
    assert not account.startswith("united_states")
    assert cost.mean == max(c.mean for a, c in price.costs.items()
                            if not a.startswith("united_states") and not ITEMS[a.partition(".")[2]].within)  # fmt: skip


def test_prices_have_the_signs_that_they_must_have(listed):
    by = {(p.lever.name, p.value, bool(p.company)): p for p in listed.prices}
    assert by["enforcement", 10, False].effects[str(DIVERTED)].high < 0
    assert by["enforcement", 0, False].effects[str(DIVERTED)].low > 0
    assert by["location_verification", 100, False].effects[str(LEAD)].low > 0
    company, alone = (by["revenue_share", 60, kind].effects[str(LEAD)] for kind in (True, False))
    assert company.is_clear
    assert abs(alone.mean) < 0.1 * company.mean  # it has nothing to act on


def test_a_lever_that_hardly_acts_says_what_binds_it(listed):
    by = {(p.lever.name, p.value, bool(p.company)): p for p in listed.prices}
    assert by["enforcement", 10, False].bound == ""
    assert "licence_tpp: 21" in by["revenue_share", 60, False].bound
    spread = simulate(HABIT, runs=64, until=2028)["lead_months"][-1].std()
    for p in listed.prices:
        hardly = not p.already and abs(p.effects[str(LEAD)].mean) < HARDLY * spread
        assert bool(p.bound) == hardly, p.lever.name
    assert [b for b in listed.frame()["why it hardly acts"] if b]


def test_what_binds_a_lever_is_found_alone_and_in_company():
    spec = load("current_policy")
    assert "Beijing" in bound_by(spec.with_levers(licence_approval=100), "licence_approval")
    assert "licence_tpp" in bound_by(spec.with_levers(china_power=400), "china_power")
    assert bound_by(spec.with_levers(safety_share=0), "safety_share") == ""
    with pytest.raises(InputError, match="enforcement"):
        bound_by(spec, "enforcment")


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
    (found,) = attribute(one, two, [LEAD], runs=32)
    assert sum(share.shapley.mean for share in found.shares) == pytest.approx(found.whole.mean, abs=1e-9)
    pair = compare(one, two, runs=32, until=2028)
    assert found.whole.mean == pytest.approx(pair.effect("lead_months", 2028).mean)
    assert all(share.shapley.low > 0 for share in found.shares)
    assert found.frame()["player"].to_list()[0] in ("cloud_rule", "enforcement")


def test_a_player_that_changes_nothing_has_no_part():
    one = load("current_policy")
    two = one.with_changes(levers={"enforcement": 8.0}, parameters={"coder_eci": 170.0}, switches={"us_reacts": False})
    (found,) = attribute(one, two, [LEAD], runs=16)
    assert {share.player.name for share in found.shares} == {"enforcement", "parameter: coder_eci"}
    calm = one.with_levers(enforcement=8, licence_quota=50)  # 50 is where it is
    assert [p.name for p in players(one, calm)] == ["enforcement", "licence_quota"]
    idle = attribute(one, calm, [LEAD], runs=16)[0].shares[1]
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
        attribute(load("current_policy"), load("china_surge"), [LEAD])
    with pytest.raises(InputError, match="do not differ"):
        attribute(load("current_policy"), load("current_policy"), [LEAD])


def test_what_happens_once_and_what_happens_twice_differ():
    once = {"kind": "efficiency_shock", "date": "2028-Q1", "size": 0.5}
    one = load("current_policy").with_changes(events=(once,))
    two = one.with_changes(events=(once, once))
    assert [p.name for p in players(one, two)] == ["event: efficiency_shock 2028-Q1"]
    assert mixture(one, two, players(one, two)).digest() == two.digest()


def test_outcomes_of_one_attribution_share_its_simulations(monkeypatch):
    from sim.analysis import attribution

    asked = []

    def counted(tasks, *rest):
        asked.extend(tasks)
        return attribution_evaluate(tasks, *rest)

    attribution_evaluate = attribution.evaluate_all
    monkeypatch.setattr(attribution, "evaluate_all", counted)
    one = load("current_policy")
    two = one.with_levers(enforcement=8, cloud_rule=90)
    both = attribute(one, two, [LEAD, parse("us_ahead@2028")], runs=16)
    assert len(asked) == 4
    assert [str(found.outcome) for found in both] == ["lead_months@2028", "us_ahead@2028"]
    (alone,) = attribute(one, two, [LEAD], runs=16)
    assert both[0].frame().equals(alone.frame())


def test_the_part_of_a_share_is_not_known_exactly():
    one = load("current_policy")
    (found,) = attribute(one, one.with_levers(licence_quota=60, revenue_share=20), [parse("us_ahead@2028")], runs=16)
    for share in found.shares:
        assert share.shapley.high - share.shapley.low >= 2 * 2.3 / 16 - 1e-9


@pytest.mark.parametrize("runs", [0, 1, -3, 100_001])
def test_a_number_of_futures_out_of_range_is_refused(runs):
    one, two = load("current_policy"), load("tight_controls")
    for analysis in (
        lambda: price_list(one, [LEAD], runs=runs),
        lambda: attribute(one, two, [LEAD], runs=runs),
        lambda: regret([policy_of(one), policy_of(two)], [one], LEAD, runs=runs),
    ):
        with pytest.raises(InputError, match=rf"runs is {runs}; an ensemble has 2 to 100,000"):
            analysis()


def test_outcomes_that_are_asked_for_twice_are_priced_once():
    listed = price_list(load("current_policy"), [LEAD, LEAD], runs=4, levers=[LEVERS["enforcement"]])
    assert [str(outcome) for outcome in listed.outcomes] == [str(LEAD)]


def test_an_actor_that_a_scenario_adds_has_costs_of_its_own():
    spec = load("current_policy").with_changes(actors={"brazil": {"kind": "hub", "label": "Brazil"}})
    listed = price_list(spec, [LEAD], runs=4, levers=[LEVERS["us_spending"]])
    assert "brazil.transit_trade" in listed.prices[0].costs


# --- regret ---------------------------------------------------------------------------------------------------------


def test_regret_on_a_small_table():
    values = np.array([[[4.0], [0.0]], [[3.0], [2.0]], [[0.0], [3.0]]])
    three = tuple(Policy(name, {}) for name in "abc")
    table = Regret(LEAD, True, three, ("x", "y"), values)
    assert table.regrets.tolist() == [[0, 3], [1, 1], [4, 0]]
    assert table.minimax == "b"
    assert table.near_best(1).tolist() == [1, 2, 1]
    least = Regret(LEAD, False, three, ("x", "y"), values)
    assert least.regrets.tolist() == [[4, 0], [3, 2], [0, 3]]


def test_regret_on_the_simulator():
    policies = [policy_of(load(name)) for name in ("current_policy", "tight_controls")]
    policies.append(Policy("checks", {"enforcement": 1.0}))
    worlds = [HABIT, load("efficiency_shock").with_changes(decisions="habit")]
    found = regret(policies, worlds, LEAD, runs=32)
    assert found.minimax == "tight_controls"
    assert (found.regrets >= 0).all()
    assert (found.regrets.min(axis=0) == 0).all()
    assert (found.scores[0] == found.scores[2]).all()  # enforcement 1 is what there is
    span = found.interval(0, 0)
    assert span.low <= found.regrets[0, 0] <= span.high
    assert found.frame().height == 6


def test_a_world_does_not_answer_for_a_policy():
    surge = load("china_surge")
    today, tight, trade = (policy_of(load(name)) for name in ("current_policy", "tight_controls", "open_trade"))
    decided = {*tight.levers, *trade.levers}
    laid = laid_over(surge, today, decided)
    assert not set(laid.levers) & decided  # its own answers are gone: the policy is to leave everything as it is
    assert laid.levers["china_spending"] == 500
    assert laid_over(surge, tight, decided).levers["cloud_rule"] == tight.levers["cloud_rule"]
    power = laid_over(load("power_limited"), tight, decided)
    assert power.levers["us_power"] == load("power_limited").levers["us_power"]  # no policy decides it
    found = regret([today, trade], [surge], LEAD, runs=16)
    assert not np.array_equal(found.values[0], found.values[1])
    direct = simulate(laid, runs=16, until=2028)
    # what `regret` scores is the simulation of that very scenario
    assert regret([today, tight, trade], [surge], LEAD, runs=16).values[0, 0] == pytest.approx(LEAD.of(direct))


def test_regret_of_shares_is_not_known_exactly():
    policies = [policy_of(load(name)) for name in ("current_policy", "tight_controls")]
    found = regret(policies, [load("current_policy")], parse("us_ahead@2028"), runs=16)
    best = int(found.best[0])
    assert found.interval(best, 0).high == found.interval(best, 0).low == 0  # against itself
    other = found.interval(1 - best, 0)
    assert other.high - other.mean >= 2.3 / 16 - 1e-9


def test_near_enough_is_counted_in_the_unit_that_is_read():
    values = np.zeros((2, 3, 100))
    values[1, :, :10] = 1  # ten futures in a hundred more
    table = Regret(parse("us_ahead@2028"), True, (Policy("a", {}), Policy("b", {})), ("x", "y", "z"), values)
    assert table.summary(within=10)["worlds_within"] == {"a": 3, "b": 3}
    assert table.summary(within=9)["worlds_within"] == {"a": 0, "b": 3}


def test_what_a_policy_leaves_behind_is_said():
    assert policy_of(load("open_trade")).left == ("import_permission",)
    surge = policy_of(load("china_surge"))
    assert {"china_spending", "events"} <= set(surge.left)
    with pytest.raises(InputError, match=r"policy mine: chip_push is decided by China, not by side 'us'"):
        own_policy("mine", {"chip_push": 80})
    assert own_policy("mine", {"chip_push": 80}, "china").levers == {"chip_push": 80}


@pytest.mark.parametrize("side", SIDES)
def test_the_policies_that_are_compared_by_default_are_policies(side):
    policies = [policy_of(load(name), side) for name in POLICIES[side]]
    assert all(policy.levers for policy in policies if policy.name != "current_policy")
    library = {name for name in names() if set(policy_levers(load(name), side)) and not load(name).parameters}
    assert set(POLICIES[side]) - {"current_policy"} <= library


def policy_levers(spec, side):
    return [name for name in spec.levers if LEVERS[name].who in SIDES[side]]


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
