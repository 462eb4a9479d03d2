"""Results as tables in a terminal: what was measured, and what it moved."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from calibration.record import CalibrationRecord, Interval, Update

Rows = Sequence[Mapping[str, Any]]
WIDTH = 120
"""Columns of what is written into a file or a pipe."""
PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


def _console() -> Console:
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH
    return Console(file=sys.stdout, width=wide, markup=False, emoji=False, highlight=False)


def _print(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> None:
    """A table with its title above; the first columns are text and the others numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i < left else "right", header_style="dim")
    for row in rows:
        table.add_row(*row)
    console = _console()
    console.print(title, style="bold")
    console.print(table)
    console.print()


def rate(value: float, unit: str) -> str:
    """A rate with three digits and a prefix: `95.4 GFLOP/s`."""
    scale, prefix = next(((s, p) for s, p in PREFIXES if value >= s), PREFIXES[-1])
    return f"{value / scale:.3g} {prefix}{unit}"


def span(interval: Interval | Mapping[str, float] | None) -> str:
    """A median with its 90 % interval."""
    if interval is None:
        return "–"
    low, mid, high = (interval[k] if isinstance(interval, Mapping) else getattr(interval, k) for k in _ENDS)
    return f"{mid:.3g} ({low:.3g} to {high:.3g})"


_ENDS = ("low", "median", "high")


def bench(rows: Rows) -> None:
    """The microbenchmarks."""
    _print(
        "Microbenchmarks: best and median of the repeats",
        ("What", "Size", "Precision", "Best", "Median", ""),
        (
            (r["bench"], r["size"], r["precision"], rate(r["best"], r["unit"]), rate(r["median"], r["unit"]),
             "noisy: updates nothing" if r["noisy"] else "")
            for r in rows
        ),
        left=3,
    )  # fmt: skip


def grid(cells: Rows) -> None:
    """Losses by size and budget, with what each size cost."""
    cells = [c for c in cells if str(c["part"]).startswith("cell/")]
    budgets = sorted({c["tokens"] for c in cells})
    rows = []
    for size in dict.fromkeys(c["size"] for c in cells):
        own = {c["tokens"]: c for c in cells if c["size"] == size}
        first = next(iter(own.values()))
        losses = [f"{own[b]['loss']:.4f}" if b in own else "–" for b in budgets]
        rows.append((size, f"{first['parameters']:,}", *losses, f"{sum(c['seconds'] for c in own.values()):.0f}"))
    heads = [f"{b / 1e6:.3g} M" for b in budgets]
    _print("Validation loss, nats per byte, by bytes trained on", ("Blocks×width", "N", *heads, "Seconds"), rows)


def levers(runs: Rows) -> None:
    """Gains of the levers at each scale."""
    rows = []
    for r in runs:
        note = ""
        if "gain_charged" in r:
            note = f"charged for its teacher {r['gain_charged']:.2f}, "
            note += f"with its training {r['gain_charged_with_training']:.2f}"
        elif r["lever"] == "repetition":
            constant = "as good as new" if r["constant"] is None else f"R* {r['constant']:.3g} epochs"
            note = f"{r['epochs']:.3g} epochs, {constant}"
        elif r["lever"] == "synthetic":
            note = f"{r['gain_over_repetition']:.2f} × the text repeated as often"
        rows.append((r["lever"], r["size"], f"{r['tokens']:,}", f"{r['loss']:.4f}", f"{r['gain']:.2f}", note))
    _print(
        "Levers: tokens of plain training that the loss is worth, over the tokens it took",
        ("Lever", "Size", "Bytes", "Loss", "Gain", ""), rows, left=2,
    )  # fmt: skip


def reinforcement(runs: Rows) -> None:
    """Reinforcement runs and their sigmoids."""
    rows = []
    for r in runs:
        law = r.get("sigmoid")
        form = "–" if law is None else f"{law['ceiling']:.2f} ± {law['errors'][0]:.2f}"
        middle = "–" if law is None else f"{law['middle']:.2g} ×/÷ {math.exp(law['errors'][1]):.2f}"
        steep = "–" if law is None else f"{law['steepness']:.2f} ± {law['errors'][2]:.2f}"
        passed = f"{r['passed'][0]:.2f} → {r['passed'][-1]:.2f}"
        greedy = f"{r['greedy_before']:.2f} → {r['greedy_after']:.2f}"
        rows.append((r["base"], str(r["seed"]), passed, greedy, f"{r['flop'][-1]:.2g}", form, middle, steep))
    _print(
        "Reinforcement: share of prompts answered, and the sigmoid in log FLOP",
        ("Base", "Seed", "Sampled", "Greedy", "FLOP", "Ceiling", "Middle, FLOP", "Steepness"), rows, left=2,
    )  # fmt: skip


