"""What the model is held against agrees with the tables it is read from, and the tables with each other."""

import math

import numpy as np
import pytest

from scenarios.quantities import Z90
from scenarios.quarters import DATA_UNTIL, FIRST, number, of_date
from scenarios.tables import table
from sim.engine.recorded import SUPERPOWERS
from sim.hindcast import record
from sim.hindcast.record import PATTERNS, SERIES, Series

END_2025 = number("2025-Q4")
NAMED = pytest.mark.parametrize("series", SERIES, ids=[series.key for series in SERIES])


def ecis(actor: str) -> dict[int, float]:
    return {number(row.quarter): row.eci for row in table("frontier_quarters") if row.actor == actor}


@NAMED
def test_every_series_has_figures_with_errors(series: Series) -> None:
    figures = series.figures()
    assert figures
    assert max(figures) <= number(DATA_UNTIL)
    assert max(figures) > FIRST
    for quarter, (value, error) in figures.items():
        assert error > 0, quarter
        assert math.isfinite(float(series.scale(value))), quarter
    assert series.pattern in PATTERNS
    assert series.label
    assert series.unit


def test_every_series_has_its_own_name_and_every_pattern_counts() -> None:
    keys = [series.key for series in SERIES]
    assert len(set(keys)) == len(keys)
    assert {series.pattern for series in SERIES if series.scored} == set(PATTERNS)


@NAMED
def test_the_scale_can_be_undone(series: Series) -> None:
    for value, _ in series.figures().values():
        if not series.log or series.shift or value > 0:
            assert float(series.unscaled(series.scale(value))) == pytest.approx(value, rel=1e-6, abs=1e-4)


def test_nothing_sold_has_a_logarithm() -> None:
    for series in SERIES:
        if series.shift:
            assert float(series.scale(0.0)) == pytest.approx(math.log10(series.shift), abs=1e-6)
            assert float(series.scale(-1.0)) == float(series.scale(0.0))


# --- frontiers -----------------------------------------------------------------------------------------------------


def test_frontiers_are_those_of_the_table_and_never_fall() -> None:
    for actor in SUPERPOWERS:
        path = {quarter: eci for quarter, (eci, _) in record.frontier(actor).items()}
        assert path == ecis(actor)
        assert all(np.diff([path[q] for q in sorted(path)]) >= 0), actor
        scored = record.scored_frontier(actor)
        assert min(scored) == record.FRONTIER_FROM[actor]
        assert scored.items() <= record.frontier(actor).items()


def test_the_gap_is_one_frontier_less_the_other() -> None:
    us, china = ecis("united_states"), ecis("china")
    gap = record.gap()
    assert set(gap) == {q for q in china if q >= record.FRONTIER_FROM["china"]}
    for quarter, (points, error) in gap.items():
        assert points == pytest.approx(us[quarter] - china[quarter])
        assert error == pytest.approx(math.sqrt(2) * record.ECI_ERROR)


def test_the_lag_is_the_mean_time_since_the_leader_was_there() -> None:
    """The leader's path turned round and read at the follower's level; in the record China is never ahead."""
    us, china = ecis("united_states"), ecis("china")
    quarters = sorted(q for q in us if q >= FIRST)
    path = [us[q] for q in quarters]

    def months(quarter: int) -> float:
        # Between two levels the leader waited at the lower one until the quarter before it reached the higher.
        levels, first = np.unique(path, return_index=True)
        k = int(np.searchsorted(levels, china[quarter]))
        low, high = levels[k - 1], levels[k]
        reached = quarters[int(first[k])] - 1 + (china[quarter] - low) / (high - low)
        return float(3 * (quarter - reached))

    lag = record.lag()
    assert min(lag) == record.FRONTIER_FROM["china"] + 3
    assert max(lag) == number(DATA_UNTIL)
    # In 2023-Q3 China stood below the path's beginning, which is carried back at an old pace: not read off the path.
    for quarter in range(record.FRONTIER_FROM["china"] + 4, number(DATA_UNTIL) + 1):
        assert lag[quarter][0] == pytest.approx(np.mean([months(quarter - back) for back in range(4)])), quarter


def test_the_slope_is_a_difference_of_twelve_months() -> None:
    for actor in SUPERPOWERS:
        path = ecis(actor)
        slope = record.slope(actor)
        assert min(slope) == record.FRONTIER_FROM[actor] + 4
        for quarter, (points, _) in slope.items():
            assert points == pytest.approx(path[quarter] - path[quarter - 4])


# --- training runs -------------------------------------------------------------------------------------------------


def test_record_runs_are_the_largest_so_far() -> None:
    rows = [row for row in table("training_runs") if row.record == "yes"]
    for actor in SUPERPOWERS:
        path = record.record_runs(actor)
        flops = [path[quarter][0] for quarter in sorted(path)]
        assert flops == sorted(flops), actor
        for quarter, (flop, error) in path.items():
            so_far = [row for row in rows if row.actor == actor and of_date(row.date) <= quarter]
            assert flop == max(row.flop for row in so_far), quarter
            assert error in record.GRADES.values()
        assert sorted(path) == list(range(min(path), max(path) + 1))


