"""China's side of the market: what it may buy where, at what price, and how its money is spent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.rows import CHINA, US
from sim.engine.context import ASCEND, Context
from sim.engine.delivery import CUSTOM
from sim.engine.state import Quarter, State
from sim.ensemble.rng import Array
from sim.equations import diversion
from sim.equations.chips import CLASSES, US_CLASSES, VARIANTS, summed
from sim.equations.trade import BULK_COST, RENTAL_MARGIN, TRAINING_BUDGET, elastic, fill, weights

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
"""Yearly fall of the price of Chinese chips per silicon; judgement, towards the world trend."""
BREAKTHROUGH_PRICE = 0.25
"""What a fab breakthrough takes off the price; judgement: a newer node yields more compute per wafer."""
FORM = {"ASCEND_950": (2026.4, 0.8), "ASCEND_960": (2028.3, 0.9)}
"""When half of Chinese output is of a newer generation (year), and the width of the change-over (Huawei roadmap)."""
US_SALES = 0.8
"""Share of merchant chips that US customers buy (Epoch AI chip owners: 0.78 to 0.86 of chips outside China)."""
ORDER_LAG_SHARE = 0.25
"""Share of what a cumulative volume cap still leaves that can ship in one quarter; judgement."""
LEAST_DIE = 0.25
"""Smallest share of a frontier chip's capacity that an edge variant takes: a package is a package; judgement."""
MOST_NETWORK = 0.5
"""Networks carry at most this share of what is made for the world outside China; judgement."""
PRICE_STATED, PRICE_BACK = 2025.5, -2.5
"""Year at which prices of Chinese chips are stated, and years before it in which they no longer were higher."""
SUBSIDIARY_RULE = 0.2
"""Closure of the cloud at which the share of rented compute is stated: the subsidiary rule of 2023."""
RENTAL_FROM, RENTAL_WIDTH = 2023.75, 0.35
"""When half of the renting abroad had begun (year: the rule of October 2023), and the width of that; judgement."""
MOST_NEW_RENT = 0.6
"""Hosts rent out anew only while less than this share of what they may rent out is rented; judgement."""
REFERENCE_PREMIUM = 1.25
"""Price of usable compute, against the list price, at which spending is stated; judgement."""


@dataclass(frozen=True)
class _Offers:
    """What US makers can sell to China, `(products, runs)` unless said otherwise."""

    classes: list[int]
    price: Array
    limit: Array
    """Largest number of chips."""
    dies: Array
    """(products, 1) capacity that one chip takes, H100e."""
    allowed: Array
    """(runs,) the largest share of orders that any of them may fill."""


def _legal_offers(c: Context, s: State, q: Quarter) -> _Offers:
    """Classes that rules, caps and Beijing let in; all cost capacity of the lines they are cut from."""
    strictness = s.strictness[US]
    classes = _on_offer(c, q)
    price, limit = np.empty((2, len(classes), c.runs))
    dies, most = np.empty((len(classes), 1)), np.zeros(c.runs)
    for row, k in enumerate(classes):
        dies[row] = _edge_cost(c) if k == EDGE else c.chips.h100e[DIES[k]]
        allowed = q.approval[k] * (1 - strictness * (q.approval[k] < 1)) * q.permitted
        units = c.p.legal_share_cap * q.made_to_order / dies[row] * allowed
        limit[row] = np.minimum(np.minimum(units, _volume_cap(c, s, q, k, dies[row])), q.cap_units[k])
        if k == EDGE:
            limit[row] *= c.actors.designer.offers_variant()
        price[row] = _price(c, q, k) * (1 + q.price_share[k])
        most = np.maximum(most, allowed)
    return _Offers(classes, price, limit, dies, most)


def _on_offer(c: Context, q: Quarter) -> list[int]:
    """Classes that may be sold to China: released, made, and not wholly denied.

    Of main classes that the world no longer buys, makers reopen a line only for the strongest that may go; the edge
    variant is for a market that cannot have the frontier freely.
    """
    sold = [
        k for k in range(US_N)
        if q.approval[k] > 0 and k != CUSTOM and c.quarter <= c.chips.last_made[k]
        and (k == EDGE or c.inputs.exists[c.t, k])  # the designer's lag says when the variant comes
        and (k != EDGE or not (c.in_data or q.approval[_frontier(c)] >= 1))
    ]  # fmt: skip
    in_production = c.inputs.capacity_share[c.t] > 0
    old = [k for k in sold if k < CUSTOM and not in_production[k]]
    return [k for k in sold if k not in old[:-1]]


