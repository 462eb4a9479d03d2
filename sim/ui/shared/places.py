"""Places of what takes long: made once for all visitors, in the background and with its progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

from streamlit.delta_generator import DeltaGenerator

from sim.batch.evaluate import Progress

T = TypeVar("T")
PATIENCE = 120.0
"""Seconds after which what nobody waits for any more is given up."""
POLL = 0.1
AGAIN = 10.0
"""Seconds after which what has failed is tried again for somebody who asks."""


class Left(Exception):
    """Nobody waits for it any more."""


class Place(Generic[T]):
    """The place of one thing: empty, on its way, or there. What fails leaves it empty."""

    def __init__(self, threads: ThreadPoolExecutor, patience: float | None = None) -> None:
        """An empty place.

        Args:
            threads: who makes it.
            patience: seconds after which it is given up where nobody waits; `PATIENCE` by default.
        """
        self._threads, self._lock, self._patience = threads, Lock(), patience
        self._job: Future[T] | None = None
        self._seen = 0.0
        self.share = 0.0
        """How much of it is done, from 0 to 1."""

    @property
    def known(self) -> bool:
        """Whether it is there."""
        job = self._job
        return job is not None and job.done() and job.exception() is None

    @property
    def going(self) -> bool:
        """Whether it is on its way; what was given up is, for whoever asks."""
        job = self._job
        return job is not None and (not job.done() or isinstance(job.exception(), Left))

    @property
    def found(self) -> T | None:
        """What is there; None while it is on its way.

        Raises:
            Exception: whatever kept it from being made.
        """
        job = self._job
        if job is None or not job.done() or isinstance(job.exception(), Left):
            return None
        return job.result()

    def begin(self, make: Callable[[Progress], T]) -> Future[T]:
        """Have it made, unless somebody does so already; `make` is called with a function that takes the progress."""
        with self._lock:
            self.look()
            if self._job is None or (self._job.done() and self._job.exception() is not None):
                self.share = 0.0
                self._job = self._threads.submit(make, self._told)
            return self._job

    def ask(self, make: Callable[[Progress], T]) -> None:
        """The same without waiting; what has just failed is not tried again at once."""
        job = self._job
        failed = job is not None and job.done() and not self.known and not isinstance(job.exception(), Left)
        if not failed or time.monotonic() - self._seen > AGAIN:
            self.begin(make)

    def look(self) -> None:
        """Say that somebody still waits."""
        self._seen = time.monotonic()

    def keep(self, make: Callable[[Progress], T]) -> T | None:
        """Say that somebody still waits for what has begun, and begin again what was given up.

        Returns:
            What is there; None while it is on its way.

        Raises:
            Exception: whatever kept it from being made.
        """
        if self.going:
            self.begin(make)
        return self.found

    def wait(self, make: Callable[[Progress], T], text: str, bar: DeltaGenerator) -> T:
        """What is there, made where nobody has asked for it; leaving the page ends the waiting and not the work.

        Args:
            make: as for `begin`.
            text: what the progress says.
            bar: an empty place for the progress. It is there in every run: what comes after it keeps its place, and so
                the focus.

        Raises:
            Exception: whatever kept it from being made.
        """
        while True:
            job = self.begin(make)
            self._watch(job, text, bar)
            with suppress(Left):  # given up in the moment in which somebody came for it
                return job.result()

    def _watch(self, job: Future[T], text: str, bar: DeltaGenerator) -> None:
        """Draw the progress until it is there."""
        if job.done():
            return
        while not job.done():
            self.look()
            bar.progress(self.share, text)
            time.sleep(POLL)
        bar.empty()

    def _told(self, done: int, total: int) -> None:
        self.share = done / total
        patience = PATIENCE if self._patience is None else self._patience
        if time.monotonic() - self._seen > patience:
            raise Left