def test_the_us_record_ends_when_runs_stopped_being_disclosed() -> None:
    assert max(record.record_runs("united_states")) == END_2025
    assert record.record_runs("united_states")[END_2025][0] == 5e26
    assert max(record.record_runs("china")) == number(DATA_UNTIL)


# --- imports and stocks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_quarters_of_imports_add_to_the_published_year(year: int) -> None:
    (published,) = [
        row.median for row in table("china_channels")
        if (row.year, row.channel, row.quantity, row.unit) == (year, "legal", "flow", "H100e (8-bit)")
    ]  # fmt: skip
    last = min(year * 4 + 3, number(DATA_UNTIL))
    assert record.yearly_imports("h100e")[last][0] == published
    quarters = [row.h100e for row in table("imports_quarters") if row.quarter.startswith(str(year))]
    assert sum(quarters) == published


def test_only_whole_years_and_the_running_one_are_added_up() -> None:
    found = record.yearly_imports("chips")
    assert sorted(found) == [number(q) for q in ("2022-Q4", "2023-Q4", "2024-Q4", "2025-Q4", DATA_UNTIL)]


def test_a_year_with_a_hole_has_no_total(monkeypatch: pytest.MonkeyPatch) -> None:
    quarters = {q: figure for q, figure in record.imports("h100e").items() if q != number("2024-Q2")}
    monkeypatch.setattr(record, "imports", lambda field: quarters)
    assert number("2024-Q4") not in record.yearly_imports("h100e")
    assert number("2025-Q4") in record.yearly_imports("h100e")


def test_the_error_of_a_year_lies_among_those_of_its_quarters() -> None:
    quarters = record.imports("h100e")
    for last, (_, error) in record.yearly_imports("h100e").items():
        of_year = [e for q, (value, e) in quarters.items() if q // 4 == last // 4 and q <= last and value > 0]
        assert min(of_year) - 1e-12 <= error <= max(of_year) + 1e-12


def test_chips_get_weaker_when_the_h20_replaces_the_h800() -> None:
    per_chip = {q: value for q, (value, _) in record.arithmetic_per_chip().items()}
    assert per_chip[number("2023-Q4")] == pytest.approx(145_756 / 210_046)
    assert per_chip[number("2024-Q4")] == pytest.approx(0.15, abs=0.002)
    assert per_chip[number(DATA_UNTIL)] == pytest.approx(1)


def chosen(topic: str) -> float:
    (row,) = [row for row in table("conflicts") if row.topic == topic and row.chosen == "yes"]
    return float(row.value)


def test_stocks_at_the_end_of_2025_are_the_chosen_figures() -> None:
    at_end = {owner: record.stock(owner)[END_2025][0] for owner in ("world", "united_states", "china")}
    assert at_end["world"] == pytest.approx(1e6 * chosen("World stock, end 2025"))
    share = 100 * at_end["china"] / at_end["world"]
    assert share == pytest.approx(chosen("China share of world compute, end 2025"), abs=0.05)
    assert at_end["china"] + at_end["united_states"] < at_end["world"]


@pytest.mark.parametrize(
    ("owner", "channel"),
    [("china_legal", "legal"), ("china_domestic", "domestic"), ("china_diverted", "diverted"),
     ("china_rented", "offshore"), ("china", "total")],
)  # fmt: skip
def test_channels_at_the_end_of_2025_are_published_stocks(owner: str, channel: str) -> None:
    (stock,) = [row for row in table("stocks") if (row.owner, row.quarter) == (owner, "2025-Q4")]
    published = [
        (row.median, row.low, row.high) for row in table("china_channels")
        if (row.year, row.channel, row.quantity, row.unit) == (2025, channel, "stock", "H100e (8-bit)")
    ]  # fmt: skip
    assert (stock.h100e, stock.low, stock.high) in published


def test_channels_add_to_what_china_owns() -> None:
    for quarter in ("2023-Q4", "2024-Q4", "2025-Q4"):
        parts = sum(
            record.stock(owner)[number(quarter)][0] for owner in ("china_legal", "china_domestic", "china_diverted")
        )
        owned = record.stock("china")[number(quarter)][0]
        # What China had in 2022 before the record of channels begins is in the total: 65 thousand less 23.
        assert 0 <= owned - parts < 60_000, quarter


def test_intervals_hold_their_figures_and_give_the_errors() -> None:
    for row in table("stocks"):
        assert row.low < row.h100e < row.high, row
        error = record.stock(row.owner)[number(row.quarter)][1]
        assert error == pytest.approx(max(math.log10(row.high / row.low) / (2 * Z90), record.FLOOR_OF_ERROR))
    for row in table("imports_quarters"):
        assert row.h100e_low <= row.h100e <= row.h100e_high, row
        assert row.chips_low <= row.chips <= row.chips_high, row


def test_stocks_never_fall() -> None:
    for owner in {row.owner for row in table("stocks")}:
        path = [value for _, (value, _) in sorted(record.stock(owner).items())]
        assert path == sorted(path), owner
