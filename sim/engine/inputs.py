"""Everything about a scenario that is the same for every member: data and settings as arrays."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property
from threading import Lock

import numpy as np
from cachetools import LRUCache, cached
from numpy.typing import NDArray

from agents.licensing import AS_WRITTEN
from scenarios import groups
from scenarios.decisions import DECISIONS, HABIT, pairs
from scenarios.events import KINDS as EVENTS
from scenarios.levers import LEVERS
from scenarios.quarters import FIRST, number, of_date
from scenarios.schema import Scenario
from scenarios.tables import Actor, Spending, Unit, table
from scenarios.uses import USES
from sim.engine import destinations, export_rules, partner_rules
from sim.engine.destinations import Terms
from sim.engine.paths import holds_from, lever_path, moved, ramp, setting_path
from sim.engine.recorded import SUPERPOWERS, Recorded
from sim.ensemble.rng import Array
from sim.equations import costs
from sim.equations.chips import MAIN_CLASSES, ROADMAP, US_CLASSES, Catalogue, catalogue

SHARES_OF = 2025
"""Year whose orders the column `world_share_2025` states."""
CLOSING = {"tools": "tool_controls", "hbm": "hbm_controls", "subsidiary": "cloud_rule"}
"""Channels that rules close in part, and the lever that replaces the rules' strength."""
ASKED = ("location_verification", "tariff", "priority", "model_use", "model_ban", "serve_abroad", "retrofit")
"""Scopes of rules that ask something other than to close a channel."""
RISING = {"allied_split": 1, "diversion_uncovered": 1, "efficiency_shock": 2, "fab_breakthrough": 8,
          "scaling_slowdown": 1, "rl_ceiling": 4, "fabs_abroad": 20}  # fmt: skip
"""Events that stay, and the quarters over which each comes; judgment."""


MINERAL_LOSS, MINERAL_FADE = 0.12, 10.0
"""Share of US-designed production that full mineral controls stop at first, and quarters over which stocks and
substitutes take their place; judgment: for wider rare-earth controls, not gallium and germanium alone."""
TOOL_PARTS = {
    part: (lever, export_rules.PARTS[part])
    for part, lever in (("lithography", "lithography"), ("parts", "tool_parts"), ("service", "tool_service"))
}
"""Part of chip tools → the lever of partners on it, and what it weighs among them."""
PART_SELLERS = {
    "lithography": {"netherlands": 0.85, "japan": 0.15},
    "parts": {"japan": 0.35, "netherlands": 0.25},
    "service": {"netherlands": 0.35, "japan": 0.3},
}
"""Partners' shares of what Chinese fabs buy abroad of each part; judgment after sales of the five makers in 2024: ASML
sells all immersion scanners but Nikon's, and the rest is divided as tool sales are, with the United States."""
SUPPLIES = {"tool_revenue": "tools_to_china_usd_bn", "memory_revenue": "memory_to_china_usd_bn"}
"""Accounts of who sells to Chinese fabs, and the quantity in the table of units that names the sellers."""


