"""A result as tables of text: what the terminal prints and the documentation shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from calibration.mapping import Z90
from calibration.record import CalibrationRecord, Interval, Update
from calibration.shares import Share, shares

if TYPE_CHECKING:
    from calibration.laws import Law

Rows = Sequence[Mapping[str, Any]]
ENDS = ("low", "median", "high")
PREFIXES = (
    (1e15, "P"),
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
    (1e-3, "m"),
    (1e-6, "µ"),
    (1e-9, "n"),
)


class Sheet(NamedTuple):
    """A table: the first `left` columns are text and the others numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1


def rate(value: float, unit: str) -> str:
    """A rate with three digits and a prefix: `95.4 GFLOP/s`."""
    scale, prefix = next(((s, p) for s, p in PREFIXES if value >= s), PREFIXES[-1])
    return f"{value / scale:.3g} {prefix}{unit}"


def span(interval: Interval | Mapping[str, float] | None) -> str:
    """A median with its 90% interval."""
    if interval is None:
        return "–"
    low, mid, high = (interval[k] if isinstance(interval, Mapping) else getattr(interval, k) for k in ENDS)
    return f"{mid:.3g} ({low:.3g} to {high:.3g})"


def bench(measured: Rows) -> Sheet:
    """The microbenchmarks."""
    rows = []
    for r in measured:
        unit = {"byte/s": "B/s", "second": "s"}.get(r["unit"]) or str(r["unit"])
        note = "noisy: updates nothing" if r["noisy"] else ""
        rows.append((r["bench"], r["size"], r["precision"], rate(r["best"], unit), rate(r["median"], unit), note))
    columns = ("What", "Size", "Precision", "Best", "Median", "")
    return Sheet("Microbenchmarks: best and median of the repeats", columns, rows, left=3)


def grid(cells: Rows) -> Sheet:
    """Losses by size and budget, with what each size cost."""
    cells = [c for c in cells if str(c["part"]).startswith("cell/")]
    budgets = sorted({c["tokens"] for c in cells})
    rows = []
    for size in dict.fromkeys(c["size"] for c in cells):
        own = {c["tokens"]: c for c in cells if c["size"] == size}
        losses = [f"{own[b]['loss']:.4f}" if b in own else "–" for b in budgets]
        seconds = sum(c["seconds"] for c in own.values())
        rows.append((_size(size), f"{next(iter(own.values()))['parameters']:,}", *losses, f"{seconds:.0f}"))
    columns = ("Blocks × width", "N", *(f"{b / 1e6:.3g} MB" for b in budgets), "Seconds")
    return Sheet("Validation loss, nats per byte, by bytes trained on", columns, rows)


def _size(name: str) -> str:
    return name.replace("x", "×")


def levers(runs: Rows) -> Sheet:
    """Gains of the levers at each scale."""
    rows = []
    for r in runs:
        low, high = (r["gain"] * math.exp(side * Z90 * r["log_gain_sd"]) for side in (-1, 1))
        gain = f"{r['gain']:.2f} ({low:.2f} to {high:.2f})"
        rows.append((r["lever"], _size(r["size"]), f"{r['tokens']:,}", f"{r['loss']:.4f}", gain, _remark(r)))
    columns = ("Lever", "Size", "Bytes", "Loss", "Gain", "")
    return Sheet(
        "Levers: bytes of plain training that the loss is worth, over the bytes it took", columns, rows, left=2
    )


def _remark(r: Mapping[str, Any]) -> str:
    if "gain_charged" in r:
        return (
            f"charged for its teacher {r['gain_charged']:.2f}, with training it {r['gain_charged_with_training']:.2f}"
        )
    if r["lever"] == "repetition":
        constant = "as good as new text" if r["constant"] is None else f"R* {r['constant']:.3g}"
        return f"{r['epochs']:.3g} epochs, {constant}"
    if r["lever"] == "synthetic":
        return f"{r['gain_over_repetition']:.2f} × the same text repeated as often"
    return "" if "tried" not in r else f"best of {len(r['tried'])} settings of AdamW"


