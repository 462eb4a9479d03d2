"""Rows of the tables of actors: the two superpowers stand first, everybody else after them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

US, CHINA = 0, 1
"""Rows of the two superpowers in every table of actors."""
BOTH, PARTNERS = slice(0, 2), slice(2, None)
"""Both superpowers, and all others."""
OTHERS = (np.array([1, 0, 0]), np.array([2, 2, 1]))
"""The two other blocs of the United States, China and all others, each as rows of a table of the three."""


def bloc_row(rows: int | slice) -> int | slice:
    """Row in a table of three blocs of one actor, or of a block of actors of one bloc."""
    if isinstance(rows, int):
        return min(rows, 2)
    return slice(min(rows.start or 0, 2), min(rows.start or 0, 2) + 1)


def bloc_of(table: NDArray[Any]) -> NDArray[np.intp]:
    """The bloc of each row of a table of actors: 0 the United States, 1 China, 2 everybody else."""
    return np.minimum(np.arange(len(table)), 2)
