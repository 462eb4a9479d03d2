"""The effect of a policy if nobody answers, if the rival does, if everybody does."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.packages import combined, packages
from sim.analysis.answers import answer, movers, rivals, unanswered
from sim.run import simulate

RUNS = 16
BASE = load("current_policy")
CLOSED = BASE.with_levers(openness=20, weight_security=80)


def test_who_moves_and_who_answers():
    assert movers(CLOSED, BASE) == ("united_states",)
    assert rivals(CLOSED, BASE) == ("china",)
    assert movers(load("china_surge"), BASE)[-1] == "china"
    assert movers(BASE, BASE) == ()


def test_who_moves_by_a_rule_an_event_or_a_decision_has_moved():
    assert movers(load("q07_remote_access_host"), BASE) == ("united_states",)
    assert movers(load("truce_ends"), BASE) == ("united_states", "china")
    assert movers(load("q13_malaysia_permits"), BASE) == ("hubs",)
    assert movers(load("q09_lithography_service"), BASE) == ("united_states", "allies")


def test_nobody_answers_means_everybody_is_held_to_what_it_did():
    usual = simulate(BASE, RUNS, until=2032)
    held = simulate(CLOSED, RUNS, until=2032, held=usual["decisions"])
    t = usual.step(2032)
    assert unanswered(CLOSED, BASE, RUNS).mean == pytest.approx((held["lead_months"] - usual["lead_months"])[t].mean())
    assert unanswered(BASE, BASE, RUNS).mean == 0


def test_the_rival_takes_the_best_with_the_policy_and_without_it():
    found = answer(CLOSED, BASE, ["china"], {"china": "safety_first"}, runs=RUNS)
    before, after = found.replies["china"]
    leads = []
    for spec, reply in ((BASE, before), (CLOSED, after)):
        run = simulate(combined(spec, {"china": packages("china")[reply.reply]}), RUNS, until=2032)
        leads.append(run["lead_months"][run.step(2032)])
    assert found.effect.mean == pytest.approx((leads[1] - leads[0]).mean())
    assert found.changed == (("china",) if before.reply != after.reply else ())


def test_only_security_counted_china_pools_whatever_washington_does():
    only = {"security": 1.0, "prosperity": 0.0, "safety": 0.0, "money": 0.0}
    before, after = answer(CLOSED, BASE, ["cn"], {"china": only}, runs=RUNS).replies["china"]
    assert (before.reply, after.reply) == ("pool_compute", "pool_compute")


def test_allies_and_hubs_answer_too():
    found = answer(CLOSED, BASE, ["allies", "hubs"], runs=RUNS)
    assert set(found.replies) == {"allies", "hubs"}
    assert np.isfinite(found.effect.mean)


@pytest.mark.parametrize("players", [["us"], [], ["china", "china"]])
def test_whoever_has_moved_does_not_answer(players):
    with pytest.raises(InputError, match="name some of china, allies, hubs"):
        answer(CLOSED, BASE, players, runs=8)
