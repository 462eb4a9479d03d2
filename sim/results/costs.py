"""What a scenario costs whom, in US dollars a year, against a reference run on the same dice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios import load
from scenarios.schema import Scenario
from sim.checks import checked
from sim.engine.paths import moved
from sim.ensemble.rng import Array
from sim.equations.costs import ITEMS
from sim.short import Short

if TYPE_CHECKING:
    from sim.results.run import Run

USUAL, OPEN = "current_policy", "open_trade"
"""What a scenario is held against, and what current policy itself is held against."""
SMALL = 5e7
"""US dollars a year below which a cost is not worth a line."""
ACCOUNT = "accounts"
"""The series that holds the accounts."""


def reference_of(spec: Scenario) -> Scenario:
    """The scenario that a cost is counted against: the same world under current policy, or with trade open.

    It has the parameters, the actors and the known history of the scenario, and nothing else of what it decides.
    """
    return _in_the_world_of(spec, load(USUAL if _decides(spec) else OPEN))


def _decides(spec: Scenario) -> bool:
    """Whether a scenario sets anything that current policy does not."""
    shares = any(uses for divided in spec.allocation.values() for uses in divided.values())
    return bool(shares or spec.events or spec.rules or any(moved(spec, name) for name in spec.levers))


def _in_the_world_of(spec: Scenario, policy: Scenario) -> Scenario:
    same = ("parameters", "actors", "weighting", "calibration", "switches", "data_until", "rules_until", "start")
    return policy.with_changes(**{name: spec.model_dump()[name] for name in same})


@dataclass(frozen=True, repr=False)
class Costs(Short):
    """Accounts of a run less those of its reference, turned so that a positive number costs its actor."""

    run: Run
    reference: Run

    def _facts(self) -> dict[str, Any]:
        most = "; ".join(
            f"{cost.actor} {cost.item} {cost.median / 1e9:,.1f} bn" for cost in self.largest(self.run.until, 3)
        )
        return {
            "scenario": self.run.spec.name, "reference": self.reference.spec.name,
            f"largest in {self.run.until}, US dollars": most or f"none above {SMALL / 1e9:g} bn",
        }  # fmt: skip

    @checked
    def of(self, actor: str, item: str, year: int) -> Array:
        """US dollars that an item costs an actor in a year, in every future, `(runs,)`.

        Raises:
            InputError: for a year outside the run, or an account that is not kept.
        """
        t, name = self.run.step(year), f"{ACCOUNT}.{actor}.{item}"
        year_of = slice(max(t - 3, 0), t + 1)
        ours, theirs = (run.part(name)[year_of].sum(axis=0, dtype=float) for run in (self.run, self.reference))
        return np.asarray(ITEMS[item].sign * (ours - theirs))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Actor and item of every account."""
        found = [part.partition(".") for part in self.run.parts(ACCOUNT)]
        return [(actor, item) for actor, _, item in found]

    def medians(self) -> dict[str, dict[str, dict[str, float]]]:
        """Actor → item → year → median over futures, US dollars a year."""
        result: dict[str, dict[str, dict[str, float]]] = {}
        for actor, item in self.pairs:
            years = {
                str(year): float(f"{np.median(self.of(actor, item, year)):.6g}")
                for year in range(2023, self.run.until + 1)
            }
            result.setdefault(actor, {})[item] = years
        return result

    def summary(self) -> dict[str, Any]:
        """What `polarity run --json` prints: the name of the reference, and costs by actor, item and year."""
        return {"reference": self.reference.spec.name, "costs_usd": self.medians()}

    @checked
    def largest(self, year: int, most: int = 8, of: Callable[[str, str], bool] | None = None) -> list[Cost]:
        """The largest costs and savings of a year, by the size of their median; parts of another item are left out.

        Args:
            year: the year.
            most: how many at most.
            of: which actors and items count; by default all.
        """
        found = [
            Cost.of(actor, item, self.of(actor, item, year))
            for actor, item in self.pairs
            if not ITEMS[item].within and (of is None or of(actor, item))
        ]
        worth = [cost for cost in found if abs(cost.median) >= SMALL]
        return sorted(worth, key=lambda cost: -abs(cost.median))[:most]


@dataclass(frozen=True)
class Cost:
    """One cost of one year, US dollars: its median over futures and the range of nine in ten."""

    actor: str
    item: str
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, actor: str, item: str, values: Array) -> Cost:
        """From its value in every future."""
        low, median, high = (float(x) for x in np.quantile(values, (0.05, 0.5, 0.95)))
        return cls(actor, item, median, low, high)

    @property
    def label(self) -> str:
        """What is paid, lost or done without."""
        return ITEMS[self.item].label


@checked
def allocation(run: Run) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Actor → money, compute or people → use → year → median share; partners count together, by what they have."""
    result: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for what in ("money", "compute", "people"):
        name = f"{what}_use"
        for part in run.parts(name):
            actor, _, use = part.partition(".")
            path = np.median(run.part(f"{name}.{part}"), axis=-1)
            years = {str(year): float(f"{path[run.step(year)]:.6g}") for year in range(2022, run.until + 1)}
            result.setdefault(actor, {}).setdefault(what, {})[use] = years
    return result
