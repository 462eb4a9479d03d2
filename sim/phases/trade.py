"""Phase 4: China fills its demand over channels, the rest of the world buys what is left, and the ledger balances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim import diversion, power
from sim.chips import CLASSES, US_CLASSES, VARIANTS
from sim.phases.decide import CUSTOM_PRICE
from sim.rng import Array
from sim.trade import BULK_COST, RENTAL_MARGIN, TRAINING_BUDGET, elastic, fill, weights

if TYPE_CHECKING:
    from sim.world import World

CUSTOM, EDGE = CLASSES.index("CUSTOM"), CLASSES.index("EDGE")
US_N = len(US_CLASSES)
MERCHANT = [k for k in range(US_N) if k != CUSTOM and CLASSES[k] not in VARIANTS]
DIES = np.array([CLASSES.index(VARIANTS.get(name, name)) for name in US_CLASSES])
"""The class whose dies each US-designed class uses."""
VARIANT_PRICE_FALL = 0.12
"""Yearly fall of the price of a variant after its release; H20 quotes fell from 12-15 to 9-12 thousand dollars."""
VARIANT_DISCOUNT = 0.85
"""Price of an edge variant against what its usable compute costs elsewhere; from H20 and H100 prices of 2024."""
CHINESE_PRICE_FALL = 0.2
"""Yearly fall of the price of Chinese chips per silicon; judgement, towards the world trend."""
FORM = {"ASCEND_950": (2026.4, 0.8), "ASCEND_960": (2028.3, 0.9)}
"""When half of Chinese output is of a newer generation (year), and the width of the change-over (Huawei roadmap)."""
US_SALES = 0.8
"""Share of merchant chips that US customers buy (Epoch AI chip owners: 0.78 to 0.86 of chips outside China)."""
ORDER_LAG_SHARE = 0.25
"""Share of what a cumulative volume cap still leaves that can ship in one quarter; judgement."""


def run(w: World) -> None:
    """Clear the quarter's market."""
    offers = _legal_offers(w)
    bought = _chinese_demand(w, offers)
    _others(w, bought)


@dataclass(frozen=True)
class Delivery:
    """What reached owners in a quarter: everybody but China by one share of what was left, China its own list.

    Kept in this form for the 22 quarters until it retires, which takes a quarter of the memory of the full table.
    """

    share: Array
    """(actors, runs) share of merchant chips; 0 for China."""
    left: Array
    """(classes, runs) chips for everybody but China; custom chips all go to row 0."""
    china: Array
    """(classes, runs) chips for row 1."""

    def table(self, out: Array) -> Array:
        """Chips by owner and class, `(actors, classes, runs)`, written into `out`."""
        np.multiply(self.share[:, None, :], self.left[None, :, :], out=out)
        out[:, CUSTOM] = 0.0
        out[0, CUSTOM] = self.left[CUSTOM]
        out[1] = self.china
        return out


class _Offers:
    """What US makers can sell to China: classes on offer and, per class, price and limit."""

    def __init__(self, classes: list[int], price: Array, limit: Array, dies: Array) -> None:
        self.classes, self.price, self.limit, self.dies = classes, price, limit, dies


def _legal_offers(w: World) -> _Offers:
    """Classes that rules, caps and Beijing let in; all cost capacity of the lines they are cut from."""
    n, chips, p = w.now, w.chips, w.p
    permission = _permission(w)
    n.permission = permission
    strictness = w.state["strictness"][0]
    # What a design is sold for while no rule stands is free trade: every released class.
    on_offer = [
        k for k in range(US_N)
        if n.approval[k] > 0 and k != CUSTOM and chips.released[k] <= w.quarter <= chips.last_made[k]
        and (k != EDGE or not (w.in_data or n.approval[_frontier(w)] >= 1))
    ]  # fmt: skip
    price, limit, dies = [], [], []
    merchant = n.made_to_order
    for k in on_offer:
        cost = _edge_cost(w) if k == EDGE else chips.h100e[DIES[k]]
        allowed = n.approval[k] * (1 - strictness * (n.approval[k] < 1)) * permission
        units = p.legal_share_cap * merchant / cost * allowed
        if np.isfinite(n.cap_share[k]) and k == EDGE:  # sold nowhere else: held against the newest class
            units = np.minimum(units, n.cap_share[k] * US_SALES * merchant / cost)
        elif np.isfinite(n.cap_share[k]):
            room = n.cap_share[k] * w.state["chips"][0, k] - w.legal_total[k]
            newer = n.cap_share[k] * US_SALES * n.capacity[k] / chips.h100e[k]
            units = np.minimum(units, np.maximum(room, 0) * ORDER_LAG_SHARE + newer)
        units = np.minimum(units, n.cap_units[k])
        if k == EDGE:
            units = units * w.designer.offers_variant()
        price.append(_price(w, k) * (1 + n.price_share[k]))
        limit.append(units)
        dies.append(np.full(w.runs, cost))
    return _Offers(on_offer, *(np.array(x).reshape(len(on_offer), w.runs) for x in (price, limit, dies)))


