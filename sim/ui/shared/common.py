"""What all pages share: the engine behind a cache, and charts with their tables."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scenarios import BASELINE, load
from scenarios.errors import InputError
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from sim.batch.evaluate import Progress
from sim.checks import MAX_RUNS
from sim.results.costs import ACCOUNT, Books, Cost, reference_of
from sim.results.run import Run
from sim.run import simulate
from sim.ui.shared import ahead, charts, choices, frames, uses
from sim.ui.shared.setup import Judge

_NO_WORDING = {"name": "unnamed", "title": "-", "story": "-", "question": "-", "sources": [{"title": "-"}]}
_ONE = Lock()
"""One simulation at a time: several at once take turns at every step, and all users wait for the last of them."""
FEWER = 256
"""Futures where many settings are simulated for one answer: enough for whole months on the same dice."""
EACH = 0.07
"""Roughly the seconds that so many futures take, for the estimates on buttons."""
SEED, UNTIL = 0, DEFAULT_HORIZON
SHOWN = frozenset({"capability", "flows_china", ACCOUNT, choices.SERIES, *uses.SERIES.values()})
"""Series that the page needs of a run: fewer are simulated faster."""
SHELF = 200
"""Settings whose accounts are at hand: they take two hundred kilobytes each, what they come to a few."""


def futures() -> int:
    """Futures per setting: POLARITY_FUTURES, or 512, fewer than on the command line for speed.

    Raises:
        InputError: when the variable is not a usable number.
    """
    text = os.environ.get("POLARITY_FUTURES", "512")
    if not text.isdecimal() or not 20 <= int(text) <= MAX_RUNS:
        raise InputError(f"POLARITY_FUTURES is {text!r}; give a whole number from 20 to {MAX_RUNS}")
    return int(text)


@st.cache_resource(show_spinner=False)
def specs() -> dict[str, charts.Spec]:
    """Chart specifications."""
    return charts.specs()


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


def view(spec: Scenario, judge: Judge = Judge(), most: int = MAX_RUNS) -> frames.View:  # noqa: B008 - frozen
    """What the page shows of a scenario; simulated once per setting, for all users."""
    ahead.heard()
    return _view(spec.canonical(), min(futures(), most), SEED, UNTIL, judge)


def usual(spec: Scenario) -> frames.View:
    """What the page shows of a scenario by the usual judgment, without a look at what is simulated ahead."""
    found = _view(spec.canonical(), futures(), SEED, UNTIL, Judge())
    costs_of(spec, Judge().year)
    return found


@st.cache_resource(max_entries=2000, show_spinner=False)
def _view(canonical: str, runs: int, seed: int, until: int, judge: Judge) -> frames.View:
    if canonical == load(BASELINE).canonical():
        return frames.view(baseline(canonical, runs, seed, until), judge)
    with _ONE:
        run = simulated(canonical, runs, seed, until, SHOWN)
        _shelved(canonical, runs, seed, until, judge.year)[:] = [Books.of(run, judge.year)]
        return frames.view(run, judge)


@st.cache_resource(max_entries=1, show_spinner=False)
def baseline(canonical: str, runs: int, seed: int, until: int) -> Run:
    """The one run that two pages read. A single entry: a run takes megabytes, what is shown of it kilobytes."""
    return simulated(canonical, runs, seed, until)


# ------------------------------------------------------------------------------------------------------------ costs
def costs_of(spec: Scenario, year: int, reference: Scenario | None = None) -> tuple[Cost, ...]:
    """What a scenario costs whom in a year, the largest first.

    Args:
        spec: the scenario.
        year: the year.
        reference: what it is counted against; by default its world under current policy, or with trade open.
    """
    one, other = spec.canonical(), "" if reference is None else reference.canonical()
    return _costs(one, other, futures(), SEED, UNTIL, year)


@st.cache_resource(max_entries=2000, show_spinner=False)
def _costs(canonical: str, other: str, runs: int, seed: int, until: int, year: int) -> tuple[Cost, ...]:
    other = other or reference_of(unworded(canonical)).canonical()
    mine, theirs = (_books(text, runs, seed, until, year) for text in (canonical, other))
    return mine.costs_against(theirs)


def _books(canonical: str, runs: int, seed: int, until: int, year: int) -> Books:
    """The accounts of a setting: of its view's simulation while they are at hand, else of another."""
    place = _shelved(canonical, runs, seed, until, year)
    if not place and canonical == load(BASELINE).canonical():
        place[:] = [Books.of(baseline(canonical, runs, seed, until), year)]
    if not place:
        with _ONE:
            place[:] = [Books.of(simulated(canonical, runs, seed, until, {ACCOUNT}), year)]
    return place[0]


@st.cache_resource(max_entries=SHELF, show_spinner=False)
def _shelved(canonical: str, runs: int, seed: int, until: int, year: int) -> list[Books]:
    """The place of a setting's accounts; empty until something simulates it."""
    return []


T = TypeVar("T")


def remembered(what: str, make: Callable[..., T], specs: tuple[Scenario, ...], *key: Hashable) -> T:
    """What `make` gives for some scenarios, made once per key for all users.

    Unlike a cached function it may draw its progress, and what is broken off leaves nothing behind. `make` gets the
    scenarios without their wording, and must know of the person who asks only what the key says.
    """
    texts = tuple(spec.canonical() for spec in specs)
    place: list[T] = _place((what, texts, key))
    if not place:
        place.append(make(*map(unworded, texts)))
    return place[0]


def has(what: str, specs: tuple[Scenario, ...], *key: Hashable) -> bool:
    """Whether `remembered` has it."""
    return bool(_place((what, tuple(spec.canonical() for spec in specs), key)))


@st.cache_resource(max_entries=700, show_spinner=False)
def _place(key: tuple[Hashable, ...]) -> list[Any]:
    return []


@contextmanager
def waiting(text: str, silent: int = 0) -> Iterator[Progress]:
    """Progress of a computation, as a bar where it has more than `silent` futures.

    Each report is also a place where the computation ends, when the person has left the page. A short computation makes
    none: whatever the server sends keeps the browser from drawing the charts.
    """
    place: list[DeltaGenerator] = []

    def told(done: int, total: int) -> None:
        if total > silent:
            place[:] = place or [st.empty()]
            place[0].progress(done / total, f"{text} …")

    yield told
    if place:
        place[0].empty()


def chart(name: str, tables: dict[str, Any], height: int, alt: str, key: str = "") -> None:
    """Draw a cached specification with the tables that it names; its own inline tables stay.

    The first table is the one that people see who ask for the chart's data.
    """
    spec = specs()[name]
    st.vega_lite_chart(
        {**spec, "datasets": {**tables, **spec.get("datasets", {})}},
        height=height,
        key=f"drawn_{key or name}",
        alt=alt,
    )
