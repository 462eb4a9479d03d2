"""What the page says about a result, in words: pure functions from numbers to sentences."""

from __future__ import annotations

from collections.abc import Mapping

from sim.outcomes.polarity import CLASSES, LABELS
from sim.wording import PHRASES, most_common
from sim.wording import signed as with_sign

SHORT = {"us_ahead": "US ahead", "two_power": "Two", "several": "Several", "china_ahead": "China"}
"""The outcome classes where there is hardly any room."""


def halved(counts: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, int]:
    """Fifty dots for a hundred futures: half of every number, the odd ones rounded where most was cut off."""
    result = {name: count // 2 for name, count in counts.items()}
    odd = sorted((n for n in counts if counts[n] % 2), key=lambda n: counts[n] - 100 * shares[n])
    for name in odd[: 50 - sum(result.values())]:
        result[name] += 1
    return result


def comparison(mine: Mapping[str, int], base: Mapping[str, int], reference: str) -> str:
    """How the headline's number differs from the reference, named as it stands after `under`."""
    name = most_common(mine)
    change, usual = mine[name] - base[name], most_common(base)
    if change == 0:
        return f"The same number as under {reference}."
    more = f"That is {abs(change)} {'more' if change > 0 else 'fewer'} than under {reference}"
    if usual != name:
        return f"{more}, where {PHRASES[usual]} is most common ({base[usual]})."
    return f"{more}."


def middle(low: float, mid: float, high: float) -> str:
    """The middle future and where nine in ten lie, in months of lead."""
    return f"In the middle future {lead(mid)}; nine in ten futures lie between {signed(low)} and {signed(high)} months."


def lead(months: float) -> str:
    """Who is ahead, and by how many months."""
    n = round(abs(months))
    if n == 0:
        return "the two are level"
    return f"{'the US' if months > 0 else 'China'} is {n} {'month' if n == 1 else 'months'} ahead"


def pace(recorded: float, soon: float, year: int, late: float, end: int) -> str:
    """How fast the frontier moved and moves: months of lead at a fixed pace do not show that everybody slows."""
    return (
        f"The best models gained {recorded:.0f} index points in the last recorded year; in the middle future they gain "
        f"{soon:.0f} in {year} and {late:.0f} in {end}."
    )


def signed(value: float) -> str:
    """A whole number with its sign."""
    return with_sign(round(value), 0)


def change(mine: int, base: int) -> str:
    """A change for the key under the outcome bar; nothing where nothing changed."""
    return "" if mine == base else signed(mine - base)


def number(value: float) -> str:
    """A lever's number as people write it."""
    return f"{value:g}".replace("-", "−")


def with_unit(value: float, unit: str) -> str:
    """A lever's number with its unit: `30%`, `2× trend`, `21k TPP`."""
    space = "" if unit[:1] in "%×" or unit.startswith("k ") else " "
    return f"{number(value)}{space}{unit}"


def inside(title: str) -> str:
    """A title as it stands inside a sentence: `current policy`, but `US breaks off`."""
    first = title.split(" ", 1)[0]
    proper = first.upper() == first or first in {"China", "Beijing", "Taiwan", "Chinese", "Gulf", "Europe"}
    return title if proper else title[:1].lower() + title[1:]


def listed(parts: list[str]) -> str:
    """Parts as a list in a sentence: `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def outcomes(counts: Mapping[str, int]) -> str:
    """All four outcomes in one line, for people who hear the bar instead of seeing it."""
    return ", ".join(f"{LABELS[name]} {counts[name]}" for name in CLASSES)
