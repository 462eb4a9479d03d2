"""A sealed forecast: what stands in its file, and the hash that shows whether somebody changed it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import scenarios
from scenarios.errors import InputError, from_validation, shown
from scenarios.quarters import Quarter
from scenarios.tables import Day
from sim.batch.identity import digest

FOLDER = Path(scenarios.__file__).parent / "forecasts"
"""Where sealed forecasts are kept."""
LEVELS = tuple((np.arange(1, 40) / 40).tolist())
"""Levels of the quantiles in a file: 2.5 to 97.5% in steps of 2.5."""
HASH_DIGITS = 64
"""Hexadecimal digits of SHA-256."""
_NAME = re.compile(r"[a-z0-9_]{1,40}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NaiveForecast(_Part):
    """The forecast without a model that a question is scored against."""

    method: Literal["last_value", "trend"]
    past_errors: int = Field(ge=0)
    quantiles: tuple[float, ...]


class Question(_Part):
    """A question with the distribution that was sealed for it, in its unit."""

    id: str
    asks: str
    subject: str
    period: str
    quarter: Quarter
    """The quarter at whose end the period ends."""
    unit: str
    scale: str
    table: str
    row: str
    column: str
    source: str
    answered_from: Day
    """The first date of a source that may answer."""
    known_quarter: Quarter
    """The last earlier period with a figure when the forecast was sealed, and the figure."""
    known_value: float
    mean: float
    quantiles: tuple[float, ...]
    naive: NaiveForecast

    def at(self, level: float) -> float:
        """The quantile at one of `LEVELS`."""
        return self.quantiles[LEVELS.index(level)]


class Forecast(_Part):
    """A sealed forecast of current policy for four quarters."""

    format: Literal[1] = 1
    name: str
    first: Quarter
    last: Quarter
    sealed: Day
    data_until: Quarter
    scenario: str
    scenario_digest: str
    history_draws: str
    polarity: str
    engine: str
    platform: dict[str, str]
    runs: int = Field(ge=1)
    seed: int = Field(ge=0)
    levels: tuple[float, ...]
    questions: tuple[Question, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.levels != LEVELS:
            raise ValueError("levels are not 2.5 to 97.5% in steps of 2.5")
        for question in self.questions:
            for points in (question.quantiles, question.naive.quantiles):
                if len(points) != len(LEVELS) or list(points) != sorted(points):
                    raise ValueError(f"{question.id}: needs {len(LEVELS)} quantiles that never fall")
        if len({question.id for question in self.questions}) < len(self.questions):
            raise ValueError("a question is asked twice")
        return self

    @property
    def hash(self) -> str:
        """SHA-256 over the canonical content: JSON with sorted keys and without blanks."""
        return content_hash(self.model_dump(mode="json"))


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of a file's content without the hash that stands in it."""
    return digest({key: value for key, value in content.items() if key != "sha256"}, HASH_DIGITS)


def file_name(first: str, last: str, name: str = "") -> str:
    """The name of a forecast, from its quarters and what tells it from another one of the same quarters.

    Raises:
        InputError: for a name of other characters than lower-case letters, digits and underscores.
    """
    if name and not _NAME.fullmatch(name):
        raise InputError(f"name is {shown(name)}; use lower-case letters, digits and underscores, 40 at most")
    return f"{first}_{last}" + (f"-{name}" if name else "")


def path_of(forecast_name: str, folder: Path = FOLDER) -> Path:
    """Where a forecast of this name stands; a forecast is never written over another one.

    Raises:
        InputError: when there is one already.
    """
    path = folder / f"{forecast_name}.json"
    if path.exists():
        raise InputError(
            f"{path}: these quarters have a sealed forecast, which is never replaced; give the new one a --name"
        )
    return path


def write(forecast: Forecast, folder: Path = FOLDER) -> Path:
    """Write a forecast with its hash into a folder, which is made.

    Raises:
        InputError: when one of the same name is there, or the folder cannot be written.
    """
    path = path_of(forecast.name, folder)
    content = forecast.model_dump(mode="json")
    content["sha256"] = forecast.hash
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:  # refused also if somebody sealed one in the meantime
            file.write(_lines(content))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); give another --folder") from error
    return path


def _lines(content: dict[str, Any]) -> str:
    """JSON with a line for each list of numbers, so that a reader can follow it."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return re.sub(r"\[[^\[\]{}\"]*\]", lambda found: re.sub(r"\s+", " ", found[0]), text) + "\n"


def read(path: Path) -> Forecast:
    """A sealed forecast, if its content is what was sealed.

    Raises:
        InputError: when the file cannot be read, is none, or was changed after it was sealed.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_each_once)
        found = content_hash(content) if isinstance(content, dict) else ""
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as a sealed forecast ({error})") from error
    if not isinstance(content, dict) or not isinstance(content.get("sha256"), str):
        raise InputError(f"{path}: is not a sealed forecast; it has no sha256")
    said = content.pop("sha256")
    if found != said:
        raise _changed(path)
    try:
        forecast = Forecast.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{path}: is not a sealed forecast of this version: {from_validation(error)}") from error
    if forecast.hash != said:  # numbers as text, or whole ones where the seal has decimals
        raise _changed(path)
    if forecast.name != path.stem:
        raise InputError(f"{path}: holds the forecast {forecast.name}; rename the file to {forecast.name}.json")
    return forecast


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of a field that stands twice, a reader sees one value and a program the other."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the field {shown(next(n for n in names if names.count(n) > 1))} stands twice")
    return found


def _changed(path: Path) -> InputError:
    return InputError(f"{path}: was changed after it was sealed; its SHA-256 is another. Restore the sealed file")


def every(folder: Path = FOLDER) -> list[Forecast]:
    """All sealed forecasts of a folder, the first sealed first.

    Raises:
        InputError: when one of them cannot be read or was changed.
    """
    found = [read(path) for path in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda forecast: (forecast.sealed, forecast.name))
