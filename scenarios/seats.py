"""Where each actor decides, and what it is called inside a sentence. No number depends on this."""

from __future__ import annotations

from typing import NamedTuple


class Seat(NamedTuple):
    """The place from which an actor sees the world."""

    city: str
    spoken: str
    """The actor as it stands inside a sentence: `the Netherlands`."""
    many: bool = False
    """Whether it speaks for several countries, so that a list of cities has to add whom."""


SEATS: dict[str, Seat] = {
    "united_states": Seat("Washington", "the United States"),
    "china": Seat("Beijing", "China"),
    "taiwan": Seat("Taipei", "Taiwan"),
    "south_korea": Seat("Seoul", "South Korea"),
    "japan": Seat("Tokyo", "Japan"),
    "netherlands": Seat("The Hague", "the Netherlands"),
    "european_union": Seat("Brussels", "the European Union", many=True),
    "united_kingdom": Seat("London", "the United Kingdom"),
    "united_arab_emirates": Seat("Abu Dhabi", "the United Arab Emirates"),
    "saudi_arabia": Seat("Riyadh", "Saudi Arabia"),
    "southeast_asia": Seat("Kuala Lumpur", "Southeast Asia", many=True),
    "rest_of_world": Seat("the rest of the world", "the rest of the world"),
}
"""Seats of the actors of the table. One that a scenario adds has its label for both."""


def seat(actor: str, label: str) -> Seat:
    """The seat of an actor.

    Args:
        actor: its name.
        label: what the scenario calls it, which stands for the seat of an actor that is not in the table.
    """
    return SEATS.get(actor, Seat(label, label))


def listed_as(actor: str, label: str) -> str:
    """A seat as an entry of a list: `The Hague`, `Kuala Lumpur (Southeast Asia)`."""
    found = seat(actor, label)
    city = found.city[:1].upper() + found.city[1:]
    return f"{city} ({label})" if found.many else city
