"""China's side of the market: what it may buy where, and the internal price at which its money meets its channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.licensing import Leeway
from agents.rows import CHINA, US
from sim.engine.context import Context
from sim.engine.delivery import CUSTOM
from sim.engine.destinations import Terms
from sim.engine.room import power_room, waiting
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import diversion, market, power, trade
from sim.equations.chips import ASCEND, CLASSES, US_CLASSES, VARIANTS, summed
from sim.equations.trade import RENTAL, STREET, TRAINING_BUDGET, Supply

EDGE = CLASSES.index("EDGE")
US_N = len(US_CLASSES)
MERCHANT = slice(0, CUSTOM)
"""The main merchant classes stand first on the class axis."""
DIES = np.array([CLASSES.index(VARIANTS.get(name, name)) for name in US_CLASSES])
"""The class whose dies each US-designed class uses."""
VARIANT_PRICE_FALL = 0.12
"""Yearly fall of the price of a variant after its release: H20 quotes fell from 10-15 to 9-12 thousand dollars."""
VARIANT_DISCOUNT = 0.85
"""Price of an edge variant against what its usable compute costs elsewhere; from H20 and H100 prices of 2024."""
CHINESE_PRICE_FALL = 0.2
"""Yearly fall of the price of Chinese chips per silicon; judgment, toward the world trend."""
CHINESE_COST = 0.6
"""Cost of a Chinese chip against its list price; judgment: yields are low and margins thin."""
BREAKTHROUGH_PRICE = 0.25
"""What a fab breakthrough takes off the cost; judgment: a newer node yields more compute per wafer."""
FORM = {"ASCEND_950": (2026.4, 0.8), "ASCEND_960": (2028.3, 0.9)}
"""When half of Chinese output is of a newer generation (year), and the width of the change-over (Huawei roadmap)."""
US_SALES = 0.8
"""Share of merchant chips that US customers buy (Epoch AI chip owners: 0.78 to 0.86 of chips outside China)."""
TOO_SMALL = 0.08
"""Usable compute of a legal chip, against a frontier chip's, at which half of those who would buy it need too many:
an H20 had 0.6 of an H100's, a chip of its kind beside Rubin has 0.03; judgment."""
LEAST_LET_IN = 1e-9
"""Share of orders let through below which nobody sees a difference."""
LEAST_WORTH = 1e-3
"""Usable compute against a frontier chip's below which nobody sees a difference."""
LOGIC_SHARE = 0.6
"""Share of a package's cost that is logic and packaging; the rest is memory; judgment from cost breakdowns of B200."""
MOST_SPOT = 0.35
"""Smugglers take at most this share of what merchant lines make, before the queue is served; judgment."""
ORDER_LAG_SHARE = 0.25
"""Share of what a cumulative volume cap still leaves that can ship in one quarter; judgment."""
PRICE_STATED, PRICE_BACK = 2025.5, -2.5
"""Year at which prices of Chinese chips are stated, and years before it in which they no longer were higher."""
SUBSIDIARY_RULE = 0.2
"""Closure of the cloud at which the share of rented compute is stated: the subsidiary rule of 2023."""
RENTAL_FROM, RENTAL_WIDTH = 2023.75, 0.35
"""When half of the renting abroad had begun (year: the rule of October 2023), and the width of that; judgment."""
MOST_NEW_RENT = 0.6
"""Hosts sign new leases only while less than this share of what they may rent out is rented; judgment."""
MOST_LICENSED = 0.99
"""Share of what is spent that licensed chips take at most: the others keep a price."""
RENT_QUARTERS, NORMAL_RENT = 5, 0.45
"""Quarters over which fabs see what their chips earn, and log of price over cost at which they grow as planned."""


@dataclass(frozen=True)
class _Offers:
    """What US makers can sell to China, `(products, runs)`."""

    classes: list[int]
    price: Array
    limit: Array
    """Largest number of chips by quotas and the designer."""
    approved: Array
    """Share of orders that may go, by licenses and by how strictly they are given."""
    hoped: Array
    """What buyers make of it: a chip that rules deny counts as far as it goes all the same, every other one in full."""


