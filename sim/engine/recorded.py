"""The record: data of a scenario's past as arrays, and what stands still after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scenarios.groups import members
from scenarios.quarters import DATA_UNTIL, FIRST, end_year, label, number, of_date
from scenarios.schema import ActorChange, Scenario
from scenarios.tables import (
    Actor,
    Domestic,
    FrontierQuarter,
    Power,
    Spending,
    Supply,
    TrainingRun,
    Unit,
    supply_mix,
    table,
)
from sim.ensemble.rng import Array
from sim.equations.chips import CLASSES, MAIN_CLASSES, ROADMAP, VARIANTS, catalogue

SUPERPOWERS = ("united_states", "china")
SUPPLY_UNTIL = number("2026-Q2")
"""Last quarter with production data; later ones grow."""
ROADMAP_UNSEEN = "2027-Q1"
"""From when a run that is blind to later data has the classes of the roadmap, which was not known to it."""
RUNS_DISCLOSED_UNTIL = {"united_states": "2025-Q3", "china": "2024-Q4"}
"""Until when the record of training runs counts as complete: later runs are undisclosed or graded speculative."""
HALF_QUARTER, MID_YEAR = 0.125, 0.5
"""Years from the middle of a quarter to its end, at which time is told, and from a year's start to its middle."""
LEAST_OUTPUT = 1e-3
"""Stands for a recorded output of nothing, so that it has a logarithm; thousand 910C equivalents a year."""
OLD_LINE_YEARS = 0.6
"""Years over which the line of the older class fades after the data; judgment, from H100 after B200."""
MEGAWATT_ELSEWHERE, PAY_ELSEWHERE = 14.0, 150.0
"""What a megawatt (million US dollars) and a person (thousand a year) cost whom the table does not name; judgment."""
SAMPLES = 0.002
"""A class with less of the merchant supply than this is in samples, not in volume."""
LIST_PRICE = {2022.0: 30_000, 2023.0: 29_000, 2024.0: 26_000, 2025.0: 19_000, 2026.0: 13_600, 2026.5: 13_200}
"""List price per H100e, US dollars, by decimal year.

Epoch AI chip sales: sales-weighted 13.6 thousand (2025-Q4) and 13.2 (2026-Q2); earlier from quoted H100 prices of
23 to 34 thousand dollars (Epoch AI price data). Tier: inferred.
"""


