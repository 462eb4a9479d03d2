"""Role cards to print: one a seat, with its goal, its moves and their prices, also for a class without phones."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from scenarios import load
from scenarios.packages import SEATS
from scenarios.values import BALANCED
from sim import __version__
from sim.play import AS_IS, moves_of
from sim.ui.play import known, words
from sim.ui.shared.templates import render


def page(scenario: str, goals: Mapping[str, str] | None = None) -> str:
    """The cards of a scenario as one HTML page, a sheet of paper a seat.

    Args:
        scenario: a policy of the library.
        goals: seat → profile of values; balanced where it is left out.
    """
    prices = known.prices_of(scenario)
    cards = [
        {"name": words.seat_name(seat), "goal": words.goal(seat, (goals or {}).get(seat, BALANCED)),
         "moves": [(package.title, package.story,
                    "" if package.name == AS_IS else words.price(prices[seat][package.name]))
                   for package in moves_of(seat)]}
        for seat in SEATS
    ]  # fmt: skip
    spec = load(scenario)
    made: str | Markup = f"Polarity {__version__}, scenario “{spec.title}”, digest {spec.digest()}."
    return render("play/cards.html", title="Role cards", sheet="play/cards.css", made=made, cards=cards)
