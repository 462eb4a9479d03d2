"""What analyses have asked of a setting already: the next one that asks the same need not wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from functools import cache, partial
from threading import Lock
from typing import Any, TypeVar

from cachetools import LRUCache

from scenarios.schema import Scenario
from sim.batch.evaluate import Task, evaluate_pack
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

    def knows(self, task: Task) -> bool:
        """Whether nothing has to be simulated for a task."""
        if not _plain_task(task):
            return False
        with _LOCK:
            known = _KNOWN.get(_key(task))
            return known is not None and {str(outcome) for outcome in task.outcomes} <= known.values.keys()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called, or hand on what it gave last time."""
        if fn is not evaluate_pack:
            return self._pool.submit(fn, *args, **kwargs)
        answer: Future[Any] = self._answered(args[0])
        return answer

    def _answered(self, tasks: Sequence[Task]) -> Future[list[Answer]]:
        """Each answer from memory, with one that is on its way, or of a simulation of all that are new."""
        found, new = list[Future[Answer]](), list[tuple[Task, Future[Answer]]]()
        with _LOCK:
            for task in tasks:
                found.append(_recalled(task, new))
            job = self._pool.submit(evaluate_pack, [task for task, _ in new]) if new else None
        if job is not None:
            job.add_done_callback(partial(_hand_on, [answer for _, answer in new]))
        return _gathered(found, job)


def _recalled(task: Task, new: list[tuple[Task, Future[Answer]]]) -> Future[Answer]:
    """What is known of a task or on its way; else it becomes one of the new ones."""
    answer: Future[Answer] = Future()
    if not _plain_task(task):
        new.append((task, answer))
        return answer
    known, names = _KNOWN.setdefault(_key(task), _Known()), {str(outcome) for outcome in task.outcomes}
    if names <= known.values.keys():
        answer.set_result({name: known.values[name] for name in names})
        return answer
    coming = next((job for has, job in known.coming if names <= has and not job.cancelled()), None)
    if coming is None:
        asked, coming = _with_usual(task), answer
        known.coming.append(({str(outcome) for outcome in asked}, coming))
        cheap = {str(outcome) for outcome in asked if outcome.needs <= set(ALWAYS)}
        coming.add_done_callback(partial(_remember, known, cheap))
        new.append((replace(task, outcomes=asked), coming))
    return coming


def _hand_on(answers: Sequence[Future[Answer]], job: Future[list[Answer]]) -> None:
    """Give every task of a pack its answer."""
    for place, answer in enumerate(answers):
        if job.cancelled():
            answer.cancel()
        elif (error := job.exception()) is not None:
            answer.set_exception(error)
        else:
            answer.set_result(job.result()[place])


def _gathered(parts: Sequence[Future[Answer]], job: Future[list[Answer]] | None) -> Future[list[Answer]]:
    """All parts as one answer; to give it up gives up the simulation that was begun for it."""
    answer: Future[list[Answer]] = Future()
    left, one = [len(parts)], Lock()

    def count(_: Future[Answer]) -> None:
        with one:
            left[0] -= 1
            if left[0] or not answer.set_running_or_notify_cancel():
                return
        lost = next((CancelledError() for part in parts if part.cancelled()), None)
        error = lost or next((part.exception() for part in parts if part.exception() is not None), None)
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result([part.result() for part in parts])

    for part in parts:
        part.add_done_callback(count)
    answer.add_done_callback(lambda done: done.cancelled() and job is not None and job.cancel())
    return answer


def _plain_task(task: Task) -> bool:
    """Whether a task asks for the usual members of a scenario and nothing beside outcomes."""
    return task.scores is None and not task.parameters and not task.agents


def _key(task: Task) -> tuple[object, ...]:
    return _plain(task.spec), task.runs, task.seed, task.first, task.horizon


def _plain(spec: Scenario) -> str:
    """The digest of a scenario without levers that stand where they stand by themselves."""
    levers = {name: setting for name, setting in spec.levers.items() if moved(spec, name)}
    return (spec if len(levers) == len(spec.levers) else spec.with_changes(levers=levers)).digest()


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
