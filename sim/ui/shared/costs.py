"""What a policy costs whom, compared with a reference: numbers for one year, and the words for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from scenarios import load
from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from scenarios.seats import SEATS, seat
from sim.analysis.amounts import billions as billions, dollars as dollars
from sim.equations.costs import INVESTMENT, ITEMS
from sim.results.costs import Cost
from sim.ui.shared import wording

SIDES = {actor: SEATS[actor].spoken for actor in ("united_states", "china")}
"""The two sides, as they stand inside a sentence."""
MOST = 8
"""Lines of costs at most."""
BOUGHT = frozenset(INVESTMENT)
"""Spending that buys something: it has lines of its own, and no place in the sentence."""
NOT_A_LOSS = "Spending on chips, data centers, fabs and people buys something, so the lines do not add up to a loss."
GROUPS = {
    "lost": ("Income lost", "Income gained"), "spent": ("Money spent", "Money saved"),
    "forgone": ("Work lost", "Work gained"),
}  # fmt: skip
"""What a cost is, and what it is where it is negative."""
_PUBLIC = frozenset({"license_cut", "enforcement", "compensation_paid", "policing", "minerals"})
"""What a government pays or loses."""
_LEVERS_OF = {"United States": "united_states", "China": "china"}
_EVENTS_OF = {"mineral_controls": "china"}
"""Events that somebody decides."""
_ADJECTIVE = {
    "united_states": "US", "china": "Chinese", "taiwan": "Taiwanese", "south_korea": "South Korean",
    "japan": "Japanese", "netherlands": "Dutch", "european_union": "European", "united_kingdom": "British",
    "united_arab_emirates": "Emirati", "saudi_arabia": "Saudi", "southeast_asia": "Southeast Asian",
    "rest_of_world": "other countries’",
}  # fmt: skip
_SAID = {
    "ai_revenue": ("{of} AI companies", "in revenue"),
    "chip_profit": ("{of} chip makers", "in profit on foreign sales"),
    "license_cut": ("the {of} government", "in tariffs on chip sales"),
    "chip_exports": ("{of} chip makers", "in sales abroad"),
    "levy": ("the {of} government", "in levies on making chips"),
    "levy_paid": ("{of} chip makers", "in levies abroad on chips for their own country"),
    "matched_investment": ("{place}", "in investment that licenses ask of buyers abroad"),
    "tool_revenue": ("{of} toolmakers", "in sales to China"),
    "memory_revenue": ("{of} memory makers", "in sales to China"),
    "rent": ("{of} cloud companies", "in rent from Chinese users"),
    "transit_trade": ("traders in {place}", "in margins on smuggled chips"),
    "compensation_received": ("{place}", "in compensation from the United States"),
    "production_lost": ("{of} chip makers", "in production lost to mineral controls"),
    "enforcement": ("the {of} government", "in enforcement"),
    "verification": ("{place}", "in location checks"),
    "compensation_paid": ("the {of} government", "in compensation to allies"),
    "policing": ("{place}", "in policing of transit trade"),
    "minerals": ("{place}", "in lost mineral exports"),
    "premium": ("{place}", "in prices above list"),
    "secrecy": ("{of} labs", "in people who guard secrets or repeat work"),
    "talent": ("{place}", "in pay to keep and attract talent"),
    "experiments_forgone": ("{of} labs", "in research compute lost to idling and security"),
}  # fmt: skip
"""Who pays, and what for, by item; accounts that lie within others have no sentence."""


# ------------------------------------------------------------------------------------------------------------ words
def labels(spec: Scenario) -> dict[str, str]:
    """What the actors of a scenario are called."""
    return {row.actor: row.label for row in spec.roster()}


def against(reference: Scenario) -> str:
    """The reference of costs as it stands after `against`."""
    usual = load(reference.name)
    name = wording.inside(usual.title)
    return name if usual.digest() == reference.digest() else f"{name} with the same assumptions"


def acting(spec: Scenario, reference: Scenario) -> str | None:
    """The side that decides most of what differs from the reference; None where neither decides more than the other."""
    decided: Counter[str] = Counter(
        _LEVERS_OF[lever.who] for name, lever in LEVERS.items()
        if lever.who in _LEVERS_OF and spec.setting(name) != reference.setting(name)
    )  # fmt: skip
    decided.update(_EVENTS_OF[event.kind] for event in spec.events if event.kind in _EVENTS_OF)
    decided.update(actor for actor in SIDES if spec.allocation.get(actor) != reference.allocation.get(actor))
    decided.update(actor for actor in SIDES if spec.wanted(actor) != reference.wanted(actor))
    us, china = (decided[side] for side in SIDES)
    return None if us == china else max(SIDES, key=lambda side: decided[side])


def sentence(costs: Iterable[Cost], side: str | None, year: int, reference: str, names: Mapping[str, str]) -> str:
    """The largest costs to the side that acts, its largest public one among them, then the largest other effects.

    Args:
        costs: the largest first.
        side: who acts; None where all count.
        year: the year.
        reference: what they are counted against.
        names: of the actors.
    """
    told = [cost for cost in costs if cost.item in _SAID]
    paid = [cost for cost in told if cost.median > 0 and side in (None, cost.actor)]
    pays = paid[:2] + [cost for cost in paid[2:] if cost.item in _PUBLIC][: not _PUBLIC & {c.item for c in paid[:2]}]
    others = [cost for cost in told if cost not in pays][:2]
    whom = "anybody" if side is None else SIDES[side]
    first = wording.listed([_said(cost, names) for cost in pays])
    clauses = [f"Costs {first} in {year}, compared with {reference}"]
    if not first:
        clauses = [f"Costs {whom} at most $50 million in {year}, compared with {reference}"]
    clauses += [f"{_verb(cost)} {_said(cost, names)}" for cost in others]
    return f"{'; '.join(clauses)}."


def _verb(cost: Cost) -> str:
    return "costs" if cost.median > 0 else "brings" if ITEMS[cost.item].group == "lost" else "saves"


def place_of(actor: str, names: Mapping[str, str]) -> str:
    """An actor as it stands inside a sentence: `the Netherlands`."""
    return seat(actor, names.get(actor, actor)).spoken


def _said(cost: Cost, names: Mapping[str, str]) -> str:
    """`US chip makers $29bn in profit on foreign sales`."""
    who, what = _SAID[cost.item]
    of = _ADJECTIVE.get(cost.actor, f"{names.get(cost.actor, cost.actor)}’s")
    return f"{who.format(of=of, place=place_of(cost.actor, names))} {dollars(abs(cost.median))} {what}"


def span(cost: Cost) -> str:
    """The range of nine in ten futures in billions: `−6.1 to 94`."""
    return f"{billions(cost.low)} to {billions(cost.high)}"


def amount(cost: Cost) -> str:
    """Median and range, both in billions: `−$1,287bn (−2,947 to −187)`."""
    sign, size = ("−" if cost.median < 0 else ""), billions(abs(cost.median))
    return f"{sign}${size}bn ({span(cost)})"


def group(cost: Cost) -> str:
    """What a cost is in words, and whether its size rests on judgment."""
    return kind(cost) + _judged(cost.item)


def kind(cost: Cost) -> str:
    """What a cost is in words: `Income lost`, or `Income gained` where it is negative."""
    return GROUPS[ITEMS[cost.item].group][cost.median < 0]


def _judged(item: str) -> str:
    return "; size is a judgment" if ITEMS[item].tier == "judgment" else ""


def tier(item: str) -> str:
    """Whether the size of an account rests on judgment; else nothing."""
    return _judged(item).removeprefix("; ").capitalize()


def line(cost: Cost, names: Mapping[str, str]) -> str:
    """Who, and what, as one line."""
    return f"{names.get(cost.actor, cost.actor)}: {wording.inside(cost.label)}"
