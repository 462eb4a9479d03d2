"""Calibration results, read without torch: measured fractions of peak that the simulator uses.

Each result is a committed JSON file in `calibration/results`. There is no silent default: a scenario names its
result, and an unknown or damaged one is an error that lists the valid ids.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

RESULTS = Path(__file__).parent / "results"


class Fraction(BaseModel):
    """A reachable fraction of a chip's peak: median and 90 % interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    quantity: Literal["compute", "bandwidth"]
    vendor: Literal["nvidia", "other", "all"]
    median: float = Field(gt=0, lt=1)
    low: float = Field(gt=0, lt=1)
    high: float = Field(gt=0, lt=1)
    source: str = Field(min_length=4)
    as_of: str
    tier: Literal["data", "inferred", "judgement"]


class CalibrationRecord(BaseModel):
    """One calibration result: where it comes from and what it says about hardware."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    kind: Literal["literature", "measured"]
    made: str
    device: str
    summary: str
    fractions: tuple[Fraction, ...] = Field(min_length=1)

    def fraction(self, quantity: str, vendor: str) -> Fraction:
        """The fraction for a quantity and vendor (`all` stands for every vendor)."""
        for row in self.fractions:
            if row.quantity == quantity and row.vendor in (vendor, "all"):
                return row
        raise KeyError(f"{self.id} has no {quantity} fraction for {vendor}")


class CalibrationError(ValueError):
    """A calibration result that does not exist or cannot be read."""


def ids() -> tuple[str, ...]:
    """The results that can be named."""
    return tuple(sorted(path.stem for path in RESULTS.glob("*.json")))


@cache
def read(identifier: str) -> CalibrationRecord:
    """A calibration result by id.

    Raises:
        CalibrationError: for an unknown or damaged result, with the valid ids.
    """
    if identifier not in ids():
        raise CalibrationError(f"unknown calibration result {identifier!r}; valid are: {', '.join(ids())}")
    path = RESULTS / f"{identifier}.json"
    try:
        return CalibrationRecord.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, ValidationError) as error:
        raise CalibrationError(f"{path.name} is damaged ({error}); valid are: {', '.join(ids())}") from error