@dataclass(frozen=True, eq=False)
class Recorded:
    """Data for `steps` quarters from the first (T), actors (A), classes (K) and lines (L); told apart by identity."""

    spec: Scenario
    steps: int

    @cached_property
    def years(self) -> Array:
        """(T,) decimal year at the end of each quarter."""
        return np.array([end_year(FIRST + t) for t in range(self.steps)])

    @cached_property
    def edge(self) -> int:
        """The last quarter of which data is used, as a number."""
        return number(self.spec.data_until)

    @cached_property
    def data_steps(self) -> int:
        """How many of the first quarters lie before or in the last quarter of which data is used."""
        return min(self.edge - FIRST + 1, self.steps)

    @cached_property
    def rules_steps(self) -> int:
        """How many of the first quarters lie before or in the last quarter of which dated rules are used."""
        return min(number(self.spec.rules_known) - FIRST + 1, self.steps)

    def knows(self, year: int) -> bool:
        """Whether the yearly figures of a year are used.

        A year must have ended by the last quarter of data; at the edge of the tables the estimate for the year that
        has begun stands beside the quarters that are known.
        """
        edge = end_year(self.edge)
        return year + 1 <= edge or (self.spec.data_until == DATA_UNTIL and year < edge)

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Actor names in row order: superpowers, allies, hubs, the rest."""
        return tuple(row.actor for row in self.roster)

    @cached_property
    def roster(self) -> tuple[Actor, ...]:
        """The rows of the actor table in row order."""
        return self.spec.roster()

    # --- supply -----------------------------------------------------------------------------------------------

    @cached_property
    def supply(self) -> Array:
        """(T,) US-designed production in H100e; after the last datum it stands still (growth is a parameter)."""
        by_quarter: dict[int, float] = {}
        rows: tuple[Supply, ...] = table("supply_history")
        for row in rows:
            by_quarter[number(row.quarter)] = by_quarter.get(number(row.quarter), 0.0) + row.h100e_p50
        last = min(SUPPLY_UNTIL, self.edge)
        return np.array([by_quarter[min(FIRST + t, last)] for t in range(self.steps)])

    @cached_property
    def supply_data_steps(self) -> int:
        """How many of the first quarters have production data."""
        return min(SUPPLY_UNTIL, self.edge) - FIRST + 1

    @cached_property
    def capacity_share(self) -> Array:
        """(T, K) capacity for each main class, H100e per H100e of production; variants count as the dies they use."""
        chips, result = catalogue(), np.zeros((self.steps, len(CLASSES)))
        last = min(SUPPLY_UNTIL, self.edge)
        roadmap = number(ROADMAP_UNSEEN if self.spec.blind else DATA_UNTIL)
        for t in range(self.steps):
            for name, share in _class_shares(FIRST + t, last, self.custom_share[t], roadmap).items():
                main = VARIANTS.get(name, name)
                dies = chips.h100e[chips.of(main)] / chips.h100e[chips.of(name)]
                result[t, chips.of(main)] += share * dies
        return result

    @cached_property
    def ever_made(self) -> Array:
        """(T, K) whether lines for a main class have run by a quarter."""
        return np.logical_or.accumulate(self.capacity_share > 0, axis=0)

    @cached_property
    def custom_share(self) -> Array:
        """(T,) share of custom chips (TPU, Trainium) in production: data, then the mean of its last four quarters."""
        mix, last = supply_mix(), min(SUPPLY_UNTIL, self.edge)
        quarters = [FIRST + t for t in range(self.steps)]
        return np.array([mix[label(q)]["CUSTOM"] if q <= last else self._custom_late for q in quarters])

    @cached_property
    def _custom_late(self) -> float:
        """Mean share of custom chips in the last four quarters of data: the same for every horizon."""
        mix, last = supply_mix(), min(SUPPLY_UNTIL, self.edge)
        return float(np.mean([mix[label(last - back)]["CUSTOM"] for back in range(4)]))

    @cached_property
    def list_price(self) -> Array:
        """(T,) list price per H100e at the middle of each quarter; after the data it falls (a parameter)."""
        known = {y: p for y, p in LIST_PRICE.items() if y <= end_year(self.edge)}
        return np.interp(self.years - HALF_QUARTER, list(known), list(known.values()))

    # --- series by actor --------------------------------------------------------------------------------------

    @cached_property
    def power_added(self) -> tuple[Array, Array]:
        """(T, A) IT power added per quarter, MW, and the share of it for AI chips; both stand still after the data."""
        rows: tuple[Power, ...] = table("power")
        data = {(row.actor, row.year): (row.it_mw_added / 4, row.ai_share) for row in rows}
        first, last = min(row.year for row in rows), max(row.year for row in rows if self.knows(row.year))
        added, share = np.zeros((2, self.steps, len(self.actors)))
        for t in range(self.steps):
            year = min(max((FIRST + t) // 4, first), last)
            for a, actor in enumerate(self.actors):
                of = (data.get((model, year), (0.0, 0.0)) for model in self._models_of(actor))
                added[t, a], share[t, a] = _together(list(of))
        return added, share

    def unit(self, quantity: str, year: int | None = None) -> Array:
        """(A,) a quantity of the table of units by actor: of the year, or of the only one that there is.

        Who is `like` a group has its money and the mean of its prices.
        """
        rows: tuple[Unit, ...] = table("units")
        found = {row.actor: row.value for row in rows if row.quantity == quantity and year in (None, row.year)}
        sold = quantity.endswith("to_china_usd_bn")  # who is `like` a seller is a buyer like it, and sells nothing
        of = [
            [found.get(name, 0.0) for name in ((actor,) if sold else self._models_of(actor))] for actor in self.actors
        ]
        return np.array([sum(values) if quantity.endswith("usd_bn") else sum(values) / len(values) for values in of])

    def _models_of(self, actor: str) -> tuple[str, ...]:
        """Who is `like` another builds, pays and invests like it; like a group, as its members together."""
        change = self._changes.get(actor)
        return members(change.like) if change and change.like else (actor,)

    @cached_property
    def _changes(self) -> dict[str, ActorChange]:
        """What the scenario changes of every actor."""
        return self.spec.changes()

    @cached_property
    def megawatt_usd(self) -> Array:
        """(A,) a megawatt of AI power with its data center, servers and network, US dollars."""
        return 1e6 * _or(self.unit("megawatt_usd_m"), MEGAWATT_ELSEWHERE)

    @cached_property
    def pay_usd(self) -> Array:
        """(A,) what a person costs in a year, US dollars."""
        return 1e3 * _or(self.unit("pay_usd_k"), PAY_ELSEWHERE)

    @cached_property
    def people_world(self) -> float:
        """People who work on AI in the world at the start of 2024, full-time equivalents."""
        rows: tuple[Unit, ...] = table("units")
        return 1e3 * next(row.value for row in rows if row.quantity == "people_k" and row.actor == "world")

    @cached_property
    def fab_money(self) -> Array:
        """(T, A) investment in fabs and tools for AI chips, US dollars a quarter; it stands still after the data."""
        rows: tuple[Unit, ...] = table("units")
        years = sorted({row.year for row in rows if row.quantity == "fabs_usd_bn" and self.knows(row.year)})
        by_year = {year: 1e9 / 4 * self.unit("fabs_usd_bn", year) for year in years}
        return np.array([by_year[min(max((FIRST + t) // 4, years[0]), years[-1])] for t in range(self.steps)])

    @cached_property
    def china_spending(self) -> Array:
        """(T,) what China spends on compute, US dollars a quarter; after the data it stands still."""
        rows: tuple[Spending, ...] = table("spending")
        yearly = {r.year + MID_YEAR: r.chip_spend_usd_bn for r in rows if r.actor == "china" and self.knows(r.year)}
        # Log-linear between mid-years, so that the quarters of a year add up to about its total.
        return np.exp(np.interp(self.years - HALF_QUARTER, list(yearly), np.log(list(yearly.values())))) * 1e9 / 4

    @cached_property
    def domestic(self) -> dict[str, Array]:
        """(T,) China's own supply by quantity, thousand 910C equivalents a quarter, log-linear between years."""
        return {name: self._domestic(name) for name in ("logic_capacity", "hbm_capacity", "ascend_units")}

    def _domestic(self, quantity: str) -> Array:
        """(T,) a yearly quantity of China's own supply per quarter (thousand 910C equivalents), log-linear between."""
        rows: tuple[Domestic, ...] = table("domestic_supply")
        yearly = {
            r.year + MID_YEAR: max(r.value, LEAST_OUTPUT) for r in rows if r.quantity == quantity and self.knows(r.year)
        }
        years = self.years - HALF_QUARTER
        return np.exp(np.interp(years, list(yearly), np.log(list(yearly.values())))) / 4

    def domestic_stock(self, quantity: str) -> float:
        """A stockpile (thousand 910C equivalents) at the start of its year; 0 where the data end before."""
        rows: tuple[Domestic, ...] = table("domestic_supply")
        return next((r.value for r in rows if r.quantity == quantity and r.year <= end_year(self.edge)), 0.0)

    @cached_property
    def records(self) -> dict[str, dict[int, float]]:
        """log10 FLOP of each superpower's record training runs by quarter of release, as far as the data go."""
        found: dict[str, dict[int, float]] = {actor: {} for actor in SUPERPOWERS}
        rows: tuple[TrainingRun, ...] = table("training_runs")
        for row in sorted(rows, key=lambda row: row.date):
            if row.record == "yes" and row.actor in found and of_date(row.date) <= self.edge:
                found[row.actor][of_date(row.date)] = float(np.log10(row.flop))
        return found

    @cached_property
    def first_run(self) -> Array:
        """(A,) log10 FLOP of the largest run before the first quarter; China's for those without a record."""
        before = {a: max(v for q, v in runs.items() if q < FIRST) for a, runs in self.records.items()}
        return np.array([before.get(actor, before["china"]) for actor in self.actors])

    @cached_property
    def generation(self) -> Array:
        """(T, A) 1 in quarters in which a record run came out, 0 in those in which none did, NaN where not known."""
        path = np.full((self.steps, len(self.actors)), np.nan)
        for actor, runs in self.records.items():
            for t in range(min(self.edge - FIRST + 1, number(RUNS_DISCLOSED_UNTIL[actor]) - FIRST + 1, self.steps)):
                path[t, self.actors.index(actor)] = float(FIRST + t in runs)
        return path

    @cached_property
    def frontier(self) -> Array:
        """(2, data_steps) observed capability of the United States and China at quarter ends (ECI)."""
        rows: tuple[FrontierQuarter, ...] = table("frontier_quarters")
        known = {(row.actor, number(row.quarter)): row.eci for row in rows}
        return np.array([[known[a, FIRST + t] for t in range(self.data_steps)] for a in SUPERPOWERS])


