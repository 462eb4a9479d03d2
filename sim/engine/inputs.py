"""Everything about a scenario that is the same for every member: data and settings as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock

import numpy as np
from cachetools import LRUCache, cached
from numpy.typing import NDArray

from scenarios.events import KINDS as EVENTS
from scenarios.levers import LEVERS
from scenarios.quarters import DATA_UNTIL, FIRST, end_year, label, number, of_date
from scenarios.schema import Scenario
from scenarios.tables import Actor, Domestic, FrontierQuarter, Power, Spending, Supply, TrainingRun, supply_mix, table
from sim.engine import destinations, export_rules
from sim.engine.destinations import Terms
from sim.engine.paths import holds_from, lever_path, moved, ramp
from sim.ensemble.rng import Array
from sim.equations.chips import CLASSES, MAIN_CLASSES, ROADMAP, US_CLASSES, VARIANTS, Catalogue, catalogue

SUPERPOWERS = ("united_states", "china")
KINDS = ("superpower", "ally", "hub", "rest")
SUPPLY_UNTIL = number("2026-Q2")
"""Last quarter with production data; later ones grow."""
ROADMAP_UNSEEN = "2027-Q1"
"""From when a run that is blind to later data has the classes of the roadmap, which was not known to it."""
CLOSING = {"tools": "tool_controls", "hbm": "hbm_controls", "subsidiary": "cloud_rule"}
"""Channels that rules close in part, and the lever that replaces the rules' strength."""
RISING = {"allied_split": 1, "diversion_uncovered": 1, "efficiency_shock": 2, "fab_breakthrough": 8,
          "scaling_slowdown": 1, "rl_ceiling": 4}  # fmt: skip
"""Events that stay, and the quarters over which each comes; judgement."""
RUNS_DISCLOSED_UNTIL = {"united_states": "2025-Q3", "china": "2024-Q4"}
"""Until when the record of training runs counts as complete: later runs are undisclosed or graded speculative."""
SHARES_OF = 2025
"""Year whose orders the column `world_share_2025` states."""
HALF_QUARTER, MID_YEAR = 0.125, 0.5
"""Years from the middle of a quarter to its end, at which time is told, and from a year's start to its middle."""
LEAST_OUTPUT = 1e-3
"""Stands for a recorded output of nothing, so that it has a logarithm; thousand 910C equivalents a year."""
OLD_LINE_YEARS = 0.6
"""Years over which the line of the older class fades after the data; judgement, from H100 after B200."""
SAMPLES = 0.002
"""A class with less of the merchant supply than this is in samples, not in volume."""
LIST_PRICE = {2022.0: 30_000, 2023.0: 29_000, 2024.0: 26_000, 2025.0: 19_000, 2026.0: 13_600, 2026.5: 13_200}
"""List price per H100e, US dollars, by decimal year.

Epoch AI chip sales: sales-weighted 13.6 thousand (2025-Q4) and 13.2 (2026-Q2); earlier from quoted H100 prices of
23 to 34 thousand dollars (Epoch AI price data). Tier: inferred.
"""


