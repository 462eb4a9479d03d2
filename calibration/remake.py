"""A committed result made again from its raw log or its table: by today's rules, with nothing measured and no torch.

What a campaign learned follows from its log by formulas, and those may change. The law's fit is kept: its bootstrap
differs in the last digits from one processor to another. Parts that differ by no more than that stay as they were.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Any

from calibration import published_readings
from calibration.host import recorded
from calibration.log import Log
from calibration.readings import read_readings
from calibration.record import CalibrationError, CalibrationRecord, read
from calibration.result import assemble
from calibration.roofline import Chip

ROUNDING = 1e-9
"""Relative difference of numbers that different processors make of the same formula, at most."""


def remade(record: CalibrationRecord, folder: Path, chips: tuple[Chip, ...]) -> CalibrationRecord:
    """A result from what it was made of, without its checksum.

    A measured one comes from its log, with its id, date, provenance and fit; one of readings from their table.

    Args:
        record: the result.
        folder: where its log lies.
        chips: the chip catalogue.

    Raises:
        CalibrationError: for a result without measurements, for a single number of one, or where the log is not the one
            that the result names.
        OSError: where the log cannot be read.
    """
    whole, colon, _ = record.id.partition(":")
    if colon:
        raise CalibrationError(f"{record.id} is a single number of a result; give the result: {whole}")
    if record.kind == "readings" and record.prior is not None:
        return published_readings.assemble(read_readings(), chips, read(record.prior))
    made = record.provenance
    if made is None or record.prior is None:
        raise CalibrationError(f"{record.id} was not measured: there is no log to make it from")
    path = folder / made.log
    if hashlib.sha256(path.read_bytes()).hexdigest() != made.log_sha256:
        raise CalibrationError(f"{path.name} is not the log that {record.id} was made from: its SHA-256 differs")
    head = record.model_dump(include={"id", "made", "device", "summary"})
    host = recorded(made.host, chips)
    after = assemble(host, Log.finished(path), chips, read(record.prior), head, made, record.fit)
    new = changed(record, after)
    return record.model_copy(update={"checksum": "", **{key: getattr(after, key) for key in new}})


def changed(before: CalibrationRecord, after: CalibrationRecord) -> tuple[str, ...]:
    """The parts in which two results differ by more than rounding, their checksums apart."""
    was, now = (record.model_dump(mode="json", exclude={"checksum"}) for record in (before, after))
    return tuple(key for key in was if not alike(was[key], now[key]))


def alike(one: Any, other: Any) -> bool:
    """Whether two pieces of JSON say the same, rounding apart."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(alike(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=ROUNDING, abs_tol=ROUNDING)
    return bool(one == other)