def _volume_cap(c: Context, s: State, q: Quarter, k: int, dies: Array) -> Array | float:
    """Chips of a class that a cap on China's share of its US sales leaves this quarter."""
    if not np.isfinite(q.cap_share[k]):
        return np.inf
    if k == EDGE:  # sold nowhere else: held against the newest class
        return q.cap_share[k] * US_SALES * q.made_to_order / dies
    room = q.cap_share[k] * s.chips[US, k] - s.legal_total[k]
    newer = q.cap_share[k] * US_SALES * q.capacity[k] / c.chips.h100e[k]
    return np.maximum(room, 0) * ORDER_LAG_SHARE + newer


def _permission(c: Context, s: State) -> Array:
    """Share of what the US allows that Beijing lets in: its dated rules in the past, its decision after.

    In a history that goes otherwise from some quarter on, a setting that holds by then takes the place of the rules.
    """
    if c.t < min(c.inputs.rules_steps, c.inputs.permission_from):
        recorded = c.inputs.regime.import_permission[c.t]
        return np.full(c.runs, 1.0 if np.isnan(recorded) else recorded)
    return s.permission[CHINA]


def _edge_cost(c: Context) -> float:
    """Capacity (H100e of the newest class) that one edge variant takes: its share of arithmetic or of memory."""
    chips, newest = c.chips, _frontier(c)
    share = max(chips.tpp[EDGE] / chips.tpp[newest], chips.bandwidth[EDGE] / chips.bandwidth[newest], LEAST_DIE)
    return float(chips.h100e[newest] * min(share, 1.0))


def _frontier(c: Context) -> int:
    """The strongest merchant class that is made."""
    return c.inputs.strongest[c.t]


def _blocked(c: Context, q: Quarter, offers: _Offers) -> Array:
    """Share of the usable value of a frontier chip that the best legal chip lacks, `(runs,)`."""
    value = TRAINING_BUDGET * q.kappa_train + (1 - TRAINING_BUDGET) * q.kappa_decode
    best = np.zeros(c.runs)
    for k in offers.classes:
        allowed = q.approval[k] * q.permitted
        if k == EDGE:
            allowed = allowed * c.actors.designer.offers_variant()
        best = np.maximum(best, value[k] * allowed)
    return np.clip(1 - best / value[_frontier(c)], 0, 1)


def _price(c: Context, q: Quarter, k: int) -> Array:
    """Price of a class before tariffs, US dollars."""
    if CLASSES[k] in VARIANTS and k != EDGE:
        years = max(c.quarter - c.chips.released[k], 0) / 4
        return np.full(c.runs, c.chips.price[k] * np.exp(np.log1p(-VARIANT_PRICE_FALL) * years))
    if k == EDGE:  # priced by what it is worth to the buyer: H20s sold near 12,000 dollars beside H100s at 25,000
        worth = TRAINING_BUDGET * q.kappa_train[k] + (1 - TRAINING_BUDGET) * q.kappa_decode[k]
        return VARIANT_DISCOUNT * q.list_price * worth
    return q.list_price * c.chips.h100e[k]


def buy(c: Context, s: State, q: Quarter) -> None:
    """Spend China's money over legal products, Chinese chips, diverted chips and rented compute."""
    q.permitted = _permission(c, s)
    offers = _legal_offers(c, s, q)
    q.blocked = _blocked(c, q, offers)
    q.mix = q.capacity / np.maximum(q.made_to_order, 1e-9)
    q.mix[CUSTOM:] = 0.0
    form = _chinese_form(c)
    price, train, decode, units = _options(c, s, q, offers, form)
    weight = weights(train, decode, price)
    paid = 1 / np.maximum((weight * (train + decode) / (2 * price)).sum(axis=0), 1e-12)
    money = elastic(s.spending[CHINA], paid, REFERENCE_PREMIUM * q.list_price, c.p.price_elasticity)
    spent, left = fill(money, weight, units * price)
    q.unmet = left / np.maximum(money, 1.0)
    _book(c, s, q, offers, form, spent / price, units[-3])