@dataclass(frozen=True)
class Inputs:
    """Data and settings for `steps` quarters from the first (T), actors (A), classes (K) and lines (L)."""

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

    # --- actors -----------------------------------------------------------------------------------------------

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Actor names in row order: superpowers, allies, hubs, the rest."""
        return tuple(row.actor for row in self.roster)

    @cached_property
    def roster(self) -> tuple[Actor, ...]:
        """The rows of the actor table in row order."""
        return self.spec.roster()

    @cached_property
    def _blocks(self) -> dict[str, slice]:
        kinds = [row.kind for row in self.roster]
        return {kind: slice(kinds.index(kind), kinds.index(kind) + kinds.count(kind)) for kind in dict.fromkeys(kinds)}

    def rows_of(self, kind: str) -> slice:
        """The block of rows of one kind."""
        return self._blocks.get(kind, slice(0, 0))

    def column(self, field: str) -> Array:
        """(A,) a column of the actor table; blanks are 0."""
        return np.array([float(getattr(row, field) or 0.0) for row in self.roster])

    @cached_property
    def tool_makers(self) -> list[int]:
        """Rows of the allies whose chip tools hold up Chinese fabs."""
        return [row for row, actor in enumerate(self.roster) if actor.makes_tools and actor.kind == "ally"]

    @cached_property
    def terms(self) -> list[tuple[int, Terms]]:
        """Row and terms of every buyer outside China whom a rule on sales names."""
        buyers = tuple(name for name in self.actors if name not in SUPERPOWERS)
        found = destinations.terms(self._policy, buyers)
        return [(self.actors.index(name), self._seen_from_the_edge(terms)) for name, terms in found.items()]

    def _seen_from_the_edge(self, terms: Terms) -> Terms:
        """Terms without caps on numbers of chips that were not known: a run that is blind to them knows no number."""
        if not self.spec.blind:
            return terms
        known = catalogue().known(self.edge)[: terms.cap_units.shape[1]]
        return replace(terms, cap_units=np.where(known, terms.cap_units, np.inf))

    @cached_property
    def terms_act(self) -> NDArray[np.bool_]:
        """(T + 1,) whether any rule on sales to a buyer outside China makes a difference in the quarter."""
        acts = np.zeros(self.steps + 1, bool)
        for _, terms in self.terms:
            acts |= terms.acts
        return acts

    @cached_property
    def gpu_share(self) -> Array:
        """(A,) share of orders of merchant chips outside China at trend: custom chips all go to US owners."""
        share = self._shares_abroad / (1 - self._custom_late)
        us, china = self.actors.index("united_states"), self.actors.index("china")
        share[[us, china]] = 0.0
        share[us] = max(1 - share.sum(), 0.0)
        return share

    @cached_property
    def _shares_abroad(self) -> Array:
        """(A,) share of orders outside China: that of 2025, or before it was known, what had been published.

        Rules on sales to a buyer take from its orders. Shares of single buyers are judgement, so they are not raised
        for what the rules of their time held back.

        Then the part of owners outside the United States is that of the last known year's spending, and each of them
        has of it as of the stock of 2022.
        """
        if self.knows(SHARES_OF):
            return self.column("world_share_2025")
        rows: tuple[Spending, ...] = table("spending")
        spent = {r.actor: r.chip_spend_usd_bn for r in rows if self.knows(r.year)}  # the last known year stands
        rest = spent["rest_non_us_non_china"]
        stock = self.column("stock_2022q3_h100e") * np.isin(self.actors, SUPERPOWERS, invert=True)
        return np.asarray(stock / stock.sum() * (rest / (rest + spent["united_states"])))

    # --- settings ---------------------------------------------------------------------------------------------

    @cached_property
    def levers(self) -> dict[str, Array]:
        """(T,) path of every lever; NaN where the actor decides."""
        return {name: lever_path(self.spec, name, FIRST, self.steps) for name in LEVERS}

    @cached_property
    def regime(self) -> export_rules.Regime:
        """Control rules by quarter and class."""
        return export_rules.build(self._policy)

    @cached_property
    def _policy(self) -> export_rules.Policy:
        """What decides the regime, one quarter beyond the horizon: a rush needs to see the next quarter."""
        return export_rules.policy_of(self.spec, FIRST, self.steps + 1)

    @cached_property
    def stockpiling(self) -> Array:
        """(T,) how much of what may be bought is about to be taken away; in the record, by the record's rules."""
        stockpiling = self.regime.stockpiling.copy()
        dated = export_rules.build(export_rules.recorded(self._policy))
        stockpiling[: self.rules_steps] = dated.stockpiling[: self.rules_steps]
        return stockpiling

    @cached_property
    def designs(self) -> dict[int, Catalogue]:
        """Catalogues with the edge variant that the designer makes, by the step from which they hold.

        It designs once for the rules after the data, and once more when the scenario changes what may be licensed;
        where dated rules go on after the data, for each of them too.
        """
        after = self.edge + 1
        last = FIRST + self.steps - 1
        policy = self._policy
        changes = [begin for _, begin, _ in policy.levers]
        changes += [of_date(rule.start) for rule in self.spec.rules if export_rules.on_sales_to_china(rule)]
        changed = [min(changes, default=after), *self._later_rules]
        quarters = {min(after, last), *(q for q in changed if after < q <= last)}
        return {(0 if q == min(quarters) else q - FIRST): self._designed(policy, q) for q in sorted(quarters)}

    @cached_property
    def _later_rules(self) -> list[int]:
        """Quarters after the data in which a dated rule on sales begins that is used all the same."""
        rules = export_rules.known_by(number(self.spec.rules_known))
        begun = [of_date(rule.start) for rule in rules if export_rules.on_sales_to_china(rule)]
        return [quarter for quarter in begun if quarter > self.edge]

    def _designed(self, policy: export_rules.Policy, quarter: int) -> Catalogue:
        date = f"{quarter // 4}-{quarter % 4 * 3 + 3:02d}-15"
        edge = export_rules.edge_of(
            export_rules.rules_at(policy, quarter), date, policy.known, policy.free_first(quarter)
        )
        return catalogue().with_edge(edge.tpp, edge.density, edge.memory_tbs, edge.link_gbs, self.edge)

    @cached_property
    def exists(self) -> NDArray[np.bool_]:
        """(T, US classes) classes that are on sale in the world: of later ones than the data only those of the roadmap.

        A run that is blind to later data has those of the roadmap from when it makes them.
        """
        chips = catalogue()
        on_sale = np.array([chips.known(FIRST + t) for t in range(self.steps)])
        announced = np.isin(US_CLASSES, list(ROADMAP))
        if self.spec.blind:
            announced = announced & (self.capacity_share[:, : len(US_CLASSES)] > 0)
        return on_sale & (chips.known(self.edge) | announced)

    @cached_property
    def permission_from(self) -> int:
        """The step from which the scenario's own number for Beijing's permission holds; beyond the run without one."""
        given = np.flatnonzero(~np.isnan(self.levers["import_permission"]))
        return int(given[0]) if len(given) else self.steps

    @cached_property
    def strongest(self) -> list[int]:
        """(T,) the strongest merchant class that is on sale in the world."""
        h100e, merchant = catalogue().h100e, len(MAIN_CLASSES) - 1
        return [max(np.flatnonzero(row[:merchant]).tolist(), key=lambda k: h100e[k]) for row in self.exists]

    @cached_property
    def closures(self) -> dict[str, Array]:
        """(T,) share of each channel that is closed: chip tools, memory, and compute abroad (subsidiaries, rental)."""
        return {scope: self._closure(scope, lever) for scope, lever in CLOSING.items()}

    @cached_property
    def recorded_closures(self) -> dict[str, Array]:
        """(T,) share of chip tools and memory that the dated rules alone close."""
        return export_rules.build(export_rules.recorded(self._policy)).closure

    @cached_property
    def departs(self) -> bool:
        """Whether Chinese fabs meet other controls or another push than the record's while it lasts."""
        last = self.data_steps
        return bool(
            any((self.closures[s][:last] != self.recorded_closures[s][:last]).any() for s in ("tools", "hbm"))
            or (~np.isnan(self.levers["chip_push"][:last])).any()
        )

    def _closure(self, scope: str, lever: str) -> Array:
        """(T,) share of a channel that is closed: by the dated rules, and by the lever from the scenario's start."""
        path = self.regime.closure[scope][: self.steps].copy()
        if scope == "subsidiary":
            path = np.maximum(path, self.regime.closure["remote_access"][: self.steps])
        if moved(self.spec, lever):
            begin = max(holds_from(self.spec, lever) - FIRST, 0)
            path[begin:] = self.levers[lever][begin:] / 100
        return path

    @cached_property
    def event_paths(self) -> dict[str, Array]:
        """(T,) summed size of the events of each kind: passing ones while they last, others rise and then hold."""
        paths = {kind: np.zeros(self.steps) for kind in EVENTS}
        for event in self.spec.events:
            if event.quarters is not None:
                begin = number(event.date) - FIRST
                paths[event.kind][begin : begin + event.quarters] += event.size
            elif event.kind in RISING:
                paths[event.kind] += event.size * ramp(FIRST, self.steps, event.date, RISING[event.kind])
        return paths

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
                change = self.spec.actors.get(actor)  # who is `like` another builds power like it
                source = change.like if change and change.like else actor
                added[t, a], share[t, a] = data.get((source, year), (0.0, 0.0))
        return added, share

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


@cached(LRUCache(maxsize=256), key=lambda spec, steps: (spec.canonical(), steps), lock=Lock())
def inputs_of(spec: Scenario, steps: int) -> Inputs:
    """The inputs of a scenario; the same object for the same content, so that data is prepared once."""
    return Inputs(spec, steps)


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
