"""Who does the work: this process, others on this machine, a Dask cluster, or anything like an `Executor`.

`with processes(8) as pool:` gives one whose dead workers are replaced; studies and analyses take it as `executor=pool`.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from scenarios.errors import InputError, shown
from sim import checkout, checks

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing.connection import Connection
    from types import TracebackType

    from distributed import Client, LocalCluster

T = TypeVar("T")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
"""A worker is one thread: more would fight over the processors."""
MOST_WORKERS = 1024
STILLBORN = 3
"""Times that all new processes may die before any of them has begun."""
UNKNOWN = 32
"""Workers that an executor is taken to have which does not say how many."""
PATIENCE = 20.0
"""Seconds that a scheduler has to answer."""
RECENT = 5.0
"""Seconds for which a count of a cluster's workers is good."""


class Pool(Executor):
    """An executor that knows its workers and can replace those that died."""

    shares_memory = False
    """Whether its workers are this process: what they are given is not sent."""

    @property
    @abstractmethod
    def workers(self) -> int:
        """How many there are now."""

    def knows(self, task: Any) -> bool:
        """Whether it has the answer to a task already: what is known is not put into one table with what is not."""
        return False

    def renew(self, error: BaseException) -> None:
        """Make new workers in place of dead ones.

        Raises:
            InputError: where that cannot be done.
        """

    def check(self) -> None:
        """Find out whether answers can still come, when there have been none for a while.

        Raises:
            InputError: where none can.
        """


