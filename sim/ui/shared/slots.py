"""Places of answers that several people may wait for: whoever asks first has it worked out, for all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from threading import RLock
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """The place of one answer: empty, awaited, or there. What fails leaves it empty."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._answer: Future[T] = Future()
        self._job: Future[Any] | None = None
        self._urgency: int | None = None
        """How urgently the answer is looked for; None while nobody does."""

    @property
    def known(self) -> bool:
        """Whether the answer is there."""
        return self._answer.done() and self._answer.exception() is None

    def claim(self, urgency: int) -> bool:
        """Whether the caller has to find the answer: it is not there, and nobody finds it soon enough.

        What waits for its turn with less urgency is taken over; those who wait for it get the new answer.
        """
        with self._lock:
            if self.known or (self._urgency is not None and not self._overtaken(urgency)):
                return False
            if self._answer.done():
                self._answer = Future()
            self._urgency = urgency
            return True

    def _overtaken(self, urgency: int) -> bool:
        job, self._job = self._job, None
        if job is not None and self._urgency is not None and urgency < self._urgency and job.cancel():
            return True
        self._job = job
        return False

    def follow(self, job: Future[Any], pick: Callable[[Any], T]) -> None:
        """Take the answer from what a job finds."""
        with self._lock:
            self._job = job
        job.add_done_callback(lambda done: self._take(done, pick))

    def _take(self, job: Future[Any], pick: Callable[[Any], T]) -> None:
        with self._lock:
            if self._job is not job:
                return  # it was taken over
            self._job, self._urgency = None, None
            error = CancelledError() if job.cancelled() else job.exception()
            if error is None:
                self._answer.set_result(pick(job.result()))
            else:
                self._answer.set_exception(error)

    def put(self, value: T) -> None:
        """Put an answer in that came with another one."""
        with self._lock:
            if not self._answer.done():
                self._answer.set_result(value)
            elif not self.known:
                self._answer = Future()
                self._answer.set_result(value)

    def result(self) -> T:
        """The answer, as soon as it is there.

        Raises:
            Exception: whatever kept it from being found.
        """
        return self._answer.result()
