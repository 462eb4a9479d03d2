"""The verdict's words and numbers agree with each other and with the dots."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sim.results.outcomes.polarity import CLASSES
from sim.results.wording import headline, rounded
from sim.ui.shared import wording

FOUR = st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda x: sum(x) > 0.01)


def shares(top: float, rest: str = "us_ahead") -> dict[str, float]:
    """A two-power race with so many futures in 100, the others spread so that it stays the most common."""
    left = (100 - top) / 100
    others = dict.fromkeys(("us_ahead", "several", "china_ahead"), left / 3)
    return {name: {**others, "two_power": top / 100}[name] for name in CLASSES}


def normal(values: list[float]) -> dict[str, float]:
    return dict(zip(CLASSES, (np.array(values) / sum(values)).tolist(), strict=True))


@pytest.mark.parametrize(
    ("top", "sentence"),
    [
        (
            44.4,
            "No single outcome is likely by 2032. The most common, a two-power race, comes up in 44 futures in 100.",
        ),
        (44.9, "By 2032, a two-power race is as likely as not: 45 futures in 100."),
        (45, "By 2032, a two-power race is as likely as not: 45 futures in 100."),
        (55, "By 2032, a two-power race is likely: 55 futures in 100."),
        (80, "By 2032, a two-power race is very likely: 80 futures in 100."),
        (95, "By 2032, a two-power race is almost certain: 95 futures in 100."),
        (100, "By 2032, a two-power race is almost certain: 100 futures in 100."),
    ],
)
def test_the_word_follows_the_rounded_number(top: float, sentence: str):
    assert headline(rounded(shares(top)), 2032) == sentence


@given(FOUR)
def test_counts_add_to_a_hundred_and_dots_to_fifty_and_both_agree(values: list[float]):
    exact = normal(values)
    counts = rounded(exact)
    dots = wording.halved(counts, exact)
    assert sum(counts.values()) == 100
    assert sum(dots.values()) == 50
    assert all(abs(2 * dots[name] - counts[name]) <= 1 for name in CLASSES)


@given(FOUR, FOUR)
def test_no_sentence_promises_anything(mine: list[float], base: list[float]):
    one, two = rounded(normal(mine)), rounded(normal(base))
    text = f"{headline(one, 2032)} {wording.comparison(one, two, 'current policy')}".lower()
    assert " will " not in text
    assert "confiden" not in text
    assert str(one[wording.most_common(one)]) in text


def test_the_comparison_uses_the_unit_of_the_headline():
    one, two = rounded(shares(88)), rounded(shares(53))
    assert wording.comparison(one, two, "current policy") == "That is 35 more than under current policy."
    assert wording.comparison(two, one, "“A”") == "That is 35 fewer than under “A”."
    assert wording.comparison(one, one, "current policy") == "The same number as under current policy."


def test_the_comparison_says_when_the_usual_outcome_was_another():
    mine = {"us_ahead": 70, "two_power": 30, "several": 0, "china_ahead": 0}
    base = {"us_ahead": 12, "two_power": 88, "several": 0, "china_ahead": 0}
    expected = "That is 58 more than under current policy, where a two-power race is most common (88)."
    assert wording.comparison(mine, base, "current policy") == expected


@pytest.mark.parametrize(("value", "text"), [(3.4, "+3"), (-3.6, "−4"), (0.4, "0"), (-0.4, "0"), (12, "+12")])
def test_signed_numbers_have_a_real_minus(value: float, text: str):
    assert wording.signed(value) == text


def test_the_middle_future_names_who_is_ahead():
    assert wording.middle(-3.2, 7.6, 14).startswith("In the middle future the US is 8 months ahead; nine in ten")
    assert wording.middle(-3.2, 7.6, 14).endswith("between −3 and +14 months.")
    assert wording.lead(-1.2) == "China is 1 month ahead"
    assert wording.lead(0.3) == "the two are level"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(30, "%", "30%"), (0.5, "× 2026 budget", "0.5× 2026 budget"), (21, "k TPP", "21k TPP"), (4, "GW", "4 GW")],
)
def test_a_lever_reads_with_its_unit(value: float, unit: str, text: str):
    assert wording.with_unit(value, unit) == text


@pytest.mark.parametrize(
    ("title", "text"),
    [("Current policy", "current policy"), ("China surges", "China surges"), ("US leaves", "US leaves")],
)
def test_a_title_inside_a_sentence(title: str, text: str):
    assert wording.inside(title) == text
