"""Governance indices: safety, accidents, misuse, oversight and norms. Indices with a stated formula, not estimates."""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array

INDICES = ("safety_effort", "accident_hazard", "misuse_exposure", "democratic_share", "norm_share")
"""Order of the index axis."""
NEAR = 15.0
"""ECI points behind the frontier at which compute no longer counts for an index; judgment."""
HAZARD_AT, HAZARD_TENFOLD = 180.0, 25.0
"""Frontier (ECI) at which the accident hazard is stated, and points that multiply it by ten; judgment."""
SAFETY_RETURNS, SAFETY_STATED = 0.7, 0.03
"""Exponent by which safety effort lowers the hazard, and the effort at which the hazard is stated; judgment."""
MISUSE_MOST = 1.5
"""Largest weight of the frontier's height in exposure to misuse; 1 at `HAZARD_AT`."""


def indices(eci: Array, used: Array, serving: Array, safety: Array, weights: Array, us_bloc: Array, p: Draws) -> Array:
    """The five indices, `(5, runs)`.

    * safety_effort: safety share of compute, weighted by compute within 15 points of the frontier, percent.
    * accident_hazard: chance of one in a year, percent: 1 − exp(−h) at the hazard rate
      h = `accident_hazard` · 10^((frontier − 180)/25) · (3% / safety effort)^0.7.
    * misuse_exposure: share of near-frontier compute without democratic oversight × frontier / 180, percent.
    * democratic_share: share of near-frontier compute under democratic oversight, percent.
    * norm_share: share of served compute in the US bloc, percent.

    Args:
        eci: (actors, runs) capability.
        used: (actors, runs) compute used, H100e.
        serving: (actors, runs) share of compute that serves.
        safety: (actors, runs) share of compute for safety.
        weights: (actors, 1) democratic oversight.
        us_bloc: (actors, runs) 1 where an actor stands with the United States.
        p: parameters.
    """
    frontier = eci.max(axis=0)
    near = used * np.clip(1 - (frontier - eci) / NEAR, 0, 1)
    total = near.sum(axis=0) + 1e-9
    effort = (near * safety).sum(axis=0) / total
    democratic = (near * weights).sum(axis=0) / total
    hazard = (
        p.accident_hazard
        * np.exp(np.log(10) / HAZARD_TENFOLD * (frontier - HAZARD_AT))
        * np.exp(-SAFETY_RETURNS * np.log(np.maximum(effort, 1e-4) / SAFETY_STATED))
    )
    served = used * serving
    norm = (served * us_bloc).sum(axis=0) / (served.sum(axis=0) + 1e-9)
    misuse = (1 - democratic) * np.clip(frontier / HAZARD_AT, 0, MISUSE_MOST)
    return 100 * np.stack([effort, -np.expm1(-hazard), misuse, democratic, norm])