def _options(c: Context, s: State, q: Quarter, offers: _Offers, form: Array) -> tuple[Array, Array, Array, Array]:
    """Every option's price, training and decoding equivalents per unit, and limit: `(options, runs)` each.

    Legal products come first (per chip), then Chinese chips (per 910C equivalent), diverted and rented compute (per
    H100e).
    """
    legal = len(offers.classes)
    price, train, decode, units = np.empty((4, legal + 3, c.runs))
    price[:legal], units[:legal] = offers.price, offers.limit
    mine = _smuggled(c, s, q)
    price[-3] = (form @ c.chips.price[ASCEND]) * _chinese_discount(c, q)
    price[-2], price[-1] = q.list_price * (1 + q.premium) * BULK_COST, q.list_price * RENTAL_MARGIN
    units[-3] = q.chinese_output * 1e3 + s.unsold_chinese
    units[-2], units[-1] = mine, _rental_room(c, s, q)
    per_h100e = q.mix[MERCHANT] / c.chips.h100e[MERCHANT, None]
    for table, kappa in ((train, q.kappa_train), (decode, q.kappa_decode)):
        table[:legal] = kappa[offers.classes]
        table[-3] = summed(form, kappa[ASCEND]) * (1 + c.p.home_preference)
        # What the world buys is what smugglers and hosts have to give.
        table[-2] = table[-1] = (per_h100e * kappa[MERCHANT]).sum(axis=0)
    return price, train, decode, units


def _smuggled(c: Context, s: State, q: Quarter) -> Array:
    """Diverted compute that can arrive this quarter (H100e); networks adapt, and the premium and seizures follow."""
    effort = np.power(s.enforcement[US], diversion.EFFORT_RETURNS)
    q.caught = diversion.caught_share(c.p, effort)
    q.premium = diversion.premium(c.p, q.blocked, q.caught)
    policing = s.hub_policing(c.inputs.rows_of("hub"))
    leak = diversion.leakiness(policing, c.setting("location_verification") / 100, effort)
    s.network = diversion.adapt(s.network, c.p, q.blocked, s.public.unmet, leak)
    return np.minimum(s.network, MOST_NETWORK) * q.made_to_order * (1 - q.caught)


def _book(c: Context, s: State, q: Quarter, offers: _Offers, form: Array, bought: Array, output: Array) -> None:
    """Turn purchases into chips by class, flows by channel and what they take from the lines."""
    legal, h = len(offers.classes), c.chips.h100e
    own = np.zeros((len(CLASSES), c.runs))
    own[offers.classes] = bought[:legal]
    dies = (bought[:legal] * offers.dies).sum(axis=0)
    most = c.p.legal_share_cap * q.made_to_order * offers.allowed
    shrink = np.minimum(1.0, most / np.maximum(dies, 1e-9))
    own *= shrink
    s.legal_total += own
    q.dies, q.legal_chips = dies * shrink, own[:US_N].sum(axis=0)
    q.made_chinese = form[:, None] * (q.chinese_output * 1e3)
    s.unsold_chinese = np.maximum(output - bought[-3], 0.0)
    own[ASCEND] = form[:, None] * bought[-3]
    q.bought, q.arrived, q.newly_rented = own, bought[-2], bought[-1]
    q.flows = np.stack([summed(h[:US_N], own[:US_N]), summed(h[ASCEND], own[ASCEND]), q.arrived, q.newly_rented])
    q.diverted = q.arrived / np.maximum(q.made_to_order, 1.0)


def _chinese_form(c: Context) -> Array:
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


def _rental_room(c: Context, s: State, q: Quarter) -> Array:
    """Compute (H100e) that hosts would rent out anew this quarter, after the rules."""
    open_share = (1 - q.offshore_closed) / (1 - SUBSIDIARY_RULE)
    pool = (s.own_train * c.constants.rent_weight).sum(axis=0)
    started = 1 / (1 + np.exp(-(c.year - RENTAL_FROM) / RENTAL_WIDTH))
    room = np.maximum(MOST_NEW_RENT * pool - s.rented, 0)
    return np.minimum(c.p.offshore_share * open_share * q.made_to_order * started, room)
