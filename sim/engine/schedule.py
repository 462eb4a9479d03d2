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
        reads=_fields("alignment network"),
        writes=_fields(
            "agreement alignment allies_parted approval breakthrough cap_share cap_units "
            "china_spending_growth efficiency_gain fab_boost kappa_decode kappa_train list_price "
            "memory_control memory_shock network offshore_closed price_share rl_ceiling slowdown "
            "spending_growth stockpiling taiwan tools"
        ),
    ),
    Phase(
        "observe and decide", decide.run, "every actor sees last quarter's public information and decides",
        reads=_fields(
            "alignment allies_parted china_spending_growth concentration enforcement experiments hoard "
            "list_price permission policing pretraining public push reinforcement revenue revenue_base "
            "rl_value safety serving spending spending_growth stockpiling strictness supply_level "
            "trend_spending used_train variant_wait"
        ),
        writes=_fields(
            "alignment concentration effort enforcement experiments hoard permission policing pretraining "
            "push recorded_spending reinforcement revenue_base safety serving spending strictness "
            "trend_spending variant_wait"
        ),
    ),
    Phase(
        "offer", offer.run, "what can be made, by the designer and by Chinese fabs",
        reads=_fields("domestic fab_boost inventory memory_control memory_shock outage push supply_level taiwan tools"),
        writes=_fields("capacity chinese_output domestic made_to_order outage supply_level"),
    ),
    Phase(
        "trade", trade.run, "licenses, quotas, permission, diversion, rental; the ledger balances",
        reads=_fields(
            "approval breakthrough cap_share cap_units capacity chinese_output chips enforcement inventory "
            "kappa_decode kappa_train legal_total list_price made_to_order network offshore_closed own_train "
            "permission policing power power_added power_need price_share public rented spending strictness "
            "unsold_chinese variant_wait"
        ),
        writes=_fields(
            "arrived blocked bought caught delivery dies diverted flows inventory ledger legal_chips "
            "legal_total made_chinese made_h100e mix network newly_rented permitted premium seized_h100e "
            "unmet unsold_chinese"
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
        reads=_fields("eci efficiency efficiency_gain experiments leader_efficiency used_train"),
        writes=_fields("efficiency leader_efficiency open_to"),
    ),
    Phase(
        "train", train.run, "the largest run becomes a model when the release clock says so",
        reads=_fields(
            "agreed_run agreement alignment anchor concentration eci efficiency fleets frontier_shock "
            "largest_run latent leader_rl offset offsets open_to points_history pretraining public "
            "reinforcement rl_ceiling serving slowdown slowdown_start used_decode used_train"
        ),
        writes=_fields(
            "agreed_run anchor eci first_possible fleets follower_terms frontier_shock largest_run latent "
            "leader_rl offset offsets points_history possible_run rl_gain rl_value slowdown_start"
        ),
    ),
    Phase(
        "feedback", feedback.run, "revenue, and what everybody sees next quarter",
        reads=_fields("alignment blocked diverted eci premium safety serving unmet used_decode used_train"),
        writes=_fields("governance public revenue with_us"),
    ),
)  # fmt: skip
"""The schedule of one quarter, in order; at its end `record` keeps what was asked for."""
