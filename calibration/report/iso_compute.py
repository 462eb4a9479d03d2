"""Curves of equal compute: what the law says of the best size, and where it says more than it knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.record import CalibrationRecord
from calibration.report.blocks import Blocks, figure, missing, table, text
from calibration.report.draft import Draft
from calibration.report.grid import cells_of, law, sizes
from calibration.report.plot import Figure, Plot, Rows, across, ramp, ticks, up
from calibration.report.words import number, short, size_name
from calibration.scaling import Array

NEAR = 1.2
"""A cell within this factor of a budget is shown with it."""


def section(draft: Draft) -> Blocks:
    """The curves, and the best size on each."""
    best = budgets(draft.record)
    if not best:
        return missing("No curves of equal compute: they need a fitted law and at least two sizes.")
    beyond = sum(not b.inside for b in best)
    told = [
        (b.name, short(b.size), short(b.tokens), number(b.loss), "within the cells" if b.inside else "extrapolated")
        for b in best
    ]
    return (
        figure(_chart(draft.record, best))
        + text(
            f"{beyond} of {len(best)} optima lie outside the sizes and tokens that were run: there the curve is the "
            "law's word alone." if beyond else "All optima lie within the cells.",
            "Compute is counted as the training runs counted it, head and attention included.",
        )
        + table("Best size by budget, from the fitted law", ("Budget", "Parameters", "Tokens", "Loss", "Where"), told)
    )  # fmt: skip


@dataclass(frozen=True)
class Best:
    """The size that the law finds best for a budget, and whether cells surround it."""

    flop: float
    size: float
    tokens: float
    loss: float
    inside: bool

    @property
    def name(self) -> str:
        """The budget in words."""
        return f"{number(self.flop, 2)} FLOP"


def budgets(record: CalibrationRecord) -> list[Best]:
    """The best size at budgets that cells are close to; none without a law and two sizes."""
    cells = cells_of(record)
    if not record.fit or len(sizes(cells)) < 2:
        return []
    tried = np.geomspace(min(sizes(cells).values()) / 1e3, max(sizes(cells).values()) * 1e3, 2400)
    result = []
    for flop in _levels([c["flop"] for c in cells]):
        tokens = flop / flop_per_token(cells, tried)
        loss = law(record.fit["point"], tried, tokens)
        i = int(np.argmin(loss))
        inside = bool(_inside(cells, tried, tokens)[i])
        result.append(Best(flop, float(tried[i]), float(tokens[i]), float(loss[i]), inside))
    return result


def _levels(flop: Sequence[float]) -> list[float]:
    """Up to five budgets with as many cells as possible close to them."""
    left = sorted(flop)
    levels: list[float] = []
    while left and len(levels) < 5:
        near = max(([f for f in left if _close(f, middle)] for middle in left), key=len)
        levels.append(math.exp(float(np.mean(np.log(near)))))
        left = [f for f in left if f not in near]
    return sorted(levels)


def _close(one: float, other: float) -> bool:
    return abs(math.log(one / other)) < math.log(NEAR)


def _inside(cells: Rows, size: Array, tokens: Array) -> NDArray[np.bool_]:
    """Whether sizes and tokens lie within those of the cells."""
    n, d = [c["parameters"] for c in cells], [c["tokens"] for c in cells]
    return (size >= min(n)) & (size <= max(n)) & (tokens >= min(d)) & (tokens <= max(d))


def flop_per_token(cells: Rows, size: Array) -> Array:
    """Training FLOP a token of a size, as the cells counted them: a line in logs between sizes, and beyond."""
    known = sorted({math.log(c["parameters"]): math.log(c["flop"] / c["tokens"]) for c in cells}.items())
    x, y = (np.array(side) for side in zip(*known, strict=True))
    piece = np.clip(np.searchsorted(x, np.log(size)) - 1, 0, len(x) - 2)
    slope = (y[piece + 1] - y[piece]) / (x[piece + 1] - x[piece])
    return np.asarray(np.exp(y[piece] + slope * (np.log(size) - x[piece])))


def _chart(record: CalibrationRecord, best: Sequence[Best]) -> Figure | None:
    """Loss against size at fixed budgets by the fitted law, with the cells whose compute is close."""
    cells = cells_of(record)
    if record.fit is None:
        return None
    first, last = min(sizes(cells).values()) / 2.5, max(sizes(cells).values()) * 2.5
    size = np.geomspace(first, last, 90)
    curves, dots = [], []
    for b in best:
        tokens = b.flop / flop_per_token(cells, size)
        rows = zip(size, law(record.fit["point"], size, tokens), _inside(cells, size, tokens), strict=True)
        curves += [{"x": float(n), "y": float(loss), "kind": b.name, "known": bool(known)} for n, loss, known in rows]
        dots += [
            {"x": c["parameters"], "y": c["loss"], "kind": b.name, "loss": f"{c['loss']:.3f}",
             "cell": f"{size_name(c['size'])} on {short(c['tokens'])} tokens"}
            for c in cells if _close(b.flop, c["flop"])
        ]  # fmt: skip
    marks = [
        {"x": b.size, "y": b.loss, "kind": b.name, "solid": b.inside, "best": short(b.size)}
        for b in best if first <= b.size <= last
    ]  # fmt: skip
    known = [c for c in curves if c["known"]]
    seen = [row["y"] for row in (*known, *dots, *marks)]
    plot = Plot(
        across(first, last, ticks(first, last, 6), short, "parameters without the head"),
        up(min(seen) * 0.97, max(seen) * 1.05), ramp([b.name for b in best]),
    )  # fmt: skip
    plot.add(curves, "line", strokeWidth=1.3, strokeDash=[3, 3], clip=True)
    plot.add(known, "line", strokeWidth=2.2)
    plot.add(dots, "circle", ("cell", "loss", "kind"), size=60, opacity=0.9)
    plot.add(marks, "point", ("kind", "best"), hollow=True, shape="diamond", size=140, strokeWidth=1.8)
    beyond = sum(not b.inside for b in best)
    title = f"The law's best size grows from {short(best[0].size)} to {short(best[-1].size)} parameters"
    title = f"At {beyond} of {len(best)} budgets the law's best size lies beyond the cells" if beyond else title
    spoken = "; ".join(f"{b.name}: best {short(b.size)}{'' if b.inside else ', beyond the cells'}" for b in best)
    unit = (
        "Loss in nats per byte, logarithmic; dots: cells within a fifth of a budget; solid: within the cells, dashed: "
        "extrapolated; diamonds: best size, hollow where extrapolated."
    )
    return plot.figure(title, unit, spoken, 330)
