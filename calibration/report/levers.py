"""What each lever gained on small models, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from calibration import rows
from calibration.record import CalibrationRecord, Interval
from calibration.report.blocks import Blocks, figure, fold, missing, pair, shown, text
from calibration.report.colors import GRAY, INK, ORANGE, QUIET, TEAL, VIOLET
from calibration.report.draft import Draft
from calibration.report.grid import cells_of, sizes
from calibration.report.plot import Figure, Plot, Row, Rows, across, plain, ticks, up
from calibration.report.strips import Strip, strips
from calibration.report.words import around, interval, number, short, size_name, span_of

ACCOUNTS = {
    "gain": ("measured", TEAL),
    "gain_charged": ("charged for the teacher's answers", ORANGE),
    "gain_charged_with_training": ("charged for its training too", VIOLET),
}
"""Ways to count what a lever costs; the last two are a teacher's alone: key of a lever run → label and color."""
PRIOR = "published prior"
NAMES = {
    "distillation": "Distillation", "repetition": "Repetition", "synthetic": "Synthetic text",
    "optimizer": "The optimizer",
}  # fmt: skip
WEN = ((1e8, 1.4), (1.2e9, 1.1))
"""Muon's gain over tuned AdamW by parameters: Wen et al. 2025 (arXiv 2509.02046)."""


def section(draft: Draft) -> Blocks:
    """All levers beside their priors, lessons by lever, and every run."""
    record = draft.record
    if not record.lever_runs:
        return missing("No lever was measured.")
    absent = [name for lever, name in NAMES.items() if not _runs(record, lever)]
    return (
        figure(_beside_priors(draft))
        + _charged(record)
        + _synthetic(record)
        + text(*(f"{name} was not measured in this campaign." for name in absent))
        + fold("Repetition by passes, and the optimizer by size", lambda: _by_scale(draft))
        + fold("Every run of a lever", lambda: shown(rows.levers(record.lever_runs)))
    )


def _by_scale(draft: Draft) -> Blocks:
    """The two levers whose gain depends on how much there is of it."""
    record = draft.record
    return pair(figure(_repetition(draft)) + _worth(draft), figure(_optimizer(record)) + _trend(record))


def _runs(record: CalibrationRecord, lever: str) -> list[dict[str, Any]]:
    """The runs of a lever, from the shortest."""
    return sorted((row for row in record.lever_runs if row["lever"] == lever), key=lambda row: row["tokens"])


def _gain(row: Row, key: str = "gain") -> Interval:
    """A gain with its interval."""
    return around(row[key], row["log_gain_sd"])


# --- all levers, and what a teacher costs ----------------------------------------------------------------------------


def _beside_priors(draft: Draft) -> Figure | None:
    """What every lever gained at each scale, beside what the literature says of it."""
    given = [_strip(draft, lever, row) for lever in NAMES for row in _runs(draft.record, lever)]
    if not given:
        return None
    used = {kind for strip in given for kind in strip.spans}
    colors = {kind: color for kind, color in {PRIOR: GRAY, **dict(ACCOUNTS.values())}.items() if kind in used}
    unit = "× bytes of plain training with the same loss, per unit of compute paid for; left of the dashes is a loss."
    return strips(given, _distilled(_runs(draft.record, "distillation")), unit, colors, "×")


def _strip(draft: Draft, lever: str, row: Row) -> Strip:
    """One run of a lever, and the prior on the same scale."""
    update, spans = draft.update(lever), {}
    if update:
        spans[PRIOR] = _as_gain(update.prior, row["epochs"]) if lever == "repetition" else update.prior
    key = "gain_over_repetition" if lever == "synthetic" else "gain"
    spans |= {label: _gain(row, {"gain": key}.get(name, name)) for name, (label, _) in ACCOUNTS.items()
              if {"gain": key}.get(name, name) in row}  # fmt: skip
    what = {
        "distillation": f"Distillation, student {size_name(row['size'])} on {short(row['tokens'])} bytes",
        "repetition": f"{row.get('epochs', 0):g} passes over the same text, against new text",
        "synthetic": f"Synthetic text in place of repetition, {short(row['tokens'])} bytes",
        "optimizer": f"Muon in place of AdamW, model {size_name(row['size'])}",
    }[lever]
    return Strip(what, "", spans)


def _as_gain(constant: Interval, epochs: float) -> Interval:
    """A prior of R* as what a byte of repeated text is worth after so many passes."""
    low, mid, high = (_repeated(c, epochs) / epochs for c in (constant.low, constant.median, constant.high))
    return Interval(low=low, median=mid, high=high)


