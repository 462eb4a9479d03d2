"""Bounds for a process that runs unwatched: time, memory, priority, and an end when nobody is left to read it.

The guard is a thread of the process itself, so that it works whoever started the process and however that one ended.
It looks a few times a second; what is allocated between two looks may exceed the bound for that long.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

STOPPED = 3
"""Exit status of a process that its guard has ended."""
LOOK_EVERY = 0.2
"""Seconds between two looks."""
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Limits:
    """What a process may use."""

    memory: int = 2 * 2**30
    """Resident bytes."""
    seconds: float = 240.0
    """Wall-clock seconds."""
    niceness: int = 5
    """By how much its priority lies below that of whoever started it."""


def watch(limits: Limits = Limits(), attached: bool = False) -> None:
    """Watch this process from now on.

    Args:
        limits: what it may use.
        attached: also end it when its standard input closes, which happens when whoever holds the other end is gone.
    """
    if hasattr(os, "nice"):
        os.nice(limits.niceness)
    _in_background(lambda: _bound(limits))
    if attached:
        _in_background(_await_end_of_input)


def memory(peak: bool = False) -> int:
    """Resident bytes of this process now, or at most so far.

    Where the system has no `/proc`, both are the peak.
    """
    if not _STATUS.is_file():
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else 1024 * most
    # Not `ru_maxrss`: a process inherits it from the one that started it, which may be a large server.
    name = "VmHWM:" if peak else "VmRSS:"
    line = next(line for line in _STATUS.read_text(encoding="utf-8").splitlines() if line.startswith(name))
    return 1024 * int(line.split()[1])


def _in_background(work: Callable[[], None]) -> None:
    Thread(target=work, daemon=True).start()


def _bound(limits: Limits) -> None:
    end = time.monotonic() + limits.seconds
    while True:
        if time.monotonic() > end:
            _stop(f"it was stopped after {limits.seconds:g} seconds, its limit")
        if memory() > limits.memory:
            _stop(f"it was stopped because it used more than {limits.memory / 2**20:,.0f} MiB of memory, its limit")
        time.sleep(LOOK_EVERY)


def _await_end_of_input() -> None:
    while os.read(0, 4096):  # not sys.stdin: its lock would be held while the interpreter ends
        pass
    _stop("")


def _stop(why: str) -> None:
    """End at once, also in the middle of a computation."""
    if why:
        print(f"polarity: calibrate: {why}", file=sys.stderr, flush=True)
    os._exit(STOPPED)
