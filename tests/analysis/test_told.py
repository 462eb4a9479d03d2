"""Sentences say what the table holds: planted tables with a trap, a flip, a deal, and values that decide."""

import numpy as np
import pytest

from scenarios import load
from scenarios.packages import packages
from sim.analysis.cells import Cells
from sim.analysis.payoffs import PARTS
from sim.analysis.strategy import Strategy
from sim.analysis.told import answered, flips, sentences, trap

SECURITY = {"security": 1.0, "prosperity": 0.0, "safety": 0.0, "money": 0.0}
SAFETY = {"security": 0.0, "prosperity": 0.0, "safety": 1.0, "money": 0.0}


def planted(ours, theirs, names=(("as_is", "pool_compute"), ("as_is", "import")), lead=None, safety=None):
    """A table in which security counts what is given, and safety something else; numbers vary a little by future."""
    cells = Cells(load("current_policy"), ("united_states", "china"), 8)
    rows = np.zeros((len(names[0]), len(names[1]), len(cells.names), 8))
    noise = np.linspace(-0.1, 0.1, 8)
    for n, table in enumerate((ours, theirs)):
        rows[:, :, n * len(PARTS) + PARTS.index("security")] = np.array(table, float)[..., None] + noise
        if safety is not None:
            rows[:, :, n * len(PARTS) + PARTS.index("safety")] = np.array(safety, float)[..., None] + noise
    rows[:, :, cells.row("lead_months")] = np.array(ours if lead is None else lead, float)[..., None]
    own = {who: tuple(packages(who)[name] for name in chosen) for who, chosen in zip(cells.players, names, strict=True)}
    return Strategy(cells, own, rows)


def said(found, values=SECURITY):
    return sentences(found, dict.fromkeys(found.players, values))


def test_a_race_trap_is_told_with_what_everybody_loses():
    found = planted([[30, 0], [50, 10]], [[30, 50], [0, 10]])
    game = found.game(dict.fromkeys(found.players, SECURITY))
    caught = trap(game, ("pool_compute", "import"))
    assert caught.better == ("as_is", "as_is")
    assert caught.gains == pytest.approx((20, 20))
    text = said(found)["trap"]
    assert "the United States (20) and China (20)" in text
    assert "“Pool compute”" in text
    assert "“Import”" in text


def test_without_a_trap_it_says_so():
    found = planted([[30, 30], [10, 10]], [[30, 10], [30, 10]])
    assert trap(found.game(dict.fromkeys(found.players, SECURITY)), ("as_is", "as_is")) is None
    assert said(found)["trap"].startswith("No race trap")


def test_a_flip_names_what_is_answered_by_what():
    found = planted([[30, 30], [10, 10]], [[30, 10], [10, 30]])
    (flip,) = [one for one in flips(found.game(dict.fromkeys(found.players, SECURITY)), ("as_is", "as_is"))]
    assert (flip.player, flip.by) == ("china", "united_states")
    assert flip.replies == {"as_is": "as_is", "pool_compute": "import"}
    text = said(found)["flip"]
    assert "the best answer of China to what the United States does changes" in text
    assert "“Import” to “Pool compute”" in text


def test_a_tie_is_no_flip():
    found = planted([[30, 30], [10, 10]], [[30, 10], [20, 20]])
    assert flips(found.game(dict.fromkeys(found.players, SECURITY)), ("as_is", "as_is")) == []


def test_what_an_answer_costs_is_the_change_under_the_same_answer():
    found = planted([[0, 0], [0, 0]], [[0, 0], [0, 0]], lead=[[9, 8], [8.6, 5]])
    (one,) = answered(found, "united_states", "china")
    assert one.months == pytest.approx({"as_is": -0.4, "import": -3.0})
    assert "−3.0 months if China chooses “Import”, and by −0.4 months if it chooses “As is”" in said(found)["answer"]


def test_a_deal_that_somebody_would_leave_does_not_hold():
    names = (("as_is", "close_ideas", "deal"), ("as_is", "deal"))
    found = planted([[10, 10], [12, 12], [10, 11]], [[10, 10], [10, 10], [10, 25]], names)
    text = said(found)["deal"]
    assert "minus 1 billion dollars a year to the United States and 15 billion dollars a year to China" in text
    assert "the United States (“Close ideas”) would gain by leaving it" in text


def test_values_that_decide_are_told_and_others_too():
    found = planted([[30, 30], [10, 10]], [[30, 10], [30, 10]], safety=[[0, 0], [90, 90]])
    assert "depends on the values" in said(found)["values"]
    same = planted([[30, 30], [10, 10]], [[30, 10], [30, 10]])
    assert "values do not decide" in said(same)["values"]


def test_what_a_leader_could_commit_to_is_told_where_it_is_something_else():
    found = planted([[30, 0], [50, 10]], [[30, 20], [0, 10]])
    text = said(found)["follows"]
    assert "“Pool compute” (the United States) and “Import” (China): nobody gains" in text
    assert "could commit itself first, it would come to “As is” (the United States) and “As is” (China)" in text