def buy(c: Context, s: State, q: Quarter) -> None:
    """Spend China's money over licensed products, Chinese chips, diverted chips and rented compute."""
    q.permitted, q.leeway = s.permission[CHINA], Leeway.of(s.licensing[US])
    q.bought = np.zeros((len(CLASSES), c.runs))
    _set_dies(c, q)
    value = TRAINING_BUDGET * q.kappa_train + (1 - TRAINING_BUDGET) * q.kappa_decode
    offers = _legal_offers(c, s, q, value)
    q.licensed, q.blocked = _licensed(c, q, offers, value), _blocked(c, q, offers, value)
    _end_orders(c, s, q, value)
    value /= summed(q.mix[MERCHANT] / c.chips.h100e[MERCHANT], value[MERCHANT])  # in H100e of what the world buys
    form = chinese_form(c)
    worth = summed(form, value[ASCEND])
    units, ahead = _licensed_units(c, s, q, offers, value)
    supply = _supply(c, s, q, offers, units, value, worth)
    start = np.log(np.maximum(s.china_price, 1.0) / q.list_price)
    s.hoard[CHINA] = np.maximum(s.hoard[CHINA] - (s.early[CHINA] - ahead), 0.0)  # what it cannot buy it keeps
    money = s.money[CHINA] - s.early[CHINA] + ahead
    price, licensed, found = trade.clear(start, money, supply, c.p)
    _spend(c, s, q, supply, money, price, licensed, found)
    q.ordered = np.zeros((len(CLASSES), c.runs))
    q.ordered[offers.classes] = units * (licensed / np.maximum(supply.legal, 1e-9))
    _join_queue(c, s, q, offers)
    _make(c, s, q, form, worth)


# --- licensed products ------------------------------------------------------------------------------------------------


def _set_dies(c: Context, q: Quarter) -> None:
    """Capacity of the lines that a chip takes: its own, that of the class it is cut from, or a variant's silicon."""
    q.die = np.zeros(len(CLASSES))
    q.die[:US_N] = c.chips.h100e[DIES]
    newest = _frontier(c)
    logic, memory = c.chips.tpp[EDGE] / c.chips.tpp[newest], c.chips.bandwidth[EDGE] / c.chips.bandwidth[newest]
    q.die[EDGE] = c.chips.h100e[newest] * min(LOGIC_SHARE * logic + (1 - LOGIC_SHARE) * memory, 1.0)


def _legal_offers(c: Context, s: State, q: Quarter, value: Array) -> _Offers:
    """Classes that rules and quotas let in, with their price."""
    classes, wait = _on_offer(c, s, q), waiting(s)
    price, limit, approved = np.empty((3, len(classes), c.runs))
    for row, k in enumerate(classes):
        approved[row], limit[row] = _approved(c, s, q, k), np.inf
        if np.isfinite(q.cap_units[k]) or np.isfinite(q.cap_share[k]):
            room = np.maximum(_most_queued(c, s, q, k, wait) - s.on_order[k], 0.0)
            limit[row] = np.minimum(np.minimum(_volume_cap(c, s, q, k), q.cap_units[k]), room)
        price[row] = _price(c, q, k, value) * (1 + q.price_share[k])
    hoped = np.where((q.approval[classes] > 0)[:, None], 1.0, approved)
    return _Offers(classes, price, limit, approved, hoped)


def _approved(c: Context, s: State, q: Quarter, k: int) -> Array:
    """Share of orders of a class that the United States lets go: by its rules, and how strictly it licenses."""
    approved = q.leeway.let_go(q.approval[k]) if q.approval[k] < 1 else np.ones(c.runs)
    return approved * _variants_offered(c) if k == EDGE else approved


def _variants_offered(c: Context) -> Array:
    """Share of orders of the variant that its designer takes, (R,): as far as it is ready, and as the lever says."""
    return c.actors.designer.offers_variant() * (np.asarray(c.setting("variant_offer")) / 100)


