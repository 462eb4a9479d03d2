"""Charts of the Evidence page: one specification per fixed axis, built once; a rerun only swaps the tables."""

from __future__ import annotations

import altair as alt

from sim.ui.evidence.frames import Axis
from sim.ui.shared.charts import CHINA, INK, MUTED, PAPER, US, Spec, _finished, _table, _time
from sim.ui.shared.frames import SEATS

_WHO = {SEATS["united_states"]: US, SEATS["china"]: CHINA, "Both": MUTED}
_THIN: Spec = {"strokeWidth": 1.2, "opacity": 0.7}


def _scale(axis: Axis) -> alt.Scale:
    kind = alt.Scale(type="log", domain=[axis.low, axis.high], nice=False, clamp=True)
    return kind if axis.log else alt.Scale(domain=[axis.low, axis.high], nice=False, zero=False, clamp=True)


def _ticks(axis: Axis) -> alt.Axis:
    """Ticks with labels of our own: Vega knows no million and no real minus sign."""
    named = "".join(
        f"abs(datum.value/{tick!r}-1)<1e-4?'{label}':" if tick else f"datum.value==0?'{label}':"
        for tick, label in zip(axis.ticks, axis.labels, strict=True)
    )
    return alt.Axis(values=list(axis.ticks), title=None, labelExpr=f"{named}''")


def _y(field: str, axis: Axis) -> alt.Y:
    return alt.Y(f"{field}:Q", scale=_scale(axis), axis=_ticks(axis))


def blind(axis: Axis) -> Spec:
    """A blind run against the record: bands and middle after the cut-off, the record as points on a thin line."""
    x = _time(2022, 2028, 2022, 2023, 2024, 2025, 2026, 2027)
    colors = alt.Scale(domain=list(_WHO), range=list(_WHO.values()))
    who, rim = alt.Color("who:N", legend=None, scale=colors), alt.Stroke("who:N", legend=None, scale=colors)
    fan, recorded, cut = _table("fan"), _table("recorded"), _table("cut")
    over = alt.selection_point(
        name="over", fields=["t"], nearest=True, on="pointerover", clear="pointerout", empty=False
    )
    said = [
        alt.Tooltip("who:N", title="Who"),
        alt.Tooltip("quarter:N", title="Quarter"),
        alt.Tooltip("middle:N", title="Median run"),
        alt.Tooltip("band:N", title="90% range"),
    ]
    told = [
        alt.Tooltip("who:N", title="Who"),
        alt.Tooltip("quarter:N", title="Quarter"),
        alt.Tooltip("value:N", title="Recorded"),
        alt.Tooltip("what:N", title=" "),
    ]
    at = {"x": x, "y": _y("y", axis), "color": who, "tooltip": told}
    hollow = recorded.transform_filter("datum.state=='known'")
    return _finished(
        fan.mark_area(opacity=0.13).encode(x=x, y=_y("lo90", axis), y2="hi90:Q", color=who),
        fan.mark_area(opacity=0.27).encode(x=x, y=_y("lo50", axis), y2="hi50:Q", color=who),
        fan.mark_line(strokeWidth=1.6, strokeDash=[5, 3]).encode(x=x, y=_y("mid", axis), color=who),
        cut.mark_rule(color=MUTED, strokeWidth=1.2).encode(x=x),
        cut.mark_text(align="left", dx=4, baseline="top", color=MUTED).encode(x=x, y=alt.value(0), text="label:N"),
        fan.mark_rule(color=MUTED, strokeWidth=1)
        .encode(x=x, opacity=alt.condition(over, alt.value(0.8), alt.value(0)), tooltip=said)
        .add_params(over),
        recorded.mark_line(**_THIN).encode(x=x, y=_y("y", axis), color=who),
        hollow.mark_point(filled=True, size=34, fill=PAPER, opacity=1, strokeWidth=1.4).encode(
            x=x, y=_y("y", axis), stroke=rim, tooltip=told
        ),
        recorded.transform_filter("datum.state=='unscored'").mark_circle(size=18, opacity=1).encode(**at),
        recorded.transform_filter("datum.state=='in'").mark_circle(size=46, opacity=1).encode(**at),
        recorded.transform_filter("datum.state=='out'")
        .mark_point(shape="cross", angle=45, filled=True, size=110, opacity=1, stroke=PAPER, strokeWidth=0.8)
        .encode(**at),
    )


