"""The additive law fitted to a table of losses: one's own, a result's, or the published Chinchilla points.

A few outliers can carry a fit away: all 245 Chinchilla points give B = 12,846, and without the five highest losses the
same fitter finds the published 2,100 (Besiroglu et al. 2024, arXiv 2404.10102, leave out the same five). So the highest
losses can be left out when asked, and are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration import scaling
from calibration.datafile import Table, numbers, read_table
from calibration.record import ids, read
from calibration.result import grid_of

Array = NDArray[np.float64]

CHINCHILLA = "chinchilla"
"""The name of the table that comes with the package."""
TABLE = Path(__file__).parent / "published" / "chinchilla.csv"
PUBLISHED = {"E": 1.8172, "A": 482.01, "B": 2085.43, "alpha": 0.3478, "beta": 0.3658}
"""Fit to the Chinchilla points by Besiroglu et al. 2024, arXiv 2404.10102, with the five highest losses left out."""
SIZES, DATA = ("size", "parameters"), ("tokens", "flop")
"""Columns of a table of losses, either of each; tokens are FLOP/(6 × size)."""
LARGEST, LOSS = 1e30, 20.0
"""Bounds of sizes, tokens and FLOP, and of a loss: a model that knows nothing is at 12 nats or 17 bits per token."""
LEAST_LEVELS = 3
"""Fewer different sizes, or token counts, do not show a curve."""
MOST_POINTS = 20_000
"""Largest table; a fit to it takes a quarter of a minute."""
AT_BOUND = 1e-3
"""Distance from a bound of the search below which a parameter counts as resting there."""


@dataclass(frozen=True)
class Losses:
    """Losses by size and tokens, each with a name."""

    name: str
    grid: scaling.Grid
    labels: tuple[str, ...]
    """Where each stands: `row 2` of a file, `2x24, 524288` of a result."""
    published: dict[str, float] | None = None


@dataclass(frozen=True)
class Law:
    """The additive law fitted to losses, and which of them were left out."""

    name: str
    points: int
    dropped: tuple[dict[str, Any], ...]
    """Left out: `at`, `size`, `tokens`, `loss`, the highest loss first."""
    point: dict[str, float]
    rms: float
    """Root mean square of the residuals in logs."""
    at_bound: tuple[str, ...]
    """Parameters that rest on a bound of the search: these losses do not say how far they go."""
    intervals: dict[str, dict[str, float]] | None
    """Median and 90% interval by parameter, from refits to points drawn with replacement."""
    published: dict[str, float] | None

    def content(self) -> dict[str, Any]:
        """What `--json` prints; without intervals or published values where there are none."""
        content = {
            "name": self.name, "points": self.points, "dropped": list(self.dropped), "point": self.point,
            "rms": self.rms, "at_bound": list(self.at_bound), "intervals": self.intervals, "published": self.published,
        }  # fmt: skip
        return {key: value for key, value in content.items() if value is not None}


def read_losses(name: str) -> Losses:
    """Losses by name: `chinchilla`, the id of a result, or a CSV file.

    Raises:
        ValueError: in one line, for an unknown name or a wrong file.
    """
    if name == CHINCHILLA:
        return losses_of_file(TABLE, CHINCHILLA, PUBLISHED)
    if name in ids():
        return losses_of_result(name)
    try:
        there = Path(name).exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise ValueError(f"there is no file {name!r:.80}, nor a result of that name; results: {', '.join(_measured())}")
    return losses_of_file(Path(name), name)


def _measured() -> Iterator[str]:
    return (name for name in ids() if read(name).cells)


def losses_of_result(identifier: str) -> Losses:
    """The cells that a result's law was fitted to, as they stand in it."""
    record = read(identifier)
    if record.fit is None:
        raise ValueError(f"{identifier} has no law of losses; results that have one: {', '.join(_measured())}")
    cells = [row for row in record.cells if row["part"].startswith("cell/")]
    seeds = [row for row in record.cells if row["part"].startswith("seed/")]
    grid = grid_of(record.fit["from_tokens"], cells, seeds)
    used = [row for row in cells if row["tokens"] >= record.fit["from_tokens"]]
    return Losses(identifier, grid, tuple(f"{row['size']}, {row['tokens']}" for row in used))