def _on_offer(c: Context, s: State, q: Quarter) -> list[int]:
    """Classes that may be sold to China: released, made, and not wholly denied.

    Where licenses are given that the rules do not foresee, all that is made may go. Of main classes that the world no
    longer buys, makers reopen a line only for the strongest that may go, and only where nothing they make may go as
    freely; the edge variant is for a market that cannot have the frontier freely.
    """
    in_production = c.inputs.capacity_share[c.t] > 0
    opened = bool(q.leeway.opened.any())
    sold = [
        k for k in range(US_N)
        if (q.approval[k] > 0 or (opened and k < CUSTOM and in_production[k])) and k != CUSTOM
        and c.quarter <= c.chips.last_made[k]
        and (k == EDGE or c.inputs.exists[c.t, k])  # the designer's lag says when the variant comes
        and (k != EDGE or not (c.in_data or q.approval[_frontier(c)] >= 1))
        and (k >= CUSTOM or c.inputs.ever_made[c.t, k])
    ]  # fmt: skip
    freest = max((q.approval[k] for k in sold if k < CUSTOM and in_production[k]), default=0.0)
    old = [k for k in sold if k < CUSTOM and not in_production[k]]
    reopened = [k for k in old[-1:] if q.approval[k] > freest]
    return [k for k in sold if k not in old or k in reopened]


def _volume_cap(c: Context, s: State, q: Quarter, k: int) -> Array | float:
    """Chips of a class that a cap on China's share of its US sales leaves this quarter."""
    if not np.isfinite(q.cap_share[k]):
        return np.inf
    room = _cap_room(c, s, q, k) - s.on_order[k]
    return np.maximum(room, 0) * ORDER_LAG_SHARE + _cap_of_new(c, q, k)


def _cap_room(c: Context, s: State, q: Quarter, k: int) -> Array | float:
    """Chips that a cap on China's share of US sales leaves of those sold by now; the variant is sold nowhere else."""
    return 0.0 if k == EDGE else np.maximum(q.cap_share[k] * s.chips[US, k] - s.legal_total[k], 0.0)


def _cap_of_new(c: Context, q: Quarter, k: int) -> Array:
    """Chips that a cap on China's share of US sales adds this quarter; the variant is held against the newest class."""
    sold = q.made_to_order / q.die[k] if k == EDGE else q.capacity[k] / c.chips.h100e[k]
    return q.cap_share[k] * US_SALES * sold


def _frontier(c: Context) -> int:
    """The strongest merchant class that is made."""
    return c.inputs.strongest[c.t]


def _licensed(c: Context, q: Quarter, offers: _Offers, value: Array) -> Array:
    """Share of a frontier chip's use that the best chip under license has, by the rules as written, (runs,)."""
    best = np.zeros(c.runs)
    for k in offers.classes:
        written = _variants_offered(c) if k == EDGE else 1.0
        best = np.maximum(best, value[k] * q.approval[k] * written)
    return np.minimum(best / value[_frontier(c)], 1.0)


def _blocked(c: Context, q: Quarter, offers: _Offers, value: Array) -> Array:
    """Share of the usable value of a frontier chip that the best legal chip lacks, `(runs,)`."""
    best = np.zeros(c.runs)
    for row, k in enumerate(offers.classes):
        best = np.maximum(best, value[k] * (offers.approved[row] * q.permitted))
    return np.clip(1 - best / value[_frontier(c)], 0, 1)


def _price(c: Context, q: Quarter, k: int, value: Array) -> Array:
    """Price of a class before tariffs, US dollars."""
    if CLASSES[k] in VARIANTS and k != EDGE:
        years = max(c.quarter - c.chips.released[k], 0) / 4
        return np.full(c.runs, c.chips.price[k] * np.exp(np.log1p(-VARIANT_PRICE_FALL) * years))
    if k == EDGE:  # priced by what it is worth to the buyer: H20s sold near 12,000 dollars beside H100s at 25,000
        # Nobody makes a variant of silicon that earns more as a frontier chip.
        return q.list_price * np.maximum(VARIANT_DISCOUNT * value[k], q.die[EDGE])
    return q.list_price * c.chips.h100e[k]


