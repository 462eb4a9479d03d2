"""When is a lead durable? Who has one at a date, who still has it years later, and what research feedback does to it.

A lead is the lead in months at a fixed pace. It is looked at twice, with the switch `research_feedback` on and off and
the same random draws, so that each future is compared with itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import InputError
from scenarios.quarters import LAST_YEAR
from scenarios.schema import Scenario
from sim.analysis.regret import check_side
from sim.batch.evaluate import Progress, Task, evaluate_all
from sim.checks import check_runs, checked, whole
from sim.ensemble.rng import Array
from sim.results.outcomes.polarity import MONTHS
from sim.results.outcomes.scalar import EARLIEST, parse
from sim.results.paired import Paired, paired, paired_share
from sim.short import Short

if TYPE_CHECKING:
    import polars as pl

AT, YEARS = 2030, 5
"""The year at whose end a lead is looked at, and the years until it is looked at again, where nobody says otherwise."""
MOST_MONTHS = 120.0
"""Longest lead that can be asked about."""
SCENARIOS = ("current_policy", "tight_controls", "closed_ideas", "allied_coordination", "open_trade", "controls_erode",
             "verified_agreement", "china_surge")  # fmt: skip
"""What is compared by default: the policies of the library that move the lead most, either way."""
FEWEST = 20
"""Futures with a lead below which nothing is said in words of how many keep it."""
SIGNS = {"us": 1.0, "china": -1.0}
"""The sign of each side's lead."""
MEASURES: dict[str, tuple[str, str]] = {
    "has": ("has such a lead", "share of futures"),
    "keeps": ("has it, and has it again at the second date", "share of futures"),
    "ahead": ("has it, and is still ahead at the second date", "share of futures"),
    "kept": ("has it again, of the futures that have it with and without feedback", "share of those futures"),
    "lead_then": ("mean lead at the first date", "months"),
    "lead_later": ("mean lead at the second date", "months"),
    "growth": ("mean change of the lead, of the futures that have it with and without feedback", "months"),
}
"""What is measured: its meaning and unit."""


@dataclass(frozen=True)
class Measured:
    """A measure with research feedback, without it, and their difference, future by future."""

    with_feedback: float
    without_feedback: float
    difference: Paired

    def where(self, feedback: bool) -> float:
        """The measure with research feedback, or without."""
        return self.with_feedback if feedback else self.without_feedback


@dataclass(frozen=True, repr=False)
class Lasting(Short):
    """The leads of one side in one scenario, at both dates."""

    scenario: Scenario
    months: float
    fed: Array
    """(2, runs) lead at the first and the second date with research feedback, months."""
    unfed: Array
    """(2, runs) the same without it."""

    def kept(self, feedback: bool = True, ahead: bool = False) -> float | None:
        """Of the futures that have such a lead, the share that has it again; None where none has it.

        Args:
            feedback: with research feedback, or without.
            ahead: it is enough to be ahead at all at the second date.
        """
        first, second = self.fed if feedback else self.unfed
        later = second[first >= self.months]
        return float((later > 0 if ahead else later >= self.months).mean()) if later.size else None

    def enough(self, feedback: bool = True) -> bool:
        """Whether so many futures have such a lead that the share of them that keeps it says something."""
        return int(((self.fed if feedback else self.unfed)[0] >= self.months).sum()) >= FEWEST

    @property
    def in_both(self) -> NDArray[np.bool_]:
        """(runs,) whether a future has such a lead with and without feedback."""
        return np.asarray(np.minimum(self.fed[0], self.unfed[0]) >= self.months)

    def measured(self) -> dict[str, Measured]:
        """Every measure of `MEASURES`; those of futures in both are left out where there are fewer than two."""
        n, both = self.months, self.in_both
        found = {
            "has": _shares(*(leads[0] >= n for leads in (self.fed, self.unfed))),
            "keeps": _shares(*((leads[0] >= n) & (leads[1] >= n) for leads in (self.fed, self.unfed))),
            "ahead": _shares(*((leads[0] >= n) & (leads[1] > 0) for leads in (self.fed, self.unfed))),
            "lead_then": _means(self.fed[0], self.unfed[0]),
            "lead_later": _means(self.fed[1], self.unfed[1]),
        }
        if both.sum() > 1:
            found["kept"] = _shares(*(leads[1][both] >= n for leads in (self.fed, self.unfed)))
            found["growth"] = _means(*((leads[1] - leads[0])[both] for leads in (self.fed, self.unfed)))
        return {name: found[name] for name in MEASURES if name in found}


