"""Calibration results, read without torch: what was measured, and what the simulator takes from it.

Each result is a committed JSON file in `calibration/results`. There is no silent default: a scenario names its
result, and an unknown or damaged one is an error that lists the valid ids.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

RESULTS = Path(__file__).parent / "results"
IN_USE = "cpu-amd-epyc-2026-11-25"
"""The result that a scenario uses unless it names another."""

TierName = Literal["data", "inferred", "judgment"]


def american(value: Any) -> Any:
    """A tier in the spelling of today; results and files of before November 2026 say "judgement"."""
    return "judgment" if value == "judgement" else value


Tier = Annotated[TierName, BeforeValidator(american)]
"""data: read in the source; inferred: computed from data; judgment: our own or somebody's opinion."""


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Interval(_Stored):
    """A median and a 90% interval."""

    median: float
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Interval:
        if not self.low <= self.median <= self.high:
            raise ValueError(f"needs low <= median <= high, got {self.low}, {self.median}, {self.high}")
        return self


class Fraction(Interval):
    """A reachable fraction of a chip's peak, as the simulator draws it."""

    quantity: Literal["compute", "bandwidth"]
    vendor: Literal["nvidia", "other", "host"]
    """Whose chips; `host` is the chip class that was measured."""
    chip_class: str | None = None
    median: float = Field(gt=0, lt=1)
    low: float = Field(gt=0, lt=1)
    high: float = Field(gt=0, lt=1)
    source: str = Field(min_length=4)
    as_of: str
    tier: Tier


class Lever(_Stored):
    """An efficiency lever, mostly × of the tokens that the same loss would need without it."""

    name: str
    label: str
    unit: str
    prior: Interval
    parameter: str | None
    """The simulator's parameter that it informs, or None where the simulator has none."""
    source: str
    tier: Tier


class Work(_Stored):
    """A share of peak that a whole piece of work reaches on one chip, and the parameter that it speaks about."""

    name: Literal["training", "decode"]
    label: str
    prior: Interval
    """Of one chip, before anything was measured on it; the low and the high end are shares too."""
    parameter: str
    correlation: float = Field(gt=0, lt=1)
    """Of the share's normal score with the parameter's: how far one chip's kernels tell of fleets of chips."""
    by_scale: bool
    """Whether the size of the models that were trained stands between the share and the parameter."""
    source: str
    tier: Tier


class Exponents(_Stored):
    """Moments of the frontier's scaling law: mean, standard deviation and correlation of (ln E, α, β)."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    discrepancy: float
    """Relative standard deviation by which a frontier recipe's exponents may differ from the fitted data's."""
    source: str


class Update(_Stored):
    """A prior and a posterior on one scale, and the weight of the evidence between them."""

    name: str
    label: str
    unit: str
    prior: Interval
    measured: Interval | None
    """None where nothing usable was measured; `note` says why."""
    weight: float = Field(ge=0, le=1)
    """Share of the distance between prior and measurement that the posterior goes."""
    posterior: Interval
    moved: float
    """By how many standard deviations of the prior the middle moved."""
    note: str = ""


class Shift(_Stored):
    """What the simulator takes over: a parameter's normal score becomes `shift + scale × score`."""

    parameter: str
    shift: float = Field(ge=-2, le=2)
    scale: float = Field(gt=0, le=1.2)
    reason: str


class Shortened(_Stored):
    """What a time limit left of a campaign."""

    within: float
    """Seconds."""
    cells: int
    of_cells: int
    """Training runs of the grid, and how many there are without a limit."""
    dropped: tuple[str, ...]
    """The missing ones, by size and bytes trained on."""
    divided_by: int
    """What every budget of text was divided by."""
    levers: tuple[str, ...]
    """Levers that were not measured."""
    reinforcement: int
    of_reinforcement: int
    steps: int
    of_steps: int
    """Steps of a reinforcement run."""
    seeds: int
    of_seeds: int


class Provenance(_Stored):
    """Where a measured result comes from."""

    tier: str
    device: str
    host: dict[str, Any]
    versions: dict[str, str]
    commit: str
    command: str
    seeds: tuple[int, ...]
    corpus: dict[str, Any]
    seconds: dict[str, float]
    """Seconds by part: processor time, or time of the GPU."""
    flop: dict[str, float]
    log: str
    """File name of the raw log, beside the result."""
    log_sha256: str
    shortened: Shortened | None = None
    """None where no time limit was given."""


