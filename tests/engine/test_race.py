"""Race theory (P7): who cuts corners, and what a safer technology is met with (Stafford, Trager and Dafoe 2022)."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from agents.compute import CORNERS
from scenarios import load
from sim.engine.world import World
from sim.equations import governance
from tests.engine.values import middle, num, one


def safety_wanted(gap: float, hostility: float, care: float = 0.03) -> float:
    """The decision of one actor whose rival is `gap` points behind (negative: ahead)."""
    from agents.actor import NationalActor

    world = SimpleNamespace(
        public=SimpleNamespace(rival_gap=np.array([[gap]])), p=middle(hostility=hostility),
        setting=lambda name: np.nan, baseline_safety=one(care),
    )  # fmt: skip
    return num(NationalActor.group(world, slice(0, 1)).safety_target().level)


def test_a_weak_or_a_mild_laggard_does_not_cut_corners() -> None:
    assert safety_wanted(gap=-40, hostility=1.0) == pytest.approx(0.03, rel=0.01)
    assert safety_wanted(gap=-18, hostility=1.0) == pytest.approx(0.03, rel=0.001)
    assert safety_wanted(gap=-1, hostility=0.0) == pytest.approx(0.03, rel=0.01)


def test_a_close_and_hostile_rival_makes_developers_cut_corners() -> None:
    assert safety_wanted(gap=-1, hostility=1.0) < 0.5 * 0.03
    assert safety_wanted(gap=1, hostility=1.0) < 0.5 * 0.03
    assert safety_wanted(gap=1, hostility=0.8) < safety_wanted(gap=1, hostility=0.3) < 0.03
    assert safety_wanted(gap=1, hostility=0.8) < safety_wanted(gap=8, hostility=0.8) < 0.03
    assert safety_wanted(gap=0, hostility=1.0) == pytest.approx(0.03 * (1 - CORNERS))
    behind = [safety_wanted(gap=-gap, hostility=0.9) for gap in (0, 2, 4, 8, 16)]
    assert behind == sorted(set(behind))


def test_a_safer_technology_is_met_with_less_care_but_stays_safer(make_world: Callable[..., World]) -> None:
    """Risk compensation is partial: at a tenth of the hazard effort falls, and what is left of the hazard too."""
    care, left = [], []
    for hazard in (0.01, 0.001):
        world = make_world(load("current_policy").with_changes(parameters={"accident_hazard": hazard}), runs=8)
        care.append(safety_wanted(gap=2, hostility=0.5, care=num(world.baseline_safety[0])))
        eci = np.full((1, 1), 180.0)
        ones, p = np.ones((1, 1)), middle(accident_hazard=hazard)
        left.append(governance.indices(eci, ones, ones, ones * care[-1], ones, ones, p)[1, 0])
    assert care[1] < care[0]
    assert left[1] < left[0]
