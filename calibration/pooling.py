"""Several measurements of one thing as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def pooled(values: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """Mean of several measurements and its standard error, by random effects (DerSimonian and Laird 1986).

    Where they scatter more than their own errors explain, the scatter counts as a further error of each.
    """
    value, variance = np.array(values), np.array(errors) ** 2
    weight = 1 / variance
    about = value - np.average(value, weights=weight)
    room = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(float((weight * about**2).sum()) - (len(value) - 1), 0.0) / room if len(value) > 1 else 0.0
    weight = 1 / (variance + between)
    return float(np.average(value, weights=weight)), float(weight.sum()) ** -0.5