class CalibrationRecord(_Stored):
    """One calibration result."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*(:[a-z0-9_]+)?$")
    kind: Literal["literature", "measured", "readings"]
    """`readings`: published rates and single your own measurements, with no campaign behind them."""
    made: str
    device: str
    summary: str
    fractions: tuple[Fraction, ...] = Field(min_length=1)
    levers: tuple[Lever, ...] = ()
    works: tuple[Work, ...] = ()
    exponents: Exponents | None = None
    prior: str | None = None
    """The result that this one started from."""
    provenance: Provenance | None = None
    hardware: tuple[Update, ...] = ()
    gains: tuple[Update, ...] = ()
    work: tuple[Update, ...] = ()
    """Whole pieces of work: priors and what was measured, in the order of the prior's `works`."""
    frontier: tuple[Update, ...] = ()
    shifts: tuple[Shift, ...] = ()
    readings: tuple[dict[str, Any], ...] = ()
    """What a result of readings was made from, one rate each."""
    bench: tuple[dict[str, Any], ...] = ()
    cells: tuple[dict[str, Any], ...] = ()
    fit: dict[str, Any] | None = None
    lever_runs: tuple[dict[str, Any], ...] = ()
    rl: tuple[dict[str, Any], ...] = ()
    roofline: tuple[dict[str, Any], ...] = ()
    checks: tuple[dict[str, Any], ...] = ()
    checksum: str = ""
    """SHA-256 of everything else."""

    def fraction(self, quantity: str, vendor: str) -> Fraction:
        """The fraction for a quantity and vendor."""
        for row in self.fractions:
            if (row.quantity, row.vendor) == (quantity, vendor):
                return row
        raise KeyError(f"{self.id} has no {quantity} fraction for {vendor}")

    def shift(self, parameter: str) -> tuple[float, float]:
        """Shift and scale of a parameter's normal score; (0, 1) where nothing was learned about it."""
        for row in self.shifts:
            if row.parameter == parameter:
                return row.shift, row.scale
        return 0.0, 1.0


def fraction_name(row: Fraction) -> str:
    """The simulator's name of a fraction: by its maker, or by the chip class that was measured."""
    return f"{row.quantity}_fraction_{row.chip_class.lower() if row.chip_class else row.vendor}"


def numbers(record: CalibrationRecord) -> tuple[str, ...]:
    """The numbers of the simulator that a result moves from its prior, by name."""
    if record.prior is None:
        return ()
    before = {fraction_name(row): row for row in read(record.prior).fractions}
    moved = [name for row in record.fractions if _differs(row, before.get(name := fraction_name(row)))]
    return (*moved, *(row.parameter for row in record.shifts))


def _differs(row: Fraction, before: Fraction | None) -> bool:
    ends = {"median", "low", "high"}
    return before is None or row.model_dump(include=ends) != before.model_dump(include=ends)


def only(record: CalibrationRecord, number: str) -> CalibrationRecord:
    """A result of which the simulator takes a single number, and everything else from the result's prior.

    Raises:
        CalibrationError: for a number that the result does not move, with those that it does.
    """
    if record.prior is None or number not in numbers(record):
        found = ", ".join(numbers(record)) or "none"
        raise CalibrationError(f"{record.id} does not move {number[:60]!r}; it moves: {found}")
    own = {fraction_name(row): row for row in record.fractions if fraction_name(row) == number}
    before = {fraction_name(row): row for row in read(record.prior).fractions}
    shifts = tuple(row for row in record.shifts if row.parameter == number)
    update = {"id": f"{record.id}:{number}", "fractions": tuple((before | own).values()), "shifts": shifts}
    return record.model_copy(update=update)


class CalibrationError(ValueError):
    """A calibration result that does not exist or cannot be read."""


def ids() -> tuple[str, ...]:
    """The results that can be named."""
    return tuple(sorted(path.stem for path in RESULTS.glob("*.json")))


def checksum(content: dict[str, Any]) -> str:
    """SHA-256 of a result's content, its own checksum apart."""
    rest = {key: value for key, value in content.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def read(identifier: str) -> CalibrationRecord:
    """A calibration result by id; `RESULT:NUMBER` is the result with a single one of the numbers that it moves.

    Raises:
        CalibrationError: for an unknown or damaged result, with the valid ids.
    """
    result, colon, number = identifier.partition(":")
    if colon:
        return only(read(result), number)
    if identifier not in ids():
        raise CalibrationError(f"unknown calibration result {identifier!r}; choose from: {', '.join(ids())}")
    path = RESULTS / f"{identifier}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("checksum") != checksum(content):
            raise ValueError("its checksum does not fit its content")
        if content.get("id") != identifier:
            raise ValueError(f"it calls itself {content.get('id')!r}")
        return CalibrationRecord.model_validate(content)
    except (OSError, ValueError) as error:  # JSON, text and validation errors are ValueErrors
        raise CalibrationError(
            f"{path.name} is damaged ({_short(error)}); choose from: {_others(identifier)}"
        ) from error


def _others(identifier: str) -> str:
    return ", ".join(name for name in ids() if name != identifier) or "none"


def _short(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)


def write(record: CalibrationRecord, folder: Path) -> Path:
    """Write a result with its checksum: completely, or not at all."""
    content = record.model_dump(mode="json", exclude_defaults=True)
    content["checksum"] = checksum(content)
    path = folder / f"{record.id}.json"
    beside = path.with_suffix(".part")
    beside.write_text(_pretty(content), encoding="utf-8")
    beside.replace(path)
    return path


def _pretty(content: dict[str, Any]) -> str:
    """JSON with one row a line where a list holds rows, so that a change of a result can be read."""
    parts = []
    for key, value in content.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f"  {json.dumps(key)}: [\n    {rows}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
