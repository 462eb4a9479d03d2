"""A pathway is a rule on a signpost; its regret is read from runs that switch at each date, and tested elsewhere."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.packages import packages
from scenarios.signposts import SIGNPOSTS
from sim.analysis.pathways import Rule, pathways
from sim.analysis.signposts import today
from sim.analysis.strategy import strategy

RUNS = 16


@pytest.fixture(scope="module")
def found():
    return pathways(
        load("current_policy"),
        "us",
        "prosperity_first",
        runs=RUNS,
        worlds=["no_feedback"],
        held_out=["shock"],
        answers=["as_is", "pool_compute"],
    )


def test_the_best_rule_is_the_one_that_is_regretted_least(found):
    worst = [regret for _, regret in found.rules]
    assert worst == sorted(worst)
    assert worst[0] == pytest.approx(found.regret[0]) == min(least.min() for least in found.map.values())
    worst = found.fixed[found.best_fixed][1]
    assert found.gain == pytest.approx(1 - found.regret[1] / worst if worst else 0)


def test_the_search_and_the_test_share_no_world_and_no_dice(found):
    searched, held = ({case.name.partition(" / ")[0] for case in cases} for cases in (found.searched, found.held_out))
    assert searched == {"usual", "no_feedback"}
    assert held == {"shock"}
    assert len(found.held_out) == len(held) * 2
    one, two = found.searched[0].fixed["as_is"], found.held_out[0].fixed["as_is"]
    assert not np.isin(one, two).any()


def test_a_rule_is_worth_what_its_package_is_worth_in_the_table(found):
    rule = found.rule
    own = [f"us:{name}" for name, one in packages("united_states").items() if one.usual and name != "as_is"]
    theirs = [
        f"cn:{name}" for name, one in packages("china").items() if one.usual and name not in ("as_is", "pool_compute")
    ]  # fmt: skip
    table = strategy(found.spec, more=[rule.package("united_states")], without=[*own, *theirs], runs=RUNS)
    game = table.game({"united_states": "prosperity_first"})
    k = table.options["united_states"].index("pathway")
    for case in found.searched[:2]:
        answer = table.options["china"].index(case.name.partition(" / ")[2])
        assert game.worth[0, k, answer] == pytest.approx(case.worth(rule))


def test_a_rule_that_never_or_always_switches_is_a_package_or_a_date(found):
    case, (first, then) = found.searched[0], (found.rule.first, found.rule.then)
    assert np.array_equal(case.worth(Rule(first, then, "lead", True, 1e9)), case.fixed[first])
    assert np.array_equal(case.worth(Rule(first, then, "lead", True, -1e9)), case.switched[first, then][0])


def test_signposts_have_a_reading_of_today_with_a_source():
    for name in SIGNPOSTS:
        read = today(name)
        assert read.value > 0
        assert read.source
        assert read.date[:4] in ("2025", "2026")


def test_the_record_at_the_edge_reads_about_the_same_in_the_model():
    """A signpost in the model means what its source counts."""
    from sim.analysis.cells import reading
    from sim.run import simulate

    run = simulate(load("current_policy"), runs=64, until=2027)
    for name, factor in (("lead", 1.5), ("china_stock", 1.6), ("chinese_chips", 2.0)):
        published = today(name)
        assert 1 / factor < np.median(reading(run, name, int(published.date[:4]))) / published.value < factor, name


def test_what_cannot_be_searched_is_refused():
    spec = load("current_policy")
    with pytest.raises(InputError, match="not of hubs"):
        pathways(spec, "hubs", runs=8)
    with pytest.raises(InputError, match="unknown package"):
        pathways(spec, "us", runs=8, answers=["peace"])
    with pytest.raises(InputError, match="unknown world"):
        pathways(spec, "us", runs=8, worlds=["mars"])
