"""When can a bloc put a million frontier-grade chips into use?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.rows import BOTH
from scenarios.quarters import FIRST
from sim.ensemble.rng import Array
from sim.results.outcomes.crossing import crossing_year

if TYPE_CHECKING:
    from sim.results.run import Run

CHIPS = 1e6
"""The number of frontier-grade chips."""


def grade(steps: int) -> Array:
    """Training equivalents (H100e) of the strongest merchant chip on sale in each quarter, `(T,)`."""
    from sim.equations.chips import CLASSES, MAIN_CLASSES, catalogue

    chips = catalogue()
    merchant = [CLASSES.index(name) for name in MAIN_CLASSES if name != "CUSTOM"]
    return np.array([max(chips.bf16[k] for k in merchant if chips.released[k] <= FIRST + t) for t in range(steps)])


def year_reached(run: Run, chips: float = CHIPS) -> Array:
    """Year in which the United States and China reach that many frontier-grade chips, `(2, runs)`; NaN if never."""
    at = run.time
    limit = np.full(run.runs, chips)
    used = run.series["compute_train"][:, BOTH].astype(float) / grade(len(at))[:, None, None]
    return np.stack([crossing_year(used[:, a], limit, at) for a in (0, 1)])
