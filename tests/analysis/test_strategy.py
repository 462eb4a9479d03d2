"""The table of packages: every cell is the scenario with both packages, and weights turn it into a game."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.packages import Package, Response, combined, packages
from scenarios.values import PROFILES
from sim.analysis import cells
from sim.analysis.cells import _rows
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


def test_a_second_solver_agrees_on_the_real_table(found):
    for profile in PROFILES:
        game = found.game({"united_states": profile, "china": profile})
        pure = {(next(iter(a)), next(iter(b))) for a, b in game.mixed() if len(a) == len(b) == 1}
        assert pure <= set(game.equilibria())
        ours, theirs = game.mean
        rows, columns = np.nonzero((ours == ours.max(axis=0)) & (theirs == theirs.max(axis=1)[:, None]))
        assert {game.named(cell) for cell in zip(rows, columns, strict=True)} == set(game.equilibria())


def test_a_deal_comes_about_only_if_both_offer_it(found):
    ours, theirs = (found.options[who].index("deal") for who in found.players)
    as_is = [found.options[who].index("as_is") for who in found.players]
    nothing = found.rows[as_is[0], as_is[1]]
    assert np.array_equal(found.rows[ours, as_is[1]], nothing, equal_nan=True)
    assert np.array_equal(found.rows[as_is[0], theirs], nothing, equal_nan=True)
    accidents = found.outcome("accident_hazard").mean(axis=-1)
    assert accidents[ours, theirs] < 0.8 * accidents[as_is[0], as_is[1]]


def test_a_calm_world_is_worth_more_to_whoever_wants_safety(found):
    """A deal that makes accidents rarer counts as safer, however close the two are."""
    only = {"security": 0.0, "prosperity": 0.0, "safety": 1.0, "money": 0.0}
    game = found.game(dict.fromkeys(found.players, only), politics=False)
    signed = game.place(("deal", "deal"))
    assert all(game.mean[n].max() == game.mean[(n, *signed)] for n in range(2))
    assert ("deal", "deal") in game.equilibria()


def test_values_that_want_one_thing_find_the_package_that_brings_most_of_it(found):
    only = {"security": 1.0, "prosperity": 0.0, "safety": 0.0, "money": 0.0}
    game = found.game({"united_states": only}, politics=False)
    for rival, reply in game.replies("united_states").items():
        column = game.options["china"].index(rival[0])
        most = found.counts[0][:, column, PARTS.index("security")].mean(axis=-1).argmax()
        assert reply.reply == game.options["united_states"][most]


@pytest.mark.parametrize("given", ["peaceful", {"secrity": 1}, {"money": -1}, {"money": "much"}])
def test_values_that_there_are_not_are_refused(found, given):
    with pytest.raises(InputError, match="china"):
        found.game({"china": given})


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
    for mix in told["mixed"]:
        assert sum(mix["china"].values()) == pytest.approx(1, abs=1e-3)
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
    small = [name for name in small if packages("united_states")[name].usual]
    left = [name for name, package in packages("china").items() if name != "as_is" and package.usual]
    found = strategy(load("current_policy"), more=[mine], without=[*{*small, *left}], runs=8)
    assert found.game().options == {"united_states": ("as_is",), "china": ("as_is", "mine")}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"players": ("us",)}, "two or more"), ({"players": ("us", "us")}, "each once"),
        ({"players": ("us", "mars")}, "unknown player"), ({"without": ["nothing"]}, "unknown package"),
        ({"more": [Package(player="us", name="as_is", title="-", story="-", sources=({"title": "-"},))]}, "another"),
        ({"more": [Package(player="us", name="x", title="-", story="-", sources=({"title": "-"},),
                           response={"when": "lead", "below": 3, "then": "tighten_if_close"})]}, "waits for"),
        ({"without": [name for who in ("united_states", "china") for name, one in packages(who).items() if one.usual]},
         "nothing left"),
    ],
)  # fmt: skip
def test_what_is_no_game_is_refused(asked, told):
    with pytest.raises(InputError, match=told):
        strategy(load("current_policy"), runs=8, **asked)


def test_a_package_that_waits_is_each_future_by_its_own_signpost():
    spec, own = load("current_policy"), packages("united_states")
    wait = own["as_is"].model_copy(update={
        "name": "wait", "response": Response(when="lead", below=8, then="tight_controls")
    })  # fmt: skip
    without = [name for name, one in own.items() if one.usual and name != "as_is"]
    without += [name for name, one in packages("china").items() if one.usual and name != "as_is"]
    found = strategy(spec, more=[wait], without=without, runs=RUNS)
    k = found.options["united_states"].index("wait")
    plain = simulate(spec, runs=RUNS, until=2032)
    turns = np.full(RUNS, 0)
    for year in (2030, 2029, 2028, 2027):
        lead = plain["lead_months"][plain.quarters.index(f"{year}-Q3")]
        turns = np.where(lead < 8, year + 1, turns)
    assert 0 in turns
    assert len(set(turns)) > 2
    for year in set(turns.tolist()):
        then = {"united_states": (f"{year}-Q1", own["tight_controls"])} if year else {}
        run = simulate(combined(spec, {"united_states": own["as_is"]}, then), runs=RUNS, until=2032)
        mine = turns == year
        assert np.array_equal(found.lead[k, 0][mine], run["lead_months"][run.step(2032)][mine])


def test_two_who_wait_watch_the_same_world():
    spec = load("current_policy")
    wait = [
        packages(who)["as_is"].model_copy(
            update={"name": "wait", "response": Response(when="lead", **bound, then=then)}
        )
        for who, bound, then in (
            ("united_states", {"below": -99}, "tight_controls"),
            ("china", {"above": -99}, "import"),
        )
    ]
    without = [
        n for who in ("united_states", "china") for n, one in packages(who).items() if one.usual and n != "as_is"
    ]
    found = strategy(spec, more=wait, without=without, runs=8)
    late = combined(spec, {"china": packages("china")["as_is"]}, {"china": ("2028-Q1", packages("china")["import"])})
    run = simulate(late, runs=8, until=2032)
    assert np.array_equal(found.lead[1, 1], run["lead_months"][run.step(2032)])
    assert np.array_equal(found.lead[1, 0], found.lead[0, 0])


def test_a_stopped_table_goes_on_where_it_was(tmp_path, monkeypatch, found):
    def stop(done, of):
        if done >= of // 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        strategy(load("current_policy"), runs=RUNS, progress=stop, folder=tmp_path)
    kept = len(list(tmp_path.glob("cell-*.parquet")))
    assert 0 < kept < found.lead[..., 0].size
    simulated = []
    monkeypatch.setattr(cells, "_rows", lambda job: simulated.extend(job[1]) or _rows(job))
    again = strategy(load("current_policy"), runs=RUNS, folder=tmp_path)
    assert np.array_equal(again.rows, found.rows, equal_nan=True)
    assert len(simulated) == len(list(tmp_path.glob("cell-*.parquet"))) - kept
    simulated.clear()
    strategy(load("current_policy"), runs=RUNS, folder=tmp_path)
    assert not simulated
    strategy(load("current_policy"), runs=RUNS, seed=1, without=["import", "retaliate"], folder=tmp_path)
    assert simulated


def test_four_players_and_somebody_who_has_nothing_to_choose(found):
    few = ["tight_controls", "sell_at_volume", "control_models", "power_and_money", "deal", "refuse_and_push", "import",
           "open_weights", "spend_and_build", "retaliate"]  # fmt: skip
    four = strategy(load("current_policy"), ("us", "china", "allies", "hubs"), without=few, runs=RUNS)
    assert four.rows.shape[:4] == (3, 2, 3, 4)
    told = four.summary()
    assert len(told["equilibria"]) == len(four.game().equilibria())
    assert set(told["best_replies"]["hubs"]) == {" / ".join(c) for c in np.array(np.meshgrid(
        *[four.options[who] for who in four.players[:3]], indexing="ij")).reshape(3, -1).T}  # fmt: skip
    k, j = (found.options[who].index("pool_compute") for who in found.players)
    assert np.array_equal(four.lead[2, 1, 0, 0], found.lead[k, j])
    alone = strategy(
        load("current_policy"), ("us", "china", "hubs"), without=[*few, "police", "profit", "build_own"], runs=RUNS
    )
    pair = strategy(load("current_policy"), without=few, runs=RUNS)
    assert [cell[:2] for cell in alone.game().equilibria()] == pair.game().equilibria()


def test_each_partner_pays_and_gains_by_its_own_packages():
    spec = load("current_policy")
    found = strategy(spec, ("allies", "hubs"), runs=RUNS)
    mean, money, prosperity = found.counts.mean(axis=-1), PARTS.index("money"), PARTS.index("prosperity")
    follow, part = (found.options["allies"].index(name) for name in ("follow", "part"))
    assert mean[0, part, 0, money] < mean[0, 0, 0, money] - 10
    assert mean[0, follow, 0, prosperity] < mean[0, 0, 0, prosperity]
    police, profit, build = (found.options["hubs"].index(name) for name in ("police", "profit", "build_own"))
    assert mean[1, 0, build, money] < mean[1, 0, 0, money] - 10
    assert mean[1, 0, police, prosperity] < mean[1, 0, profit, prosperity]