def _together(added: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Power that several add, and the share of it all for AI chips."""
    if len(added) == 1:
        return added[0]
    total = sum(power for power, _ in added)
    return total, sum(power * share for power, share in added) / max(total, 1e-9)


def _or(values: Array, usual: float) -> Array:
    """Values, and the usual one where there is none."""
    return np.where(values > 0, values, usual)


def _class_shares(quarter: int, last: int, custom: float, roadmap: int) -> dict[str, float]:
    """Share of production (H100e) by class: data, then the newest one; from `roadmap` on later ones take over."""
    mix = supply_mix()[label(min(quarter, last))]
    shares = {name: share for name, share in mix.items() if share > 0}
    if quarter <= last:
        return shares
    year, left = end_year(quarter) - HALF_QUARTER, 1.0
    taken: dict[str, float] = {}
    for name, (middle, width, largest) in reversed(ROADMAP.items()):
        share = left * largest / (1 + np.exp((middle - year) / (width / 4)))
        share = share if share > SAMPLES and quarter >= roadmap else 0.0
        taken[name], left = share, left - share
    newest = [name for name in MAIN_CLASSES if name in shares and name != "CUSTOM"][-2:]
    fade = np.exp((end_year(last) - year) / OLD_LINE_YEARS)
    keep = shares[newest[0]] * fade if len(newest) == 2 else 0.0
    split = {newest[0]: keep, newest[-1]: sum(shares[n] for n in newest) - keep}
    merchant = (1 - custom) / sum(split.values())
    return {
        **{name: merchant * left * share for name, share in split.items()},
        **{name: (1 - custom) * share for name, share in taken.items()},
        "CUSTOM": custom,
    }
