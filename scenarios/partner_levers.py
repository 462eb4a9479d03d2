"""The levers of each partner: what Tokyo, The Hague, Abu Dhabi or Kuala Lumpur can decide by itself.

A lever of a partner is called `LEVER.ACTOR`, such as `rental.japan`, and stands among a scenario's `levers` like any
other. This table is the only home of their ranges, defaults and wording, and of who has which.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

from scenarios.levers import ALLIES, HUBS, LEVERS, REST, Lever
from scenarios.tables import Actor, table

TOOLS = ("netherlands", "japan")
"""Partners whose chip tools Chinese fabs need."""
SIDES = {"ally": ALLIES, "hub": HUBS, "rest": REST}
"""Who decides, by the kind of a partner, in the words of the other levers."""


class Own(NamedTuple):
    """A lever that several partners have, each for itself."""

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    default: float
    output: str
    """The series that it moves; `{}` stands for the actor."""
    help: str
    holders: tuple[str, ...] = ()
    """The actors that have it; empty where every partner does."""

    def of(self, actor: Actor) -> Lever:
        """The lever of one partner."""
        return Lever(
            name=f"{self.name}.{actor.actor}", label=f"{actor.label}: {self.label}",
            who=SIDES[actor.kind], actor=actor.actor,
            unit=self.unit, low=self.low, high=self.high, step=self.step, default=self.default,
            fallback=self.default, help=self.help, output=self.output.format(actor.actor),
        )  # fmt: skip


OWN: dict[str, Own] = {own.name: own for own in (
    Own("spending", "Spending on AI", "× trend", 0, 10, 0.5, 1, "compute_train.{}",
        "What it spends on compute of its own against the trend, fabs apart; it multiplies what all of its kind do."),
    Own("sites", "Data-center construction", "% of trend", 0, 400, 20, 100, "power.world",
        "Sites, grids and permits for data centers on its soil, its own and those of US companies."),
    Own("rental", "Chips closed to Chinese users", "%", 0, 100, 10, 0, "rented_from.{}",
        "Share of the chips for rent on its soil that Chinese users may not rent."),
    Own("chinese_models", "Ban on Chinese models", "% of use", 0, 100, 10, 0, "served_by_china.{}",
        "Share of the use of Chinese models on its soil that it ends."),
    Own("home_models", "Models of its own for its users", "% of use", 0, 100, 10, 0, "served_by_us.{}",
        "Share of the use of US models on its soil that it moves to providers of its own, as far as they have compute; "
        "half of what users paid goes with them. Some of those providers run open Chinese models."),
    Own("chip_tariff", "Tariff on chips", "%", 0, 100, 5, 0, "received_h100e.{}",
        "What its buyers pay on top of the price of US-designed chips."),
    Own("chinese_chips", "Chinese chips", "% of chip money", 0, 100, 10, 0, "flows_china.domestic",
        "Share of its money for chips that buys Chinese ones, as far as China's makers deliver; those chips are then "
        "missing in China."),
    Own("lithography", "Lithography kept from China", "% of sales", 0, 100, 10, 0, "flows_china.domestic",
        "Share of the lithography that it would sell to Chinese fabs that its own law stops, however closely it "
        "follows the United States.", TOOLS),
    Own("tool_parts", "Parts for tools kept from China", "% of sales", 0, 100, 10, 0, "flows_china.domestic",
        "The same for parts of chip tools.", TOOLS),
    Own("tool_service", "Service of tools kept from China", "% of sales", 0, 100, 10, 0, "flows_china.domestic",
        "The same for the servicing of tools that stand in China.", TOOLS),
    Own("memory", "Memory kept from China", "% of sales", 0, 100, 10, 0, "flows_china.domestic",
        "Share of the high-bandwidth memory, and of what makes it, that its own law keeps from China.",
        ("south_korea",)),
    Own("production_levy", "Levy on chips that it makes", "% of cost", 0, 50, 5, 0, "list_price",
        "What it levies on the making of US-designed chips or their memory on its soil.", ("taiwan", "south_korea")),
)}  # fmt: skip
"""Every lever that partners have, in display order."""


def _partners() -> tuple[Actor, ...]:
    return tuple(row for row in table("actors") if row.kind in SIDES)


PARTNER_LEVERS: MappingProxyType[str, Lever] = MappingProxyType({
    lever.name: lever
    for actor in _partners()
    for own in OWN.values()
    if not own.holders or actor.actor in own.holders
    for lever in (own.of(actor),)
})  # fmt: skip
"""Levers of partners by name, in the order of the table of actors."""
ALL_LEVERS: MappingProxyType[str, Lever] = MappingProxyType({**LEVERS, **PARTNER_LEVERS})
"""Every lever that a scenario can set."""


def levers_of(actor: str) -> tuple[Lever, ...]:
    """The levers that one partner has for itself; none for a superpower, whose levers are those of `LEVERS`."""
    return tuple(lever for lever in PARTNER_LEVERS.values() if lever.actor == actor)
