"""A campaign with a time limit: the plan that fits into it, and no part that takes longer than planned for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from calibration import pace
from calibration.budget import FIT, SHARES, bench_sizes, fit_into, fit_seconds, pace_from, restricted
from calibration.campaign import Campaign
from calibration.deadline import Deadline, limited

PARTS = ("grid", "levers", "reinforcement")
LATE = 1.5
"""The microbenchmarks are stopped when they take this many times their share."""
LATER = 0.5
"""Share of the time planned for later parts that an earlier one leaves them in any case."""
WRITING = 0.05
"""Share of the limit that is kept for writing the result."""


class Limits:
    """What a time limit makes of a campaign; without one, nothing.

    What is decided is noted in the log, so that an interrupted campaign goes on with the same choice.
    """

    def __init__(self, campaign: Campaign, deadline: Deadline) -> None:
        self.campaign, self.deadline = campaign, deadline
        self.whole = campaign.plan
        self.reserve = FIT * (deadline.within or 0.0)
        """Seconds that no measurement may use."""

    @property
    def free(self) -> float:
        """Seconds left for measurements."""
        return self.deadline.left - self.reserve

    def for_fit(self) -> float:
        """Seconds that the fit may take now: parts that are still to come keep their own."""
        log, left = self.campaign.log, self.deadline.left - WRITING * (self.deadline.within or 0.0)
        if not log.has("budget") or log.has("levers"):
            return left
        planned = log.get("budget")["planned"]
        return left - LATER * sum(planned[name] for name in PARTS[1:])

    def fit_is_made(self) -> None:
        """Nothing more needs to be kept for it."""
        self.reserve = WRITING * (self.deadline.within or 0.0)

    def _pace(self) -> Any:
        campaign = self.campaign

        def make() -> dict[str, Any]:
            return pace.measured(self.whole, campaign.device, self.deadline.within or 0.0).as_row()

        return pace_from(campaign.log.once("pace", make))

    @contextmanager
    def bench(self, alone: bool) -> Iterator[None]:
        """A block in which the microbenchmarks are shortened to their share of the time, or to all of it if `alone`."""
        if self.deadline.within is None:
            yield
            return
        found = self._pace()
        seconds = self.free if alone else SHARES["bench"] * self.deadline.within
        plan = self.campaign.plan
        self.campaign.plan = replace(plan, bench=bench_sizes(plan.bench, plan, found, seconds))
        with self._stopped_after(seconds * LATE):
            yield
        self.campaign.plan = plan

    def shorten(self) -> None:
        """Give the campaign the plan that fits, with no more cells than were finished where some did not end in time.

        Raises:
            ValueError: where the time is too short for anything.
        """
        if self.deadline.within is None:
            return
        log, found = self.campaign.log, self._pace()
        self.reserve = fit_seconds(self.whole, found, self.deadline.within) + WRITING * self.deadline.within
        row = log.get("budget") if log.has("budget") else {"seconds": self.free}
        chosen = fit_into(self.whole, found, row["seconds"])
        self.campaign.plan = chosen.plan
        planned = {"grid": chosen.grid, "levers": chosen.levers, "reinforcement": chosen.reinforcement}
        log.once("budget", lambda: {**row, "divided_by": 2**chosen.halvings, "planned": planned})
        if log.has("kept"):
            self._keep()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A block that ends when what is left of the time belongs to the parts after it."""
        if self.deadline.within is None:
            yield
            return
        planned = self.campaign.log.get("budget")["planned"]
        later = sum(planned[other] for other in PARTS[PARTS.index(name) + 1 :])
        with self._stopped_after(self.free - LATER * later):
            yield

    @contextmanager
    def _stopped_after(self, seconds: float) -> Iterator[None]:
        tell = self.campaign.tell
        try:
            with limited(tell, seconds) as self.campaign.tell:
                yield
        finally:
            self.campaign.tell = tell

    def settle(self) -> None:
        """Take the grid as it is: levers are read against the cells that were finished, now and after an interruption.

        Raises:
            ValueError: where none was.
        """
        if self.deadline.within is None:
            return
        log = self.campaign.log
        cells = [[row["size"], row["tokens"]] for row in log.starting("cell/")]
        if not cells:
            raise ValueError(f"--within {self.deadline.within:g} is too short: no training run was finished in time")
        log.once("kept", lambda: {"cells": cells, "seeds": len(log.starting("seed/"))})
        self._keep()

    def _keep(self) -> None:
        kept, plan = self.campaign.log.get("kept"), self.campaign.plan
        cells = {(size, tokens) for size, tokens in kept["cells"]}
        self.campaign.plan = replace(restricted(plan, cells), seeds=kept["seeds"])
