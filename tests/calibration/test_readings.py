"""Published measurements of chips: what the table holds, what it says about the catalogue, and what it refuses."""

from collections import Counter
from pathlib import Path

import pytest

from calibration import roofline
from calibration.readings import COLUMNS, QUANTITIES, READINGS, PublishedReading, read_readings
from calibration.roofline import Chip, read_chips

CATALOGUE = Path(roofline.__file__).parents[1] / "scenarios" / "data" / "chips.csv"


@pytest.fixture(scope="module")
def readings() -> dict[str, PublishedReading]:
    return {reading.id: reading for reading in read_readings()}


@pytest.fixture(scope="module")
def chips() -> dict[str, Chip]:
    return {chip.name: chip for chip in read_chips(CATALOGUE)}


def test_every_reading_is_of_a_chip_of_the_catalogue_and_below_its_peak(readings, chips) -> None:
    shares = {reading.id: reading.share(chips[reading.chip]) for reading in readings.values()}
    assert {name: share for name, share in shares.items() if not 0.25 < share < 1} == {}
    assert {r.quantity for r in readings.values()} == set(QUANTITIES)


def test_the_chips_that_the_controls_turn_on_have_been_measured(readings) -> None:
    measured = Counter((reading.chip, reading.quantity) for reading in readings.values())
    for chip in ("H100 SXM", "H200 SXM", "H20", "B200", "Ascend 910B", "Ascend 910C"):
        assert measured[chip, "compute"], chip
    for chip in ("H100 SXM", "H200 SXM", "H20", "B200"):
        assert measured[chip, "bandwidth"], chip


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("h100-own-matmul", 0.807),  # 798 of 989 TFLOP/s
        ("h100-own-copy", 0.896),  # 3.0 of 3.35 TB/s
        ("h200-own-copy", 0.896),  # 4.3 of 4.8 TB/s
        ("h100-mamf-fp8", 0.709),  # of the FP8 peak, as its table says
        ("h20-matmul-cloud", 0.961),  # 142.25 of 148 TFLOP/s
        ("h20-fa3-prefill", 0.853),  # FP16 has the peak of BF16
        ("ascend-910c-mla-memory", 0.841),  # a share as published
    ],
)
def test_shares_of_peak(readings, chips, name: str, share: float) -> None:
    assert readings[name].share(chips[readings[name].chip]) == pytest.approx(share, abs=0.001)


def test_own_readings_without_a_log_are_no_data(readings) -> None:
    own = [reading for reading in readings.values() if not reading.url]
    assert {reading.chip for reading in own} == {"H100 SXM", "H200 SXM"}
    assert {reading.tier for reading in own} == {"inferred"}


def test_a_reading_of_one_chip_is_not_set_against_another(readings, chips) -> None:
    with pytest.raises(ValueError, match="h100-own-copy is a reading of H100 SXM, not of H20"):
        readings["h100-own-copy"].share(chips["H20"])


GOOD = {
    **dict.fromkeys(COLUMNS, "words"), "id": "a", "quantity": "compute", "peak": "compute", "precision": "bf16",
    "value": "100", "unit": "TFLOP/s", "url": "https://a.org", "as_of": "2026-11", "tier": "data",
}  # fmt: skip


def written(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "list.csv"
    lines = [",".join(COLUMNS), *(",".join(row[column] for column in COLUMNS) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_good_row_is_read(tmp_path: Path) -> None:
    (reading,) = read_readings(written(tmp_path, GOOD))
    assert (reading.value, reading.unit, reading.tier, reading.note) == (100.0, "TFLOP/s", "data", "words")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"value": "many"}, "value must be a number above 0 and up to 100000, not 'many'"),
        ({"value": "nan"}, "value must be a number above 0 and up to 100000, not 'nan'"),
        ({"value": "-1"}, "value must be a number above 0 and up to 100000, not '-1'"),
        ({"unit": "share", "value": "1.2"}, "value must be at most 1, being a share, not '1.2'"),
        ({"unit": "TB/s"}, "unit must be TFLOP/s or share against the compute peak, not 'TB/s'"),
        (
            {"quantity": "speed"},
            "quantity must be one of compute, bandwidth, engine, prefill, decode, training, not 'speed'",
        ),
        ({"peak": "link"}, "peak must be one of compute, memory, not 'link'"),
        (
            {"precision": ""},
            "precision must be one of bf16, fp16, fp8, int8 (or empty against the memory peak), not ''",
        ),
        ({"tier": "rumor"}, "tier must be one of data, inferred, judgment, not 'rumor'"),
        ({"as_of": "May"}, "as_of must be a date such as 2026, 2026-11 or 2026-11-28, not 'May'"),
        ({"chip": ""}, "chip must be filled in, not ''"),
        ({"id": "A b"}, "id must be lower-case words joined by hyphens, not 'A b'"),
        (
            {"url": ""},
            "url must be an address that begins with https:// (empty only where the tier is not data), not ''",
        ),
    ],
)
def test_a_wrong_cell_is_refused_by_row_and_column(wrong: dict[str, str], message: str, tmp_path: Path) -> None:
    path = written(tmp_path, {**GOOD, "id": "b"}, {**GOOD, **wrong})
    with pytest.raises(ValueError, match=r"^list\.csv row 3") as error:
        read_readings(path)
    assert str(error.value) == f"list.csv row 3: {message}"


def test_a_name_stands_once_and_every_column_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"list\.csv row 3: id must be a name that no row above has, not 'a'"):
        read_readings(written(tmp_path, GOOD, GOOD))
    path = tmp_path / "list.csv"
    path.write_text(READINGS.read_text(encoding="utf-8").replace("as_of", "date", 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"list\.csv row 1: there is no column as_of"):
        read_readings(path)
