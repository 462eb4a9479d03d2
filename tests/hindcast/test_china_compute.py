"""Three definitions of China's compute: nested, apart by what they say, and diverted chips wear out."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.quarters import FIRST, number
from sim.engine.phases.build import LIFE
from sim.results.outcomes.china_compute import DEFINITIONS, _in_use, compute, share_of_world
from sim.results.run import Run
from sim.run import simulate


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(load("current_policy"), 16, until=2032)


def test_definitions_are_nested(run: Run) -> None:
    narrow, owned, used = (compute(run, name) for name in ("without_diverted", "owned", "used"))
    assert tuple(DEFINITIONS) == ("without_diverted", "owned", "used")
    assert np.all(narrow >= 0)
    assert np.all(narrow <= owned)
    assert np.all(owned <= used)
    end = run.quarters.index("2025-Q4")
    assert np.all(narrow[end] < owned[end])
    assert np.all(owned[end] < used[end])


def test_owned_is_the_default_and_the_recorded_stock(run: Run) -> None:
    np.testing.assert_array_equal(compute(run), run.part("stock_h100e.china"))


def test_used_adds_what_is_rented(run: Run) -> None:
    np.testing.assert_allclose(compute(run, "used") - compute(run), run["rented"], rtol=1e-6, atol=1)


def test_the_narrow_one_lacks_the_diverted_chips_in_use(run: Run) -> None:
    flow = run.part("flows_china.diverted").astype(float)
    lacking = compute(run) - compute(run, "without_diverted")
    for t in (0, 5, LIFE - 1, LIFE, LIFE + 1, len(flow) - 1):
        in_use = flow[max(t - LIFE + 1, 0) : t + 1].sum(axis=0)
        np.testing.assert_allclose(lacking[t], in_use, rtol=1e-5, atol=1)


def test_a_chip_serves_22_quarters() -> None:
    flow = np.zeros((30, 1))
    flow[2] = 7
    assert LIFE == 22
    assert np.flatnonzero(_in_use(flow)[:, 0]).tolist() == list(range(2, 24))
    assert _in_use(np.ones((5, 2)))[:, 0].tolist() == [1, 2, 3, 4, 5]
    assert _in_use(np.ones((40, 1)))[-1, 0] == 22


def test_what_has_retired_is_what_left_the_ledger() -> None:
    """Legal, domestic and diverted chips in use and the stock of the start are all that China owns."""
    run = simulate(load("current_policy"), 8, until=2032)
    flows = sum(run.part(f"flows_china.{channel}").astype(float) for channel in ("legal", "domestic", "diverted"))
    late = number("2029-Q4") - FIRST  # the stock of the start is gone
    np.testing.assert_allclose(_in_use(flows)[late:], compute(run)[late:], rtol=0.02)


def test_shares_are_of_the_world(run: Run) -> None:
    world = run.part("stock_h100e.world")
    for name in DEFINITIONS:
        np.testing.assert_allclose(share_of_world(run, name), compute(run, name) / world)
    assert 0.03 < np.median(share_of_world(run)[run.quarters.index("2025-Q4")]) < 0.2


def test_an_unknown_definition_is_refused_with_the_nearest(run: Run) -> None:
    with pytest.raises(InputError, match="owned"):
        compute(run, "owend")