def reinforcement(runs: Rows) -> Sheet:
    """Reinforcement runs and their sigmoids."""
    rows = []
    for r in runs:
        law, form = r.get("sigmoid"), ("–", "–", "–", "–")
        if law is not None:
            ceiling, middle, steepness = law["errors"]
            missed = "–" if law["forecast_error"] is None else f"{law['forecast_error']:+.2f}"
            form = (f"{law['ceiling']:.2f} ± {ceiling:.2f}", f"{law['middle']:.2g} ×/÷ {math.exp(middle):.2f}",
                    f"{law['steepness']:.2f} ± {steepness:.2f}", missed)  # fmt: skip
        passed = f"{r['passed'][0]:.2f} → {r['passed'][-1]:.2f}"
        greedy = f"{r['greedy_before']:.2f} → {r['greedy_after']:.2f}"
        rows.append((r["base"], str(r["seed"]), passed, greedy, f"{r['flop'][-1]:.2g}", *form))
    columns = ("Base", "Seed", "Sampled", "Greedy", "FLOP", "Ceiling", "Middle, FLOP", "Steepness", "Forecast off by")
    return Sheet("Reinforcement: share of prompts answered, and the sigmoid in log FLOP", columns, rows, left=2)


LAW = {"E": "E, irreducible loss", "A": "A", "B": "B", "alpha": "α, exponent of size", "beta": "β, exponent of data"}


def fitted_law(found: Law) -> Sheet:
    """The additive law on a table of losses, beside the published one where there is one."""
    columns, rows = ["Parameter", "Fit"], [[label, f"{found.point[name]:.4g}"] for name, label in LAW.items()]
    if found.intervals is not None:
        columns.append("90% interval")
        for row, name in zip(rows, LAW, strict=True):
            low, high = (found.intervals[name][end] for end in ("low", "high"))
            row.append(f"{low:.3g} to {high:.3g}")
    if found.published is not None:
        columns.append("Published")
        for row, name in zip(rows, LAW, strict=True):
            row.append(f"{found.published[name]:.4g}")
    return Sheet(f"L = E + A/N^α + B/D^β on {found.points} losses of {found.name}", columns, rows)


MOST_NAMED = 12
"""Left-out losses that are named in a line."""


def law_notes(found: Law) -> list[str]:
    """What was left out, how well the law fits, and what it leaves open, a line each."""
    notes = [f"The misfit is {found.rms:.2%} (root mean square of ln loss)."]
    if found.dropped:
        named = [f"{d['at']} (loss {d['loss']:.4g}, size {d['size']:.3g}, tokens {d['tokens']:.3g})"
                 for d in found.dropped[:MOST_NAMED]]  # fmt: skip
        more = len(found.dropped) - len(named)
        also = f"; and {more} more" if more else ""
        notes.append(f"Left out, the highest losses: {'; '.join(named)}{also}.")
    if found.at_bound:
        names = ", ".join(LAW[name].partition(",")[0] for name in found.at_bound)
        notes.append(f"At a bound of the search, so not told by these losses: {names}.")
    return notes


def law(fit: Mapping[str, Any]) -> Sheet:
    """The additive law."""
    names = {"E": "E, nats per byte", "alpha": "α", "beta": "β", "frontier_slope": "γ = αβ/(α+β)",
             "optimal_share": "β/(α+β)"}  # fmt: skip
    rows = [(label, span(fit["intervals"][name])) for name, label in names.items()]
    return Sheet(f"L = E + A/N^α + B/D^β on {fit['cells']} cells", ("Parameter", "90% interval"), rows)


def verdict(fit: Mapping[str, Any]) -> str:
    """What the fit is worth, in a sentence or two."""
    known = "known to within a factor of two" if fit["identified"] else "not identified by this grid"
    seed = "" if fit["seed_sd"] is None else f" A seed changes a loss by {fit['seed_sd']:.4f} (standard deviation)."
    slope = fit["envelope_slope"]
    envelope = "" if slope is None else f" Along the compute envelope loss falls as C^{slope:.3f}."
    return (
        f"γ is {known}. The misfit is {fit['rms']:.2%}; on the fifth of the cells with most compute, left out of "
        f"the fit, the error is {fit['hold_out_mean']:.1%} on average and {fit['hold_out_max']:.1%} at most."
        f"{envelope}{seed}"
    )


