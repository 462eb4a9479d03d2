"""The charts of the Teach page, with axes that never move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl
import streamlit as st
from markupsafe import Markup

from scenarios.quarters import FIRST, end_year
from sim.ensemble.rng import Array
from sim.ui.shared import frames, recorded
from sim.ui.shared.charts import (
    INK,
    LABEL,
    MUTED,
    OUTCOME,
    Spec,
    _finished,
    _months,
    _table,
    _time,
    _tip,
    larger,
    seats,
)

if TYPE_CHECKING:
    from sim.ui.teach.futures import Future, Shown


RECORDED, ESTIMATED, SIMULATED = "recorded", "recorded, partly estimated", "simulated"
"""What a part of a line is, as the charts say it; the middle one before good models of both had scores."""
_WORDS = 24
"""Where those words stand, px below a chart's top, on which the zone of the United States has its name."""


@st.cache_resource(show_spinner=False)
def specs(large: bool = False) -> dict[str, Spec]:
    """The charts, built once, with larger letters for a projector."""
    made = {"path": _path(), "months": _lead()}
    return {name: larger(spec) for name, spec in made.items()} if large else made


def _edge(x: alt.X) -> list[alt.Chart]:
    """The end of the data: recorded before it, simulated after it."""
    mark = _table("marks")
    said: Spec = {"baseline": "top", "color": MUTED}
    return [
        mark.mark_rule(color=MUTED, strokeWidth=1, opacity=0.7).encode(x=x),
        mark.mark_text(align="right", dx=-5, **said).encode(x=x, y=alt.value(_WORDS), text="past:N"),
        mark.mark_text(align="left", dx=5, **said).encode(x=x, y=alt.value(_WORDS), text="since:N"),
    ]


def _two(table: alt.Chart, x: alt.X, y: alt.Y, tip: list[alt.Tooltip], **color: Any) -> list[alt.Chart]:
    """A line that is thin with points where it is recorded, and thick where it is simulated."""
    known, run = (table.transform_filter(f"datum.what {how} '{SIMULATED}'") for how in ("!=", "=="))
    return [
        known.mark_line(strokeWidth=1.4).encode(x=x, y=y, **color),
        known.mark_point(shape="diamond", filled=True, size=36, opacity=1).encode(x=x, y=y, tooltip=tip, **color),
        run.mark_line(strokeWidth=3.2).encode(x=x, y=y, **color),
        run.mark_point(opacity=0, size=40).encode(x=x, y=y, tooltip=tip),
    ]


def _path() -> Spec:
    """Both frontiers up to a quarter: on record until the end of the data, then of one future."""
    x = _time(2022, 2034.6, 2022, 2024, 2026, 2028, 2030, 2032)
    scale = alt.Scale(domain=list(frames.ECI), nice=False, zero=False, clamp=True)
    y = alt.Y("y:Q", scale=scale, axis=alt.Axis(values=[80, 120, 160, 200, 240], title=None))
    who = seats()
    tip = [
        alt.Tooltip("who:N", title="Who"),
        alt.Tooltip("quarter:N", title="End of"),
        _tip("y", "ECI"),
        alt.Tooltip("what:N", title=" "),
    ]
    ends = _table("ends")
    return _finished(
        *_edge(x),
        *_two(_table("path"), x, y, tip, color=who),
        ends.mark_circle(size=90, opacity=1).encode(x=x, y=y, color=who),
        ends.mark_text(align="left", dx=9, fontSize=LABEL, fontWeight=600).encode(
            x=x, y=alt.Y("at:Q", scale=scale), text="label:N", color=who
        ),
    )


