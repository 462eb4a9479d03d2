"""The roofline as a picture: FLOP/s against arithmetic intensity, for chips of the catalogue and the measured one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from calibration import rows
from calibration.intensity import Placed, place, regions, ridge
from calibration.record import CalibrationRecord
from calibration.report.blocks import Blocks, choice, figure, missing, pair, text
from calibration.report.colors import BLUE, GRAY, INK, ORANGE, QUIET, TEAL, VIOLET
from calibration.report.draft import Draft
from calibration.report.plot import Figure, Plot, across, up
from calibration.report.words import number, percent
from calibration.roofline import REFERENCE, Chip
from calibration.shares import copies, precision_of, products

DRAWN = {"H100 SXM": BLUE, "H200 SXM": VIOLET, "B200": TEAL, "H20": ORANGE, "Ascend 910C": GRAY}
"""Chips of the catalogue whose roofs are drawn: those on which the export controls turn."""
KINDS = {"matrix product": BLUE, "batch ladder": TEAL, "attention": VIOLET, "copy and add": GRAY,
         "training step": ORANGE}  # fmt: skip
INTENSITIES = (0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0)
"""FLOP per byte along the axis; roofs of chips begin at the second."""
HEIGHT = 360
SIXTEEN_BITS = ("bf16", "fp16")
COPIES_AT, PRODUCTS_AT = 1.6, 6000.0
"""FLOP per byte at which readings stand, which give no size: in the midst of the slope, and of the flat roof."""


def picture(draft: Draft) -> Blocks:
    """The chips of the catalogue beside the measured host, and why an H20 is poor at training and good at decoding."""
    known = {chip.name: chip for chip in draft.chips if chip.name in DRAWN}
    read = draft.record.readings
    if known:
        drawn = choice(
            "Chips drawn", tuple(known), lambda names: _chips([known[name] for name in names], draft.record.readings)
        )
    else:
        drawn = missing("The catalogue of chips is not at hand here, so their roofs are not drawn.")
    measured = () if read else figure(host(draft.record), _no_host(draft.record))
    return pair(drawn, measured) + text(*_h20(draft, known))


def _no_host(record: CalibrationRecord) -> str:
    return "No roof of a measured machine: " + (
        "this result has no matrix product and copy that are free of noise." if record.bench
        else "its speed was not measured here."
    )  # fmt: skip


def _h20(draft: Draft, known: dict[str, Chip]) -> list[str]:
    """What the picture says of the chip that the export controls turn on; every number from the record."""
    kappas = {row["chip"]: row for row in draft.record.roofline}
    mine, base = known.get("H20"), known.get(REFERENCE)
    if "H20" not in kappas:
        return []
    row = kappas["H20"]
    trains, decodes = row["train"][1], row.get("dense_8", row["decode"][1])
    said = (
        f"In training an H20 is worth {number(trains, 2)} of an H100, in decoding small batches {number(decodes, 2)}."
    )
    if not (mine and base):
        return [said]
    peak = f"{number(mine.bf16_tflops, 3)} against {number(base.bf16_tflops, 3)} TFLOP/s"
    memory = f"{number(mine.memory_tbs, 2)} against {number(base.memory_tbs, 2)} TB/s"
    return [
        said,
        f"Training and prefill lie far to the right, under the flat roof of arithmetic: {peak}. Decoding lies to the "
        f"left, under the slanted roof of memory: {memory}.",
        "Export controls that limit arithmetic therefore hold back training, and leave a chip that serves models well.",
    ]


def _read(chip: Chip, readings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Readings of a chip: matrix products in 16 bits at the right, copies at the left, as far up as they reach."""
    found = []
    for row in readings:
        if row["chip"] != chip.name or row["share"] is None:
            continue
        if row["quantity"] == "compute" and row["precision"] in SIXTEEN_BITS:
            x, y, unit = PRODUCTS_AT, row["share"] * chip.bf16_tflops * 1e12, "FLOP/s"
        elif row["quantity"] == "bandwidth":
            x, y, unit = COPIES_AT, row["share"] * chip.memory_tbs * 1e12 * COPIES_AT, "B/s"
        else:
            continue
        rate = rows.rate(y if unit == "FLOP/s" else y / COPIES_AT, unit)
        found.append({"x": x, "y": y, "kind": chip.name, "reading": f"{rate}, {percent(row['share'])} of peak"})
    return found


