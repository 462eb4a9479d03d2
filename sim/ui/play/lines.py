"""Pictures for a projector, as geometry: the line of the lead, and the guesses as dots. Templates draw them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scenarios.quarters import FIRST, end_year, number
from sim.results.outcomes.polarity import CLASSES, MONTHS
from sim.room.state import Guess
from sim.ui.play.known import Facts
from sim.ui.play.words import lead
from sim.ui.shared import frames, recorded, theme, wording

WIDTH, HEIGHT = 700, 460
"""Size of a picture in px of a projector of 1280×720: its letters are as large there as the template says."""
_LEFT, _RIGHT, _TOP, _FOOT = 64, 16, 12, 44
BEGIN = end_year(number(recorded.SCORED_FROM)) - 0.25
_TICKS = (-24, -12, 0, 12, 24, 36)
_BIN = 3.0
"""Months that share a column of dots."""


@dataclass(frozen=True)
class Frame:
    """An axis of time and one of months."""

    low: float
    high: float

    def x(self, year: float) -> float:
        """Where a decimal year lies."""
        return round(_LEFT + (year - BEGIN) / (frames.END - BEGIN) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, months: float) -> float:
        """Where months lie; what is beyond the frame lies on its edge."""
        inside = min(max(months, self.low), self.high)
        return round(_TOP + (self.high - inside) / (self.high - self.low) * (HEIGHT - _TOP - _FOOT), 1)


def line(facts: Facts) -> dict[str, object]:
    """The lead as far as it has come: record and simulation apart, the range of all futures, and nothing later."""
    frame = Frame(*frames.LEAD)
    start = next(t for t in range(facts.edge + 1) if recorded.scored(t))
    years = [end_year(FIRST + t) for t in range(len(facts.leads))]
    points = [(frame.x(years[t]), frame.y(float(facts.leads[t]))) for t in range(len(years))]
    after = years[facts.edge :]
    band = [(frame.x(t), frame.y(float(v))) for t, v in zip(after, facts.high, strict=True)]
    band += [(frame.x(t), frame.y(float(v))) for t, v in zip(reversed(after), reversed(facts.low), strict=True)]
    return {
        "width": WIDTH, "height": HEIGHT, "left": _LEFT, "right": WIDTH - _RIGHT, "foot": HEIGHT - _FOOT,
        "ticks": [(wording.minus(n), frame.y(n)) for n in _TICKS],
        "years": [(year, frame.x(year)) for year in range(2024, 2034, 2)],
        "limits": (frame.y(MONTHS), frame.y(-MONTHS)), "zero": frame.y(0), "edge": frame.x(years[facts.edge]),
        "recorded": _path(points[start : facts.edge + 1]), "marks": points[start : facts.edge + 1],
        "played": _path(points[facts.edge :]) if len(points) > facts.edge + 1 else "",
        "band": _path(band) if len(after) > 1 else "", "end": points[-1],
        "off": "" if frames.LEAD[0] <= facts.now <= frames.LEAD[1] else wording.signed(facts.now),
        "told": f"US lead in months. {lead(facts.now)} at the end of the line.",
    }  # fmt: skip


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def dots(guesses: Sequence[Guess], result: float | None = None) -> dict[str, object]:
    """Every guess of the lead as a dot, in columns of three months, in the color of its outcome."""
    low, high = frames.LEAD
    columns = round((high - low) / _BIN)
    stacks: list[list[str]] = [[] for _ in range(columns + 1)]
    for said in sorted(guesses, key=lambda one: CLASSES.index(one.outcome)):
        stacks[round((min(max(said.months, low), high) - low) / _BIN)].append(said.outcome)
    tallest = max([len(stack) for stack in stacks], default=1)
    step = (WIDTH - 2 * _RIGHT - 20) / columns
    size = min(step / 2 - 1, (HEIGHT - _TOP - 2 * _FOOT) / max(tallest, 1) / 2)
    foot = HEIGHT - 2 * _FOOT

    def x(months: float) -> float:
        return round(_RIGHT + 10 + (min(max(months, low), high) - low) / _BIN * step, 1)

    return {
        "width": WIDTH, "height": HEIGHT, "foot": foot, "size": round(size, 1),
        "dots": [(x(low + n * _BIN), round(foot - size - 2 * size * k, 1), theme.INK[outcome])
                 for n, stack in enumerate(stacks) for k, outcome in enumerate(stack)],
        "ticks": [(wording.minus(n), x(n)) for n in _TICKS], "result": None if result is None else x(result),
        "left": _RIGHT, "right": WIDTH - _RIGHT, "count": len(guesses),
    }  # fmt: skip
