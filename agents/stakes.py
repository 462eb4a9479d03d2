"""What choices turn on: what everybody can see of the market, and what actors believe follows from it.

Beliefs are held against what the model delivers by `polarity policies reactions`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents.state import Array
from agents.worth import closeness
from scenarios.values import Weights

POINTS_A_MONTH = 14.5 / 12
"""ECI points by which a lead of a month is told, as in every result."""
MONTHS_PER_LOG = 3.0
"""Months of lead that an e-fold of China's compute costs the United States, as actors believe; audited."""
REPLACED = 0.5
"""Share of licensed chips that take the place of dearer ones, as actors believe; audited."""
DEARER = 0.75
"""Log of the Chinese price by which an e-fold less compute on sale makes it dearer, as actors believe; audited."""
LEAST_COMPUTE = 0.05
"""Least that China's compute can become of what it would be, as actors see it."""
HORIZON = 2.0
"""Years ahead that a choice is weighed for; judgment."""
SATED = 12.0
"""Months of lead, or of distance behind, over which a further month comes to be worth less; judgment."""
SAFETY_VALUE = 60.0
"""What a race between equals costs each of them in safety, billions of dollars a year at the stakes of 2026 and with
balanced values; judgment."""
TO_THE_NATION = 0.4
"""Share of AI revenue that counts as gain of the nation that chooses: the rest are its costs; judgment."""


class Stakes(NamedTuple):
    """What everybody can see at the turn of a year, `(runs,)` unless said otherwise; amounts are a year's."""

    lead: Array
    """Months that the United States is ahead of China."""
    scale: Array
    """The world's AI revenue against the edge of the data, to the power of `stakes_growth`: what a month is worth."""
    china_compute: Array
    """Compute that China uses, H100e."""
    china_added: Array
    """What China would add to it without licensed chips, H100e."""
    us_added: Array
    """What the United States adds to its own, H100e."""
    domestic: Array
    """Chinese chips made, H100e."""
    diverted: Array
    """Diverted chips that arrive, H100e."""
    wanted: Array
    """Frontier chips that China could pay for and power if it might buy them, H100e."""
    licensed: Array
    """Share of a frontier chip's use that the best legal chip has, times the share of orders that rules let go."""
    licensing: Array
    """Licensing of now, 0 to 1."""
    permission: Array
    """What Beijing lets in of what may go, 0 to 1."""
    price: Array
    """List price, US dollars per H100e."""
    china_price: Array
    """Price of usable compute in China, US dollars per H100e."""
    dear_price: Array
    """What it would be without licensed chips."""
    margin: Array
    """Share of the list price that is profit."""
    cover: Array
    """Quarters of production on order."""
    us_revenue: Array
    """AI revenue of the United States, billions of dollars."""
    enforcement: Array
    """US enforcement, times the budget of 2026."""
    model_access: Array
    """Limits on access to American models, 0 to 1."""
    distilled: Array
    """ECI points that China gains by training on what American models answer."""
    push: Array
    """China's domestic push, 0 to 1."""
    fab_money: Array
    """What China spends on fabs and tools, billions of dollars."""
    lost_sales: Array
    """(A, R) what each actor's tools and memory would sell for in China beyond today without controls, billions."""
    transit: Array
    """(A, R) what each actor earns by chips that pass through it, billions of dollars."""
    diverted_share: Array
    """Diverted chips against what is made."""
    officers: float
    """What enforcement of 2026 costs, billions of dollars a year."""
    refused: float
    """Share of revenue that full limits on access forgo."""


class Wants(NamedTuple):
    """What an actor wants: weights, what a month of lead is worth to it, and on which side of the lead it stands."""

    weights: Weights
    month: Array
    """(runs,) billions of US dollars a year."""
    side: float
    """1 for the United States, -1 for China."""

    def security(self, lead: Array) -> Array:
        """Worth of a lead of the United States, in months, and of the safety of a race at that distance."""
        return self.of(*seen_lead(lead))

    def of(self, felt: Array, race: Array) -> Array:
        """The same of a lead as it is felt, and of how close the race is."""
        return (self.weights.security * self.side * self.month) * felt - (self.weights.safety * SAFETY_VALUE) * race


def seen_lead(lead: Array) -> tuple[Array, Array]:
    """A lead in months as it is felt, each further month less, and how close the race is, 0 to 1."""
    return SATED * np.tanh(lead * (1 / SATED)), closeness(lead * POINTS_A_MONTH)


def slower(s: Stakes, more: Array) -> Array:
    """Months by which the lead of the United States falls if China adds more compute in a year, H100e."""
    usual = s.china_compute + HORIZON * np.maximum(s.china_added, 1.0)
    return MONTHS_PER_LOG * np.log(np.maximum(1 + HORIZON * more / usual, LEAST_COMPUTE))


def billions(dollars: Array, s: Stakes) -> Array:
    """US dollars in billions at the stakes of 2026."""
    return dollars / (1e9 * s.scale)
