"""Scores of a forecast made of many futures: CRPS, coverage of bands, error of the median."""

from __future__ import annotations

import numpy as np

from sim.ensemble.rng import Array


def crps(futures: Array, value: float) -> float:
    """Continuous ranked probability score of equally weighted futures `(runs,)`; that of one number is its error.

    Gneiting and Raftery (2007), "Strictly Proper Scoring Rules, Prediction, and Estimation": the mean distance of a
    future from what happened less half the mean distance of two futures.
    """
    ordered = np.sort(futures)
    number = ordered.size
    rank = 2 * np.arange(1, number + 1) - number - 1
    between = 2 * float((rank * ordered).sum()) / number**2
    return float(np.abs(ordered - value).mean()) - between / 2


def covered(futures: Array, value: float, band: int) -> bool:
    """Whether a value lies in the central band of futures `(runs,)`."""
    edge = (100 - band) / 200
    low, high = np.quantile(futures, (edge, 1 - edge))
    return bool(low <= value <= high)
