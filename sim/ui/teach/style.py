"""The looks of the Teach page: its style sheet, its large type, and its charts with axes that never move."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl
import streamlit as st

from scenarios.quarters import FIRST
from sim.ui.shared import charts, frames
from sim.ui.shared.charts import MUTED, OUTCOME, PAPER, US, Spec, _finished, _months, _table, _time, _tip, seats

if TYPE_CHECKING:
    from sim.ui.teach.decisions import Decision
    from sim.ui.teach.futures import Future, Shown

_LINE = "color-mix(in srgb,currentColor 16%,transparent)"
_CSS = (
    """
.st-key-teach{gap:1rem}
.st-key-teach h2.part{font-family:"Source Serif","Source Serif 4",Georgia,serif!important;font-weight:600!important;
 font-size:1.38rem!important;line-height:1.2!important;margin:1rem 0 0!important;padding:0!important;text-wrap:balance}
.st-key-teach h3.h{font-family:"Source Sans","Source Sans Pro",sans-serif!important;letter-spacing:0!important;
 font-weight:600!important;font-size:1.05em!important;line-height:1.25!important;margin:.9rem 0 0!important;
 border-top:2px solid currentColor;padding:.4rem 0 0!important}
.st-key-teach .lead{margin:.2rem 0 0;font-size:.95rem;line-height:1.42;max-width:74ch;opacity:.86}
.st-key-teach .stand{margin:0;font-size:1.15rem;line-height:1.35;font-variant-numeric:tabular-nums}
.st-key-teach .stand b{font-weight:600}
.st-key-teach ul.came{list-style:none!important;margin:.3rem 0 0!important;padding:0!important;font-size:.92rem;
 line-height:1.4}
.st-key-teach ul.came li{margin:.12rem 0!important;padding-left:.6rem;border-left:3px solid var(--c,currentColor)}
.st-key-teach .who{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(19rem,100%),1fr));gap:.9rem 1.6rem;
 margin:.2rem 0 0}
.st-key-teach .who h3{font-family:"Source Sans","Source Sans Pro",sans-serif!important;font-size:1rem!important;
 font-weight:600!important;letter-spacing:0!important;margin:0!important;padding:.3rem 0 .1rem!important;
 border-top:3px solid var(--c,currentColor)}
.st-key-teach .who p{margin:.35rem 0;font-size:.9rem;line-height:1.36;font-variant-numeric:tabular-nums}
.st-key-teach .who p b{font-weight:600}
.st-key-teach .who p small{display:block;font-size:.93em;opacity:.82}
.st-key-teach .says{margin:0 0 .25rem;font-size:1.08rem;line-height:1.42;max-width:74ch}
.st-key-teach .sub{max-width:88ch}
.st-key-teach .figure{max-width:60rem}
.st-key-teach dl.ifs{margin:.7rem 0 0!important;padding:0!important;display:grid;gap:.5rem}
.st-key-teach dl.ifs div{display:grid;grid-template-columns:10rem 1fr;gap:.2rem 1rem;padding:.35rem 0;
 border-top:1px solid LINE}
.st-key-teach dl.ifs dt{font-weight:600;margin:0!important;padding:0!important}
.st-key-teach dl.ifs dd{margin:0!important;padding:0!important;line-height:1.42;max-width:80ch;
 font-variant-numeric:tabular-nums}
.st-key-teach table.claims{border-collapse:collapse;width:100%;font-size:.88rem;line-height:1.35;margin:.9rem 0 0;
 font-variant-numeric:tabular-nums}
.st-key-teach table.claims caption{text-align:left;caption-side:top;padding:0 0 .25rem;font-weight:600;color:inherit}
.st-key-teach table.claims th,.st-key-teach table.claims td{text-align:left;vertical-align:top;
 padding:.34rem .8rem .34rem 0;border-bottom:1px solid LINE}
.st-key-teach table.claims th{font-weight:600;font-size:.9em;opacity:.82;vertical-align:bottom}
.st-key-teach table.claims td:first-child{font-weight:600}
.st-key-teach ul.facts{list-style:none!important;margin:.4rem 0 0!important;padding:0!important;font-size:.92rem;
 line-height:1.4;max-width:88ch}
