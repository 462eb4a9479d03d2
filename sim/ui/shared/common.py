"""What all pages share: the engine behind a cache, and charts with their tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import Any, TypeVar

import polars as pl
import streamlit as st
from cachetools import LRUCache
from streamlit.delta_generator import DeltaGenerator

from scenarios import load, names
from scenarios.errors import InputError
from scenarios.quarters import DEFAULT_HORIZON
from scenarios.schema import Scenario
from sim.batch.evaluate import Progress
from sim.batch.executors import Pool
from sim.batch.urgency import NOW, SOON, At
from sim.checks import MAX_RUNS, RUNS
from sim.engine.phases.record import Keep
from sim.results.costs import ACCOUNT, Books, Cost, reference_of
from sim.results.run import Run
from sim.ui.shared import ahead, charts, frames, stored, work, workers
from sim.ui.shared.recall import Recalling
from sim.ui.shared.setup import Judge
from sim.ui.shared.slots import Slot

T = TypeVar("T")
unworded = work.unworded
FEWER = 256
"""Futures where many settings are simulated for one answer: enough for whole months with the same random draws."""
EACH = 0.07
"""Roughly the seconds in which one processor simulates so many."""
FEWEST = 20
"""Futures below which a page shows nothing: nine in ten of fewer are no range."""
SEED, UNTIL = work.SEED, DEFAULT_HORIZON
LEAST_PART = 256
"""Futures below which a run is not divided among workers: a quarter costs nearly as much for fewer."""
_JOINING = ThreadPoolExecutor(4, "joining")
_ARROW: LRUCache[int, tuple[pl.DataFrame, Any]] = LRUCache(1000)
"""Tables of the last sixty settings as they are sent, by identity: twenty-five kilobytes a setting."""
_ARROW_LOCK = Lock()
SHELF = 200
"""Settings whose accounts are at hand: they take two hundred kilobytes each, what they come to a few."""


def futures() -> int:
    """Futures per setting: POLARITY_FUTURES, or as many as everywhere else.

    Raises:
        InputError: when the variable is not a usable number.
    """
    text = os.environ.get("POLARITY_FUTURES", str(RUNS))
    if not text.isdecimal() or not FEWEST <= int(text) <= MAX_RUNS:
        raise InputError(f"POLARITY_FUTURES is {text!r}; give a whole number from {FEWEST} to {MAX_RUNS}")
    return int(text)


def estimate(settings: int) -> float:
    """Roughly the seconds that so many settings take with fewer futures, for buttons."""
    return settings * EACH / max(workers.number(), 1)


@st.cache_resource(show_spinner=False)
def specs() -> dict[str, charts.Spec]:
    """Chart specifications."""
    return charts.specs()


def view(spec: Scenario, judge: Judge = Judge(), most: int = MAX_RUNS) -> frames.View:  # noqa: B008 - frozen
    """What the page shows of a scenario; simulated once per setting, for all users."""
    (found,) = views([spec], judge, most)
    return found


def views(
    specs: Sequence[Scenario], judge: Judge = Judge(), most: int = MAX_RUNS, urgency: int = NOW  # noqa: B008
) -> list[frames.View]:  # fmt: skip
    """What pages show of several scenarios; what nobody has asked for yet is simulated at the same time."""
    ahead.heard()
    texts, runs = [spec.canonical() for spec in specs], min(futures(), most)
    new = {text for text in texts if not _view(text, runs, SEED, UNTIL, judge).known}
    begun = [_begin(text, runs, [judge], urgency, len(new) == 1) for text in texts]  # of several, one for each worker
    return [slot.result() for (slot,) in begun]


def judged(spec: Scenario, judges: Sequence[Judge]) -> list[frames.View]:
    """What pages show of one scenario by several judges; one simulation serves them all."""
    ahead.heard()
    return [slot.result() for slot in _begin(spec.canonical(), futures(), judges)]


def usual(spec: Scenario) -> frames.View:
    """What the page shows of a scenario by the usual judgment, without a sign that somebody asks for it."""
    (slot,) = _begin(spec.canonical(), futures(), [Judge()])
    found = slot.result()
    costs_of(spec, Judge().year)
    return found


def take_stored() -> None:
    """Put the answers for the library that are stored with the package into their places."""
    if futures() != RUNS:
        return
    for name in names():
        if (found := stored.read(name)) is not None:
            canonical = load(name).canonical()
            _view(canonical, RUNS, SEED, UNTIL, Judge()).put(found.view)
            _cost_place(canonical, "", RUNS, SEED, UNTIL, Judge().year)[:] = [found.costs]


def _begin(
    canonical: str, runs: int, judges: Sequence[Judge], urgency: int = NOW, shared: bool = False
) -> list[Slot[frames.View]]:
    """The places of views; what is missing is on its way, and one simulation serves all judges of a year."""
    urgency = workers.urgency(urgency)
    pool = workers.pool(urgency, runs)  # before anything is claimed: it says what is wrong with the settings
    slots = [_view(canonical, runs, SEED, UNTIL, judge) for judge in judges]
    for year in sorted({judge.year for judge in judges}):
        mine = [(slot, judge) for slot, judge in zip(slots, judges, strict=True) if judge.year == year]
        missing = [(slot, judge) for slot, judge in mine if slot.claim(urgency)]
        if missing:
            make = partial(work.views, [judge for _, judge in missing])
            job = _simulated(pool, make, canonical, runs, shared and urgency == NOW)
            for place, (slot, _) in enumerate(missing):
                slot.follow(job, partial(_view_of, place))
            books = _shelved(canonical, runs, SEED, UNTIL, year)
            if books.claim(urgency):
                books.follow(job, _books_of)
    return slots


def _simulated(pool: At, make: Callable[[Run], T], canonical: str, runs: int, shared: bool) -> Future[T]:
    """What is made of a run by a worker; shared by those that are idle, where somebody waits for nothing else."""
    hands = min(pool.idle, runs // LEAST_PART) if shared else 1
    if hands < 2:
        return pool.submit(work.of_run, make, canonical, runs, SEED, UNTIL, work.SHOWN)
    edges = [runs * n // hands for n in range(hands + 1)]
    parts = [
        pool.submit(work.part, canonical, first, last - first, SEED, UNTIL, work.SHOWN)
        for first, last in pairwise(edges)
    ]
    return _JOINING.submit(lambda: make(work.joined([part.result() for part in parts])))


@st.cache_resource(max_entries=2000, show_spinner=False)
def _view(canonical: str, runs: int, seed: int, until: int, judge: Judge) -> Slot[frames.View]:
    """The place of what a page shows of a setting."""
    return Slot()


def _view_of(place: int, found: tuple[list[frames.View], Books]) -> frames.View:
    return found[0][place]


def _books_of(found: tuple[list[frames.View], Books]) -> Books:
    return found[1]


# ------------------------------------------------------------------------------------------------------------ costs
def costs_of(spec: Scenario, year: int, reference: Scenario | None = None) -> tuple[Cost, ...]:
    """What a scenario costs whom in a year, the largest first.

    Args:
        spec: the scenario.
        year: the year.
        reference: what it is counted against; by default its world under current policy, or with trade open.
    """
    one, other, runs = spec.canonical(), "" if reference is None else reference.canonical(), futures()
    place = _cost_place(one, other, runs, SEED, UNTIL, year)
    if not place:
        other = other or reference_of(unworded(one)).canonical()
        mine, theirs = [_begin_books(text, runs, SEED, UNTIL, year) for text in (one, other)]
        place[:] = [mine.result().costs_against(theirs.result())]
    return place[0]


@st.cache_resource(max_entries=2000, show_spinner=False)
def _cost_place(canonical: str, other: str, runs: int, seed: int, until: int, year: int) -> list[tuple[Cost, ...]]:
    """The place of what a setting costs; empty until it is worked out."""
    return []


def _begin_books(canonical: str, runs: int, seed: int, until: int, year: int) -> Slot[Books]:
    """The place of a setting's accounts: of its view's simulation while they are at hand, else of another."""
    urgency = workers.urgency(NOW)
    slot, pool = _shelved(canonical, runs, seed, until, year), workers.pool(urgency, runs)
    if slot.claim(urgency):
        job = pool.submit(work.of_run, partial(work.books, year), canonical, runs, seed, until, {ACCOUNT})
        slot.follow(job, lambda found: found)
    return slot


@st.cache_resource(max_entries=SHELF, show_spinner=False)
def _shelved(canonical: str, runs: int, seed: int, until: int, year: int) -> Slot[Books]:
    """The place of a setting's accounts; empty until something simulates it."""
    return Slot()


