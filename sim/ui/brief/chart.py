"""The brief's chart: the lead over the years, with the dated rules and the scenario's events on its time axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scenarios.quarters import end_year, number
from scenarios.schema import Scenario
from sim.results.wording import signed
from sim.ui.brief.picture import Area, Label, Picture, Point, Shape, Stroke, dashed, disc
from sim.ui.shared import charts, frames, injector, rules
from sim.ui.shared.setup import Judge

WIDTH, HEIGHT = 505.0, 172.0
"""Points: as wide as the text of an A4 page."""
LEFT, RIGHT, TOP, BOTTOM = 26.0, 4.0, 14.0, 38.0
"""Room around the plot: for the axis of months, for the legend above it, for marks and years below."""
FIRST, LAST = 2022.5, frames.END
INK, PAPER, GRID = "#1A1F28", "#FFFFFF", "#D5D9DF"
ZONE, BAND = "#F1F2F4", "#C3D3EE"
"""Within the limit on either side; nine in ten runs."""
YEARS = (2024, 2026, 2028, 2030, 2032)
YEAR, MARK, ROW, APART = 17.0, 2.2, 8.0, 9.0
"""From the axis to the first marks, radius of a mark, height of a row, and how far two in a row stand apart."""


@dataclass(frozen=True)
class Mark:
    """Something dated: a rule that was decided, or an event of the scenario."""

    sign: str
    """Its number or letter, by which the key explains it."""
    time: float
    """When, in years."""
    filled: bool
    """Whether it tightens controls, or is an event."""
    text: str


def marks(spec: Scenario) -> list[Mark]:
    """The telling rules by number, then the events of a scenario by letter."""
    found = [Mark(str(n), _day(rule.start), rules.tone(rule) == "Tightened", f"{rules.month(rule)} {rule.title}")
             for n, rule in enumerate(rules.telling(), start=1)]  # fmt: skip
    events = sorted(spec.events, key=lambda event: event.date)
    return [*found, *(Mark(chr(ord("A") + n), end_year(number(event.date)) - 0.25, True, injector.described(event))
                      for n, event in enumerate(events[:26]))]  # fmt: skip


def key(found: Sequence[Mark]) -> str:
    """The marks in words."""
    said = "; ".join(f"{mark.sign} {mark.text}" for mark in found)
    return f"Marks on the axis, filled where a rule tightens controls or an event happens: {said}."


def chart(mine: frames.View, base: frames.View | None, names: tuple[str, str], found: Sequence[Mark]) -> Picture:
    """The lead: median and nine in ten runs, the baseline's median dashed.

    Args:
        mine: the view of the setting.
        base: that of the baseline; None where they are the same.
        names: what the two are called in the legend.
        found: marks below the axis.
    """
    times = mine.lead["t"].to_list()
    low, middle, high = ([_at(t, v) for t, v in zip(times, mine.lead[name].to_list(), strict=True)]
                         for name in ("lo90", "mid", "hi90"))  # fmt: skip
    limit = mine.judge.limit
    zone = Area((_at(FIRST, limit), _at(LAST, limit), _at(LAST, -limit), _at(FIRST, -limit)), ZONE)
    level = Stroke((_at(FIRST, 0), _at(LAST, 0)), INK, 0.6)
    shapes: list[Shape] = [zone, *_grid(), Area((*low, *reversed(high)), BAND), level]
    if base is not None:
        usual = [_at(t, v) for t, v in zip(base.lead["t"].to_list(), base.lead["mid"].to_list(), strict=True)]
        shapes += dashed(usual, INK, 1.3)
    shapes += [Stroke(tuple(middle), charts.US, 1.9), *_now(), *_zones(mine.judge), *_legend(names, base is not None)]
    return Picture(WIDTH, HEIGHT, (*shapes, *_marked(found)))


def told(mine: frames.View, base: frames.View | None, reference: str) -> str:
    """The chart in words: the median lead now and at the end, and the baseline's."""
    start, (low, end, high) = mine.lead_now, mine.lead_end
    text = (
        f"Median lead {signed(round(start), 0)} {mine.judge.unit} now and {signed(round(end), 0)} at the end of "
        f"{mine.year}, nine in ten runs {signed(round(low), 0)} to {signed(round(high), 0)}"
    )
    if base is None:
        return f"{text}."
    return f"{text}; under {reference} {signed(round(base.lead_end[1]), 0)}."


