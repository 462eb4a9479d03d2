"""What a run is worth to an actor by its values, in billions of US dollars a year at the stakes of 2026.

The same values by which actors choose, read from the accounts of a run, and the recorded politics of what it decides.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.choice import MENUS
from agents.stakes import TO_THE_NATION, Wants
from scenarios.values import VALUES, Weights, weights_of
from sim.ensemble.rng import Array
from sim.equations.costs import INVESTMENT, ITEMS
from sim.results.costs import ACCOUNT
from sim.results.run import Run

PARTS = (*VALUES, "politics")
"""What a payoff adds up: the four values, and recorded politics."""
NOT_A_COST = frozenset(INVESTMENT) - {"fabs"}
"""Money that buys something; money for fabs is what a push costs."""


def payoff(run: Run, actor: str, values: str | Weights, politics: Mapping[str, Array] | None = None) -> Array:
    """Mean worth of the years after the data to an actor, (runs,), billions of US dollars a year.

    Args:
        run: a run that keeps its accounts.
        actor: `united_states` or `china`.
        values: a profile, or weights.
        politics: decision (`actor.decision`) → (runs,) slope of its menu, billions of dollars a year; by default none.
    """
    weights = values if isinstance(values, Weights) else weights_of(values)
    return weighted(parts(run, actor, politics), weights)


def weighted(found: Array, weights: Weights, politics: bool = True) -> Array:
    """Worth by weights, from what each value counts: (…, runs) of (…, parts, runs).

    Args:
        found: parts in the order of `PARTS`, on the axis before the last.
        weights: on the four values.
        politics: whether recorded politics count too.
    """
    each = np.array([float(weight) for weight in weights] + [float(politics)])
    return np.asarray((found * each[:, None]).sum(axis=-2))


def parts(run: Run, actor: str, politics: Mapping[str, Array] | None = None) -> Array:
    """What each value counts at a weight of 1, and recorded politics beside them: (parts, runs), as in `PARTS`.

    Args:
        run: a run that keeps its accounts and decisions.
        actor: `united_states` or `china`.
        politics: as for `payoff`.
    """
    side, month = (1.0, "us_month_value") if actor == "united_states" else (-1.0, "china_month_value")
    alone = [Wants(Weights(*one), run.parameters[month], side) for one in ((1, 0, 0, 0), (0, 0, 1, 0))]
    found = []
    for year in range(int(run.spec.rules_known[:4]) + 1, run.until + 1):
        t = run.step(year)
        gained, paid, scale = _books(run, actor, t)
        lead = run["lead_months"][t]
        security, safety = (wants.security(lead) for wants in alone)
        own = [slope * _place(run, name, t) for name, slope in (politics or {}).items() if name.startswith(f"{actor}.")]
        found.append([security, gained / scale, safety, -paid / scale, sum(own, np.zeros(run.runs))])
    return np.asarray(np.mean(found, axis=0))


def _place(run: Run, decision: str, t: int) -> Array:
    """Where a decision stands between the ends of its menu, (runs,)."""
    return MENUS[decision.partition(".")[2]].where(run.part(f"decisions.{decision}")[t].astype(float))


def _books(run: Run, actor: str, t: int) -> tuple[Array, Array, Array]:
    """What an actor earned and paid in the year that ends at a step, billions of dollars, and the stakes."""
    year = run[ACCOUNT][t - 3 : t + 1].sum(axis=0, dtype=float) / 1e9
    gained, paid, world = np.zeros((3, run.runs))
    for n, account in enumerate(run.parts(ACCOUNT)):
        who, _, item = account.partition(".")
        if item == "ai_revenue":
            world += year[n]
        if who != actor or ITEMS[item].within:
            continue
        if item == "ai_revenue":
            gained += TO_THE_NATION * year[n]
        elif ITEMS[item].sign < 0:
            gained += year[n]
        elif item not in NOT_A_COST:
            paid += year[n]
    return gained, paid, np.power(np.maximum(world / _at_edge(run), 1e-9), run.parameters["stakes_growth"])


def _at_edge(run: Run) -> Array:
    """The world's AI revenue at the edge of the data, billions of dollars a year."""
    t = run.quarters.index(run.spec.rules_known)
    rows = [n for n, account in enumerate(run.parts(ACCOUNT)) if account.endswith(".ai_revenue")]
    return np.asarray(4 * run[ACCOUNT][t, rows].sum(axis=0, dtype=float) / 1e9)
