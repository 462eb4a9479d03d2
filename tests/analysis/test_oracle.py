"""The search finds what one more lever gains, adds it, and says what is left."""

import pytest

from scenarios import load
from scenarios.levers import LEVERS
from scenarios.packages import PLAYERS, combined
from sim.analysis.oracle import deepened, settled
from sim.analysis.payoffs import payoff
from sim.analysis.reactions import politics_of
from sim.analysis.strategy import Strategy, strategy
from sim.run import simulate

RUNS = 16
FEW = ["tight_controls", "sell_at_volume", "close_ideas", "control_models", "power_and_money", "deal", "import",
       "open_weights", "spend_and_build", "retaliate"]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Strategy:
    return strategy(load("current_policy"), without=FEW, runs=RUNS)


def test_epsilon_is_what_the_best_single_lever_gains(found):
    search = deepened(found)
    assert search.cell == settled(found.game())
    politics = politics_of(found.spec, RUNS, 0)
    chosen = {p: next(one for one in found.packages[p] if one.name == name)
              for p, name in zip(found.players, search.cell, strict=True)}  # fmt: skip

    def worth(player, packages):
        run = simulate(combined(found.spec, packages), runs=RUNS, until=2032)
        return payoff(run, player, "balanced", politics).mean()

    best = search.moves[0]
    assert search.epsilon == pytest.approx(
        worth(best.player, {**chosen, best.player: best.package}) - worth(best.player, chosen)
    )
    for lever in ("openness", "us_concentration", "cloud_rule", "us_power"):
        assert LEVERS[lever].who == PLAYERS["united_states"]
        for end in (LEVERS[lever].low, LEVERS[lever].high):
            one = chosen["united_states"].model_copy(update={"levers": {**chosen["united_states"].levers, lever: end}})
            gain = worth("united_states", {**chosen, "united_states": one}) - worth("united_states", chosen)
            assert gain <= search.epsilon + 1e-9


def test_what_pays_is_added_and_played(found):
    search = deepened(found, rounds=2)
    assert search.added
    added = {move.package.name for move in search.added}
    names = {package.name for own in search.found.packages.values() for package in own}
    assert added <= names
    assert search.epsilon < deepened(found).epsilon
    assert added & set(search.cell)


def test_enough_ends_the_search(found):
    assert not deepened(found, rounds=3, enough=1e6).added
