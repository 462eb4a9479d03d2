"""Which bloc has which frontier? Blocs follow alignment: an ally that has parted no longer counts with the US."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.rows import CHINA, PARTNERS, US
from sim.ensemble.rng import Array

if TYPE_CHECKING:
    from sim.results.run import Run


def frontiers(run: Run) -> Array:
    """Best capability of the US bloc, China and the third bloc, `(3, T, runs)`, ECI; NaN where there is no third."""
    eci = run.series["capability"]
    with_us = run.series["alignment"][:, PARTNERS] >= run.parameters["parting"]
    others = eci[:, PARTNERS]
    us = np.maximum(eci[:, US], np.where(with_us, others, -np.inf).max(axis=1))
    third = np.where(with_us, -np.inf, others).max(axis=1)
    return np.stack([us, eci[:, CHINA], np.where(with_us.all(axis=1), np.nan, third)])
