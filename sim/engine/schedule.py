"""The order of events in a quarter: one readable list, with the fields that each phase reads and writes.

The names are fields of `State` and `Quarter`. A test records what every phase touches and checks these lists; section 3
of docs/ODD.md is generated from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.engine.context import Context
from sim.engine.phases import account, build, decide, feedback, offer, people, research, rules, trade, train
from sim.engine.state import Quarter, State


@dataclass(frozen=True)
class Phase:
    """One step of a quarter."""

    name: str
    run: Callable[[Context, State, Quarter], None]
    does: str
    """One line for the schedule."""
    reads: frozenset[str]
    """Fields that it reads, of the state or of the quarter."""
    writes: frozenset[str]
    """Fields that it writes, in place or as a new array."""


def _fields(text: str) -> frozenset[str]:
    return frozenset(text.split())


PHASES: tuple[Phase, ...] = (
    Phase(
        "rules", rules.run, "the dated regime in force, and the scenario's levers and events",
        reads=_fields("alignment network order_price"),
        writes=_fields(
            "agreement alignment allies_parted approval breakthrough cap_share cap_units cost_fall "
            "efficiency_gain fab_boost kappa_decode kappa_train list_price memory_control memory_shock "
            "mineral_controls minerals network offshore_closed price_share rl_ceiling since slowdown "
            "stockpiling strain taiwan tools"
        ),
    ),
    Phase(
        "observe and decide", decide.run, "every actor sees last quarter's public information and decides",
        reads=_fields(
            "ahead_of_sales alignment allies_parted backlog base_plan bloc_revenue budget china_price clustered "
            "concentration delivered early edge enforcement executed experiments from_experiments from_people hoard "
            "idle licensing list_price matched_usd memory_control mineral_controls model_access money money_use "
            "network on_order order_price people_use permission plan plan_edge policing politics power power_added "
            "power_need power_use pretraining public push reinforcement reinforcement_asked revenue revenue_growth "
            "rl_value run_edge safety safety_asked serving since spread stockpiling strain supply_level "
            "target tools used_train variant_wait wish won"
        ),
        writes=_fields(
            "alignment base_plan budget chip_return clustered concentration cost early effort enforcement experiments "
            "hoard idle levies licenses licensing margin mix model_access money money_use people_use "
            "permission permission_recorded plan policing pretraining prospects public_costs public_items push "
            "recorded_money reinforcement reinforcement_asked run_share safety safety_asked serving spread stakes "
            "target usual_use variant_wait wish wished worth"
        ),
    ),
    Phase(
        "offer", offer.run, "the designer and Chinese fabs set what they can make",
        reads=_fields(
            "budget coming cost_fall domestic edge fab_boost memory_control memory_shock minerals money_use "
            "outage plan rent supply_level taiwan tools"
        ),
        writes=_fields("capacity chinese_output coming domestic hit imported_memory made_to_order outage supply_level"),
    ),
    Phase(
        "trade", trade.run, "licenses, quotas, import approvals, diversion and rental decide who gets chips; the "
        "ledger balances",
        reads=_fields(
            "ahead_of_sales approval backlog backlog_usd breakthrough budget cap_share cap_units capacity china_price "
            "chinese_output chips coming cost_fall delivered demand demand_growth early edge enforcement executed hit "
            "hoard kappa_decode kappa_train legal_total let_in levies licensing list_price made_to_order money "
            "money_use network offshore_closed on_order on_top own_train permission plan policing power power_added "
            "power_need price_share rent rented spending supply_level variant_wait wished"
        ),
        writes=_fields(
            "ahead_of_sales allowed arrived backlog backlog_usd blocked bought caught china_price coming cost cover "
            "delivered delivery demand demand_growth die diverted executed export_usd exported flows hoard ledger "
            "leeway legal_by_class legal_chips legal_total let_in licensed licensed_usd made_chinese made_h100e "
            "matched_usd mix network newly_rented on_order on_top on_top_paid order_price ordered permitted placed "
            "power_use premium premium_usd priced_out refunded rent seized_h100e spending wished"
        ),
    ),
    Phase(
        "build", build.run, "chips join stocks and retire; they run if there is power",
        reads=_fields(
            "ai_share breakthrough budget chips deliveries delivery kappa_decode kappa_train legal_total money_use "
            "newly_rented offshore_closed own_decode own_train power power_growth power_need rented running "
            "used_decode used_train"
        ),
        writes=_fields(
            "ai_share chips deliveries own_decode own_train power power_added power_growth power_need "
            "power_used rented retired retired_china retired_h100e running stock_h100e used_decode used_train"
        ),
    ),
    Phase(
        "people", people.run, "actors train, hire and win over people as far as their budgets go",
        reads=_fields("budget edge money_use moved pay people recruited since trained"),
        writes=_fields("moved pay people recruited talent_usd trained"),
    ),
    Phase(
        "research", research.run, "algorithmic efficiency grows and diffuses",
        reads=_fields("best_efficiency eci efficiency efficiency_gain experiments people people_use used_train"),
        writes=_fields("best_efficiency efficiency from_experiments from_people open_to"),
    ),
    Phase(
        "train", train.run, "the largest run becomes a model when the release clock says so",
        reads=_fields(
            "agreed_run agreement alignment anchor best_rl china_price concentration eci efficiency fleets found_out "
            "frontier_shock largest_run latent list_price model_access offset offsets open_to points_history "
            "pretraining reinforcement rl_ceiling run_price serving slowdown slowdown_start used_decode used_train"
        ),
        writes=_fields(
            "agreed_run anchor best_rl eci first_possible fleets follower_terms found_out frontier_shock largest_run "
            "latent offset offsets points_history possible_run rl_gain rl_value run_price slowdown_start"
        ),
    ),
    Phase(
        "feedback", feedback.run, "AI earns revenue, and information for next quarter is published",
        reads=_fields(
            "abroad alignment backlog bloc_revenue blocked budget china_price clustered cost cover delivered diverted "
            "eci edge enforcement flows follower_terms from_experiments from_people licensed licensing list_price "
            "memory_control model_access money money_use network on_order order_price pay people people_use permission "
            "policing power power_added power_need power_use premium priced_out public public_costs push "
            "recorded_money revenue revenue_growth safety serving since supply_level tools used_decode used_train won"
        ),
        writes=_fields(
            "abroad bloc_revenue edge governance plan_edge politics public revenue revenue_growth run_edge served_by "
            "with_us won"
        ),
    ),
    Phase(
        "account", account.run, "the books record what each actor earned, paid and gave up",
        reads=_fields(
            "abroad arrived budget capacity caught china_price cost delivered die export_usd exported hit idle "
            "imported_memory legal_by_class levies licensed_usd list_price made_to_order memory_control "
            "minerals model_access money_use newly_rented on_top_paid pay people people_use premium_usd price_share "
            "public_items rented revenue safety serving spending supply_level talent_usd tools used_train"
        ),
        writes=_fields("accounts"),
    ),
)  # fmt: skip
"""The schedule of one quarter, in order; at its end `record` keeps what was asked for."""
