"""Losses of the grid, the law fitted to them with its band, and whether it means anything."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from calibration import mapping, rows, scaling
from calibration.dice import dice
from calibration.record import CalibrationRecord, Interval
from calibration.report.blocks import Blocks, figure, fold, missing, pair, shown, table, text
from calibration.report.colors import INK
from calibration.report.densities import exponents
from calibration.report.draft import Draft
from calibration.report.grid import band, cells_of, law, sizes
from calibration.report.plot import Figure, Plot, Row, Rows, across, ramp, ticks, up
from calibration.report.protocols import protocols
from calibration.report.words import interval, number, percent, short, size_name, span_of, typeset
from calibration.scaling import LEAST_CELLS

BEYOND = 8.0
"""How many times the largest size the law is drawn, to show how its band opens where nothing tests it."""
HEIGHT = 330


def section(draft: Draft) -> Blocks:
    """The grid, the law and its doubts."""
    record, fit = draft.record, draft.record.fit
    if not record.cells:
        return missing("No model was trained.")
    charts = pair(figure(along_data(record)), figure(_along_size(record)))
    grid = fold("Every loss, by size and bytes trained on", lambda: shown(rows.grid(record.cells)))
    if fit is None:
        count = len(cells_of(record))
        few = f"its five parameters need at least {LEAST_CELLS} cells, here are {count}"
        why = few if count < LEAST_CELLS else "the time did not allow it"
        return charts + missing(f"No law was fitted: {why}.") + grid
    gamma = Interval(**fit["intervals"]["frontier_slope"])
    return (
        charts
        + text(
            f"The slope of the compute frontier, γ, comes out at {interval(gamma)}.",
            typeset(rows.verdict(fit)),
            "Beyond the cells nothing tests the law.",
        )
        + grid
        + fold("The law's parameters beside the frontier's, and other forms of law", lambda: _doubts(draft, fit))
    )


def _doubts(draft: Draft, fit: Row) -> Blocks:
    """The law's parameters, rival forms, and other ways to read the same cells."""
    return exponents(draft) + _law(draft, fit) + shown(rows.forms(fit)) + text(_lost(fit)) + _protocols(draft.record)


def _law(draft: Draft, fit: Row) -> Blocks:
    """The law's parameters beside the prior."""
    theirs = {u.name: interval(u.prior) for u in draft.record.frontier} | _prior_slopes(draft)
    theirs["E"] = f"{theirs.get('E', 'none')} in nats per token, another unit"
    labels = {
        "E": "E, irreducible loss, nats per byte", "alpha": "α, exponent of size", "beta": "β, exponent of data",
        "frontier_slope": "γ = αβ/(α+β), slope of the frontier", "optimal_share": "β/(α+β), exponent of the best size",
    }  # fmt: skip
    told = [
        (label, interval(Interval(**fit["intervals"][name])),
         number(fit["point"][name]) if name in fit["point"] else "", theirs.get(name, "none"))
        for name, label in labels.items()
    ]  # fmt: skip
    head = ("Parameter", "This run: median (90% interval)", "Best fit", "Frontier prior, after Chinchilla")
    return table(f"The law E + A/N^α + B/D^β fitted to {fit['cells']} cells", head, told)


def _prior_slopes(draft: Draft) -> dict[str, str]:
    """The prior's γ and exponent of the best size; empty where the result started from no exponents."""
    moments = draft.prior.exponents if draft.prior else None
    priors = [update.prior for update in map(draft.update, ("alpha", "beta")) if update is not None]
    if moments is None or len(priors) < 2:
        return {}
    sd = np.array([(p.high - p.low) / (2 * mapping.Z90) for p in priors])
    covariance = np.array(moments.correlation)[1:, 1:] * np.outer(sd, sd)
    draws = np.ones((8192, 5))  # of (E, A, B, α, β), as the law is drawn; γ needs the exponents alone
    draws[:, 3:] = dice(0, "prior of γ").multivariate_normal([p.median for p in priors], covariance, len(draws))
    result = {}
    for name, values in (
        ("frontier_slope", scaling.frontier_slope(draws)), ("optimal_share", scaling.optimal_share(draws))
    ):  # fmt: skip
        low, median, high = (float(x) for x in np.quantile(values, [0.05, 0.5, 0.95]))
        result[name] = interval(Interval(low=low, median=median, high=high))
    return result