def _distilled(taken: Rows) -> str:
    """The chart's message: what a teacher is worth, free and paid for."""
    if not taken:
        return "What each lever gained, at each scale that was run"
    free, charged = taken[-1]["gain"], taken[-1]["gain_charged"]
    title = f"Distillation: {number(free, 2)}× with a free teacher, {number(charged, 2)}× once its answers are charged"
    title += ": a loss" if charged < 1 else ": still a gain"
    return title + (", within its error" if charged < 1 < _gain(taken[-1], "gain_charged").high else "")


def _charged(record: CalibrationRecord) -> Blocks:
    """What is left of the gain where the teacher is paid for."""
    taken = _runs(record, "distillation")
    if not taken:
        return ()
    charged = [r["gain_charged"] for r in taken]
    losing = sum(value < 1 for value in charged)
    said = "every student is a loss" if losing == len(taken) else f"{losing} of {len(taken)} students are a loss"
    return text(
        f"With a free teacher a token is worth {span_of([r['gain'] for r in taken])} tokens of plain training. Once "
        f"the student pays for the teacher's answers, {said}: {span_of(charged)}× the tokens per unit of compute.",
        "Distillation pays where somebody else has paid for the teacher, which is why the simulator ties it to access "
        "to a leader's models." if losing else "",
    )  # fmt: skip


def _synthetic(record: CalibrationRecord) -> Blocks:
    taken, taught = _runs(record, "synthetic"), _runs(record, "distillation")
    if not taken:
        return ()
    row = taken[-1]
    teacher = f" ({size_name(taught[0]['teacher'])})" if taught else ""
    return text(
        f"Synthetic text: a small real text, stretched to {short(row['tokens'])} tokens with what the teacher wrote, "
        f"is worth {number(row['gain'], 2)}× as much new text, and {interval(_gain(row, 'gain_over_repetition'))} "
        f"times the small text repeated as often. The teacher{teacher} has seen far more real text than the student: "
        "this is distillation by sampling, not data out of nothing."
    )


# --- repetition -----------------------------------------------------------------------------------------------------


def _repetition(draft: Draft) -> Figure | None:
    """What passes over the same text are worth, against the formula with the prior's constant and the measured one."""
    taken, update = _runs(draft.record, "repetition"), draft.update("repetition")
    if not taken or update is None:
        return None
    most = 1.15 * taken[-1]["epochs"]
    constants = {"literature's R*": update.prior, "measured R*": update.measured}
    x = np.geomspace(1, most, 50)
    curves = [{"x": float(a), "y": float(a), "kind": "as good as new"} for a in x]
    for kind, span in constants.items():
        curves += [{"x": float(a), "y": _repeated(span.median, float(a)), "kind": kind} for a in x] if span else []
    spans = [around(r["gain"] * r["epochs"], r["log_gain_sd"]) for r in taken]
    dots = [
        {"x": r["epochs"], "y": s.median, "low": s.low, "y2": s.high, "worth": interval(s), "kind": "runs"}
        for r, s in zip(taken, spans, strict=True)
    ]
    colors = {"runs": ORANGE, "as good as new": GRAY, "literature's R*": VIOLET}
    colors |= {"measured R*": TEAL} if update.measured else {}
    passes = [2.0**i for i in range(8) if 2**i <= most]
    low, high = min(1.0, *(s.median for s in spans)) / 1.25, 1.08 * most
    plot = Plot(across(1, most, passes, plain, "passes over the same text"), up(low, high), colors)
    plot.add(curves, "line", strokeWidth=1.8)
    plot.add(({**d, "y": d["low"]} for d in dots), "rule", strokeWidth=6, opacity=0.42, clip=True)
    plot.add(({k: v for k, v in d.items() if k != "y2"} for d in dots), "circle", ("worth",), size=62, opacity=1)
    best = max(dots, key=lambda d: d["y"])
    title = f"{best['x']:g} passes over the same text are worth {number(best['y'], 2)} of new text"
    title += "" if best is dots[-1] else f", {dots[-1]['x']:g} only {number(dots[-1]['y'], 2)}: it over-fits"
    spoken = "; ".join(f"{d['x']:g} passes: {d['worth']}" for d in dots)
    return plot.figure(title, "Passes of new text with the same loss, logarithmic.", spoken, 260)


def _repeated(constant: float, epochs: float) -> float:
    """Passes of new text that so many passes over the same text are worth (Muennighoff et al. 2023)."""
    return 1 + constant * -math.expm1(-(epochs - 1) / constant)


