"""Forecasts without a model, on series whose future is known."""

import numpy as np
import pytest

from scenarios.quarters import number
from sim.hindcast.naive import WINDOW, last_value, trend
from sim.hindcast.record import Figures, Series

EDGE = number("2024-Q4")


def series(log: bool = True, shift: float = 0.0) -> Series:
    return Series("made_up", "P3", "Made up", "things", dict, log=log, shift=shift)


def growing(quarters: list[int], rate: float = 0.07) -> Figures:
    return {q: (10 ** (2 + rate * (q - EDGE)), 0.1) for q in quarters}


def test_the_last_value_stands_on_the_scale_of_the_series() -> None:
    known = {EDGE - 4: (10.0, 0.1), EDGE: (1000.0, 0.1), EDGE - 1: (7.0, 0.1)}
    assert last_value(series(), known, EDGE + 3) == pytest.approx(3)
    assert last_value(series(log=False), known, EDGE + 3) == 1000
    assert last_value(series(shift=9000), known, EDGE + 3) == pytest.approx(4)


def test_a_year_that_has_begun_is_compared_with_its_part() -> None:
    """Three quarters after a last quarter a yearly sum has three quarters of a year's worth."""
    yearly = Series("made_up", "P1", "Made up", "things", dict, yearly=True)
    known = growing([EDGE - 8, EDGE - 4, EDGE], rate=0.0)
    assert last_value(yearly, known, EDGE + 3) == pytest.approx(2 + np.log10(0.75))
    assert trend(yearly, known, EDGE + 3) == pytest.approx(2 + np.log10(0.75))
    assert last_value(yearly, known, EDGE + 4) == pytest.approx(2)


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("ahead", [1, 7])
def test_the_trend_of_steady_growth_goes_on(step: int, ahead: int) -> None:
    known = growing(list(range(EDGE - 12, EDGE + 1, step)))
    assert trend(series(), known, EDGE + ahead) == pytest.approx(2 + 0.07 * ahead)


def test_the_trend_on_a_plain_scale_is_a_line() -> None:
    known = {q: (50 + 3.0 * (q - EDGE), 1.0) for q in range(EDGE - 5, EDGE + 1)}
    assert trend(series(log=False), known, EDGE + 4) == pytest.approx(62)


def test_two_values_make_a_line_however_far_apart() -> None:
    known = growing([EDGE - 20, EDGE])
    assert trend(series(), known, EDGE + 10) == pytest.approx(2.7)


def test_one_value_stands_still() -> None:
    known = {EDGE - 3: (100.0, 0.1)}
    for quarter in (EDGE, EDGE + 9):
        assert trend(series(), known, quarter) == last_value(series(), known, quarter) == pytest.approx(2)


def test_only_two_years_count() -> None:
    quarters = list(range(EDGE - 15, EDGE + 1))
    known = growing(quarters)
    old, recent = dict(known), dict(known)
    old[EDGE - WINDOW] = (1e9, 0.1)
    recent[EDGE - WINDOW + 1] = (1e9, 0.1)
    assert trend(series(), old, EDGE + 4) == trend(series(), known, EDGE + 4)
    assert trend(series(), recent, EDGE + 4) != pytest.approx(trend(series(), known, EDGE + 4), abs=0.1)


def test_yearly_values_use_the_last_two_years() -> None:
    known = growing([EDGE - 12, EDGE - 8, EDGE - 4, EDGE])
    bent = {**known, EDGE - 8: (1e7, 0.1)}
    assert trend(series(), bent, EDGE + 4) == pytest.approx(2 + 0.07 * 4)
    assert np.isfinite(trend(series(), {q: known[q] for q in (EDGE - 12, EDGE - 8, EDGE)}, EDGE + 4))
