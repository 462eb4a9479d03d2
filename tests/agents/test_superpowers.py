"""What every actor decides about money, compute and safety, and what the United States decides about its rules."""

import numpy as np
import pytest

from agents.actor import NationalActor
from agents.compute import CORNERS, GATHERING, INERTIA, LARGEST_SHARE
from agents.designer import ChipDesigner
from agents.licensing import AS_WRITTEN
from agents.plans import FASTEST_CUT, FASTEST_PLAN
from agents.superpower import LIMITS_TODAY, UnitedStates
from scenarios.uses import MONEY
from tests.agents.conftest import RUNS, Seen


def us(world: Seen) -> UnitedStates:
    actor = UnitedStates.group(world, slice(0, 1))
    assert isinstance(actor, UnitedStates)
    return actor


def test_a_united_states_that_reacts_tightens_as_its_lead_falls(seen: Seen) -> None:
    seen.switches["us_reacts"] = True
    found = []
    for lead in (20.0, 8.0, 0.0):
        world = seen.see(lead=lead)
        world.state.licensing[0], world.state.enforcement[0] = 0.75, 2.0
        us(world).take_postures()
        found.append((float(world.state.licensing[0, 0]), float(world.state.enforcement[0, 0])))
    assert found[0][0] < found[1][0] < found[2][0]
    assert found[0][1] < 2.0 < found[2][1]


@pytest.mark.parametrize("in_data", [True, False])
def test_by_habit_or_in_the_record_rules_stand_as_written(seen: Seen, in_data: bool) -> None:
    seen.switches["us_reacts"], seen.in_data = in_data, in_data
    us(seen.see(lead=0.0)).take_postures()
    assert np.all(seen.state.licensing[0] == AS_WRITTEN)
    assert np.all(seen.state.enforcement[0] == 1.0)
    assert np.all(seen.state.model_access[0] == LIMITS_TODAY)


def test_in_the_record_spending_is_data(seen: Seen) -> None:
    seen.in_data = True
    us(seen).spend()
    assert np.all(seen.state.budget[0] == 7.0 * len(MONEY))
    np.testing.assert_allclose(seen.state.money[0], 7.0)
    np.testing.assert_allclose(seen.state.money_use[0], 1 / len(MONEY))


def test_a_plan_follows_prospects_policy_pressure_and_what_could_be_placed(seen: Seen) -> None:
    def money(gap: float = 50.0, lever: float = 100.0, prospects: float = 1.1, executed: float = 1.0) -> float:
        world = Seen().see(rival_gap=gap)
        world.levers["us_spending"], world.now.prospects[0] = lever, prospects
        for table in (world.state.plan, world.state.base_plan):
            table[0] = 100.0
        world.state.executed[0] = executed
        us(world).spend()
        return float(world.state.budget[0, 0])

    assert money() == pytest.approx(100 * 1.1**0.25, rel=1e-3)
    assert money(lever=200.0) == pytest.approx(2 * money())
    assert money(gap=0.0) > money(gap=10.0) > money()
    assert money(prospects=1.3) > money() > money(prospects=0.8)
    assert money(executed=0.5) < money(executed=0.9) < money()
    assert money(prospects=1e6) == pytest.approx(100 * np.exp(FASTEST_PLAN / 4), rel=1e-3)
    assert money(prospects=1e-6) == pytest.approx(100 * np.exp(FASTEST_CUT / 4), rel=1e-3)


def test_a_close_and_hostile_rival_takes_safety_away_and_a_far_one_does_not(seen: Seen) -> None:
    def wanted(gap: float, hostility: float) -> float:
        world = Seen().see(rival_gap=gap)
        world.p.hostility = np.full(RUNS, hostility)
        return float(np.ravel(us(world).safety_target().level)[0])

    assert wanted(0.0, 1.0) == pytest.approx(0.03 * (1 - CORNERS))
    assert wanted(40.0, 1.0) == pytest.approx(0.03)
    assert wanted(-40.0, 1.0) == pytest.approx(0.03)
    assert wanted(0.0, 0.0) == pytest.approx(0.03)
    seen.levers["safety_share"] = 12.0
    assert np.all(us(seen).safety_target().level == 0.12)


