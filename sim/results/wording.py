"""How results are put into words: shared by the command line and the app, so that both say the same."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sim.results.outcomes.polarity import CLASSES, MONTHS

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


def headline(
    counts: Mapping[str, int], year: int, outcome: str = CLASSES[0], limit: float = MONTHS, unit: str = "months"
) -> str:
    """The verdict: in how many of 100 simulated futures an outcome comes about at the end of a year.

    Args:
        counts: whole futures in 100 per outcome class.
        year: the year whose end counts.
        outcome: the outcome that is counted.
        limit: the lead from which somebody is well ahead.
        unit: what the lead is counted in, `months` or `index points`.
    """
    far = f"{limit:g} {unit}"
    said = {
        "us_ahead": f"the US leads China by {far} or more",
        "two_power": f"neither side is {far} ahead",
        "several": f"three blocs are within {far} of each other",
        "china_ahead": f"China leads the US by {far} or more",
    }
    return f"In {counts[outcome]} of 100 simulated futures {said[outcome]} at the end of {year}."


def most_common(counts: Mapping[str, int]) -> str:
    """The outcome with most futures; the first in the usual order where two are level."""
    return max(CLASSES, key=lambda name: counts[name])


def listed(parts: list[str], last: str = "and") -> str:
    """Parts as a list in a sentence: `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def signed(x: float, digits: int = 1) -> str:
    """A number with its sign, a real minus sign for negative ones, and no sign for zero."""
    text = f"{abs(x):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return ("−" if x < 0 else "+") + text
