"""Shares become whole futures in 100, words and one sentence."""

import math

import pytest
from hypothesis import given, strategies as st

from sim.results.wording import headline, rounded, signed, word

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


@pytest.mark.parametrize(
    ("percent", "text"),
    [(0, "almost no chance"), (4, "almost no chance"), (5, "very unlikely"), (19, "very unlikely"), (20, "unlikely"),
     (44, "unlikely"), (45, "as likely as not"), (54, "as likely as not"), (55, "likely"), (79, "likely"),
     (80, "very likely"), (94, "very likely"), (95, "almost certain"), (100, "almost certain")],
)  # fmt: skip
def test_words(percent, text):
    assert word(percent) == text


def test_headlines():
    shares = dict(zip(CLASSES, (0.62, 0.3, 0.05, 0.03), strict=True))
    assert headline(rounded(shares), 2032) == ("By 2032, the United States well ahead is likely: 62 futures in 100.")
    shares = dict(zip(CLASSES, (0.38, 0.35, 0.25, 0.02), strict=True))
    assert headline(rounded(shares), 2032) == (
        "No single outcome is likely by 2032. "
        "The most common, the United States well ahead, comes up in 38 futures in 100."
    )


def test_signs():
    assert [signed(x) for x in (1.25, -3.0, 0.0, -0.04, 1234.5)] == ["+1.2", "−3.0", "0.0", "0.0", "+1,234.5"]
    assert signed(-7.6, 0) == "−8"
