"""Chart specifications, each built once; a rerun only swaps the tables that they name.

Colors are plain hex, so that an exported picture has them; on screen, CSS swaps each for its dark twin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from sim.ui.shared import frames

Spec = dict[str, Any]

PALETTE = {
    "us": ("#2563C7", "#6BA1FA"),
    "china": ("#C2450E", "#F3814B"),
    "muted": ("#66707E", "#9AA5B4"),
    "several": ("#1D7F70", "#4FC2AF"),
    "ink": ("#1A1F28", "#E9E7E1"),
    "domestic": ("#6E2350", "#D77FB0"),
    "legal": ("#75832A", "#8FA03C"),
    "diverted": ("#7A5A00", "#E0B45A"),
    "offshore": ("#8E63C0", "#B48CE0"),
    "paper": ("#FBFAF7", "#11151B"),
}
"""Every color by the name that style sheets know it by, for light and for dark backgrounds.

One color, one meaning: blue is the United States, orange China, teal several powers. What else has to be told apart
(up and down, inside and outside, recorded and simulated) is told by place, sign, shape or a neutral tone.
"""
US, CHINA, MUTED, SEVERAL, INK, PAPER = (
    PALETTE[name][0] for name in ("us", "china", "muted", "several", "ink", "paper")
)
ORIGIN = {name: PALETTE[name][0] for name in ("domestic", "legal", "diverted", "offshore")}
OUTCOME = {"us_ahead": US, "two_power": MUTED, "several": SEVERAL, "china_ahead": CHINA}
_NAMES = {light: name for name, (light, _) in PALETTE.items()}
TEXT, LABEL = 14, 15
"""Sizes of letters in a chart, px: of axes and notes, and of names that stand beside a line."""
LARGER = 1.35
"""How much larger they are on a projector."""
_FONT = "Source Sans, Source Sans Pro, sans-serif"
_SIZES = {"fontSize", "labelFontSize", "titleFontSize", "lineHeight"}
_TOP: Spec = {"y": 0, "baseline": "top"}
_FOOT: Spec = {"y": "height", "dy": -10, "baseline": "bottom"}
_BELOW: Spec = {"y": 22, "baseline": "top"}
"""Places of words on a chart; the third is below the name of the zone at its top."""
_DASH: Spec = {"strokeDash": [4, 3], "strokeWidth": 1.4}


def themed(color: str) -> str:
    """A color as CSS that follows the theme."""
    return f"var(--{_NAMES[color]})"


def specs() -> dict[str, Spec]:
    """All specifications by name."""
    makers: tuple[Callable[[], Spec], ...] = (fan, single, lead, dots, compute, fan_small, lead_small)
    return {maker.__name__: maker() for maker in makers}


def larger(spec: Any) -> Any:
    """A specification with larger letters, for a projector."""
    if isinstance(spec, dict):
        return {name: round(LARGER * part) if name in _SIZES else larger(part) for name, part in spec.items()}
    return [larger(part) for part in spec] if isinstance(spec, list) else spec


def _table(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=name))


def _finished(*layers: alt.Chart) -> Spec:
    chart = (
        alt.layer(*layers)
        .configure_view(stroke=None)
        .configure_axis(
            domain=False,
            ticks=False,
            gridOpacity=0.55,
            gridDash=[1, 3],
            labelFontSize=TEXT,
            labelColor=MUTED,
            labelPadding=6,
            titleFontSize=TEXT,
            titleFontWeight="normal",
        )
        .configure_text(font=_FONT, fontSize=TEXT, lineHeight=TEXT + 2)
        .configure_mark(aria=False)  # the chart as a whole is described; its marks one by one say nothing
    )
    spec: Spec = chart.to_dict()
    spec.pop("$schema", None)
    spec["autosize"] = {"type": "fit", "contains": "padding", "resize": False}
    spec["padding"] = {"left": 2, "right": 2, "top": 4, "bottom": 2}
    return spec


def _time(first: float, last: float, *ticks: int) -> alt.X:
    axis = alt.Axis(values=list(ticks), format="d", grid=False, title=None)
    return alt.X("t:Q", scale=alt.Scale(domain=[first, last], nice=False, zero=False), axis=axis)


def seats() -> alt.Color:
    """The colors of the two superpowers."""
    return alt.Color("who:N", legend=None, scale=alt.Scale(domain=list(frames.SEATS.values()), range=[US, CHINA]))


def _months() -> alt.Axis:
    label = "datum.value==0?'level':(datum.value>0?'+':'−')+abs(datum.value)"
    return alt.Axis(values=[-24, -12, 0, 12, 24, 36], title=None, labelExpr=label)


def _tip(field: str, title: str, form: str = ".0f") -> alt.Tooltip:
    return alt.Tooltip(f"{field}:Q", title=title, format=form)


def _now(x: alt.X, past: Spec, since: Spec) -> list[alt.Chart]:
    """Upright lines with what they are, and at today's the words for the bands on both sides, which stand there."""
    rule = _table("marks")
    said: Spec = {"lineBreak": "|", "color": MUTED}
    return [
        rule.mark_rule(color=MUTED, strokeWidth=1, opacity=0.7).encode(x=x),
        rule.mark_text(align="left", dx=4, baseline="top", color=MUTED).encode(x=x, y=alt.value(0), text="label:N"),
        rule.mark_text(align="right", dx=-5, **said, **past).encode(x=x, text="past:N"),
        rule.mark_text(align="left", dx=5, **said, **since).encode(x=x, text="since:N"),
    ]


