"""Results as tables of text."""

import pytest

from calibration import rows, tables
from calibration.record import ids, read

MEASURED = [name for name in ids() if read(name).kind == "measured"]


@pytest.mark.parametrize("name", ids())
def test_every_result_is_shown_whole(name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "300")
    tables.result(read(name))
    said = capsys.readouterr().out
    assert name in said
    if read(name).kind == "readings":
        assert all(row["id"] in said for row in read(name).readings)
    else:
        assert all(lever.label in said for lever in read("literature").levers)


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_result_prints_its_weights_and_what_it_misses(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "300")
    found = read(name)
    tables.result(found)
    said = capsys.readouterr().out
    for update in (*found.hardware, *found.gains, *found.frontier):
        line = next(line for line in said.splitlines() if line.startswith(update.label))
        assert f" {update.weight:.2g} " in line, line
    assert said.count("missed by") == sum(not check["inside"] for check in found.checks)
    assert all(row["size"].replace("x", "×") in said for row in found.cells)


@pytest.mark.parametrize(
    ("value", "said"),
    [(9.54e10, "95.4 GFLOP/s"), (7.88e14, "788 TFLOP/s"), (2.5e-6, "2.5 µFLOP/s"), (0.5, "500 mFLOP/s")],
)
def test_rates_have_a_prefix(value: float, said: str):
    assert rows.rate(value, "FLOP/s") == said


def test_results_stand_side_by_side():
    records = [read(name) for name in MEASURED]
    sheet = rows.side_by_side(records)
    assert sheet.columns == ("", *MEASURED)
    assert all(len(row) == len(MEASURED) + 1 for row in sheet.rows)
    labels = [row[0] for row in sheet.rows]
    assert labels[:3] == ["α", "β", "γ"]


def test_what_was_not_fitted_is_a_dash():
    record = read(MEASURED[0]).model_copy(update={"fit": None})
    assert rows.side_by_side([record]).rows[0] == ("α", "–")
