"""The data tables: CSV files in `scenarios/data`, every row with its source, date and tier.

A row that does not fit its schema is refused with the file, the row and the reason.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from calibration.record import Tier
from scenarios.errors import InputError, no_switch, one_line, shown
from scenarios.kinds import KindName
from scenarios.quarters import Quarter

DATA = Path(__file__).parent / "data"


def _real(value: str) -> str:
    """Refuse what looks like a date and is none, such as a thirteenth month."""
    try:
        parsed = dt.date.fromisoformat(value)
    except ValueError:
        parsed = None
    if parsed is None or parsed.isoformat() != value:
        raise InputError(f"{shown(value)} is not a date; write it like 2026-11-30")
    return value


Day = Annotated[str, AfterValidator(_real)]
"""A day of the calendar as an ISO date."""


def _filled(value: str) -> str:
    """A text on one line, and not an empty one."""
    line = one_line(value)
    if not line:
        raise InputError("is empty; write a few words, or leave the field out")
    return line


Line = Annotated[str, AfterValidator(_filled)]
"""A text of a person's, on one line."""


def _addresses(value: str) -> str:
    """Addresses of pages that anybody can open, with a blank between them."""
    for address in value.split():
        if not ADDRESS.fullmatch(address):
            raise InputError(f"{shown(address)} is no public address; write it whole, such as https://epoch.ai/eci")
    return " ".join(value.split())


ADDRESS = re.compile(r"https://([a-z0-9-]+\.)+[a-z]{2,}(/([\w.~/%?=&+#:@-]*[\w/=])?)?", re.ASCII)
"""A page of a public host, with no port, user or number for the host, and no full stop or comma of a sentence."""
Addresses = Annotated[str, AfterValidator(_addresses)]
"""Where something can be read: addresses that begin with https://, with a blank between them."""


class Row(BaseModel):
    """What every row carries."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    source: str = Field(min_length=4, max_length=1000, description="where the row comes from")
    as_of: Day = Field(description="date of the source")
    tier: Tier
    note: str = Field(default="", max_length=2000)
    url: Addresses | None = Field(
        default=None, max_length=500, description="where the source can be read: https, a blank between several"
    )

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_missing(cls, value: Any, info: ValidationInfo) -> Any:
        if info.field_name is not None and cls.model_fields[info.field_name].annotation is not bool:
            no_switch(value)
        blank = value is None or (isinstance(value, str) and value.strip() == "")
        return ("" if info.field_name == "note" else None) if blank else value


class Chip(Row):
    """A product; `representative` rows stand for their class in the simulation."""

    product: str
    chip_class: str
    representative: int = 0
    designer: str
    maker: str | None = None
    origin: Literal["us", "china"]
    released: str | None = None
    made_until: str | None = None
    bf16_tflops: float | None = Field(default=None, gt=0)
    fp8_tflops: float | None = Field(default=None, gt=0)
    fp4_tflops: float | None = Field(default=None, gt=0)
    memory_gb: float | None = Field(default=None, gt=0)
    memory_tbs: float | None = Field(default=None, gt=0)
    link_gbs: float | None = Field(default=None, gt=0)
    tdp_w: float | None = Field(default=None, gt=0)
    price_usd: float | None = Field(default=None, gt=0)
    die_mm2: float | None = Field(default=None, gt=0)
    tpp: float | None = Field(default=None, gt=0)
    performance_density: float | None = Field(default=None, gt=0)
    h100e: float | None = Field(default=None, gt=0)

    @field_validator("representative", mode="before")
    @classmethod
    def _flag(cls, value: Any) -> Any:
        return value or 0


class Supply(Row):
    """US-designed production of one family in one quarter, in H100e (dense 8-bit)."""

    quarter: str
    family: str
    h100e_p05: float = Field(ge=0)
    h100e_p50: float = Field(ge=0)
    h100e_p95: float = Field(ge=0)
    units_p50: float | None = None


class Actor(Row):
    """Starting state of one actor."""

    actor: str
    label: str
    kind: KindName
    alignment_2022: float = Field(ge=0, le=1)
    stock_2022q3_h100e: float = Field(ge=0)
    world_share_2025: float | None = Field(default=None, ge=0, le=1)
    researchers_2022: float = Field(ge=0, le=1)
    ai_power_mw_2022: float = Field(ge=0)
    ai_spend_2023_usd_bn: float | None = Field(default=None, ge=0)
    hosts_us_share: float = Field(default=0.0, ge=0, le=1)
    oversight: float = Field(ge=0, le=1, description="share of its compute under democratic oversight")
    diversion_route: float = Field(default=0.0, ge=0, le=1, description="share of diverted chips that lead through it")
    policing: float | None = Field(
        default=None, ge=0, le=1, description="how hard it polices diversion, where that is fixed"
    )
    makes_tools: bool = Field(default=False, description="whether its chip tools hold up Chinese fabs")

    @field_validator("hosts_us_share", "makes_tools", "diversion_route", mode="before")
    @classmethod
    def _none(cls, value: Any) -> Any:
        return value or 0


class Power(Row):
    """IT power added in data centers in one year, and the share of it that serves AI chips."""

    actor: str
    year: int
    it_mw_added: float = Field(ge=0)
    ai_share: float = Field(ge=0, le=1)


class Spending(Row):
    """Spending on AI in one year, billion US dollars."""

    actor: str
    year: int
    ai_capex_usd_bn: float | None = Field(default=None, ge=0)
    chip_spend_usd_bn: float = Field(ge=0)


class Unit(Row):
    """What a unit costs or how much of it there is: what money buys, who works, and what is sold to China."""

    actor: str
    quantity: Literal[
        "megawatt_usd_m", "pay_usd_k", "people_k", "fabs_usd_bn", "tools_to_china_usd_bn", "memory_to_china_usd_bn"
    ]  # fmt: skip
    year: int
    value: float = Field(ge=0)
    low: float | None = None
    high: float | None = None


class Channel(Row):
    """A published figure for China's compute by channel."""

    year: int
    channel: Literal["legal", "domestic", "diverted", "offshore", "total"]
    quantity: Literal["flow", "stock"]
    unit: str
    median: float
    low: float | None = None
    high: float | None = None
    definition: str


