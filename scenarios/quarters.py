"""Quarters of the calendar: `2026-Q4` in files, whole numbers inside."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

_PATTERN = re.compile(r"([0-9]{4})-Q([1-4])")


def number(label: str) -> int:
    """Quarters since year 0, e.g. `2026-Q4` → 8107.

    Raises:
        ValueError: when the label is not of the form YYYY-Qn.
    """
    found = _PATTERN.fullmatch(label)
    if not found:
        raise ValueError(f"{label!r} is not a quarter; write it like 2026-Q4")
    return int(found[1]) * 4 + int(found[2]) - 1


def label(quarter: int) -> str:
    """The label of a quarter number, e.g. 8107 → `2026-Q4`."""
    return f"{quarter // 4}-Q{quarter % 4 + 1}"


def end_date(quarter: str) -> str:
    """The last day of a quarter as an ISO date, e.g. `2026-Q4` → `2026-12-31`."""
    last = number(quarter) % 4 * 3 + 3
    return f"{quarter[:4]}-{last:02d}-{30 if last in (6, 9) else 31}"


def start_date(quarter: int) -> str:
    """The first day of a quarter (a number) as an ISO date."""
    return f"{quarter // 4}-{quarter % 4 * 3 + 1:02d}-01"


def of_date(date: str) -> int:
    """The quarter in which an ISO date lies."""
    year, month = int(date[:4]), int(date[5:7])
    return year * 4 + (month - 1) // 3


def end_year(quarter: int) -> float:
    """Decimal year at the end of a quarter, e.g. `2026-Q4` → 2027.0."""
    return (quarter + 1) / 4


def _checked(value: str) -> str:
    number(value)
    return value


Quarter = Annotated[str, BeforeValidator(str), AfterValidator(_checked)]
"""A quarter label checked by pydantic."""

FIRST = number("2022-Q4")
"""The first simulated quarter: the first US chip rule took effect in October 2022."""
DATA_UNTIL = "2026-Q3"
"""The last quarter with data."""
LAST_YEAR = 2035
"""The latest year in which a run may end."""
DEFAULT_HORIZON = 2032
"""A run stops at the end of this year unless told otherwise."""
