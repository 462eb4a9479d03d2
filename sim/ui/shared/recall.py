"""What analyses have asked of a setting already: the next one that asks the same need not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from cachetools import LRUCache

from sim.batch.evaluate import Task, evaluate
from sim.batch.executors import Pool
from sim.engine.phases.record import ALWAYS
from sim.ensemble.rng import Array
from sim.results.outcomes.scalar import Outcome, parse

T = TypeVar("T")
SETTINGS = 4000
"""Settings that are remembered: some kilobytes each."""
_KNOWN: LRUCache[tuple[object, ...], dict[str, Array]] = LRUCache(SETTINGS)
_LOCK = Lock()


class Recalling(Pool):
    """A pool that answers from memory what it has been asked before of the same members of a scenario.

    Whatever is asked of the end of a year, the outcome and the lead are asked with it: they cost next to nothing once a
    setting is simulated, and every analysis asks for one of them.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool, self.shares_memory = pool, pool.shares_memory

    @property
    def workers(self) -> int:
        """Those of the pool."""
        return self._pool.workers

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called, or hand on what it gave last time."""
        task = args[0] if fn is evaluate and args else None
        if task is None or task.scores is not None or task.parameters or task.agents:
            return self._pool.submit(fn, *args, **kwargs)
        key = _key(task)
        answer: Future[Any] = Future()
        if (found := _recalled(key, task.outcomes)) is not None:
            answer.set_result(found)
            return answer
        asked = _with_usual(task)
        cheap = {str(outcome) for outcome in asked if outcome.needs <= set(ALWAYS)}
        answer = self._pool.submit(evaluate, replace(task, outcomes=asked))
        answer.add_done_callback(lambda done: _remember(key, cheap, done))
        return answer


def _key(task: Task) -> tuple[object, ...]:
    return task.spec.digest(), task.runs, task.seed, task.first, task.horizon


def _recalled(key: tuple[object, ...], outcomes: tuple[Outcome, ...]) -> dict[str, Array] | None:
    with _LOCK:
        known = _KNOWN.get(key, {})
    names = [str(outcome) for outcome in outcomes]
    return {name: known[name] for name in names} if all(name in known for name in names) else None


@cache
def _usual(year: str) -> tuple[Outcome, ...]:
    return tuple(parse(f"{name}@{year}") for name in ("outcome", "us_ahead", "lead_months", "gap_eci"))


def _with_usual(task: Task) -> tuple[Outcome, ...]:
    years = dict.fromkeys(outcome.date for outcome in task.outcomes if outcome.date.isdecimal())
    more = (outcome for year in years for outcome in _usual(year))
    return tuple({str(outcome): outcome for outcome in (*task.outcomes, *more)}.values())


def _remember(key: tuple[object, ...], cheap: set[str], done: Future[dict[str, Array]]) -> None:
    """Keep what needs nothing that a run does not keep anyway: accounts are many, and asked for once."""
    if done.cancelled() or done.exception() is not None:
        return
    found = {name: values for name, values in done.result().items() if name in cheap}
    with _LOCK:
        _KNOWN[key] = {**_KNOWN.get(key, {}), **found}
