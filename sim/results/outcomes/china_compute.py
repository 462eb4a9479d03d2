"""How much compute does China have? It depends on what counts: three definitions, from narrow to wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.checks import checked
from sim.engine.phases.build import LIFE
from sim.ensemble.rng import Array

if TYPE_CHECKING:
    from sim.results.run import Run

DEFINITIONS = {
    "without_diverted": "owned, without smuggled chips", "owned": "owned, with smuggled chips",
    "used": "used: owned, with smuggled chips, and rented abroad",
}  # fmt: skip


@checked
def compute(run: Run, definition: str = "owned") -> Array:
    """China's compute at quarter ends by a definition, H100e, `(T, runs)`.

    Raises:
        InputError: for an unknown definition.
    """
    from scenarios.errors import unknown

    if definition not in DEFINITIONS:
        raise unknown("definition", definition, DEFINITIONS)
    owned = run.part("stock_h100e.china").astype(float)
    if definition == "without_diverted":
        return np.asarray(np.maximum(owned - _in_use(run.part("flows_china.diverted").astype(float)), 0.0))
    return owned + run["rented"].astype(float) if definition == "used" else owned


@checked
def share_of_world(run: Run, definition: str = "owned") -> Array:
    """The same over all chips in the world, `(T, runs)`; rented compute is among the world's already."""
    return np.asarray(compute(run, definition) / run.part("stock_h100e.world"))


def _in_use(flow: Array) -> Array:
    """What has arrived and not yet retired, `(T, runs)`."""
    total = flow.cumsum(axis=0)
    if len(total) > LIFE:
        total[LIFE:] = total[LIFE:] - total[:-LIFE]
    return total
