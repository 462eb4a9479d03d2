"""What is regretted least over worlds and answers."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from sim.analysis.hedge import hedged
from sim.analysis.strategy import strategy
from sim.analysis.worlds import WORLDS

FEW = ["sell_at_volume", "control_models", "power_and_money", "deal", "import", "open_weights", "spend_and_build",
       "retaliate", "refuse_and_push"]  # fmt: skip


def test_regret_is_what_the_best_reply_of_that_world_would_bring_more():
    found = strategy(load("current_policy"), without=FEW, runs=16)
    worlds = [world for world in WORLDS if world.name in ("no_feedback", "shock")]
    hedge = hedged(found, worlds)
    regrets = hedge.regrets("united_states")
    assert regrets.shape == (len(found.options["united_states"]), 3, len(found.options["china"]))
    assert np.all(regrets.min(axis=0) == 0)
    for w, world in enumerate(worlds, 1):
        alone = strategy(world.over(found.spec), without=FEW, runs=16)
        assert hedge.tables[world.name].lead == pytest.approx(alone.lead)
        mean = hedge.tables[world.name].game().mean[0]
        assert regrets[:, w] == pytest.approx(mean.max(axis=0) - mean)
    largest = hedge.largest("united_states")
    assert hedge.least_regret("united_states") == min(largest, key=lambda name: largest[name])
    assert hedge.frame().height == 3 * sum(map(len, found.options.values()))
    with pytest.raises(InputError, match="at least one world"):
        hedged(found, [])
