"""Shares become whole futures in 100, words and one sentence."""

import math

import pytest
from hypothesis import given, strategies as st

from sim.results.wording import headline, rounded, signed

CLASSES = ("us_ahead", "two_power", "several", "china_ahead")


@given(st.lists(st.integers(0, 100_000), min_size=4, max_size=4).filter(any))
def test_rounded_shares_add_to_a_hundred_and_move_by_less_than_one(counts):
    shares = {name: n / sum(counts) for name, n in zip(CLASSES, counts, strict=True)}
    whole = rounded(shares)
    assert sum(whole.values()) == 100
    assert all(abs(whole[name] - 100 * share) < 1 for name, share in shares.items())


def test_the_largest_remainders_are_rounded_up():
    assert rounded({"a": 0.205, "b": 0.304, "c": 0.491}) == {"a": 21, "b": 30, "c": 49}
    assert rounded({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}) == {"a": 34, "b": 33, "c": 33}
    assert rounded({"a": 0.29, "b": 0.71}) == {"a": 29, "b": 71}


@pytest.mark.parametrize("shares", [{"a": 0.0}, {"a": -0.1, "b": 1.1}, {"a": math.nan}])
def test_what_are_no_shares_is_refused(shares):
    with pytest.raises(ValueError, match="shares"):
        rounded(shares)


def test_headlines():
    counts = rounded(dict(zip(CLASSES, (0.62, 0.3, 0.05, 0.03), strict=True)))
    assert headline(counts, 2032) == (
        "In 62 of 100 simulated futures the US leads China by 12 months or more at the end of 2032."
    )
    assert headline(counts, 2030, "several") == (
        "In 5 of 100 simulated futures three blocs are within 12 months of each other at the end of 2030."
    )


def test_signs():
    assert [signed(x) for x in (1.25, -3.0, 0.0, -0.04, 1234.5)] == ["+1.2", "−3.0", "0.0", "0.0", "+1,234.5"]
    assert signed(-7.6, 0) == "−8"
