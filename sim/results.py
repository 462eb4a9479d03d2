"""A run: arrays with names, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from scenarios.schema import Scenario
from sim.rng import Array


@dataclass(frozen=True)
class Run:
    """The result of a simulation."""

    spec: Scenario
    seed: int
    first: int
    until: int
    actors: tuple[str, ...]
    series: dict[str, Array]
    parameters: dict[str, Array]
    ledger: dict[str, Array] = field(default_factory=dict)

    def check_finite(self) -> None:
        for name, values in self.series.items():
            if not np.isfinite(values).all():
                raise FloatingPointError(f"{name} is not finite")

