"""What the machine reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from calibration import rows
from calibration.record import CalibrationRecord
from calibration.report.blocks import Blocks, figure, fold, missing, pair, shown, text
from calibration.report.colors import BLUE, GRAY, ORANGE, VIOLET
from calibration.report.draft import Draft
from calibration.report.plot import Figure, Plot, Row, Rows, across, linear, plain, up
from calibration.report.words import number


def section(draft: Draft) -> Blocks:
    """Rates of matrix products, their peak, and every microbenchmark."""
    record = draft.record
    if record.readings:
        return shown(rows.readings(record))
    if not record.bench:
        return missing("The machine was not measured in this campaign.")
    host = record.provenance.host if record.provenance else {}
    peak, noisy = host.get("peak_compute"), sum(bool(r["noisy"]) for r in record.bench)
    return (
        pair(figure(_matmul(record), "No square matrix product was measured."),
             figure(_ladder(record), "No batch ladder was measured."))
        + text(
            f"Published peak: {' to '.join(dict.fromkeys(rows.rate(peak[end], 'FLOP/s') for end in ('low', 'high')))} "
            f"({peak['basis']})." if peak else "There is no published peak of compute to compare with.",
            "" if host.get("peak_bandwidth") else
            "There is no published peak of memory bandwidth to compare with, so that updates nothing.",
            rows.utilization(record),
            f"Noisy, with a median more than a fifth below the best: {noisy} of {len(record.bench)} measurements."
            if noisy else "No measurement is noisy.",
        )
        + shown(rows.work(record))
        + text("The simulator takes what the best product and the best copy reach of their peaks. What whole pieces of "
               "work reach is shown and moves nothing.")
        + fold(rows.bench(record.bench).title, lambda: shown(rows.bench(record.bench)))
    )  # fmt: skip


def _rated(taken: Rows, x: Callable[[Row], float]) -> tuple[list[dict[str, Any]], float, str]:
    """Points of a rate chart, with the scale and the name of its unit."""
    scale, name = (1e12, "TFLOP/s") if max(r["best"] for r in taken) >= 1e12 else (1e9, "GFLOP/s")
    points = [
        {"x": x(r), "y": r["best"] / scale, "median": r["median"] / scale, "kind": r["precision"],
         "solid": not r["noisy"], "best": rows.rate(r["best"], "FLOP/s")} for r in taken
    ]  # fmt: skip
    return sorted(points, key=lambda p: p["x"]), scale, name


def _listed(points: Rows, what: str) -> str:
    return "; ".join(f"{p['kind']}, {what} {p['x']:g}: {p['best']}{'' if p['solid'] else ', noisy'}" for p in points)


def _matmul(record: CalibrationRecord) -> Figure | None:
    """Rates of square matrix products by precision."""
    found = [r for r in record.bench if r["bench"] == "matmul" and str(r["size"]).isdigit()]
    if not found:
        return None
    points, scale, name = _rated(found, lambda r: float(r["size"]))
    best = {kind: max(p["y"] for p in points if p["kind"] == kind) for kind in dict.fromkeys(p["kind"] for p in points)}
    host = record.provenance.host if record.provenance else {}
    peak = host.get("peak_compute") or {}
    n = sorted({p["x"] for p in points})
    top = 1.08 * max(*best.values(), peak.get("high", 0.0) / scale)
    colors = {kind: {"fp32": BLUE, "bf16": ORANGE}.get(kind, VIOLET) for kind in best}
    plot = Plot(
        across(n[0] / 1.15, n[-1] * 1.15, n, plain, "n"),
        alt.Y("y:Q", scale=linear(0, top), axis=alt.Axis(title=None, tickCount=5)), colors,
    )  # fmt: skip
    if peak:
        ends = [{"x": x, "y": peak["low"] / scale, "y2": peak["high"] / scale} for x in (n[0] / 1.15, n[-1] * 1.15)]
        plot.add(ends, "area", color=GRAY, opacity=0.3)
        plot.add(({"x": e["x"], "y": e["y2"]} for e in ends), "line", color=GRAY, strokeWidth=1)
    plot.add(({**p, "y": p["median"]} for p in points), "line", strokeWidth=1.2, strokeDash=[3, 3])
    plot.add(points, "line", strokeWidth=2)
    plot.add(points, "point", ("kind", "best"), hollow=True, size=56, strokeWidth=1.8)
    title = "Best rate: " + ", ".join(f"{number(y)} {name} in {kind}" for kind, y in best.items())
    whose = "one core's fp32" if host.get("vendor") == "processor" else "bf16"
    unit = f"{name} of n×n products; solid: best repeat, dashed: median, hollow: noisy"
    unit += f"; gray: where {whose} peak lies." if peak else "."
    return plot.figure(title, unit, _listed(points, "n"), 260)


def _ladder(record: CalibrationRecord) -> Figure | None:
    """Rates of a matrix times a batch, with the roof that memory and arithmetic put over it."""
    found = [r for r in record.bench if r["bench"] == "ladder"]
    if len(found) < 2:
        return None
    points, scale, name = _rated(found, lambda r: float(str(r["size"]).removeprefix("batch ")))
    first, last, plateau = points[0]["x"], points[-1]["x"], max(p["y"] for p in points)
    slope = points[0]["y"] / first
    ridge = plateau / slope
    values = [v for p in points for v in (p["y"], p["median"])]
    kind = points[0]["kind"]
    plot = Plot(
        across(first / 1.15, last * 1.15, [p["x"] for p in points], plain, "batch"),
        up(min(values) / 1.3, max(values) * 1.3), {kind: BLUE},
    )  # fmt: skip
    roof = [{"x": x, "y": min(x * slope, plateau)} for x in sorted({first, min(ridge, last), last})]
    plot.add(roof, "line", color=GRAY, strokeDash=[4, 3])
    plot.add(points, "line", strokeWidth=2)
    plot.add(points, "point", ("best",), hollow=True, size=56, strokeWidth=1.8)
    full = rows.rate(plateau * scale, "FLOP/s")
    title = f"One row reaches {points[0]['best']}, a batch {full}: the ridge lies near {number(ridge, 2)} rows"
    unit = f"{name} of a 4096×4096 matrix times a batch, {kind}, logarithmic; dashed: roof of first batch and best."
    return plot.figure(title, unit, _listed(points, "batch"), 260, key=False)
