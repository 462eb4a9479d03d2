"""Phase 4: orders join the queue, China fills its demand over channels, lines deliver, and the books balance.

Buyers outside China order for the money that they plan, as far as the queue and their power let them. Lines deliver
from the queue by its length; what diverted chips take leaves first. Every dollar planned is paid, owed or given up.
"""

from __future__ import annotations

import numpy as np

from agents.allocation import FABS
from agents.rows import CHINA, PARTNERS, US
from sim.engine.context import Context
from sim.engine.delivery import CUSTOM, Delivery, remove
from sim.engine.phases import china, exports
from sim.engine.phases.china import US_N, quotas
from sim.engine.phases.decide import CUSTOM_PRICE, by_bloc
from sim.engine.room import waiting as quarters_to_wait
from sim.engine.state import ON_TOP, Quarter, State
from sim.ensemble.rng import Array
from sim.equations import market, power, trade
from sim.equations.chips import ASCEND, summed
from sim.equations.trade import CHANNELS

DIVERTED = CHANNELS.index("diverted")
ORDERS_WEIGHT = 0.25
"""Weight of the last quarter in what orders exceed sales by in the record: a year is smoothed over; judgment."""
ORDERS_BOUNDS = 0.5, 3.0
"""Bounds of orders against sales in a quarter of the record; its jumps are those of estimates; judgment."""


USE_SEEN = 0.05, 4.0
"""Bounds of the use of power that planners tell apart."""


def run(c: Context, s: State, q: Quarter) -> None:
    """Clear the quarter's market."""
    q.placed, q.refunded = np.zeros((2, *s.backlog.shape))
    q.allowed, q.exported = np.ones((len(s.backlog), 1)), None
    q.on_top_paid = np.zeros_like(s.on_top)
    s.spending = np.zeros_like(s.backlog)
    share = c.inputs.capacity_share[c.t][:CUSTOM]
    q.mix = np.zeros(len(q.capacity))
    q.mix[:CUSTOM] = share / share.sum()
    if c.in_data:
        owed = _clear_queue(s)
        china.buy(c, s, q)
        _deliver(c, s, q)
        _follow_the_record(c, s, q, owed)
    else:
        exports.sell(c, s, q)
        _order(c, s, q)
        china.buy(c, s, q)
        _deliver(c, s, q)
    _look_ahead(c, s, q)


# --- orders -----------------------------------------------------------------------------------------------------------


def _order(c: Context, s: State, q: Quarter) -> None:
    """Buyers outside China place orders: by the queue before them, by their power, and by what rules let them have."""
    # Everybody knows that lines which a disruption stops will run again.
    waiting = quarters_to_wait(s)
    price, cover = _prices(c, s, q), waiting
    if c.inputs.terms_act[c.t]:
        q.allowed = _allowed(c, s, q)
        cover = np.broadcast_to(waiting, s.backlog.shape).copy()
        all_owed, all_got = s.backlog.sum(axis=0), s.delivered.sum(axis=0)
        for row, _ in c.inputs.terms:  # who is kept from lines or held to a number waits longer than the others
            longer = (s.backlog[row] * all_got) / np.maximum(s.delivered[row] * all_owed, 1e-9)
            cover[row] *= np.maximum(longer, 1.0)
    free = s.money if q.exported is None else s.money - q.export_usd
    money = free * (market.placed_share(cover) * q.allowed)
    money[CHINA] = 0.0
    wanted = money / price
    share = _fitting(c, s, q, wanted, waiting)
    s.backlog += wanted * share
    placed = money * share
    s.backlog_usd += placed
    q.placed += placed
    levied, matched, cut = _rates(c, q)
    base = placed / (1 + levied)
    s.on_top = s.on_top + np.stack([placed - base, *(base * (x / (1 + matched + cut)) for x in (matched, cut))])