def _end_orders(c: Context, s: State, q: Quarter, value: Array) -> None:
    """Of orders what licenses, quotas or Beijing let through no more ends, and its money comes back.

    An order was let through at the share that held when it was placed: a stricter rule ends a part of it, an easier one
    brings nothing back. Orders that no maker offers any more are still delivered.
    """
    ordered = np.flatnonzero(s.on_order[:US_N].any(axis=1)).tolist()
    if not ordered:
        return
    wait, now = waiting(s), np.stack([_approved(c, s, q, k) for k in ordered]) * q.permitted
    stays = np.minimum(now / np.maximum(s.let_in[ordered], LEAST_LET_IN), 1.0)
    stays = np.minimum(
        stays, np.stack([_most_queued(c, s, q, k, wait) for k in ordered]) / np.maximum(s.on_order[ordered], 1e-9)
    )
    worth = np.stack([_price(c, q, k, value) for k in ordered]) * s.on_order[ordered]
    back = s.backlog_usd[CHINA] * (1 - (worth * stays).sum(axis=0) / np.maximum(worth.sum(axis=0), 1e-9))
    q.refunded[CHINA] = back
    s.backlog_usd[CHINA] -= back
    s.hoard[CHINA] -= np.minimum(back, np.maximum(s.hoard[CHINA] - s.early[CHINA], 0.0))  # what was rushed came last
    s.on_order[ordered] *= stays
    s.let_in[ordered] = np.minimum(s.let_in[ordered], now)


def _most_queued(c: Context, s: State, q: Quarter, k: int, wait: Array) -> Array | float:
    """Chips of a class that quotas let stand in the queue: served by its length, they then come no faster than that."""
    quarters = np.maximum(wait, 1.0)
    most = q.cap_units[k] * quarters
    if np.isfinite(q.cap_share[k]):
        most = np.minimum(most, _cap_room(c, s, q, k) + _cap_of_new(c, q, k) * quarters)
    return most


def _join_queue(c: Context, s: State, q: Quarter, offers: _Offers) -> None:
    """New orders join those before them; each class keeps the mean share at which its orders were let through."""
    k, new = offers.classes, q.ordered[offers.classes]
    s.on_order[k] += new
    share = new / np.maximum(s.on_order[k], 1e-9)
    s.let_in[k] += (offers.approved * q.permitted - s.let_in[k]) * share


def _licensed_units(c: Context, s: State, q: Quarter, offers: _Offers, value: Array) -> tuple[Array, Array]:
    """Licensed chips that China would order by license, quota, money, Beijing and power.

    Returns:
        Chips, `(products, runs)`, and the money of those that are bought ahead of a rule, `(runs,)`.
    """
    if not offers.classes:
        return np.zeros((0, c.runs)), np.zeros(c.runs)
    steady = q.permitted * _attracted(c, offers, value) * (s.money[CHINA] - s.early[CHINA])
    units = _units_for(c, s, q, offers, steady)
    if not c.inputs.stockpiling[c.t]:
        return units, np.zeros(c.runs)
    rushed = _units_for(c, s, q, offers, steady + q.permitted * s.early[CHINA])
    more = ((rushed - units) * offers.price).sum(axis=0)
    return rushed, np.minimum(np.maximum(more, 0.0), s.early[CHINA])


def _units_for(c: Context, s: State, q: Quarter, offers: _Offers, money: Array) -> Array:
    """Chips that some money buys within licenses, quotas and power, `(products, runs)`.

    Buyers apply for what is worth most, by what they hope to get of it; who is refused has applied for nothing else.
    """
    train, decode = (kappa[offers.classes] * offers.hoped for kappa in (q.kappa_train, q.kappa_decode))
    weight = trade.weights(train, decode, offers.price)
    some = np.maximum(offers.approved, LEAST_LET_IN)
    asked = trade.fill(money, weight * offers.approved, offers.limit * offers.price / some)
    units = offers.approved * asked / offers.price
    if c.in_data:
        return units
    kw = power.OVERHEAD / 1000 * c.chips.kw[offers.classes]
    return units * market.fitting(summed(kw, units), power_room(c, s))


def _attracted(c: Context, offers: _Offers, value: Array) -> Array:
    """Share of China's money that looks for legal chips, `(runs,)`: all of it for frontier chips, little for tiny ones.

    While the record or its dated rules last it is the share that bought what was legal then.
    """
    if c.t < max(c.inputs.rules_steps, c.inputs.data_steps):
        return c.p.legal_share
    near = (value[offers.classes] * offers.hoped).max(axis=0) / value[_frontier(c)]
    few = TOO_SMALL / np.maximum(near, LEAST_WORTH)
    few *= few
    few = 1 / (1 + few * few)
    return np.minimum(c.p.legal_share + (1 - c.p.legal_share) * near, 1.0) * few


# --- all channels -----------------------------------------------------------------------------------------------------


