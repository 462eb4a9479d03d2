"""Readings of chips turned into a result of their own kind: fractions of peak, and what decoding kernels reach.

A reading has no log, so its error is judged by its tier. One that the prior was made from speaks about its own chip and
not about others again. What moves nothing is kept with the reason. A real campaign on a chip replaces all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scipy.special import logit

from calibration import fractions, works
from calibration.fractions import CUT, Seen
from calibration.kappas import QUANTITIES, rooflines, short
from calibration.pooling import pooled
from calibration.readings import PublishedReading
from calibration.record import CalibrationRecord, Fraction, Shift, Tier, Update
from calibration.roofline import Chip

ID, MADE = "readings-gpu-2026-11", "2026-11-29"
ERRORS: dict[Tier, float] = {"data": 0.12, "inferred": 0.20, "judgment": 0.35}
"""Standard deviation of a reading's logit by its tier: a table with its method, a single figure, a guess; judgment."""
TIERS: tuple[Tier, ...] = ("data", "inferred", "judgment")
WIDE = ("bf16", "fp16")
"""Precisions of training; products in 8 bits stand in where a chip has none in these."""
UNUSED = {
    "engine": "a copy engine shows itself and not the memory",
    "training": "the prior of training utilization is made of such runs",
    "prefill": "prefill goes by a chip's reachable compute, as training does",
    "decode": "bound by arithmetic here, which goes by a chip's reachable compute",
}
"""Why readings of some kinds of work move nothing."""

Known = Mapping[str, Chip]
Readings = Sequence[PublishedReading]


def assemble(readings: Readings, chips: tuple[Chip, ...], prior: CalibrationRecord) -> CalibrationRecord:
    """The result of readings.

    Args:
        readings: published rates and single measurements.
        chips: the catalogue; a reading of a chip that it lacks, or of more than its peak, is kept and moves nothing.
        prior: the literature.
    """
    known = {chip.name: chip for chip in chips}
    reasons = {reading.id: why_not(reading, readings, known, prior) for reading in readings}
    used = [reading for reading in readings if not reasons[reading.id]]
    hardware: list[Update] = []
    drawn: list[Fraction] = list(prior.fractions)
    for quantity in QUANTITIES:
        own = [reading for reading in used if reading.quantity == quantity]
        seen = [_seen(chip, own, prior) for chip in _chips(own, known)]
        rows = fractions.joint(prior, quantity, seen)
        hardware += rows
        drawn = [_moved(row, rows) if row.quantity == quantity else row for row in drawn]
        drawn += [_own(row, chip, quantity, own) for row, chip in zip(rows, _chips(own, known), strict=False)
                  if chip.representative]  # fmt: skip
    work, shifts = _work(used, known, prior)
    kappas, checks = rooflines(chips, drawn)
    return CalibrationRecord(
        id=ID, kind="readings", made=MADE, prior=prior.id, device=", ".join(dict.fromkeys(r.chip for r in used)),
        summary=f"{len(readings)} published rates and single measurements of {len({r.chip for r in readings})} chips, "
        f"of which {len(used)} count; no campaign and no log behind them.",
        fractions=tuple(drawn), hardware=tuple(hardware), work=work, shifts=shifts, roofline=kappas, checks=checks,
        readings=tuple(_row(reading, known, reasons[reading.id]) for reading in readings),
    )  # fmt: skip


def why_not(reading: PublishedReading, readings: Readings, known: Known, prior: CalibrationRecord) -> str:
    """Why a reading moves nothing, or an empty text where it counts."""
    if reading.chip not in known:
        return "the catalogue lacks numbers of this chip"
    if reading.share(known[reading.chip]) >= 1:
        return "more than the data sheet's peak"
    if reading.quantity in UNUSED and not (reading.quantity == "decode" and reading.peak == "memory"):
        return UNUSED[reading.quantity]
    if reading.quantity != "compute":
        return ""
    beside = [r for r in readings if (r.chip, r.quantity) == (reading.chip, "compute")]
    if reading.precision not in WIDE and any(r.precision in WIDE for r in beside):
        return "this chip has readings in 16 bits"
    if in_prior(reading, prior) and not all(in_prior(r, prior) for r in beside if r.precision in WIDE):
        return "the prior is made from it, and this chip has readings of its own"
    return ""


def in_prior(reading: PublishedReading, prior: CalibrationRecord) -> bool:
    """Whether the prior's fractions name the reading's source as theirs."""
    places = {word.strip("(),;") for row in prior.fractions for word in row.source.split() if "/" in word}
    return any(place in reading.url for place in places)


def _chips(readings: Readings, known: Known) -> list[Chip]:
    """The chips that were read, each once."""
    return [known[name] for name in dict.fromkeys(reading.chip for reading in readings)]


def _logit(readings: Readings, chip: Chip) -> tuple[float, float]:
    """Logit of the share that readings of a chip reach, and its standard deviation."""
    values = [float(logit(reading.share(chip))) for reading in readings]
    return pooled(values, [ERRORS[reading.tier] for reading in readings])


def _seen(chip: Chip, readings: Readings, prior: CalibrationRecord) -> Seen:
    own = [reading for reading in readings if reading.chip == chip.name]
    cut = chip.chip_class in CUT and own[0].quantity == "compute"
    kin = not cut and not any(in_prior(reading, prior) for reading in own)
    return Seen(chip.name, chip.chip_class if chip.representative else None, chip.vendor, *_logit(own, chip), kin)


def _moved(row: Fraction, updates: Sequence[Update]) -> Fraction:
    """A maker's fraction after the readings."""
    update = next(u for u in updates if u.name == f"{row.quantity} {row.vendor}")
    if not update.moved:
        return row
    source = f"{row.source}; moved by readings of single chips with weight {update.weight:.2f}"
    return row.model_copy(update={**update.posterior.model_dump(), "source": source})


def _own(row: Update, chip: Chip, quantity: str, readings: Readings) -> Fraction:
    """The fraction of a chip class that was read itself."""
    own = [reading for reading in readings if reading.chip == chip.name]
    return Fraction.model_validate({
        **row.posterior.model_dump(), "quantity": quantity, "vendor": "host", "chip_class": chip.chip_class,
        "source": "; ".join(dict.fromkeys(f"{r.author}, {r.title}" for r in own)), "as_of": max(r.as_of for r in own),
        "tier": max((r.tier for r in own), key=TIERS.index),
    })  # fmt: skip


def _work(used: Readings, known: Known, prior: CalibrationRecord) -> tuple[tuple[Update, ...], tuple[Shift, ...]]:
    """What decoding kernels reach of memory; a chip's readings count together."""
    own = [reading for reading in used if reading.quantity == "decode"]
    found = [
        works.Seen(*_logit([r for r in own if r.chip == chip.name], chip), f"decoding kernels on {chip.name}")
        for chip in _chips(own, known)
    ]
    rows = [works.update(work, found if work.name == "decode" else (), None, work.correlation) for work in prior.works]
    return tuple(row for row, _ in rows), tuple(shift for _, shift in rows if shift is not None)


def _row(reading: PublishedReading, known: Known, why: str) -> dict[str, Any]:
    """A reading as the result keeps it, with its share of peak and why it moves nothing, if so."""
    share = short(reading.share(known[reading.chip])) if reading.chip in known else None
    return {**vars(reading), "share": share, "unused": why}
