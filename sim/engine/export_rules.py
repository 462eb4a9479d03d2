"""Control rules applied to chip specifications, quarter by quarter.

The same predicate serves the dated history, a scenario's own rules and the threshold levers.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from scenarios.quarters import DATA_UNTIL, end_date, label, number
from scenarios.rules import Recorded, Rule, history
from scenarios.schema import Scenario
from sim.engine.paths import holds_from, lever_path, moved
from sim.ensemble.rng import Array
from sim.equations.chips import CLASSES, ROADMAP, US_CLASSES, catalogue

SAMPLES_PER_QUARTER = 12
"""A quarter's rule is the mean over this many dates, so that a rule in mid-quarter counts in part."""
INSIDE = 0.99
"""Where a variant stands against a limit."""
CLOSED = ("hbm", "tools", "subsidiary", "remote_access", "location_verification", "tariff", "priority", "distillation",
          "model_use", "model_ban", "serve_abroad", "retrofit")  # fmt: skip
"""Scopes of rules that close something, or ask something, by their strength."""
EVERYWHERE = ("china", "world")
"""Destinations of rules on renting that hold in every host."""
PARTS = {"lithography": 0.4, "parts": 0.3, "service": 0.3}
"""What each part of chip-tool controls weighs; judgment: without new scanners lines do not grow, without parts and
service those that stand run down."""
LARGEST_DIE = 1700.0
"""Area that the arithmetic of one package can take, mm²: two dies at the limit of lithography (B200: 1,628)."""
LICENSING = ("us_2026_05_case", "us_2026_05_tariff", "us_2025_08_h20")
"""Prefixes of the ids of the licensing rules in force at the edge of the data, which the license levers change."""
LICENCE_LEVERS = {
    "licence_approval": "approval_share",
    "licence_quota": "volume_cap_share",
    "revenue_share": "price_share",
}
"""Levers that replace a number of those rules, and the field they replace."""


@dataclass(frozen=True)
class Specification:
    """What a rule looks at, for one chip."""

    tpp: float
    density: float
    memory_tbs: float
    link_gbs: float
    released: str


@dataclass(frozen=True)
class Verdict:
    """What the rules in force make of a chip."""

    approval: float = 1.0
    cap_share: float = np.inf
    cap_units: float = np.inf
    price_share: float = 0.0
    matched: float = 0.0


FREE = Verdict()
DENIED = Verdict(approval=0.0)


def verdict(rules: Sequence[Rule], chip: Specification, date: str, buyer: str = "china") -> Verdict:
    """Free, licensed with an approval share and caps, or denied: the matching rule of highest priority decides."""
    found: Rule | None = None
    for rule in rules:
        if rule.scope != "sale" or rule.issuer != "us" or not rule.in_force(date) or not rule.binds(buyer):
            continue
        if rule.covers(chip.tpp, chip.density, chip.memory_tbs, chip.link_gbs, chip.released) and (
            found is None or rule.priority >= found.priority
        ):
            found = rule
    if found is None or found.measure == "free":
        return FREE
    if found.measure == "deny" or 0 in (found.approval_share, found.volume_cap_share, found.volume_cap_units):
        return DENIED  # a quota of nothing is a ban
    return Verdict(
        approval=1.0 if found.approval_share is None else found.approval_share,
        cap_share=np.inf if found.volume_cap_share is None else found.volume_cap_share,
        cap_units=np.inf if found.volume_cap_units is None else found.volume_cap_units * (found.clients or 1.0),
        price_share=found.price_share or 0.0,
        matched=found.matched_investment or 0.0,
    )


def on_sales_to_china(rule: Rule) -> bool:
    """Whether a rule says which chips China may be sold."""
    return rule.scope == "sale" and rule.issuer == "us" and rule.binds("china")


@dataclass(frozen=True)
class Regime:
    """The rules of a scenario as arrays over quarters (T) and classes (K)."""

    approval: Array
    """(T, K) share of orders that may go; 1 free, 0 denied."""
    cap_share: Array
    """(T, K) largest volume as a share of the same product's sales elsewhere."""
    cap_units: Array
    """(T, K) largest volume, chips a quarter."""
    price_share: Array
    """(T, K) tariff or revenue share on top of the price."""
    import_permission: Array
    """(T,) share that China's own rules let in; NaN where Beijing decides."""
    stockpiling: Array
    """(T,) 1 in a quarter after which a known rule takes away what may be bought now."""
    closure: dict[str, Array] = field(default_factory=dict)
    """(T,) share of a channel that the rules close, by scope; a tariff as a share of the price."""
    hosts: dict[str, Array] = field(default_factory=dict)
    """(T,) the same of chips for rent in one host that rules name."""


