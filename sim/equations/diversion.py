"""Smuggling: networks that grow toward what pays, and are caught in part."""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array

POLICING_TODAY = 0.3
"""Policing of hubs at which the diversion share is stated."""
LOCATION_EFFECT = 0.7
"""Share of the diversion of a chip with location checks that stops; judgment: proposals call it hard to evade."""
EFFORT_RETURNS = 0.6
"""Returns to enforcement effort; judgment: officers reach the big networks first."""
MOST_USED = 1.2
"""Networks carry at most this multiple of their largest capacity, whatever the margin; judgment."""
POLICING_RISK = 0.5
"""What full policing of a route adds to its risk, as a share of the list price; judgment."""
LEAST_PASSED = 0.05
"""Share of attempts that pass at which the expected loss stops rising, so that it stays finite."""
PAYS, PAYS_EFFORT, PAYS_POLICING, PAYS_BASE = 0.45, 0.15, 0.8, -0.1
"""Margin at which networks grow, and what enforcement beyond today's, policing beyond today's and habit add to it."""
LEAST_NETWORK = 1e-4
"""Capacity of a route, as a share of supply, from which a network can always grow again; judgment."""


def caught_share(p: Draws, effort: Array) -> Array:
    """Share of attempted diversion that is seized; `effort` is effective effort, 1 at that of 2026."""
    return 1 - np.exp(np.log1p(-p.catch_rate) * effort)


def risk(policing: Array, caught: Array) -> Array:
    """What a route costs beside the chips, share of the list price, (routes, runs): expected loss and being watched."""
    lost = caught / np.maximum(1 - caught, LEAST_PASSED)
    return lost + POLICING_RISK * (policing - POLICING_TODAY)


def adapt(network: Array, p: Draws, street: Array, risks: Array, policing: Array, effort: Array) -> Array:
    """Capacity of networks after a quarter, (routes, runs): growing while the margin pays, else shrinking.

    Args:
        network: share of supply outside China, by route.
        p: parameters.
        street: street price against the list price.
        risks: what each route costs beside the chips.
        policing: how hard each route is looked at.
        effort: US enforcement, times the budget of 2026.
    """
    needed = PAYS + PAYS_EFFORT * (effort**EFFORT_RETURNS - 1) + PAYS_POLICING * (policing - POLICING_TODAY) + PAYS_BASE
    room = np.clip(1 - network.sum(axis=0) / p.network_limit, 0, 1)
    pull = np.tanh((street - 1 - risks - needed) / PAYS)
    grown = network * np.exp(p.network_speed * np.where(pull > 0, pull * room, pull) / 4)
    return np.where(network > 0, np.maximum(grown, LEAST_NETWORK), 0.0)
