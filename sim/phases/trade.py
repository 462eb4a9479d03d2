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

    def move(self, chips: Array, sign: int) -> None:
        """Add (sign 1) or take off (sign -1) these chips from the stocks, `(actors, classes, runs)`."""
        change = np.add if sign > 0 else np.subtract
        for k in self.classes:
            change(chips[:, k], self.of_class(k), out=chips[:, k])
        change(chips[1], self.china, out=chips[1])

    @cached_property
    def classes(self) -> list[int]:
        """Main classes of which anything was delivered: a few of them in any quarter."""
        return [int(k) for k in np.flatnonzero(self.left[:MAIN].any(axis=1))]

    def of_class(self, k: int) -> Array:
        """What everybody but China got of one class, `(actors, runs)`."""
        if k != CUSTOM:
            return self.share * self.left[k]
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
        money = s["spending"].sum(axis=0) - s["spending"][1]
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
    n.delivery = Delivery(share, left, own + arriving)
    n.rented = bought["rented"]
