"""Whoever waits goes first, and a worker that dies takes nobody's answer with it."""

import os
import signal
import threading
import time
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from scenarios.errors import InputError
from sim.batch.executors import Here, Pool, Processes
from sim.batch.urgency import LATER, NOW, SOON, Urgent


class Held(Pool):
    """One worker that works when the test says so."""

    def __init__(self, deaths: int = 0) -> None:
        self.open, self.deaths, self.renewed = threading.Semaphore(0), deaths, 0

    @property
    def workers(self) -> int:
        return 1

    def submit(self, fn, /, *args, **kwargs):
        answer: Future = Future()

        def work() -> None:
            self.open.acquire()
            if self.deaths:
                self.deaths -= 1
                answer.set_exception(BrokenProcessPool())
            else:
                answer.set_result(fn(*args, **kwargs))

        threading.Thread(target=work, daemon=True).start()
        return answer

    def renew(self, error: BaseException) -> None:
        self.renewed += 1


def test_the_most_urgent_goes_first_and_equals_in_their_order():
    order: list[str] = []
    with Urgent(inner := Held()) as pool:
        first = pool.at(LATER).submit(order.append, "running")
        while not first.running():
            time.sleep(0.005)
        rest = [pool.at(u).submit(order.append, name) for u, name in
                ((LATER, "idle"), (SOON, "analysis"), (NOW, "a"), (SOON, "more"), (NOW, "b"))]  # fmt: skip
        inner.open.release(6)
        for answer in (first, *rest):
            answer.result(5)
    assert order == ["running", "a", "b", "analysis", "more", "idle"]


def test_what_nobody_waits_for_any_more_is_not_begun():
    order: list[str] = []
    with Urgent(inner := Held()) as pool:
        first = pool.submit(order.append, "running")
        while not first.running():
            time.sleep(0.005)
        left, last = pool.submit(order.append, "left"), pool.submit(order.append, "last")
        assert left.cancel()
        inner.open.release(3)
        last.result(5)
    assert order == ["running", "last"]


def test_a_job_is_given_out_once_more_and_then_fails_in_words():
    with Urgent(inner := Held(deaths=1)) as pool:
        inner.open.release(2)
        assert pool.submit(abs, -3).result(5) == 3
        assert inner.renewed == 1
    with Urgent(inner := Held(deaths=2)) as pool:
        inner.open.release(2)
        with pytest.raises(InputError, match="ended unexpectedly, twice"):
            pool.submit(abs, -3).result(5)


def test_errors_keep_their_words_and_an_ended_pool_takes_nothing():
    def refuse() -> None:
        raise InputError("not this one")

    with Urgent(Here()) as pool, pytest.raises(InputError, match="not this one"):
        pool.submit(refuse).result(5)
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(abs, 1)
    with Urgent(inner := Held()) as pool:
        running, waiting = pool.submit(abs, 1), pool.submit(abs, 2)
        while not running.running():
            time.sleep(0.005)
        pool.shutdown(wait=False)
        with pytest.raises(CancelledError):
            waiting.result(5)
        inner.open.release()


def test_a_process_that_is_killed_is_replaced():
    with Urgent(Processes(1, script=False)) as pool:
        worker = pool.submit(os.getpid).result(30)
        os.kill(worker, signal.SIGKILL)
        assert pool.submit(os.getpid).result(30) != worker
