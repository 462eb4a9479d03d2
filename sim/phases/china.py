"""China's side of the market: what it may buy where, at what price, and how its money is spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim import diversion
from sim.chips import CLASSES, MAIN_CLASSES, US_CLASSES, VARIANTS, summed
from sim.rng import Array
from sim.trade import BULK_COST, RENTAL_MARGIN, TRAINING_BUDGET, elastic, fill, weights

if TYPE_CHECKING:
    from sim.world import World

CUSTOM, EDGE = CLASSES.index("CUSTOM"), CLASSES.index("EDGE")
US_N, MAIN = len(US_CLASSES), len(MAIN_CLASSES)
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


def _legal_offers(w: World) -> _Offers:
    """Classes that rules, caps and Beijing let in; all cost capacity of the lines they are cut from."""
    n, chips, p = w.now, w.chips, w.p
    n.permission = _permission(w)
    strictness = w.state["strictness"][0]
    classes = _on_offer(w)
    price, limit = np.empty((2, len(classes), w.runs))
    dies, most = np.empty((len(classes), 1)), np.zeros(w.runs)
    for row, k in enumerate(classes):
        dies[row] = _edge_cost(w) if k == EDGE else chips.h100e[DIES[k]]
        allowed = n.approval[k] * (1 - strictness * (n.approval[k] < 1)) * n.permission
        units = p.legal_share_cap * n.made_to_order / dies[row] * allowed
        limit[row] = np.minimum(np.minimum(units, _volume_cap(w, k, dies[row])), n.cap_units[k])
        if k == EDGE:
            limit[row] *= w.designer.offers_variant()
        price[row] = _price(w, k) * (1 + n.price_share[k])
        most = np.maximum(most, allowed)
    return _Offers(classes, price, limit, dies, most)


def _on_offer(w: World) -> list[int]:
    """Classes that may be sold to China: released, made, and not wholly denied.

    Of main classes that the world no longer buys, makers reopen a line only for the strongest that may go; the edge
    variant is for a market that cannot have the frontier freely.
    """
    n, chips = w.now, w.chips
    sold = [
        k for k in range(US_N)
        if n.approval[k] > 0 and k != CUSTOM and w.quarter <= chips.last_made[k]
        and (k == EDGE or w.inputs.exists[w.t, k])  # the designer's lag says when the variant comes
        and (k != EDGE or not (w.in_data or n.approval[_frontier(w)] >= 1))
    ]  # fmt: skip
    in_production = w.inputs.capacity_share[w.t] > 0
    old = [k for k in sold if k < CUSTOM and not in_production[k]]
    return [k for k in sold if k not in old[:-1]]


def _volume_cap(w: World, k: int, dies: Array) -> Array | float:
    """Chips of a class that a cap on China's share of its US sales leaves this quarter."""
    n = w.now
    if not np.isfinite(n.cap_share[k]):
        return np.inf
    if k == EDGE:  # sold nowhere else: held against the newest class
        return n.cap_share[k] * US_SALES * n.made_to_order / dies
    room = n.cap_share[k] * w.state["chips"][0, k] - w.legal_total[k]
    newer = n.cap_share[k] * US_SALES * n.capacity[k] / w.chips.h100e[k]
    return np.maximum(room, 0) * ORDER_LAG_SHARE + newer


def _permission(w: World) -> Array:
    """Share of what the US allows that Beijing lets in: its dated rules in the past, its decision after.

    In a history that goes otherwise from some quarter on, a setting that holds by then takes the place of the rules.
    """
    if w.t < min(w.inputs.rules_steps, w.inputs.permission_from):
        recorded = w.inputs.regime.import_permission[w.t]
        return np.full(w.runs, 1.0 if np.isnan(recorded) else recorded)
    return w.state["permission"][1]


