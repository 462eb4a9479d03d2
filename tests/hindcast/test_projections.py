"""Other people's figures: ours beside them is read from the run as the kind of reading says."""

import numpy as np
import pytest

from scenarios import load
from scenarios.errors import InputError
from scenarios.tables import Projection, table
from sim.results.projections import beside, reading
from sim.results.run import Run
from sim.run import simulate

ROWS: tuple[Projection, ...] = table("projections")
KINDS = {"end", "sum", "change", "slope", "share"}


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(load("current_policy"), 16, until=2032)


def quarters(run: Run, year: int) -> list[int]:
    return [run.quarters.index(f"{year}-Q{n}") for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("year", [2023, 2028, 2032])
def test_an_end_is_the_last_quarter(run: Run, year: int) -> None:
    last = run.quarters.index(f"{year}-Q4")
    expected = run["stock_h100e"][last, run.parts("stock_h100e").index("world")]
    np.testing.assert_array_equal(reading(run, "end:stock_h100e.world", year), expected)
    np.testing.assert_array_equal(reading(run, "end:gap_eci", year), run["gap_eci"][last])


@pytest.mark.parametrize("year", [2023, 2027])
def test_a_sum_is_that_of_four_quarters(run: Run, year: int) -> None:
    channel = run.parts("flows_china").index("domestic")
    expected = sum(run["flows_china"][t, channel].astype(float) for t in quarters(run, year))
    np.testing.assert_allclose(reading(run, "sum:flows_china.domestic", year), expected)


@pytest.mark.parametrize("kind", ["change", "slope"])
@pytest.mark.parametrize("year", [2023, 2026, 2031])
def test_changes_and_slopes_are_between_year_ends(run: Run, kind: str, year: int) -> None:
    path = run["capability"][:, run.actors.index("united_states")]
    last, before = run.quarters.index(f"{year}-Q4"), run.quarters.index(f"{year - 1}-Q4")
    np.testing.assert_allclose(reading(run, f"{kind}:capability.united_states", year), path[last] - path[before])


def test_a_share_is_one_series_over_another(run: Run) -> None:
    t = run.quarters.index("2029-Q4")
    parts = run.parts("stock_h100e")
    expected = run["stock_h100e"][t, parts.index("china")] / run["stock_h100e"][t, parts.index("world")]
    np.testing.assert_allclose(reading(run, "share:stock_h100e.china/stock_h100e.world", 2029), expected, rtol=1e-6)


def test_a_year_outside_the_run_and_an_unknown_series_are_refused(run: Run) -> None:
    with pytest.raises(InputError, match="2033"):
        reading(run, "end:stock_h100e.world", 2033)
    with pytest.raises(InputError, match="stock_h100e"):
        reading(run, "end:stock_h100f.world", 2030)
    with pytest.raises(InputError, match="world"):
        reading(run, "end:stock_h100e.word", 2030)


def test_every_row_can_be_read_for_its_year(run: Run) -> None:
    read = 0
    for row in ROWS:
        if row.ours and 2023 <= row.year <= 2032:
            values = reading(run, row.ours, row.year)
            assert values.shape == (16,), row
            assert np.isfinite(values).all(), row
            read += 1
    assert read > 30
    assert {row.ours.partition(":")[0] for row in ROWS if row.ours} <= KINDS


def test_what_stands_beside_is_in_the_order_of_the_table(run: Run) -> None:
    found = beside(run)
    assert tuple(pair.theirs for pair in found) == ROWS
    for pair in found:
        row = pair.theirs
        if row.ours is None or not 2023 <= row.year <= 2032:
            assert pair.ours is None, row
        else:
            expected = np.quantile(reading(run, row.ours, row.year), (0.05, 0.5, 0.95))
            assert pair.ours == pytest.approx(tuple(expected)), row
    short = simulate(load("current_policy"), 4, until=2027)
    assert all(pair.ours is None for pair in beside(short) if pair.theirs.year > 2027)


def test_every_row_says_what_it_is_and_what_ours_is() -> None:
    for row in ROWS:
        assert row.definition, row
        assert row.unit, row
        assert row.ours_definition, row
        assert row.low is None or row.low <= row.value, row
        assert row.high is None or row.value <= row.high, row


@pytest.mark.parametrize("ours", ["end", "mean:stock_h100e.world", "end:Stock", "share:a/b/c", "end: x"])
def test_a_wrong_reading_is_refused(ours: str) -> None:
    fields = ROWS[0].model_dump() | {"ours": ours}
    with pytest.raises(ValueError, match="ours"):
        Projection.model_validate(fields)


def test_units_agree_where_figures_are_compared(run: Run) -> None:
    """Views differ by a factor of a few; a figure in thousands or millions would be much further off."""
    for pair in beside(run):
        if pair.ours is not None and pair.theirs.unit == "H100e":
            assert 1 / 100 < pair.ours[1] / pair.theirs.value < 100, pair.theirs
