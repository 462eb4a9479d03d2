"""The grid of training runs as the sections read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibration.record import CalibrationRecord
from calibration.report.plot import Rows


def cells_of(record: CalibrationRecord) -> list[dict[str, Any]]:
    """The cells of the grid from the fewest tokens, without the repeated one."""
    return sorted((c for c in record.cells if not str(c["part"]).startswith("seed/")), key=lambda c: c["tokens"])


def sizes(cells: Rows) -> dict[str, float]:
    """Parameters by size, from the smallest."""
    return dict(sorted({c["size"]: float(c["parameters"]) for c in cells}.items(), key=lambda item: item[1]))


def law(point: Mapping[str, float], size: Any, tokens: Any) -> Any:
    """Loss by the additive law."""
    return point["E"] + point["A"] / size ** point["alpha"] + point["B"] / tokens ** point["beta"]
