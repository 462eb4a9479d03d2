"""The verdict's words and numbers agree with each other and with the dots."""

import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sim.results.outcomes.polarity import CLASSES
from sim.results.wording import headline, rounded
from sim.ui.shared import wording
from sim.ui.shared.setup import RULERS, Judge

FOUR = st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda x: sum(x) > 0.01)


def shares(top: float, rest: str = "us_ahead") -> dict[str, float]:
    """A two-power race with so many futures in 100, the others spread so that it stays the most common."""
    left = (100 - top) / 100
    others = dict.fromkeys(("us_ahead", "several", "china_ahead"), left / 3)
    return {name: {**others, "two_power": top / 100}[name] for name in CLASSES}


def normal(values: list[float]) -> dict[str, float]:
    return dict(zip(CLASSES, (np.array(values) / sum(values)).tolist(), strict=True))


@pytest.mark.parametrize("top", [0.4, 44.4, 44.9, 45, 55, 80, 95, 100])
def test_the_headline_counts_the_outcome_that_is_asked_about(top: float):
    counts = rounded(shares(top))
    said = headline(counts, 2032, "two_power")
    assert (
        said == f"In {counts['two_power']} of 100 simulated futures neither side is 12 months ahead at the end of 2032."
    )
    assert headline(counts, 2030, "china_ahead", 18, "index points") == (
        f"In {counts['china_ahead']} of 100 simulated futures China leads the US by 18 index points or more at the end "
        "of 2030."
    )


@pytest.mark.parametrize("outcome", CLASSES)
@pytest.mark.parametrize("unit", ["months", "index points"])
def test_a_headline_has_at_most_twenty_words(outcome: str, unit: str):
    words = headline(rounded(shares(33)), 2032, outcome, 12, unit).split()
    assert len(words) <= (20 if unit == "months" else 21)


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
    for outcome in CLASSES:
        text = f"{headline(one, 2032, outcome)} {wording.comparison(one, two, outcome, 'current policy')}".lower()
        assert not re.search(r"\bwill\b|confiden|likely|certain|chance", text)
        assert f"in {one[outcome]} of 100 simulated futures" in text


def test_the_comparison_is_about_the_outcome_of_the_headline():
    one, two = rounded(shares(88)), rounded(shares(53))
    said = wording.comparison(one, two, "two_power", "current policy")
    assert said == "That is 35 more than under current policy (53)."
    assert wording.comparison(two, one, "two_power", "“A”") == "That is 35 fewer than under “A” (88)."
    assert wording.comparison(one, one, "us_ahead", "current policy") == "The same number as under current policy."


@pytest.mark.parametrize("ruler", RULERS)
def test_a_chart_title_names_the_measure_under_which_it_holds(ruler: str):
    judge = Judge(ruler=ruler)
    for title in (wording.lead_title(7.2, 6.8, judge, 2032), wording.lead_title(8.1, -3.2, judge, 2032)):
        assert {"fixed_pace": "at a fixed pace", "points": "index points", "backward": "calendar months"}[
            ruler
        ] in title
    assert "8 " in wording.lead_title(8.1, -3.2, judge, 2032)
    assert "−3" in wording.lead_title(8.1, -3.2, judge, 2032)


@pytest.mark.parametrize(("value", "text"), [(3.4, "+3"), (-3.6, "−4"), (0.4, "0"), (-0.4, "0"), (12, "+12")])
def test_signed_numbers_have_a_real_minus(value: float, text: str):
    assert wording.signed(value) == text


def test_the_median_run_names_who_is_ahead():
    assert wording.middle(-3.2, 7.6, 14) == "In the median run the US leads by 8 months (nine in ten runs: −3 to 14)."
    assert wording.lead(-1.2) == "China leads by 1 month"
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