def specification(name: str, edge: Specification) -> Specification:
    """The specification of a class; the edge variant has its own."""
    if name == "EDGE":
        return edge
    chips, k = catalogue(), CLASSES.index(name)
    return Specification(
        chips.tpp[k], chips.density[k], chips.bandwidth[k], chips.link[k], chips.release_date[k]
    )  # fmt: skip


class Policy(NamedTuple):
    """What decides a regime: further rules, and the license levers that a scenario moves."""

    first: int
    steps: int
    rules: tuple[Rule, ...] = ()
    levers: tuple[tuple[str, int, tuple[float, ...]], ...] = ()
    """Per lever: name, the quarter from which it holds, and its value by quarter."""
    rules_until: int = number(DATA_UNTIL)
    data_until: int = number(DATA_UNTIL)

    @property
    def known(self) -> str:
        """The last day of the data, as an ISO date."""
        return end_date(label(self.data_until))

    def free_first(self, quarter: int) -> bool:
        """Whether a quarter is a blind run's: past the data, under dated rules, where designs are to be as history's.

        In the future the one variant goes for the strongest chip, so that a tighter rule never leads to more imports.
        """
        return self.data_until < quarter <= self.rules_until


def policy_of(spec: Scenario, first: int, steps: int) -> Policy:
    """The part of a scenario that decides its regime."""
    changed = [name for name in ("licence_tpp", *LICENCE_LEVERS) if moved(spec, name)]
    paths = tuple(
        (name, holds_from(spec, name), tuple(lever_path(spec, name, first, steps).tolist())) for name in changed
    )
    return Policy(first, steps, spec.rules, paths, number(spec.rules_known), number(spec.data_until))


def recorded(policy: Policy) -> Policy:
    """The same quarters under the dated rules alone."""
    return policy._replace(rules=(), levers=())


@lru_cache(maxsize=64)
def known_by(quarter: int) -> tuple[Rule, ...]:
    """The dated rules that had begun by the end of a quarter; an end that came later was not known."""
    limit = f"{quarter // 4}-{quarter % 4 * 3 + 3:02d}-31"
    begun = [rule for rule in history() if rule.start <= limit]
    return tuple(r.model_copy(update={"end": None}) if r.end and r.end > limit else r for r in begun)


def rules_at(policy: Policy, quarter: int) -> tuple[Rule, ...]:
    """The rules of a quarter: the dated ones and the scenario's own, the license levers written into the licenses."""
    rules = (*known_by(policy.rules_until), *policy.rules)
    at = {name: path[quarter - policy.first] for name, begin, path in policy.levers if quarter >= begin}
    if not at:
        return rules
    dated = (isinstance(rule, Recorded) and rule.id.startswith(LICENSING) for rule in rules)
    return tuple(_relicensed(rule, at) if is_one else rule for rule, is_one in zip(rules, dated, strict=True))


def _relicensed(rule: Rule, at: dict[str, float]) -> Rule:
    """A license rule with the levers' threshold, approval, cap and cut."""
    changes: dict[str, object] = {field: at[name] / 100 for name, field in LICENCE_LEVERS.items() if name in at}
    if "licence_tpp" in at:
        limit = at["licence_tpp"] * 1000
        if rule.id.startswith("us_2026_05_case") and rule.tpp_max and rule.memory_tbs_max:
            changes |= {"tpp_max": limit, "memory_tbs_max": rule.memory_tbs_max * max(limit / rule.tpp_max, 1.0)}
            if limit > rule.tpp_max:  # a rule written wider lets in more than what was on sale in January 2026
                changes["us_available_by"] = None
        elif rule.tpp_max:
            changes["tpp_max"] = min(rule.tpp_max, limit)
    return rule.model_copy(update=changes)


