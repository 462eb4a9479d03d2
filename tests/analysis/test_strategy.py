"""The table of packages: every cell is the scenario with both packages, and weights turn it into a game."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.packages import Package, combined, packages
from scenarios.values import PROFILES
from sim.analysis.payoffs import PARTS, payoff
from sim.analysis.reactions import politics_of
from sim.analysis.strategy import Strategy, strategy
from sim.batch.executors import processes
from sim.run import simulate

RUNS = 16


@pytest.fixture(scope="module")
def found() -> Strategy:
    return strategy(load("current_policy"), ("us", "china"), runs=RUNS)


def test_every_cell_is_what_the_scenario_with_both_packages_is_worth(found):
    politics = politics_of(found.spec, RUNS, 0)
    game = found.game({"united_states": "security_first"})
    for cell in ((0, 0), (1, 7), (2, 2), (6, 3)):
        chosen = {who: found.packages[who][k] for who, k in zip(found.players, cell, strict=True)}
        run = simulate(combined(found.spec, chosen), runs=RUNS, until=2032)
        for n, (player, values) in enumerate((("united_states", "security_first"), ("china", "balanced"))):
            assert game.worth[n][cell] == pytest.approx(payoff(run, player, values, politics), rel=1e-12)
        assert np.array_equal(found.lead[cell], run["lead_months"][run.step(2032)])


def test_other_weights_are_the_same_table_weighed_anew(found):
    for profile, weights in PROFILES.items():
        game = found.game({"united_states": profile, "china": profile})
        each = np.array([*map(float, weights), 1.0])
        assert np.array_equal(game.worth, (found.counts * each[:, None]).sum(axis=-2))
    calm = found.game(politics=False)
    own = found.counts[..., PARTS.index("politics"), :]
    assert calm.worth == pytest.approx(found.game().worth - own)


def test_values_that_want_one_thing_find_the_package_that_brings_most_of_it(found):
    only = {"security": 1.0, "prosperity": 0.0, "safety": 0.0, "money": 0.0}
    game = found.game({"united_states": only}, politics=False)
    for rival, reply in game.replies("united_states").items():
        column = game.options["china"].index(rival[0])
        most = found.counts[0][:, column, PARTS.index("security")].mean(axis=-1).argmax()
        assert reply.reply == game.options["united_states"][most]


def test_processes_give_the_same_table(found):
    with processes(2) as pool:
        again = strategy(load("current_policy"), runs=RUNS, executor=pool)
    assert np.array_equal(again.counts, found.counts)
    assert again.summary() == found.summary()


def test_the_summary_has_everything_by_name(found):
    told = found.summary()
    assert told["players"] == ["united_states", "china"]
    assert set(told["best_replies"]["china"]) == set(told["packages"]["united_states"])
    assert set(told["payoffs"]) == {f"{a} / {b}" for a in told["packages"]["united_states"]
                                    for b in told["packages"]["china"]}  # fmt: skip
    assert all(reply["tie"] == (reply["p"] < 0.9) for reply in told["best_replies"]["china"].values())
    assert told["values"]["china"] == {"security": 1, "prosperity": 1, "safety": 1, "money": 1}


def test_outcomes_hold_every_future_of_every_cell(found):
    table = found.outcomes()
    assert table.height == found.lead.size
    one = table.filter((table["united_states"] == "close_ideas") & (table["china"] == "import"))
    i, j = (
        found.game().options[who].index(name) for who, name in (("united_states", "close_ideas"), ("china", "import"))
    )
    assert one["lead_months"].to_numpy() == pytest.approx(found.lead[i, j])
    assert one["china.money"].to_numpy() == pytest.approx(found.counts[1][i, j, PARTS.index("money")])


def test_own_packages_play_and_others_can_be_left_out():
    sources = ({"title": "-"},)
    mine = Package(player="china", name="mine", title="Mine", story="-", levers={"china_power": 120}, sources=sources)
    small = [name for name in packages("united_states") if name != "as_is"]
    left = [name for name in packages("china") if name != "as_is"]
    found = strategy(load("current_policy"), more=[mine], without=[*{*small, *left}], runs=8)
    assert found.game().options == {"united_states": ("as_is",), "china": ("as_is", "mine")}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"players": ("us",)}, "two or more"), ({"players": ("us", "us")}, "each once"),
        ({"players": ("us", "mars")}, "unknown player"), ({"without": ["nothing"]}, "unknown package"),
        ({"without": ["as_is", *packages("china"), *packages("united_states")]}, "nothing left"),
    ],
)  # fmt: skip
def test_what_is_no_game_is_refused(asked, told):
    with pytest.raises(InputError, match=told):
        strategy(load("current_policy"), runs=8, **asked)