def _shares(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> Measured:
    return Measured(float(one.mean()), float(two.mean()), paired_share(two.astype(float), one.astype(float)))


def _means(one: Array, two: Array) -> Measured:
    return Measured(float(one.mean()), float(two.mean()), paired(one - two))


@dataclass(frozen=True, repr=False)
class Durable(Short):
    """How durable a lead is in several scenarios."""

    side: str
    months: float
    at: int
    later: int
    rows: tuple[Lasting, ...]
    runs: int
    seed: int

    def frame(self) -> pl.DataFrame:
        """One row per scenario and measure: with feedback, without, their difference and its 90% interval."""
        import polars as pl

        return pl.DataFrame([
            {"policy": row.scenario.name, "measure": name, "what": MEASURES[name][0], "unit": MEASURES[name][1],
             "with_feedback": found.with_feedback, "without_feedback": found.without_feedback,
             "difference": found.difference.mean, "difference_low": found.difference.low,
             "difference_high": found.difference.high}
            for row in self.rows for name, found in row.measured().items()
        ])  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """The table as plain values; `kept_with_feedback` is of the futures that have such a lead then."""
        return {
            "side": self.side, "months": self.months, "at": self.at, "later": self.later, "runs": self.runs,
            "seed": self.seed, "measures": {name: what for name, (what, _) in MEASURES.items()},
            "policies": [
                {"policy": row.scenario.name, "title": row.scenario.title, "digest": row.scenario.digest(),
                 "kept_with_feedback": row.kept(True), "kept_without_feedback": row.kept(False),
                 "ahead_with_feedback": row.kept(True, ahead=True),
                 "ahead_without_feedback": row.kept(False, ahead=True),
                 "futures_in_both": int(row.in_both.sum())}
                for row in self.rows
            ],
            "table": self.frame().to_dicts(),
        }  # fmt: skip


def fed(spec: Scenario, feedback: bool) -> Scenario:
    """A scenario with AI speeding up AI research, or not, whatever it says itself."""
    return spec.with_changes(switches={**spec.switches.model_dump(), "research_feedback": feedback})


@checked
def durable(
    scenarios: Sequence[Scenario],
    months: float = MONTHS,
    at: int = AT,
    years: int = YEARS,
    side: str = "us",
    runs: int = 1024,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Durable:
    """Count the futures in which a side has a lead at the end of a year, and those in which it has it years later.

    Args:
        scenarios: policies, as they are; only `research_feedback` is switched on and off.
        months: how long a lead has to be, 0 to 120.
        at: the year at whose end it is looked at first, 2027 or later.
        years: years until it is looked at again; `at` + `years` is 2035 or earlier.
        side: whose lead, `us` or `china`.
        runs: futures of each simulation.
        seed: names the random draws, which all simulations share.
        executor: who simulates; this process by default.
        progress: called with (futures done, futures in all).

    Raises:
        InputError: for no scenario, two of one name, an unknown side, a lead or date out of range, or a number of
            futures out of range.
    """
    check_side(side)
    check_runs(runs, fewest=2)
    _check_dates(at, years)
    if not 0 <= months <= MOST_MONTHS:
        raise InputError(f"months is {months:g}; give a lead of 0 to {MOST_MONTHS:g} months")
    names = [spec.name for spec in scenarios]
    if not scenarios:
        raise InputError("scenarios is empty; give one or more, such as [load('current_policy')]")
    if len(set(names)) < len(names):
        raise InputError(f"two scenarios have one name: {', '.join(names)}")
    asked = (parse(f"lead_months@{at}"), parse(f"lead_months@{at + years}"))
    tasks = [Task(fed(spec, feedback), asked, runs, seed) for spec in scenarios for feedback in (True, False)]
    answers = evaluate_all(tasks, executor, progress)
    leads = [SIGNS[side] * np.stack([answer[str(each)] for each in asked]) for answer in answers]
    rows = tuple(Lasting(spec, months, leads[2 * n], leads[2 * n + 1]) for n, spec in enumerate(scenarios))
    return Durable(side, months, at, at + years, rows, runs, seed)


def _check_dates(at: int, years: int) -> None:
    if not EARLIEST <= at < LAST_YEAR:
        raise InputError(f"at is {at}; give a year from {EARLIEST} to {LAST_YEAR - 1}")
    whole("years", years, 1)
    if at + years > LAST_YEAR:
        raise InputError(
            f"{years} years after {at} is {at + years}, and no run goes past {LAST_YEAR}; give 1 to {LAST_YEAR - at} "
            "years, or an earlier first year"
        )