def _prices(c: Context, s: State, q: Quarter) -> Array:
    """What an H100e costs each buyer, (A, R): custom chips have no merchant margin, tariffs come on top."""
    price = np.broadcast_to(q.list_price, s.backlog.shape).copy()
    custom = custom_of_orders(c, q)
    price[US] *= (1 - (1 - CUSTOM_PRICE) * custom) * (1 + tariff(c, custom))
    levied, matched, cut = _rates(c, q)
    return price * ((1 + levied) * (1 + matched + cut))


def _rates(c: Context, q: Quarter) -> tuple[Array, Array, Array]:
    """What comes on top of the price for partners, as shares of it, (A, 1) each: tariffs, and in ON_TOP's order.

    Of tariffs on US buyers the account is kept from what they pay.
    """
    rates = np.zeros((len(ON_TOP), len(c.inputs.actors), 1))
    own = c.own("chip_tariff")
    if own is not None:
        rates[0] = own / 100
    if c.inputs.terms_act[c.t]:
        for row, terms in c.inputs.terms:
            rates[1, row], rates[2, row] = (x[c.t] @ q.mix[:CUSTOM] for x in (terms.matched, terms.price_share))
    return rates[0], rates[1], rates[2]


def custom_of_orders(c: Context, q: Quarter) -> Array:
    """Share of what US buyers order that is their own chips, (R,)."""
    total = np.maximum(q.made_to_order + q.capacity[CUSTOM], 1e-9)
    return np.asarray(np.minimum(q.capacity[CUSTOM] / total / c.constants.order_share[US], 1.0))


def tariff(c: Context, custom: Array) -> Array:
    """What a tariff adds to the price of chips for US buyers, as a share, (R,); custom chips pay none."""
    return c.asked("tariff") * (1 - custom)


def _allowed(c: Context, s: State, q: Quarter) -> Array:
    """Share of the lines that each buyer may order from, (A, 1); orders of who may have nothing end."""
    may = np.ones((len(s.backlog), 1))
    for row, terms in c.inputs.terms:
        may[row] = terms.approval[c.t] @ q.mix[:CUSTOM]
        if may[row] <= 0:
            q.refunded[row] = s.backlog_usd[row]
            s.backlog[row], s.backlog_usd[row], s.on_top[:, row] = 0.0, 0.0, 0.0
    return may


def _fitting(c: Context, s: State, q: Quarter, wanted: Array, waiting: Array) -> Array:
    """Share of what is wanted for which there will be power when it comes, (A, R), beside what is on order.

    Partners build at home; the United States builds wherever the others leave room.
    """
    per_h100e = power.OVERHEAD / 1000 * float(q.mix @ (c.chips.kw / c.chips.h100e))
    free = power.room(s.power, s.power_added, s.power_need, waiting) / per_h100e - s.backlog
    share = market.fitting(wanted, np.maximum(free, 0.0))
    left = free[US] + (free[PARTNERS] - wanted[PARTNERS] * share[PARTNERS]).sum(axis=0)
    share[US] = market.fitting(wanted[US], np.maximum(left, 0.0))
    return share


def _power_use(c: Context, s: State, q: Quarter) -> Array:
    """Power that chips owned and on order need, against what there will be when they come, by bloc, (3, R).

    The United States builds wherever others leave room.
    """
    per_h100e = power.OVERHEAD / 1000 * float(q.mix @ (c.chips.kw / c.chips.h100e))
    need = by_bloc(s.power_need + s.backlog * per_h100e)
    need[CHINA] += power.OVERHEAD / 1000 * summed(c.chips.kw[:US_N], s.on_order[:US_N])
    coming = power.room(by_bloc(s.power), by_bloc(s.power_added), 0.0, quarters_to_wait(s))
    coming[US] += np.maximum(coming[2] - need[2], 0.0)
    return np.clip(need / np.maximum(coming, 1e-9), *USE_SEEN)


def _invested(c: Context, s: State) -> Array | float:
    """Money for fabs and tools outside China, against what it was of plans at the edge of the data, (R,)."""
    if c.in_data:
        return 1.0
    spent, usual = by_bloc(s.budget * s.money_use[:, FABS]), by_bloc(s.plan * s.edge.money_use[:, FABS])
    return (spent[US] + spent[2]) / np.maximum(usual[US] + usual[2], 1.0)


