"""What everybody can see when nations choose, and the politics that make the recorded choices rational."""

from __future__ import annotations

import numpy as np

from agents import choice, choices, licensing
from agents.allocation import FABS
from agents.rows import BOTH, CHINA, US
from agents.stakes import DEARER, POINTS_A_MONTH, REPLACED, Stakes
from scenarios.decisions import DECISIONS
from sim.engine.context import Context
from sim.engine.room import power_room
from sim.engine.state import Quarter, State
from sim.engine.tools import tool_sales
from sim.ensemble.rng import Array
from sim.equations import costs, domestic, market, power
from sim.equations.trade import CHANNELS, STREET

LEAST_LEFT = 0.02
"""Share of foreign tools left below which nobody sees what is lost."""
A_YEAR = 4
"""Quarters of a year."""


def stakes(c: Context, s: State, q: Quarter) -> Stakes:
    """What choices turn on: last quarter's public figures, and the dated rules on tools and memory in force."""
    seen = s.public
    flow = dict(zip(CHANNELS, A_YEAR * seen.flows, strict=True))
    others = flow["domestic"] + flow["diverted"] + flow["offshore"]
    without = others + REPLACED * flow["legal"]
    dearer = np.power((others + flow["legal"]) / np.maximum(without, 1.0), DEARER)
    world, then = s.bloc_revenue.sum(axis=0), s.edge.revenue.sum(axis=0)
    return Stakes(
        lead=seen.lead / POINTS_A_MONTH,
        scale=np.power(np.maximum(world, 1.0) / np.maximum(then, 1.0), c.p.stakes_growth),
        china_compute=s.used_train[CHINA], china_added=without, dear_price=s.china_price * dearer,
        us_added=A_YEAR * s.delivered[US], domestic=flow["domestic"], diverted=flow["diverted"],
        wanted=_wanted(c, s, q), licensed=seen.licensed, licensing=s.licensing[US].copy(),
        permission=s.permission[CHINA].copy(), price=s.order_price, china_price=s.china_price,
        margin=1 - s.cost / s.order_price, cover=seen.cover, us_revenue=s.revenue[US] / 1e9,
        enforcement=s.enforcement[US].copy(), model_access=s.model_access[US].copy(),
        distilled=seen.distilled * c.p.points_per_oom, push=s.push[CHINA].copy(),
        fab_money=A_YEAR * s.budget[CHINA] * s.money_use[CHINA, FABS] / 1e9,
        lost_sales=_lost_sales(c, s, q),
        transit=_transit(c, s, flow["diverted"]), diverted_share=seen.diverted,
        officers=costs.ENFORCEMENT / 1e9, refused=costs.REFUSED,
    )  # fmt: skip


def _wanted(c: Context, s: State, q: Quarter) -> Array:
    """Frontier chips that China could pay for in a year and power, H100e."""
    units = A_YEAR * s.money[CHINA] / s.order_price
    mix = c.inputs.capacity_share[c.t]
    watts = power.OVERHEAD / 1000 * float(mix @ (c.chips.kw / c.chips.h100e)[: len(mix)] / mix.sum())
    return units * market.fitting(units, power_room(c, s) / watts)


def _lost_sales(c: Context, s: State, q: Quarter) -> Array:
    """What tools and memory of each actor would sell for in China beyond today without controls, billions a year."""
    left = np.maximum(costs.foreign_tools(np.minimum(q.tools, 1.0)), LEAST_LEFT)
    tools = A_YEAR * tool_sales(s, q) * (costs.foreign_tools(0.0) / left - 1)
    memory = (
        A_YEAR
        * 1e3
        * costs.MEMORY_PRICE
        * (domestic.imported_memory(0.0, c.year) - domestic.imported_memory(q.memory_control, c.year))
    )
    return (c.inputs.tool_share[:, None] * tools + c.inputs.memory_share[:, None] * memory) / 1e9


def _transit(c: Context, s: State, diverted: Array) -> Array:
    """What each actor earns by chips that pass through it, billions of US dollars a year, (A, R)."""
    share = s.network / np.maximum(s.network.sum(axis=0), 1e-12)
    margin = costs.TRANSIT_CUT * np.maximum(STREET * s.china_price - s.order_price, 0.0)
    return share * (diverted * margin / 1e9)


def licenses(c: Context, s: State, seen: Stakes) -> tuple[Array, Array]:
    """Licensing and permission that both sides would set, each expecting the other's, (runs,) each."""
    held = _fixed(c, s, "licensing", US), _fixed(c, s, "permission", CHINA)
    of = licensing.problem(seen, c.wants(US), c.wants(CHINA), c.p.import_reluctance, held)
    slopes = s.politics["licensing"][US], s.politics["permission"][CHINA]
    now = seen.licensing, seen.permission
    return licensing.levels(of, licensing.settled(of, now, slopes, c.p.choice_temperature))


def _fixed(c: Context, s: State, decision: str, row: int) -> Array | None:
    """What the other side knows that a decision is held at; None where it is open."""
    if c.inputs.by_habit[decision][row].all():
        return getattr(s, decision)[row].copy()
    given, held = c.given(decision)[row], c.held(decision)
    if np.isnan(given).any():
        return None if held is None else held[row] * np.ones(c.runs)
    return given * np.ones(c.runs)


def politics(c: Context, s: State, q: Quarter) -> dict[str, Array]:
    """Slopes of every menu with which the levels of now are what actors choose, (A, R) by decision.

    Billions of US dollars a year between the ends of a menu, at balanced values.
    """
    found = {name: np.zeros_like(s.alignment) for name in DECISIONS}
    seen, t, p = stakes(c, s, q), c.p.choice_temperature, c.p
    us, cn = c.wants(US, balanced=True), c.wants(CHINA, balanced=True)
    of = licensing.problem(seen, us, cn, p.import_reluctance, (None, None))
    found["licensing"][US], found["permission"][CHINA] = licensing.revealed(
        of, (s.licensing[US], s.permission[CHINA]), t
    )
    for name, row, worth in (
        ("enforcement", US, choices.enforcement(seen, us)), ("model_access", US, choices.model_access(seen, us)),
        ("push", CHINA, choices.push(seen, cn)),
    ):  # fmt: skip
        found[name][row] = choice.revealed(worth, getattr(s, name)[row], t, name)
    for name, rows in (("alignment", c.inputs.rows_of("ally")), ("policing", c.inputs.rows_of("hub"))):
        if rows.stop > rows.start:
            found[name][rows] = _of_partners(c, s, seen, name, rows)
    return found


def carried(c: Context, s: State, q: Quarter) -> dict[str, Array]:
    """The same where history went otherwise: superpowers keep the politics of the record, partners their own."""
    assert c.politics is not None
    found = politics(c, s, q)
    for name, x in DECISIONS.items():
        if x.who == "superpower":
            found[name][BOTH] = c.politics[name][BOTH]
    return found


def _of_partners(c: Context, s: State, seen: Stakes, name: str, rows: slice) -> Array:
    """Slopes of allies or hubs, (k, R)."""
    now, weights = getattr(s, name)[rows], c.weights(rows, balanced=True)
    if name == "alignment":
        worth = choices.alignment(seen, weights, now, seen.lost_sales[rows], c.p.ally_drift)
    else:
        worth = choices.policing(seen, weights, seen.transit[rows], c.p.hub_commerce)
    return choice.revealed(worth, now, c.p.choice_temperature, name)
