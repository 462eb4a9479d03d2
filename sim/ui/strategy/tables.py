"""Tables of packages, simulated once per setting for all visitors, in the background and with their progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Lock

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scenarios.packages import Package
from scenarios.schema import Scenario
from sim.analysis.strategy import Strategy, strategy, tabled
from sim.batch.evaluate import Progress as Told
from sim.batch.executors import Pool
from sim.ui.shared import common, work
from sim.ui.strategy.wishes import ALL, PLAYERS, TWO, waiting

_WAITS = {
    TWO: "Simulating every combination of packages, about ten seconds …",
    ALL: "Simulating every combination of packages, about a minute …",
}
_WAITS_MORE = "Simulating packages that wait for a signpost, once for each date of a change, about ten seconds …"
"""What the progress says; roughly how long it takes on two processors."""
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

    def begin(self, make: Callable[[Told], Strategy]) -> Future[Strategy]:
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


def of(spec: Scenario, players: str, bar: DeltaGenerator, also: tuple[str, ...] = ()) -> Strategy:
    """The table of a setting under its own name; waits for it and draws the progress.

    Args:
        spec: the scenario over which packages are laid.
        players: a key of `PLAYERS`.
        bar: an empty place for the progress. It is there in every run: what comes after it keeps its place, and so
            the focus.
        also: packages that wait for a signpost and play as well, where two play.

    Raises:
        Exception: whatever kept the table from being simulated.
    """
    canonical, count = spec.canonical(), runs()
    pool = common.analysts()

    def usual(told: Told) -> Strategy:
        bare = work.unworded(canonical)
        return strategy(bare, PLAYERS[players], runs=count, seed=common.SEED, executor=pool, progress=told)

    found = _found((_of_two if players == TWO else _of_all)(canonical, count), usual, _WAITS[players], bar)
    if also:
        wider = partial(_wider, found, [waiting()[name] for name in also], pool)
        found = _found(_of_more(canonical, count, also), wider, _WAITS_MORE, bar)
    return replace(found, cells=replace(found.cells, spec=spec))


def _wider(found: Strategy, more: Sequence[Package], pool: Pool, told: Told) -> Strategy:
    """A table with packages that wait; only their own cells are simulated, and readings of signposts are not kept."""
    reads, kept = replace(found.cells, readings=True), len(found.cells.names)
    for k, package in enumerate(more):
        each = {who: (package,) if who == package.player else own for who, own in found.packages.items()}
        rows = tabled(reads, each, pool, partial(_part, told, k, len(more))).rows[..., :kept, :]
        wider = {**found.packages, package.player: (*found.packages[package.player], package)}
        joined = np.concatenate([found.rows, rows], axis=found.players.index(package.player))
        found = Strategy(found.cells, wider, joined)
    return found


def _part(told: Told, k: int, of: int, done: int, total: int) -> None:
    """The progress of the k-th of several parts."""
    told(k * total + done, of * total)


def _found(place: Table, make: Callable[[Told], Strategy], text: str, bar: DeltaGenerator) -> Strategy:
    """A table from its place, made there where nobody has asked for it."""
    while True:
        job = place.begin(make)
        _wait(place, job, text, bar)
        with suppress(Left):  # given up in the moment in which somebody came for it
            return job.result()


def _wait(place: Table, job: Future[Strategy], text: str, bar: DeltaGenerator) -> None:
    """Draw the progress until the table is there; leaving the page ends the waiting and not the work."""
    if job.done():
        return
    while not job.done():
        place.look()
        bar.progress(place.share, text)
        time.sleep(POLL)
    bar.empty()


@st.cache_resource(max_entries=24, show_spinner=False)
def _of_more(canonical: str, count: int, also: tuple[str, ...]) -> Table:
    """The place of a table of the two superpowers with packages that wait."""
    return Table()


@st.cache_resource(max_entries=24, show_spinner=False)
def _of_two(canonical: str, count: int) -> Table:
    """The place of a table of the two superpowers: two megabytes."""
    return Table()


@st.cache_resource(max_entries=3, show_spinner=False)
def _of_all(canonical: str, count: int) -> Table:
    """The place of a table of four players: forty-four megabytes."""
    return Table()
