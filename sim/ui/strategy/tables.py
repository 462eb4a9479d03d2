"""Tables of packages, simulated once per setting for all visitors, in the background and with their progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scenarios.schema import Scenario
from sim.analysis.strategy import Strategy, strategy
from sim.ui.shared import common, work
from sim.ui.strategy.wishes import PLAYERS

MINUTES = {"two": "about ten seconds", "all": "about a minute"}
"""Roughly how long a table takes on two processors."""
PATIENCE = 120.0
"""Seconds after which a table that nobody waits for any more is given up."""
POLL = 0.1
_THREADS = ThreadPoolExecutor(2, "tables")


class Left(Exception):
    """Nobody waits for a table any more."""


class Table:
    """The place of one table: empty, on its way, or there. What fails leaves it empty."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._job: Future[Strategy] | None = None
        self._seen = 0.0
        self.share = 0.0
        """How much of it is simulated, from 0 to 1."""

    @property
    def known(self) -> bool:
        """Whether it is there."""
        job = self._job
        return job is not None and job.done() and job.exception() is None

    def begin(self, make: Callable[[Callable[[int, int], None]], Strategy]) -> Future[Strategy]:
        """Have it made, unless somebody does so already; `make` is called with a function that takes the progress."""
        with self._lock:
            self.look()
            if self._job is None or (self._job.done() and self._job.exception() is not None):
                self.share = 0.0
                self._job = _THREADS.submit(make, self._told)
            return self._job

    def look(self) -> None:
        """Say that somebody still waits."""
        self._seen = time.monotonic()

    def _told(self, done: int, total: int) -> None:
        self.share = done / total
        if time.monotonic() - self._seen > PATIENCE:
            raise Left


def runs() -> int:
    """Futures of every combination: those of `polarity strategy`, or fewer where the app has fewer."""
    return min(common.futures(), common.FEWER)


def of(spec: Scenario, players: str, bar: DeltaGenerator) -> Strategy:
    """The table of a setting under its own name; waits for it and draws the progress.

    Args:
        spec: the scenario over which packages are laid.
        players: a key of `PLAYERS`.
        bar: an empty place for the progress. It is there in every run: what comes after it keeps its place, and so
            the focus.

    Raises:
        Exception: whatever kept the table from being simulated.
    """
    canonical, count = spec.canonical(), runs()
    place = (_of_two if players == "two" else _of_all)(canonical, count)
    pool = common.analysts()

    def make(told: Callable[[int, int], None]) -> Strategy:
        bare = work.unworded(canonical)
        return strategy(bare, PLAYERS[players], runs=count, seed=common.SEED, executor=pool, progress=told)

    while True:
        job = place.begin(make)
        _wait(place, job, players, bar)
        try:
            found = job.result()
        except Left:
            continue  # given up in the moment in which somebody came for it
        return replace(found, cells=replace(found.cells, spec=spec))


def _wait(place: Table, job: Future[Strategy], players: str, bar: DeltaGenerator) -> None:
    """Draw the progress until the table is there; leaving the page ends the waiting and not the work."""
    if job.done():
        return
    while not job.done():
        place.look()
        bar.progress(place.share, f"Simulating every combination of packages, {MINUTES[players]} …")
        time.sleep(POLL)
    bar.empty()


@st.cache_resource(max_entries=24, show_spinner=False)
def _of_two(canonical: str, count: int) -> Table:
    """The place of a table of the two superpowers: two megabytes."""
    return Table()


@st.cache_resource(max_entries=3, show_spinner=False)
def _of_all(canonical: str, count: int) -> Table:
    """The place of a table of four players: forty-four megabytes."""
    return Table()
