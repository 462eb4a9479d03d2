"""Which cut-offs a hindcast takes, and what it says of the others."""

import numpy as np
import pytest

from scenarios.errors import InputError
from scenarios.quarters import DATA_UNTIL, FIRST, label, number
from sim.ensemble.draws import at_scores
from sim.hindcast.blind import CUTOFFS, blind_spec, hindcast, predicted
from sim.hindcast.fit import fit
from sim.hindcast.record import SERIES

ALL = [f"{label(q)[:4]}-{q % 4 * 3 + 3:02d}" for q in range(FIRST, number(DATA_UNTIL))]


def test_every_quarter_of_data_but_the_last_is_a_cutoff() -> None:
    assert (ALL[0], ALL[-1], len(ALL)) == ("2022-12", "2026-06", 15)
    assert set(CUTOFFS) <= set(ALL)
    for cutoff in ALL:
        spec = blind_spec(cutoff)
        assert number(spec.data_until) == int(cutoff[:4]) * 4 + int(cutoff[5:]) // 3 - 1
        assert (spec.rules_known, spec.levers) == (DATA_UNTIL, {})
        assert (spec.weighting, spec.calibration) == ("none", "literature")


@pytest.mark.parametrize("cutoff", ["2022-09", "2026-09", "2030-12", "1999-12"])
def test_a_cutoff_without_data_on_both_sides_is_refused(cutoff: str) -> None:
    with pytest.raises(InputError, match=r"2022-12 and 2026-06") as error:
        blind_spec(cutoff)
    assert cutoff in str(error.value)


@pytest.mark.parametrize("cutoff", ["2024-11", "2024", "2024-Q4", "december", "", "2024-12-31", "24-12"])
def test_what_ends_no_quarter_is_refused(cutoff: str) -> None:
    with pytest.raises(InputError, match="a month that ends a quarter"):
        blind_spec(cutoff)


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("cutoff", "draws"),
    [("2022-12", 1024), ("2023-03", 1024), ("2023-06", 1024), ("2023-09", 1024), ("2026-06", 256),
     *(pytest.param(cutoff, 1024, marks=SLOW) for cutoff in ("2025-12", "2026-03", "2026-06"))],
)  # fmt: skip
def test_every_kind_of_cutoff_can_be_run(cutoff: str, draws: int) -> None:
    """Before any frontier was scored, at the first ones, and after the US record of training runs ends."""
    found = hindcast(cutoff, draws=draws, futures=64)
    assert found.points
    assert set(found.fans) == {series.key for series in SERIES}
    assert all(number(p.quarter) > number(blind_spec(cutoff).data_until) for p in found.points)
    assert all(np.isfinite([*p.quantiles, p.crps, p.last_value, p.trend]).all() for p in found.points)


def test_one_seed_makes_one_hindcast() -> None:
    one, two, other = (hindcast("2022-12", 1024, 64, seed) for seed in (1, 1, 2))
    assert one == two
    assert one.points != other.points


def test_futures_are_resampled_draws_in_mixed_order() -> None:
    """Dice must not meet the draws in the order in which these were made."""
    weighed = fit(blind_spec("2022-12"), 1024, 0)
    run = predicted(weighed, 200, 0)
    chosen = weighed.sample.resampled(200, 0)
    drawn = at_scores(weighed.spec, weighed.scores(chosen)).points_per_oom
    found = run.parameters["points_per_oom"]
    np.testing.assert_allclose(np.sort(found), np.sort(drawn))
    assert not np.array_equal(found, drawn)
    assert run.spec.switches.luck