def _chips(chips: Sequence[Chip], readings: Sequence[Mapping[str, Any]] = ()) -> Figure | None:
    """Roofs by data sheet, with the places of decoding, prefill and training."""
    if not chips:
        return None
    colors = {chip.name: DRAWN[chip.name] for chip in chips}
    low = min(chip.memory_tbs * 1e12 * INTENSITIES[1] for chip in chips)
    high = max(chip.bf16_tflops * 1e12 for chip in chips)
    plot = _empty(colors, low / 1.6, high * 6, INTENSITIES[1:])
    _bands(plot, low / 1.6, high * 6)
    for chip in chips:
        plot.add(
            _roof(chip.name, chip.bf16_tflops * 1e12, chip.memory_tbs * 1e12, INTENSITIES[1]), "line", strokeWidth=2.2
        )
    corners = [{"x": ridge(c), "y": c.bf16_tflops * 1e12, "kind": c.name, "ridge": f"{number(ridge(c), 2)} FLOP/byte"}
               for c in chips]  # fmt: skip
    plot.add(corners, "circle", ("kind", "ridge"), size=64, opacity=1)
    read = [mark for chip in chips for mark in _read(chip, readings)]
    plot.add(read, "point", ("kind", "reading"), shape="diamond", filled=False, size=60, strokeWidth=1.6)
    first, last = min(chips, key=ridge), max(chips, key=ridge)
    title = f"{first.name} turns from memory to arithmetic at {number(ridge(first), 2)} FLOP per byte"
    title += f", {last.name} at {number(ridge(last), 2)}" if len(chips) > 1 else ""
    unit = (
        "16-bit FLOP/s by data sheet, against FLOP per byte moved, both logarithmic; dots: where the roof turns flat. "
    )
    unit += "Shaded: where the work of a 70-billion-parameter model lies."
    unit += " Diamonds: readings, of copies at the left and of large matrix products at the right." if read else ""
    spoken = "; ".join(
        f"{c.name}: {rows.rate(c.bf16_tflops * 1e12, 'FLOP/s')}, {number(c.memory_tbs, 2)} TB/s" for c in chips
    )
    return plot.figure(title, unit, spoken, HEIGHT)


def host(record: CalibrationRecord) -> Figure | None:
    """The measured machine's roof from its best copy and product, with every microbenchmark on it."""
    made = record.provenance
    if made is None:
        return None
    machine, precision = made.host, precision_of(made.host["vendor"])
    copied = max((r["best"] for r in copies(record.bench) if not r["noisy"]), default=None)
    reached = max((r["best"] for r in products(record.bench, precision) if not r["noisy"]), default=None)
    if copied is None or reached is None:
        return None
    found = [p for r in record.bench if r["precision"] == precision and (p := _placed(r, made.device, record))]
    dots = [
        {"x": p.intensity, "y": p.rate, "kind": p.kind, "what": p.what, "solid": not p.noisy,
         "rate": rows.rate(p.rate, "FLOP/s"), "roof": percent(p.rate / min(reached, copied * p.intensity))}
        for p in found
    ]  # fmt: skip
    present = {d["kind"] for d in dots}
    colors = {kind: color for kind, color in KINDS.items() if kind in present}
    peak = machine.get("peak_compute") or {}
    low = min(copied * INTENSITIES[0], *(d["y"] for d in dots)) / 1.6
    high = max(reached, peak.get("high", 0.0)) * 6
    plot = _empty(colors, low, high)
    _bands(plot, low, high)
    if peak:
        ends = (max(INTENSITIES[0], peak["low"] / copied), INTENSITIES[-1])
        plot.add([{"x": x, "y": peak["low"], "y2": peak["high"]} for x in ends], "area", color=GRAY, opacity=0.25)
    plot.add(_roof("roof", reached, copied), "line", color=INK, strokeWidth=1.6)
    plot.add(dots, "point", ("what", "rate", "roof"), hollow=True, size=54, strokeWidth=1.8)
    name = machine.get("name", record.device)
    title = f"{name}: {rows.rate(reached, 'FLOP/s')} and {rows.rate(copied, 'B/s')} measured"
    title += f", so the roof turns flat at {number(reached / copied, 2)} FLOP per byte"
    unit = f"FLOP/s in {precision} against FLOP per byte moved at least, logarithmic; line: roof of the best copy and "
    unit += f"product; hollow: noisy{'; gray: published peak' if peak else ''}. What lies above the slope is in cache."
    spoken = "; ".join(f"{d['what']}: {d['rate']}, {d['roof']} of the roof" for d in dots)
    return plot.figure(title, unit, spoken, HEIGHT)


def _placed(row: dict[str, Any], device: str, record: CalibrationRecord) -> Placed | None:
    """A row on the roofline; of copies only the largest, since smaller ones show the cache."""
    if row["bench"] == "triad" and row not in copies(record.bench):
        return None
    return place(row, device)


def _empty(colors: dict[str, str], low: float, high: float, marks: Sequence[float] = INTENSITIES) -> Plot:
    """Both axes, logarithmic."""
    return Plot(
        across(marks[0], marks[-1], marks, lambda v: f"{v:,g}", "FLOP per byte moved"),
        up(low, high, lambda v: rows.rate(v, "")), colors,
    )  # fmt: skip


def _roof(name: str, compute: float, bandwidth: float, first: float = INTENSITIES[0]) -> list[dict[str, Any]]:
    """The lower of the two bounds, from end to end."""
    corner = compute / bandwidth
    ends = sorted({first, min(max(corner, first), INTENSITIES[-1]), INTENSITIES[-1]})
    return [{"x": x, "y": min(compute, bandwidth * x), "kind": name} for x in ends]


def _bands(plot: Plot, low: float, high: float) -> None:
    """Shaded places of decoding, prefill and training, each with its name at its own height."""
    for i, region in enumerate(regions()):
        plot.add([{"x": x, "y": low, "y2": high} for x in (region.low, region.high)], "area", color=QUIET, opacity=0.1)
        middle = float(np.sqrt(region.low * region.high))
        at = high / 1.5 if i != 1 else high / 2.9  # neighbors at two heights: their bands meet
        plot.add([{"x": middle, "y": at, "label": region.name}], "text", color=INK, fontSize=12)
