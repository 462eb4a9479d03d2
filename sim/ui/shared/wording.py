"""What the page says about a result, in words: pure functions from numbers to sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.wording import PHRASES, listed as listed, most_common, signed as with_sign

if TYPE_CHECKING:
    from sim.ui.shared.setup import Judge

SHORT = {"us_ahead": "US ahead", "two_power": "Two", "several": "Several", "china_ahead": "China"}
"""The outcome classes where there is hardly any room."""
_QUARTERS = ("January to March", "April to June", "July to September", "October to December")


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


def middle(low: float, mid: float, high: float, unit: str = "months") -> str:
    """The middle future and where nine in ten lie, in the unit of the lead."""
    span = f"between {signed(low)} and {signed(high)} {unit}"
    return f"In the middle future {lead(mid, unit)}; nine in ten futures lie {span}."


def lead(size: float, unit: str = "months") -> str:
    """Who is ahead, and by how much."""
    n = round(abs(size))
    if n == 0:
        return "the two are level"
    return f"{'the US' if size > 0 else 'China'} is {n} {unit.removesuffix('s') if n == 1 else unit} ahead"


def decimal(value: float) -> str:
    """A number with one decimal and a real minus."""
    return f"{value:.1f}".replace("-", "−")


def exactly(size: float) -> str:
    """A part of a difference: one decimal, so that parts can be seen to add up."""
    return with_sign(round(size, 1), 1)


def tenths(parts: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Parts rounded to one decimal so that they still add up to their rounded sum: the largest remainders go up."""
    exact = [10 * size for _, size in parts]
    down = [math.floor(round(size, 9)) for size in exact]
    missing = round(sum(exact)) - sum(down)
    order = sorted(range(len(parts)), key=lambda i: down[i] - exact[i])
    for i in order[:missing]:
        down[i] += 1
    return [(label, size / 10) for (label, _), size in zip(parts, down, strict=True)]


def strict(limit: float, unit: str, count: int, others: Mapping[float, int]) -> str:
    """How the share of futures with the US well ahead hangs on the limit: one more sentence for the fine print."""
    told = [f"{number(n)} it is {share}" for n, share in others.items() if n != limit]
    return f"Well ahead means {number(limit)} {unit} or more ({count} futures in 100); with {listed(told)}."


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


def quarter(label: str) -> str:
    """A quarter as people say it: `July to September 2026`."""
    year, place = label.split("-Q")
    return f"{_QUARTERS[int(place) - 1]} {year}"


def last_month(label: str) -> str:
    """The month in which a quarter ends, with its year: `September 2026`."""
    return quarter(label).split(" to ")[1]


def inside(title: str) -> str:
    """A title as it stands inside a sentence: `current policy`, but `US breaks off`."""
    first = title.split(" ", 1)[0]
    proper = first.split("-")[0].isupper() or first in {
        "United",
        "China",
        "Beijing",
        "Taiwan",
        "Chinese",
        "Gulf",
        "Europe",
    }
    return title if proper else title[:1].lower() + title[1:]


def outcomes(counts: Mapping[str, int]) -> str:
    """All outcomes that occur in one line, for people who hear the bar instead of seeing it."""
    return ", ".join(f"{LABELS[name]} {counts[name]}" for name in CLASSES if counts[name])


def judged(judge: Judge) -> str:
    """The ruler in words: `24 months or more, at the end of 2030, at a fixed pace`."""
    how = {"fixed_pace": "at a fixed pace", "backward": "since the leader was there", "points": "in index points"}
    return f"well ahead is {judge.limit:g} {judge.unit} or more at the end of {judge.year}, {how[judge.ruler]}"


def ruled(judge: Judge, pace: float) -> str:
    """What a lead is measured in, for the line under a chart's title."""
    return {
        "fixed_pace": f"in months of US lead at {pace:g} index points a year",
        "backward": "in months since the leader was where the follower is",
        "points": "in index points of US lead",
    }[judge.ruler]
