"""The most urgent job first: one pool for people who wait for an answer and for work that can wait for them.

>>> from sim.batch.executors import Here
>>> from sim.batch.urgency import LATER, NOW, Urgent
>>> with Urgent(Here()) as pool:
...     pool.at(LATER).submit(abs, -1).result(), pool.at(NOW).submit(abs, -2).result()
(1, 2)
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from scenarios.errors import InputError
from sim.batch.executors import Pool

T = TypeVar("T")
NOW, SOON, LATER = 0, 1, 2
"""Somebody looks at a page that waits; somebody asked for an analysis; nobody has asked yet."""
TRIES = 2
"""Times that a job is given out whose worker dies over it."""
LOST = "the simulation ended unexpectedly, twice; the machine may be short of memory: try again, or ask for less"


@dataclass(order=True)
class _Job:
    """A call that waits for a worker; the most urgent is the least."""

    urgency: int
    number: int
    call: Callable[[], Any] = field(compare=False)
    answer: Future[Any] = field(compare=False)
    tries: int = field(default=0, compare=False)


class Urgent(Pool):
    """Gives a pool one job a worker, so that what is most urgent waits for no more than the jobs that are running.

    A job whose worker dies is given out once more, and then fails in words. Whoever gives long work cuts it into jobs
    that are short beside what others may wait.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool, self._numbers = pool, count()
        self.shares_memory = pool.shares_memory
        self._news: SimpleQueue[_Job | Future[Any] | None] = SimpleQueue()
        self._waiting: list[_Job] = []
        self._running: dict[Future[Any], tuple[_Job, int]] = {}
        self._lives = 0
        """How often workers have been replaced."""
        self._thread = Thread(target=self._serve, name="urgent", daemon=True)
        self._thread.start()

    @property
    def workers(self) -> int:
        """Those of the pool."""
        return self._pool.workers

    @property
    def idle(self) -> int:
        """Workers that have nothing to do, as far as is known at once."""
        return max(self.workers - len(self._running) - len(self._waiting) - self._news.qsize(), 0)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called soon."""
        return self.give(SOON, partial(fn, *args, **kwargs))

    def give(self, urgency: int, call: Callable[[], T]) -> Future[T]:
        """Have a call made by the pool when its turn has come."""
        if not self._thread.is_alive():
            raise RuntimeError("cannot schedule new futures after shutdown")
        answer: Future[T] = Future()
        self._news.put(_Job(urgency, next(self._numbers), call, answer))
        return answer

    def at(self, urgency: int) -> At:
        """The same pool for work of another urgency."""
        return At(self, urgency)

    # --- in a thread of its own ---------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while (news := self._news.get()) is not None:
            if isinstance(news, _Job):
                heappush(self._waiting, news)
            elif news in self._running:  # what a dead pool had is answered once
                self._take(news)
            while self._waiting and len(self._running) < self.workers:
                self._start(heappop(self._waiting))
        for job in self._waiting:
            job.answer.cancel()

    def _start(self, job: _Job) -> None:
        if job.tries == 0 and not job.answer.set_running_or_notify_cancel():
            return  # nobody waits for it any more
        job.tries += 1
        try:
            future = self._pool.submit(job.call)
        except BrokenExecutor as error:
            self._lose(job, self._lives, error)
            return
        except Exception as error:
            job.answer.set_exception(error)
            return
        self._running[future] = (job, self._lives)
        future.add_done_callback(self._news.put)

    def _take(self, future: Future[Any]) -> None:
        """Pass on the results of a job."""
        job, life = self._running.pop(future)
        error = future.exception() if not future.cancelled() else BrokenExecutor("it was given up")
        if isinstance(error, BrokenExecutor):
            self._lose(job, life, error)
        elif error is not None:
            job.answer.set_exception(error)
        else:
            job.answer.set_result(future.result())

    def _lose(self, job: _Job, life: int, error: BaseException) -> None:
        """Replace dead workers, and give their job to others, or say that two have died over it."""
        try:
            if life == self._lives:
                self._lives += 1
                self._pool.renew(error)
        except InputError as refused:
            job.answer.set_exception(refused)
            return
        if job.tries < TRIES:
            heappush(self._waiting, job)
            return
        job.answer.set_exception(InputError(LOST))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more, give up what has not begun, and end the workers."""
        self._news.put(None)
        if wait:
            self._thread.join()
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


class At(Pool):
    """A pool for work of one urgency; whoever made the pool ends it."""

    def __init__(self, pool: Urgent, urgency: int) -> None:
        self._all, self._urgency = pool, urgency
        self.shares_memory = pool.shares_memory

    @property
    def workers(self) -> int:
        """Those of the pool."""
        return self._all.workers

    @property
    def idle(self) -> int:
        """Those of the pool that have nothing to do."""
        return self._all.idle

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called when its turn has come."""
        return self._all.give(self._urgency, partial(fn, *args, **kwargs))