# --- deliveries -------------------------------------------------------------------------------------------------------


def _deliver(c: Context, s: State, q: Quarter) -> None:
    """Make and deliver: diverted chips first, then the queue; China's licensed chips stand in the same queue."""
    h = c.chips.h100e
    per_h100e = (q.mix / h)[:, None]
    # Smugglers take of every merchant line in proportion, and never all of it.
    arrived = q.arrived.sum(axis=0)
    attempted = arrived / np.maximum(1 - q.caught, 1e-9)
    q.flows[DIVERTED], q.diverted = arrived, arrived / np.maximum(q.made_to_order, 1.0)
    merchant, custom = _served(c, s, q, attempted)
    apart: dict[int, Array] = {}
    if c.inputs.terms_act[c.t]:
        merchant, apart, left = _by_terms(c, s, q, merchant)
    else:
        left = per_h100e * merchant.sum(axis=0)
    left[CUSTOM] = custom / h[CUSTOM]
    leaving = per_h100e * attempted
    arriving = leaving * (1 - q.caught)
    _book(c, q, left, leaving, arriving)
    abroad = None if q.exported is None else q.exported[:, None] * (china.chinese_form(c)[:, None] * 1e3)
    q.delivery = Delivery(merchant / np.maximum(merchant.sum(axis=0), 1e-9), apart, left, q.bought + arriving, abroad)
    merchant[US] += custom
    s.delivered = merchant
    if not c.in_data:
        _pay(c, s, q, merchant)


def _served(c: Context, s: State, q: Quarter, attempted: Array) -> tuple[Array, Array]:
    """What the queue is due, H100e: merchant chips by owner, (A, R), and custom chips of the United States, (R,)."""
    dies = summed(q.die[:US_N], s.on_order[:US_N])
    made = q.made_to_order - attempted + q.capacity[CUSTOM]
    q.cover = market.quarters(s.backlog.sum(axis=0) + dies, made)
    if c.in_data:  # everything that was made was delivered, and China's chips at once
        licensed = np.minimum(1.0, (q.made_to_order - attempted) / np.maximum(dies, 1e-9))
        weight = s.money / _prices(c, s, q)
        weight[CHINA] = 0.0
        due = weight / np.maximum(weight.sum(axis=0), 1e-9) * (made - dies * licensed)
        custom = np.minimum(q.capacity[CUSTOM], due[US])
    else:
        licensed = market.delivered_share(q.cover)
        due = s.backlog * licensed
        custom = np.minimum(q.capacity[CUSTOM] * licensed * q.cover, due[US])
    first = np.maximum(c.asked("priority"), np.asarray(c.setting("home_orders")) / 100)
    if np.any(first) and not c.in_data:  # what is left once everybody else's orders are met
        left = np.maximum(made - s.backlog.sum(axis=0), 0.0) / np.maximum(dies, 1e-9)
        kept = first * np.maximum(licensed - left, 0.0)
        licensed = licensed - kept
        due = np.minimum(due * (1 + dies * kept / np.maximum(due.sum(axis=0), 1e-9)), s.backlog)
    _receive_licensed(c, s, q, licensed)
    due[US] = np.maximum(due[US] - custom, 0.0)
    # Lines for custom chips cannot make merchant ones.
    most = np.maximum(q.made_to_order - attempted - dies * licensed, 0.0)
    return due * np.minimum(1.0, most / np.maximum(due.sum(axis=0), 1e-9)), custom


def _receive_licensed(c: Context, s: State, q: Quarter, share: Array) -> None:
    """Licensed chips arrive by the share of the queue that is served, and are paid for."""
    chips = s.on_order * share
    q.licensed_usd = s.backlog_usd[CHINA] * share
    remove(s.on_order, chips)
    s.backlog_usd[CHINA] -= q.licensed_usd
    s.spending[CHINA] += q.licensed_usd
    s.legal_total += chips
    q.bought += chips
    q.flows[0] = summed(c.chips.h100e[:US_N], chips[:US_N])
    q.legal_by_class = chips[:US_N]
    q.legal_chips = q.legal_by_class.sum(axis=0)


