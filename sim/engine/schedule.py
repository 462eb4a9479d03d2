"""The order of a quarter: one readable list, with what each phase reads and writes.

The names are fields of `State` and `Quarter`. A test records what every phase touches and holds these lists true, and
section 3 of docs/ODD.md is made from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.engine.context import Context
from sim.engine.phases import build, decide, feedback, offer, research, rules, trade, train
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
    """Fields that it writes, in place or anew."""


def _fields(text: str) -> frozenset[str]:
    return frozenset(text.split())


PHASES: tuple[Phase, ...] = (
    Phase(
        "rules", rules.run, "the dated regime in force, and the scenario's levers and events",
        reads=_fields("alignment network order_price"),
        writes=_fields(
            "agreement alignment allies_parted approval breakthrough cap_share cap_units cost_fall "
            "efficiency_gain fab_boost kappa_decode kappa_train list_price memory_control memory_shock "
            "network offshore_closed price_share rl_ceiling since slowdown stockpiling taiwan tools"
        ),
    ),
    Phase(
        "observe and decide", decide.run, "every actor sees last quarter's public information and decides",
        reads=_fields(
            "ahead_of_sales alignment allies_parted base_plan bloc_revenue china_price clustered "
            "concentration early enforcement executed experiments hoard list_price money permission plan "
            "plan_edge policing pretraining public push reinforcement revenue_growth rl_value run_edge safety "
            "serving since stockpiling strictness supply_level target used_train variant_wait wish"
        ),
        writes=_fields(
            "alignment base_plan clustered concentration early effort enforcement experiments hoard money "
            "permission plan policing policing_set pretraining prospects push recorded_spending reinforcement "
            "run_share safety serving strictness target variant_wait wish wished"
        ),
    ),
    Phase(
        "offer", offer.run, "what can be made, by the designer and by Chinese fabs",
        reads=_fields(
            "coming cost_fall domestic fab_boost memory_control memory_shock outage push rent supply_level "
            "taiwan tools"
        ),
        writes=_fields("capacity chinese_output coming domestic hit made_to_order outage supply_level"),
    ),
    Phase(
        "trade", trade.run, "licenses, quotas, permission, diversion, rental; the ledger balances",
        reads=_fields(
            "ahead_of_sales approval backlog backlog_usd breakthrough cap_share cap_units capacity "
            "china_price chinese_output chips coming cost cost_fall delivered demand demand_growth early "
            "enforcement executed hit hoard kappa_decode kappa_train legal_total let_in list_price "
            "made_to_order money network offshore_closed on_order own_train permission policing power "
            "power_added power_need price_share rent rented spending strictness supply_level variant_wait "
            "wished"
        ),
        writes=_fields(
            "ahead_of_sales allowed arrived backlog backlog_usd blocked bought caught china_price coming cost "
            "cover delivered delivery demand demand_growth die diverted executed flows hoard ledger "
            "legal_chips legal_total let_in licensed_usd made_chinese made_h100e mix network newly_rented "
            "on_order order_price ordered permitted placed premium premium_usd priced_out refunded rent "
            "seized_h100e spending wished"
        ),
    ),
    Phase(
        "build", build.run, "chips join stocks and retire; they run where there is power",
        reads=_fields(
            "ai_share breakthrough chips deliveries delivery kappa_decode kappa_train newly_rented "
            "offshore_closed own_decode own_train power power_growth power_need rented running used_decode "
            "used_train"
        ),
        writes=_fields(
            "ai_share chips deliveries own_decode own_train power power_added power_growth power_need "
            "power_used rented retired retired_china running stock_h100e used_decode used_train"
        ),
    ),
    Phase(
        "research", research.run, "algorithmic efficiency grows and diffuses",
        reads=_fields("best_efficiency eci efficiency efficiency_gain experiments used_train"),
        writes=_fields("best_efficiency efficiency open_to"),
    ),
    Phase(
        "train", train.run, "the largest run becomes a model when the release clock says so",
        reads=_fields(
            "agreed_run agreement alignment anchor best_rl china_price concentration eci efficiency fleets "
            "frontier_shock largest_run latent list_price offset offsets open_to points_history pretraining "
            "reinforcement rl_ceiling run_price serving slowdown slowdown_start used_decode used_train"
        ),
        writes=_fields(
            "agreed_run anchor best_rl eci first_possible fleets follower_terms frontier_shock largest_run "
            "latent offset offsets points_history possible_run rl_gain rl_value run_price slowdown_start"
        ),
    ),
    Phase(
        "feedback", feedback.run, "revenue, and what everybody sees next quarter",
        reads=_fields(
            "alignment bloc_revenue blocked china_price clustered diverted eci list_price order_price premium "
            "priced_out recorded_spending revenue revenue_growth safety serving used_decode used_train"
        ),
        writes=_fields("bloc_revenue governance plan_edge public revenue revenue_growth run_edge with_us"),
    ),
)  # fmt: skip
"""The schedule of one quarter, in order; at its end `record` keeps what was asked for."""