def _supply(c: Context, s: State, q: Quarter, offers: _Offers, units: Array, value: Array, worth: Array) -> Supply:
    """What the channels offer at any internal price."""
    each = units * offers.price
    legal = each.sum(axis=0)
    # One price for all of them, as all are bought or none: what they cost by what they are worth.
    bought = np.maximum((units * value[offers.classes]).sum(axis=0), 1e-9)
    dear = np.log(np.maximum(legal, 1e-9) / (bought * q.list_price))
    at_home = q.chinese_output if q.exported is None else q.chinese_output - q.exported.sum(axis=0)
    own = at_home * 1e3 * worth * (1 + c.p.home_preference)
    effort = np.power(s.enforcement[US], diversion.EFFORT_RETURNS)
    q.caught = diversion.caught_share(c.p, effort)
    looked = _looked_for(c, s)
    located = 1 - diversion.LOCATION_EFFECT * c.located
    passed = q.made_to_order * (1 - q.caught) * q.list_price
    hosts = _rental_offer(c, s, q) * q.list_price
    networks, most_by_route = _networks(c, s, q, located * passed)
    response = np.stack([c.p.smuggling_response] * len(looked) + [c.p.rent_response])
    return Supply(
        legal=legal, dear=np.where(legal > 0, dear, 0.0),
        domestic=own * q.list_price,
        networks=networks, most_by_route=most_by_route,
        risk=trade.costs(diversion.risk(looked, q.caught)),
        most_diverted=np.minimum(diversion.MOST_USED * c.p.network_limit, MOST_SPOT) * passed,
        hosts=hosts, most_rented=trade.MOST_RENTED_OUT * hosts, response=response,
    )  # fmt: skip


def _looked_for(c: Context, s: State) -> Array:
    """How hard each route is policed, (routes, R): hubs as they decide, elsewhere as hubs do today."""
    hubs = c.inputs.rows_of("hub")
    today = np.full(c.runs, diversion.POLICING_TODAY)
    rows = [s.policing[row] if hubs.start <= row < hubs.stop else today for row in c.inputs.route_rows]
    return np.stack(rows) if rows else np.zeros((0, c.runs))


def _networks(c: Context, s: State, q: Quarter, passed: Array) -> tuple[Array, Array | None]:
    """Diverted chips by route, in money: at a full margin, and at most by the quotas of countries.

    What a country may not have does not go through it.
    """
    rows = c.inputs.route_rows
    carried, most = s.network[rows] * passed, None
    for row, terms in c.inputs.terms if c.inputs.terms_act[c.t] else ():
        if row not in rows:
            continue
        n, mix = rows.index(row), q.mix[:CUSTOM]
        carried[n] *= terms.approval[c.t] @ mix
        made = mix[:, None] * q.made_to_order
        limit = np.minimum(quotas(terms, c.t, c.chips.h100e, made * US_SALES), made).sum(axis=0)
        if most is None:
            most = np.full_like(carried, np.inf)
        most[n] = limit * (1 - q.caught) * q.list_price
    return carried, most


def quotas(terms: Terms, t: int, h100e: Array, us_sales: Array) -> Array:
    """H100e of each main merchant class that quotas let a country have in a quarter, (classes, runs).

    Args:
        terms: what rules let the country have.
        t: the quarter.
        h100e: (K,) H100e per chip.
        us_sales: (classes, runs) H100e that US customers buy, for quotas against them.
    """
    share = terms.cap_share[t, MERCHANT, None]
    by_share = np.where(np.isfinite(share), np.nan_to_num(share, posinf=0.0) * us_sales, np.inf)
    return np.minimum((terms.cap_units[t, MERCHANT] * h100e[MERCHANT])[:, None], by_share)


def _rental_offer(c: Context, s: State, q: Quarter) -> Array:
    """Compute (H100e) that hosts would newly rent out at a full margin this quarter, after the rules."""
    open_share = (1 - q.offshore_closed) / (1 - SUBSIDIARY_RULE)
    started = 1 / (1 + np.exp(-(c.year - RENTAL_FROM) / RENTAL_WIDTH))
    room = _rental_room(c, s)
    closed = None if c.inputs.hosts_closed is None else c.inputs.hosts_closed[c.t]
    if closed is not None and closed.any():  # hosts that rules name rent out less, and others do not build for them
        open_room = room * (1 - closed[:, None])
        open_share = open_share * open_room.sum(axis=0) / np.maximum(room.sum(axis=0), 1e-9)
        room = open_room
    return np.minimum(
        c.p.offshore_share * open_share * q.made_to_order * started, room.sum(axis=0) / trade.MOST_RENTED_OUT
    )


