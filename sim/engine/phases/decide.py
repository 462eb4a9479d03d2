"""Phase 2: every actor decides from last quarter's public information."""

from __future__ import annotations

import numpy as np

from agents import plans
from agents.allocation import FABS
from agents.protocols import AtEdge
from agents.rows import CHINA, PARTNERS, US, bloc_of
from agents.worth import Seen, pressed, race, worth
from scenarios.uses import MONEY
from sim.engine import own, sight
from sim.engine.context import Context
from sim.engine.phases import people
from sim.engine.state import Quarter, State
from sim.engine.tools import for_tools
from sim.ensemble.rng import Array
from sim.equations import costs

CUSTOM_PRICE = 0.6
"""Price of custom chips per H100e against merchant ones: no merchant margin; judgment from Epoch AI chip costs."""
LOGIC, MEMORY = 0.6, 0.36
"""Parts of a chip's cost that are logic and packaging, and memory from South Korea (nine tenths of it); judgment from
cost breakdowns of B200 and shares of makers."""
LEAST_RATIO = 1e-9
"""Amounts below which an actor has nothing."""
EFFORT = {"ally": "ally_effort", "hub": "hub_effort"}
"""Kinds of partners, and the lever of what they spend on AI."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Let all decide; in the recorded past spending is data."""
    prepare(c, s, q)
    for actor in c.actors.allocators:
        actor.allocate()
    for actor in c.actors.deciders:
        actor.take_postures()
    for actor in c.actors.own:
        own.decide(c, actor)
    c.actors.designer.decide()
    if c.in_data or c.wishes:
        _wish(c, s, q)


def prepare(c: Context, s: State, q: Quarter) -> None:
    """Set what actors look at beside the public information: recorded money, prospects and what policy asks of them."""
    if c.in_data:
        q.recorded_money = _recorded_money(c, s, q)
    recorded = c.inputs.regime.import_permission[c.t] if c.t < c.inputs.rules_steps else np.nan
    q.permission_recorded = 1.0 if np.isnan(recorded) and c.t < c.inputs.rules_steps else float(recorded)
    q.levies = _levies(c)
    q.cost = s.cost if q.levies is None else s.cost * (1 + q.levies.sum())
    q.margin = q.list_price / q.cost
    q.worth = worth(
        Seen(s.bloc_revenue, s.power_use, s.from_experiments, s.from_people), s.public, s.edge, c.p.hostility
    )  # fmt: skip
    q.public_costs, q.public_items = np.zeros_like(s.money), _public_costs(c, s, q)
    for paid_by in q.public_items.values():
        for row, dollars in paid_by.items():
            q.public_costs[row] += dollars
    q.public_costs[US] -= s.matched_usd
    if c.turn:
        q.stakes = sight.stakes(c, s, q)
        q.licenses = sight.licenses(c, s, q.stakes)
    _prospects(c, s, q)
    q.run_share = _run_share(c, s, q)
    _efforts(c, s, q)


def _efforts(c: Context, s: State, q: Quarter) -> None:
    """Spending of partners against the trend, and its usual division: policy asks for compute, not for fabs."""
    asked = np.broadcast_arrays(*(np.atleast_1d(c.setting(lever)) for lever in EFFORT.values()))
    q.effort, q.usual_use = np.ones((len(c.inputs.actors), asked[0].size)), s.edge.money_use
    for kind, effort in zip(EFFORT, asked, strict=True):
        q.effort[c.inputs.rows_of(kind)] = effort
    own = c.own("spending")
    if own is not None:
        q.effort[PARTNERS] = (q.effort * own)[PARTNERS]
    if c.in_data or (q.effort == 1).all():
        return
    weight = np.repeat(q.effort[:, None], len(MONEY), axis=1)
    weight[:, FABS] = 1.0
    divided = s.edge.money_use * weight
    whole, as_usual = divided.sum(axis=1), q.effort == 1  # who is asked for nothing keeps its shares to the last bit
    q.effort = np.where(as_usual, 1.0, whole)
    shares = divided / np.maximum(whole, LEAST_RATIO)[:, None]
    q.usual_use = np.where(as_usual[:, None], s.edge.money_use, shares)


def _levies(c: Context) -> Array | None:
    """Levies on the making of US-designed chips by who takes them, (A,), as a share of their cost; None without any.

    Taiwan makes their logic as far as it is not made elsewhere, and South Korea most of their memory.
    """
    own = c.own("production_levy")
    if own is None:
        return None
    here = {"taiwan": LOGIC * (1 - min(c.inputs.event_paths["fabs_abroad"][c.t], 1.0)), "south_korea": MEMORY}
    return own[:, 0] / 100 * np.array([here.get(name, 0.0) for name in c.inputs.actors])


def _wish(c: Context, s: State, q: Quarter) -> None:
    """What all would place if they always could, for the books: it shows what is given up for want of chips."""
    s.wish = s.plan.copy() if c.in_data else plans.followed(s.wish, s.target)
    s.wished = s.money * np.maximum(s.wish / np.maximum(s.plan, 1.0), 1.0)


def _prospects(c: Context, s: State, q: Quarter) -> None:
    """Money that AI revenue and its return carry, and the return on chips, against the record's last quarter, (A, R).

    Partners plan as one bloc: their revenues are too small to tell apart, and their shares of orders are data.
    """
    q.prospects, q.chip_return = np.ones_like(s.money), np.ones_like(s.bloc_revenue)
    if c.in_data:
        return
    earned, (_, _, earned_then, _) = returns(s, q.list_price), s.plan_edge
    q.chip_return = np.clip(earned / np.maximum(earned_then, 1e-300), plans.LEAST_RETURN, plans.MOST_RETURN)
    if c.switch("reinvestment"):
        found = plans.prospects(s.bloc_revenue, s.revenue_growth, earned, s.plan_edge, q.since, c.p)
        q.prospects = np.concatenate([found[:2], np.broadcast_to(found[2], (len(s.money) - 2, c.runs))])
        if s.won.any():  # what a partner's own rules bring its providers is its own
            q.prospects = q.prospects * s.revenue / np.maximum(s.revenue - s.won, 1.0)


