"""What a run says about the record: sums by hand, and what was known at the edge of its data."""

import numpy as np
import pytest

from scenarios import load
from scenarios.quarters import FIRST, number
from scenarios.tables import table
from sim.hindcast import record
from sim.hindcast.blind import blind_spec
from sim.hindcast.observe import DOMESTIC_BEFORE, legal_before, observed, totals
from sim.results.outcomes import lead
from sim.results.run import Run
from sim.run import simulate

EDGE = number("2024-Q4") - FIRST
"""Step of the last quarter that the run knows."""


def test_every_recorded_series_is_observed_in_every_quarter(blind_run: Run) -> None:
    seen = observed(blind_run)
    assert set(seen) == {series.key for series in record.SERIES}
    for key, path in seen.items():
        assert path.shape == (len(blind_run.quarters), blind_run.runs), key
        known = ~np.isnan(path).any(axis=1)
        assert known[4:].all(), key
        assert known.all() or key in ("lag", "us_slope", "china_slope")
        # A figure that is compared is never one that cannot be said.
        figures = next(series for series in record.SERIES if series.key == key).figures()
        assert all(known[quarter - FIRST] for quarter in figures if quarter >= FIRST + 4), key


@pytest.mark.parametrize("year", [2023, 2024, 2026])
def test_a_year_to_date_is_the_sum_of_its_quarters(blind_run: Run, year: int) -> None:
    seen, flows = totals(blind_run), blind_run.part("flows_china.legal").astype(float)
    january = number(f"{year}-Q1") - FIRST
    for done in range(1, 5):
        t = january + done - 1
        legal = flows[january : t + 1].sum(axis=0)
        np.testing.assert_allclose(seen["legal_year"][t], legal)
        chips = blind_run["legal_chips"][january : t + 1].astype(float).sum(axis=0)
        np.testing.assert_allclose(seen["legal_chips"][t], chips)
        np.testing.assert_allclose(seen["h100e_per_chip"][t], legal / np.maximum(chips, 1))
        np.testing.assert_allclose(seen["legal_quarter"][t], flows[t])


def test_a_chip_has_the_arithmetic_of_a_chip(blind_run: Run) -> None:
    """From the H20 to the H100: what is imported legally lies between."""
    bought = totals(blind_run)["legal_chips"] > 1000
    per_chip = totals(blind_run)["h100e_per_chip"][bought]
    assert bought[:EDGE].mean() > 0.8, "where compute is cheap elsewhere, H20s find no buyers"
    assert 0.14 < per_chip.min() < per_chip.max() < 2.5


def test_stocks_of_channels_are_what_came_before_and_the_flows_since(blind_run: Run) -> None:
    seen = totals(blind_run)
    before = {"legal": legal_before(), "domestic": DOMESTIC_BEFORE, "diverted": 0.0}
    for channel, start in before.items():
        flow = blind_run.part(f"flows_china.{channel}").astype(float)
        for t in (0, EDGE, len(flow) - 1):
            np.testing.assert_allclose(seen[f"china_{channel}"][t], start + flow[: t + 1].sum(axis=0))
    np.testing.assert_array_equal(seen["china_rented"], blind_run["rented"])
    for owner, part in (("world", "world"), ("us", "united_states"), ("china", "china")):
        np.testing.assert_array_equal(seen[f"{owner}_stock"], blind_run.part(f"stock_h100e.{part}"))


def test_what_came_before_the_first_quarter_is_that_of_the_tables() -> None:
    bought = {row.quarter: row.h100e for row in table("imports_quarters")}
    assert pytest.approx(sum(bought[f"2022-Q{n}"] for n in (1, 2, 3))) == legal_before()
    assert legal_before() + bought["2022-Q4"] == pytest.approx(record.stock("china_legal")[FIRST][0])
    assert record.stock("china_domestic")[FIRST][0] > DOMESTIC_BEFORE


@pytest.mark.parametrize(("key", "actor"), [("us_eci", "united_states"), ("china_eci", "china")])
def test_a_frontier_is_the_record_to_the_edge_and_the_run_after_it(blind_run: Run, key: str, actor: str) -> None:
    path = observed(blind_run)[key]
    known = {number(r.quarter): r.eci for r in table("frontier_quarters") if r.actor == actor}
    for t in range(EDGE + 1):
        assert np.all(path[t] == known[FIRST + t]), t
    assert np.all(np.diff(path, axis=0) >= 0)
    own = np.maximum.accumulate(blind_run.part(f"capability.{actor}")[EDGE + 1 :], axis=0)
    np.testing.assert_array_equal(path[EDGE + 1 :], np.maximum(own, known[FIRST + EDGE]))
    assert np.ptp(path[-1]) > 1


@pytest.mark.parametrize(("key", "actor"), [("us_run", "united_states"), ("china_run", "china")])
def test_a_record_run_is_never_below_the_recorded_one(blind_run: Run, key: str, actor: str) -> None:
    path, own = observed(blind_run)[key], blind_run.part(f"training_flop.{actor}").astype(float)
    for quarter, (flop, _) in record.record_runs(actor).items():
        if FIRST <= quarter <= FIRST + EDGE:
            assert np.all(path[quarter - FIRST] == flop), quarter
    known = record.record_runs(actor)[FIRST + EDGE][0]
    assert np.all(path[EDGE:] >= known)
    np.testing.assert_array_equal(path[-1], np.maximum(known, own[EDGE + 1 :].max(axis=0)))


def test_gap_slope_and_lag_follow_from_the_frontiers(blind_run: Run) -> None:
    seen = observed(blind_run)
    us, china = seen["us_eci"], seen["china_eci"]
    np.testing.assert_array_equal(seen["gap"], us - china)
    np.testing.assert_array_equal(seen["us_slope"][4:], us[4:] - us[:-4])
    np.testing.assert_array_equal(seen["china_slope"][9], china[9] - china[5])
    months = lead.backward_months(us, china)
    np.testing.assert_allclose(seen["lag"][12], months[9:13].mean(axis=0))


@pytest.mark.parametrize("key", ["gap", "lag", "us_slope", "china_slope"])
def test_what_was_known_is_observed_as_recorded(blind_run: Run, key: str) -> None:
    """From the first quarter whose window begins with figures that both sides have."""
    figures = next(series for series in record.SERIES if series.key == key).figures()
    path = observed(blind_run)[key]
    quarters = range(number("2024-Q3"), FIRST + EDGE + 1)
    assert set(quarters) <= set(figures)
    for quarter in quarters:
        np.testing.assert_allclose(path[quarter - FIRST], figures[quarter][0], atol=1e-9)


def test_a_run_of_today_can_be_observed() -> None:
    """Its data end after the US record of training runs does."""
    seen = observed(simulate(load("current_policy"), 8, until=2027))
    known = record.record_runs("united_states")[number("2025-Q4")][0]
    assert np.all(seen["us_run"][number("2026-Q3") - FIRST] >= known)


@pytest.mark.parametrize("cutoff", ["2022-12", "2023-06", "2025-03", "2026-06"])
def test_every_edge_can_be_observed(cutoff: str) -> None:
    run = simulate(blind_spec(cutoff), 8, until=2027)
    assert set(observed(run)) == {series.key for series in record.SERIES}
