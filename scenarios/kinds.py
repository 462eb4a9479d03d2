"""The kinds of actors, one row a kind, in the order of every table."""

from __future__ import annotations

from typing import Literal, NamedTuple

KindName = Literal["superpower", "ally", "hub", "rest"]
PartnerKind = Literal["ally", "hub", "rest"]
"""Kinds open to an actor that a scenario adds: there are two superpowers only."""


class Kind(NamedTuple):
    """Defaults for every actor of a kind; the actor's own row of data overrides them."""

    meaning: str
    oversight: float | None
    """For an actor that a scenario adds: share of its compute under democratic oversight; judgment. No scenario adds a
    superpower."""
    rents: float
    """Share of its compute that it would rent to Chinese users; judgment: most known leases are in transit hubs."""


KINDS: dict[KindName, Kind] = {
    "superpower": Kind("the United States and China; each decides by its own rules", oversight=None, rents=0.05),
    "ally": Kind("follows US controls on chip tools or drifts away from them", oversight=1.0, rents=0.1),
    "hub": Kind("decides how hard to look for smuggled chips", oversight=0.5, rents=1.0),
    "rest": Kind("buys and uses compute; takes no policy decisions", oversight=0.5, rents=0.4),
}
"""`agents` says how each kind decides: see `sim.engine.world`."""
