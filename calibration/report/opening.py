"""What stands above the sections: how little the run pins down, in a heading, a few sentences and two densities."""

from __future__ import annotations

import math
from html import escape

import altair as alt
import numpy as np

from calibration import mapping
from calibration.mapping import Z90
from calibration.record import Interval, Update
from calibration.report.grid import cells_of
from calibration.report.markup import Draft, missing, pair, text
from calibration.report.moves import moves
from calibration.report.plot import Figure, Plot, linear
from calibration.report.strips import UPDATE
from calibration.report.words import interval, number, signed, typeset
from calibration.scaling import Array


def headline(draft: Draft) -> str:
    """The page's heading: what the run pins down, in words."""
    record, flop = draft.record, draft.flop
    if record.kind == "literature":
        return "Nothing was measured: these are priors from the literature"
    if flop is None:
        return "No model was trained: this result pins down no growth constant"
    if record.fit is None:
        return f"A run of {number(flop, 2)} FLOP on {len(cells_of(record))} cells pins down no growth constant"
    return f"This is how little a run of {number(flop, 2)} FLOP pins down"


def opening(draft: Draft) -> str:
    """The honest summary under the heading."""
    record, flop, alpha, taken = draft.record, draft.flop, draft.update("alpha"), moves(draft)
    if record.kind == "literature":
        return text(record.summary, "The simulator runs on the numbers below, each with its source.")
    lines = [
        text(typeset(record.summary)),
        text("Why believe the growth constants? Because of the published runs behind the prior, not because of this "
             "one. This run tests the code that fits them, measures the machine, and shows how wide an honest interval "
             "from small models is."),
    ]  # fmt: skip
    if flop and alpha and alpha.measured:
        lines.append(text(
            f"The exponent of model size, α, comes out at {interval(alpha.measured)}; the prior for the frontier is "
            f"{interval(alpha.prior)}. The run lies {number(mapping.distance(flop))} orders of magnitude below a "
            f"frontier run of {number(10**mapping.FRONTIER)} FLOP, so it counts with weight {number(alpha.weight, 2)}, "
            f"and α moves by {signed(alpha.moved)} of the prior's standard deviation."
        ))  # fmt: skip
    else:
        lines.append(text("No scaling law was fitted, so the frontier's exponents stay where the literature has them."))
    if taken:
        label, moved, weight = max(taken, key=lambda row: abs(row[1]))
        lines.append(text(
            f"The simulator takes {len(taken)} inputs from this result. The one that moves most is {label}: by "
            f"{signed(moved)} of its prior's standard deviation, with weight {number(weight, 2)}."
        ))  # fmt: skip
    return f'<div class="hero"><div>{"".join(lines)}</div>{_tiles(draft)}</div>{_exponents(draft)}'


def _tiles(draft: Draft) -> str:
    """The four numbers that say how much the run may say."""
    flop, alpha, tiles = draft.flop, draft.update("alpha"), []
    if flop:
        weight = alpha.weight if alpha else 0.0
        tiles = [(number(flop, 2), "FLOP in the largest run"),
                 (number(weight, 2), "weight on the frontier's exponents"),
                 (number(mapping.distance(flop)), "orders of magnitude below the frontier")]  # fmt: skip
    if alpha and alpha.measured:
        tiles.append((f"{number(_wider(alpha), 2)}×", "as wide as the prior: the run's interval of α"))
    cells = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for value, label in tiles)
    return f'<dl class="tiles">{cells}</dl>' if tiles else ""


def _wider(update: Update) -> float:
    """How many times as wide as the prior's interval the measured one is."""
    measured = update.measured or update.prior
    return (measured.high - measured.low) / (update.prior.high - update.prior.low)


def _exponents(draft: Draft) -> str:
    if not draft.record.fit:
        return missing("No densities of α and β: there are too few cells to fit the five parameters of a law.")
    draws = np.array(draft.record.fit["draws"])
    shown = [(draft.update(name), draws[:, i]) for name, i in (("alpha", 3), ("beta", 4))]
    return pair(*(draft.figure(_density(update, d)) for update, d in shown if update is not None))


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
    wide = number(_wider(update), 2)
    title = f"{update.label.capitalize()}: the run's interval is {wide} times the prior's, and {moved}"
    said = (
        f"run {interval(update.measured or update.prior)}, prior {interval(update.prior)}, "
        f"weight of the run {number(update.weight, 2)}"
    )
    return plot.figure(title, f"Density; {said}.", f"{said}, posterior {interval(update.posterior)}", 190)


def _normal(x: Array, span: Interval) -> Array:
    sd = (span.high - span.low) / (2 * Z90)
    return np.asarray(np.exp(-0.5 * ((x - span.median) / sd) ** 2) / (sd * math.sqrt(2 * math.pi)))
