"""What analyses have asked of a setting already: the next one that asks the same need not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from cachetools import LRUCache

from scenarios.schema import Scenario
from sim.batch.evaluate import Task, evaluate
from sim.batch.executors import Pool
from sim.engine.paths import moved
from sim.engine.phases.record import ALWAYS
from sim.ensemble.rng import Array
from sim.results.outcomes.scalar import Outcome, parse

T = TypeVar("T")
Answer = dict[str, Array]
SETTINGS = 4000
"""Settings that are remembered: some kilobytes each."""


@dataclass
class _Known:
    """What is known of some members of a scenario, and what is on its way."""

    values: Answer = field(default_factory=dict)
    coming: list[tuple[set[str], Future[Answer]]] = field(default_factory=list)


_KNOWN: LRUCache[tuple[object, ...], _Known] = LRUCache(SETTINGS)
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
        answer: Future[Any] = self._answer(task)
        return answer

    def _answer(self, task: Task) -> Future[Answer]:
        names = {str(outcome) for outcome in task.outcomes}
        with _LOCK:
            known = _KNOWN.setdefault(_key(task), _Known())
            if names <= known.values.keys():
                return _done({name: known.values[name] for name in names})
            for coming, job in known.coming:
                if names <= coming and not job.cancelled():
                    return _following(job, names)
            asked = _with_usual(task)
            job = self._pool.submit(evaluate, replace(task, outcomes=asked))
            known.coming.append(({str(outcome) for outcome in asked}, job))
        cheap = {str(outcome) for outcome in asked if outcome.needs <= set(ALWAYS)}
        job.add_done_callback(lambda done: _remember(known, cheap, done))
        return job


def _key(task: Task) -> tuple[object, ...]:
    return _plain(task.spec), task.runs, task.seed, task.first, task.horizon


def _plain(spec: Scenario) -> str:
    """The digest of a scenario without levers that stand where they stand by themselves."""
    levers = {name: setting for name, setting in spec.levers.items() if moved(spec, name)}
    return (spec if len(levers) == len(spec.levers) else spec.with_changes(levers=levers)).digest()


def _done(found: Answer) -> Future[Answer]:
    answer: Future[Answer] = Future()
    answer.set_result(found)
    return answer


def _following(job: Future[Answer], names: set[str]) -> Future[Answer]:
    """An answer that is part of another one that is on its way."""
    answer: Future[Answer] = Future()
    answer.set_running_or_notify_cancel()

    def hand_on(done: Future[Answer]) -> None:
        if done.cancelled():
            answer.set_exception(CancelledError())
        elif (error := done.exception()) is not None:
            answer.set_exception(error)
        else:
            answer.set_result({name: done.result()[name] for name in names})

    job.add_done_callback(hand_on)
    return answer


@cache
def _usual(year: str) -> tuple[Outcome, ...]:
    return tuple(parse(f"{name}@{year}") for name in ("outcome", "us_ahead", "lead_months", "gap_eci"))


def _with_usual(task: Task) -> tuple[Outcome, ...]:
    years = dict.fromkeys(outcome.date for outcome in task.outcomes if outcome.date.isdecimal())
    more = (outcome for year in years for outcome in _usual(year))
    return tuple({str(outcome): outcome for outcome in (*task.outcomes, *more)}.values())


def _remember(known: _Known, cheap: set[str], done: Future[Answer]) -> None:
    """Keep what needs nothing that a run does not keep anyway: accounts are many, and asked for once."""
    with _LOCK:
        known.coming = [(names, job) for names, job in known.coming if job is not done]
        if not done.cancelled() and done.exception() is None:
            known.values |= {name: values for name, values in done.result().items() if name in cheap}
