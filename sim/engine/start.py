"""The state before the first quarter: what actors had in autumn 2022."""

from __future__ import annotations

import numpy as np

from agents.compute import BASE_SAFETY
from agents.licensing import AS_WRITTEN
from agents.protocols import AtEdge, PublicInfo
from agents.rows import CHINA, US
from agents.superpower import LIMITS_TODAY
from scenarios.uses import MONEY, PEOPLE
from sim.engine.anchor import Anchor
from sim.engine.context import Constants
from sim.engine.inputs import Inputs
from sim.engine.state import ON_TOP, State
from sim.ensemble.draws import Draws
from sim.ensemble.rng import Array
from sim.equations import market
from sim.equations.chips import CLASSES
from sim.equations.domestic import Capacity
from sim.equations.trade import CHANNELS

RL_TRACE = 0.0006
"""Share of compute for reinforcement learning at the start: the axis was known, not used; judgment."""
FIRST_POLICING = 0.15
"""How hard hubs looked for diverted chips in 2022; judgment."""
FIRST_PUSH = 0.5
"""China's domestic push in 2022; judgment."""
REFERENCE_YEARS = 1.25
"""Years of reference growth by which efficiency lies below that of January 2024 at the start."""
BEHIND_AT_FIRST = 0.5
"""Orders of magnitude of efficiency by which everybody else starts behind the United States; judgment."""
EARLY_MEMORY = 60.0
"""Memory in stock beside the recorded stockpile, thousand 910C equivalents; judgment."""
GAP_AT_FIRST = 10.0
"""ECI points between frontiers that actors see before the first quarter; judgment."""


