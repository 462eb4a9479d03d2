"""What the page says about a result, in words: pure functions from numbers to sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.wording import headline, listed as listed, signed as with_sign

if TYPE_CHECKING:
    from sim.ui.shared.frames import View
    from sim.ui.shared.setup import Judge

ABOUT, NO_FORECAST = "how export controls change the US–China AI race.", "A simulation, not a forecast."
"""What Polarity is and is not, after its name: on every page and on the brief."""
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


def headline_of(view: View, outcome: str) -> str:
    """The headline of a view: the count of the outcome that is asked about."""
    return headline(view.counts, view.year, outcome, view.judge.limit, view.judge.unit)


def comparison(mine: Mapping[str, int], base: Mapping[str, int], outcome: str, reference: str) -> str:
    """How the headline's number differs from the reference, named as it stands after `under`."""
    change = mine[outcome] - base[outcome]
    if change == 0:
        return f"The same number as under {reference}."
    return f"That is {abs(change)} {'more' if change > 0 else 'fewer'} than under {reference} ({base[outcome]})."


def middle(low: float, mid: float, high: float, unit: str = "months") -> str:
    """The median run and what nine in ten runs give, in the unit of the lead."""
    return f"In the median run {lead(mid, unit)} (nine in ten runs: {minus(low)} to {minus(high)})."


def minus(value: float) -> str:
    """A whole number with a real minus."""
    return f"{round(value):d}".replace("-", "−")


def lead(size: float, unit: str = "months") -> str:
    """Who is ahead, and by how much."""
    n = round(abs(size))
    if n == 0:
        return "the two are level"
    return f"{'the US' if size > 0 else 'China'} leads by {n} {unit.removesuffix('s') if n == 1 else unit}"


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


def strict(limit: float, unit: str, others: Mapping[float, int]) -> str:
    """How the count of futures with the US well ahead depends on the limit: one more sentence for the fine print."""
    told = [f"counting {number(n)} gives {share}" for n, share in others.items() if n != limit]
    return f"Well ahead means {number(limit)} {unit} or more; {listed(told)}."


def pace(recorded: float, late: float, year: int) -> str:
    """Why the measures differ: months at a fixed pace do not show how fast everybody moves."""
    change = "slows" if late < recorded else "speeds up"
    return (
        f"The measures differ because progress {change}: {recorded:.0f} index points last year, {late:.0f} in {year}."
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


MEASURED = {
    "fixed_pace": "at a fixed pace",
    "points": "in index points",
    "backward": "in calendar months",
}
"""How a lead is measured, in the fewest words."""


def judged(judge: Judge) -> str:
    """How the verdict is judged: `well ahead is 24 months or more at the end of 2030, at a fixed pace`."""
    return f"well ahead is {judge.limit:g} {judge.unit} or more at the end of {judge.year}, {MEASURED[judge.ruler]}"


def lead_title(now: float, end: float, judge: Judge, year: int) -> str:
    """The lead today and at the end of a year in the median run, with the measure under which it holds."""
    how = "" if judge.ruler == "points" else f", {MEASURED[judge.ruler]}"  # the unit says it
    if round(now) == round(end):
        return f"Median run: the lead stays near {minus(end)} {judge.unit}{how}"
    return f"Median run: the lead goes from {minus(now)} {judge.unit} to {minus(end)} by {year}{how}"


def ruled(judge: Judge, pace: float) -> str:
    """What a lead is measured in, for the line under a chart's title."""
    return {
        "fixed_pace": f"months of US lead at {pace:g} index points a year",
        "points": "index points of US lead",
        "backward": "calendar months since the leader stood where the follower stands now",
    }[judge.ruler]