def forms(fit: Mapping[str, Any]) -> Sheet:
    """The candidate laws."""
    rows = []
    for f in fit["forms"]:
        mark = "preferred" if f["name"] == fit["preferred_form"] else ""
        rows.append(
            (f"{f['name']}: {f['formula']}", str(f["parameters"]), f"{f['rms']:.2%}", f"{f['left_out_rms']:.2%}", mark)
        )
    columns = ("Form", "Parameters", "Misfit", "Error on cells left out", "")
    return Sheet("Forms by their error on cells that they were not fitted to", columns, rows)


def updates(title: str, moved: Sequence[Update]) -> Sheet:
    """Priors and posteriors side by side with the weight of what was measured."""
    rows = [
        (u.label, u.unit, span(u.prior), span(u.measured), f"{u.weight:.2g}", span(u.posterior), f"{u.moved:+.2g}")
        for u in moved
    ]
    columns = ("What", "Unit", "Prior", "Measured", "Weight", "Posterior", "Moved, prior sd")
    return Sheet(title, columns, rows, left=2)


def notes(record: CalibrationRecord) -> list[str]:
    """What has to be said of the updates, each once, with what it is said of."""
    said: dict[str, list[str]] = {}
    for update in (*record.hardware, *record.gains, *record.work, *record.frontier):
        if update.note:
            said.setdefault(update.note, []).append(update.label)
    return [f"{'; '.join(labels)}: {note}" for note, labels in said.items()]


def shifts(record: CalibrationRecord) -> list[str]:
    """What the simulator takes over."""
    return [
        f"{s.parameter} is drawn at {s.shift:+.3f} + {s.scale:.3f} × its normal score ({s.reason})"
        for s in record.shifts
    ]


def kappas(roofline: Rows) -> Sheet:
    """Equivalents per chip."""
    rows = []
    for k in roofline:
        train, decode = (dict(zip(ENDS, k[which], strict=True)) for which in ("train", "decode"))
        rows.append((k["chip"], span(train), span(decode)))
    return Sheet("Roofline: H100 equivalents per chip", ("Chip", "κ train", "κ decode"), rows)


def checks(points: Rows) -> Sheet:
    """The roofline against published points."""
    rows = []
    for c in points:
        inside = "" if c["inside"] else f"missed by × {c['off']:.2f}"
        rows.append((c["what"], f"{c['low']:.3g} to {c['high']:.3g}", f"{c['model']:.3g}", inside, c["source"]))
    return Sheet("The roofline against published points", ("Point", "Published", "Model", "", "Source"), rows)


def side_by_side(records: Sequence[CalibrationRecord]) -> Sheet:
    """What measured results found, one a column: how far it depends on what was run."""
    rows: list[tuple[str, ...]] = []

    def line(label: str, found: Callable[[CalibrationRecord], str]) -> None:
        rows.append((label, *(found(record) for record in records)))

    for name, label in (("alpha", "α"), ("beta", "β"), ("frontier_slope", "γ")):
        line(label, lambda r, name=name: "–" if r.fit is None else span(r.fit["intervals"][name]))  # type: ignore[misc]
    line("cells fitted", lambda r: "–" if r.fit is None else str(r.fit["cells"]))
    line("preferred form", lambda r: "–" if r.fit is None else str(r.fit["preferred_form"]))
    line("hold-out error", lambda r: "–" if r.fit is None else f"{r.fit['hold_out_mean']:.1%}")
    for i, gain in enumerate(records[0].gains if records else ()):
        line(f"{gain.label}, {gain.unit}", lambda r, i=i: span(r.gains[i].measured))  # type: ignore[misc]
    line("seconds", lambda r: "–" if r.provenance is None else f"{sum(r.provenance.seconds.values()):.0f}")
    return Sheet("Measured results side by side", ("", *(record.id for record in records)), rows)


