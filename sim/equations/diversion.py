"""Smuggling: networks that grow towards what pays, and are caught in part."""

from __future__ import annotations

import numpy as np

from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array

POLICING_TODAY = 0.3
"""Policing of hubs at which the diversion share is stated."""
LOCATION_EFFECT = 0.7
"""Share of the diversion of a chip with location checks that stops; judgement: proposals call it hard to evade."""
EFFORT_RETURNS = 0.6
"""Returns to enforcement effort; judgement: officers reach the big networks first."""
WATCHING_EFFECT = 0.35
"""How strongly effort shrinks attempts, beside catching them; judgement."""
LEAKIEST = 1.4
"""What hubs that do not look at all leave of diversion, against today, at most; judgement, by `POLICING_TODAY`."""
LEAST_PASSED = 0.05
"""Share of attempts that pass at which the street premium stops rising, so that it stays finite."""
WHEN_MET, WHEN_UNMET = 0.8, 0.4
"""Diversion wanted when money finds enough to buy, and what idle money adds, against the parameter; judgement."""


def caught_share(p: Draws, effort: Array) -> Array:
    """Share of attempted diversion that is seized; `effort` is effective effort, 1 at that of 2026."""
    return 1 - np.exp(np.log1p(-p.catch_rate) * effort)


def leakiness(policing: Array, located: float, effort: Array) -> Array:
    """What hubs, location checks and fear of being caught leave of diversion; 1 at today's settings."""
    watching = 1 / (1 + WATCHING_EFFECT * (effort - 1))
    return (
        np.clip((1 - policing) / (1 - POLICING_TODAY), 0, LEAKIEST)
        * (1 - LOCATION_EFFECT * located)
        * np.maximum(watching, 0)
    )


def premium(p: Draws, blocked: Array, caught: Array) -> Array:
    """Street premium over list: scarcity, and the expected loss passed on."""
    return p.street_premium * blocked + caught / np.maximum(1 - caught, LEAST_PASSED)


def adapt(network: Array, p: Draws, blocked: Array, unmet: Array, leak: Array) -> Array:
    """Capacity of networks (share of supply outside China) after a quarter of growing towards what pays."""
    wanted = p.diversion_share * blocked * leak * (WHEN_MET + WHEN_UNMET * unmet)
    return network + (1 - np.exp(-p.diversion_speed / 4)) * (wanted - network)