class Domestic(Row):
    """What Chinese fabs could make in a year, in 910C equivalents."""

    year: int
    quantity: str
    unit: str
    value: float = Field(ge=0)
    low: float | None = None
    high: float | None = None


class Frontier(Row):
    """A record-setting model on the Epoch Capabilities Index."""

    date: str
    actor: str
    model: str
    eci: float


class FrontierQuarter(Row):
    """Best capability of a country at the end of a quarter."""

    quarter: str
    actor: str
    eci: float


class TrainingRun(Row):
    """A record training run."""

    date: str
    actor: str
    model: str
    flop: float = Field(gt=0)
    flop_low: float | None = None
    flop_high: float | None = None
    confidence: str | None = None
    record: Literal["yes", "no"]
    """Whether it counts as the largest of its country at its date; a doubtful figure does not."""


class Stock(Row):
    """Compute owned, or rented, at the end of a quarter."""

    quarter: Quarter
    owner: Literal[
        "world", "united_states", "china", "china_legal", "china_domestic", "china_diverted", "china_rented"
    ]  # fmt: skip
    h100e: float = Field(gt=0)
    low: float
    high: float


class ImportQuarter(Row):
    """China's legal purchases of US-designed chips in one quarter."""

    quarter: Quarter
    h100e: float = Field(ge=0)
    h100e_low: float
    h100e_high: float
    chips: float = Field(ge=0)
    chips_low: float
    chips_high: float


class Projection(Row):
    """Somebody else's published figure, and which series of ours answers the same question."""

    question: str
    year: int
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    definition: str
    author: str
    ours: str | None = Field(default=None, pattern=r"^(end|sum|change|slope|share):[a-z0-9_.]+(/[a-z0-9_.]+)?$")
    ours_definition: str | None = None


class Mechanism(Row):
    """A change of the model that was tried after a miss against history, and the result."""

    miss: str
    tried: str
    evidence: float | None = None
    """Change of the log evidence of the record under the changed model; a difference below 1 decides nothing."""
    verdict: Literal["kept", "rejected", "open"]
    why: str


class Turn(Row):
    """A recorded turn of a decision: a nation that became stricter or more lenient, or did more or less."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    date: Day
    actor: str
    decision: str
    direction: Literal["up", "down"]
    """On the scale of the decision: up is a stricter license and a freer import."""
    title: str


class Conflict(BaseModel):
    """Sources that disagree: all stand, one is chosen, and the reason is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    topic: str
    quantity: str
    unit: str | None = None
    value: str | None = None
    low: str | None = None
    high: str | None = None
    definition: str | None = None
    chosen: Literal["yes", "no"]
    why: str | None = None
    source: str = Field(min_length=4)
    as_of: str
    tier: Tier
    url: Addresses | None = None


R = TypeVar("R", bound=BaseModel)


def read(model: type[R], path: Path) -> tuple[R, ...]:
    """Validated rows of one CSV file.

    Raises:
        InputError: naming the file, the row (as a spreadsheet counts it) and the reason.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            raw = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: is not a UTF-8 CSV file ({error})") from error
    rows = []
    for line, cells in enumerate(raw, start=2):
        if None in cells:
            raise InputError(f"{path.name} row {line}: has more cells than the header")
        values = {k: v for k, v in cells.items() if not (v is None or v.strip() == "")}
        try:
            rows.append(model.model_validate(values))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "row"
            raise InputError(
                f"{path.name} row {line}, column {place}: {first['msg'].removeprefix('Value error, ')}"
            ) from error
    return tuple(rows)


@cache
def table(name: str) -> tuple[Any, ...]:
    """The rows of `scenarios/data/NAME.csv`, read once."""
    models: dict[str, type[BaseModel]] = {
        "chips": Chip,
        "supply_history": Supply,
        "actors": Actor,
        "power": Power,
        "spending": Spending,
        "units": Unit,
        "china_channels": Channel,
        "domestic_supply": Domestic,
        "frontier": Frontier,
        "frontier_quarters": FrontierQuarter,
        "training_runs": TrainingRun,
        "stocks": Stock,
        "projections": Projection,
        "mechanisms": Mechanism,
        "turns": Turn,
        "imports_quarters": ImportQuarter,
        "conflicts": Conflict,
    }
    return read(models[name], DATA / f"{name}.csv")


@cache
def supply_mix() -> dict[str, dict[str, float]]:
    """Share of each quarter's US-designed production (H100e) by chip class: quarter → class → share."""
    path = DATA / "supply_mix.csv"
    mix: dict[str, dict[str, float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, cells in enumerate(csv.DictReader(file), start=2):
            shares = {k: float(v or 0) for k, v in cells.items() if k not in ("quarter", *Row.model_fields)}
            if not cells["source"] or abs(sum(shares.values()) - 1) > 1e-6:
                raise InputError(f"{path.name} row {line}: needs a source and shares that add to 1")
            mix[cells["quarter"]] = shares
    return mix
