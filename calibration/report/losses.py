"""Losses of the grid, the law fitted to them, and whether it means anything."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from calibration import mapping, rows, scaling
from calibration.dice import dice
from calibration.record import CalibrationRecord, Interval
from calibration.report.colours import INK
from calibration.report.grid import cells_of, law, sizes
from calibration.report.markup import Draft, missing, shown, table, text
from calibration.report.plot import Figure, Plot, Row, Rows, across, ramp, up
from calibration.report.protocols import protocols
from calibration.report.words import interval, number, percent, short, size_name, span_of, typeset
from calibration.scaling import LEAST_CELLS


def section(draft: Draft) -> str:
    """The grid, the law and its doubts."""
    record, fit = draft.record, draft.record.fit
    if not record.cells:
        return missing("No model was trained.")
    first = draft.figure(_chart(record)) + shown(rows.grid(record.cells))
    if fit is None:
        count = len(cells_of(record))
        return first + missing(
            f"No law was fitted: its five parameters need at least {LEAST_CELLS} cells, here are {count}."
        )
    gamma = Interval(**fit["intervals"]["frontier_slope"])
    return (
        first
        + text(
            f"The slope of the compute frontier, γ, comes out at {interval(gamma)}.",
            typeset(rows.verdict(fit)),
            "Beyond the cells nothing tests the law.",
        )
        + _law(draft, fit) + shown(rows.forms(fit)) + text(_lost(fit)) + _protocols(record)
    )  # fmt: skip


def _law(draft: Draft, fit: Row) -> str:
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
    head = ("Parameter", "This run: median (90 % interval)", "Best fit", "Frontier prior, after Chinchilla")
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


def _protocols(record: CalibrationRecord) -> str:
    """The exponents that other ways of reading the cells find."""
    found = protocols(record)
    alphas, betas = [row[1] for row in found], [row[2] for row in found]
    said = text(
        f"Read in {len(found)} defensible ways, the same cells give α {span_of(alphas)} and β {span_of(betas)}."
    )
    told = [(name, *(number(v, 2) for v in values)) for name, *values in found]
    return said + table("The same cells, read in other ways: best fits", ("Protocol", "α", "β", "γ"), told)


def _chart(record: CalibrationRecord) -> Figure | None:
    """Loss against tokens by size, with the fitted law."""
    cells, fit = cells_of(record), record.fit
    if not cells:
        return None
    by_size, first, last = sizes(cells), cells[0]["tokens"], cells[-1]["tokens"]
    curves, ends = [], []
    for name, size in by_size.items():
        if fit:
            line = [(float(d), float(law(fit["point"], size, d))) for d in np.geomspace(first, last, 30)]
        else:
            line = [(float(c["tokens"]), c["loss"]) for c in cells if c["size"] == name]
        curves += [{"x": d, "y": y, "kind": name} for d, y in line]
        ends.append({"x": line[-1][0], "y": line[-1][1], "label": f"{size_name(name)}, {short(size)}"})
    dots = [
        {"x": c["tokens"], "y": c["loss"], "kind": c["size"], "loss": f"{c['loss']:.3f}", "tokens": short(c["tokens"]),
         "solid": not fit or c["tokens"] >= fit["from_tokens"]} for c in cells
    ]  # fmt: skip
    values = [row["y"] for row in (*dots, *curves)]
    ends = _apart(ends, max(values) / min(values))
    budgets = sorted({float(c["tokens"]) for c in cells})
    plot = Plot(
        across(first / 1.08, last * 1.001, budgets, short, "tokens", right=108),
        up(min(*values, ends[-1]["y"]) * 0.985, max(values) * 1.015), ramp(list(by_size)),
    )  # fmt: skip
    plot.add(curves, "line", strokeWidth=1.8)
    plot.add(dots, "point", ("kind", "tokens", "loss"), hollow=True, size=56, strokeWidth=1.6)
    plot.add(ends, "text", align="left", dx=8, color=INK)
    how = "lines: the fitted law" if fit else "lines join the cells, since no law was fitted"
    unused = "" if all(d["solid"] for d in dots) else "; hollow: too short to be fitted"
    unit = f"Loss in nats per byte, logarithmic; dots: cells, {how}{unused}. Labels: blocks × width, parameters."
    spoken = f"{len(cells)} cells of {len(by_size)} sizes, loss from {number(max(values))} to {number(min(values))}"
    return plot.figure(_title(fit, cells), unit, spoken, 330, key=False)


def _apart(ends: Rows, ratio: float) -> list[dict[str, Any]]:
    """Labels at the ends of lines, from the top, moved down where they would lie on each other."""
    placed: list[dict[str, Any]] = []
    for end in sorted(ends, key=lambda row: -row["y"]):
        highest = placed[-1]["y"] / ratio**0.045 if placed else math.inf  # 15 pixels of the chart's 330
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