def edge_of(rules: Sequence[Rule], date: str, known: str, free_first: bool = False) -> Specification:
    """The strongest chip just inside the rules: regulated quantities at a limit, the others at the state of the art.

    The designer searches the limits that stand in the rules in force, arithmetic first, from the strongest down; the
    arithmetic must fit on two of the largest dies. With `free_first` a weaker chip that may be sold freely comes before
    one that needs a license, as in history: the H20 was made in place of chips of twice its arithmetic. The state of
    the art is that of chips on sale by `date` and, roadmap apart, by `known`, both ISO dates.
    """
    chips = catalogue()
    best = int(np.argmax(np.where(_on_sale(date, known), chips.tpp[: len(US_CLASSES)], 0)))
    top = Specification(chips.tpp[best], chips.density[best], chips.bandwidth[best], chips.link[best], date)
    if verdict(rules, top, date).approval > 0:
        return top
    live = [r for r in rules if r.in_force(date) and on_sales_to_china(r)]
    found = Specification(0.0, 0.0, 0.0, 0.0, date)
    for tpp, memory, density, link in product(
        _limits(top.tpp, [n for r in live for n in (r.tpp_max, r.tpp_min)]),
        _limits(top.memory_tbs, [n for r in live for n in (r.memory_tbs_max, r.memory_tbs_min)]),
        _limits(top.density, [n for r in live for n in (r.pd_min, r.pd_max)]),
        _limits(top.link_gbs, [r.link_gbs_min for r in live]),
    ):
        if tpp > density * LARGEST_DIE:
            continue
        chip = Specification(tpp, density, memory, link, date)
        approval = verdict(rules, chip, date).approval
        if approval >= 1 or (approval > 0 and not free_first):
            return chip
        if approval > 0 and not found.tpp:
            found = chip
    return found


def _limits(best: float, bounds: Sequence[float | None]) -> list[float]:
    """The state of the art of a quantity, and what lies just inside each bound below it, from the top down."""
    return sorted({best} | {INSIDE * bound for bound in bounds if bound and INSIDE * bound < best}, reverse=True)


@lru_cache(maxsize=4096)
def _on_sale(date: str, known: str) -> tuple[bool, ...]:
    """Which US-designed classes count for the state of the art by a date: of chips after `known` only the roadmap's."""
    announced = ROADMAP if known >= end_date(DATA_UNTIL) else ()
    return tuple(
        name not in ("EDGE", "CUSTOM") and released <= date and (released <= known or name in announced)
        for name, released in zip(US_CLASSES, catalogue().release_date, strict=False)
    )


@lru_cache(maxsize=256)
def build(policy: Policy) -> Regime:
    """The regime of a policy over its quarters.

    Classes that China makes are never under US sale rules. The edge variant is judged by the specification that the
    designer would give it under the rules of the same quarter.
    """
    first, steps = policy.first, policy.steps
    shape = (steps, len(CLASSES))
    approval, price_share, at_end = np.ones(shape), np.zeros(shape), np.ones(shape)
    cap_share, cap_units = np.full(shape, np.inf), np.full(shape, np.inf)
    closure = {scope: np.zeros(steps) for scope in CLOSED}
    named = {r.destination for r in policy.rules if r.scope == "remote_access" and r.destination not in EVERYWHERE}
    hosts = {host: np.zeros(steps) for host in named}
    permission = np.full(steps, np.nan)
    memo: dict[tuple[object, ...], list[Verdict]] = {}
    for t in range(steps):
        moments = _moments(policy, first + t, memo)
        for k, found in enumerate(zip(*(moment.verdicts for moment in moments), strict=True)):
            mean, at_end[t, k] = of_quarter(found), found[-1].approval
            approval[t, k], price_share[t, k] = mean.approval, mean.price_share
            cap_share[t, k], cap_units[t, k] = mean.cap_share, mean.cap_units
        for scope, path in closure.items():
            path[t] = _mean(tuple(_strongest(moment.rules, scope) for moment in moments))
        for host, path in hosts.items():
            path[t] = _mean(tuple(_strongest(moment.rules, "remote_access", host) for moment in moments))
        stops = [_stop(moment.rules) for moment in moments]
        if any(s is not None for s in stops):
            permission[t] = _mean(tuple(1.0 if s is None else s for s in stops))
    return Regime(
        approval, cap_share, cap_units, price_share, permission, _stockpiling(policy, at_end, cap_share), closure, hosts
    )  # fmt: skip


