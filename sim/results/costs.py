"""What a scenario costs whom, in US dollars a year, against a reference run with the same random draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios import load
from scenarios.decisions import CHOOSE
from scenarios.schema import Scenario
from sim.checks import checked
from sim.engine.paths import moved
from sim.ensemble.rng import Array
from sim.equations.costs import INVESTMENT, ITEMS
from sim.results.together import with_groups
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

    It has the parameters, the actors and the known history of the scenario, and nothing else of what it decides or of
    what its actors want.
    """
    return _in_the_world_of(spec, load(USUAL if _decides(spec) else OPEN))


def _decides(spec: Scenario) -> bool:
    """Whether a scenario sets anything that current policy does not."""
    shares = any(uses for divided in spec.allocation.values() for uses in divided.values())
    wants = any(spec.values.values()) or spec.decisions not in (CHOOSE, {})
    return bool(shares or wants or spec.events or spec.rules or any(moved(spec, name) for name in spec.levers))


def _in_the_world_of(spec: Scenario, policy: Scenario) -> Scenario:
    same = {"parameters", "actors", "weighting", "calibration", "switches", "data_until", "rules_until", "start"}
    return policy.with_changes(**spec.model_dump(include=same))


@dataclass(frozen=True, repr=False)
class Books(Short):
    """The accounts of one year in every future."""

    pairs: tuple[tuple[str, str], ...]
    """Actor and item."""
    values: Array
    """(accounts, runs) US dollars."""

    @classmethod
    def of(cls, run: Run, year: int) -> Books:
        """The accounts of a run in a year."""
        t = run.step(year)
        values = run[ACCOUNT][max(t - 3, 0) : t + 1].sum(axis=0, dtype=float)
        return cls(_pairs(run), values.astype(np.float32))

    def costs_against(self, reference: Books) -> tuple[Cost, ...]:
        """Every cost and saving that is worth a line, the largest median first; parts of another item are left out."""
        own, other = ({pair: row for row, pair in enumerate(books.pairs)} for books in (self, reference))
        pairs = [pair for pair in self.pairs if pair in other and not ITEMS[pair[1]].within]
        more = self.values[[own[pair] for pair in pairs]] - reference.values[[other[pair] for pair in pairs]]
        signs = np.array([ITEMS[item].sign for _, item in pairs])
        low, median, high = np.quantile(signs[:, None] * more.astype(float), (0.05, 0.5, 0.95), axis=-1)
        worth = [
            Cost(*pair, float(m), float(a), float(b))
            for pair, m, a, b in zip(pairs, median, low, high, strict=True) if abs(m) >= SMALL
        ]  # fmt: skip
        return tuple(sorted(worth, key=lambda cost: -abs(cost.median)))


def _pairs(run: Run) -> tuple[tuple[str, str], ...]:
    """Actor and item of every account of a run."""
    found = (part.partition(".") for part in run.parts(ACCOUNT))
    return tuple((actor, item) for actor, _, item in found)


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
        """US dollars that an item costs an actor, or a group of them, in a year, in every future, `(runs,)`.

        Raises:
            InputError: for a year outside the run, or an account that is not kept.
        """
        t, name = self.run.step(year), f"{ACCOUNT}.{actor}.{item}"
        year_of = slice(max(t - 3, 0), t + 1)
        ours, theirs = (run.part(name)[year_of].sum(axis=0, dtype=float) for run in (self.run, self.reference))
        return np.asarray(ITEMS[item].sign * (ours - theirs))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Actor and item of every account."""
        return _pairs(self.run)

    def medians(self) -> dict[str, dict[str, dict[str, float]]]:
        """Actor or group → item → year → median over futures, US dollars a year."""
        result: dict[str, dict[str, dict[str, float]]] = {}
        for account in with_groups(self.run.parts(ACCOUNT)):
            actor, _, item = account.partition(".")
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
    def largest(self, year: int, most: int = 8, invested: bool | None = None) -> list[Cost]:
        """The largest costs and savings of a year, by the size of their median; parts of another item are left out.

        Args:
            year: the year.
            most: how many at most.
            invested: only money that buys something, or only the rest; by default both.
        """
        found = Books.of(self.run, year).costs_against(Books.of(self.reference, year))
        return [cost for cost in found if invested in (None, cost.item in INVESTMENT)][:most]


@dataclass(frozen=True)
class Cost:
    """One cost of one year, US dollars: its median over futures and the range of nine in ten."""

    actor: str
    item: str
    median: float
    low: float
    high: float

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
