"""Tables of packages, simulated once per setting for all visitors, in the background and with their progress."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scenarios.packages import Package
from scenarios.schema import Scenario
from sim.analysis.strategy import Strategy, strategy, tabled
from sim.batch.evaluate import Progress as Told
from sim.batch.executors import Pool
from sim.ui.shared import common, work
from sim.ui.shared.places import Place
from sim.ui.strategy.wishes import ALL, PLAYERS, TWO, waiting

_WAITS = {
    TWO: "Simulating every combination of packages, about ten seconds …",
    ALL: "Simulating every combination of packages, about a minute …",
}
_WAITS_MORE = "Simulating packages that wait for a signpost, once for each date of a change, about ten seconds …"
"""What the progress says; roughly how long it takes on two processors."""
_THREADS = ThreadPoolExecutor(2, "tables")


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

    found = (_of_two if players == TWO else _of_all)(canonical, count).wait(usual, _WAITS[players], bar)
    if also:
        wider = partial(_wider, found, [waiting()[name] for name in also], pool)
        found = _of_more(canonical, count, also).wait(wider, _WAITS_MORE, bar)
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


@st.cache_resource(max_entries=24, show_spinner=False)
def _of_more(canonical: str, count: int, also: tuple[str, ...]) -> Place[Strategy]:
    """The place of a table of the two superpowers with packages that wait."""
    return Place(_THREADS)


@st.cache_resource(max_entries=24, show_spinner=False)
def _of_two(canonical: str, count: int) -> Place[Strategy]:
    """The place of a table of the two superpowers: two megabytes."""
    return Place(_THREADS)


@st.cache_resource(max_entries=3, show_spinner=False)
def _of_all(canonical: str, count: int) -> Place[Strategy]:
    """The place of a table of four players: forty-four megabytes."""
    return Place(_THREADS)
