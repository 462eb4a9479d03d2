"""Whoever does the work: processes of ours that begin, die and end, and anything shaped like an executor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import pytest

from benchmarks.faults import children
from scenarios import load
from scenarios.errors import InputError
from sim.analysis.prices import price_list
from sim.batch import executors, run_study
from sim.batch.evaluate import Task, evaluate, evaluate_all
from sim.batch.hand_out import AHEAD, hand_out
from sim.results.outcomes.scalar import parse

ROOT = Path(__file__).resolve().parents[2]
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


def test_all_workers_begin_with_the_first_call_and_have_one_thread():
    with executors.processes(2) as pool:
        assert pool.submit(pow, 2, 5).result() == 32
        pids = until(lambda found: len(found) == 2)
        environments = [Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") for pid in pids]
    for name in executors.ONE_THREAD:
        assert all(f"{name}=1".encode() in environment for environment in environments)


def test_no_worker_outlives_its_pool_whatever_it_does():
    class Enough(Exception):
        pass

    with suppress(Enough), executors.processes(2) as pool:
        answers = [pool.submit(time.sleep, 300) for _ in range(2)]
        busy = until(lambda found: len(found) == 2 and all(answer.running() for answer in answers))
        pool.renew(BrokenProcessPool())
        pool.submit(time.sleep, 300)
        until(lambda found: len(found) == 2 and not set(busy) & set(found))
        raise Enough


# --- shaped like an executor of the standard library ----------------------------------------------------------------


def test_processes_are_an_executor():
    with executors.processes(2) as pool:
        assert isinstance(pool, Executor)
        assert list(pool.map(abs, [-1, -2, -3])) == [1, 2, 3]
        late = pool.submit(time.sleep, 0.3)
        failed = pool.submit(divmod, 1, 0)
    assert late.done()  # what was given is waited for
    assert isinstance(failed.exception(), ZeroDivisionError)
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(abs, 1)


def test_an_executor_that_is_shut_down_by_hand_takes_no_more_and_answers_what_it_has():
    pool = executors.processes(1)
    answer = pool.submit(pow, 3, 3)
    pool.shutdown(wait=False)
    assert answer.result(timeout=60) == 27
    pool.shutdown()
    executors.processes(1).shutdown()  # one that never began


class Duck:
    """Not an Executor, but shaped like one: threads that nobody derives from anything."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(2)

    def submit(self, fn, /, *args, **kwargs):
        return self.pool.submit(fn, *args, **kwargs)


@pytest.fixture(params=["none", "here", "threads", "stdlib processes", "processes", "duck", "dask client", "dask"])
def any_executor(request):
    """Everything that may be given as `executor`."""
    kind = request.param
    if kind == "none":
        yield None
    elif kind == "here":
        yield executors.Here()
    elif kind == "duck":
        duck = Duck()
        yield duck
        duck.pool.shutdown()
    elif kind == "dask":
        pytest.importorskip("distributed")
        with executors.dask("local", 1) as pool:
            yield pool
    elif kind == "dask client":
        distributed = pytest.importorskip("distributed")
        with (
            distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as own,
            distributed.Client(own, set_as_default=False) as client,
        ):
            yield client.get_executor()
    else:
        makers = {
            "threads": lambda: ThreadPoolExecutor(2), "processes": lambda: executors.processes(2),
            "stdlib processes": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
        }  # fmt: skip
        with makers[kind]() as pool:
            yield pool


def test_whatever_is_like_an_executor_gives_the_same_numbers(any_executor, plan, tmp_path):
    today, lead = load("current_policy"), (parse("lead_months@2027"),)
    tasks = [Task(today, lead, 8, seed) for seed in range(6)]
    seen: list[int] = []
    found = evaluate_all(tasks, any_executor, lambda done, total: seen.append(done))
    assert [answer[str(lead[0])].tolist() for answer in found] == [evaluate(t)[str(lead[0])].tolist() for t in tasks]
    assert seen == [8, 16, 24, 32, 40, 48]
    small = plan(members=8, scenarios=["current_policy"])
    study = run_study(small, tmp_path / "there", executor=any_executor)
    assert study.digests() == run_study(small, tmp_path / "here").digests()


