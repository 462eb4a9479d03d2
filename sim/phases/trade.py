"""Phase 4: China fills its demand over channels, the rest of the world buys what is left, and the ledger balances."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim import power
from sim.chips import summed
from sim.phases import china
from sim.phases.china import CUSTOM, MAIN, US_N
from sim.phases.decide import CUSTOM_PRICE
from sim.rng import Array
from sim.trade import CHANNELS

if TYPE_CHECKING:
    from sim.world import World

DIVERTED = CHANNELS.index("diverted")


def run(w: World) -> None:
    """Clear the quarter's market."""
    _others(w, china.buy(w))


def remove(stock: Array, chips: Array) -> None:
    """Take chips off a stock, in place: what rounding leaves of an emptied one is nothing, and never less."""
    np.subtract(stock, chips, out=stock)
    np.maximum(stock, 0.0, out=stock)


@dataclass(frozen=True)
class Delivery:
    """What reached owners in a quarter: everybody but China by one share of what was left, China its own list.

    Kept in this form for the 22 quarters until it retires, which takes a quarter of the memory of the full table.
    """

    share: Array
    """(actors, runs) share of merchant chips; 0 for China."""
    apart: dict[int, Array]
    """The same for the classes of which rules keep some buyers from their share, by class."""
    left: Array
    """(classes, runs) chips for everybody but China; custom chips all go to row 0."""
    china: Array
    """(classes, runs) chips for row 1."""

    def join(self, chips: Array) -> None:
        """Add these chips to the stocks, `(actors, classes, runs)`."""
        for k in self.classes:
            chips[:, k] += self.of_class(k)
        chips[1] += self.china

    def retire(self, chips: Array) -> None:
        """Take these chips off the stocks, `(actors, classes, runs)`."""
        for k in self.classes:
            remove(chips[:, k], self.of_class(k))
        remove(chips[1], self.china)

    @cached_property
    def classes(self) -> list[int]:
        """Main classes of which anything was delivered: a few of them in any quarter."""
        return [int(k) for k in np.flatnonzero(self.left[:MAIN].any(axis=1))]

    def of_class(self, k: int) -> Array:
        """What everybody but China got of one class, `(actors, runs)`."""
        if k != CUSTOM:
            return self.apart.get(k, self.share) * self.left[k]
        result = np.zeros_like(self.share)
        result[0] = self.left[k]
        return result

    def total(self) -> Array:
        """Chips by class, `(classes, runs)`."""
        total = self.china.copy()
        for k in self.classes:
            total[k] += self.of_class(k).sum(axis=0)
        return total


def _others(w: World, bought: dict[str, Array]) -> None:
    """Deliver what is left to everybody else by their money; diverted chips leave through them."""
    n, s, h = w.now, w.state, w.chips.h100e[:, None]
    share_left = 1 - n.dies / np.maximum(n.made_to_order, 1e-9)
    made = n.capacity / h
    made[:CUSTOM] *= share_left
    shelf = made + w.inventory
    sold = np.ones(w.runs)
    if not w.in_data:
        h100e = summed(h[:, 0], shelf) - (1 - CUSTOM_PRICE) * h[CUSTOM, 0] * shelf[CUSTOM]
        money = s["spending"].sum(axis=0) - s["spending"][1] - _refused(w, shelf)
        watts = summed(power.OVERHEAD / 1000 * w.chips.kw, shelf)
        fits = power.room(s["power"], n.power_added, n.power_need, besides=1)
        sold = np.minimum(1.0, np.minimum(
            money / np.maximum(h100e * n.list_price, 1.0), fits / np.maximum(watts, 1e-9)
        ))  # fmt: skip
    delivered = shelf * sold
    w.inventory = shelf - delivered
    # Smugglers take of every merchant class in proportion, and never all of it.
    merchant = summed(h[:CUSTOM, 0], delivered[:CUSTOM])
    attempted = np.minimum(n.arrived / np.maximum(1 - n.caught, 1e-9), 0.9 * merchant)
    leaving = delivered * (attempted / np.maximum(merchant, 1e-9))
    leaving[CUSTOM:] = 0.0
    n.flows[DIVERTED] = attempted * (1 - n.caught)
    arriving = leaving * (1 - n.caught)
    own = bought["own"]
    n.seized_h100e = summed(h[:, 0], leaving) * n.caught
    n.made_h100e = summed(h[:, 0], made) + summed(h[:US_N, 0], own[:US_N])
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
    apart: dict[int, Array] = {}
    for k in map(int, np.flatnonzero(left[:CUSTOM].any(axis=1))) if w.inputs.terms_act[w.t] else ():
        bought_by = _by_terms(w, k, weight, left[k])
        taken = np.minimum(bought_by.sum(axis=0), left[k])
        w.inventory[k] += left[k] - taken  # what nobody may buy stays on the shelf
        if w.log.ledger:
            n.ledger["delivered"][k] -= left[k] - taken
        left[k], apart[k] = taken, bought_by / np.maximum(taken, 1e-9)
    n.delivery = Delivery(share, apart, left, own + arriving)
    n.rented = bought["rented"]


def _refused(w: World, shelf: Array) -> Array | float:
    """Money of buyers outside China that licenses, caps and tariffs keep from what is on the shelf, `(runs,)`.

    Args:
        w: the world.
        shelf: (classes, runs) chips on the shelf.
    """
    i, h = w.inputs, w.chips.h100e
    if not i.terms_act[w.t]:
        return 0.0
    money = w.state["spending"].copy()
    money[1] = 0.0
    wanted, had = np.zeros((2, len(i.terms), w.runs))
    for k in map(int, np.flatnonzero(shelf[:CUSTOM].any(axis=1))):
        bought = _by_terms(w, k, money, shelf[k])
        free = shelf[k] / np.maximum(money.sum(axis=0), 1e-9)
        for n, (row, _) in enumerate(i.terms):
            wanted[n] += h[k] * money[row] * free
            had[n] += h[k] * np.minimum(bought[row], money[row] * free)
    share = 1 - had / np.maximum(wanted, 1e-9)
    return sum((money[row] * share[n] for n, (row, _) in enumerate(i.terms)), start=0.0)


def _by_terms(w: World, k: int, weight: Array, left: Array) -> Array:
    """Chips of a merchant class by owner where rules name a buyer: by money, licenses and caps, `(actors, runs)`.

    What a buyer may not have goes to the others in proportion to their money; with a tariff, money buys less.
    """
    t, may, most = w.t, weight.copy(), np.full_like(weight, np.inf)
    for row, terms in w.inputs.terms:
        may[row] *= terms.approval[t, k] / (1 + terms.price_share[t, k])
    bought = may * (left / np.maximum(may.sum(axis=0), 1e-9))
    for row, terms in w.inputs.terms:
        most[row] = terms.cap_units[t, k]
        if np.isfinite(terms.cap_share[t, k]):
            most[row] = np.minimum(most[row], terms.cap_share[t, k] * bought[0])
    capped = np.minimum(bought, most)
    free = np.where(np.isinf(most), may, 0.0)
    return capped + free * ((bought - capped).sum(axis=0) / np.maximum(free.sum(axis=0), 1e-9))
