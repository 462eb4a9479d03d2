"""How results are put into words: shared by the command line and the app, so that both say the same."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sim.results.outcomes.polarity import CLASSES

WORDS: tuple[tuple[int, str], ...] = (
    (5, "almost no chance"),
    (20, "very unlikely"),
    (45, "unlikely"),
    (55, "as likely as not"),
    (80, "likely"),
    (95, "very likely"),
)
"""Each word holds below its number of futures in 100; from the last number on it is `CERTAIN`."""
CERTAIN = "almost certain"
COMMON = 45
"""Futures in 100 from which an outcome is named as the result."""
PHRASES = {
    "us_ahead": "the United States well ahead",
    "two_power": "a two-power race",
    "several": "several powers at the frontier",
    "china_ahead": "China well ahead",
}
"""Outcome classes as they stand inside a sentence."""


def rounded(shares: Mapping[str, float]) -> dict[str, int]:
    """Shares as whole futures in 100 that add up to 100, by largest remainder; ties go to the first.

    Raises:
        ValueError: for shares that are negative, not finite, or all zero.
    """
    total = sum(shares.values())
    if not (math.isfinite(total) and total > 0 and min(shares.values()) >= 0):
        raise ValueError(f"shares must be zero or more and have a sum; got {dict(shares)}")
    # Rounded to twelve digits: the last bit of a float must not decide which remainder is the largest.
    exact = {name: round(100 * share / total, 12) for name, share in shares.items()}
    result = {name: math.floor(value) for name, value in exact.items()}
    order = sorted(exact, key=lambda name: result[name] - exact[name])
    for name in order[: 100 - sum(result.values())]:
        result[name] += 1
    return result


def word(percent: int) -> str:
    """The word for a number of futures in 100; a boundary belongs to the band above it."""
    return next((text for limit, text in WORDS if percent < limit), CERTAIN)


def headline(counts: Mapping[str, int], year: int) -> str:
    """The verdict on whole futures in 100 at the end of a year: the most common outcome, its word and its number."""
    name = most_common(counts)
    futures = f"{counts[name]} futures in 100"
    if counts[name] < COMMON:
        return f"No single outcome is likely by {year}. The most common, {PHRASES[name]}, comes up in {futures}."
    return f"By {year}, {PHRASES[name]} is {word(counts[name])}: {futures}."


def most_common(counts: Mapping[str, int]) -> str:
    """The outcome with most futures; the first in the usual order where two are level."""
    return max(CLASSES, key=lambda name: counts[name])


def listed(parts: list[str]) -> str:
    """Parts as a list in a sentence: `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def signed(x: float, digits: int = 1) -> str:
    """A number with its sign, a real minus sign for negative ones, and no sign for zero."""
    text = f"{abs(x):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return ("−" if x < 0 else "+") + text