def fit(found: Mapping[str, Any] | None) -> None:
    """The fitted law and the other forms."""
    if found is None:
        _console().print("No law was fitted: too few cells.\n")
        return
    intervals = found["intervals"]
    names = {"E": "E, nats per byte", "alpha": "α", "beta": "β", "frontier_slope": "γ", "optimal_share": "β/(α+β)"}
    rows = [(label, span(intervals[name])) for name, label in names.items()]
    _print(f"L = E + A/N^α + B/D^β on {found['cells']} cells, 90 % intervals", ("Parameter", "Value"), rows)
    known = "known to a factor of two" if found["identified"] else "not identified by this grid"
    console = _console()
    console.print(
        f"γ is {known}. Misfit {found['rms']:.2%}; hold-out error {found['hold_out_mean']:.1%} on average, "
        f"{found['hold_out_max']:.1%} at most.\n"
    )
    _print(
        "Forms by their error on cells left out", ("Form", "Parameters", "Error, left out", ""),
        (
            (f"{f['name']}: {f['formula']}", str(f["parameters"]), f"{f['left_out_rms']:.2%}",
             "preferred" if f["name"] == found["preferred_form"] else "")
            for f in found["forms"]
        ),
    )  # fmt: skip


def updates(title: str, rows: Sequence[Update]) -> None:
    """Priors and posteriors side by side with the weight of what was measured."""
    _print(
        title, ("What", "Prior", "Measured", "Weight", "Posterior", "Moved, prior sd"),
        (
            (u.label, span(u.prior), span(u.measured), f"{u.weight:.2g}", span(u.posterior), f"{u.moved:+.2g}")
            for u in rows
        ),
    )  # fmt: skip


def roofline(kappas: Rows, checks: Rows) -> None:
    """Equivalents per chip, and the model against published points."""
    _print(
        "Roofline: H100 equivalents per chip, 90 % intervals",
        ("Chip", "κ train", "κ decode"),
        (
            (k["chip"], *(span(dict(zip(_ENDS, k[w], strict=True))) for w in ("train", "decode")))
            for k in kappas
        ),
    )  # fmt: skip
    _print(
        "The roofline against published points", ("Point", "Published", "Model", ""),
        (
            (c["what"], f"{c['low']:.3g} to {c['high']:.3g}", f"{c['model']:.3g}", "" if c["inside"] else "missed")
            for c in checks
        ),
    )  # fmt: skip


def result(record: CalibrationRecord) -> None:
    """A whole result."""
    console = _console()
    console.print(f"{record.id}: {record.summary}\n", style="bold")
    if record.kind == "literature":
        _print(
            "Fractions of peak", ("Quantity", "Whose", "Value", "Source"),
            ((f.quantity, f.vendor, span(f), f.source) for f in record.fractions), left=2,
        )  # fmt: skip
        _print(
            "Levers", ("Lever", "Unit", "Prior", "Source"),
            ((v.label, v.unit, span(v.prior), v.source) for v in record.levers), left=2,
        )  # fmt: skip
        return
    parts = ((record.bench, bench), (record.cells, grid), (record.lever_runs, levers), (record.rl, reinforcement))
    for rows, show in parts:
        if rows:
            show(rows)
    fit(record.fit)
    updates("Hardware: reachable share of peak", record.hardware)
    updates("Levers", record.gains)
    updates("Exponents of the frontier", record.frontier)
    roofline(record.roofline, record.checks)
    for note in dict.fromkeys(u.note for u in (*record.hardware, *record.gains, *record.frontier) if u.note):
        console.print(f"· {note}")
    for shift in record.shifts:
        console.print(f"The simulator draws {shift.parameter} at {shift.shift:+.3f} + {shift.scale:.3f} × its score.")