def losses_of_file(path: Path, name: str, published: dict[str, float] | None = None) -> Losses:
    """Losses in a CSV file with the columns size (or parameters), tokens (or flop), and loss; others may stand beside.

    Raises:
        ValueError: in one line with row and column.
    """
    table = read_table(path, "a table of losses")
    size, data = _column(table, SIZES), _column(table, DATA)
    table.require("loss")
    if len(table.rows) > MOST_POINTS:
        raise ValueError(f"{table.name}: has {len(table.rows)} rows; the most that can be fitted is {MOST_POINTS}")
    sizes = np.array(list(_counts(table, size)))
    amounts = np.array(list(_counts(table, data)))
    losses = list(numbers(table, "loss", lambda v: 0 < v <= LOSS, f"above 0 and up to {LOSS:g}, in nats or bits"))
    tokens = amounts / (6 * sizes) if data == "flop" else amounts
    for row, count in zip(table.rows, tokens, strict=True):
        if count < 1:
            raise table.refusal(row, data, "6 × size × tokens, so at least 6 × size")
    labels = tuple(f"row {row.line}" for row in table.rows)
    return Losses(name, scaling.Grid(sizes, tokens, np.array(losses)), labels, published)


def _column(table: Table, names: tuple[str, str]) -> str:
    found = [name for name in names if name in table.columns]
    if len(found) > 1:
        raise ValueError(f"{table.name} row 1: there are the columns {' and '.join(names)}; keep one")
    if not found:
        there = ", ".join(table.columns) or "none"
        raise ValueError(f"{table.name} row 1: there is no column {' or '.join(names)}; columns found: {there:.200}")
    return found[0]


def _counts(table: Table, column: str) -> Iterator[float]:
    return numbers(table, column, lambda value: 1 <= value <= LARGEST, f"a number from 1 to {LARGEST:g}")


def fit_law(losses: Losses, drop_highest: int = 0, draws: int = 0) -> Law:
    """The additive law on all losses but the `drop_highest` highest.

    Args:
        losses: what is fitted.
        drop_highest: how many of the highest losses are left out; of equal ones the first.
        draws: refits to points drawn with replacement, for 90% intervals; 0 for none.

    Raises:
        ValueError: in one line, where too little is left to fit.
    """
    grid = losses.grid
    order = np.argsort(-grid.loss, kind="stable")
    out, kept = order[:drop_highest], np.sort(order[drop_highest:])
    _check_enough(losses, drop_highest, kept)
    used = scaling.Grid(grid.size[kept], grid.tokens[kept], grid.loss[kept])
    best = scaling.fit(used, scaling.FORMS["additive"])
    return Law(
        name=losses.name, points=len(kept), dropped=tuple(_shown(losses, int(i)) for i in out),
        point=_named(scaling.natural(best.parameters, used)), rms=best.rms, at_bound=_resting(best),
        intervals=_intervals(scaling.bootstrap(used, best, draws, seed=0)) if draws else None,
        published=losses.published,
    )  # fmt: skip


def _check_enough(losses: Losses, dropped: int, kept: NDArray[np.int_]) -> None:
    total, least = len(losses.grid.loss), scaling.LEAST_CELLS
    if total < least:
        raise ValueError(f"{losses.name}: the law has five parameters and needs {least} or more losses, not {total}")
    if len(kept) < least:
        raise ValueError(f"--drop-highest {dropped}: leaves {max(total - dropped, 0)} of {total} losses; "
                         f"the law needs {least}, so leave out 0 to {total - least}")  # fmt: skip
    for what, values in (("sizes", losses.grid.size), ("amounts of tokens", losses.grid.tokens)):
        if len(np.unique(values[kept])) < LEAST_LEVELS:
            raise ValueError(f"{losses.name}: has fewer than {LEAST_LEVELS} different {what}, which show no curve")


def _shown(losses: Losses, index: int) -> dict[str, Any]:
    grid = losses.grid
    values = {name: float(f"{getattr(grid, name)[index]:.6g}") for name in ("size", "tokens", "loss")}
    return {"at": losses.labels[index], **values}


def _named(values: Array) -> dict[str, float]:
    return {name: float(f"{value:.6g}") for name, value in zip(scaling.NAMES, values, strict=True)}


def _intervals(draws: Array) -> dict[str, dict[str, float]]:
    spans = dict(zip(("low", "median", "high"), np.quantile(draws, [0.05, 0.5, 0.95], axis=0), strict=True))
    named = {end: _named(values) for end, values in spans.items()}
    return {name: {end: values[name] for end, values in named.items()} for name in scaling.NAMES}


def _resting(best: scaling.Fit) -> tuple[str, ...]:
    low, high = np.array(best.form.bounds).T
    near = np.minimum(best.parameters - low, high - best.parameters) < AT_BOUND
    found = {name for name, rests in zip(("A", "B", "E", "alpha", "beta"), near, strict=True) if rests}
    return tuple(name for name in scaling.NAMES if name in found)
