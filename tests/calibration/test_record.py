"""Results are read whole or refused: what is missing or damaged is named, with what there is instead."""

import hashlib
import json
from pathlib import Path

import pytest

from calibration import record
from calibration.record import RESULTS, CalibrationError, CalibrationRecord, checksum, ids, read, write

MEASURED = [name for name in ids() if read(name).kind == "measured"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of results of its own, with the literature in it."""
    (tmp_path / "literature.json").write_text((RESULTS / "literature.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    read.cache_clear()
    yield tmp_path
    read.cache_clear()


def content() -> dict:
    return json.loads((RESULTS / "literature.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ids())
def test_every_committed_result_can_be_read(name: str):
    found = read(name)
    assert found.id == name
    assert {(f.quantity, f.vendor) for f in found.fractions} >= {("compute", "nvidia"), ("compute", "other")}


def test_there_is_a_measured_result():
    assert MEASURED


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_result_has_its_raw_log_and_says_how_it_was_made(name: str):
    found = read(name)
    assert found.prior == "literature"
    made = found.provenance
    assert hashlib.sha256((RESULTS / made.log).read_bytes()).hexdigest() == made.log_sha256
    assert made.command.startswith("polarity calibrate")
    assert made.versions["torch"]
    assert len(made.commit.split()[0]) == 40
    assert made.corpus["manifest"]
    logged = [json.loads(line) for line in (RESULTS / made.log).read_text().splitlines()]
    losses = {line["part"]: line["loss"] for line in logged if line.get("part", "").startswith("cell/")}
    assert losses
    assert {c["part"]: c["loss"] for c in found.cells if c["part"] in losses} == pytest.approx(losses, rel=1e-5)


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_result_moves_no_frontier_exponent(name: str):
    for row in read(name).frontier:
        assert abs(row.moved) < 0.01, row
    for shift in read(name).shifts:
        assert shift.parameter in {row.parameter for row in (*read("literature").levers, *read("literature").works)}


def test_an_unknown_result_lists_those_there_are():
    with pytest.raises(CalibrationError, match=r"unknown calibration result 'guesses'; choose from: .*literature"):
        read("guesses")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda c: json.dumps(c)[:200], "Expecting|Unterminated|delimiter"),
        (lambda c: json.dumps(c | {"summary": "another"}), "checksum"),
        (lambda c: json.dumps({k: v for k, v in c.items() if k != "checksum"}), "checksum"),
        (lambda c: json.dumps([c]), "checksum"),
        (lambda c: json.dumps(sealed(c | {"kind": "dreamt"})), "kind"),
        (lambda c: json.dumps(sealed(c | {"fractions": []})), "fractions"),
        (lambda c: json.dumps(sealed(c | {"id": "other"})), "calls itself 'other'"),
        (lambda c: json.dumps(sealed(c | {"hunch": 1})), "hunch"),
        (lambda c: "", "Expecting value"),
    ],
)
def test_a_damaged_result_is_an_error_that_lists_the_others(folder: Path, damage, says: str):
    whole = sealed(content() | {"id": "broken"})
    (folder / "broken.json").write_text(damage(whole), encoding="utf-8")
    with pytest.raises(CalibrationError, match=rf"broken\.json is damaged \(.*({says}).*\); choose from: literature"):
        read("broken")


def sealed(whole: dict) -> dict:
    return whole | {"checksum": checksum(whole)}


def test_what_is_written_is_what_is_read(folder: Path):
    before = CalibrationRecord.model_validate(content() | {"id": "mine"})
    path = write(before, folder)
    after = read("mine")
    assert after.model_dump(exclude={"checksum"}) == before.model_dump(exclude={"checksum"})
    assert [p.name for p in path.parent.glob("*.part")] == []
