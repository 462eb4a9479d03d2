"""A committed result is what its log gives by today's rules, and making it again needs no torch."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from calibration import remake
from calibration.log import Log, LogError
from calibration.record import RESULTS, CalibrationError, ids, read
from calibration.roofline import read_chips

CHIPS = read_chips(Path(__file__).resolve().parents[2] / "scenarios/data/chips.csv")
MEASURED = [name for name in ids() if read(name).kind == "measured"]
OF_THE_CATALOGUE = {"roofline", "checks"}
"""Parts that a changed chip catalogue may change too."""


@pytest.mark.parametrize("name", MEASURED)
def test_a_committed_result_is_what_its_log_gives(name: str):
    found = read(name)
    again = remake.remade(found, RESULTS, CHIPS)
    assert set(remake.changed(found, again)) <= OF_THE_CATALOGUE
    assert again.checksum == ""
    kept = {"id", "made", "device", "summary", "prior", "provenance", "fit"}
    assert again.model_dump(include=kept) == found.model_dump(include=kept)


def test_what_changed_is_named():
    found = read(MEASURED[0])
    assert remake.changed(found, found.model_copy(update={"shifts": (), "checksum": "another"})) == ("shifts",)


def test_rounding_is_no_change():
    assert remake.alike({"a": [1.0, None]}, {"a": [1.0 + 1e-12, None]})
    assert not remake.alike({"a": [1.0]}, {"a": [1.0 + 1e-6]})
    assert not remake.alike({"a": 1.0}, {"b": 1.0})
    assert not remake.alike([1.0], [1.0, 2.0])


def test_another_log_is_refused(tmp_path: Path):
    found = read(MEASURED[0])
    path = tmp_path / found.provenance.log
    shutil.copyfile(RESULTS / path.name, path)
    with path.open("a") as file:
        file.write("\n")
    with pytest.raises(CalibrationError, match="SHA-256 differs"):
        remake.remade(found, tmp_path, CHIPS)


def test_the_literature_has_no_log():
    with pytest.raises(CalibrationError, match="literature was not measured"):
        remake.remade(read("literature"), RESULTS, CHIPS)


def test_a_file_that_names_no_campaign_is_no_log(tmp_path: Path):
    path = tmp_path / "log.jsonl"
    for content in ("", '{"part": "bench"}\n'):
        path.write_text(content)
        with pytest.raises(LogError, match="does not say which campaign"):
            Log.finished(path)


def test_it_needs_no_torch():
    code = "import sys, calibration.remake; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=RESULTS.parents[1], check=False).returncode == 0


def test_a_single_number_is_no_result_to_make_again():
    with pytest.raises(CalibrationError, match=f"give the result: {MEASURED[0]}"):
        remake.remade(read(f"{MEASURED[0]}:rl_size"), RESULTS, CHIPS)