@pytest.mark.parametrize("wrong", [8, "local", True, executors.processes], ids=lambda wrong: type(wrong).__name__)
def test_what_is_no_executor_is_refused_in_one_line(wrong, plan, tmp_path):
    for call in (
        lambda: evaluate_all([], wrong),
        lambda: run_study(plan(), tmp_path, wrong),
        lambda: price_list(load("current_policy"), runs=2, levers=[], executor=wrong),
    ):
        with pytest.raises(InputError, match=r"^executor is .*processes\(8\) as pool") as refused:
            call()
        assert "\n" not in str(refused.value)


# --- workers that die -----------------------------------------------------------------------------------------------


def double(number: int) -> int:
    return 2 * number


class Mortal(ThreadPoolExecutor):
    """Loses the answers whose numbers are given, once each, as one that is broken or as one that only lost them."""

    def __init__(self, losses: set[int], error: Callable[[], BaseException]) -> None:
        super().__init__(2)
        self.losses, self.error, self.calls = losses, error, 0

    def submit(self, fn, /, *args, **kwargs):
        self.calls += 1
        if self.calls in self.losses:
            future: Future = Future()
            future.set_exception(self.error())
            return future
        return super().submit(fn, *args, **kwargs)


class Reborn(executors.Pool):
    """A pool around another one that counts how often it was made anew."""

    def __init__(self, pool: Executor, workers: int = 2) -> None:
        self.pool, self.renewed, self._workers = pool, 0, workers

    @property
    def workers(self) -> int:
        return self._workers

    def submit(self, fn, /, *args, **kwargs):
        return self.pool.submit(fn, *args, **kwargs)

    def renew(self, error: BaseException) -> None:
        self.renewed += 1


@pytest.mark.parametrize("error", [BrokenProcessPool, CancelledError])
@pytest.mark.parametrize("losses", [{1}, {4, 5, 6}, set(range(1, 10)), {20}])
def test_what_was_lost_is_done_again_and_nothing_twice(error, losses):
    with Mortal(losses, error) as inner:
        pool, restarts = Reborn(inner), []
        found = list(hand_out(range(20), double, pool, lambda: restarts.append(1)))
    assert sorted(found) == [(number, 2 * number) for number in range(20)]
    assert len(restarts) == pool.renewed > 0


def test_jobs_are_made_as_they_are_needed():
    made = []

    def jobs():
        for number in range(1000):
            made.append(number)
            yield number

    for done, _ in enumerate(hand_out(jobs(), double, executors.Here()), start=1):
        assert len(made) <= done  # this process does one at a time, so that nothing waits
    with ThreadPoolExecutor(3) as pool:
        made.clear()
        for done, _ in enumerate(hand_out(jobs(), double, pool), start=1):
            assert len(made) <= done + AHEAD * 3 + 1


def test_an_executor_that_cannot_replace_its_workers_says_so(plan, tmp_path):
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        pytest.raises(InputError, match=r"worker of the ProcessPoolExecutor died.*processes\(N\)"),
    ):
        list(hand_out([1], os._exit, pool))


def test_an_analysis_survives_a_killed_worker():
    today, lead = load("current_policy"), (parse("lead_months@2027"),)
    tasks, killed = [Task(today, lead, 256, seed) for seed in range(8)], []

    def kill(done: int, total: int) -> None:
        if not killed:
            killed.append(children(os.getpid())[0])
            os.kill(killed[0], signal.SIGKILL)

    with executors.processes(2) as pool:
        found = evaluate_all(tasks, pool, kill)
    assert killed
    assert [answer[str(lead[0])].sum() for answer in found] == [evaluate(task)[str(lead[0])].sum() for task in tasks]


def test_a_script_without_its_guard_is_told_so_in_one_line(tmp_path):
    script = tmp_path / "script.py"
    lines = [
        "from sim.batch.executors import processes",
        "from sim.batch.hand_out import hand_out",
        "with processes(2) as pool:",
        "    print(list(hand_out([1, 2], abs, pool)))",
    ]
    script.write_text("\n".join(lines) + "\n")
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, env=path, timeout=120)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.endswith('has to stand below `if __name__ == "__main__":`')
    assert done.stderr.count("Traceback") == 2  # that of this process and what it came of, and none of the workers'
    guarded = ["if __name__ == '__main__':", *(f"    {line}" for line in lines[1:])]
    script.write_text("\n".join([lines[0], *guarded]) + "\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, env=path, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(eval(done.stdout)) == [(0, 1), (1, 2)]