def _lost(fit: Row) -> str:
    """What the comparison of forms changes."""
    return (
        "The additive law loses by more than a factor of two, so the discrepancy of ln gain from the form of the law "
        f"grows from {mapping.FORM_DISCREPANCY:g} to {mapping.FORM_DISCREPANCY_IF_LOST:g} for every lever. "
        if fit["additive_loses"] else "The additive law does not lose by a factor of two, so no prior is widened. "
    ) + (
        "Preferred is the form with the fewest parameters within one standard error of the best; whichever it is, the "
        "frontier's law stays additive."
    )  # fmt: skip


def _protocols(record: CalibrationRecord) -> Blocks:
    """The exponents that other ways of reading the cells find."""
    found = protocols(record)
    alphas, betas = [row[1] for row in found], [row[2] for row in found]
    said = text(
        f"Read in {len(found)} defensible ways, the same cells give α {span_of(alphas)} and β {span_of(betas)}."
    )
    told = [(name, *(number(v, 2) for v in values)) for name, *values in found]
    return said + table("The same cells, read in other ways: best fits", ("Protocol", "α", "β", "γ"), told)


# --- the charts -----------------------------------------------------------------------------------------------------


def along_data(record: CalibrationRecord) -> Figure | None:
    """Loss against tokens by size, with the fitted law and its band."""
    cells, fit = cells_of(record), record.fit
    if not cells:
        return None
    first, last = cells[0]["tokens"], cells[-1]["tokens"]
    of_size = sizes(cells)
    names = {name: f"{size_name(name)}, {short(size)}" for name, size in of_size.items()}
    curves = _curves(record, names, "size", "tokens", np.geomspace(first, last, 30), of_size.__getitem__)
    budgets = sorted({float(c["tokens"]) for c in cells})
    plot = _plot(curves, _dots(record, "size", "tokens"), (first / 1.08, last * 1.001), budgets, "bytes trained on")
    lines = (
        "lines: the fitted law, shaded: its 90% interval" if fit else "lines join the cells, since no law was fitted"
    )
    unit = (
        f"Loss in nats per byte, logarithmic; dots: training runs; {lines}.{_unused(record)} Labels: blocks × width, "
    )
    unit += "parameters."
    found = [c["loss"] for c in cells]
    spoken = f"{len(cells)} cells of {len(of_size)} sizes, loss from {number(max(found))} to {number(min(found))}"
    return plot.figure(_title(fit, cells), unit, spoken, HEIGHT, key=False)


def _along_size(record: CalibrationRecord) -> Figure | None:
    """Loss against size by data budget, with the law drawn beyond the cells."""
    cells, fit = cells_of(record), record.fit
    if not fit or len(sizes(cells)) < 2:
        return None
    smallest, largest = min(sizes(cells).values()), max(sizes(cells).values())
    budgets = sorted({int(c["tokens"]) for c in cells})
    names = {str(tokens): f"{short(tokens)} bytes" for tokens in budgets}
    x = np.geomspace(smallest, BEYOND * largest, 40)
    curves = _curves(record, names, "tokens", "parameters", x, float)
    ends = (smallest / 1.15, BEYOND * largest)
    plot = _plot(curves, _dots(record, "tokens", "parameters"), ends, ticks(*ends, 5), "parameters without the head")
    plot.add([{"x": largest, "y": y} for y in _reach(curves)], "line", color=INK, strokeDash=[2, 3], strokeWidth=1)
    widest = max((c for c in curves if c["x"] > largest), key=lambda c: c["high"] / c["low"])
    title = f"{BEYOND:g} times beyond the largest model the law knows its loss to ±{percent(_half(widest))}"
    unit = (
        "Loss in nats per byte, logarithmic; dots: training runs; shaded: the law's 90% interval; dashes: the largest "
    )
    unit += "model trained. Labels: bytes trained on."
    spoken = f"{len(budgets)} budgets of data from {short(budgets[0])} to {short(budgets[-1])} bytes"
    return plot.figure(title, unit, spoken, HEIGHT, key=False)