def readings(record: CalibrationRecord) -> Sheet:
    """The readings of a result by their id: what was reached, of which peak, and why it moves nothing, if so."""
    rows = []
    for r in record.readings:
        value = f"{r['value']:.3g} {r['unit']}" if r["unit"] != "share" else ""
        share = "–" if r["share"] is None else f"{r['share']:.1%}"
        rows.append((r["id"], r["chip"], r["quantity"], r["precision"], r["tier"], r["unused"] or "yes", value, share))
    columns = ("Reading", "Chip", "Kind of work", "Precision", "Tier", "Counts", "Reached", "Share of peak")
    return Sheet("Readings", columns, rows, left=6)


def work(record: CalibrationRecord) -> Sheet:
    """Training, prefill and decoding against the chip's peaks."""
    rows = []
    for s in shares(record):
        best = "–" if s.of_best is None else f"{s.of_best:.0%}"
        unit = "B/s" if s.unit == "byte/s" else s.unit
        peak = "no published peak" if s.of_peak is None else _percent(s.of_peak)
        rows.append((s.work, s.what, rate(s.rate, unit), peak, best, "noisy" if s.noisy else ""))
    columns = ("Work", "Measured by", "Rate", "Of the published peak", "Of the best product or copy", "")
    return Sheet("Training, prefill and decoding: share of peak that each reaches", columns, rows, left=2)


def _percent(share: Interval) -> str:
    if share.low == share.high:
        return f"{share.median:.0%}"
    return f"{share.median:.0%} ({share.low:.0%} to {share.high:.0%})"


def utilization(record: CalibrationRecord) -> str:
    """What training and prefill reach of the best matrix product of their precision, and decoding of the best copy."""
    found = [s for s in shares(record) if s.of_best is not None]
    step = next((s for s in found if s.work == "training"), None)
    if step is None or not step.of_best or record.provenance is None:
        return ""
    seconds, ceiling = record.provenance.seconds.get("grid", 0.0), step.rate / step.of_best
    grid = f", the whole grid {record.provenance.flop['grid'] / seconds / ceiling:.0%}" if seconds else ""
    size = step.what.removeprefix("a step")
    said = f"A training step{size} reaches {step.of_best:.0%} of the best matrix product{grid}."
    return " ".join([said, *_reached("Prefill", "product", found), *_reached("Decode", "copy", found)])


def _reached(name: str, most: str, found: Sequence[Share]) -> list[str]:
    """A sentence on one kind of work, or none where it was not measured."""
    own = [f"{s.of_best:.0%} ({s.what})" for s in found if s.work == name.lower()]
    return [f"{name} reaches {' and '.join(own)} of the best {most}."] if own else []


def left_out(record: CalibrationRecord) -> str:
    """What a time limit left out, in a sentence; empty where there was none."""
    short = None if record.provenance is None else record.provenance.shortened
    if short is None:
        return ""
    done = (
        f"{short.cells} of {short.of_cells} training runs, {short.seeds} of {short.of_seeds} repeated ones and "
        f"{short.reinforcement} of {short.of_reinforcement} reinforcement runs ended within {short.within:g} s"
    )
    less = f", each on 1/{short.divided_by} of the text" if short.divided_by > 1 else ""
    if short.reinforcement and short.steps < short.of_steps:
        less += f"; a reinforcement run has {short.steps} steps instead of {short.of_steps}"
    missing = [f"left out: {'; '.join(short.dropped)}"] if short.dropped else []
    missing += [f"levers not measured: {', '.join(short.levers)}"] if short.levers else []
    return ". ".join([done + less, *(part[0].upper() + part[1:] for part in missing)]) + "."


def costs(record: CalibrationRecord) -> Sheet:
    """Seconds by part."""
    seconds = {} if record.provenance is None else record.provenance.seconds
    rows = [*((part, f"{value:.0f}") for part, value in seconds.items()), ("all", f"{sum(seconds.values()):.0f}")]
    return Sheet("What it cost", ("Part", "Seconds"), rows)
