"""What signposts read today, from the tables of the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scenarios.quarters import DATA_UNTIL
from scenarios.tables import table
from sim.results.outcomes.lead import PACE

THIS_YEAR = int(DATA_UNTIL[:4])


@dataclass(frozen=True)
class Reading:
    """The last published value of a signpost, in its unit."""

    value: float
    date: str
    source: str
    url: str
    tier: str


def _lead() -> Reading:
    rows = [row for row in table("frontier_quarters") if row.actor in ("united_states", "china")]
    last = max(row.quarter for row in rows)
    now = {row.actor: row for row in rows if row.quarter == last}
    us, china = now["united_states"], now["china"]
    return _of((us.eci - china.eci) * 12 / PACE, last, us)


def _stock() -> Reading:
    rows = [r for r in table("china_channels") if (r.channel, r.quantity) == ("total", "stock") and "8-bit" in r.unit]
    last = max(rows, key=lambda row: (row.year, row.as_of))
    return _of(last.median / 1e6, str(last.year), last)


def _made() -> Reading:
    last = max((row for row in table("domestic_supply") if row.quantity == "ascend_units"), key=lambda row: row.year)
    each = next(row for row in table("chips") if row.product == "Ascend 910C").h100e
    return _of(last.value * each / 1e3, str(last.year), last)


def _licensed() -> Reading:
    rows = sorted(table("imports_quarters"), key=lambda row: row.quarter)[-4:]
    return _of(sum(row.h100e for row in rows) / 1e6, rows[-1].quarter, rows[-1])


def _smuggled() -> Reading:
    rows = [r for r in table("china_channels") if (r.channel, r.quantity) == ("diverted", "flow") and "H100e" in r.unit]
    last = max((row for row in rows if row.year < THIS_YEAR), key=lambda row: row.year)  # of this year it is projected
    return _of(last.median / 1e6, str(last.year), last)


def _of(value: float, date: str, row: Any) -> Reading:
    return Reading(float(value), date, row.source, row.url, row.tier)


_READ: dict[str, Callable[[], Reading]] = {
    "lead": _lead, "china_stock": _stock, "chinese_chips": _made, "licensed": _licensed, "smuggled": _smuggled,
}  # fmt: skip


def today(name: str) -> Reading:
    """The last published value of a signpost."""
    return _READ[name]()