def _permission(w: World) -> Array:
    """Share of what the US allows that Beijing lets in: its dated rules in the past, its decision after."""
    if w.in_data:
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
    return max((k for k in MERCHANT if w.chips.released[k] <= w.quarter), key=lambda k: w.chips.h100e[k])


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


def _chinese_demand(w: World, offers: _Offers) -> dict[str, Array]:
    """Spend China's money over legal products, Chinese chips, diverted chips and rented compute."""
    n, p, s = w.now, w.p, w.state
    mix = n.capacity / np.maximum(n.made_to_order, 1e-9)
    mix[CUSTOM:] = 0.0
    # Usable compute per H100e of what the world buys: what smugglers and hosts have to give.
    per_h100e = [
        (mix[MERCHANT] * kappa[MERCHANT] / w.chips.h100e[MERCHANT, None]).sum(axis=0)
        for kappa in (w.kappa_train, w.kappa_decode)
    ]
    n.mix = mix
    outside = n.made_to_order
    w.seen.blocked = _blocked(w, offers)
    effort, policing = s["enforcement"][0], s["policing"][w.inputs.rows_of("hub")].mean(axis=0)
    located = w.setting("location_verification") / 100
    caught = diversion.caught_share(p, effort)
    leak = diversion.leakiness(policing, located, effort)
    premium = diversion.premium(p, w.seen.blocked, caught)
    w.network = diversion.adapt(w.network, p, w.seen.blocked, w.seen.unmet, leak)
    attempts = np.minimum(w.network * outside, 0.5 * outside)

    form = _chinese_form(w)
    cheaper = np.exp(np.log1p(-CHINESE_PRICE_FALL) * max(w.year - 2025.5, -2.5)) / (1 + 0.25 * n.breakthrough)
    ascend_price = (form * w.chips.price[w.ascend][:, None]).sum(axis=0) * cheaper * np.ones(w.runs)
    ascend = [(form * k[w.ascend]).sum(axis=0) * (1 + p.home_preference) for k in (w.kappa_train, w.kappa_decode)]
    output = n.chinese_output * 1e3 + w.unsold_chinese

    price = np.vstack([
        offers.price, ascend_price[None], (n.list_price * (1 + premium) * BULK_COST)[None],
        (n.list_price * RENTAL_MARGIN)[None],
    ])  # fmt: skip
    train = np.vstack([w.kappa_train[offers.classes], ascend[0][None], per_h100e[0][None], per_h100e[0][None]])
    decode = np.vstack([w.kappa_decode[offers.classes], ascend[1][None], per_h100e[1][None], per_h100e[1][None]])
    room = _rental_room(w, outside)
    units = np.vstack([offers.limit, output[None], (attempts * (1 - caught))[None], room[None]])
    weight = weights(train, decode, price)
    paid = 1 / np.maximum((weight * (train + decode) / (2 * price)).sum(axis=0), 1e-12)
    reference = 1.25 * n.list_price
    money = elastic(s["spending"][1], paid, reference, p.price_elasticity)
    spent, left = fill(money, weight, units * price)
    w.seen.unmet = left / np.maximum(money, 1.0)
    w.seen.premium = premium
    bought = spent / price

    legal = np.zeros((len(CLASSES), w.runs))
    legal[offers.classes] = bought[: len(offers.classes)]
    dies = (bought[: len(offers.classes)] * offers.dies).sum(axis=0)
    most = p.legal_share_cap * outside
    shrink = np.minimum(1.0, most / np.maximum(dies, 1e-9))
    legal *= shrink
    w.legal_total += legal
    n.dies = dies * shrink
    n.made_chinese = form * n.chinese_output * 1e3
    w.unsold_chinese = output - bought[-3]
    legal[w.ascend] = form * bought[-3]
    arrived = bought[-2]
    n.caught, n.arrived = caught, arrived
    h = w.chips.h100e
    n.flows = np.stack([h[:US_N] @ legal[:US_N], h[w.ascend] @ legal[w.ascend], arrived, bought[-1]])
    w.seen.diverted = arrived / np.maximum(outside, 1.0)
    return {"own": legal, "arrived": arrived, "rented": bought[-1]}