def _pay(c: Context, s: State, q: Quarter, delivered: Array) -> None:
    """Buyers pay for what comes, at the mean price of what they have on order."""
    share = np.minimum(delivered / np.maximum(s.backlog, 1e-9), 1.0)
    share[CHINA] = 0.0
    paid = s.backlog_usd * share
    q.on_top_paid = s.on_top * share
    s.on_top = s.on_top - q.on_top_paid
    s.matched_usd = q.on_top_paid[1].sum(axis=0)
    s.backlog_usd -= paid
    remove(s.backlog, delivered)
    s.spending += paid


def _book(c: Context, q: Quarter, left: Array, leaving: Array, arriving: Array) -> None:
    """What was made, delivered, diverted and seized."""
    h, own = c.chips.h100e, q.bought
    if "seized" in c.kept:
        q.seized_h100e = summed(h, leaving) * q.caught
    if "made_h100e" in c.kept:
        q.made_h100e = summed(h[:US_N], left[:US_N] + leaving[:US_N] + own[:US_N])
    if c.books:
        made = left + leaving + own
        delivered = made.copy()
        if q.exported is not None:
            delivered[ASCEND] += china.chinese_form(c)[:, None] * (q.exported.sum(axis=0) * 1e3)
        q.ledger = {"made": made, "delivered": delivered, "diverted": arriving, "seized": leaving - arriving}


def _by_terms(c: Context, s: State, q: Quarter, due: Array) -> tuple[Array, dict[int, Array], Array]:
    """Deliveries of merchant chips where rules name a buyer: what it may not have goes to the others in the queue.

    Args:
        c: the quarter's date and inputs.
        s: the state.
        q: the quarter.
        due: (A, R) H100e that the queue would give each owner.

    Returns:
        H100e delivered (A, R), shares by class (A, R), and chips by class (K, R).
    """
    t, h = c.t, c.chips.h100e
    named = [row for row, _ in c.inputs.terms]
    free = due.copy()
    free[named] = 0.0
    weight = free / np.maximum(free.sum(axis=0), 1e-9)
    got, left, shares = np.zeros_like(due), np.zeros_like(q.capacity), {}
    most = s.backlog.copy()  # nobody gets more than it has ordered
    lines = q.mix[:CUSTOM, None] * due.sum(axis=0)
    limits = {row: quotas(terms, t, h, lines * weight[US]) for row, terms in c.inputs.terms}
    # What smugglers lead through a country was sold to it, and counts against its quota: of what still has room first.
    for row, attempted in zip(c.inputs.route_rows, q.arrived / np.maximum(1 - q.caught, 1e-9), strict=True):
        if row in limits:
            through = trade.fill(attempted, np.broadcast_to(q.mix[:CUSTOM, None], lines.shape), limits[row])
            limits[row] = np.maximum(limits[row] - through, 0.0)
    for k in map(int, np.flatnonzero(q.mix[:CUSTOM])):
        line, given = lines[k], np.zeros_like(due)
        for row, terms in c.inputs.terms:
            open_lines = np.maximum(terms.approval[t] @ q.mix[:CUSTOM], 1e-9)
            asked = due[row] * q.mix[k] * terms.approval[t, k] / open_lines
            given[row] = np.minimum(asked, limits[row][k])
        given *= np.minimum(1.0, line / np.maximum(given.sum(axis=0), 1e-9))
        given += np.minimum((line - given.sum(axis=0)) * weight, np.where(weight > 0, np.maximum(most - got, 0.0), 0.0))
        got += given
        left[k], shares[k] = given.sum(axis=0) / h[k], given / np.maximum(given.sum(axis=0), 1e-9)
    return got, shares, left


# --- the record, and what makers see ----------------------------------------------------------------------------------


def _clear_queue(s: State) -> Array:
    """Set China's queue aside, since what it orders in the record comes at once; what all owed before, US dollars."""
    owed = s.backlog_usd.copy()
    s.on_order[:], s.backlog_usd[CHINA] = 0.0, 0.0
    return owed


