"""Why the frontier speeds up or slows down: its growth by form of reinforcement learning, and by what it is made of."""

from __future__ import annotations

import numpy as np

from agents.rows import US
from sim.checks import checked
from sim.engine.phases.record import TERMS
from sim.equations.capability import RL_FORMS
from sim.results.outcomes import lead
from sim.results.run import Run
from sim.run import simulate

FIRST_YEAR = 2024
"""First year whose growth is looked at: before, reinforcement gave nothing."""


@checked
def speed_by_form(run: Run) -> dict[str, dict[str, float]]:
    """Median growth of the US frontier by year, with each form of reinforcement learning forced on all futures.

    Same dice and the same draws of everything else, so it takes three runs of the same size.

    Args:
        run: a run; its scenario, futures, seed and horizon are taken.

    Returns:
        Form → year → ECI points a year.
    """
    found = {}
    for form, name in enumerate(RL_FORMS):
        forced = run.spec.with_changes(parameters={**run.spec.parameters, "rl_form": form})
        one = simulate(forced, run.runs, run.seed, run.until, first=run.first, keep=("capability",))
        found[name] = {str(y): round(float(np.median(lead.us_speed(one, one.step(y)))), 3) for y in _years(run)}
    return found


@checked
def composition(run: Run) -> dict[str, dict[str, float]]:
    """Mean growth of the US frontier by year and by what it comes from, ECI points a year.

    Compute is that of the largest run that could be made, since capability does not wait for the next record run. It,
    algorithms and short cuts count by `points_per_oom`; what a scaling slowdown takes off is in the rest, with test
    time, the wait for a release, what is left of the residual at the edge of the data, and luck.

    Args:
        run: a run that keeps `capability`, `possible_flop`, `efficiency` and `terms_us`.

    Returns:
        Part (`compute`, `algorithms`, `reinforcement`, `short_cuts`, `rest`, and their sum `all`) → year → points.
    """
    slope, terms = run.parameters["points_per_oom"], run["terms_us"].astype(float)
    reinforcement = TERMS.index("reinforcement_learning")
    parts = {
        "compute": slope * np.log10(run["possible_flop"][:, US].astype(float)),
        "algorithms": slope * run["efficiency"][:, US],
        "reinforcement": terms[:, reinforcement],
        "short_cuts": slope * np.delete(terms, reinforcement, axis=1).sum(axis=1),
    }
    whole = run["capability"][:, US]
    parts |= {"rest": whole - sum(parts.values()), "all": whole}
    return {
        name: {str(y): round(float((path[run.step(y)] - path[run.step(y) - 4]).mean()), 3) for y in _years(run)}
        for name, path in parts.items()
    }


def _years(run: Run) -> range:
    return range(FIRST_YEAR, run.until + 1)
