"""Settings that people are likely to ask for, simulated before they do, while nobody waits for the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import partial
from itertools import chain
from threading import Thread

from pydantic import ValidationError

from scenarios import BASELINE, load, names
from scenarios.errors import InputError
from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from sim.ui.shared import levers, workers
from sim.ui.shared.setup import Setup

CALM = 3.0
"""Seconds since somebody last asked for something, after which the server counts as idle."""
_asked = time.monotonic()


def heard() -> None:
    """Somebody asks for something: what is likely to be asked has to wait."""
    global _asked
    _asked = time.monotonic()


def likely() -> Iterator[Scenario]:
    """The library; then every lever of the first scenario at every stop, the nearest stops of the open levers first."""
    yield from map(load, names())
    start = Setup(BASELINE)
    for open_ones in (True, False):
        steps = []
        for name in (name for name in LEVERS if (name in levers.FIRST) == open_ones):
            now = start.setting(name)
            stops = levers.stops(LEVERS[name])
            middle = min(stops, key=lambda stop: abs(stop - now)) if isinstance(now, float | int) else stops[0]
            place = stops.index(middle)
            steps += [(abs(k - place), name, stop) for k, stop in enumerate(stops)]
        for _, name, stop in sorted(steps):
            yield start.moved(name, stop).spec


def begin(
    simulate: Callable[[Scenario], object], first: Sequence[Callable[[], object]] = (), calm: float = CALM
) -> Thread:
    """Simulate what is likely, one after the other, in a thread that ends with the server.

    Args:
        simulate: makes a scenario ready.
        first: what is made ready before any of them.
        calm: seconds without a question after which it goes on.
    """

    def work() -> None:
        with workers.at_leisure():
            rest: Iterator[Callable[[], object]] = (partial(simulate, spec) for spec in likely())
            for make in chain(first, rest):
                while (left := calm - (time.monotonic() - _asked)) > 0:
                    time.sleep(left)
                with suppress(InputError, ValidationError, ArithmeticError, CancelledError):  # said to whoever asks
                    make()

    thread = Thread(target=work, name="ahead", daemon=True)
    thread.start()
    return thread
