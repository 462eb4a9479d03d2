"""Parameters and numbers of one member, for what is worked out by hand."""

from typing import Any

import numpy as np

from scenarios.parameters import parameters
from sim.ensemble.draws import Draws


def middle(**changes: float) -> Any:
    """Every parameter at its median, one member, with changes; hardware fractions at plain numbers."""
    values = {name: row.distribution.interval()[1] for name, row in parameters().items()}
    values |= {
        "compute_fraction_nvidia": 0.7,
        "compute_fraction_other": 0.6,
        "bandwidth_fraction_nvidia": 0.8,
        "bandwidth_fraction_other": 0.8,
        **changes,
    }
    return Draws(**{name: np.array([float(value)]) for name, value in values.items()})


def num(value: Any) -> float:
    return float(np.squeeze(value))


def one(value: float) -> np.ndarray:
    return np.array([float(value)])
