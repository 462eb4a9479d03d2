"""Games of one number each: textbook equilibria, who sits where, and what is refused."""

import numpy as np
import pytest

from scenarios.errors import InputError
from sim.analysis.continuous import best_reply, equilibrium


def cournot(n, made):
    """A market: the price falls with what all make."""
    return made[n] * (1 - made.sum())


def test_a_market_has_its_textbook_equilibrium():
    for players in (1, 2, 3, 6):
        found = equilibrium(cournot, players)
        assert found.levels == pytest.approx(np.full(players, 1 / (players + 1)), abs=1e-6)
        assert found.worth == pytest.approx(np.full(players, 1 / (players + 1) ** 2), abs=1e-6)
        assert found.gain < 1e-9


def test_players_that_differ_keep_their_own_levels_whoever_sits_where():
    cost = np.array([0.0, 0.1, 0.2])

    def worth(order):
        return lambda n, made: made[n] * (1 - made.sum() - cost[order[n]])

    first, turned = equilibrium(worth([0, 1, 2]), 3), equilibrium(worth([2, 0, 1]), 3)
    assert first.levels == pytest.approx([0.325, 0.225, 0.125], abs=1e-6)
    assert turned.levels == pytest.approx(first.levels[[2, 0, 1]], abs=1e-6)


def test_an_end_of_the_range_is_found_exactly():
    assert equilibrium(lambda n, x: -x[n], 2).levels.tolist() == [0, 0]
    assert equilibrium(lambda n, x: x[n], 2, low=-3, high=5).levels.tolist() == [5, 5]


def test_the_higher_of_two_peaks_is_the_reply():
    def two_peaks(n, x):
        return np.exp(-(((x[0] - 0.2) / 0.05) ** 2)) + 1.1 * np.exp(-(((x[0] - 0.9) / 0.05) ** 2))

    assert best_reply(two_peaks, 0, np.array([0.2])) == pytest.approx(0.9, abs=1e-6)


def test_a_start_decides_between_two_equilibria():
    def together(n, x):
        return -((x[n] - (x[1 - n] > 0.5)) ** 2)

    assert equilibrium(together, 2, start=[0.9, 0.9]).levels.tolist() == [1, 1]
    assert equilibrium(together, 2, start=[0.1, 0.1]).levels.tolist() == [0, 0]


def test_replies_that_run_in_circles_are_said_and_a_smaller_step_calms_them():
    def chase(n, x):
        return -((x[0] - x[1]) ** 2) if n == 0 else -((x[1] - 1 + x[0]) ** 2)

    assert equilibrium(chase, 2).levels == pytest.approx([0.5, 0.5], abs=1e-6)
    with pytest.raises(InputError, match="do not settle"):
        equilibrium(chase, 2, start=[0.1, 0.2], rounds=40)
    assert equilibrium(chase, 2, start=[0.1, 0.2], step=0.5).levels == pytest.approx([0.5, 0.5], abs=1e-6)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ({"players": 0}, "players is 0"),
        ({"low": 1, "high": 1}, "less than the high"),
        ({"step": 0}, "above 0 and up to 1"),
        ({"step": 1.5}, "above 0 and up to 1"),
        ({"tolerance": 0}, "above 0"),
        ({"rounds": 0}, "rounds is 0"),
        ({"start": [0.5]}, "give 2 levels from 0 to 1"),
        ({"start": [0.5, 2]}, "give 2 levels from 0 to 1"),
        ({"start": [0.5, float("nan")]}, "give"),
        ({"worth": lambda n, x: float("nan")}, "give a finite number"),
        ({"worth": 3}, "give a function"),
    ],
)
def test_what_is_wrong_is_said(call, says):
    with pytest.raises(InputError, match=says):
        equilibrium(**{"worth": cournot, "players": 2, **call})
