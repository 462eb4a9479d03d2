"""Phase 10: the accounts of the quarter, in US dollars, where they are kept; nothing else reads them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.allocation import CHIPS, SECRECY
from agents.rows import BOTH, CHINA, US
from scenarios.uses import MONEY
from sim.engine.context import Context
from sim.engine.phases.china import US_N
from sim.engine.phases.decide import CUSTOM_PRICE
from sim.engine.phases.trade import custom_of_orders, tariff
from sim.engine.state import Quarter, State
from sim.engine.tools import tool_sales
from sim.ensemble.rng import Array
from sim.equations import costs
from sim.equations.trade import RENTAL, STREET

LEAST_RUNNING = 1e-6
"""Share of lines that run below which none do."""
Book = Array | Mapping[int, Array | float]
"""An account by actor: a table, or the rows of those who have one."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Write every account that is kept, in the order of `Inputs.accounts`."""
    if "accounts" not in c.kept:
        return
    books = {**_of_all(s, q), **_of_makers(c, s, q), **_of_trade(c, s, q), **_of_states(c, q), **_forgone(c, s, q)}
    rows = {name: row for row, name in enumerate(c.inputs.actors)}
    q.accounts = np.empty((len(c.inputs.accounts), c.runs))
    for n, (actor, item) in enumerate(c.inputs.accounts):
        q.accounts[n] = books[item][rows[actor]]


def _of_all(s: State, q: Quarter) -> dict[str, Book]:
    """AI revenue and money by use; chips are what was paid for them, without what has an account of its own."""
    money = {use: s.budget[BOTH] * s.money_use[BOTH, n] for n, use in enumerate(MONEY)}
    money["people"][CHINA] -= q.talent_usd
    chips, beside = s.spending.copy(), s.budget * (1 - s.money_use[:, CHIPS])
    chips[CHINA] -= q.premium_usd
    return {**money, "investment": beside, "chips": chips, "ai_revenue": s.revenue / 4}


def _of_makers(c: Context, s: State, q: Quarter) -> dict[str, Book]:
    """Makers of chips, tools and memory: what they earn abroad."""
    abroad = s.spending - s.delivered * q.cost
    tariffs, _, cuts = q.on_top_paid
    if q.exported is not None:
        abroad = abroad - q.export_usd
    weight = q.die[:US_N, None] * q.legal_by_class
    dies = weight.sum(axis=0)
    share = (q.price_share[:US_N, None] * weight).sum(axis=0) / np.maximum(dies, 1e-9)
    cut = q.licensed_usd * share / (1 + share)
    paid = tariff(c, custom_of_orders(c, q))
    margin = q.list_price - q.cost
    smuggled = q.arrived.sum(axis=0) / np.maximum(1 - q.caught, 1e-9) * margin
    return {
        "chip_profit": {
            US: abroad[2:].sum(axis=0)
            - q.on_top_paid.sum(axis=(0, 1))
            + q.licensed_usd
            - cut
            - dies * q.cost
            + smuggled
        },
        "license_cut": dict(enumerate(tariffs)) | {US: cut + s.spending[US] * paid / (1 + paid) + cuts.sum(axis=0)},
        "chip_exports": {CHINA: 0.0 if q.exported is None else q.export_usd.sum(axis=0)},
        **_of_levies(s, q, dies + q.arrived.sum(axis=0) / np.maximum(1 - q.caught, 1e-9)),
        "tool_revenue": _shared(tool_sales(s, q), c.inputs.tool_share),
        "memory_revenue": _shared(costs.MEMORY_PRICE * 1e3 * q.imported_memory, c.inputs.memory_share),
        "production_lost": {US: _production_lost(c, s, q)},
    }


def _of_levies(s: State, q: Quarter, beside: Array) -> dict[str, Book]:
    """What levies on the making of chips bring, and what the United States pays of them for its own chips.

    Args:
        s: the state.
        q: the quarter.
        beside: (R,) H100e of lines that licensed and smuggled chips took.
    """
    if q.levies is None:
        return {"levy": dict.fromkeys(range(len(s.spending)), 0.0), "levy_paid": {US: 0.0}}
    rate = q.levies.sum()
    bare = q.cost / (1 + rate)
    made = (s.delivered.sum(axis=0) + beside) * bare
    return {"levy": _shared(made, q.levies), "levy_paid": {US: rate * s.delivered[US] * bare}}


def _production_lost(c: Context, s: State, q: Quarter) -> Array:
    """What the lines that lack minerals would have earned at home; what they would earn abroad is profit lost."""
    runs = s.supply_level * q.minerals * (1 - q.hit) / max(1 - q.minerals, LEAST_RUNNING)
    custom = c.inputs.custom_share[c.t]
    price = q.list_price * (1 - custom * (1 - CUSTOM_PRICE))
    at_home = s.delivered[US] / np.maximum(s.delivered.sum(axis=0), 1e-9)
    return runs * at_home * (price - q.cost)


def _of_trade(c: Context, s: State, q: Quarter) -> dict[str, Book]:
    """What China pays above list prices, and what hosts and transit countries earn by it."""
    hired = RENTAL * q.newly_rented * s.china_price
    margin = costs.TRANSIT_CUT * np.maximum(STREET * s.china_price - q.list_price, 0.0)
    return {
        "premium": {CHINA: q.premium_usd},
        "rent": s.rented * (hired / np.maximum(s.rented.sum(axis=0), 1e-9)),
        "transit_trade": dict.fromkeys(range(len(s.rented)), 0.0)
        | {row: arrived * margin for row, arrived in zip(c.inputs.route_rows, q.arrived, strict=True)},
        "talent": {CHINA: q.talent_usd},
    }


def _of_states(c: Context, q: Quarter) -> dict[str, Book]:
    """What governments pay for controls, and what allies get for following."""
    received = _shared(q.public_items["compensation_paid"][US], c.inputs.allied_tool_share)
    return {
        **q.public_items,
        "matched_investment": {US: q.on_top_paid[1].sum(axis=0)},
        "compensation_received": received,
    }


def _forgone(c: Context, s: State, q: Quarter) -> dict[str, Book]:
    """Compute and people of the superpowers that are kept from other work."""
    idle = s.idle[BOTH] + s.safety[BOTH]
    limits = costs.REFUSED * s.model_access[US]
    price = np.stack([q.list_price, s.china_price])
    return {
        "serving_forgone": costs.idle_revenue(s.revenue[BOTH], idle) / 4,
        "experiments_forgone": costs.compute_cost(
            idle * costs.not_serving(s.serving[BOTH], idle) * s.used_train[BOTH], price
        ),
        "access_limits": {US: s.revenue[US] / 4 * limits / (1 - limits)},
        "models_abroad": s.abroad / 4,
        "secrecy": s.people[BOTH] * s.people_use[BOTH, SECRECY] * s.pay[BOTH] / 4,
    }


def _shared(dollars: Array | float, shares: Array) -> Book:
    """An account of those who have a share of it."""
    return {row: dollars * share for row, share in enumerate(shares.tolist())}
