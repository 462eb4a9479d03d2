"""The kinds of actors, one row a kind, in the order in which actors stand in every table."""

from __future__ import annotations

from typing import Literal, NamedTuple

KindName = Literal["superpower", "ally", "hub", "rest"]
PartnerKind = Literal["ally", "hub", "rest"]
"""What an actor of a scenario's own can be: there are two superpowers."""


class Kind(NamedTuple):
    """What every actor of a kind has until its own row of data says otherwise."""

    meaning: str
    oversight: float | None
    """Share of the compute of an actor that a scenario adds that is under democratic oversight; judgment. No scenario
    adds a superpower."""
    rents: float
    """Share of its compute that would be rented to Chinese users; judgment: known leases stand mostly in hubs."""


KINDS: dict[KindName, Kind] = {
    "superpower": Kind("the United States and China: each decides by rules of its own", oversight=None, rents=0.05),
    "ally": Kind("follows US tool controls or drifts from them", oversight=1.0, rents=0.1),
    "hub": Kind("chooses how hard to look for diverted chips", oversight=0.5, rents=1.0),
    "rest": Kind("demand and compute, no postures", oversight=0.5, rents=0.4),
}
"""How the agents of a kind decide stands in `agents`: see `sim.engine.world`."""