def _rental_room(c: Context, s: State) -> Array:
    """Compute that each host may still rent out, (A, R)."""
    return np.maximum(MOST_NEW_RENT * s.own_train * c.constants.rent_weight - s.rented, 0.0)


def _spend(
    c: Context, s: State, q: Quarter, supply: Supply, money: Array, price: Array, licensed: Array, found: trade.Sold
) -> None:
    """Place China's money at the internal price; what is spent and what is bought then make the price exact."""
    spent = trade.spendable(money, price, c.p)
    smuggled, hired = found.diverted, found.rented
    through = smuggled.sum(axis=0)
    licensed = np.minimum(licensed, MOST_LICENSED * spent)  # a price that is not found to the last digit
    now = spent - licensed
    level = now / np.maximum(supply.domestic + STREET * through + RENTAL * hired, 1e-9)
    s.china_price = level * q.list_price
    q.premium = level - 1
    q.priced_out = 1 - spent / np.maximum(money, 1.0)
    q.premium_usd = now - supply.domestic / (1 + c.p.home_preference) - through - hired
    q.placed[CHINA] = spent
    s.spending[CHINA] = now
    s.backlog_usd[CHINA] += licensed
    q.arrived, q.newly_rented = smuggled / q.list_price, hired / q.list_price
    q.flows = np.zeros((len(trade.CHANNELS), c.runs))
    q.flows[trade.CHANNELS.index("offshore")] = q.newly_rented
    rows, looked = c.inputs.route_rows, _looked_for(c, s)
    s.network[rows] = diversion.adapt(
        s.network[rows], c.p, STREET * level, diversion.risk(looked, q.caught), looked, s.enforcement[US]
    )


def _make(c: Context, s: State, q: Quarter, form: Array, worth: Array) -> None:
    """Chinese chips: all that fabs make is sold at the internal price, and what it earns is seen by fabs."""
    q.made_chinese = form[:, None] * (q.chinese_output * 1e3)
    q.bought[ASCEND] = q.made_chinese
    if q.exported is not None:
        q.bought[ASCEND] = form[:, None] * ((q.chinese_output - q.exported.sum(axis=0)) * 1e3)
    q.flows[trade.CHANNELS.index("domestic")] = summed(c.chips.h100e[ASCEND], q.bought[ASCEND])
    cost = CHINESE_COST * (form @ c.chips.price[ASCEND]) * _chinese_discount(c, q)
    earned = s.china_price * worth * (1 + c.p.home_preference)
    seen = np.log(np.maximum(earned, 1.0) / cost) - NORMAL_RENT
    s.rent = s.rent + (seen - s.rent) / RENT_QUARTERS


def usable_value(c: Context, q: Quarter) -> Array:
    """What a chip of each class is worth in use, in H100e of what the world buys, (K, R)."""
    value = TRAINING_BUDGET * q.kappa_train + (1 - TRAINING_BUDGET) * q.kappa_decode
    return value / summed(q.mix[MERCHANT] / c.chips.h100e[MERCHANT], value[MERCHANT])


def chinese_form(c: Context) -> Array:
    """Chips of each Chinese generation per 910C equivalent of output, `(3,)`; equivalents count throughput."""
    blind = c.inputs.spec.blind  # then a generation that came later does not exist
    newer = [
        0.0 if blind and c.chips.released[CLASSES.index(name)] > c.inputs.edge
        else 1 / (1 + np.exp(np.clip((middle - c.year) / (width / 4), -50, 50)))
        for name, (middle, width) in FORM.items()
    ]  # fmt: skip
    shares = np.array([1 - newer[0], newer[0] * (1 - newer[1]), newer[0] * newer[1]])
    h100e = c.chips.h100e[ASCEND]
    return shares * h100e[0] / h100e


def _chinese_discount(c: Context, q: Quarter) -> float:
    """Price of Chinese silicon against its list price: it falls with time and with a breakthrough."""
    since = max(c.year - PRICE_STATED, PRICE_BACK)
    return float((1 - CHINESE_PRICE_FALL) ** since / (1 + BREAKTHROUGH_PRICE * q.breakthrough))
