"""What export rules let each buyer outside China have: the same dated predicates, asked for another destination.

China's market is a matter of its own (`sim.engine.export_rules`, `sim.engine.phases.china`). Everybody else shares
what is made by money; a rule on sales to one of them takes chips from it, and they go to those who may buy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from scenarios.rules import Rule
from sim.engine.export_rules import (
    Policy,
    Specification,
    Verdict,
    dates,
    known_by,
    of_quarter,
    specification,
    verdict,
)
from sim.ensemble.rng import Array
from sim.equations.chips import MAIN_CLASSES

MERCHANT = tuple(name for name in MAIN_CLASSES if name != "CUSTOM")
"""Classes that are sold: custom chips stay with the US companies that design them."""
_NO_EDGE = Specification(0, 0, 0, 0, "2100-01-01")
"""Nobody but China buys the variant."""


@dataclass(frozen=True)
class Terms:
    """What the rules let one buyer have, over quarters (T) and merchant classes (M)."""

    approval: Array
    """(T, M) share of orders that may go; 1 free, 0 denied."""
    cap_share: Array
    """(T, M) largest volume as a share of what US buyers take of the class."""
    cap_units: Array
    """(T, M) largest volume, chips a quarter."""
    price_share: Array
    """(T, M) tariff or revenue share on top of the price."""
    matched: Array
    """(T, M) US dollars to be invested in the United States per dollar of chips."""

    @property
    def acts(self) -> Array:
        """(T,) whether the quarter's rules make any difference to this buyer."""
        return np.asarray(
            (self.approval < 1).any(axis=1)
            | np.isfinite(self.cap_share).any(axis=1)
            | np.isfinite(self.cap_units).any(axis=1)
            | (self.price_share > 0).any(axis=1)
            | (self.matched > 0).any(axis=1)
        )


def terms(policy: Policy, buyers: tuple[str, ...]) -> Mapping[str, Terms]:
    """The terms of each of these buyers whom some rule on sales names; the license levers are about China alone."""
    return _terms(policy.first, policy.steps, policy.rules, policy.rules_until, buyers)


@lru_cache(maxsize=256)
def _terms(
    first: int, steps: int, rules: tuple[Rule, ...], rules_until: int, buyers: tuple[str, ...]
) -> dict[str, Terms]:
    sales = [r for r in (*known_by(rules_until), *rules) if r.scope == "sale" and not r.unread]
    found = {}
    for buyer in buyers:
        mine = [rule for rule in sales if rule.binds(buyer)]
        if mine:
            found[buyer] = _terms_of(buyer, mine, first, steps)
    return found


def _terms_of(buyer: str, rules: list[Rule], first: int, steps: int) -> Terms:
    shape = (steps, len(MERCHANT))
    approval, price_share, matched = np.ones(shape), np.zeros(shape), np.zeros(shape)
    cap_share, cap_units = np.full(shape, np.inf), np.full(shape, np.inf)
    memo: dict[tuple[int, ...], list[Verdict]] = {}
    for t in range(steps):
        moments = []
        for date in dates(first + t):
            live = tuple(n for n, rule in enumerate(rules) if rule.in_force(date))
            if live not in memo:
                memo[live] = [verdict(rules, specification(name, _NO_EDGE), date, buyer) for name in MERCHANT]
            moments.append(memo[live])
        for k, verdicts in enumerate(zip(*moments, strict=True)):
            mean = of_quarter(verdicts)
            approval[t, k], price_share[t, k], matched[t, k] = mean.approval, mean.price_share, mean.matched
            cap_share[t, k], cap_units[t, k] = mean.cap_share, mean.cap_units
    return Terms(approval, cap_share, cap_units, price_share, matched)
