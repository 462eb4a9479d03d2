"""China: buys ahead of a rule and saves it again, lets in what it must, and pushes its own chips when it is blocked."""

import numpy as np
import pytest

from agents.superpower import PUSH_SPEED, China
from tests.agents.conftest import Seen


def spent(world: Seen, quarters: int, rush_in: int | None = None) -> np.ndarray:
    """Spending over some quarters of a trend that stands still."""
    china = China.group(world, slice(1, 2))
    world.now.china_spending_growth = np.ones(3)
    world.state.trend_spending[1], world.state.hoard[1] = 100.0, 0.0
    world.state.revenue_base[:] = world.state.revenue
    found = []
    for t in range(quarters):
        world.now.stockpiling = 1.0 if t == rush_in else 0.0
        china.spend()
        found.append(world.state.spending[1].copy())
    return np.array(found)


def test_what_is_bought_ahead_of_a_rule_is_saved_again(seen: Seen) -> None:
    plain, rushed = spent(Seen(), 24), spent(seen, 24, rush_in=3)
    extra = rushed - plain
    assert np.all(extra[3] > 0.2 * plain[3])
    assert np.all(extra[4:] <= 1e-9)
    np.testing.assert_allclose(extra.sum(axis=0), 0, atol=1e-3 * plain[0].max())


def test_hoarding_is_as_large_as_the_parameter_says(seen: Seen) -> None:
    extra = spent(seen, 4, rush_in=3)[3] - spent(Seen(), 4)[3]
    np.testing.assert_allclose(extra, seen.p.hoarding * 100.0)


def test_money_that_finds_nothing_to_buy_stops_growing(seen: Seen) -> None:
    china = China.group(seen, slice(1, 2))
    growth = [float(china.growth()[0]) for unmet in (0.0, 0.5, 1.0) if seen.see(unmet=unmet)]
    assert growth[0] == pytest.approx(1.2)
    assert growth[0] > growth[1] > growth[2] > 1


def test_beijing_lets_in_more_when_money_finds_less_to_buy(seen: Seen) -> None:
    china = China.group(seen, slice(1, 2))
    let_in = []
    for unmet in (0.0, 0.4, 0.9):
        seen.see(unmet=unmet)
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
