"""`polarity forecast`: what it prints and writes, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.tables import DATA
from sim.forecast import sealed
from tests.forecast.conftest import DAY

SEAL = ("forecast", "seal", "--date", DAY, "--runs", 32)


@pytest.fixture
def folder(polarity: Callable, tmp_path: Path) -> Path:
    """A folder with a forecast of few futures."""
    assert polarity(*SEAL, "--folder", tmp_path / "sealed").code == 0
    return tmp_path / "sealed"


def test_sealing_writes_a_file_and_says_what_stands_in_it(polarity: Callable, tmp_path: Path) -> None:
    said = polarity(*SEAL, "--folder", tmp_path / "new")
    (path,) = (tmp_path / "new").iterdir()
    one = sealed.read(path)
    for part in (str(path), one.hash, f"Sealed on {DAY}", "32 futures", "US frontier", "Capital spending"):
        assert part in said.out, part


def test_sealing_as_json(polarity: Callable, tmp_path: Path) -> None:
    said = json.loads(polarity(*SEAL, "--folder", tmp_path, "--json").out)
    one = sealed.read(Path(said["path"]))
    assert (said["sha256"], said["questions"]) == (one.hash, len(one.questions))


def test_without_a_date_it_is_sealed_today(polarity: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    class Someday(dt.date):
        @classmethod
        def today(cls) -> dt.date:
            return dt.date.fromisoformat(DAY)

    monkeypatch.setattr(dt, "date", Someday)
    said = polarity("forecast", "seal", "--runs", 4, "--folder", tmp_path, "--json")
    assert sealed.read(Path(json.loads(said.out)["path"])).sealed == DAY


def test_the_same_quarters_are_sealed_again_only_under_another_name(polarity: Callable, folder: Path) -> None:
    (path,) = folder.iterdir()
    before = path.read_bytes()
    assert "never replaced" in polarity(*SEAL, "--folder", folder).refusal()
    assert polarity(*SEAL, "--folder", folder, "--name", "second").code == 0
    assert path.read_bytes() == before
    assert f"{path.stem}-second" in {each.stem for each in folder.iterdir()}


def test_the_list_names_every_forecast_with_its_hash(polarity: Callable, folder: Path) -> None:
    one = sealed.every(folder)[0]
    said = polarity("forecast", "list", "--folder", folder)
    assert one.name in said.out
    assert one.hash in said.out
    (row,) = json.loads(polarity("forecast", "list", "--folder", folder, "--json").out)
    assert (row["name"], row["sha256"], row["sealed"]) == (one.name, one.hash, DAY)
    assert len(row["questions"]) == len(one.questions)


def test_a_score_as_json_has_an_object_for_each_question(polarity: Callable, folder: Path) -> None:
    (found,) = json.loads(polarity("forecast", "score", "--folder", folder, "--json").out)
    assert (found["answered"], found["inside90"], found["relative_crps"]) == (0, None, None)
    for row in found["questions"]:
        assert row.keys() >= {"quantiles", "outcome", "crps", "naive_crps", "inside90"}
        assert len(row["quantiles"]) == len(sealed.LEVELS)
        assert row["outcome"] is row["crps"] is row["naive_crps"] is row["inside90"] is None


def test_a_score_for_people(polarity: Callable) -> None:
    """Of what is sealed in the repository, against its own data."""
    said = polarity("forecast", "score")
    assert said.code == 0
    for part in ("sealed", "questions answered", "2026-Q4_2027-Q3", "US frontier", "CRPS"):
        assert part in said.out, part


def test_a_changed_file_is_refused_by_list_and_score(polarity: Callable, folder: Path) -> None:
    (path,) = folder.iterdir()
    path.write_text(path.read_text(encoding="utf-8").replace(f'"{DAY}"', '"2026-01-01"', 1), encoding="utf-8")
    for command in ("list", "score"):
        assert "was changed after it was sealed" in polarity("forecast", command, "--folder", folder).refusal()


def test_what_is_not_there_is_refused_in_words(polarity: Callable, folder: Path, tmp_path: Path) -> None:
    assert "no such folder" in polarity("forecast", "list", "--folder", tmp_path / "none").refusal()
    assert "no such folder" in polarity("forecast", "score", "--data", tmp_path / "none").refusal()
    assert "unknown forecast 'other'" in polarity("forecast", "score", "other", "--folder", folder).refusal()
    assert "is no day" in polarity("forecast", "seal", "--date", "tomorrow", "--folder", tmp_path).refusal()
    assert "name is" in polarity(*SEAL, "--name", "a/b", "--folder", tmp_path).refusal()


def test_an_empty_folder_has_no_forecast(polarity: Callable, tmp_path: Path) -> None:
    assert "No forecast is sealed here" in polarity("forecast", "list", "--folder", tmp_path).out
    assert polarity("forecast", "score", "--folder", tmp_path).out.startswith("No forecast is sealed yet.")
    assert json.loads(polarity("forecast", "score", "--folder", tmp_path, "--json").out) == []


def test_a_score_takes_another_edition_of_the_data(polarity: Callable, folder: Path) -> None:
    assert polarity("forecast", "score", "--folder", folder, "--data", DATA).code == 0


def test_without_a_command_the_help_stands_there(polarity: Callable) -> None:
    assert "score" in polarity("forecast").out