def _bands(data: alt.Chart, x: alt.X, y: Callable[[str], alt.Y], **color: Any) -> list[alt.Chart]:
    """The ranges after today, and paler and without an inner one before: there they are fitted and not foreseen."""
    past, since = (data.transform_filter(f"datum.t{side}{frames.NOW}") for side in ("<=", ">="))
    return [
        past.mark_area(opacity=0.09).encode(x=x, y=y("lo90"), y2="hi90:Q", **color),
        since.mark_area(opacity=0.16).encode(x=x, y=y("lo90"), y2="hi90:Q", **color),
        since.mark_area(opacity=0.25).encode(x=x, y=y("lo50"), y2="hi50:Q", **color),
    ]


def _beyond(x: alt.X, y: Callable[[str], alt.Y]) -> alt.Chart:
    """The mark that says how far values go where the axis cuts them off."""
    mark = _table("off").mark_text(align="right", dx=-2, color=MUTED, fontWeight=600)
    return mark.encode(x=x, y=y("y"), text="label:N")


def fan() -> Spec:
    """Both frontiers: ranges, middles, the baseline dashed, and the record models as points."""
    x = _time(2022, 2034.6, 2022, 2024, 2026, 2028, 2030, 2032)
    scale = alt.Scale(domain=list(frames.ECI), nice=False, zero=False, clamp=True)
    axis = alt.Axis(values=[80, 120, 160, 200, 240], title=None)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    who = seats()
    data = _table("fan")
    tip = [
        alt.Tooltip("who:N", title="Who"),
        alt.Tooltip("quarter:N", title="End of"),
        _tip("mid", "Middle, ECI"),
        _tip("lo90", "5 in 100 lie below"),
        _tip("hi90", "5 in 100 lie above"),
        _tip("base", "Middle of the dashes"),
    ]
    over = alt.selection_point(
        name="over", fields=["t"], nearest=True, on="pointerover", clear="pointerout", empty=False
    )
    limit = _table("limit")
    return _finished(
        limit.mark_rule(color=MUTED, strokeDash=[1, 3], strokeWidth=1.4).encode(x=x, x2="end:Q", y=y("y")),
        limit.mark_text(align="left", lineBreak="|", dx=4, dy=-TEXT - 10, color=MUTED).encode(
            x=alt.value(0), y=y("y"), text="label:N"
        ),
        *_bands(data, x, y, color=who),
        data.mark_line(**_DASH, opacity=0.9).encode(x=x, y=y("base"), color=who),
        data.mark_line(strokeWidth=2.6).encode(x=x, y=y("mid"), color=who),
        _table("records")
        .mark_circle(size=26, opacity=1, stroke=PAPER, strokeWidth=0.8)
        .encode(
            x=x,
            y=y("y"),
            color=who,
            tooltip=[
                alt.Tooltip("model:N", title="Model"),
                alt.Tooltip("date:N", title="Date"),
                _tip("y", "ECI"),
            ],
        ),
        *_now(x, _TOP, _FOOT),
        data.mark_rule(color=MUTED, strokeWidth=1)
        .encode(x=x, opacity=alt.condition(over, alt.value(0.8), alt.value(0)), tooltip=tip)
        .add_params(over),
        data.mark_point(filled=True, size=46).encode(
            x=x, y=y("mid"), color=who, opacity=alt.condition(over, alt.value(1), alt.value(0))
        ),
        _table("labels")
        .mark_text(align="left", dx=7, fontSize=LABEL, fontWeight=600)
        .encode(x=x, y=y("y"), text="who:N", color=who),
        _beyond(x, y),
    )


