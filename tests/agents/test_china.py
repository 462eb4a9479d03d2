"""China: buys ahead of a rule and saves it again, lets in what it must, and pushes its own chips when it is blocked."""

import numpy as np
import pytest

from agents.superpower import PUSH_SPEED, China
from scenarios.uses import MONEY
from tests.agents.conftest import Seen


def spent(world: Seen, quarters: int, rush_in: int | None = None) -> np.ndarray:
    """Money placed over some quarters of a plan that stands still."""
    china = China.group(world, slice(1, 2))
    world.p.state_share = np.zeros(3)
    world.now.prospects = np.ones((3, 3))
    world.state.plan[1], world.state.base_plan[1] = 100.0, 100.0
    world.state.executed[1], world.state.hoard[1] = 1.0, 0.0
    found = []
    for t in range(quarters):
        world.now.stockpiling = 1.0 if t == rush_in else 0.0
        china.spend()
        found.append(world.state.money[1].copy())
    return np.array(found)


def test_what_is_bought_ahead_of_a_rule_is_saved_again(seen: Seen) -> None:
    plain, rushed = spent(Seen(), 24), spent(seen, 24, rush_in=3)
    extra = rushed - plain
    assert np.all(extra[3] > 0.2 * plain[3])
    assert np.all(extra[4:] <= 1e-9)
    np.testing.assert_allclose(extra.sum(axis=0), 0, atol=1e-3 * plain[0].max())


def test_hoarding_is_as_large_as_the_parameter_says(seen: Seen) -> None:
    extra = spent(seen, 4, rush_in=3)[3] - spent(Seen(), 4)[3]
    for_chips = seen.state.plan[1] * seen.state.money_use[1, MONEY.index("chips")]
    np.testing.assert_allclose(extra, seen.p.hoarding * for_chips)


def test_money_that_cannot_be_placed_is_not_planned_again_and_stays_the_target(seen: Seen) -> None:
    def after(executed: float) -> tuple[float, float]:
        world = Seen()
        for table in (world.state.plan, world.state.base_plan):
            table[:] = 100.0
        world.state.executed[:] = executed
        China.group(world, slice(1, 2)).spend()
        return float(world.state.plan[1, 0]), float(world.state.target[1, 0])

    assert after(1.0)[0] > after(0.7)[0] > after(0.4)[0]
    assert after(1.0)[1] == after(0.4)[1]


def test_the_states_part_of_spending_grows_with_the_distance_to_the_united_states(seen: Seen) -> None:
    def planned(lead: float, share: float) -> float:
        world = Seen().see(lead=lead)
        world.p.state_share = np.full(3, share)
        return float(np.ravel(China.group(world, slice(1, 2)).prospects())[0])

    assert planned(14.0, 0.4) > planned(9.0, 0.4) > planned(0.0, 0.4)
    assert planned(14.0, 0.0) == planned(0.0, 0.0) == pytest.approx(1.1)


def test_beijing_lets_in_more_when_the_price_keeps_money_from_being_spent(seen: Seen) -> None:
    china = China.group(seen, slice(1, 2))
    let_in = []
    for priced_out in (0.0, 0.3, 0.6):
        seen.see(priced_out=priced_out)
        china.take_postures()
        let_in.append(float(seen.state.permission[1, 0]))
    assert let_in[0] < let_in[1] < let_in[2] <= 1


def test_a_reluctant_beijing_lets_in_less(seen: Seen) -> None:
    china = China.group(seen, slice(1, 2))
    found = []
    for reluctance in (0.5, 0.9, 1.0):
        seen.p.import_reluctance = np.full(3, reluctance)
        china.take_postures()
        found.append(float(seen.state.permission[1, 0]))
    assert found[0] > found[1] > found[2] == 0


@pytest.mark.parametrize(("lever", "table"), [("import_permission", "permission"), ("chip_push", "push")])
def test_a_setting_takes_the_place_of_the_decision(seen: Seen, lever: str, table: str) -> None:
    seen.levers[lever] = 80.0
    China.group(seen, slice(1, 2)).take_postures()
    assert np.all(getattr(seen.state, table)[1] == 0.8)


def test_the_push_grows_when_blocked_and_when_behind_and_moves_slowly(seen: Seen) -> None:
    def pushed(**what: float) -> float:
        world = Seen().see(**what)
        China.group(world, slice(1, 2)).take_postures()
        return float(world.state.push[1, 0])

    assert pushed(blocked=1.0) > pushed(blocked=0.0)
    assert pushed(lead=20.0) > pushed(lead=0.0)
    assert abs(pushed(blocked=1.0, lead=30.0) - 0.5) <= PUSH_SPEED
