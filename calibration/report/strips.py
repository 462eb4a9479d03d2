"""Charts of intervals one below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from calibration.record import Interval, Update
from calibration.report.colors import BLUE, GRAY, INK, ORANGE, QUIET
from calibration.report.plot import Figure, Plot, Rows, inline, linear, log_scale, marked_axis, plain, ticks
from calibration.report.words import interval, number

UPDATE = {"prior": GRAY, "measured": ORANGE, "posterior": BLUE}
"""Colors of a prior and its update."""


@dataclass(frozen=True)
class Strip:
    """A row of a strip chart: a label, a note at its right end, and intervals by kind, None where not measured."""

    label: str
    note: str
    spans: Mapping[str, Interval | None]


def strips(
    rows: Sequence[Strip], title: str, unit: str, colors: Mapping[str, str], axis: str, shares: bool = False
) -> Figure:
    """Intervals one below the other: a bar from 5 to 95%, a dot at the median.

    Args:
        rows: what to show, from top to bottom.
        title: the chart's message.
        unit: the line below it.
        colors: color by kind.
        axis: title of the axis.
        shares: whether the axis goes from 0 to 1; otherwise it is logarithmic.
    """
    labels, notes, absent, bars, y = [], [], [], [], 0
    for row in rows:
        labels.append({"y": y + 8, "label": row.label})
        notes.append({"y": y + 8, "label": row.note})
        for place, (kind, span) in enumerate(row.spans.items()):
            at = {"y": y + 22 + 11 * place, "what": row.label, "kind": kind}
            if span is None:
                absent.append({**at, "label": "not measured"})
            else:
                bars.append({**at, "x": span.median, "low": span.low, "x2": span.high, "interval": interval(span)})
        y += 30 + 11 * len(row.spans)
    low, high = (0.0, 1.0) if shares else _ends(bars)
    marks = marked_axis([v / 5 for v in range(6)] if shares else ticks(low, high), plain, axis)
    plot = Plot(
        alt.X("x:Q", scale=linear(low, high) if shares else log_scale(low, high), axis=marks),
        alt.Y("y:Q", scale=linear(y, 0), axis=None), colors,
    )  # fmt: skip
    if not shares and low < 1 < high:
        plot.add([{"x": 1, "y": 0, "y2": y}], "rule", color=QUIET, strokeDash=[3, 3])
    tip = ("what", "kind", "interval")
    plot.add(({**bar, "x": bar["low"]} for bar in bars), "rule", tip, strokeWidth=6, opacity=0.42, clip=True)
    plot.add(({k: v for k, v in bar.items() if k != "x2"} for bar in bars), "circle", tip, size=52, opacity=1)
    edge = {"align": "left", "x": 0}
    for words, look in (
        (labels, {**edge, "fontWeight": 600, "color": INK, "limit": alt.ExprRef("width-92")}),
        (notes, {"align": "right", "x": alt.ExprRef("width"), "color": QUIET}),
        (absent, {**edge, "color": QUIET, "fontSize": 11, "fontStyle": "italic"}),
    ):
        _edged(plot, words, look)
    spoken = "; ".join(f"{row.label}: {_spoken(row.spans)}" for row in rows)
    return plot.figure(title, unit, spoken, y)


def _edged(plot: Plot, words: Rows, look: dict[str, Any]) -> None:
    """Text at an edge, whatever the x axis says."""
    if words:
        plot.layers.append(inline(words).mark_text(**look).encode(y=plot.y, text="label:N"))


def _ends(bars: Rows) -> tuple[float, float]:
    """Ends of a logarithmic axis; an interval that goes on for ever does not flatten the others."""
    middles = [bar["x"] for bar in bars]
    low = max(min(bar["low"] for bar in bars), min(middles) / 50)
    return low / 1.12, 1.12 * min(max(bar["x2"] for bar in bars), max(middles) * 50)


def _spoken(spans: Mapping[str, Interval | None]) -> str:
    return ", ".join(f"{kind} {interval(span) if span else 'not measured'}" for kind, span in spans.items())


def updates(rows: Sequence[Update], title: str, axis: str, shares: bool = False) -> Figure | None:
    """Prior, measurement and posterior of each, with the weight printed."""
    given = [
        Strip(u.label, f"weight {number(u.weight, 2)}",
              {"prior": u.prior, "measured": u.measured, "posterior": u.posterior}) for u in rows
    ]  # fmt: skip
    unit = f"{axis[:1].upper()}{axis[1:]}{'' if shares else ', logarithmic'}; bars: 90% interval, dots: median."
    return strips(given, title, unit, UPDATE, axis, shares) if given else None


def relative(rows: Sequence[Update], title: str) -> Figure | None:
    """Updates in different units on one axis: each as a multiple of its prior's median."""
    scaled = [
        row.model_copy(update={kind: _scaled(getattr(row, kind), row.prior.median)
                               for kind in ("prior", "measured", "posterior")}) for row in rows
    ]  # fmt: skip
    return updates(scaled, title, "multiples of the prior's median")


def _scaled(span: Interval | None, by: float) -> Interval | None:
    return span and Interval(low=span.low / by, median=span.median / by, high=span.high / by)