def test_compute_moves_a_part_of_the_way_and_reinforcement_no_faster_than_it_can(seen: Seen) -> None:
    seen.levers["safety_share"] = 10.0
    seen.state.safety_asked[0], seen.state.reinforcement_asked[0], seen.state.rl_value[0] = 0.0, 0.001, 1e6
    seen.p.rl_ramp = np.full(RUNS, 2.0)
    us(seen).split_compute()
    np.testing.assert_allclose(seen.state.safety[0], INERTIA * 0.1)
    np.testing.assert_allclose(seen.state.reinforcement[0], 0.002)


def test_the_largest_run_takes_less_of_a_larger_fleet_and_sites_are_joined_over_quarters(seen: Seen) -> None:
    def share(stock: float, multiple: float = 1.0, in_data: bool = True, before: float = 0.01) -> float:
        world = Seen()
        world.in_data, world.levers["us_concentration"] = in_data, multiple
        world.p.us_concentration_fall = np.full(RUNS, 0.2)
        world.state.used_train[0], world.state.concentration[0] = stock, before
        us(world).concentrate()
        return float(world.state.concentration[0, 0])

    assert share(1e6) > share(1e7) > share(1e8)
    assert share(1e7, multiple=3.0) == pytest.approx(3 * share(1e7))
    assert share(1e2, multiple=10.0) <= LARGEST_SHARE
    # After the record money and the fleet set the goal: 0.02 here.
    assert share(1e7, in_data=False, before=0.01) == pytest.approx(0.01 * 2**GATHERING)
    assert share(1e7, multiple=4.0, in_data=False, before=0.02) == pytest.approx(0.02 * 4**GATHERING)


def test_decisions_are_those_of_a_block_of_rows(seen: Seen) -> None:
    other = Seen()
    for row in range(3):
        NationalActor.group(seen, slice(row, row + 1)).allocate()
    NationalActor.group(other, slice(0, 3)).allocate()
    for name in ("plan", "money", "safety", "reinforcement", "concentration"):
        assert np.array_equal(getattr(seen.state, name), getattr(other.state, name))


# --- the designer ----------------------------------------------------------------------------------------------------


def designer(world: Seen, lag: float = 3.0) -> ChipDesigner:
    made = object.__new__(ChipDesigner)
    made.model, made.lag = world, np.full(RUNS, lag)
    return made


def offered(world: Seen, quarters: int, lag: float = 3.0) -> list[float]:
    firm, found = designer(world, lag), []
    for _ in range(quarters):
        firm.decide()
        found.append(float(firm.offers_variant()[0]))
    return found


def test_a_variant_comes_once_its_lag_has_passed(seen: Seen) -> None:
    assert offered(seen.see(blocked=0.9), 6) == [0, 0, 0, 1, 1, 1]
    assert offered(Seen().see(blocked=0.9), 5, lag=2.5) == [0, 0, 0.5, 1, 1]


def test_a_variant_on_offer_stays_although_the_market_is_open_again(seen: Seen) -> None:
    firm = designer(seen.see(blocked=0.9))
    for _ in range(4):
        firm.decide()
    seen.see(blocked=0.0)
    for _ in range(5):
        firm.decide()
        assert np.all(firm.offers_variant() == 1)


def test_no_variant_is_designed_for_an_open_market_or_in_the_record(seen: Seen) -> None:
    assert offered(seen.see(blocked=0.4), 8) == [0] * 8
    seen.in_data = True
    assert offered(seen.see(blocked=1.0), 8) == [0] * 8


def test_waiting_starts_anew_where_a_market_opens_before_the_variant_is_ready(seen: Seen) -> None:
    firm = designer(seen.see(blocked=0.9))
    firm.decide()
    firm.decide()
    seen.see(blocked=0.0)
    firm.decide()
    assert np.all(seen.state.variant_wait == 0)
