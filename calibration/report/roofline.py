"""Chips in H100 equivalents, and the published figures that the roofline hits or misses."""

from __future__ import annotations

import math

import altair as alt

from calibration import mapping, rows
from calibration.record import CalibrationRecord, Interval
from calibration.report.blocks import Blocks, figure, fold, missing, shown, text
from calibration.report.colors import BLUE, GRAY, INK, ORANGE, QUIET, TEAL
from calibration.report.draft import Draft
from calibration.report.plot import Figure, Plot, Rows, inline, log_scale, marked_axis, plain, ticks
from calibration.report.roofs import picture
from calibration.report.strips import Strip, strips
from calibration.report.words import interval, number

WORKLOADS = {"dense_8": "dense, batch 8", "dense_4k": "dense, best at 4k", "dense_32k": "dense, best at 32k",
             "experts_64": "experts, batch 64"}  # fmt: skip


def section(draft: Draft) -> Blocks:
    """The picture, equivalents of every chip, and the checks."""
    record = draft.record
    if not record.roofline:
        return picture(draft) + missing("H100 equivalents were not worked out in this result.")
    chips = sorted(record.roofline, key=lambda chip: -chip["train"][1])
    return (
        picture(draft)
        + fold(f"{len(chips)} chips in H100 equivalents", lambda: _equivalents(chips))
        + fold(_checked(record), lambda: _published(record))
    )


def _equivalents(chips: Rows) -> Blocks:
    """κ of every chip, drawn and as a table."""
    told = rows.kappas(chips)
    medians = [tuple(number(chip[k], 2) if k in chip else "" for k in WORKLOADS) for chip in chips]
    return (
        figure(_kappas(chips))
        + text(
            "κ_train follows from peaks, κ_decode mostly from memory. What NVIDIA's chips reach of their peaks is "
            f"drawn with a correlation of {mapping.WEIGHTS['same']:g} between them and none with other chips, which "
            "narrows the intervals of κ_train for NVIDIA's. That correlation is judgment."
        )
        + shown(told._replace(
            title="H100 equivalents of every chip, and the median of each decode workload",
            columns=(*told.columns, *WORKLOADS.values()),
            rows=[(*row, *more) for row, more in zip(told.rows, medians, strict=True)],
        ))
    )  # fmt: skip


def _checked(record: CalibrationRecord) -> str:
    """How many published figures the roofline misses, as a title."""
    if not record.checks:
        return "The roofline was not compared with published figures"
    missed = sum(not c["inside"] for c in record.checks)
    return f"The roofline misses {missed} of {len(record.checks)} published figures" if missed else (
        f"The roofline hits all {len(record.checks)} published figures"
    )  # fmt: skip


def _published(record: CalibrationRecord) -> Blocks:
    return figure(_checks(record), "The roofline was not compared with published figures.") + _misses(record.checks)


def _misses(checks: Rows) -> Blocks:
    if not checks:
        return ()
    missed = [
        f"{c['what']} ({number(c['model'])}, published {number(c['low'])} to {number(c['high'])})"
        for c in checks if not c["inside"]
    ]  # fmt: skip
    verdict = f"misses {len(missed)} of {len(checks)}: {'; '.join(missed)}" if missed else f"hits all {len(checks)}"
    return text(
        f"The model is not fitted to these figures. It {verdict}. All chips are checked at the same fractions of peak."
    ) + shown(rows.checks(checks))


def _kappas(chips: Rows) -> Figure:
    """κ_train and κ_decode of every chip."""
    found = []
    for chip in chips:
        for kind in ("train", "decode"):
            low, mid, high = chip[kind]
            said = interval(Interval(low=low, median=mid, high=high))
            found.append(
                {"chip": chip["chip"], "kind": f"κ_{kind}", "low": low, "x": mid, "x2": high, "interval": said}
            )
    low, high = min(row["low"] for row in found) / 1.15, max(row["x2"] for row in found) * 1.15
    axis = marked_axis(ticks(low, high), plain, "H100 equivalents", orient="top")
    plot = Plot(
        alt.X("x:Q", scale=log_scale(low, high), axis=axis),
        alt.Y("chip:N", sort=None, axis=alt.Axis(title=None, labelLimit=140, labelColor=INK, grid=False)),
        {"κ_train": BLUE, "κ_decode": ORANGE},
    )  # fmt: skip
    tip = ("chip", "kind", "interval")
    plot.layers.append(inline([{"x": 1}]).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x=plot.x))
    plot.add(({**row, "x": row["low"]} for row in found), "rule", tip, strokeWidth=5, opacity=0.42)
    plot.add(({k: v for k, v in row.items() if k != "x2"} for row in found), "circle", tip, size=40, opacity=1)
    offset = alt.YOffset("kind:N", sort=list(plot.colors))
    plot.layers[1:] = [layer.encode(yOffset=offset) for layer in plot.layers[1:]]
    h20 = next((c for c in chips if c["chip"] == "H20"), None)
    title = f"{len(chips)} chips in H100 equivalents"
    if h20:
        title = f"An H20 trains like {number(h20['train'][1], 2)} H100 and decodes like {number(h20['decode'][1], 2)}"
    spoken = "; ".join(f"{row['chip']} {row['kind']} {row['interval']}" for row in found)
    return plot.figure(
        title, "H100 equivalents, logarithmic; bars: 90% interval, dots: median.", spoken, 23 * len(chips)
    )


def _checks(record: CalibrationRecord) -> Figure | None:
    """The roofline against published figures."""
    given = []
    for c in record.checks:
        point = Interval(low=c["model"], median=c["model"], high=c["model"])
        seen = Interval(low=c["low"], median=math.sqrt(c["low"] * c["high"]), high=c["high"])
        note, side = ("inside", "inside") if c["inside"] else (f"off by {c['off']:.2f}×", "outside")
        given.append(Strip(c["what"], note, {"published": seen, f"model, {side}": point}))
    if not given:
        return None
    colors = {"published": GRAY, "model, inside": TEAL, "model, outside": ORANGE}
    return strips(given, _checked(record), "Ratios, logarithmic; gray: the published range.", colors, "ratio")