def _lead() -> Spec:
    """The lead of one future up to a quarter, with the zones of the outcomes and the guess."""
    x = _time(2023, frames.END, 2024, 2026, 2028, 2030, 2032)
    scale = alt.Scale(domain=list(frames.LEAD), nice=False, clamp=True)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=_months())

    colors = alt.Scale(domain=list(OUTCOME), range=list(OUTCOME.values()))
    tip = [alt.Tooltip("quarter:N", title="End of"), _tip("y", "US lead", "+.1f"), alt.Tooltip("what:N", title=" ")]
    guess = _table("guess")
    return _finished(
        _table("zone").mark_rect(opacity=0.1, color=MUTED).encode(y=y("a"), y2="b:Q"),
        *_edge(x),
        *_two(_table("months"), x, y("y"), tip, color=alt.value(INK)),
        _table("ends").mark_circle(size=90, opacity=1, color=INK).encode(x=x, y=y("y")),
        _table("zones").mark_text(align="left", dx=4, baseline="middle").encode(
            x=alt.value(0), y=y("y"), text="label:N", color=alt.Color("who:N", legend=None, scale=colors)
        ),
        guess.mark_point(shape="triangle-right", filled=True, size=150, opacity=1, color=INK).encode(x=x, y=y("y")),
        guess.mark_text(align="right", dx=6, dy=-14, fontWeight=600, color=INK).encode(x=x, y=y("y"), text="label:N"),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- tables, drawing
def tables(s: Shown, f: Future, t: int, guess: float | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables of both charts up to a quarter."""
    lines = pl.concat([
        _line(s, t, known, f.series[f"capability.{seat}"]).insert_column(0, pl.lit(who).alias("who"))
        for known, (seat, who) in zip(recorded.frontiers(), frames.SEATS.items(), strict=True)
    ])  # fmt: skip
    ends = lines.group_by("who", maintain_order=True).last().with_columns(pl.col("y").clip(*frames.ECI))
    high, low = (max(ends["y"].to_list()), min(ends["y"].to_list()))
    push = max(0.0, 18.0 - (high - low)) / 2
    ends = ends.with_columns(
        pl.when(pl.col("y") == high).then(pl.col("y") + push).otherwise(pl.col("y") - push).alias("at"),
        (pl.col("who").replace("United States", "US") + pl.format(" {}", pl.col("y").round(0).cast(pl.Int64))).alias(
            "label"
        ),
    )
    marks = pl.DataFrame({"t": [end_year(FIRST + s.edge)], "past": [RECORDED], "since": [SIMULATED]})
    values = _line(s, t, recorded.lead_by(s.judge.ruler), f.series["lead"])
    n = s.judge.limit
    zones = pl.DataFrame(
        [("us_ahead", min(n + 22.5, frames.LEAD[1] - 1.5), "US well ahead"),
         ("two_power", -n + 2, f"within {n:g} {s.judge.unit}"),
         ("china_ahead", min(-n - 6, -20.0) if n < 20 else -22.5, "China well ahead")],
        schema=["who", "y", "label"], orient="row",
    )  # fmt: skip
    guessed = [] if guess is None else [(s.judge.year + 1.0, guess, "your guess")]
    return (
        {"path": lines, "ends": ends, "marks": marks},
        {"months": values, "ends": values.tail(1), "marks": marks, "zones": zones,
         "zone": pl.DataFrame({"a": [-n], "b": [n]}),
         "guess": pl.DataFrame(guessed, schema={"t": pl.Float64, "y": pl.Float64, "label": pl.String}, orient="row")},
    )  # fmt: skip


def _line(s: Shown, t: int, known: Array, run: Array) -> pl.DataFrame:
    """A series up to a quarter: what was recorded until the end of the data, and from there on what the future has."""
    past = min(t, s.edge)
    rows = [(k, float(known[k]), RECORDED if recorded.scored(k) else ESTIMATED) for k in range(past + 1)]
    if t > s.edge:  # the future starts where the record ends
        rows += [(s.edge, float(known[s.edge]), SIMULATED)]
        rows += [(k, float(run[k]), SIMULATED) for k in range(s.edge + 1, t + 1)]
    return pl.DataFrame(
        [(s.quarter(k), end_year(FIRST + k), round(y, 2), what) for k, y, what in rows],
        schema=["quarter", "t", "y", "what"], orient="row",
    )  # fmt: skip


def draw(name: str, head: Markup, tables: dict[str, Any], told: str, height: int, large: bool) -> None:
    """A chart under its head; `told` is what people hear who do not see it."""
    spec = specs(large)[name]
    with st.container(gap="xxsmall", key=f"chart_teach_{name}"):
        st.html(head)
        data = {**tables, **spec.get("datasets", {})}
        st.vega_lite_chart({**spec, "datasets": data}, height=height, key=f"drawn_teach_{name}", alt=told)