def _edge_cost(w: World) -> float:
    """Capacity (H100e of the newest class) that one edge variant takes: its share of arithmetic or of memory."""
    chips, newest = w.chips, _frontier(w)
    share = max(chips.tpp[EDGE] / chips.tpp[newest], chips.bandwidth[EDGE] / chips.bandwidth[newest], 0.25)
    return float(chips.h100e[newest] * min(share, 1.0))


def _frontier(w: World) -> int:
    """The strongest merchant class that is made."""
    return max((k for k in range(CUSTOM) if w.inputs.exists[w.t, k]), key=lambda k: w.chips.h100e[k])


def _blocked(w: World, offers: _Offers) -> Array:
    """Share of the usable value of a frontier chip that the best legal chip lacks, `(runs,)`."""
    value = TRAINING_BUDGET * w.kappa_train + (1 - TRAINING_BUDGET) * w.kappa_decode
    best = np.zeros(w.runs)
    for k in offers.classes:
        allowed = w.now.approval[k] * w.now.permission
        if k == EDGE:
            allowed = allowed * w.designer.offers_variant()
        best = np.maximum(best, value[k] * allowed)
    return np.clip(1 - best / value[_frontier(w)], 0, 1)


def _price(w: World, k: int) -> Array:
    """Price of a class before tariffs, US dollars."""
    if CLASSES[k] in VARIANTS and k != EDGE:
        years = max(w.quarter - w.chips.released[k], 0) / 4
        return np.full(w.runs, w.chips.price[k] * np.exp(np.log1p(-VARIANT_PRICE_FALL) * years))
    if k == EDGE:  # priced by what it is worth to the buyer: H20s sold near 12,000 dollars beside H100s at 25,000
        worth = TRAINING_BUDGET * w.kappa_train[k] + (1 - TRAINING_BUDGET) * w.kappa_decode[k]
        return VARIANT_DISCOUNT * w.now.list_price * worth
    return w.now.list_price * w.chips.h100e[k]


def buy(w: World) -> dict[str, Array]:
    """Spend China's money over legal products, Chinese chips, diverted chips and rented compute."""
    n, p = w.now, w.p
    offers = _legal_offers(w)
    w.seen.blocked = _blocked(w, offers)
    n.mix = n.capacity / np.maximum(n.made_to_order, 1e-9)
    n.mix[CUSTOM:] = 0.0
    form = _chinese_form(w)
    price, train, decode, units = _options(w, offers, form)
    weight = weights(train, decode, price)
    paid = 1 / np.maximum((weight * (train + decode) / (2 * price)).sum(axis=0), 1e-12)
    money = elastic(w.state["spending"][1], paid, REFERENCE_PREMIUM * n.list_price, p.price_elasticity)
    spent, left = fill(money, weight, units * price)
    w.seen.unmet = left / np.maximum(money, 1.0)
    return _book(w, offers, form, spent / price, units[-3])


def _options(w: World, offers: _Offers, form: Array) -> tuple[Array, Array, Array, Array]:
    """Every option's price, training and decoding equivalents per unit, and limit: `(options, runs)` each.

    Legal products come first (per chip), then Chinese chips (per 910C equivalent), diverted and rented compute (per
    H100e).
    """
    n, p = w.now, w.p
    legal = len(offers.classes)
    price, train, decode, units = np.empty((4, legal + 3, w.runs))
    price[:legal], units[:legal] = offers.price, offers.limit
    mine, caught, premium = _smuggled(w)
    price[-3] = (form @ w.chips.price[w.ascend]) * _chinese_discount(w)
    price[-2], price[-1] = n.list_price * (1 + premium) * BULK_COST, n.list_price * RENTAL_MARGIN
    units[-3] = n.chinese_output * 1e3 + w.unsold_chinese
    units[-2], units[-1] = mine, _rental_room(w, n.made_to_order)
    per_h100e = n.mix[MERCHANT] / w.chips.h100e[MERCHANT, None]
    for table, kappa in ((train, w.kappa_train), (decode, w.kappa_decode)):
        table[:legal] = kappa[offers.classes]
        table[-3] = summed(form, kappa[w.ascend]) * (1 + p.home_preference)
        # What the world buys is what smugglers and hosts have to give.
        table[-2] = table[-1] = (per_h100e * kappa[MERCHANT]).sum(axis=0)
    n.caught = caught
    w.seen.premium = premium
    return price, train, decode, units


