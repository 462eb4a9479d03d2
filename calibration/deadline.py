"""Time limits of a campaign: the whole of it ends in time, and no part takes the time of those that follow."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

LEAST = 10.0
"""Seconds below which no limit is accepted: torch alone may take as long to start."""


class OutOfTime(Exception):
    """A part has used up its time."""


def check_within(seconds: float | None) -> None:
    """Refuse a time limit that is no number of seconds, or too short for anything.

    Raises:
        ValueError: with what would be valid.
    """
    if seconds is None:
        return
    if not math.isfinite(seconds) or seconds <= 0:
        raise ValueError(f"--within is {seconds:g}; it is a number of seconds above 0, such as 480")
    if seconds < LEAST:
        raise ValueError(f"--within {seconds:g} is too short; a campaign needs at least {LEAST:g} seconds to start")


@dataclass(frozen=True)
class Deadline:
    """When a campaign must be over; without a limit, never."""

    within: float | None
    """Seconds for everything."""
    started: float
    """When they began to count, seconds since the epoch."""

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without a limit."""
        return math.inf if self.within is None else self.within - (time.time() - self.started)


Tell = Callable[[str, float], None]
"""Told what was done, and its cost in the units of the progress bar."""


@contextmanager
def limited(tell: Tell, seconds: float) -> Iterator[Tell]:
    """A `tell` that ends the block it is called in once `seconds` have passed; what was finished stays."""
    end = time.monotonic() + seconds

    def check(what: str, cost: float) -> None:
        tell(what, cost)
        if time.monotonic() > end:
            raise OutOfTime(what)

    with suppress(OutOfTime):
        yield check