class Here(Pool):
    """Does everything in this process, at once."""

    shares_memory = True

    @property
    def workers(self) -> int:
        """This process."""
        return 1

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call the function and give its answer."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Foreign(Pool):
    """Somebody else's executor: whoever made it also ends it."""

    def __init__(self, executor: Executor) -> None:
        self.executor, self.shares_memory = executor, isinstance(executor, ThreadPoolExecutor)
        counts = (getattr(executor, name, None) for name in ("workers", "_max_workers"))
        self._workers = next((count for count in counts if isinstance(count, int) and count > 0), UNKNOWN)

    @property
    def workers(self) -> int:
        """As many as it says, or a guess."""
        return self._workers

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Hand it on."""
        return self.executor.submit(fn, *args, **kwargs)

    def renew(self, error: BaseException) -> None:
        """Try again with the same one, unless it is broken for good."""
        if isinstance(error, BrokenExecutor):
            raise InputError(
                f"a worker of the {type(self.executor).__name__} died, and it cannot start another; "
                "`sim.batch.executors.processes(N)` can. What a study has finished is kept"
            ) from error


def pool_of(executor: Executor | None) -> Pool:
    """What does the work, from what a caller gave as `executor`; None is this process.

    Raises:
        InputError: when it is nothing like an executor.
    """
    if executor is None:
        return Here()
    if isinstance(executor, Pool):
        return executor
    checks.executor("executor", executor)
    if type(executor).__module__.partition(".")[0] == "distributed":
        client = getattr(executor, "_client", None)
        return Dask(executor) if client is None else Dask(client, executor)  # type: ignore[arg-type]
    return _Foreign(executor)


def available() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# --- processes on this machine --------------------------------------------------------------------------------------


class Processes(Pool):
    """Fresh processes on this machine; they end with the block they are made for, or with this one, however it ends."""

    def __init__(self, workers: int, prepare: Callable[[], None] | None = None, script: bool = True) -> None:
        """Processes that begin with the first call.

        Args:
            workers: how many.
            prepare: called in each of them before anything else.
            script: whether they load the script of this process, so that what it defines can be sent to them. A server
                whose script is a page must not have it run again.
        """
        valid = f"1 to {MOST_WORKERS} (this machine has {available()} processors)"
        self._workers = checks.whole("workers", workers, 1, MOST_WORKERS, valid)
        self._prepare, self._script = prepare, script
        self._made: tuple[ProcessPoolExecutor, Connection] | None = None
        self._first: list[Future[None]] = []
        self._given: WeakSet[Future[Any]] = WeakSet()
        self._closed, self._stillborn, self._lock = False, 0, threading.Lock()
        if _is_beginning():
            os._exit(1)  # this one is a worker that runs its script again; the one that began it says what to do

    @property
    def workers(self) -> int:
        """How many there are."""
        return self._workers

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called in one of the processes, all of which begin with the first call."""
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            if self._made is None:
                self._begin()
            assert self._made is not None
            future = self._made[0].submit(fn, *args, **kwargs)
            self._given.add(future)
        return future

    def _begin(self) -> None:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        context = get_context("spawn")
        heard, line = context.Pipe(duplex=False)
        begin = (heard, self._prepare)
        pool = ProcessPoolExecutor(self._workers, mp_context=context, initializer=_begin, initargs=begin)
        self._made, self._first = (pool, line), []
        # A worker that dies while others begin is found out by whoever hands out work.
        with _one_thread_each(), nullcontext() if self._script else _scriptless(), suppress(BrokenExecutor, OSError):
            for _ in range(self._workers):
                self._first.append(pool.submit(_nothing))  # each starts a worker while the environment says so

    def renew(self, error: BaseException) -> None:
        """End the processes that are left; others begin with the next call."""
        born = any(future.done() and not future.cancelled() and not future.exception() for future in self._first)
        self._stillborn = 0 if born else self._stillborn + 1
        if self._stillborn >= STILLBORN:
            raise InputError(
                f"none of {self._workers} processes can begin: in a script, everything that uses "
                'processes() has to stand below `if __name__ == "__main__":`'
            ) from error
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._made is None:
            return
        (pool, line), self._made = self._made, None
        pool.shutdown(wait=False, cancel_futures=True)
        # A pool that lost a worker overlooks one that began meanwhile, and this process would wait for it for ever.
        line.close()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more; wait for what was given, by default, and end the processes."""
        self._closed = True
        if self._made is None:
            return
        self._made[0].shutdown(wait=False, cancel_futures=cancel_futures)
        if wait:
            futures.wait(list(self._given))
            self._end()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.shutdown()
        else:  # nobody waits for answers any more
            self._closed = True
            self._end()


@checks.checked
def processes(workers: int) -> Processes:
    """Fresh processes on this machine, as an executor for a `with` block.

    Raises:
        InputError: for a number of workers that makes no sense.
    """
    return Processes(workers)


def _is_beginning() -> bool:
    """Whether this process is one that is just beginning and runs the script of its parent to do so."""
    from multiprocessing import current_process

    return bool(getattr(current_process(), "_inheriting", False))


def _nothing() -> None:
    """A first task, for the sake of the processes that start with it."""


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables of the environment, inside the block; afterward those of before."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _one_thread_each() -> AbstractContextManager[None]:
    return environment(dict.fromkeys(ONE_THREAD, "1"))


@contextmanager
def _scriptless() -> Iterator[None]:
    """Processes that begin meanwhile find no script of this one to load."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that begin meanwhile leave Ctrl-C to this one: a signal that is ignored is so in children too."""
    import signal

    if threading.current_thread() is not threading.main_thread():
        yield  # signals belong to the main thread
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(line: Connection, prepare: Callable[[], None] | None) -> None:
    """In a new worker: leave Ctrl-C to the parent, and leave with it or when it hangs up the line."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave, args=(line,), daemon=True).start()
    if prepare is not None:
        prepare()


def _leave(line: Connection) -> None:
    from multiprocessing import connection, parent_process

    parent = parent_process()
    connection.wait([line, *([] if parent is None else [parent.sentinel])])
    os._exit(1)


# --- a cluster ------------------------------------------------------------------------------------------------------


class Dask(Pool):
    """The workers of a Dask cluster, which takes dead ones away by itself."""

    def __init__(
        self, client: Client, executor: Executor | None = None, close: tuple[Client | LocalCluster, ...] = ()
    ) -> None:
        self.client, self._close = client, close
        self._executor = client.get_executor() if executor is None else executor
        self._address = str(getattr(client.scheduler, "address", "an unknown address"))
        self._workers, self._counted = 1, -math.inf

    @property
    def workers(self) -> int:
        """Threads of all workers, as of some seconds ago: a cluster grows and shrinks."""
        now = time.monotonic()
        if now - self._counted > RECENT and self.client.status == "running":
            self._workers, self._counted = max(1, sum(self._asked("ncores").values())), now
        return self._workers

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called by a worker."""
        if self.client.status == "closed":
            raise self._dead()
        return self._executor.submit(fn, *args, pure=False, **kwargs)

    def renew(self, error: BaseException) -> None:
        """Give a scheduler that went away a while to come back."""
        patience = time.monotonic() + PATIENCE
        while self.client.status == "connecting" and time.monotonic() < patience:
            time.sleep(0.1)
        if self.client.status != "running":
            raise self._dead() from error

    def check(self) -> None:
        """Ask the scheduler for a sign of life."""
        self._asked("identity")

    def _asked(self, question: str) -> Any:
        """What the scheduler answers, where it does so in time."""
        try:
            return self.client.sync(getattr(self.client.scheduler, question), callback_timeout=PATIENCE)
        except (AttributeError, OSError, TimeoutError) as error:  # a client that was closed has no scheduler
            raise self._dead() from error

    def _dead(self) -> InputError:
        closing: tuple[Any, ...] = self._close
        self._close = ()
        for opened in closing:
            with suppress(Exception):  # it says goodbye to nobody
                opened.close(timeout=1)
        return InputError(
            f"the Dask scheduler at {self._address} no longer answers; what a study has finished is kept: start the "
            "scheduler and run the same again"
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what was given, by default, and close what was opened for it."""
        if self.client.status == "running":
            self._executor.shutdown(wait=wait and not cancel_futures)
        for opened in self._close:
            opened.close()
        self._close = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown(wait=kind is None)


@checks.checked
def dask(address: str, workers: int | None = None) -> Dask:
    """A Dask cluster at an address, or `local`: one on this machine with processes of its own.

    Raises:
        InputError: without Dask, or when nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InputError(f"Dask is not installed; {checkout.extra('cluster')}") from error
    cluster, client = None, Client.__new__(Client)
    try:
        if address == "local":
            with _one_thread_each(), _deaf_to_interrupts():
                cluster = LocalCluster(
                    n_workers=workers or available(), threads_per_worker=1, processes=True, dashboard_address=":0",
                    silence_logs=logging.CRITICAL,
                )  # fmt: skip
        Client.__init__(client, cluster if cluster is not None else address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        with suppress(Exception):  # left to the garbage collector, it would lock the start of the next one
            client.close(timeout=1)
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"no Dask scheduler answers at {shown(address)} ({reason}); give its address, such as tcp://head:8786, "
            "or `local`"
        ) from error
    return Dask(client, close=(client,) if cluster is None else (client, cluster))
