"""Who does the work: this process, others on this machine, or a Dask cluster; anything like an `Executor` will do."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from scenarios.errors import InputError, shown

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
"""A worker is one thread: more would fight over the processors."""


@dataclass(frozen=True)
class Crew:
    """Makes executors, as many as are needed when workers die, and says how many workers there are now."""

    make: Callable[[], Executor]
    workers: Callable[[], int]


class Here(Executor):
    """Does everything in this process, at once."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call the function and give its answer."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def available() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def here() -> Iterator[Crew]:
    """One worker: this process."""
    yield Crew(Here, lambda: 1)


@contextmanager
def processes(workers: int) -> Iterator[Crew]:
    """Fresh processes on this machine. They end with this one, however it ends, and with the pool that they are of.

    Raises:
        InputError: for a number of workers that makes no sense.
    """
    if not 1 <= workers <= 1024:
        raise InputError(f"workers is {workers}; give 1 to 1024 (this machine has {available()} processors)")
    made: list[tuple[Executor, Connection]] = []

    def end() -> None:
        for pool, line in made:
            pool.shutdown(wait=False, cancel_futures=True)
            # A pool that lost a worker overlooks one that began meanwhile, and this process would wait for it for ever.
            line.close()
        made.clear()

    def make() -> Executor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        end()  # another pool is asked for when one has lost a worker
        context = get_context("spawn")
        heard, line = context.Pipe(duplex=False)
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(heard,))
        made.append((pool, line))
        # A worker that dies while others begin is found out by whoever hands out work.
        with _one_thread_each(), suppress(BrokenExecutor, OSError):
            for _ in range(workers):
                pool.submit(_nothing)  # each starts a worker while the environment says so
        return pool

    try:
        yield Crew(make, lambda: workers)
    finally:
        end()


def _nothing() -> None:
    """A first task, for the sake of the processes that start with it."""


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that begin meanwhile leave Ctrl-C to this one: a signal that is ignored is so in children too."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield  # signals belong to the main thread
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(line: Connection) -> None:
    """In a new worker: leave Ctrl-C to the parent, and leave with it or when it hangs up the line."""
    import signal
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave, args=(line,), daemon=True).start()


def _leave(line: Connection) -> None:
    from multiprocessing import connection, parent_process

    parent = parent_process()
    connection.wait([line, *([] if parent is None else [parent.sentinel])])
    os._exit(1)


@contextmanager
def dask(address: str, workers: int | None = None) -> Iterator[Crew]:
    """A Dask cluster at an address, or `local`: one on this machine with processes of its own.

    Raises:
        InputError: without Dask, or when nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InputError("--dask: Dask is not installed; pip install 'polarity-sim[cluster]'") from error
    cluster = None
    try:
        if address == "local":
            with _one_thread_each(), _deaf_to_interrupts():
                cluster = LocalCluster(
                    n_workers=workers or available(), threads_per_worker=1, processes=True, dashboard_address=":0",
                    silence_logs=logging.CRITICAL,
                )  # fmt: skip
        client = Client(cluster if cluster is not None else address, timeout="20s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"--dask {shown(address)}: no scheduler answers there ({reason}); give its address, such as "
            "tcp://head:8786, or `local`"
        ) from error
    try:
        yield Crew(lambda: client.get_executor(pure=False), lambda: max(1, sum(client.ncores().values())))
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


def lost(error: BaseException) -> bool:
    """Whether a task is gone because its worker is, and not because of what it did."""
    by_name = {"KilledWorker", "FutureCancelledError", "CommClosedError"}  # of Dask, which may not be installed
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ in by_name
