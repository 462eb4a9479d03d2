"""The grid of training runs as the sections read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calibration.record import CalibrationRecord
from calibration.report.plot import Rows
from calibration.scaling import Array


def cells_of(record: CalibrationRecord) -> list[dict[str, Any]]:
    """The cells of the grid from the fewest tokens, without the repeated one."""
    return sorted((c for c in record.cells if not str(c["part"]).startswith("seed/")), key=lambda c: c["tokens"])


def sizes(cells: Rows) -> dict[str, float]:
    """Parameters by size, from the smallest."""
    return dict(sorted({c["size"]: float(c["parameters"]) for c in cells}.items(), key=lambda item: item[1]))


def law(point: Mapping[str, Any], size: Any, tokens: Any) -> Any:
    """Loss by the additive law."""
    return point["E"] + point["A"] / size ** point["alpha"] + point["B"] / tokens ** point["beta"]


def band(fit: Mapping[str, Any], size: Any, tokens: Any) -> tuple[Array, Array]:
    """The law's 90% interval: 5 and 95% quantiles over its bootstrap draws, in the order of sizes or tokens."""
    names = ("E", "A", "B", "alpha", "beta")
    draws = dict(zip(names, np.array(fit["draws"]).T[:, :, None], strict=True))
    low, high = np.quantile(law(draws, np.atleast_1d(size), np.atleast_1d(tokens)), [0.05, 0.95], axis=0)
    return low, high