def _chinese_form(w: World) -> Array:
    """Chips of each Chinese generation per 910C equivalent of output, `(3, runs)`; equivalents count throughput."""
    newer = [1 / (1 + np.exp(np.clip((middle - w.year) / (width / 4), -50, 50))) for middle, width in FORM.values()]
    shares = np.array([1 - newer[0], newer[0] * (1 - newer[1]), newer[0] * newer[1]])
    h100e = w.chips.h100e[w.ascend]
    return np.repeat((shares * h100e[0] / h100e)[:, None], w.runs, axis=1)


def _rental_room(w: World, outside: Array) -> Array:
    """Compute (H100e) that hosts would rent out anew this quarter, after the rules."""
    open_share = (1 - w.now.offshore_closed) / (1 - 0.2)  # stated with the subsidiary rule of 2023 in force
    pool = (w.state["own_train"] * w.rent_weight).sum(axis=0)
    started = 1 / (1 + np.exp(-(w.year - 2023.75) / 0.35))
    return np.minimum(w.p.offshore_share * open_share * outside * started, np.maximum(0.6 * pool - w.rented, 0))


def _others(w: World, bought: dict[str, Array]) -> None:
    """Deliver what is left to everybody else by their money; diverted chips leave through them."""
    n, s, h = w.now, w.state, w.chips.h100e[:, None]
    share_left = 1 - n.dies / np.maximum(n.made_to_order, 1e-9)
    made = n.capacity / h
    made[:CUSTOM] *= share_left
    shelf = made + w.inventory
    sold = np.ones(w.runs)
    if not w.in_data:
        h100e = h[:, 0] @ shelf - (1 - CUSTOM_PRICE) * h[CUSTOM, 0] * shelf[CUSTOM]
        money = s["spending"].sum(axis=0) - s["spending"][1]
        watts = (power.OVERHEAD / 1000 * w.chips.kw) @ shelf
        fits = power.room(s["power"], n.power_added, n.power_need, besides=1)
        sold = np.minimum(1.0, np.minimum(
            money / np.maximum(h100e * n.list_price, 1.0), fits / np.maximum(watts, 1e-9)
        ))  # fmt: skip
    delivered = shelf * sold
    w.inventory = shelf - delivered
    most = 0.9 * (h[:CUSTOM, 0] @ delivered[:CUSTOM])
    attempted = np.minimum(n.arrived / np.maximum(1 - n.caught, 1e-9), most)
    leaving = np.minimum(n.mix * attempted / h, delivered)
    arriving = leaving * (1 - n.caught)
    own = bought["own"]
    n.seized_h100e = (h[:, 0] @ leaving) * n.caught
    n.made_h100e = h[:, 0] @ made + h[:US_N, 0] @ own[:US_N]
    if w.log.ledger:
        n.ledger = {
            "made": made + own, "delivered": delivered + own, "diverted": arriving, "seized": leaving - arriving,
        }  # fmt: skip
    left = delivered - leaving
    custom_value = delivered[CUSTOM] * h[CUSTOM] * CUSTOM_PRICE * n.list_price
    weight = s["spending"].copy()
    weight[0] = np.maximum(weight[0] - custom_value, 0.0)
    weight[1] = 0.0
    share = weight / np.maximum(weight.sum(axis=0), 1e-9)
    n.delivery = Delivery(share, left, own + arriving)
    n.rented = bought["rented"]
