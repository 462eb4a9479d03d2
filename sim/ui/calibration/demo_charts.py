"""Charts of the demo of scaling: each specification built once; a rerun only swaps the tables that it names."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt

from sim.ui.shared.charts import INK, MUTED, PAPER, US, Spec, _finished, _table, _tip

_DASHES: Spec = {"strokeDash": [4, 3], "strokeWidth": 1.4, "color": MUTED}
_POINT: Spec = {"filled": True, "opacity": 1, "stroke": PAPER, "strokeWidth": 0.8}
_OLD: Spec = {**_POINT, "shape": "diamond", "size": 60, "color": MUTED}


def specs() -> dict[str, Spec]:
    """All of them by name."""
    makers: tuple[Callable[[], Spec], ...] = (curves, losses, roofline, reinforcement)
    return {maker.__name__: maker() for maker in makers}


def _scale(low: float, high: float) -> alt.Scale:
    return alt.Scale(type="log", domain=[low, high], nice=False, clamp=True)


def _ticks(*values: float) -> alt.Axis:
    return alt.Axis(values=list(values), format="~g", title=None)


def curves() -> Spec:
    """Training loss of each model against its compute."""
    x = alt.X("gflop:Q", scale=_scale(1.2, 700), axis=_ticks(2, 10, 50, 200))
    y = alt.Y("loss:Q", scale=_scale(1.7, 5.6), axis=_ticks(2, 3, 4, 5))
    tip = [alt.Tooltip("model:N", title="Model"), _tip("gflop", "Billion FLOP", ".1f"), _tip("loss", "Loss", ".3f")]
    drawn, old, names = _table("curves"), _table("stored"), _table("names")
    return _finished(
        old.mark_line(**_DASHES, opacity=0.7).encode(x=x, y=y, detail="model:N"),
        drawn.mark_line(strokeWidth=2, color=US).encode(x=x, y=y, detail="model:N"),
        drawn.mark_circle(size=10, color=US, opacity=1).encode(x=x, y=y, tooltip=tip),
        *(  # neighbors would touch on a phone
            names.transform_filter(f"datum.place % 2 == {row}")
            .mark_text(dy=-9 - 18 * row, color=US)
            .encode(x=x, y=y, text="model:N")
            for row in (0, 1)
        ),
    )


def losses() -> Spec:
    """Final loss of each model against its size, with the line through them."""
    x = alt.X("thousand:Q", scale=_scale(4.5, 90), axis=_ticks(6, 14, 25, 55))
    y = alt.Y("loss:Q", scale=_scale(1.75, 2.4), axis=_ticks(1.8, 1.9, 2, 2.1, 2.2, 2.3))
    tip = [
        alt.Tooltip("model:N", title="Model"),
        _tip("thousand", "Thousand parameters", ".1f"),
        _tip("loss", "Loss", ".4f"),
    ]
    now = _table("losses")
    return _finished(
        _table("line").mark_line(strokeWidth=2, color=INK).encode(x=x, y=y),
        _table("stored").mark_point(**_OLD).encode(x=x, y=y, tooltip=tip),
        now.mark_point(**_POINT, size=80, color=US).encode(x=x, y=y, tooltip=tip),
        now.mark_text(align="left", dx=8, dy=-8, color=US).encode(x=x, y=y, text="label:N"),
    )


def roofline() -> Spec:
    """The roof that memory and arithmetic set, and measured matrix products under it."""
    x = alt.X("intensity:Q", scale=_scale(0.3, 130), axis=_ticks(0.5, 1, 2, 5, 10, 20, 50, 100))
    y = alt.Y("gflops:Q", scale=_scale(1, 500), axis=_ticks(1, 3, 10, 30, 100, 300))
    tip = [
        _tip("batch", "Batch"),
        _tip("intensity", "FLOP per byte", ".1f"),
        _tip("gflops", "Billion FLOP a second", ".1f"),
    ]
    return _finished(
        _table("stored").mark_line(**_DASHES).encode(x=x, y=y),
        _table("roof").mark_line(strokeWidth=2, color=INK).encode(x=x, y=y),
        _table("ridge").mark_point(**_POINT, shape="diamond", size=90, color=INK).encode(x=x, y=y),
        _table("ridge").mark_text(align="left", dx=4, dy=-12, color=INK).encode(x=x, y=y, text="label:N"),
        _table("ladder").mark_point(**_POINT, size=70, color=US).encode(x=x, y=y, tooltip=tip),
    )


def reinforcement() -> Spec:
    """Success rate against the compute of reinforcement, and the half that it is watched to cross."""
    x = alt.X(
        "gflop:Q",
        scale=alt.Scale(domain=[0, 110], nice=False, clamp=True),
        axis=alt.Axis(values=[0, 25, 50, 75, 100], title=None, grid=False),
    )
    y = alt.Y(
        "percent:Q",
        scale=alt.Scale(domain=[0, 80], nice=False, clamp=True),
        axis=alt.Axis(values=[0, 20, 40, 60, 80], title=None, labelExpr="datum.value+'%'"),
    )
    tip = [_tip("step", "Step"), _tip("gflop", "Billion FLOP", ".0f"), _tip("percent", "Answered, %", ".0f")]
    now, half = _table("points"), _table("half")
    return _finished(
        half.mark_rule(color=INK, strokeWidth=1.4).encode(y=y),
        half.mark_text(align="left", dx=4, dy=-7, color=INK).encode(x=alt.value(0), y=y, text="label:N"),
        _table("stored").mark_line(**_DASHES).encode(x=x, y=y),
        now.mark_line(strokeWidth=2, color=US).encode(x=x, y=y),
        now.mark_point(**_POINT, size=50, color=US).encode(x=x, y=y, tooltip=tip),
    )