def _reach(curves: Rows) -> tuple[float, float]:
    """Lowest and highest loss that curves and their bands reach."""
    return min(c["low"] for c in curves), max(c["high"] for c in curves)


def _half(row: Row) -> float:
    """Half the width of a band, as a share."""
    return math.sqrt(row["high"] / row["low"]) - 1


def _curves(
    record: CalibrationRecord, names: dict[str, str], key: str, along: str, x: scaling.Array, of: Callable[[str], float]
) -> list[dict[str, Any]]:
    """The law and its band along one axis for each value of the other; the cells themselves where there is no law."""
    curves: list[dict[str, Any]] = []
    for name, label in names.items():
        if record.fit is None:
            own = [c for c in cells_of(record) if str(c[key]) == name]
            line = [(float(c[along]), c["loss"], c["loss"], c["loss"]) for c in own]
        else:
            at = (of(name), x) if along == "tokens" else (x, of(name))
            low, high = band(record.fit, *at)
            line = list(
                zip(x.tolist(), law(record.fit["point"], *at).tolist(), low.tolist(), high.tolist(), strict=True)
            )
        curves += [{"x": a, "y": b, "low": c, "high": d, "kind": name, "label": label} for a, b, c, d in line]
    return curves


def _dots(record: CalibrationRecord, key: str, along: str) -> list[dict[str, Any]]:
    fit = record.fit
    return [
        {"x": c[along], "y": c["loss"], "kind": str(c[key]), "loss": f"{c['loss']:.3f}",
         "cell": f"{size_name(c['size'])} on {short(c['tokens'])} bytes",
         "solid": not fit or c["tokens"] >= fit["from_tokens"]} for c in cells_of(record)
    ]  # fmt: skip


def _unused(record: CalibrationRecord) -> str:
    fit = record.fit
    return " Hollow: too short to be fitted." if fit and any(
        c["tokens"] < fit["from_tokens"] for c in cells_of(record)
    ) else ""  # fmt: skip


def _plot(curves: Rows, dots: Rows, ends: tuple[float, float], marks: list[float], axis: str) -> Plot:
    """Curves with their bands, dots and labels at the right end."""
    kinds = list(dict.fromkeys(c["kind"] for c in curves))
    last = {kind: [c for c in curves if c["kind"] == kind][-1] for kind in kinds}
    values = [*(row["y"] for row in (*dots, *curves)), *_reach(curves)]
    labels = _apart(list(last.values()), max(values) / min(values))
    low = min(*values, labels[-1]["y"]) * 0.985
    plot = Plot(across(*ends, marks, short, axis, right=108), up(low, max(values) * 1.015), ramp(kinds))
    plot.add(({**c, "y": c["low"], "y2": c["high"]} for c in curves if c["high"] > c["low"]), "area", opacity=0.16)
    plot.add(curves, "line", strokeWidth=1.8)
    plot.add(dots, "point", ("cell", "loss"), hollow=True, size=56, strokeWidth=1.6)
    plot.add(labels, "text", align="left", dx=8, color=INK)
    return plot


def _apart(ends: Rows, ratio: float) -> list[dict[str, Any]]:
    """Labels at the ends of lines, from the top, moved down where they would lie on each other."""
    placed: list[dict[str, Any]] = []
    for end in sorted(ends, key=lambda row: -row["y"]):
        highest = placed[-1]["y"] / ratio**0.055 if placed else math.inf  # 18 pixels of the chart's 330
        placed.append({**end, "y": min(end["y"], highest)})
    return placed


def _title(fit: Row | None, cells: Rows) -> str:
    found = [c["loss"] for c in cells]
    if not fit:
        return f"Loss falls from {number(max(found))} to {number(min(found))} over {len(cells)} cells"
    missed = f"The fitted law misses the losses by {percent(fit['rms'])}"
    seed = fit.get("seed_sd")
    return (
        f"{missed}, {number(fit['rms'] * float(np.mean(found)) / seed, 2)} times what a seed does" if seed else missed
    )
