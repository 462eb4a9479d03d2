"""`make bench`: what a simulation costs, as process time and as ratios taken in one process.

Machines are shared and noisy: believe ratios, and medians of interleaved repeats.
"""

from __future__ import annotations

import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks import analyses, study, ufuncs
from benchmarks.report import line, span, timed


def engine() -> None:
    """One thousand members, and how cost grows."""
    from scenarios import load
    from sim import simulate

    spec = load("current_policy")
    thousand = timed(lambda: simulate(spec, runs=1000), 9)
    line("1,000 members to 2032 with draws, float64", span(thousand))
    counts = ufuncs.count(spec, 1000, 2032)
    best, rows = ufuncs.bound(counts)
    line(
        "  bound: counted ufuncs at cache-resident cost",
        f"{best:.3f} s, {sum(counts.values()) / 1e6:.0f} M element-operations",
    )
    line(
        "  ratio to the bound (median / best)", f"{statistics.median(thousand) / best:.2f} / {min(thousand) / best:.2f}"
    )
    for name, elements, ms in rows[:6]:
        line(f"    {name}", f"{elements:.1f} M elements, {ms:.1f} ms")
    eight = timed(lambda: simulate(spec, runs=8), 7)
    line("8 members (the cost of the calls alone)", span(eight))
    for runs, repeats in ((10_000, 3), (100_000, 1)):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        times = (
            timed(lambda n=runs: simulate(spec, runs=n), repeats)
            if repeats > 1
            else _once(lambda n=runs: simulate(spec, runs=n))
        )
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        per = statistics.median(times) / runs * 1000
        line(
            f"{runs:,} members: process time per 1,000",
            f"{per:.3f} s ({per / statistics.median(thousand):.2f} x that of 1,000)",
        )
        line(f"{runs:,} members: peak memory added per member", f"{(after - before) / runs:.1f} kB")
    run = simulate(spec, runs=256)
    kept = sum(values.nbytes for values in run.series.values()) / run.runs / 1000
    line("results kept per member", f"{kept:.1f} kB")
    short, long = (
        timed(lambda: simulate(spec, runs=1000, until=2032)),
        timed(lambda: simulate(spec, runs=1000, until=2042)),
    )
    line(
        "81 quarters against 41: ratio of time (1.98 is linear)",
        f"{statistics.median(long) / statistics.median(short):.2f}",
    )
    more = {f"extra{i}": {"like": "rest_of_world"} for i in range(11)}
    wide = spec.with_changes(actors=more)
    base, double = timed(lambda: simulate(spec, runs=1000)), timed(lambda: simulate(wide, runs=1000))
    line("22 actors against 11: ratio of time", f"{statistics.median(double) / statistics.median(base):.2f}")
    memory()


def _once(call: Callable[[], object]) -> list[float]:
    start = time.process_time()
    call()
    return [time.process_time() - start]


def memory() -> None:
    """Worlds that stay alive after their runs."""
    from scenarios import load
    from sim import simulate
    from sim.engine.world import World

    for _ in range(20):
        simulate(load("current_policy"), runs=8, until=2027)
    gc.collect()
    alive = sum(isinstance(thing, World) for thing in gc.get_objects())
    line("worlds alive after 20 runs", str(alive))


def start_up() -> None:
    """Cold start of the command line against `import numpy`, interleaved."""

    def wall(*arguments: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        return time.perf_counter() - start

    numpy, bare, shown = [], [], []
    for _ in range(9):
        numpy.append(wall("-c", "import numpy"))
        shown.append(wall("-m", "sim.cli", "--help"))
        bare.append(wall("-c", "pass"))
    ratio = statistics.median(a / b for a, b in zip(shown, numpy, strict=True))
    line("polarity --help, wall", span(shown))
    line("python -c 'import numpy', wall", span(numpy))
    line("ratio, pair by pair", f"{ratio:.2f}")


def main() -> None:
    """Print the whole report."""
    line("NumPy", np.__version__)
    engine()
    start_up()
    analyses.sobol()
    analyses.prices()
    study.million()
    study.overhead()


if __name__ == "__main__":
    main()