class Inputs(Recorded):
    """The record, and what the scenario decides: by quarter (T), actor (A), class (K) and line (L)."""

    # --- actors -----------------------------------------------------------------------------------------------

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
    def order_share(self) -> Array:
        """(A,) share of orders outside China at trend, with custom chips."""
        share = self.gpu_share * (1 - self._custom_late)
        share[self.actors.index("united_states")] += self._custom_late
        return share

    @cached_property
    def users_abroad(self) -> Array:
        """(A,) each partner's share of the users abroad of US and Chinese models; judgment: as it orders compute."""
        share = self.column("world_share_2025") * ~np.isin(self.actors, SUPERPOWERS)
        return _as_shares(share)

    @cached_property
    def routes(self) -> Array:
        """(A,) share of diverted chips by the country that they lead through: hubs and the rest of the world."""
        share = self.column("diversion_route")
        return share / max(share.sum(), 1e-9)

    @cached_property
    def hub_part(self) -> Array:
        """(A,) each hub's part of what passes through hubs; all alike where nothing does."""
        part = np.zeros(len(self.actors))
        rows = self.rows_of("hub")
        through = self.routes[rows]
        part[rows] = through / through.sum() if through.sum() > 0 else 1 / max(len(through), 1)
        return part

    @cached_property
    def route_rows(self) -> list[int]:
        """Rows of the actors that diverted chips lead through."""
        return [int(row) for row in np.flatnonzero(self.routes)]

    @cached_property
    def _shares_abroad(self) -> Array:
        """(A,) share of orders outside China: that of 2025, or before it was known, what had been published.

        Rules on sales to a buyer take from its orders. Shares of single buyers are judgment, so they are not raised
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

    # --- decisions --------------------------------------------------------------------------------------------

    @property
    def decided_steps(self) -> int:
        """How many of the first quarters lie in the record or under its dated rules: actors choose after them."""
        return max(self.data_steps, self.rules_steps)

    @cached_property
    def decisions(self) -> tuple[tuple[str, str], ...]:
        """Actor and decision, for every decision that an actor takes."""
        return pairs((row.actor, row.kind) for row in self.roster)

    @cached_property
    def given(self) -> dict[str, Array]:
        """Decision → (T, A, 1) what it is fixed at by the scenario or its lever; NaN where the actor decides."""
        given = {name: np.full((self.steps, len(self.actors), 1), np.nan) for name in DECISIONS}
        for actor, name in self.decisions:
            row, decision = self.actors.index(actor), DECISIONS[name]
            path = given[name][:, row, 0]
            if name == "policing" and self.roster[row].policing is not None:
                path[:] = self.roster[row].policing
            lever = self.levers[decision.lever] / decision.scale
            path[:] = np.where(np.isnan(lever), path, lever)
            own = self.spec.decided(actor).get(name)
            if own is not None and not isinstance(own, str):
                mine = setting_path(own, self.spec.start, FIRST, self.steps)
                path[:] = np.where(np.isnan(mine), path, mine)
        least = partner_rules.transit(self.spec, self.actors, self.steps, number(self.spec.rules_known))
        if least is not None:  # a hub that its own law tells how hard to look does not decide it any more
            policing = given["policing"][..., 0]
            policing[:] = np.where(least > 0, np.fmax(policing, least), policing)
        us = self.actors.index("united_states")
        self._written(given["licensing"][:, us, 0])
        guarded = self.regime.closure["distillation"][: self.steps]
        limits = given["model_access"][:, us, 0]
        limits[:] = np.where(guarded > 0, np.fmax(limits, guarded), limits)
        return given

    def _written(self, path: Array) -> None:
        """Where a scenario writes licenses itself, the United States keeps to what is written."""
        mine, theirs = self.regime, export_rules.build(export_rules.recorded(self._policy))
        written = np.zeros(self.steps, bool)
        for name in ("approval", "cap_share", "cap_units", "price_share"):
            written |= (getattr(mine, name) != getattr(theirs, name))[: self.steps].any(axis=1)
        rest = path[int(written.argmax()) :] if written.any() else path[:0]
        rest[np.isnan(rest)] = AS_WRITTEN

    @cached_property
    def by_habit(self) -> dict[str, NDArray[np.bool_]]:
        """Decision → (A, 1) whether an actor decides it by habit."""
        found = {name: np.zeros((len(self.actors), 1), bool) for name in DECISIONS}
        for actor, name in self.decisions:
            found[name][self.actors.index(actor)] = self.spec.decided(actor).get(name) == HABIT
        if self.spec.switches.us_reacts:
            for name in ("licensing", "enforcement"):
                found[name][self.actors.index("united_states")] = True
        return found

    @cached_property
    def weights(self) -> Array:
        """(4, A) weights of actors on security, prosperity, safety and money."""
        return np.array([self.spec.wanted(actor) for actor in self.actors]).T

    # --- settings ---------------------------------------------------------------------------------------------

    @cached_property
    def levers(self) -> dict[str, Array]:
        """(T,) path of every lever; NaN where the actor decides."""
        return {name: lever_path(self.spec, name, FIRST, self.steps) for name in LEVERS}

    @cached_property
    def minerals(self) -> Array:
        """(T,) share of US-designed production that mineral controls stop: less as stocks and substitutes are built."""
        held = np.zeros(self.steps)
        for event in self.spec.events:
            if event.kind == "mineral_controls" and event.quarters is not None:
                begin = number(event.date) - FIRST
                since = np.arange(max(self.steps - begin, 0))[: event.quarters]
                held[begin : begin + len(since)] += event.size * np.exp(-since / MINERAL_FADE)
        return MINERAL_LOSS * np.minimum(held, 1.0)

    @cached_property
    def accounts(self) -> tuple[tuple[str, str], ...]:
        """Actor and item of every account that is kept."""
        return accounts_of(self.roster)

    @cached_property
    def tool_share(self) -> Array:
        """(A,) share of the tools that Chinese fabs buy abroad by supplier."""
        return _as_shares(self.unit("tools_to_china_usd_bn"))

    @cached_property
    def allied_tool_share(self) -> Array:
        """(A,) the same among allies alone."""
        allied = np.isin(np.arange(len(self.actors)), self.tool_makers)
        return _as_shares(np.where(allied, self.tool_share, 0.0))

    @cached_property
    def part_shares(self) -> dict[str, Array]:
        """Lever of partners on chip tools → (A,) share of the whole channel that each partner sells of this part."""
        return {
            lever: weight * np.array([PART_SELLERS[part].get(name, 0.0) for name in self.actors])
            for part, (lever, weight) in TOOL_PARTS.items()
        }

    @cached_property
    def memory_share(self) -> Array:
        """(A,) share of the memory that China imports by supplier."""
        return _as_shares(self.unit("memory_to_china_usd_bn"))

    @cached_property
    def fixed(self) -> dict[str, list[Array | None]]:
        """What is divided → by quarter, the shares that the scenario fixes, (A, uses) with NaN elsewhere, or None."""
        return {what: self._fixed(what, uses) for what, uses in USES.items()}

    def _fixed(self, what: str, uses: tuple[str, ...]) -> list[Array | None]:
        """(T, A, uses) fixed shares by quarter."""
        shares = np.full((self.steps, len(self.actors), len(uses)), np.nan)
        for actor, divided in self.spec.shares().items():
            for use, setting in divided.get(what, {}).items():
                path = setting_path(setting, self.spec.start, FIRST, self.steps)
                shares[:, self.actors.index(actor), uses.index(use)] = path
        return [None if np.isnan(now).all() else now for now in shares]

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
        """Catalogs with the edge variant that the designer makes, by the step from which they hold.

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

    @cached_property
    def asked(self) -> dict[str, Array]:
        """(T,) what rules ask beside closing channels, by scope: location checks, tariffs, priority, model rules."""
        return {scope: self.regime.closure[scope][: self.steps] for scope in ASKED}

    @cached_property
    def by_partners(self) -> dict[str, Array]:
        """Lever of partners → (T, A) its setting, for the levers that somebody moves."""
        return partner_rules.settings(self.spec, self.actors, self.steps, number(self.spec.rules_known))

    @cached_property
    def hosts_closed(self) -> Array | None:
        """(T, A) share of chips for rent that rules on single hosts, or hosts themselves, close; None where none do."""
        own = self.by_partners.get("rental")
        if not self.regime.hosts and own is None:
            return None
        closed = np.zeros((self.steps, len(self.actors))) if own is None else own / 100
        for host, path in self.regime.hosts.items():
            for actor in groups.members(host):
                row = self.actors.index(actor)
                closed[:, row] = np.maximum(closed[:, row], path[: self.steps])
        return closed

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


def accounts_of(roster: tuple[Actor, ...]) -> tuple[tuple[str, str], ...]:
    """Actor and item of every account that is kept of a scenario's actors."""
    return _accounts(tuple((row.actor, row.kind) for row in roster))


@cache
def _accounts(roster: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    rows: tuple[Unit, ...] = table("units")
    suppliers = {item: tuple(row.actor for row in rows if row.quantity == name) for item, name in SUPPLIES.items()}
    return costs.accounts(roster, suppliers)


def _as_shares(values: Array) -> Array:
    return values / max(values.sum(), 1e-9)


@cached(LRUCache(maxsize=256), key=lambda spec, steps: (spec.canonical(), steps), lock=Lock())
def inputs_of(spec: Scenario, steps: int) -> Inputs:
    """The inputs of a scenario; the same object for the same content, so that data is prepared once."""
    return Inputs(spec, steps)