def _follow_the_record(c: Context, s: State, q: Quarter, before: Array) -> None:
    """In the data what was made was bought; orders are what was paid and what the backlog grew by, with one for all.

    Args:
        c: the quarter's date and inputs.
        s: the state.
        q: the quarter.
        before: (A, R) US dollars that buyers owed before the quarter.
    """
    price = _prices(c, s, q)
    paid, s.backlog = s.delivered * price, s.delivered * c.p.order_backlog
    owed = s.backlog * price
    given_up = s.wished[CHINA] - q.placed[CHINA]
    s.on_order[:US_N] = q.bought[:US_N] * c.p.order_backlog
    paid[CHINA], owed[CHINA] = s.spending[CHINA], q.licensed_usd * c.p.order_backlog
    net = paid + owed - before  # where the queue lost value, orders were let go
    q.placed, q.refunded = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    s.spending, s.backlog_usd = paid, owed
    if c.t:
        placed, sold = (np.delete(money, CHINA, axis=0).sum(axis=0) for money in (net, paid))
        ordered = placed / np.maximum(sold, 1.0)
        ordered = np.clip(ordered, *ORDERS_BOUNDS)
        s.ahead_of_sales = s.ahead_of_sales + ORDERS_WEIGHT * (ordered - s.ahead_of_sales)
    s.wished = q.placed.copy()
    s.wished[CHINA] += given_up
    dies = summed(q.die[:US_N], s.on_order[:US_N])
    q.cover = market.quarters(s.backlog.sum(axis=0) + dies, q.made_to_order + q.capacity[CUSTOM])


def _look_ahead(c: Context, s: State, q: Quarter) -> None:
    """Makers set the next price and order capacity for what they sell; buyers see what they could place."""
    s.executed = np.ones_like(s.money)
    if not c.in_data:
        # What a rule keeps from a buyer is no reason to plan for less of what it may have.
        s.executed = np.minimum(q.placed / np.maximum(s.money * q.allowed, 1.0), 1.0)
        s.executed[np.ravel(q.allowed) <= 0] = 1.0
        s.executed[s.money * q.allowed < 1.0] = 1.0  # who wants no chips has placed all it wanted
        # Dear compute counts as money that bought too little.
        dear = np.minimum(trade.REFERENCE * q.list_price / np.maximum(s.china_price, 1e-9), 1.0)
        s.executed[CHINA] = (1 - q.priced_out) * np.cbrt(dear)
    # The record's orders also fill up the queue; what makers see in it is what they sell.
    orders = s.spending if c.in_data else q.placed
    value = orders.sum(axis=0) - orders[CHINA]
    if q.exported is not None:
        value = value - q.export_usd.sum(axis=0)
    value = value + (q.flows[DIVERTED] + summed(q.die[:US_N], q.ordered[:US_N])) * q.list_price
    levied = s.cost if q.levies is None else s.cost * (1 + q.levies.sum())
    wanted = market.demand(value, levied, c.p)
    growth = 4 * np.log(np.maximum(wanted, 1.0) / np.maximum(s.demand, 1.0))
    s.demand_growth = s.demand_growth + market.TREND_WEIGHT * (growth - s.demand_growth)
    s.demand = wanted
    s.power_use = _power_use(c, s, q)
    if c.t >= c.inputs.supply_data_steps:
        coming = np.sum(s.coming, axis=0)
        s.coming.append(
            market.added_capacity(
                wanted, s.supply_level, s.demand_growth, coming, q.cost_fall, c.p, c.year, _invested(c, s)
            )
        )  # fmt: skip
    fall = q.cost_fall
    s.cost = market.COST_SHARE * q.list_price if c.in_data else s.cost * np.exp(-fall / 4)
    levied = s.cost if q.levies is None else s.cost * (1 + q.levies.sum())
    s.order_price = market.next_price(q.list_price, levied, q.cover, fall, c.p, q.hit)
