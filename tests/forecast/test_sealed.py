"""Files of sealed forecasts: complete, never replaced, and refused when somebody changed them."""

import hashlib
import json
from pathlib import Path

import pytest

from scenarios.errors import InputError
from sim.batch import identity
from sim.forecast import sealed
from sim.forecast.sealed import Forecast

KEPT = sorted(sealed.FOLDER.glob("*.json"))


def changed(path: Path, **cells: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **cells}), encoding="utf-8")


def test_what_is_read_is_what_was_sealed(forecast: Forecast, tmp_path: Path) -> None:
    path = sealed.write(forecast, tmp_path / "new")
    assert path.name == f"{forecast.first}_{forecast.last}.json"
    assert sealed.read(path) == forecast
    assert sealed.every(tmp_path / "new") == [forecast]


def test_the_hash_is_sha_256_of_the_canonical_content(forecast: Forecast, tmp_path: Path) -> None:
    content = json.loads(sealed.write(forecast, tmp_path).read_text(encoding="utf-8"))
    said = content.pop("sha256")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert said == forecast.hash == hashlib.sha256(text.encode()).hexdigest()


def test_blanks_and_the_order_of_keys_do_not_matter(forecast: Forecast, tmp_path: Path) -> None:
    path = sealed.write(forecast, tmp_path)
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(content.items())), indent=4), encoding="utf-8")
    assert sealed.read(path) == forecast


def test_a_changed_file_is_refused(forecast: Forecast, tmp_path: Path) -> None:
    path = sealed.write(forecast, tmp_path)
    changed(path, sealed="2026-10-01")
    with pytest.raises(InputError, match="was changed after it was sealed"):
        sealed.read(path)
    path.unlink()
    content = json.loads(sealed.write(forecast, tmp_path).read_text(encoding="utf-8"))
    content["questions"][0]["quantiles"][20] += 0.001
    changed(path, questions=content["questions"])
    with pytest.raises(InputError, match="was changed after it was sealed"):
        sealed.every(tmp_path)


def test_what_is_no_forecast_is_refused_in_words(forecast: Forecast, tmp_path: Path) -> None:
    path = tmp_path / "2026-Q4_2027-Q3.json"
    for text, words in (("{", "cannot be read"), ("[]", "has no sha256"), ('{"a": 1}', "has no sha256")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=words):
            sealed.read(path)
    content = {"format": 2}
    path.write_text(json.dumps({**content, "sha256": sealed.content_hash(content)}), encoding="utf-8")
    with pytest.raises(InputError, match="not a sealed forecast of this version"):
        sealed.read(path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"sealed":', '"sealed": "2026-10-01", "sealed":', "the field 'sealed' stands twice"),
        ('"asks":', '"asks": "Something else?", "asks":', "the field 'asks' stands twice"),
        ("{", "[" * 100_000, "cannot be read as a sealed forecast"),
        ('"sealed":', '"note": "\\ud800", "sealed":', "cannot be read as a sealed forecast"),
    ],
)
def test_a_file_that_reads_otherwise_than_it_counts_is_refused(
    forecast: Forecast, tmp_path: Path, old: str, new: str, expected: str
) -> None:
    path = sealed.write(forecast, tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=expected):
        sealed.read(path)


@pytest.mark.parametrize(
    ("cells", "expected"), [({"runs": "64"}, "was changed after it"), ({"questions": None}, "give a finite number")]
)
def test_a_hash_that_was_made_again_does_not_make_other_content_valid(
    forecast: Forecast, tmp_path: Path, cells: dict[str, object], expected: str
) -> None:
    path = sealed.write(forecast, tmp_path)
    content = json.loads(path.read_text(encoding="utf-8")) | cells
    if content["questions"] is None:
        content["questions"] = [{**forecast.questions[0].model_dump(mode="json"), "mean": float("inf")}]
    changed(path, **(content | {"sha256": sealed.content_hash(content)}))
    with pytest.raises(InputError, match=expected):
        sealed.read(path)


def test_a_renamed_file_is_refused(forecast: Forecast, tmp_path: Path) -> None:
    path = sealed.write(forecast, tmp_path)
    with pytest.raises(InputError, match="rename the file"):
        sealed.read(path.rename(tmp_path / "better.json"))


def test_a_forecast_is_never_replaced(forecast: Forecast, tmp_path: Path) -> None:
    sealed.write(forecast, tmp_path)
    with pytest.raises(InputError, match="never replaced; give the new one a --name"):
        sealed.write(forecast, tmp_path)
    assert sealed.every(tmp_path) == [forecast]


@pytest.mark.parametrize("name", ["../up", "Second", "a b", "x" * 41])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="lower-case letters"):
        sealed.file_name("2026-Q4", "2027-Q3", name)


def test_a_further_forecast_of_the_same_quarters_has_a_name() -> None:
    assert sealed.file_name("2026-Q4", "2027-Q3", "second") == "2026-Q4_2027-Q3-second"


def test_quantiles_that_fall_are_refused(forecast: Forecast) -> None:
    content = forecast.model_dump(mode="json")
    content["questions"][0]["quantiles"].reverse()
    with pytest.raises(ValueError, match="never fall"):
        Forecast.model_validate(content)


# --- the committed files -----------------------------------------------------------------------------------------
def test_the_first_forecast_is_kept() -> None:
    assert "2026-Q4_2027-Q3" in {path.stem for path in KEPT}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_kept_forecasts_are_as_they_were_sealed(path: Path) -> None:
    one = sealed.read(path)
    for question in one.questions:
        assert question.quarter > one.data_until, question.id
        assert question.answered_from > one.sealed, "nothing is asked that could be answered on the day"
        assert question.quarter > question.known_quarter


def test_a_sealed_forecast_changes_no_result() -> None:
    """Otherwise sealing would change the engine whose name stands in the file."""
    names = [path.relative_to(identity.ROOT).as_posix() for path in identity._files()]
    assert names
    assert not [name for name in names if name.startswith(("scenarios/forecasts", "sim/forecast"))]


def test_the_first_forecast_has_the_hash_of_the_day_it_was_sealed() -> None:
    """Written down a second time, so that a file and its hash cannot be changed together unnoticed."""
    assert sealed.read(sealed.FOLDER / "2026-Q4_2027-Q3.json").hash == FIRST_HASH


FIRST_HASH = "68007b416906427eca609bce23f099eabd07cb3c9af12fc629debdcc74b90d4f"
