"""The charts of the Teach page, with axes that never move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl
import streamlit as st
from markupsafe import Markup

from scenarios.quarters import FIRST
from sim.ui.shared import charts, frames
from sim.ui.shared.charts import MUTED, OUTCOME, PAPER, US, Spec, _finished, _months, _table, _time, _tip, seats

if TYPE_CHECKING:
    from sim.ui.teach.futures import Future, Shown


@st.cache_resource(show_spinner=False)
def specs(large: bool = False) -> dict[str, Spec]:
    """The charts, built once, with larger letters for a projector."""
    made = {"path": _path(), "months": _lead()}
    return {name: _larger(spec) for name, spec in made.items()} if large else made


def _larger(spec: Any) -> Any:
    """A specification with larger letters."""
    if isinstance(spec, dict):
        return {
            key: round(1.35 * value) if key in ("fontSize", "labelFontSize", "titleFontSize") else _larger(value)
            for key, value in spec.items()
        }
    return [_larger(part) for part in spec] if isinstance(spec, list) else spec


def _path() -> Spec:
    """Both frontiers of one future up to a quarter."""
    x = _time(2022, 2034.6, 2022, 2024, 2026, 2028, 2030, 2032)
    scale = alt.Scale(domain=list(frames.ECI), nice=False, zero=False, clamp=True)
    y = alt.Y("y:Q", scale=scale, axis=alt.Axis(values=[80, 120, 160, 200, 240], title=None))
    who = seats()
    tip = [alt.Tooltip("who:N", title="Who"), alt.Tooltip("quarter:N", title="End of"), _tip("y", "ECI")]
    ends, mark = _table("ends"), _table("marks")
    return _finished(
        mark.mark_rule(color=MUTED, strokeWidth=1, opacity=0.7).encode(x=x),
        mark.mark_text(align="left", dx=4, baseline="top", color=MUTED, fontSize=11).encode(
            x=x, y=alt.value(0), text="label:N"
        ),
        _table("path").mark_line(strokeWidth=3).encode(x=x, y=y, color=who),
        _table("path").mark_point(opacity=0, size=40).encode(x=x, y=y, tooltip=tip),
        _table("records").mark_circle(size=26, opacity=1, stroke=PAPER, strokeWidth=0.8).encode(
            x=x, y=y, color=who,
            tooltip=[alt.Tooltip("model:N", title="Model"), alt.Tooltip("date:N", title="Date"), _tip("y", "ECI")],
        ),
        ends.mark_circle(size=90, opacity=1).encode(x=x, y=y, color=who),
        ends.mark_text(align="left", dx=9, fontSize=14, fontWeight=600).encode(
            x=x, y=alt.Y("at:Q", scale=scale), text="label:N", color=who
        ),
    )  # fmt: skip


def _lead() -> Spec:
    """The lead of one future up to a quarter, with the zones of the outcomes and the guess."""
    x = _time(2023, frames.END, 2024, 2026, 2028, 2030, 2032)
    scale = alt.Scale(domain=list(frames.LEAD), nice=False, clamp=True)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=_months())

    colors = alt.Scale(domain=list(OUTCOME), range=list(OUTCOME.values()))
    tip = [alt.Tooltip("quarter:N", title="End of"), _tip("y", "US lead", "+.1f")]
    guess, mark = _table("guess"), _table("marks")
    return _finished(
        _table("zone").mark_rect(opacity=0.1, color=MUTED).encode(y=y("a"), y2="b:Q"),
        mark.mark_rule(color=MUTED, strokeWidth=1, opacity=0.7).encode(x=x),
        _table("months").mark_line(strokeWidth=3, color=US).encode(x=x, y=y("y")),
        _table("months").mark_point(opacity=0, size=40).encode(x=x, y=y("y"), tooltip=tip),
        _table("ends").mark_circle(size=90, opacity=1, color=US).encode(x=x, y=y("y")),
        _table("zones").mark_text(align="left", dx=4, baseline="middle", fontSize=11).encode(
            x=alt.value(0), y=y("y"), text="label:N", color=alt.Color("who:N", legend=None, scale=colors)
        ),
        guess.mark_point(shape="diamond", filled=True, size=130, opacity=1, color=charts.SEVERAL).encode(x=x, y=y("y")),
        guess.mark_text(align="right", dx=-9, fontWeight=600, color=charts.SEVERAL).encode(
            x=x, y=y("y"), text="label:N"
        ),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- tables, drawing
def tables(s: Shown, f: Future, t: int, guess: float | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables of both charts up to a quarter."""
    quarters = [s.quarter(k) for k in range(t + 1)]
    years = [(FIRST + k + 1) / 4 for k in range(t + 1)]
    lines = pl.concat([
        pl.DataFrame({"who": [who] * (t + 1), "quarter": quarters, "t": years,
                      "y": f.series[f"capability.{seat}"][: t + 1].round(2)})
        for seat, who in frames.SEATS.items()
    ])  # fmt: skip
    ends = lines.group_by("who", maintain_order=True).last().with_columns(pl.col("y").clip(*frames.ECI))
    high, low = (max(ends["y"].to_list()), min(ends["y"].to_list()))
    push = max(0.0, 11.0 - (high - low)) / 2
    ends = ends.with_columns(
        pl.when(pl.col("y") == high).then(pl.col("y") + push).otherwise(pl.col("y") - push).alias("at"),
        (pl.col("who").replace("United States", "US") + pl.format(" {}", pl.col("y").round(0).cast(pl.Int64))).alias(
            "label"
        ),
    )
    marks = pl.DataFrame({"t": [(FIRST + s.edge + 1) / 4], "label": ["end of data"]})
    records = frames.records().filter((pl.col("t") <= years[-1]) & (pl.col("t") <= (FIRST + s.edge + 1) / 4))
    values = pl.DataFrame({"quarter": quarters, "t": years, "y": f.series["lead"][: t + 1].round(2)})
    n = s.judge.limit
    zones = pl.DataFrame(
        [("us_ahead", min(n + 20, frames.LEAD[1] - 1.5), "US well ahead"),
         ("two_power", -n + 2, f"within {n:g} {s.judge.unit}"),
         ("china_ahead", min(-n - 6, -20.0) if n < 20 else -22.5, "China well ahead")],
        schema=["who", "y", "label"], orient="row",
    )  # fmt: skip
    guessed = [] if guess is None else [(s.judge.year + 1.0, guess, "your guess")]
    return (
        {"path": lines, "ends": ends, "marks": marks, "records": records},
        {"months": values, "ends": values.tail(1), "marks": marks, "zones": zones,
         "zone": pl.DataFrame({"a": [-n], "b": [n]}),
         "guess": pl.DataFrame(guessed, schema={"t": pl.Float64, "y": pl.Float64, "label": pl.String}, orient="row")},
    )  # fmt: skip


def draw(name: str, head: Markup, tables: dict[str, Any], told: str, height: int, large: bool) -> None:
    """A chart under its head; `told` is what people hear who do not see it."""
    spec = specs(large)[name]
    with st.container(gap="xxsmall", key=f"chart_teach_{name}"):
        st.html(head)
        data = {**tables, **spec.get("datasets", {})}
        st.vega_lite_chart({**spec, "datasets": data}, height=height, key=f"drawn_teach_{name}", alt=told)