def _worth(draft: Draft) -> Blocks:
    """R*, and whether one constant describes the runs at all."""
    taken, update = _runs(draft.record, "repetition"), draft.update("repetition")
    if not taken:
        return ()
    falls = any(after < before for before, after in pairwise(r["gain"] * r["epochs"] for r in taken))
    found = [r["constant"] for r in taken if r["constant"]]
    return text(
        f"R* is what further passes are worth at most, in passes of new text: measured {interval(update.measured)}, "
        f"against {interval(update.prior)} in the literature." if update and update.measured else
        "No R* was found: no number of passes was worth more than none and less than new text.",
        f"Single runs give {span_of(found)}." if len(found) > 1 else "",
        "More passes made the loss worse, which the formula cannot do: its constant does not describe these runs."
        if falls else "",
    )  # fmt: skip


# --- optimizer ------------------------------------------------------------------------------------------------------


def _by_size(record: CalibrationRecord) -> list[tuple[float, Interval]]:
    """Parameters and Muon's gain of every size of the grid that it was measured on, from the smallest."""
    known = sizes(cells_of(record))
    taken = [(known[r["size"]], _gain(r)) for r in _runs(record, "optimizer") if r["size"] in known]
    return sorted(taken, key=lambda row: row[0])


def _optimizer(record: CalibrationRecord) -> Figure | None:
    """Muon's gain over AdamW by size: this run beside the literature's larger models."""
    found = _by_size(record)
    if not found:
        return None
    points = [(n, s.median, "this run", interval(s)) for n, s in found]
    points += [(n, gained, "Wen et al. 2025", f"{gained:g}") for n, gained in WEN]
    marks: list[dict[str, Any]] = [
        {"x": n, "y": y, "kind": kind, "gain": f"{said} at {short(n)} parameters"} for n, y, kind, said in points
    ]
    first, low, high = found[0][0] / 12, min(s.low for _, s in found), max(s.high for _, s in found)
    plot = Plot(
        across(first, 2e9, ticks(first, 2e9, 4), short, "parameters", right=40),
        up(min(0.92, low / 1.05), 1.12 * max(1.5, high), lambda v: f"{v:g}×"),
        {"this run": ORANGE, "Wen et al. 2025": GRAY},
    )  # fmt: skip
    plot.add([{"x": x, "y": 1} for x in (first, 2e9)], "line", color=QUIET, strokeDash=[3, 3], strokeWidth=1)
    plot.add(marks, "line", strokeDash=[2, 4], strokeWidth=1.4)
    bars = ({"x": n, "y": s.low, "y2": s.high, "kind": "this run"} for n, s in found)
    plot.add(bars, "rule", strokeWidth=6, opacity=0.42)
    plot.add(marks, "circle", ("gain",), size=70, opacity=1)
    # Sizes of one run lie close together: the smallest is labeled on its left, and those between in the text alone.
    labeled = [{**row, "label": f"{number(row['y'], 2)}×"} for row in marks]
    own = labeled[: len(found)][:: max(len(found) - 1, 1)]
    plot.add(own[:1], "text", align="right", dx=-8, color=INK)
    plot.add([*own[1:], *labeled[len(found) :]], "text", align="left", dx=9, dy=-8, color=INK)
    gains = " and ".join(f"{row['label']} at {short(row['x'])}" for row in own)
    title = f"Muon gains {gains} parameters here, {WEN[1][1]:g}× at 1.2 billion elsewhere"
    unit = "× tokens that AdamW needs for the same loss, logarithmic; bars: 90% interval from seeds."
    spoken = "This run: " + "; ".join(row["gain"] for row in marks[: len(found)])
    return plot.figure(title, unit, spoken, 260)


def _trend(record: CalibrationRecord) -> Blocks:
    """Whether the gain falls with size, here and elsewhere."""
    found, tried = _by_size(record), [len(r.get("tried", ())) for r in _runs(record, "optimizer")]
    if not tried:
        return ()
    told = ", ".join(f"{interval(s)} at {short(n)} parameters" for n, s in found)
    return text(
        f"Here the gain {_direction([s for _, s in found])}: {told}." if len(found) > 1 else
        "One size alone does not say whether the gain falls with size.",
        f"Wen et al. 2025 (arXiv 2509.02046) tune both optimizers and find that it falls: {WEN[0][1]:g}× at 0.1 "
        f"billion parameters, {WEN[1][1]:g}× at 1.2 billion. So a gain on a small model says next to nothing about "
        "the frontier.",
        f"The search over AdamW's settings is small (at most {max(tried)} a size); a wider one can only make Muon's "
        "gain smaller.",
    )  # fmt: skip


def _direction(gains: Sequence[Interval]) -> str:
    """How the gain goes from the smallest size to the largest."""
    if gains[-1].high < gains[0].low:
        return "falls with size"
    return "grows with size" if gains[-1].low > gains[0].high else "does not change with size beyond its error"
