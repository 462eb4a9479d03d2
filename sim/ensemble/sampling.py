"""How large a Sobol sample may be: the same for a study and for a sensitivity analysis."""

from __future__ import annotations

from scenarios.errors import InputError


def check_sobol(name: str, points: int, fewest: int = 1) -> None:
    """Refuse a size that leaves a Sobol sample unbalanced: only a power of two covers every range evenly.

    Raises:
        InputError: naming the nearest size that does.
    """
    if points < fewest or points & (points - 1):
        near = _near(points, fewest)
        raise InputError(f"{name} is {points}; the size of a Sobol sample is a power of two, such as {near}")


def _near(points: int, fewest: int) -> int:
    below = 1 << (max(points, 1).bit_length() - 1)
    return max(fewest, below if points - below < 2 * below - points else 2 * below)
