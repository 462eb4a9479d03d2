"""Densities of an exponent: how little a run pins it down beside the published runs."""

from __future__ import annotations

import math

import altair as alt
import numpy as np

from calibration.mapping import Z90
from calibration.record import Interval, Update
from calibration.report.blocks import Blocks, figure, pair
from calibration.report.draft import Draft
from calibration.report.plot import Figure, Plot, linear
from calibration.report.strips import UPDATE
from calibration.report.words import interval, number, signed
from calibration.scaling import Array


def wider(update: Update) -> float:
    """How many times as wide as the prior's interval the measured one is."""
    measured = update.measured or update.prior
    return (measured.high - measured.low) / (update.prior.high - update.prior.low)


def exponents(draft: Draft) -> Blocks:
    """Densities of α and β, of a result with a fitted law."""
    if not draft.record.fit:
        return ()
    draws = np.array(draft.record.fit["draws"])
    shown = [(draft.update(name), draws[:, i]) for name, i in (("alpha", 3), ("beta", 4))]
    return pair(*(figure(_density(update, d)) for update, d in shown if update is not None))


def _density(update: Update, draws: Array) -> Figure:
    """Densities of an exponent: the prior, the posterior on top of it, and the run's bootstrap draws."""
    spread = max(float(np.std(draws)), 1e-3)
    low, high = (float(x) for x in np.quantile(draws, [0.01, 0.99]) + spread / 3 * np.array([-1, 1]))
    x = np.linspace(min(max(low, 0.0), update.prior.low - 0.05), max(high, update.prior.high + 0.05), 160)
    width = 0.9 * spread * len(draws) ** -0.2  # Silverman's rule
    run = np.exp(-0.5 * ((x[:, None] - draws) / width) ** 2).mean(1) / (width * math.sqrt(2 * math.pi))
    density = {"prior": _normal(x, update.prior), "measured": run, "posterior": _normal(x, update.posterior)}
    rows = {
        kind: [{"x": float(a), "y": float(f"{b:.4g}"), "kind": kind} for a, b in zip(x, d, strict=True)]
        for kind, d in density.items()
    }
    plot = Plot(
        alt.X("x:Q", scale=linear(x[0], x[-1]), axis=alt.Axis(title=update.label, tickCount=6, grid=False)),
        alt.Y("y:Q", scale=linear(0, 1.04 * max(float(d.max()) for d in density.values())), axis=None), UPDATE,
    )  # fmt: skip
    plot.add(rows["measured"], "area", opacity=0.22)
    plot.add(rows["measured"], "line", strokeWidth=1.6)
    plot.add(rows["prior"], "area", opacity=0.45)
    plot.add(rows["posterior"], "line", strokeWidth=2.2)
    moved = f"moves it by {signed(update.moved)} of its standard deviation"
    moved = "does not move it" if abs(update.moved) < 1e-3 else moved
    wide = number(wider(update), 2)
    title = f"{update.label.capitalize()}: the run's interval is {wide} times the prior's, and {moved}"
    said = (
        f"run {interval(update.measured or update.prior)}, prior {interval(update.prior)}, "
        f"weight of the run {number(update.weight, 2)}"
    )
    return plot.figure(title, f"Density; {said}.", f"{said}, posterior {interval(update.posterior)}", 190)


def _normal(x: Array, span: Interval) -> Array:
    sd = (span.high - span.low) / (2 * Z90)
    return np.asarray(np.exp(-0.5 * ((x - span.median) / sd) ** 2) / (sd * math.sqrt(2 * math.pi)))
