"""How benchmarks measure and print: process time, interleaved repeats, medians with their range."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable


def timed(call: Callable[[], object], repeats: int = 5) -> list[float]:
    """Process seconds of each repeat, after one that is not counted."""
    call()
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return times


def line(label: str, value: str) -> None:
    """One row of the report."""
    print(f"{label:<58} {value}")


def span(times: list[float], scale: float = 1.0, unit: str = "s") -> str:
    """Median and range."""
    ordered = [t * scale for t in sorted(times)]
    return f"{statistics.median(ordered):.3f} {unit} ({ordered[0]:.3f} to {ordered[-1]:.3f}, {len(ordered)} repeats)"
