"""Tables of the documentation about the speed of the frontier and the largest training run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

import scenarios
from agents.rows import US
from sim.analysis import frontier
from sim.results.outcomes import lead
from sim.results.run import Run
from sim.run import simulate

Table = Callable[[Sequence[str], Iterable[Sequence[Any]]], str]
FUTURES = 1024
"""Futures of the runs behind the tables."""
YEARS = range(2026, 2033)


def blocks(table: Table) -> dict[str, Callable[[], str]]:
    """Blocks by the name that stands in their marker; `table` writes one."""
    return {
        "frontier_speed": lambda: _speed(table), "frontier_parts": lambda: _parts(table),
        "frontier_runs": lambda: _runs(table),
    }  # fmt: skip


@cache
def _run() -> Run:
    return simulate(scenarios.load("current_policy"), FUTURES)


def _speed(table: Table) -> str:
    """Growth a year with its range, with each form forced, and at the edge beside the record."""
    run = _run()
    mix = [np.quantile(lead.us_speed(run, run.step(y)), (0.05, 0.5, 0.95)) for y in YEARS]
    rows = [("as drawn, 5 to 95%", *(f"{m:.1f} ({low:.1f} to {high:.1f})" for low, m, high in mix))]
    for name, by_year in frontier.speed_by_form(run).items():
        rows.append((f"all {name.replace('_', ' ')}", *(f"{by_year[str(y)]:.1f}" for y in YEARS)))
    low, middle, high = np.quantile(lead.us_speed(run, lead.edge_step(run)), (0.05, 0.5, 0.95))
    recorded, since, until = lead.observed_slope(run.spec.data_until)
    head = ("US frontier, ECI points a year", *map(str, YEARS))
    return table(head, rows) + (
        f"\nIn the last year of data, {since} to {until}, the record grew by {recorded:.1f} points; the model's own "
        f"path by {middle:.1f} ({low:.1f} to {high:.1f}).\n"
    )


def _parts(table: Table) -> str:
    """Growth a year by what it comes from, means."""
    found = frontier.composition(_run())
    rows = [(name.replace("_", " "), *(f"{by_year[str(y)]:+.1f}" for y in YEARS)) for name, by_year in found.items()]
    return table(("Growth from, ECI points a year, means", *map(str, YEARS)), rows)


def _runs(table: Table) -> str:
    """The largest American run, its cost, and what chips cost in the same year."""
    run, rows = _run(), []
    for year in (2026, 2028, 2030, 2032):
        t = run.step(year)
        size = np.quantile(run["training_flop"][t, US], (0.05, 0.5, 0.95))
        cost = np.quantile(run["training_cost"][t, US] / 1e9, (0.05, 0.5, 0.95))
        chips = np.median(run["spending"][t - 3 : t + 1, US].sum(axis=0)) / 1e9
        rows.append((
            year, "{1:.1e} ({0:.1e} to {2:.1e})".format(*size), "{1:.1f} ({0:.1f} to {2:.1f})".format(*cost),
            f"{chips:,.0f}",
        ))  # fmt: skip
    head = ("End of", "FLOP (5 to 95%)", "Cost, billion US dollars", "US spending on chips in the year, billion")
    return table(head, rows)