def single() -> Spec:
    """Both frontiers in a few single futures; the one under the pointer stands out in both."""
    x = _time(2022, 2034.6, 2022, 2024, 2026, 2028, 2030, 2032)
    scale = alt.Scale(domain=list(frames.ECI), nice=False, zero=False, clamp=True)
    y = alt.Y("y:Q", scale=scale, axis=alt.Axis(values=[80, 120, 160, 200, 240], title=None))
    who = seats()
    over = alt.selection_point(name="over", fields=["future"], nearest=True, on="pointerover", clear="pointerout",
                               empty=False)  # fmt: skip
    tip = [alt.Tooltip("who:N", title="Who"), alt.Tooltip("future:N", title="Future"),
           alt.Tooltip("quarter:N", title="End of"), _tip("y", "ECI")]  # fmt: skip
    data = _table("single")
    line = data.mark_line(strokeWidth=1.2).encode(
        x=x, y=y, color=who, detail="line:N", opacity=alt.condition(over, alt.value(1), alt.value(0.45))
    )
    return _finished(
        line,
        *_now(x, _TOP, _FOOT),
        data.mark_point(opacity=0, size=30).encode(x=x, y=y, tooltip=tip).add_params(over),
        _table("labels")
        .mark_text(align="left", dx=7, fontSize=LABEL, fontWeight=600)
        .encode(x=x, y=y, text="who:N", color=who),
    )


def lead() -> Spec:
    """The lead in months with the zones in which somebody is well ahead."""
    x = _time(2023, frames.END, 2024, 2026, 2028, 2030, 2032)
    scale = alt.Scale(domain=list(frames.LEAD), nice=False, clamp=True)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=_months())

    colors = alt.Scale(domain=list(OUTCOME), range=list(OUTCOME.values()))
    data = _table("lead")
    tip = [
        alt.Tooltip("quarter:N", title="End of"),
        _tip("mid", "US lead, months", "+.0f"),
        _tip("lo90", "5 in 100 lie below", "+.0f"),
        _tip("hi90", "5 in 100 lie above", "+.0f"),
        _tip("base", "Middle of the dashes", "+.0f"),
    ]
    known = [alt.Tooltip("quarter:N", title="Recorded, end of"), _tip("y", "US lead", "+.0f")]
    over = alt.selection_point(
        name="over", fields=["t"], nearest=True, on="pointerover", clear="pointerout", empty=False
    )
    return _finished(
        _table("zone").mark_rect(opacity=0.1, color=MUTED).encode(y=y("a"), y2="b:Q"),
        *_bands(data, x, y, color=alt.value(MUTED)),
        data.mark_line(**_DASH, color=MUTED).encode(x=x, y=y("base")),
        data.mark_line(strokeWidth=2.4, color=INK).encode(x=x, y=y("mid")),
        _table("recorded")
        .mark_point(shape="diamond", filled=True, size=34, opacity=1, color=INK, stroke=PAPER, strokeWidth=0.8)
        .encode(x=x, y=y("y"), tooltip=known),
        *_now(x, _BELOW, _BELOW),
        data.mark_rule(color=MUTED, strokeWidth=1)
        .encode(x=x, opacity=alt.condition(over, alt.value(0.8), alt.value(0)), tooltip=tip)
        .add_params(over),
        _table("zones")
        .mark_text(align="left", dx=4, baseline="middle")
        .encode(
            x=alt.value(0),
            y=y("y"),
            text="label:N",
            color=alt.Color("who:N", legend=None, scale=colors),
        ),
        _beyond(x, y),
    )


def fan_small() -> Spec:
    """Both frontiers where there is little room: ranges, middles, and the first column dashed."""
    x = _time(2022, frames.END, 2024, 2028, 2032)
    scale = alt.Scale(domain=list(frames.ECI), nice=False, zero=False, clamp=True)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=alt.Axis(values=[80, 160, 240], title=None))

    who = seats()
    data = _table("fan")
    tip = [alt.Tooltip("who:N", title="Who"), alt.Tooltip("quarter:N", title="End of"), _tip("mid", "Middle, ECI")]
    return _finished(
        *_bands(data, x, y, color=who)[:2],
        data.mark_line(**_DASH, opacity=0.9).encode(x=x, y=y("base"), color=who),
        data.mark_line(strokeWidth=2.2).encode(x=x, y=y("mid"), color=who, tooltip=tip),
    )


