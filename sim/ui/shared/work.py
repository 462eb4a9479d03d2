"""What worker processes do for the pages: simulate, and keep of it what a page shows."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np

from scenarios import BASELINE, load
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from sim import reasons as told
from sim.analysis import answers, board as boards
from sim.analysis.board import Board
from sim.reasons import Chosen
from sim.results.costs import ACCOUNT, Books
from sim.results.paired import Paired
from sim.results.run import Run
from sim.run import simulate
from sim.ui.shared import choices, frames, uses
from sim.ui.shared.setup import Judge

T = TypeVar("T")
_NO_WORDING = {"name": "unnamed", "title": "-", "story": "-", "question": "-", "sources": [{"title": "-"}]}
SEED = 0
SHOWN = frozenset({"capability", "flows_china", ACCOUNT, choices.SERIES, *uses.SERIES.values()})
"""Series that a page needs of a run that it shows: fewer are simulated faster."""


def unworded(canonical: str) -> Scenario:
    """The scenario of a canonical text, with nobody's wording.

    Caches are shared by all users. What they hold is made from their keys alone, so that no name, title or story of the
    person who asked first can reach another.
    """
    return Scenario.model_validate({**_NO_WORDING, **json.loads(canonical)})


def simulated(canonical: str, runs: int, seed: int, until: int, keep: Collection[str] = "results") -> Run:
    """A run of a cache's key. Numbers that are not finite are refused at its end, in one line, without warnings before.

    Raises:
        FloatingPointError: where there are some.
    """
    with np.errstate(all="ignore"):
        return simulate(unworded(canonical), runs=runs, seed=seed, until=until, keep=keep)


def of_run(
    make: Callable[[Run], T], canonical: str, runs: int, seed: int, until: int, keep: Collection[str] = "results"
) -> T:
    """What `make` gives for a run of a cache's key; the run itself is not kept."""
    return make(simulated(canonical, runs, seed, until, keep))


def part(canonical: str, first: int, runs: int, seed: int, until: int, keep: Collection[str]) -> Run:
    """Some members of a run: workers that have nothing else to do share one that somebody waits for."""
    with np.errstate(all="ignore"):
        return simulate(unworded(canonical), runs=runs, seed=seed, until=until, first=first, keep=keep)


def joined(parts: Sequence[Run]) -> Run:
    """Members that were simulated apart as one run: what they hold does not depend on who stood beside whom."""
    series = {name: np.concatenate([part.series[name] for part in parts], axis=-1) for name in parts[0].series}
    drawn = {name: np.concatenate([part.parameters[name] for part in parts]) for name in parts[0].parameters}
    return replace(parts[0], series=series, parameters=drawn)


def views(judges: Sequence[Judge], run: Run) -> tuple[list[frames.View], Books]:
    """What pages show of a run, by several judges of one year, and its accounts of that year."""
    return [frames.view(run, judge) for judge in judges], Books.of(run, judges[0].year)


def books(year: int, run: Run) -> Books:
    """The accounts of a run."""
    return Books.of(run, year)


def reasons(canonical: str, year: int, runs: int) -> tuple[Chosen, ...]:
    """Why the actors of a setting choose as they do at the turn of a year."""
    return told.reasons(unworded(canonical), year, runs, SEED)


def unanswered(canonical: str, base: str, runs: int) -> Paired:
    """What a setting does to the lead if every actor is held to what it decides in another one."""
    return answers.unanswered(unworded(canonical), unworded(base), runs, SEED)


def board(canonical: str, base: str, actor: str, year: int, runs: int) -> Board:
    """What a setting changes for one actor against another setting; both are nameless."""
    return boards.board(actor, unworded(canonical), unworded(base), year, runs, SEED)


def prepare(runs: int) -> None:
    """Make a new process ready: what every simulation needs is loaded, drawn and known."""
    with suppress(Exception):  # a page says what is wrong when it asks for the same
        of_run(partial(views, [Judge()]), load(BASELINE).canonical(), runs, SEED, DEFAULT_HORIZON, SHOWN)
    gc.collect()
    gc.freeze()
