"""Numbers with units read as people write them."""

import pytest

from sim.ui.shared import quantity


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (5e26, "FLOP", "5 × 10²⁶ FLOP"),
        (9.96e25, "FLOP", "10²⁶ FLOP"),
        (3.14e23, "FLOP", "3.1 × 10²³ FLOP"),
        (1_834_000, "H100e", "1.83 million H100e"),
        (999_600, "H100e", "1.00 million H100e"),
        (27_512, "H100e", "27,500 H100e"),
        (0, "H100e", "0 H100e"),
        (0.15, "H100e", "0.150 H100e"),
        (0.0902, "share", "9.0%"),
        (6.3e11, "US dollars", "$630 billion"),
        (14275, "US dollars per H100e", "$14,300 per H100e"),
        (21_349, "MW", "21.3 GW"),
        (-2.34, "ECI points", "−2.3 ECI points"),
        (7.6, "months", "7.6 months"),
    ],
)
def test_an_amount(value: float, unit: str, text: str):
    assert quantity.amount(value, unit) == text


def test_a_range_names_its_unit_once():
    assert quantity.span(0.065, 0.135, "share") == "6.5 to 13.5%"
    assert quantity.span(1e6, 2.5e6, "H100e") == "1.00 million to 2.50 million H100e"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1e5, "H100e", "100k"),
        (1e7, "H100e", "10m"),
        (1e25, "FLOP", "10²⁵"),
        (0.1, "share", "10%"),
        (-5, "months", "−5"),
    ],
)
def test_a_tick_is_short(value: float, unit: str, text: str):
    assert quantity.tick(value, unit) == text


def test_signs_are_real_and_zero_has_none():
    assert quantity.signed(-0.06, 2) == "−0.06"
    assert quantity.signed(2.2, 1) == "+2.2"
    assert quantity.signed(-0.001, 2) == "0.00"


def test_a_factor_is_at_least_one():
    assert quantity.factor(-0.30103) == quantity.factor(0.30103) == "2.0"
    assert quantity.factor(1.4) == "25"