def _public_costs(c: Context, s: State, q: Quarter) -> dict[str, dict[int, Array]]:
    """US dollars that governments pay for controls in a quarter: item → row of the actor → (R,).

    They are taken from what the nation has for AI: enforcement, checks of exported chips, compensation of allies,
    policing of transit, and exports that mineral controls give up.
    """
    exported = s.delivered[PARTNERS].sum(axis=0)
    hubs = c.inputs.rows_of("hub")
    return {
        "enforcement": {US: costs.ENFORCEMENT / 4 * s.enforcement[US]},
        "verification": {US: costs.CHECK * c.located * exported},
        "compensation_paid": {US: _allied_compensation(c, s, q)},
        "policing": {
            row: costs.POLICING / 4 * c.inputs.hub_part[row] * s.policing[row] * (s.plan[row] > 0)
            for row in range(hubs.start, hubs.stop)
        },
        "minerals": {CHINA: costs.MINERALS / 4 * q.mineral_controls * np.ones(c.runs)},
    }


def _allied_compensation(c: Context, s: State, q: Quarter) -> Array:
    """US dollars a quarter that allies get for following a scenario further than they would, (R,): sales they lose."""
    asked = c.setting("allied_alignment")
    if np.isnan(asked).all() or c.in_data or not c.inputs.tool_makers:
        return np.zeros(c.runs)
    control = np.minimum(c.inputs.closures["tools"][c.t], 1.0)
    lost = costs.foreign_tools(control) - costs.foreign_tools(np.maximum(np.minimum(q.tools, 1.0), control))
    paid = np.maximum(lost, 0.0) * for_tools(s) * c.inputs.tool_share[c.inputs.tool_makers].sum()
    return np.where(np.isnan(asked), 0.0, paid)


def _run_share(c: Context, s: State, q: Quarter) -> Array:
    """Share of compute that money and the fleet give the largest run, policy apart, (A, R)."""
    if c.in_data:
        return s.clustered
    share, compute, price, revenue, money = s.run_edge
    grown = _ratio(s.bloc_revenue, revenue) if c.switch("reinvestment") else np.ones_like(revenue)
    bloc = bloc_of(share)
    return plans.run_share(
        share, np.log(grown)[bloc], np.log(_ratio(s.money, money)), np.log(_ratio(paid(s, q), price))[bloc],
        np.log(_ratio(s.used_train, compute)), c.p,
    )  # fmt: skip


def _ratio(now: Array, then: Array) -> Array:
    """One over the other where both are something."""
    return np.maximum(now, LEAST_RATIO) / np.maximum(then, LEAST_RATIO)


def paid(s: State, q: Quarter) -> Array:
    """What an H100e costs the United States, China and all others, US dollars, (3, R)."""
    return np.stack([q.list_price, s.china_price, q.list_price])


def returns(s: State, price: Array) -> Array:
    """Yearly AI revenue over the worth of the compute that earns it, by bloc, (3, R); `price` is the world's."""
    worth = by_bloc(s.used_train) * price
    worth[1] = s.used_train[CHINA] * s.china_price
    return s.bloc_revenue / np.maximum(worth, 1.0)


def by_bloc(values: Array) -> Array:
    """Rows for the United States, China and everybody else of a table of actors, (3, R)."""
    return np.stack([values[US], values[CHINA], values[PARTNERS].sum(axis=0)])


def _recorded_money(c: Context, s: State, q: Quarter) -> Array:
    """Money for AI by use, US dollars a quarter, (A, 4, R): what was built, and what it costs by the unit."""
    added, share = (values[c.t] for values in c.inputs.power_added)
    ones = np.ones((len(c.inputs.actors), c.runs))
    return np.stack([
        _recorded_chips(c, s, q), c.inputs.fab_money[c.t][:, None] * ones,
        (added * share * c.inputs.megawatt_usd)[:, None] * ones,
        people.recorded(c) * (c.inputs.pay_usd / 4)[:, None],
    ], axis=1)  # fmt: skip


def at_edge(c: Context, s: State, q: Quarter) -> AtEdge:
    """What is divided, and what each use is worth, in a quarter of the record: the last one is what stays."""
    return AtEdge(
        money_use=s.money_use.copy(), race=race(pressed(s.public), c.p.hostility), revenue=s.bloc_revenue,
        power_use=s.power_use, from_experiments=s.from_experiments, from_people=s.from_people, pay=s.pay.copy(),
        people=s.people.copy(), safety=s.safety.copy(), public=q.public_costs, cover=q.cover,
        margin=s.order_price / s.cost,
    )  # fmt: skip


def _recorded_chips(c: Context, s: State, q: Quarter) -> Array:
    """Money placed for chips this quarter, US dollars.

    In China the data; elsewhere what supply was worth, times what orders exceed sales by, as they wait in a queue.
    """
    custom = c.inputs.custom_share[c.t]
    merchant = s.supply_level * (1 - custom) * q.list_price
    spending = c.constants.gpu_share * merchant
    spending[US] += s.supply_level * custom * CUSTOM_PRICE * q.list_price
    spending *= s.ahead_of_sales
    spending[CHINA] = c.inputs.china_spending[c.t] * c.p.china_spend_scale
    return spending