def lead_small() -> Spec:
    """The lead where there is little room: the zone in which nobody is well ahead, bands, and the first column."""
    x = _time(2023, frames.END, 2024, 2028, 2032)
    scale = alt.Scale(domain=list(frames.LEAD), nice=False, clamp=True)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=_months())

    data = _table("lead")
    tip = [alt.Tooltip("quarter:N", title="End of"), _tip("mid", "US lead", "+.0f")]
    return _finished(
        _table("zone").mark_rect(opacity=0.1, color=MUTED).encode(y=y("a"), y2="b:Q"),
        *_bands(data, x, y, color=alt.value(MUTED))[:2],
        data.mark_line(**_DASH, color=MUTED).encode(x=x, y=y("base")),
        data.mark_line(strokeWidth=2.2, color=INK).encode(x=x, y=y("mid"), tooltip=tip),
    )


def dots() -> Spec:
    """Fifty futures as dots over their lead; triangles stand for those beyond the axis."""
    x = alt.X("x:Q", scale=alt.Scale(domain=list(frames.LEAD), nice=False), axis=_months())
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, frames.TALLEST + 1.5], nice=False), axis=None)
    color = alt.Color("outcome:N", legend=None, scale=alt.Scale(domain=list(OUTCOME), range=list(OUTCOME.values())))
    shape = alt.Shape(
        "side:N",
        legend=None,
        scale=alt.Scale(domain=["in", "low", "high"], range=["circle", "triangle-left", "triangle-right"]),
    )
    cut = _table("cuts")
    left = cut.transform_filter("datum.side=='low'").mark_text(
        align="right", baseline="top", lineBreak="|", dx=-5, color=CHINA
    )
    right = cut.transform_filter("datum.side=='high'").mark_text(
        align="left", baseline="top", lineBreak="|", dx=5, color=US
    )
    names = {"x": x, "y": alt.value(0), "text": "label:N"}
    tip = [alt.Tooltip("label:N", title="Outcome"), _tip("months", "US lead, months", "+.0f")]
    return _finished(
        cut.mark_rule(color=MUTED, strokeDash=[2, 3], opacity=0.8).encode(x=x),
        left.encode(**names),
        right.encode(**names),
        _table("dots")
        .mark_point(filled=True, size=58, opacity=1)
        .encode(x=x, y=y, color=color, shape=shape, tooltip=tip),
    )


def compute() -> Spec:
    """China's new compute, before and after, on one axis (facets do not stretch in Streamlit)."""
    ticks = [2023, 2032, 2034.5, 2043.5]
    label = "datum.value<2033?format(datum.value,'d'):format(datum.value-11.5,'d')"
    x = alt.X(
        "px:Q",
        scale=alt.Scale(domain=[2022.4, 2044.1], nice=False, zero=False),
        axis=alt.Axis(values=ticks, grid=False, title=None, labelExpr=label, aria=False),
    )
    # Above the highest bar there is room for the headings, and for the marks of bars that are cut off.
    scale = alt.Scale(domain=[frames.COMPUTE[0], 1.2 * frames.COMPUTE[1]], nice=False)
    axis = alt.Axis(values=[0, 20, 40, 60], title=None, labelExpr="datum.value==60?'60m':datum.value")
    color = alt.Color("channel:N", legend=None, scale=alt.Scale(domain=list(ORIGIN), range=list(ORIGIN.values())))
    tip = [
        alt.Tooltip("scenario:N", title="Settings"),
        alt.Tooltip("year:Q", title="Year"),
        alt.Tooltip("origin:N", title="From"),
        _tip("million_h100e", "Million H100-equivalents", ".2f"),
    ]
    return _finished(
        _table("compute")
        .mark_bar(size=9)
        .encode(x=x, y=alt.Y("y0:Q", scale=scale, axis=axis), y2="y1:Q", color=color, tooltip=tip),
        _table("heads")
        .mark_text(align="left", baseline="top", fontWeight=600, color=MUTED)
        .encode(x=alt.X("x:Q"), y=alt.value(0), text="label:N"),
        _table("off")
        .mark_text(baseline="top", dy=18, color=MUTED)
        .encode(x=alt.X("x:Q"), y=alt.value(0), text="label:N"),
    )
