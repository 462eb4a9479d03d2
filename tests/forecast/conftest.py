import csv
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scenarios.quarters import DATA_UNTIL, number, start_date
from scenarios.tables import DATA
from sim.forecast.seal import seal
from sim.forecast.sealed import Forecast

AFTER = number(DATA_UNTIL) + 1
DAY = f"{start_date(AFTER)[:8]}15"
"""A day in the first quarter after the data."""


@pytest.fixture(scope="session")
def forecast() -> Forecast:
    """A forecast of few futures."""
    return seal(DAY, runs=64)


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """A copy of the data, to which a test adds what is published later."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    return folder


@pytest.fixture
def publish(later: Path) -> Callable[..., None]:
    """Adds a row to a table of the later data; what is not given is as in the last row of the table."""

    def add(table: str, **cells: object) -> None:
        path = later / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rows.append({**rows[-1], **{name: str(value) for name, value in cells.items()}})
        _write(path, rows)

    return add


@pytest.fixture
def revise(later: Path) -> Callable[..., None]:
    """Changes cells of the rows of a table of the later data that have certain values."""

    def change(table: str, where: Mapping[str, object], **cells: object) -> None:
        path = later / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        hit = [row for row in rows if all(row[name] == str(value) for name, value in where.items())]
        assert hit, (table, where)
        for row in hit:
            row.update({name: str(value) for name, value in cells.items()})
        _write(path, rows)

    return change


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
