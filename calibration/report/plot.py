"""Pieces of charts: axes with round ticks, layers with the colors of their kinds, and the finished figure.

Points are rows with `x`, `y`, `kind` and what the mark needs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import numpy as np

from calibration.report.colors import FONT, GRID, QUIET, RAMP

Spec = dict[str, Any]
Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Figure:
    """A chart: its message, the line with its units, its specification and the key of its colors."""

    title: str
    unit: str
    spec: Spec
    key: Mapping[str, str] = field(default_factory=dict)

    @property
    def alt(self) -> str:
        """What the chart shows, for a reader who cannot see it."""
        return str(self.spec["description"])


_STEPS = ((1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 4, 6), (1, 2, 5), (1, 3), (1,))


def ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round values of a logarithmic axis, as many as fit."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values: list[float] = []
    for steps in _STEPS:
        values = [v for v in (float(f"{s * 10.0**p:.3g}") for p in powers for s in steps) if low <= v <= high]
        if len(values) <= most:
            break
    if len(values) < 3 and high < 2 * low:  # too short for round mantissas: even steps
        step = 10.0 ** math.floor(math.log10((high - low) / 2))
        return [float(f"{step * i:.6g}") for i in range(math.ceil(low / step), math.floor(high / step) + 1)][:20]
    return values[:: math.ceil(len(values) / most)] if values else [low]


def plain(value: float) -> str:
    """A number as axes print it."""
    return f"{value:g}"


def marked_axis(values: Sequence[float], form: Callable[[float], str], title: str | None, **more: Any) -> alt.Axis:
    """An axis with these values, and labels as one likes."""
    labels = json.dumps([form(v) for v in values], ensure_ascii=False)
    return alt.Axis(
        values=values, labelExpr=f"{labels}[indexof({json.dumps(values)},datum.value)]", title=title, **more
    )


def log_scale(low: float, high: float) -> alt.Scale:
    """A logarithmic scale from end to end."""
    return alt.Scale(type="log", domain=[low, high], nice=False)


def linear(low: float, high: float) -> alt.Scale:
    """A linear scale from end to end."""
    return alt.Scale(domain=[low, high], nice=False, zero=False)


def across(
    low: float, high: float, values: Sequence[float], form: Callable[[float], str], title: str, right: int = 0
) -> alt.X:
    """A logarithmic axis along the bottom; `right` pixels at its end stay free for labels."""
    scale = alt.Scale(type="log", domain=[low, high], nice=False, range=[0, alt.ExprRef(f"width-{right}")])
    return alt.X("x:Q", scale=scale, axis=marked_axis(values, form, title, grid=False))


def up(low: float, high: float, form: Callable[[float], str] = plain) -> alt.Y:
    """A logarithmic axis along the side."""
    return alt.Y("y:Q", scale=log_scale(low, high), axis=marked_axis(ticks(low, high), form, None))


def inline(rows: Iterable[Row]) -> alt.Chart:
    """A chart of rows."""
    return alt.Chart(alt.InlineData([dict(row) for row in rows]))


def _finished(description: str, height: int, layers: Sequence[alt.Chart]) -> Spec:
    chart = (
        alt.layer(*layers)
        .properties(width="container", height=height, description=description)
        .configure(
            font=FONT, background="transparent", padding={"left": 2, "right": 4, "top": 4, "bottom": 2},
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
        .configure_axis(
            domain=False, ticks=False, gridColor=GRID, gridDash=[1, 3], labelFontSize=14, labelPadding=6,
            labelColor=QUIET, titleFontSize=14, titleFontWeight="normal", titleColor=QUIET,
        )
        .configure_text(font=FONT, fontSize=12)
    )  # fmt: skip
    spec: Spec = chart.to_dict()
    del spec["$schema"]
    return spec


class Plot:
    """A chart in the making: its axes, the colors of its kinds and its layers."""

    def __init__(self, x: alt.X, y: alt.Y, colors: Mapping[str, str]) -> None:
        self.x, self.y, self.colors = x, y, dict(colors)
        self.layers: list[alt.Chart] = []

    @property
    def _kind(self) -> alt.Scale:
        return alt.Scale(domain=list(self.colors), range=list(self.colors.values()))

    def add(self, rows: Iterable[Row], mark: str, tip: Sequence[str] = (), hollow: bool = False, **look: Any) -> None:
        """A layer; the color is that of a row's kind unless one is given, and what is hollow has `solid` false."""
        rows = list(rows)
        if not rows:
            return
        chart = getattr(inline(rows), f"mark_{mark}")(**look)
        encoded: dict[str, Any] = {"x": self.x, "y": self.y}
        encoded |= {end: f"{end}:Q" for end in ("x2", "y2") if end in rows[0]}
        if "color" not in look and "stroke" not in look:
            encoded["color"] = alt.Color("kind:N", legend=None, scale=self._kind)
        if hollow:
            encoded["stroke"] = encoded.pop("color")
            encoded["fill"] = alt.Fill("kind:N", legend=None, scale=self._kind)
            encoded["fillOpacity"] = alt.condition("datum.solid", alt.value(1), alt.value(0))
        if tip:
            encoded["tooltip"] = [alt.Tooltip(f"{name}:N", title=name) for name in tip]
        if mark == "text":
            encoded["text"] = "label:N"
        self.layers.append(chart.encode(**encoded))

    def figure(self, title: str, unit: str, spoken: str, height: int, key: bool = True) -> Figure:
        """The finished chart; `spoken` is what it shows beyond its title."""
        spec = _finished(f"{title}. {spoken}.", height, self.layers)
        return Figure(title, unit, spec, self.colors if key else {})


def ramp(names: Sequence[str]) -> dict[str, str]:
    """Colors from the smallest to the largest."""
    places = np.linspace(0, len(RAMP) - 1, max(len(names), 2)).round().astype(int)
    return {name: RAMP[place] for name, place in zip(names, places, strict=False)}
