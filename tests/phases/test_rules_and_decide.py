"""What holds for everybody this quarter, dated events, and what levers set before anybody decides."""

from collections.abc import Callable

import numpy as np
import pytest

from agents.allocation import FABS
from sim.engine.world import World
from tests.phases.conftest import BASE, Before

Go = Callable[[World, str], None]


@pytest.mark.parametrize(("size", "left"), [(0.4, 0.6), (1.0, 0.0)])
def test_a_network_that_is_found_loses_its_share_once(before: Before, go: Go, size: float, left: float) -> None:
    event = {"kind": "diversion_uncovered", "date": "2027-Q4", "size": size}
    for quarter, share in (("2027-Q3", 1.0), ("2027-Q4", left), ("2028-Q1", 1.0)):
        world = before("rules", quarter, spec=BASE.with_changes(events=[event]))
        world.state.network[:] = 0.5
        go(world, "rules")
        np.testing.assert_allclose(world.state.network, 0.5 * share)


def test_allies_that_split_are_as_much_less_aligned(before: Before, go: Go) -> None:
    world = before("rules", spec=BASE.with_changes(events=[{"kind": "allied_split", "date": "2027-Q4", "size": 0.3}]))
    rows = world.inputs.rows_of("ally")
    world.state.alignment[rows] = 0.8
    go(world, "rules")
    np.testing.assert_allclose(world.state.alignment[rows], 0.5)
    assert world.now.allies_parted


@pytest.mark.parametrize("effort", [0.5, 1, 3])
@pytest.mark.parametrize(("kind", "lever"), [("ally", "ally_effort"), ("hub", "hub_effort")])
def test_partners_alone_work_at_the_pace_of_their_lever(
    before: Before, go: Go, effort: float, kind: str, lever: str
) -> None:
    world = before("observe and decide", **{lever: effort})
    go(world, "observe and decide")
    partners, usual = world.inputs.rows_of(kind), world.state.edge.money_use
    others = np.ones(len(world.inputs.actors), dtype=bool)
    others[partners] = False
    bare = np.delete(usual, FABS, axis=1)
    moved = np.delete(world.now.usual_use * world.now.effort[:, None], FABS, axis=1)
    np.testing.assert_allclose(moved[partners], world.context.setting(lever) * bare[partners])
    fabs = world.now.usual_use[partners, FABS] * world.now.effort[partners]
    np.testing.assert_allclose(fabs, usual[partners, FABS])  # policy asks for compute, not for fabs
    assert np.all(world.now.effort[others] == 1)


def test_controls_on_tools_hold_as_far_as_their_makers_follow(before: Before, go: Go) -> None:
    found = []
    for alignment in (0.2, 0.5, 0.8):
        world = before("rules", tool_controls=80)
        world.state.alignment[world.inputs.tool_makers] = alignment
        go(world, "rules")
        found.append(world.now.tools.mean())
    assert found[0] < found[1] < found[2]
