"""What policies cost: the accounts of every actor, and the formulas behind them.

An account is a flow of US dollars that is in the books of the model: what it takes is missing there elsewhere. The cost
of a policy is the difference of an account from that of a reference run with the same random draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.ensemble.rng import Array
from sim.equations.capability import ALL_IN, LIFE_YEARS
from sim.equations.feedback import SERVED_RETURNS

ENFORCEMENT = 235e6
"""US dollars a year of the Bureau of Industry and Security in fiscal 2026 (191 million in fiscal 2023 to 2025)."""
POLICING = 400e6
"""US dollars a year that hubs pay together to look into all transit of chips, each by its part of it; judgment, no
budget is published."""
CHECK = 50.0
"""US dollars per exported H100e with a location check; judgment: software and its upkeep, not hardware (IAPS)."""
REFUSED = 0.12
"""Share of revenue that full limits on access to served models forgo; judgment: Anthropic
gave up several hundred million dollars by refusing Chinese-owned customers (statement of February 2026), 2 to 8%."""
ABROAD = 0.4
"""Share of US labs' revenue that users abroad pay; judgment: a bit under half of OpenAI's and Anthropic's users and
customers are outside the United States, and they pay less."""
CHINA_ABROAD, SWITCHED = 0.15, 0.5
"""Share of Chinese labs' revenue that users abroad pay, and how much of it US labs get where those may no longer use
them; judgment: open weights win users abroad and little money."""
EQUIPMENT = 0.75
"""Share of money for fabs that buys tools; judgment, as in leading-edge fabs."""
HOME_TOOLS = 0.215
"""Weight of Chinese tools against foreign ones that no control keeps out: 35% are Chinese at the controls of 2026."""
TRANSIT_CUT = 0.5
"""Share of the margin on diverted chips that stays where they pass through; judgment."""
MEMORY_PRICE = 1600.0
"""US dollars for the high-bandwidth memory of a 910C (128 GB at 10 to 15 dollars); inferred."""
MINERALS = 4e9
"""US dollars a year that China loses in exports and pays in enforcement under full mineral controls; judgment: magnets
worth about 3 billion dollars are exported in a year."""
LEAST_LEFT = 1e-3
"""Share of compute that serves or researches below which nothing more is counted as forgone."""

Group = Literal["lost", "spent", "forgone"]


@dataclass(frozen=True)
class Item:
    """One account: what it is, who has it, and whether more of it is a cost."""

    label: str
    group: Group
    """Income that may be lost, money that is spent, or compute and people that are kept from other work."""
    formula: str
    basis: str
    """Where its numbers come from."""
    tier: Literal["data", "inferred", "judgment"]
    within: str = ""
    """Another item that has it in it already: it is left out of sums."""

    @property
    def sign(self) -> int:
        """1 where more of it costs its actor, -1 where less of it does."""
        return -1 if self.group == "lost" else 1


ITEMS: dict[str, Item] = {
    "ai_revenue": Item(
        "AI revenue", "lost", "section 7.11, a quarter of it", "Lab and cloud revenue of 2026", "judgment",
    ),
    "models_abroad": Item(
        "Revenue from users abroad", "lost", f"revenue · {ABROAD:g} in the United States, {CHINA_ABROAD:g} in China",
        "Customers of OpenAI and Anthropic; open weights earn little", "judgment", within="ai_revenue",
    ),
    "chip_profit": Item(
        "Chip makers' profit on foreign sales", "lost",
        "what foreign buyers, licensed ones and smugglers pay for US-designed chips, less what those cost to make",
        "Gross margin of 72 to 75% (NVIDIA, filings); units and prices are the model's", "inferred",
    ),
    "license_cut": Item(
        "Tariffs on chip sales", "lost",
        "cut · price of licensed chips delivered, and what US buyers pay where a rule sets a tariff for them",
        "15% on H20, 25% under Section 232 (January 2026)", "data",
    ),
    "tool_revenue": Item(
        "Chip tools sold to China", "lost",
        f"money for Chinese fabs · {EQUIPMENT:g} · foreign share of tools · the country's share of suppliers",
        "Sales of five makers in 2024 (House Select Committee); share of Chinese tools 35% (Jiemian)", "inferred",
    ),
    "memory_revenue": Item(
        "High-bandwidth memory sold to China", "lost",
        f"imported memory · {MEMORY_PRICE:,.0f} dollars per 910C; "
        "none is imported under the controls of 2026 or stricter ones",
        "A fifth to 30% of Samsung's high-bandwidth memory went to China in 2024 (Reuters)", "inferred",
    ),
    "rent": Item(
        "Rent from Chinese users", "lost", "newly rented compute · 0.9 · internal price, by host", "Section 7.6",
        "judgment",
    ),
    "transit_trade": Item(
        "Margin on smuggled chips in transit", "lost",
        f"diverted chips by route · (street price − list price) · {TRANSIT_CUT:g}",
        "Street prices (FT, press); cut is judgment", "judgment",
    ),
    "compensation_received": Item(
        "Compensation from the United States", "lost", "as paid, by share of tool sales", "Judgment", "judgment",
    ),
    "chip_exports": Item(
        "Sales of Chinese chips abroad", "lost", "chips that partners buy · what they earn in China", "Section 7.5",
        "judgment",
    ),
    "levy": Item(
        "Levies on making chips", "lost", "levy · part of the cost made there · chips made", "The scenario", "data",
    ),
    "matched_investment": Item(
        "Foreign investment that licenses ask for", "lost", "dollars per dollar of chips · chips paid for",
        "The scenario", "data",
    ),
    "levy_paid": Item(
        "Levies abroad on chips for its own use", "spent", "all levies · cost of what is delivered at home",
        "The scenario", "data",
    ),
    "production_lost": Item(
        "Production lost to mineral controls", "forgone",
        "share of idle lines · capacity · share of deliveries at home · (price − cost)",
        "USGS on gallium and germanium (3.4 billion dollars, 1.7 to 9.0); size is judgment", "judgment",
    ),
    "enforcement": Item(
        "Enforcement of controls", "spent", f"{ENFORCEMENT / 1e6:g} million dollars a year · effort",
        "Budget of BIS, fiscal 2026", "data",
    ),
    "verification": Item(
        "Location checks", "spent", f"{CHECK:g} dollars · checked share · exported H100e",
        "IAPS: software, cheap", "judgment",
    ),
    "compensation_paid": Item(
        "Compensation to allies for lost tool sales", "spent",
        "tool sales that allies lose by following further than on their own", "Judgment", "judgment",
    ),
    "policing": Item(
        "Policing of transit trade", "spent", f"{POLICING / 1e6:g} million dollars a year · policing · part of the "
        "transit",
        "Judgment", "judgment",
    ),
    "minerals": Item(
        "Forgone mineral exports", "spent", f"{MINERALS / 1e9:g} billion dollars a year · size",
        "Judgment", "judgment",
    ),
    "premium": Item(
        "Paid above list price", "spent", "what China pays for chips and rent, minus their value at list price",
        "Section 7.5; street premium 1.5 to 2 (FT, press)", "inferred",
    ),
    "talent": Item(
        "Keeping and attracting talent", "spent",
        "people kept · a quarter of the extra pay they would earn in the United States, plus 0.6 million dollars once",
        "Reuters on Chinese programs (3 to 5 million yuan)", "judgment",
    ),
    "investment": Item(
        "AI investment other than chips", "spent", "budget minus its share for chips: data centers, power, fabs, "
        "people",
        "As for the United States and China, where the parts are listed", "judgment",
    ),
    "chips": Item(
        "Chips", "spent", "payments for chips and rented compute; in China, without the part above list price",
        "Section 7.5", "inferred",
    ),
    "fabs": Item("Fabs and tools", "spent", "budget · share", "SEMI, companies; the AI part is judgment", "judgment"),
    "power": Item("Data centers and power", "spent", "budget · share", "Cost per megawatt of 2025-26", "inferred"),
    "people": Item("People", "spent", "budget · share; in China, without talent", "Pay of 2025-26", "judgment"),
    "serving_forgone": Item(
        "Revenue forgone on idle and safety compute", "forgone",
        f"revenue · ((1 − idle − safety)^−{SERVED_RETURNS:g} − 1)", "Section 7.11", "judgment", within="ai_revenue",
    ),
    "experiments_forgone": Item(
        "Research compute lost to idling, security and safety", "forgone",
        "(idle + safety) · share of the other compute that does not serve · all-in price over "
        f"{4 * LIFE_YEARS:g} quarters",
        "Section 7.10", "inferred",
    ),
    "access_limits": Item(
        "Revenue lost by limiting access to models", "forgone", f"revenue · r/(1 − r), r = {REFUSED:g} · limits",
        "Anthropic, February 2026", "judgment", within="ai_revenue",
    ),
    "secrecy": Item(
        "People who guard secrets or repeat work", "forgone", "people · share · pay", "Judgment", "judgment",
    ),
}  # fmt: skip
"""Every account, in the order in which they are shown."""
INVESTMENT = ("chips", "fabs", "power", "people", "investment")
"""Money that buys something."""
LEVIERS = ("taiwan", "south_korea")
"""Who can levy on the making of US-designed chips."""
BY_ALL = ("ai_revenue", "chips")
"""Accounts that every actor has."""
BY_RIVALS = ("fabs", "power", "people", "models_abroad", "serving_forgone", "experiments_forgone", "secrecy")
"""Accounts of the United States and China alone; of others money beside chips is one account, `investment`."""
OWN: dict[str, tuple[str, ...]] = {
    "united_states": (
        "chip_profit", "license_cut", "rent", "production_lost", "enforcement", "verification", "compensation_paid",
        "access_limits", "matched_investment", "levy_paid",
    ),
    "china": ("premium", "talent", "minerals", "chip_exports"),
}  # fmt: skip
"""Accounts that one superpower has."""


def accounts(roster: tuple[tuple[str, str], ...], suppliers: dict[str, tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    """Actor and item of every account that is kept, in the order of actors and items.

    Args:
        roster: actors with their kinds.
        suppliers: actors that sell tools and memory to China, by item.
    """
    result = []
    for actor, kind in roster:
        own = {*BY_ALL, *OWN.get(actor, ()), *(BY_RIVALS if kind == "superpower" else ("investment",))}
        own |= {item for item, sellers in suppliers.items() if actor in sellers}
        if actor in suppliers["tool_revenue"] and kind != "superpower":
            own.add("compensation_received")
        if kind != "superpower":
            own |= {"rent", "license_cut"}
        if actor in LEVIERS:
            own.add("levy")
        if kind in ("hub", "rest"):
            own |= {"transit_trade"} | ({"policing"} if kind == "hub" else set())
        result += [(actor, item) for item in ITEMS if item in own]
    return tuple(result)


def foreign_tools(control: Array | float) -> Array:
    """Share of the tools that Chinese fabs buy which comes from abroad: none under full controls, most without any."""
    left = np.maximum(1 - np.asarray(control), 0.0)
    return left / (left + HOME_TOOLS)


def idle_revenue(revenue: Array, idle: Array) -> Array:
    """Revenue that compute which serves nobody would have earned, US dollars a year."""
    return revenue * (np.power(np.maximum(1 - idle, LEAST_LEFT), -SERVED_RETURNS) - 1)


def not_serving(serving: Array, idle: Array) -> Array:
    """Share of compute that is not idle which does research and not service."""
    return np.maximum(1 - serving / np.maximum(1 - idle, LEAST_LEFT), 0.0)


def compute_cost(h100e: Array, price: Array) -> Array:
    """What compute costs in a quarter, US dollars: its all-in price spread over its life."""
    return h100e * price * (ALL_IN / (4 * LIFE_YEARS))
