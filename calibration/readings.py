"""Published and single measurements of chips: what matrix products, copies, kernels and training runs reached.

Nothing here was logged by a campaign. A reading comes from somebody's table, paper or issue, or was taken once without
a log; its tier says which, and `share` sets it against the data sheet's peak of the chip.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from calibration.datafile import Row, Table, numbers, read_table
from calibration.record import Tier, american
from calibration.roofline import Chip

READINGS = Path(__file__).parent / "published" / "readings.csv"

Peak = Literal["compute", "memory"]

QUANTITIES: dict[str, str] = {
    "compute": "a large matrix product",
    "bandwidth": "a copy on the device or a streaming kernel, bytes read plus bytes written",
    "engine": "a copy by the copy engine, which is slower than the memory",
    "prefill": "an attention kernel over a whole prompt",
    "decode": "an attention kernel for one or a few new tokens per sequence",
    "training": "whole training steps by the model's FLOP (MFU)",
}
"""What was measured."""
UNITS: dict[str, tuple[str, ...]] = {"compute": ("TFLOP/s", "share"), "memory": ("TB/s", "share")}
"""Units by the peak that a reading is set against; a share is of the peak that its source names."""
PRECISIONS: dict[str, str] = {"bf16": "bf16_tflops", "fp16": "bf16_tflops", "fp8": "fp8_tflops", "int8": "fp8_tflops"}
"""Precision → the catalogue's peak for it. A reading of memory may leave it empty: bytes are bytes."""
TIERS: Mapping[str, str] = {
    "data": "a published benchmark table, or a paper with its method",
    "inferred": "a single reading, or a figure without its method",
    "judgment": "a guess",
}
MOST = 1e5
"""Largest value of a reading, TFLOP/s or TB/s."""
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
COLUMNS = (
    *("id", "chip", "quantity", "peak", "precision", "value", "unit", "what"),
    *("title", "author", "url", "as_of", "tier", "note"),
)


@dataclass(frozen=True)
class PublishedReading:
    """One measurement of a chip, with its source."""

    id: str
    chip: str
    """Product name of the chip catalogue."""
    quantity: str
    """One of `QUANTITIES`."""
    peak: Peak
    """Which peak of the data sheet bounds it."""
    precision: str
    value: float
    unit: str
    what: str
    """Sizes, batch and software in words."""
    title: str
    author: str
    url: str
    """Empty for what this project measured itself."""
    as_of: str
    tier: Tier
    note: str

    def share(self, chip: Chip) -> float:
        """The share of the chip's peak that was reached; above 1 where the catalogue's peak is too low for it."""
        if chip.name != self.chip:
            raise ValueError(f"{self.id} is a reading of {self.chip}, not of {chip.name}")
        if self.unit == "share":
            return self.value
        peak = chip.memory_tbs if self.peak == "memory" else getattr(chip, PRECISIONS[self.precision])
        return self.value / float(peak)


def read_readings(path: Path = READINGS) -> tuple[PublishedReading, ...]:
    """The readings of a table.

    Raises:
        ValueError: in one line with row and column.
    """
    table = read_table(path, "a table of readings")
    table.require(*COLUMNS)
    values = numbers(table, "value", lambda value: 0 < value <= MOST, f"a number above 0 and up to {MOST:g}")
    readings: dict[str, PublishedReading] = {}
    for row, value in zip(table.rows, values, strict=True):
        _check(table, row, value)
        if row.cells["id"] in readings:
            raise table.refusal(row, "id", "a name that no row above has")
        cells = {column: row.cells[column] for column in COLUMNS if column not in ("value", "peak", "tier")}
        peak, tier = cast(Peak, row.cells["peak"]), cast(Tier, american(row.cells["tier"]))
        readings[row.cells["id"]] = PublishedReading(**cells, value=value, peak=peak, tier=tier)
    return tuple(readings.values())


def _check(table: Table, row: Row, value: float) -> None:
    """Refuse a row whose cells do not fit their columns or each other."""
    cells = row.cells
    for column in ("chip", "what", "title", "author"):
        if not cells[column]:
            raise table.refusal(row, column, "filled in")
    for column, known in (("quantity", QUANTITIES), ("peak", UNITS), ("tier", TIERS)):
        if american(cells[column]) not in known:
            raise table.refusal(row, column, f"one of {', '.join(known)}")
    if cells["precision"] not in PRECISIONS and (cells["precision"] or cells["peak"] == "compute"):
        raise table.refusal(row, "precision", f"one of {', '.join(PRECISIONS)} (or empty against the memory peak)")
    if cells["unit"] not in UNITS[cells["peak"]]:
        raise table.refusal(row, "unit", f"{' or '.join(UNITS[cells['peak']])} against the {cells['peak']} peak")
    if cells["unit"] == "share" and value > 1:
        raise table.refusal(row, "value", "at most 1, being a share")
    if not _ID.fullmatch(cells["id"]):
        raise table.refusal(row, "id", "lower-case words joined by hyphens")
    if not _DATE.fullmatch(cells["as_of"]):
        raise table.refusal(row, "as_of", "a date such as 2026, 2026-11 or 2026-11-28")
    if not cells["url"].startswith("https://") and (cells["url"] or cells["tier"] == "data"):
        raise table.refusal(row, "url", "an address that begins with https:// (empty only where the tier is not data)")