def asked(axis: Axis, first: int, last: int) -> Spec:
    """Other people's figures over our range."""
    ticks = list(range(first + first % 2, last + 1, 2))
    x = alt.X(
        "year:Q",
        scale=alt.Scale(domain=[first - 0.4, last + 0.4], nice=False, zero=False),
        axis=alt.Axis(values=ticks, format="d", grid=False, title=None),
    )
    ours, theirs = _table("ours"), _table("theirs")
    said = [
        alt.Tooltip("year:Q", title="Ours,", format="d"),
        alt.Tooltip("middle:N", title="Median run"),
        alt.Tooltip("range:N", title="90% range"),
    ]
    told = [
        alt.Tooltip("who:N", title="By"),
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("shown:N", title="Published"),
        alt.Tooltip("definition:N", title="Meaning"),
    ]
    return _finished(
        ours.mark_area(opacity=0.22, color=MUTED).encode(x=x, y=_y("lo", axis), y2="hi:Q"),
        ours.mark_line(strokeWidth=2.2, color=INK).encode(x=x, y=_y("mid", axis)),
        ours.mark_circle(size=60, color=INK, opacity=0.01).encode(x=x, y=_y("mid", axis), tooltip=said),
        theirs.mark_rule(color=INK, strokeWidth=1.4, opacity=0.7).encode(x=x, y=_y("low", axis), y2="high:Q"),
        theirs.mark_point(
            shape="diamond", filled=True, size=76, opacity=1, fill=PAPER, stroke=INK, strokeWidth=1.6
        ).encode(x=x, y=_y("value", axis), tooltip=told),
    )


def china(axis: Axis, last: int) -> Spec:
    """China's share of the world's compute under the chosen definition, the two others, and published figures."""
    x = alt.X(
        "year:Q",
        scale=alt.Scale(domain=[2021.7, last + 3.6], nice=False, zero=False),
        axis=alt.Axis(values=list(range(2022, last + 1, 2)), format="d", grid=False, title=None),
    )
    chosen, others, names = _table("chosen"), _table("others"), _table("names")
    said = [
        alt.Tooltip("what:N", title="Meaning"),
        alt.Tooltip("year:Q", title="End of", format="d"),
        alt.Tooltip("smid:Q", title="Middle future, %", format=".1f"),
    ]
    told = [alt.Tooltip("definition:N", title="Published"), alt.Tooltip("value:Q", title="%", format=".1f")]
    on = alt.condition("datum.on", alt.value(CHINA), alt.value(MUTED))
    return _finished(
        chosen.mark_area(opacity=0.2, color=CHINA).encode(x=x, y=_y("slo", axis), y2="shi:Q"),
        others.mark_line(strokeWidth=1.3, color=MUTED, strokeDash=[4, 3]).encode(
            x=x, y=_y("smid", axis), detail="definition:N", tooltip=said
        ),
        chosen.mark_line(strokeWidth=2.4, color=CHINA).encode(x=x, y=_y("smid", axis)),
        chosen.mark_circle(size=40, color=CHINA, opacity=1).encode(
            x=x, y=_y("smid", axis), tooltip=[*said, alt.Tooltip("range:N", title="90% range")]
        ),
        _table("published")
        .mark_point(shape="diamond", filled=True, size=64, opacity=1, fill=PAPER, stroke=INK, strokeWidth=1.6)
        .encode(x=x, y=_y("value", axis), tooltip=told),
        names.mark_text(align="left", dx=7).encode(x=x, y=_y("smid", axis), text="what:N", color=on),
    )
