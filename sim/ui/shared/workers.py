"""The worker processes of this server: begun once, shared by everybody who looks at a page."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock, local

from scenarios.errors import InputError
from sim.batch.executors import Here, Processes, available
from sim.batch.urgency import LATER, At, Urgent
from sim.ui.shared import work

USUALLY, MOST = 8, 64
"""Workers that a server has where nobody says how many, and may have; each takes some two hundred megabytes."""
_POOLS: dict[int, Urgent] = {}
_ONE = Lock()
_IDLE = local()
"""Whether this thread works for nobody yet."""


def number() -> int:
    """Worker processes: POLARITY_WORKERS, or eight, and never more than processors; with 0 the server simulates.

    Raises:
        InputError: when the variable is not a usable number.
    """
    text = os.environ.get("POLARITY_WORKERS", str(USUALLY))
    if not text.isdecimal() or int(text) > MOST:
        raise InputError(f"POLARITY_WORKERS is {text!r}; give a whole number from 0 to {MOST}")
    return min(int(text), available())


@contextmanager
def at_leisure() -> Iterator[None]:
    """Inside, whatever this thread asks for can wait for everybody else."""
    _IDLE.on = True
    try:
        yield
    finally:
        _IDLE.on = False


def urgency(usually: int) -> int:
    """How urgent something is that is asked for in this thread."""
    return LATER if getattr(_IDLE, "on", False) else usually


def pool(urgency: int, futures: int = 0) -> At:
    """The workers, for work of some urgency.

    Args:
        urgency: `NOW`, `SOON` or `LATER` of `sim.batch.urgency`.
        futures: futures of the simulations that they make themselves ready for, when they begin; 0 for none.
    """
    count = number()
    with _ONE:
        if count not in _POOLS:
            prepare = partial(work.prepare, futures) if futures else None
            inner = Processes(count, prepare, script=False) if count else Here()
            _POOLS[count] = Urgent(inner)
        return _POOLS[count].at(urgency)


def begin(futures: int) -> None:
    """Begin the workers, without waiting for them."""
    pool(LATER, futures).submit(os.getpid)


@atexit.register
def end() -> None:
    """End all workers; others begin when they are asked for."""
    with _ONE:
        while _POOLS:
            _POOLS.popitem()[1].shutdown(wait=False, cancel_futures=True)
