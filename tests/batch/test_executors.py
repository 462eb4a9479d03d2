"""Processes on this machine: when they begin, and that all of them end."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.faults import children
from sim.batch import executors

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found through /proc")


def until(true: Callable[[list[int]], bool]) -> list[int]:
    """The workers of this process, as soon as something is true of them."""
    patience = time.monotonic() + 30
    while not true(found := children(os.getpid())):
        assert time.monotonic() < patience, found
        time.sleep(0.05)
    return found


@pytest.fixture(autouse=True)
def _alone():
    until(lambda found: not found)
    yield
    until(lambda found: not found)


def test_all_workers_begin_with_the_pool_and_have_one_thread():
    with executors.processes(2) as crew:
        crew.make()
        pids = until(lambda found: len(found) == 2)
        environments = [Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") for pid in pids]
    for name in executors.ONE_THREAD:
        assert all(f"{name}=1".encode() in environment for environment in environments)


def test_no_worker_outlives_its_pool_whatever_it_does():
    with executors.processes(2) as crew:
        pool = crew.make()
        answers = [pool.submit(time.sleep, 300) for _ in range(2)]
        busy = until(lambda found: len(found) == 2 and all(answer.running() for answer in answers))
        crew.make()  # in place of one that is given up
        until(lambda found: len(found) == 2 and not set(busy) & set(found))
