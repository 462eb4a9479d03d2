"""What a study costs: a million futures, what the executor adds, what a rerun costs, and how much memory it takes."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.report import line
from sim.batch import Plan, executors, run_study
from sim.batch.part import PART

MILLION = 1_000_000


def plan_of(members: int) -> Plan:
    """`current_policy` to 2032, with the outcomes that most people ask for."""
    return Plan(
        name="million", scenarios=["current_policy"], members=members,
        outcomes=["outcome@2032", "lead_months@2030", "crossing_year.us_bloc", "crossing_year.china"],
    )  # fmt: skip


class Watch(threading.Thread):
    """Resident memory and processor time of this process and its children, ten times a second (Linux)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.path, self.done = list[float](), threading.Event()
        self.spent: dict[int, float] = {}
        """Processor seconds of each child, as last seen: it is gone before it is counted by the system."""

    def run(self) -> None:
        """Watch until it is told to stop."""
        while not self.done.wait(0.1):
            children = list(_descendants(os.getpid()))
            self.path.append(sum(map(_resident, [os.getpid(), *children])))
            self.spent |= {pid: seconds for pid in children if (seconds := _processor(pid))}


def _descendants(pid: int) -> Iterator[int]:
    try:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield int(child)
            yield from _descendants(int(child))
    except OSError:
        return


def _resident(pid: int) -> float:
    """Resident memory of a process, GiB."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**30
    except OSError:
        return 0.0


def _processor(pid: int) -> float:
    """Processor seconds that a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Wall and processor seconds and peak memory of what happens inside."""
    found: dict[str, float] = {}
    watch = Watch()
    watch.start()
    wall, spent = time.perf_counter(), time.process_time()
    yield found
    found["wall"], found["cpu"] = time.perf_counter() - wall, time.process_time() - spent
    watch.done.set()
    watch.join()
    found["cpu"] += sum(watch.spent.values())
    found["peak"] = max(watch.path, default=0.0)
    if len(watch.path) >= 8:
        quarter = len(watch.path) // 4
        second, last = watch.path[quarter : 2 * quarter], watch.path[-quarter:]
        found["growth"] = statistics.median(last) - statistics.median(second)


def million(members: int = MILLION) -> None:
    """A million members of one scenario on one and on two workers, and the same call again."""
    digests = []
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as place:
            with measured() as cost, executors.processes(workers) as pool:
                study = run_study(plan_of(members), place, pool)
            digests.append(study.digests())
            line(
                f"{members:,} members to 2032, {workers} worker{'s' if workers > 1 else ''}",
                f"{cost['wall']:.0f} s wall, {cost['cpu']:.0f} s process, {members / cost['wall'] * 60:,.0f} a minute",
            )
            line(
                "  memory of all processes",
                f"{cost['peak']:.2f} GiB at most; last quarter against second: {cost['growth']:+.3f} GiB",
            )
            with measured() as again:
                run_study(plan_of(members), place)
            size = sum(path.stat().st_size for path in study.folder.rglob("*")) / 1e6
            line("  the same call again", f"{again['wall']:.2f} s = {100 * again['wall'] / cost['wall']:.2f}% of it")
            line("  on the disk", f"{size:.0f} MB in {len(study.parts)} parts")
            with measured() as reading:
                study.table()
            line("  shares and quantiles of all of it", f"{reading['wall']:.2f} s, {reading['peak']:.2f} GiB")
    line("  same digests", str(digests[0] == digests[1]))


class Timed(Executor):
    """Hands on to a warm pool, which stays, and notes how long each task took where it was done."""

    def __init__(self, pool: Executor) -> None:
        self.pool, self.seconds, self.workers = pool, list[float](), 1

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future of the answer alone."""
        answer: Future[Any] = Future()

        def pass_on(inner: Future[tuple[Any, float]]) -> None:
            result, seconds = inner.result()
            self.seconds.append(seconds)
            answer.set_result(result)

        self.pool.submit(timed_call, fn, *args, **kwargs).add_done_callback(pass_on)
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Stay."""


def timed_call(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, float]:
    """The answer of a function, and its wall time."""
    start = time.perf_counter()
    return fn(*args, **kwargs), time.perf_counter() - start


def overhead(parts: int = 4, repeats: int = 5) -> None:
    """What files and executor add to the work itself, at the default size of parts, with one warm worker."""
    plan = plan_of(parts * PART)
    with executors.processes(1) as one, executors.dask("local", 1) as cluster:
        pools = {"process pool": Timed(one), "Dask": Timed(cluster)}
        ratios: dict[str, list[float]] = {name: [] for name in pools}
        for repeat in range(repeats + 1):
            for name, pool in pools.items():
                pool.seconds.clear()
                with tempfile.TemporaryDirectory() as place:
                    wall = _wall(lambda: run_study(plan, place, pool))  # noqa: B023
                if repeat:  # the first warms up
                    ratios[name].append(wall / sum(pool.seconds) - 1)
        for name, found in ratios.items():
            low, mid, high = (f"{100 * ratio:.1f}" for ratio in (min(found), statistics.median(found), max(found)))
            line(f"files and executor over the work itself, {name}", f"{mid}% ({low} to {high}, {repeats} repeats)")


def _wall(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    million(int(sys.argv[1]) if len(sys.argv) > 1 else MILLION)
    overhead()
