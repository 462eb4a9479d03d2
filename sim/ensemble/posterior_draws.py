"""The default ensemble: parameters that fit the past, as draws that are shipped with the project.

Each file in `scenarios/draws` holds equally weighted draws of the normal scores of all parameters, weighed by the
record up to one quarter; `polarity weights --make` remakes it. Whole numbers of 1/4096 of a standard deviation are
kept, which loses nothing that matters and halves the file.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from scenarios.errors import InputError
from scenarios.parameters import parameters
from scenarios.schema import Scenario
from sim import checkout
from sim.ensemble.rng import Array, Streams
from sim.short import Short

FOLDER = checkout.ROOT / "scenarios" / "draws"
STEPS_PER_SD = 4096


@dataclass(frozen=True, repr=False)
class Weighed(Short):
    """Shipped draws, weighed by the record up to a quarter."""

    facts: dict[str, Any]
    """How they were made, their effective number, and what moved: the file beside them."""
    scores: Array
    """(columns, draws) normal scores of the parameters."""
    digest: str
    """Sixteen hexadecimal digits that name the content of both files."""

    @property
    def columns(self) -> list[int]:
        """Sobol columns of the rows."""
        return [row["column"] for row in self.facts["parameters"]]


def edges() -> tuple[str, ...]:
    """Quarters up to which weighed draws are shipped."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def weighed(data_until: str) -> Weighed:
    """The shipped draws for a quarter.

    Raises:
        InputError: when there are none for it.
    """
    path = FOLDER / f"{data_until}.json"
    if not path.is_file():
        raise InputError(
            f"no draws weighed by history are shipped for data_until {data_until}; "
            f"choose from: {', '.join(edges()) or 'none, the folder scenarios/draws is empty'}; "
            "or set `weighting: none` to draw from the priors of the time"
        )
    try:
        text, packed = path.read_bytes(), path.with_suffix(".npy").read_bytes()
        scores: NDArray[np.int16] = np.load(BytesIO(packed))
        return Weighed(json.loads(text), scores / STEPS_PER_SD, _digest(text + packed))
    except (OSError, ValueError) as error:
        raise InputError(
            f"scenarios/draws/{data_until}: cannot be read ({error}); "
            + checkout.advice(
                f"remake it with `polarity weights --make --data-until {data_until}`",
                f"to repair it: {checkout.anew()}",
            )
        ) from error


def digest(spec: Scenario) -> str:
    """Sixteen hexadecimal digits that name the draws of a scenario; empty where it is not weighed by history."""
    if spec.weighting == "none":
        return ""
    return _digest((FOLDER / f"{spec.data_until}.npy").read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def draws_of(spec: Scenario) -> int | None:
    """How many draws of the parameters a scenario's futures have; None where every future has its own."""
    return weighed(spec.data_until).scores.shape[1] if spec.weighting == "history" else None


def check_folder() -> None:
    """Refuse before the work is done if draws cannot be written.

    Raises:
        InputError: naming the folder.
    """
    if not checkout.is_checkout():
        raise InputError(
            "weights: --make replaces the draws that belong to this version of Polarity, which is done in its source "
            "code and not in an installed package; `polarity weights` shows those that are here"
        )
    try:
        FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"{FOLDER}: cannot be made ({error.strerror})") from error
    if not os.access(FOLDER, os.W_OK | os.X_OK):
        raise InputError(f"{FOLDER}: nothing may be written there; take a copy of the source of your own")


def keep(data_until: str, scores: Array, facts: dict[str, Any]) -> Path:
    """Write draws and the facts about them."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{data_until}.json"
    np.save(path.with_suffix(".npy"), np.round(scores * STEPS_PER_SD).astype(np.int16))
    path.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    weighed.cache_clear()
    return path


def points(spec: Scenario, streams: Streams) -> tuple[Array, Array]:
    """Points of the members of `streams` as normal scores and as uniforms, `(Sobol columns, members)` each.

    Weighed by history, a member has one of the shipped draws: an ensemble of their number has every draw once, and any
    part of it is spread over what follows from them. Columns that no draw covers keep their Sobol points, and so
    do parameters that the scenario sets or gives another distribution: what history says was said about ours.
    """
    u = streams.sobol()
    z = np.asarray(ndtri(u))
    if spec.weighting == "history":
        shipped = weighed(spec.data_until)
        own = {parameters()[name].dim for name in spec.parameters}
        rows = np.array([row for row, column in enumerate(shipped.columns) if column not in own])
        columns = [shipped.columns[row] for row in rows]
        z[columns] = shipped.scores[np.ix_(rows, streams.picks(shipped.scores.shape[1]))]
        u[columns] = ndtr(z[columns])
    return z, u