# ---------------------------------------------------------------------------------------------------- other answers
def of_run(make: Callable[[Run], T], canonical: str, runs: int, seed: int, until: int, keep: Keep = "results") -> T:
    """What a function makes of a run of a cache's key; a worker simulates it and keeps the run to itself.

    Raises:
        FloatingPointError: where numbers of the run are not finite.
    """
    pool = workers.pool(workers.urgency(NOW), runs)
    return pool.submit(work.of_run, make, canonical, runs, seed, until, keep).result()


def asked(what: str, do: Callable[..., T], spec: Scenario, *rest: Any) -> T:
    """What a worker finds of a setting, once for all users.

    Args:
        what: names the question.
        do: called with the setting's canonical text and the rest, in a worker.
        spec: the setting.
        rest: what else it is asked with; part of the key.
    """
    pool = workers.pool(workers.urgency(NOW), futures())
    return remembered(what, lambda bare: pool.submit(do, bare.canonical(), *rest).result(), (spec,), *rest)


def analysts() -> Pool:
    """Who simulates the many settings of an analysis: the workers, while nobody waits for a setting of their own."""
    return Recalling(workers.pool(workers.urgency(SOON), futures()))


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


def _as_arrow(table: Any) -> Any:
    """A table in the form in which it is sent, made once for tables that are drawn again."""
    if not isinstance(table, pl.DataFrame):
        return table
    with _ARROW_LOCK:
        known = _ARROW.get(id(table))
    if known is None:
        known = table, table.to_arrow()
        with _ARROW_LOCK:
            _ARROW[id(table)] = known
    return known[1]


def chart(name: str, tables: dict[str, Any], height: int, alt: str, key: str = "") -> None:
    """Draw a cached specification with the tables that it names; its own inline tables stay.

    The first table is the one that people see who ask for the chart's data.
    """
    spec = specs()[name]
    data = {key: _as_arrow(table) for key, table in tables.items()}
    st.vega_lite_chart(
        {**spec, "datasets": {**data, **spec.get("datasets", {})}},
        height=height,
        key=f"drawn_{key or name}",
        alt=alt,
    )