# ---------------------------------------------------------------------------------------------------------- geometry
def _x(time: float) -> float:
    return LEFT + (time - FIRST) / (LAST - FIRST) * (WIDTH - LEFT - RIGHT)


def _at(time: float, value: float) -> Point:
    """The place of a value, cut where the axis ends."""
    low, high = frames.LEAD
    value = min(max(value, low), high)
    return _x(time), TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _day(date: str) -> float:
    """A day in years."""
    year, month, day = map(int, date.split("-"))
    return year + (month - 1) / 12 + (day - 1) / 365


# ------------------------------------------------------------------------------------------------------------ pieces
def _grid() -> Iterator[Shape]:
    for value in (-24, -12, 0, 12, 24, 36):
        (x0, y), (x1, _) = _at(FIRST, value), _at(LAST, value)
        yield Stroke(((x0, y), (x1, y)), GRID, 0.4)
        yield Label(LEFT - 4, y + 2.5, "level" if value == 0 else signed(value, 0), charts.MUTED, anchor="end")
    base = HEIGHT - BOTTOM
    for year in YEARS:
        yield Stroke(((_x(year), base), (_x(year), base + 3)), charts.MUTED, 0.6)
        yield Label(_x(year), base + 9.5, str(year), charts.MUTED, anchor="middle")


def _now() -> Iterator[Shape]:
    yield from dashed((_at(frames.NOW, frames.LEAD[1]), _at(frames.NOW, frames.LEAD[0])), charts.MUTED, 0.7, 2, 2)
    x, y = _at(frames.NOW, frames.LEAD[1])
    yield Label(x + 3, y + 8, "now", charts.MUTED)


def _zones(judge: Judge) -> Iterator[Shape]:
    low, high = frames.LEAD
    for value, text, color in (
        ((judge.limit + high) / 2, "US well ahead", charts.US),
        (4 - judge.limit, f"within {judge.limit:g} {judge.unit}", charts.MUTED),
        ((low - judge.limit) / 2, "China well ahead", charts.CHINA),
    ):
        x, y = _at(FIRST, value)
        yield Label(x + 4, y + 2.5, text, color, strong=True)


def _legend(names: tuple[str, str], both: bool) -> Iterator[Shape]:
    """Above the plot, from the right: median, baseline, band."""
    x = LEFT
    yield Stroke(((x, 5), (x + 16, 5)), charts.US, 1.9)
    yield Label(x + 20, 7.5, names[0], INK)
    x += 34 + 3.6 * len(names[0])
    yield Area(((x, 1.5), (x + 16, 1.5), (x + 16, 8.5), (x, 8.5)), BAND)
    yield Label(x + 20, 7.5, "nine in ten runs", INK)
    x += 34 + 3.6 * 16
    if both:
        yield from dashed(((x, 5), (x + 16, 5)), INK, 1.3)
        yield Label(x + 20, 7.5, names[1], INK)


def _marked(found: Sequence[Mark]) -> Iterator[Shape]:
    """Marks below the years, in as few rows as keep them apart; what is older than the axis stands at its left end."""
    ends: list[float] = []
    for mark in sorted(found, key=lambda mark: mark.time):
        x = min(max(_x(mark.time), LEFT), WIDTH - RIGHT - 6)
        row = next((n for n, end in enumerate(ends) if x - end >= APART + 3 * len(mark.sign)), len(ends))
        ends[row : row + 1] = [x]
        y = HEIGHT - BOTTOM + YEAR + ROW * row
        yield disc(x, y, MARK, INK)
        if not mark.filled:
            yield disc(x, y, MARK - 0.8, PAPER)
        yield Label(x + MARK + 1.2, y + 2.4, mark.sign, INK, size=6.5)
