"""Jobs to whoever does the work, and answers as they come; what dead workers had is handed out again.

>>> from concurrent.futures import ThreadPoolExecutor
>>> from sim.batch.hand_out import hand_out
>>> with ThreadPoolExecutor(2) as pool:
...     sorted(answer for _, answer in hand_out([1, 2, 3], str, pool))
['1', '2', '3']
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from scenarios.errors import InputError
from sim.batch.executors import Pool, pool_of

T = TypeVar("T")
J = TypeVar("J")
RESTARTS = 10
"""Times that workers may die in a row without any of them finishing a job."""
AHEAD = 2
"""Jobs that wait at each worker: none is idle, and a million do not wait in memory."""
SILENCE = 30.0
"""Seconds without an answer after which an executor is asked whether it is still there."""


def hand_out(
    jobs: Iterable[J],
    do: Callable[[J], T],
    executor: Executor | None,
    restarted: Callable[[], None] = lambda: None,
    name: Callable[[J], str] = lambda job: "",
) -> Generator[tuple[int, T], None, None]:
    """Answers as they come, each with the place of its job; what dead workers had is handed out again.

    Args:
        jobs: what to do; they may be made as they are needed.
        do: does a job, in whatever process.
        executor: who does it; this process by default.
        restarted: called whenever dead workers have been replaced.
        name: names a job, for the error that says near which one workers keep dying.

    Raises:
        InputError: when workers keep dying or cannot be replaced.
    """
    pool, waiting = pool_of(executor), enumerate(jobs)
    again, done, live = deque[tuple[int, J]](), SimpleQueue[Future[T]](), dict[Future[T], tuple[int, J]]()
    deaths = 0
    try:
        while True:
            try:
                _fill(pool, do, waiting, again, done, live)
                if not live:
                    return
                future = _next(done, pool)
                if future not in live:
                    continue  # of workers that have been replaced
                answer = future.result()
            except Exception as error:
                if not lost(error):
                    raise
                deaths += 1
                if deaths > RESTARTS:
                    near = name(next(iter([*live.values(), *again]))[1])
                    raise InputError(
                        f"workers died {deaths} times in a row{near and f', near {near}'}; is there enough memory?"
                    ) from error
                pool.renew(error)
                restarted()
                everything = isinstance(error, BrokenExecutor)
                again.extendleft(reversed([live.pop(f) for f in list(live) if _is_gone(f, everything)]))
                continue
            yield live[future][0], answer
            del live[future]
            deaths = 0
    finally:
        for future in live:
            future.cancel()


def in_order(executor: Executor | None, do: Callable[[J], T], jobs: Iterable[J]) -> list[T]:
    """Answers in the order of their jobs, as `map` gives them."""
    found = dict(hand_out(jobs, do, executor))
    return [found[place] for place in range(len(found))]


def _fill(
    pool: Pool,
    do: Callable[[J], T],
    waiting: Iterator[tuple[int, J]],
    again: deque[tuple[int, J]],
    done: SimpleQueue[Future[T]],
    live: dict[Future[T], tuple[int, J]],
) -> None:
    """Hand out jobs until enough wait at the workers; at least one for each answer, and more only while none comes."""
    most = AHEAD * pool.workers + 1
    while len(live) < most:
        if not again:
            again.extend(islice(waiting, 1))
        if not again:
            return
        future = pool.submit(do, again[0][1])
        live[future] = again.popleft()
        future.add_done_callback(done.put)
        if not done.empty():
            return


def _next(done: SimpleQueue[Future[T]], pool: Pool) -> Future[T]:
    """The next future that is done; when none is for a while, the executor has to show that it lives."""
    while True:
        try:
            return done.get(timeout=SILENCE)
        except Empty:
            pool.check()


def _is_gone(future: Future[Any], everything: bool) -> bool:
    """Whether what a future stands for has to be done again: it was lost, or all were that had no answer yet."""
    if not future.done():
        return everything
    if future.cancelled():
        return True
    error = future.exception()
    return error is not None and lost(error)


def lost(error: BaseException) -> bool:
    """Whether a task is gone because its worker is, and not because of what it did."""
    by_name = {"KilledWorker", "FutureCancelledError", "CommClosedError"}  # of Dask, which may not be installed
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ in by_name