def _smuggled(w: World) -> tuple[Array, Array, Array]:
    """Diverted compute that can arrive this quarter (H100e), the share caught, and the street premium."""
    p, s, outside = w.p, w.state, w.now.made_to_order
    effort = np.power(s["enforcement"][0], diversion.EFFORT_RETURNS)
    caught = diversion.caught_share(p, effort)
    premium = diversion.premium(p, w.seen.blocked, caught)
    policing = w.hub_policing
    leak = diversion.leakiness(policing, w.setting("location_verification") / 100, effort)
    w.network = diversion.adapt(w.network, p, w.seen.blocked, w.seen.unmet, leak)
    return np.minimum(w.network, 0.5) * outside * (1 - caught), caught, premium


def _book(w: World, offers: _Offers, form: Array, bought: Array, output: Array) -> dict[str, Array]:
    """Turn purchases into chips by class, flows by channel and what they take from the lines."""
    n, legal = w.now, len(offers.classes)
    own = np.zeros((len(CLASSES), w.runs))
    own[offers.classes] = bought[:legal]
    dies = (bought[:legal] * offers.dies).sum(axis=0)
    most = w.p.legal_share_cap * n.made_to_order * offers.allowed
    shrink = np.minimum(1.0, most / np.maximum(dies, 1e-9))
    own *= shrink
    w.legal_total += own
    n.dies, n.legal_chips = dies * shrink, own[:US_N].sum(axis=0)
    n.made_chinese = form[:, None] * (n.chinese_output * 1e3)
    w.unsold_chinese = np.maximum(output - bought[-3], 0.0)
    own[w.ascend] = form[:, None] * bought[-3]
    n.arrived = bought[-2]
    h = w.chips.h100e
    n.flows = np.stack([summed(h[:US_N], own[:US_N]), summed(h[w.ascend], own[w.ascend]), n.arrived, bought[-1]])
    w.seen.diverted = n.arrived / np.maximum(n.made_to_order, 1.0)
    return {"own": own, "arrived": n.arrived, "rented": bought[-1]}


def _chinese_form(w: World) -> Array:
    """Chips of each Chinese generation per 910C equivalent of output, `(3,)`; equivalents count throughput."""
    blind = w.inputs.spec.blind  # then a generation that came later does not exist
    newer = [
        0.0 if blind and w.chips.released[CLASSES.index(name)] > w.inputs.edge
        else 1 / (1 + np.exp(np.clip((middle - w.year) / (width / 4), -50, 50)))
        for name, (middle, width) in FORM.items()
    ]  # fmt: skip
    shares = np.array([1 - newer[0], newer[0] * (1 - newer[1]), newer[0] * newer[1]])
    h100e = w.chips.h100e[w.ascend]
    return shares * h100e[0] / h100e


def _chinese_discount(w: World) -> float:
    """Price of Chinese silicon against its list price: it falls with time and with a breakthrough."""
    since = max(w.year - 2025.5, -2.5)
    return float((1 - CHINESE_PRICE_FALL) ** since / (1 + BREAKTHROUGH_PRICE * w.now.breakthrough))


def _rental_room(w: World, outside: Array) -> Array:
    """Compute (H100e) that hosts would rent out anew this quarter, after the rules."""
    open_share = (1 - w.now.offshore_closed) / (1 - 0.2)  # stated with the subsidiary rule of 2023 in force
    pool = (w.state["own_train"] * w.rent_weight).sum(axis=0)
    started = 1 / (1 + np.exp(-(w.year - 2023.75) / 0.35))
    return np.minimum(w.p.offshore_share * open_share * outside * started, np.maximum(0.6 * pool - w.rented, 0))
