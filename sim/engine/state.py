"""What the world holds: what is carried from quarter to quarter, and what belongs to one quarter alone.

Shapes: A actors, K chip classes, M merchant classes, R members, T quarters. A table of actors is (A, R): rows as in
`Inputs.actors`, the United States and China first. Which phase writes a field, and which read it, stands in
`sim/engine/schedule.py` and is tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from agents.licensing import Leeway
from agents.protocols import AtEdge, PublicInfo
from agents.stakes import Stakes
from agents.worth import Worth
from scenarios.events import Event
from sim.engine.anchor import Anchor
from sim.engine.delivery import Delivery
from sim.ensemble.rng import Array
from sim.equations.adoption import Served
from sim.equations.domestic import Capacity

ON_TOP = ("tariff", "matched", "cut")
"""What partners pay on top of the price of chips: to their own state, for investment in the United States, and to its
Treasury."""


@dataclass(slots=True)
class State:
    """Everything that is carried from quarter to quarter: saved at the edge of the data, it is the whole past."""

    # --- decisions of actors, (A, R) ----------------------------------------------------------------------------------
    plan: Array
    """US dollars a quarter planned for AI in all uses, policy and race apart: after what could be ordered."""
    target: Array
    """US dollars a quarter that revenue and its return carry: what plans move toward."""
    wish: Array
    """The same plan without a look at what could be ordered; kept after the data only where books of money are."""
    base_plan: Array
    """US dollars a quarter of the record's last quarter, from which plans grow."""
    budget: Array
    """US dollars to divide this quarter: the plan with policy and a rival's pressure, less public costs."""
    money_use: Array
    """(A, 4, R) shares of the budget for chips, fabs and tools, data centers with power, and people."""
    money: Array
    """US dollars to place for chips this quarter, with what is bought ahead of a rule."""
    wished: Array
    """US dollars a quarter that would be placed if there were enough to buy; in the record what was ordered."""
    serving: Array
    """Share of compute that serves users."""
    experiments: Array
    """Share of compute for research experiments."""
    pretraining: Array
    """Share of compute for pretraining."""
    reinforcement: Array
    """Share of compute for reinforcement learning."""
    safety: Array
    """Share of compute for safety work."""
    mix: Array
    """(A, 3, R) serving, experiments and pretraining as shares of what these three have together."""
    safety_asked: Array
    """The same for safety as an actor would have it by itself, where a scenario may fix it."""
    reinforcement_asked: Array
    """The same for reinforcement learning."""
    idle: Array
    """Share of compute that stands still while clusters are pooled, or guards models."""
    people_use: Array
    """(A, 4, R) shares of people for research on capability, products, safety and secrecy."""
    clustered: Array
    """Share of usable compute that the largest run would get without policy."""
    concentration: Array
    """Share of usable compute in the largest run."""
    spread: Array
    """The same without policy's multiple: where it would be by now."""
    alignment: Array
    """Alignment with the United States, 0 to 1."""
    policing: Array
    """How hard hubs look for diverted chips, 0 to 1."""
    licensing: Array
    """How strictly the United States licenses chips for China: 0 lets all go, 0.5 as the rules are written, 1 none."""
    model_access: Array
    """Limits on access to American models, 0 to 1."""
    enforcement: Array
    """US enforcement effort, times the budget of 2026."""
    permission: Array
    """Share of what the US allows that Beijing lets in, 0 to 1."""
    hoard: Array
    """US dollars that China spent ahead of a rule and has not saved again."""
    politics: Mapping[str, Array]
    """Decision → (A, R) slope of its menu that makes the recorded level rational, billions of US dollars a year."""
    early: Array
    """US dollars of this quarter that are spent ahead of a rule."""
    push: Array
    """Chinese domestic push, 0 to 1."""

    # --- people, (A, R) -----------------------------------------------------------------------------------------------
    trained: Array
    """People whom an actor has trained or hired, full-time equivalents, before policy and moves."""
    people: Array
    """People who work on AI for an actor, full-time equivalents."""
    pay: Array
    """US dollars a year per person."""
    recruited: Array
    """(R,) people in the United States against those it trained, by policy, a factor."""
    moved: Array
    """(R,) people who work in China instead of the United States, against today; may be negative."""

    # --- what actors have, (A, R) -------------------------------------------------------------------------------------
    revenue: Array
    """US dollars a year from AI."""
    abroad: Array
    """(2, R) the part of it that users abroad pay US and Chinese providers."""
    matched_usd: Array
    """(R,) US dollars that buyers abroad invested in the United States last quarter, as licenses ask."""
    won: Array
    """The part of it that a partner's own rules on models have brought to its providers."""
    spending: Array
    """US dollars paid for chips and rented compute in the last quarter."""
    executed: Array
    """Share of the money of the last quarter that could be placed."""
    backlog: Array
    """Chips on order outside China, H100e."""
    backlog_usd: Array
    """What is to be paid for chips on order, US dollars."""
    on_top: Array
    """(3, A, R) the parts of what is to be paid that tariffs, matched investment and revenue shares are, US dollars."""
    delivered: Array
    """Chips delivered in the last quarter, H100e."""
    own_train: Array
    """Chips owned, H100e in training."""
    own_decode: Array
    """Chips owned, H100e in decoding."""
    used_train: Array
    """Compute used, H100e in training."""
    used_decode: Array
    """Compute used, H100e in decoding."""
    running: Array
    """Share of owned chips that run."""
    power: Array
    """Power for AI chips, MW."""
    power_growth: Array
    """Yearly additions of power against the last in the data, a factor."""
    power_added: Array
    """Power for AI chips added in the last quarter, MW."""
    power_need: Array
    """Power that owned chips needed in the last quarter, MW."""
    ai_share: Array
    """Share of new data-center power that serves AI chips."""
    efficiency: Array
    """Algorithmic efficiency, orders of magnitude against January 2024; may be negative."""
    latent: Array
    """Points of scale of the best released model; may be negative."""
    eci: Array
    """Capability of the best released model, ECI points."""
    frontier_shock: Array
    """Unexplained swing of the frontier, ECI points."""
    largest_run: Array
    """log10 FLOP of the largest training run so far."""
    found_out: Array
    """(R,) 1 where cheating on an agreement has been found out, and nobody keeps it any more."""
    agreed_run: Array
    """log10 FLOP up to which a verified agreement lets the largest run grow; infinite without one."""
    rl_value: Array
    """Points of capability that a tenfold of reinforcement learning adds."""

    # --- chips --------------------------------------------------------------------------------------------------------
    chips: Array
    """(A, K, R) chips owned."""
    deliveries: list[Delivery]
    """Deliveries of the last 22 quarters: what was delivered 22 quarters ago retires next."""
    supply_level: Array
    """(R,) US-designed production, H100e a quarter."""
    outage: Array
    """(R,) quarters that a chance disruption of Taiwan still lasts."""
    coming: list[Array]
    """(R,) each: growth of capacity that is ordered, in logs, by the quarter in which it makes its first chips."""
    order_price: Array
    """(R,) US dollars per H100e, for the next quarter's orders."""
    cost: Array
    """(R,) US dollars that an H100e costs to make."""
    demand: Array
    """(R,) H100e a quarter that executed orders would buy at a normal margin."""
    demand_growth: Array
    """(R,) trend of it, a year, in logs; may be negative."""
    china_price: Array
    """(R,) internal price of usable compute in China, US dollars per H100e of the world's chips."""
    ahead_of_sales: Array
    """(R,) money that buyers outside China order for, against what they pay, smoothed; while the record lasts."""
    on_order: Array
    """(K, R) licensed chips that China has ordered and not received."""
    let_in: Array
    """(K, R) share of orders that licenses and Beijing let through last quarter."""
    domestic: Capacity
    """Chinese fabs, memory and stockpiles."""
    network: Array
    """(A, R) capacity of smuggling networks by the country they lead through, share of supply outside China."""
    rented: Array
    """(A, R) compute that China rents, by the country that hosts it, H100e in training."""
    rent: Array
    """(R,) what Chinese chips earn above their cost, smoothed, in logs; may be negative."""
    legal_total: Array
    """(K, R) chips that China has imported legally since the start."""
    variant_wait: Array
    """(R,) quarters since a variant for China became worth designing."""

    # --- what planners see, (blocs, R): the United States, China, everybody else ------------------------------------
    power_use: Array
    """Power that chips owned and on order need, against what there will be when they come."""
    from_experiments: Array
    """Efficiency that an e-fold of experiments adds in a quarter, orders of magnitude."""
    from_people: Array
    """The same of an e-fold of researchers."""
    bloc_revenue: Array
    """US dollars a year from AI."""
    revenue_growth: Array
    """Trend of it, a year, in logs; may be negative."""
    run_edge: tuple[Array, Array, Array, Array, Array]
    """At the edge of the data: the share in the largest run and compute, (A, R), price and AI revenue, (3, R), and
    money for chips, (A, R)."""
    plan_edge: tuple[Array, Array, Array, Array]
    """Revenue, its growth, the return on chips and the share spent on them, at the edge of the data."""

    edge: AtEdge
    """What was divided at the edge of the data, and what each use was worth then."""

    # --- knowledge ----------------------------------------------------------------------------------------------------
    public: PublicInfo
    """What everybody saw of the last quarter."""
    fleets: list[tuple[Array, Array]]
    """(A, R) compute in training and decoding of the last quarters, oldest first: runs take time."""
    run_price: Array
    """(A, R) what an H100e cost when the largest run came out, US dollars."""
    first_possible: Array
    """(A, R) log10 FLOP of the run that the first quarter's compute allows."""
    best_efficiency: Array
    """(3, T + 1, R) best efficiency of the United States, China and all others by quarter."""
    best_rl: Array
    """(3, T, R) points that reinforcement learning gives them by quarter, the most among others."""
    slowdown_start: Array
    """(R,) log10 effective compute from which a scaling slowdown counts; infinite without one."""

    # --- the tie to the record ----------------------------------------------------------------------------------------
    offset: Array
    """(R,) added to points of scale while the data last."""
    offsets: Array
    """(data quarters, R) the same by quarter."""
    points_history: Array
    """(data quarters, A, R) points of scale by quarter."""
    anchor: Anchor | None
    """What ties points to the record after the data; None before their edge, but for a counterfactual history."""

    def hub_policing(self, part: Array) -> Array:
        """(R,) how hard hubs look for diverted chips, by each one's part of the transit; 0 without hubs."""
        return np.asarray((part[:, None] * self.policing).sum(axis=0))

    def amounts(self) -> Iterator[tuple[str, Array]]:
        """Name and value of every array that is an amount or a share and so cannot be negative."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray) and field.name not in SIGNED:
                yield field.name, value
        yield from ((f"domestic {name}", np.asarray(value)) for name, value in vars(self.domestic).items())


SIGNED = frozenset({
    "efficiency", "latent", "eci", "frontier_shock", "rl_value", "largest_run", "first_possible", "agreed_run",
    "demand_growth", "revenue_growth", "rent", "moved",
    "best_efficiency", "best_rl", "slowdown_start", "offset", "offsets", "points_history",
})  # fmt: skip
"""Fields of the state that may be negative or infinite; all others are amounts or shares."""


@dataclass(slots=True, init=False)
class Quarter:
    """What phases of one quarter hand on to each other; made new each quarter, and gone with it.

    A field that no phase has written yet cannot be read.
    """

    # --- rules, trends and events -------------------------------------------------------------------------------------
    approval: Array
    """(K,) share of China's orders that may go."""
    cap_share: Array
    """(K,) largest volume for China as a share of the same product's sales elsewhere."""
    cap_units: Array
    """(K,) largest volume for China, chips."""
    price_share: Array
    """(K,) tariff or revenue share on top of China's price."""
    stockpiling: float
    """How much of what China may buy is about to be taken away, 0 to 1."""
    since: float
    """Years after the data."""
    cost_fall: Array
    """(R,) yearly fall of cost per H100e, in logs."""
    list_price: Array
    """(R,) US dollars per H100e."""
    tools: Array
    """(R,) effective controls on chip tools, 0 to 1 and above where allies go further."""
    memory_control: Array | float
    """Controls on high-bandwidth memory, 0 to 1."""
    offshore_closed: Array | float
    """Share of Chinese use of chips abroad that the rules stop."""
    strain: Array | float
    """Controls on chip tools against those of 2026: what allies' sales suffer by."""
    allies_parted: bool
    """Whether an event has parted the allies from the United States."""
    efficiency_gain: float
    """Orders of magnitude that an event adds to China's efficiency."""
    breakthrough: float
    """Size of a breakthrough of Chinese fabs so far."""
    fab_boost: float
    """Growth of Chinese capacity by a breakthrough, a factor."""
    slowdown: float
    """Share by which points per tenfold compute have fallen."""
    rl_ceiling: float
    """Share of the ceiling of reinforcement learning that is left."""
    taiwan: float
    """Share of US-designed production that an event takes."""
    mineral_controls: float
    """How far China keeps back minerals, 0 to 1."""
    minerals: float
    """Share of US-designed production that lacks them."""
    memory_shock: float
    """Change of Chinese memory by an event, a share."""
    agreement: Event | None
    """The verified agreement in force."""
    kappa_train: Array
    """(K, R) H100 equivalents of a chip in training."""
    kappa_decode: Array
    """(K, R) H100 equivalents of a chip in decoding."""

    # --- decisions ----------------------------------------------------------------------------------------------------
    recorded_money: Array
    """(A, 4, R) US dollars for AI by use, by the record; while the data last."""
    worth: Worth
    """What uses of money, compute and people are worth to the three blocs."""
    chip_return: Array
    """(blocs, R) yearly revenue over the worth of the compute that earns it, against that at the edge of the data."""
    cost: Array
    """(R,) US dollars that an H100e costs to make this quarter."""
    margin: Array
    """(R,) price of a chip over its cost, last quarter."""
    public_items: dict[str, dict[int, Array]]
    """What governments pay, by item: row of the actor → (R,) US dollars."""
    public_costs: Array
    """(A, R) US dollars that a government pays for controls and their enforcement."""
    effort: Array
    """(A, 1 or R) spending of allies against the trend, a factor set by policy."""
    usual_use: Array
    """(A, 4, R) usual shares of money by use: those at the edge of the data, but for what policy asks to be spent."""
    run_share: Array
    """(A, R) share of compute that money and the fleet give the largest run, policy apart; after the data."""
    stakes: Stakes
    """What everybody can see of the market, at the turn of a year."""
    licenses: tuple[Array, Array]
    """(R,) licensing and permission that the United States and China would set, at the turn of a year."""
    permission_recorded: float
    """Share that Beijing let in by its dated rules; NaN after them."""
    prospects: Array
    """(A, R) money for chips that revenue carries, against that of the last quarter of data."""

    # --- offer --------------------------------------------------------------------------------------------------------
    capacity: Array
    """(K, R) capacity of each main class, H100e."""
    made_to_order: Array
    """(R,) capacity of merchant classes, H100e."""
    imported_memory: Array | float
    """Memory that Chinese makers import, thousand 910C equivalents."""
    chinese_output: Array
    """(R,) what Chinese fabs make, thousand 910C equivalents."""

    # --- trade --------------------------------------------------------------------------------------------------------
    leeway: Leeway
    """What licensing makes of the rules as they are written."""
    licensed: Array
    """(R,) share of a frontier chip's use that the best chip under license has, by the rules as they are written."""
    permitted: Array
    """(R,) share of what the US allows that Beijing lets in, its dated rules included."""
    blocked: Array
    """(R,) share of the usable value of a frontier chip that the best legal chip lacks."""
    mix: Array
    """(K,) merchant supply by class, shares."""
    premium: Array
    """(R,) internal price of compute in China over the list price, less 1."""
    caught: Array
    """(R,) share of attempted diversion that is seized."""
    priced_out: Array
    """(R,) share of China's money that the price of usable compute kept from being spent."""
    die: Array
    """(K,) capacity that one licensed chip takes, H100e."""
    ordered: Array
    """(K, R) licensed chips that China orders."""
    bought: Array
    """(K, R) chips that reach China legally and from its own fabs."""
    arrived: Array
    """(routes, R) diverted compute that arrives in China, by route, H100e."""
    newly_rented: Array
    """(R,) compute abroad that China newly rents, H100e."""
    hit: Array
    """(R,) share of US-designed production that a disruption takes."""
    licensed_usd: Array
    """(R,) US dollars that China pays for licensed chips that come."""
    allowed: Array
    """(A, 1) share of the lines that a buyer outside China may order from."""
    cover: Array
    """(R,) chips on order in quarters of production, with this quarter's orders."""
    placed: Array
    """(A, R) US dollars placed this quarter: orders, and what is bought on the spot."""
    refunded: Array
    """(A, R) US dollars of orders that a rule has ended."""
    premium_usd: Array
    """(R,) US dollars that China pays above the list price of the same compute."""
    legal_by_class: Array
    """(US classes, R) chips that China imports legally, by class."""
    legal_chips: Array
    """(R,) chips that China imports legally."""
    exported: Array | None
    """(A, R) Chinese chips that partners buy, thousand 910C equivalents; None where nobody asks for them."""
    export_usd: Array
    """(A, R) US dollars that they pay for them, where somebody does."""
    levies: Array | None
    """(A,) levies on the making of US-designed chips, as a share of their cost; None where there is none."""
    on_top_paid: Array
    """(3, A, R) the same of what is paid this quarter."""
    made_chinese: Array
    """(Chinese classes, R) chips that Chinese fabs make."""
    flows: Array
    """(channels, R) China's new compute by channel, H100e."""
    diverted: Array
    """(R,) diverted compute against merchant capacity."""
    seized_h100e: Array
    """(R,) chips seized, H100e."""
    made_h100e: Array
    """(R,) US-designed chips made, H100e."""
    delivery: Delivery
    """What reaches owners."""
    ledger: dict[str, Array]
    """(K, R) chips made, delivered, diverted and seized, where the ledger is kept."""

    # --- build --------------------------------------------------------------------------------------------------------
    stock_h100e: Array
    """(A, R) chips owned, H100e."""
    retired_h100e: Array
    """(A, R) chips that retire, H100e, where it is kept."""
    power_used: Array
    """(A, R) power used by territory, MW."""
    retired: Array
    """(K, R) chips that retire, where the ledger is kept."""
    retired_china: Array
    """(K, R) the same of China alone."""

    # --- people -------------------------------------------------------------------------------------------------------
    accounts: Array
    """(accounts, R) US dollars of the quarter by actor and item, where they are kept."""
    talent_usd: Array
    """(R,) US dollars that China pays to hold or win talent."""

    # --- research, training, feedback ---------------------------------------------------------------------------------
    open_to: Array
    """(3, 1 or R) how openly the ideas of the United States, China and all others stand, a factor on diffusion."""
    possible_run: Array
    """(A, R) log10 FLOP of the largest run that compute allows."""
    rl_gain: Array
    """(A, R) points from reinforcement learning."""
    follower_terms: list[Array]
    """(2, R) each: engineering, synthetic data and distillation, orders of magnitude."""
    with_us: Array
    """(A, R) 1 where an actor counts with the United States."""
    governance: Array
    """(indices, R) governance indices."""
    served_by: Served
    """Shares of the use of AI in each country by whose models serve it, where they are kept."""


def written(record: Any) -> dict[str, Any]:
    """The fields of a state or quarter that have a value."""
    return {f.name: getattr(record, f.name) for f in fields(record) if hasattr(record, f.name)}
