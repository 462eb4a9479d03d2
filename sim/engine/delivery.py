"""What reaches owners in a quarter, and the one way to take chips off a stock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from agents.rows import CHINA, US
from sim.ensemble.rng import Array
from sim.equations.chips import ASCEND, CLASSES, MAIN_CLASSES

CUSTOM, MAIN = CLASSES.index("CUSTOM"), len(MAIN_CLASSES)


def remove(stock: Array, chips: Array) -> None:
    """Take chips off a stock, in place: what rounding leaves of an emptied one is nothing, and never less.

    Every mechanism that takes chips goes through here.
    """
    np.subtract(stock, chips, out=stock)
    np.maximum(stock, 0.0, out=stock)


def lose(chips: Array, deliveries: list[Delivery], share: Array, owner: int) -> Array:
    """Take a share of China's chips off its stock, and off what is to retire later, so that it goes only once.

    Args:
        chips: (A, K, R) stocks, changed in place.
        deliveries: those that have not retired, changed in place.
        share: (K, R) of each class.
        owner: row of China.

    Returns:
        Chips that are gone, (K, R).
    """
    gone = share * chips[owner]
    remove(chips[owner], gone)
    for n, delivery in enumerate(deliveries):
        deliveries[n] = replace(delivery, china=delivery.china * (1 - share))
    return gone


@dataclass(frozen=True)
class Delivery:
    """What reached owners in a quarter: everybody but China by one share of what was left, China its own list.

    Kept in this form for the 22 quarters until it retires, which takes a quarter of the memory of the full table.
    """

    share: Array
    """(A, R) share of merchant chips; 0 for China."""
    apart: dict[int, Array]
    """The same for the classes of which rules keep some buyers from their share, by class."""
    left: Array
    """(K, R) chips for everybody but China; custom chips all go to the United States."""
    china: Array
    """(K, R) chips for China."""
    chinese: Array | None = None
    """(A, Chinese classes, R) Chinese chips for partners; None where nobody bought any."""

    def join(self, chips: Array) -> None:
        """Add these chips to the stocks, (A, K, R)."""
        for k in self.classes:
            chips[:, k] += self.of_class(k)
        chips[CHINA] += self.china
        if self.chinese is not None:
            chips[:, ASCEND] += self.chinese

    def retire(self, chips: Array) -> None:
        """Take these chips off the stocks, (A, K, R)."""
        for k in self.classes:
            remove(chips[:, k], self.of_class(k))
        remove(chips[CHINA], self.china)
        if self.chinese is not None:
            remove(chips[:, ASCEND], self.chinese)

    @cached_property
    def classes(self) -> list[int]:
        """Main classes of which anything was delivered: a few of them in any quarter."""
        return [int(k) for k in np.flatnonzero(self.left[:MAIN].any(axis=1))]

    def of_class(self, k: int) -> Array:
        """What everybody but China got of one class, (A, R)."""
        if k != CUSTOM:
            return self.apart.get(k, self.share) * self.left[k]
        result = np.zeros_like(self.share)
        result[US] = self.left[k]
        return result

    def total(self) -> Array:
        """Chips by class, (K, R)."""
        total = self.china.copy()
        for k in self.classes:
            total[k] += self.of_class(k).sum(axis=0)
        if self.chinese is not None:
            total[ASCEND] += self.chinese.sum(axis=0)
        return total