.st-key-teach ul.facts li{margin:.4rem 0!important;padding-left:.7rem;border-left:3px solid LINE}
.st-key-teach ul.facts small{display:block;font-size:.88em;opacity:.8;overflow-wrap:anywhere}
.st-key-teach .reveal{margin:.2rem 0;font-size:1.05rem;line-height:1.42;max-width:80ch}
.st-key-teach button{min-height:24px;min-width:24px}
.st-key-teach .mini{max-width:46rem}.st-key-teach .mini .bar{height:18px}
.st-key-teach .mini p{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;margin:.3rem 0 0;font-size:.9rem}
.st-key-teach [class*=st-key-chart_] .d{min-height:0}
@media (max-width:1000px){
 .st-key-teach [class*=st-key-teach_pair] [data-testid=stColumn]{min-width:100%!important}
}
@media (max-width:640px){
 .st-key-teach h2.part{font-size:1.2rem!important}
 .st-key-teach dl.ifs div{grid-template-columns:1fr}
 .st-key-teach .key{grid-template-columns:1fr 1fr}
 .st-key-teach .mini{margin:0;padding:0;border:0;background:none}
 .st-key-teach table.claims,.st-key-teach table.claims tbody,.st-key-teach table.claims tr,
 .st-key-teach table.claims td,.st-key-teach table.claims caption{display:block}
 .st-key-teach table.claims thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
 .st-key-teach table.claims tr{padding:.5rem 0;border-bottom:1px solid LINE}
 .st-key-teach table.claims td{border:0;padding:.06rem 0;display:flex;justify-content:space-between;gap:1rem;
  text-align:right}
 .st-key-teach table.claims td:first-child{text-align:left}
 .st-key-teach table.claims td:not(:first-child)::before{content:attr(data-l);opacity:.78;text-align:left}
}
@media print{.st-key-teach_controls,.st-key-teach_head{display:none!important}}
""".replace("LINE", _LINE)
    + charts.recolour(".st-key-teach")
)
# Everything is sized in rem, so large type is a larger root; charts count in pixels and get letters of their own.
_PRESENT = """
html{font-size:125%}
.st-key-teach .stand{font-size:1.5rem}
.st-key-teach .d,.st-key-teach .fine,.st-key-teach .lead,.st-key-teach .sub{max-width:none;opacity:.92}
"""


def style(present: bool) -> None:
    """Add the style sheet, and large type for a projector."""
    st.html(f"<style>{_CSS}{_PRESENT if present else ''}</style>")


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

    colours = alt.Scale(domain=list(OUTCOME), range=list(OUTCOME.values()))
    tip = [alt.Tooltip("quarter:N", title="End of"), _tip("y", "US lead", "+.1f")]
    guess, mark = _table("guess"), _table("marks")
    return _finished(
        _table("zone").mark_rect(opacity=0.1, color=MUTED).encode(y=y("a"), y2="b:Q"),
        mark.mark_rule(color=MUTED, strokeWidth=1, opacity=0.7).encode(x=x),
        _table("months").mark_line(strokeWidth=3, color=US).encode(x=x, y=y("y")),
        _table("months").mark_point(opacity=0, size=40).encode(x=x, y=y("y"), tooltip=tip),
        _table("ends").mark_circle(size=90, opacity=1, color=US).encode(x=x, y=y("y")),
        _table("zones").mark_text(align="left", dx=4, baseline="middle", fontSize=11).encode(
            x=alt.value(0), y=y("y"), text="label:N", color=alt.Color("who:N", legend=None, scale=colours)
        ),
        guess.mark_point(shape="diamond", filled=True, size=130, opacity=1, color=charts.SEVERAL).encode(x=x, y=y("y")),
        guess.mark_text(align="right", dx=-9, fontWeight=600, color=charts.SEVERAL).encode(
            x=x, y=y("y"), text="label:N"
        ),
    )  # fmt: skip


# --------------------------------------------------------------------------------------------- tables, charts, cards
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


def draw(name: str, head: str, tables: dict[str, Any], told: str, height: int, large: bool) -> None:
    """A chart under its head; `told` is what people hear who do not see it."""
    spec = specs(large)[name]
    with st.container(gap="xxsmall", key=f"chart_teach_{name}"):
        st.html(head)
        data = {**tables, **spec.get("datasets", {})}
        st.vega_lite_chart({**spec, "datasets": data}, height=height, key=f"drawn_teach_{name}", alt=told)


def bold(text: str) -> str:
    """The sentence on where both stand, with its quarter and its outcome in bold."""
    head, _, rest = text.partition(": ")
    body, _, outcome = rest.rpartition(": ")
    return f"<b>{escape(head)}:</b> {escape(body)}: <b>{escape(outcome)}</b>"


_COLOUR = {"United States": charts.US, "China": charts.CHINA, "Allies": charts.ORIGIN["legal"],
           "Hubs": charts.ORIGIN["diverted"], "What followed": charts.MUTED}  # fmt: skip


def cards(found: list[Decision]) -> str:
    """Cards: one per superpower, and one for everybody else."""
    cards = []
    for who in dict.fromkeys(decision.who for decision in found):
        lines = "".join(
            f"<p><b>{escape(d.what)}:</b> {escape(d.now)}<small>{escape(d.why)}</small></p>"
            for d in found
            if d.who == who
        )
        cards.append(f'<section style="--c:{charts.themed(_COLOUR[who])}"><h3>{escape(who)}</h3>{lines}</section>')
    return f'<div class="who">{cards[0]}{cards[1]}<div>{"".join(cards[2:])}</div></div>'
