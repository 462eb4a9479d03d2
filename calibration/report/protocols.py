"""The same cells read in other ways that are as defensible: what they say of the exponents."""

from __future__ import annotations

import numpy as np

from calibration import scaling
from calibration.record import CalibrationRecord
from calibration.report.grid import cells_of
from calibration.scaling import LEAST_CELLS


def protocols(record: CalibrationRecord) -> list[tuple[str, float, float, float]]:
    """α, β and γ under each protocol for which cells enough are left."""
    fit = record.fit
    if fit is None:
        return []
    used = [c for c in cells_of(record) if c["tokens"] >= fit["from_tokens"]]
    n, d = ([c[key] for c in used] for key in ("parameters", "tokens"))
    p, form = fit["point"], scaling.FORMS["additive"]
    result = [("as above", p["alpha"], p["beta"], p["alpha"] * p["beta"] / (p["alpha"] + p["beta"]))]
    for name, kept, count in (
        ("head counted as parameters", used, "with_head"),
        ("without the smallest size", [c for c in used if c["parameters"] > min(n)], "parameters"),
        ("without the largest size", [c for c in used if c["parameters"] < max(n)], "parameters"),
        ("without the smallest budget", [c for c in used if c["tokens"] > min(d)], "parameters"),
    ):
        # Two sizes or two budgets are met by any exponent: the rest of the law makes up for it.
        least = min(len({c[key] for c in kept}) for key in ("parameters", "tokens")) if kept else 0
        if len(kept) >= LEAST_CELLS and least > 2:
            grid = scaling.Grid(*(np.array([c[key] for c in kept], float) for key in (count, "tokens", "loss")))
            found = scaling.natural(scaling.fit(grid, form, form.starts[::3]).parameters, grid)
            result.append((name, float(found[3]), float(found[4]), float(scaling.frontier_slope(found))))
    return result