def of_quarter(found: Sequence[Verdict]) -> Verdict:
    """What the dates of a quarter make of a chip together: means, and the caps of the last date that lets it go."""
    open_ones = [v for v in found if v.approval > 0] or [DENIED]
    return Verdict(
        _mean(tuple(v.approval for v in found)), open_ones[-1].cap_share, open_ones[-1].cap_units,
        _mean(tuple(v.price_share for v in open_ones)), _mean(tuple(v.matched for v in open_ones)),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _mean(values: tuple[float, ...]) -> float:
    """The mean over the dates of a quarter: most quarters repeat the numbers of another one."""
    return float(np.mean(values))


class Moment(NamedTuple):
    """A date: the rules in force, and what they make of the US-designed classes."""

    rules: list[Rule]
    verdicts: list[Verdict]


def _moments(policy: Policy, quarter: int, memo: dict[tuple[object, ...], list[Verdict]]) -> list[Moment]:
    """The dates of a quarter; judged once for all between which no rule begins or ends and no chip comes out.

    Args:
        policy: what decides the rules.
        quarter: number of the quarter.
        memo: verdicts of this policy by the sale rules in force, over all its quarters.
    """
    rules, free_first = rules_at(policy, quarter), policy.free_first(quarter)
    turns = sorted(turn for rule in rules for turn in (rule.start, rule.end) if turn)
    found: dict[tuple[object, ...], Moment] = {}
    result = []
    for date in dates(quarter):
        on_sale = _on_sale(date, policy.known)
        key = (on_sale, bisect_right(turns, date))
        if key not in found:
            live = [rule for rule in rules if rule.in_force(date)]
            sales = [rule for rule in live if on_sales_to_china(rule)]
            same = (free_first, on_sale, *sales)
            if same not in memo:
                edge = edge_of(sales, date, policy.known, free_first)
                memo[same] = [verdict(sales, specification(name, edge), date) for name in US_CLASSES]
            found[key] = Moment(live, memo[same])
        result.append(found[key])
    return result


@lru_cache(maxsize=256)
def dates(quarter: int) -> tuple[str, ...]:
    """The dates of a quarter at which its rules are looked at."""
    start = dt.date(quarter // 4, quarter % 4 * 3 + 1, 1)
    return tuple(
        (start + dt.timedelta(days=(2 * i + 1) * 91 / (2 * SAMPLES_PER_QUARTER))).isoformat()
        for i in range(SAMPLES_PER_QUARTER)
    )


def _strongest(live: Sequence[Rule], scope: str, host: str = "") -> float:
    """The strongest rule of a scope that is in force; of chip tools, the strongest of each part by what it weighs."""
    of = [
        rule for rule in live if rule.scope == scope and not rule.unread and not rule.partner
        and (rule.destination == host if host else scope != "remote_access" or rule.destination in EVERYWHERE)
    ]  # fmt: skip
    if scope == "tariff":
        return max(((r.price_share or 0.0) * (1.0 if r.strength is None else r.strength) for r in of), default=0.0)
    if scope != "tools":
        return max((rule.strength or 0.0 for rule in of), default=0.0)
    return sum(
        weight * max((rule.strength or 0.0 for rule in of if rule.part in (None, part)), default=0.0)
        for part, weight in PARTS.items()
    )


def _stop(live: Sequence[Rule]) -> float | None:
    found = [rule.strength for rule in live if rule.scope == "import_permission" and not rule.unread]
    return min((s for s in found if s is not None), default=None)


def _stockpiling(policy: Policy, approval: Array, cap_share: Array) -> Array:
    """1 where the next quarter takes away what may be bought at the end of this one: rules are known a quarter ahead.

    Both arrays hold what applies at the end of each quarter, (T, K). Nobody hoards what is not on sale.
    """
    chips = catalogue()
    use = np.where(
        np.isin(CLASSES, [name for name in US_CLASSES if name != "EDGE"]),
        chips.bf16 + chips.bandwidth / chips.bandwidth[CLASSES.index("H100")],
        0,
    )
    on_sale = np.array([chips.released <= policy.first + t for t in range(len(approval))])
    if policy.data_until < number(DATA_UNTIL):
        on_sale &= chips.released <= policy.data_until
    weight = use * on_sale[:-1]
    lost = np.clip(approval[:-1] - approval[1:], 0, 1)
    best = np.where(approval[:-1] > 0, weight, 0).max(axis=1)
    stockpiling = np.zeros(len(approval))
    stockpiling[:-1] = np.clip((lost * weight).max(axis=1) / np.maximum(best, 1e-9), 0, 1)
    return stockpiling