def first(inputs: Inputs, p: Draws, constants: Constants, factual: Anchor | None) -> State:
    """The state before the first quarter.

    Args:
        inputs: data and settings of the scenario.
        p: parameter values of the members.
        constants: what no quarter changes.
        factual: the anchor of the recorded history, where this one goes otherwise.
    """
    i, runs, actors, classes = inputs, p.points_per_oom.size, len(inputs.actors), len(CLASSES)

    def table(value: float | Array = 0.0) -> Array:
        return np.zeros((actors, runs)) + value

    def row(actor: int, value: float) -> Array:
        made = table()
        made[actor] = value
        return made

    ones = np.ones(runs)
    backlog = constants.order_share * (i.supply[0] * p.supply_scale * p.order_backlog)
    coming = [np.log(p.supply_growth) / 4 - market.technology(p, 0.0) / 4] * market.ORDER_QUARTERS
    chips = np.zeros((actors, classes, runs))
    chips[:, CLASSES.index("A100")] = constants.initial
    policing = table()
    policing[i.rows_of("hub")] = FIRST_POLICING
    stock = i.column("stock_2022q3_h100e")[:, None]
    behind = np.where(np.arange(actors) == US, 0.0, BEHIND_AT_FIRST)[:, None]
    largest = i.first_run[:, None] * ones
    return State(
        plan=table(), target=table(), wish=table(), base_plan=table(), budget=table(), money=table(), wished=table(),
        money_use=np.zeros((actors, len(MONEY), runs)),
        people_use=np.zeros((actors, len(PEOPLE), runs)), idle=table(),
        trained=table(), people=table(), pay=table(), recruited=ones.copy(), moved=0.0 * ones,
        power_use=np.ones((3, runs)), from_experiments=np.zeros((3, runs)), from_people=np.zeros((3, runs)),
        mix=np.zeros((actors, 3, runs)),
        early=table(), spending=table(),
        executed=table(1.0), backlog=backlog, backlog_usd=backlog * i.list_price[0], delivered=table(),
        serving=table(), experiments=table(), pretraining=table(), reinforcement=table(RL_TRACE * (1 - BASE_SAFETY)),
        reinforcement_asked=table(RL_TRACE * (1 - BASE_SAFETY)), safety_asked=table(BASE_SAFETY), spread=table(),
        safety=table(BASE_SAFETY), concentration=table(),
        alignment=table(i.column("alignment_2022")[:, None]), policing=policing,
        licensing=row(US, AS_WRITTEN), model_access=row(US, LIMITS_TODAY), politics={},
        enforcement=row(US, 1.0), permission=row(CHINA, 1.0), hoard=table(), push=row(CHINA, FIRST_PUSH),
        revenue=table(), won=table(), matched_usd=np.zeros(runs),
        on_top=np.zeros((len(ON_TOP), actors, runs)), abroad=np.zeros((2, runs)), found_out=np.zeros(runs),
        own_train=table(), own_decode=table(), used_train=table(stock),
        used_decode=table(stock), running=table(1.0), power=table(i.column("ai_power_mw_2022")[:, None]),
        power_growth=table(), power_added=table(), power_need=table(), ai_share=table(),
        efficiency=table() - p.algorithm_growth * REFERENCE_YEARS - behind, latent=table(), eci=table(),
        frontier_shock=table(), largest_run=largest, agreed_run=table(np.inf), rl_value=table(), chips=chips,
        deliveries=[], supply_level=i.supply[0] * p.supply_scale, outage=np.zeros(runs),
        coming=coming, order_price=i.list_price[0] * ones, cost=market.COST_SHARE * i.list_price[0] * ones,
        demand=i.supply[0] * p.supply_scale, demand_growth=0.0 * ones, china_price=i.list_price[0] * ones,
        ahead_of_sales=ones.copy(), on_order=np.zeros((classes, runs)), let_in=np.zeros((classes, runs)),
        rent=0.0 * ones, bloc_revenue=np.zeros((3, runs)),
        revenue_growth=np.zeros((3, runs)), plan_edge=(np.ones((3, runs)),) * 4, clustered=table(),
        run_edge=(table(), table(), np.ones((3, runs)), np.ones((3, runs)), table()), edge=_nothing_yet(actors, runs),
        domestic=_fabs(i, p),
        network=i.routes[:, None] * p.network_first, rented=table(), legal_total=np.zeros((classes, runs)),
        variant_wait=np.zeros(runs),
        public=PublicInfo(
            rival_gap=table(GAP_AT_FIRST), lead=GAP_AT_FIRST * ones, blocked=0.0 * ones,
            priced_out=0.0 * ones, premium=0.0 * ones, diverted=0.0 * ones, cover=ones.copy(),
            flows=np.zeros((len(CHANNELS), runs)), licensed=0.0 * ones, distilled=0.0 * ones, enforcement=ones.copy(),
        ),
        fleets=[], first_possible=largest, run_price=table(i.list_price[0]),
        best_efficiency=np.zeros((3, i.steps + 1, runs)), best_rl=np.zeros((3, i.steps, runs)),
        slowdown_start=np.full(runs, np.inf), offset=np.zeros(runs),
        offsets=np.zeros((i.data_steps, runs)), points_history=np.zeros((i.data_steps, actors, runs)), anchor=factual,
    )  # fmt: skip


def _nothing_yet(actors: int, runs: int) -> AtEdge:
    """What the edge of the data will be held against, before it is reached."""
    table, bloc, single = np.ones((actors, runs)), np.ones((3, runs)), np.ones(runs)
    return AtEdge(
        money_use=np.ones((actors, len(MONEY), runs)), race=bloc, revenue=bloc, power_use=bloc,
        from_experiments=bloc, from_people=bloc, pay=table, people=table, safety=table, public=0 * table, cover=single,
        margin=single,
    )  # fmt: skip


def _fabs(i: Inputs, p: Draws) -> Capacity:
    ones = np.ones(p.points_per_oom.size)
    return Capacity(
        logic=i.domestic["logic_capacity"][0] * ones, memory=i.domestic["hbm_capacity"][0] * ones,
        assembly=i.domestic["ascend_units"][0] * ones, die_bank=i.domestic_stock("die_bank") * p.domestic_scale,
        memory_stock=(i.domestic_stock("hbm_stockpile") + EARLY_MEMORY) * p.domestic_scale,
    )  # fmt: skip
