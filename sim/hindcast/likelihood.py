"""How well a member's past fits the record: the log-likelihood of its parameters, term by term."""

from __future__ import annotations

import numpy as np

from agents.rows import BOTH, CHINA, US
from scenarios.quarters import FIRST, number, of_date
from scenarios.schema import Scenario
from scenarios.tables import TrainingRun, table
from sim.engine.anchor import ANCHOR_FROM
from sim.engine.recorded import RUNS_DISCLOSED_UNTIL, SUPERPOWERS
from sim.engine.world import World
from sim.ensemble.rng import Array
from sim.hindcast import record
from sim.hindcast.observe import totals
from sim.run import past

DISCREPANCY = 0.08
"""What the model may miss of a logged total beyond the error of the figure, orders of magnitude (20%); judgment."""
RUN_DISCREPANCY = 0.15
"""The same for the size of a training run: a country's largest run is one laboratory's decision; judgment."""
RUSH = ("2023-Q3", "2023-Q4")
"""Quarters whose change on the quarter before is compared: the rush before the rule of October 2023, and the fall."""
RUSH_ERROR = 0.13
"""Standard deviation of such a change, orders of magnitude; judgment, about a third."""
SINCE_LAST_RECORD, FIRST_ERROR = 0.25, 0.4
"""By how much compute of the first quarter allows more than the last record run, and the error of that, OOM.

The records of mid-2022 were trained on fleets of three quarters before, which grew to nearly twice the size;
judgment.
"""
TOTALS = ("legal_year", "china_domestic", "china_diverted", "china_rented", "world_stock", "us_stock")
"""Totals that are compared; of a stock the last known figure, because those before are contained in it."""
YEARLY = ("legal_year",)
"""Totals of which every year counts: flows do not contain each other."""


def terms(spec: Scenario, scores: Array) -> dict[str, Array]:
    """Log-likelihood of parameters by term, `(runs,)` each, up to constants.

    Chance is at its middle in the history that is compared; that a real frontier moves by jumps is in the error of
    the frontiers, a first-order autoregression with the member's own size and memory. The offset that ties points to
    the index is solved for each member. The lag is a difference of the two frontiers and so is in them.

    Args:
        spec: the scenario; figures after the edge of its data are not used.
        scores: (Sobol columns, runs) normal scores of the parameters.
    """
    run, world = past(spec, scores)
    edge = number(spec.data_until)
    result = _frontiers(world.state.points_history, run.parameters, edge)
    result["first runs"] = _first_runs(world)
    result["training runs"] = _training_runs(np.log10(run["training_flop"][:, BOTH].astype(float)), edge)
    seen = totals(run)
    series = {s.key: s for s in record.SERIES}
    for key in TOTALS:
        known = sorted((q, f) for q, f in series[key].figures().items() if FIRST + 1 <= q <= edge)
        result[key] = np.zeros(run.runs)
        for quarter, (value, error) in known if key in YEARLY else known[-1:]:
            off = series[key].scale(seen[key][quarter - FIRST]) - series[key].scale(value)
            result[key] -= 0.5 * (off / np.hypot(error, DISCREPANCY)) ** 2
    result["rush"] = _rush(series["legal_quarter"], seen["legal_quarter"], edge)
    return result


def _frontiers(points: Array, parameters: dict[str, Array], edge: int) -> dict[str, Array]:
    """Both frontiers: residuals against the record after the member's offset, with the member's own error."""
    us, china = (record.frontier(actor) for actor in SUPERPOWERS)
    steps = range(ANCHOR_FROM, edge - FIRST + 1)
    if len(steps) < 2:
        return {"US frontier": np.zeros(points.shape[-1]), "Chinese frontier": np.zeros(points.shape[-1])}
    residual = np.stack([us[FIRST + t][0] - points[t, US] for t in steps])
    offset = residual.mean(axis=0)
    first = record.FRONTIER_FROM["china"] - FIRST
    behind = [china[FIRST + t][0] - points[t, CHINA] - offset for t in range(first, edge - FIRST + 1)]
    sd, memory = parameters["residual_sd"], parameters["residual_memory"]
    return {
        "US frontier": _autoregression(residual - offset, sd, memory),
        "Chinese frontier": _autoregression(np.stack(behind), sd, memory) if behind else np.zeros(points.shape[-1]),
    }


def _autoregression(residual: Array, sd: Array, memory: Array) -> Array:
    """Log density of residuals `(T, runs)` under a stationary first-order autoregression, without constants."""
    kept = np.exp(-1 / memory)
    step = sd * np.sqrt(1 - kept * kept)
    first = -0.5 * (residual[0] / sd) ** 2 - np.log(sd)
    moves = residual[1:] - kept * residual[:-1]
    return np.asarray(first + (-0.5 * (moves / step) ** 2 - np.log(step)).sum(axis=0))


def _training_runs(path: Array, edge: int) -> Array:
    """Record training runs at their dates; `path` is log10 FLOP of (T, two countries, runs)."""
    rows: tuple[TrainingRun, ...] = table("training_runs")
    total = np.zeros(path.shape[-1])
    for row in rows:
        quarter = of_date(row.date)
        if row.record != "yes" or not FIRST <= quarter <= min(edge, number(RUNS_DISCLOSED_UNTIL[row.actor])):
            continue
        error = np.hypot(record.GRADES[row.confidence or "Speculative"], RUN_DISCREPANCY)
        total -= 0.5 * ((path[quarter - FIRST, SUPERPOWERS.index(row.actor)] - np.log10(row.flop)) / error) ** 2
    return total


def _first_runs(world: World) -> Array:
    """The last record runs before the first quarter against what its compute allows.

    They were trained on fleets before those that are simulated, and so stand in only until a country has a later one.
    """
    off = world.state.first_possible[BOTH] - world.inputs.first_run[BOTH, None] - SINCE_LAST_RECORD
    alone = [max(world.inputs.records[actor]) < FIRST for actor in SUPERPOWERS]
    return np.asarray(-0.5 * ((off[alone] / FIRST_ERROR) ** 2).sum(axis=0))


def _rush(series: record.Series, path: Array, edge: int) -> Array:
    """Changes of imports around the rule of October 2023."""
    figures, total = series.figures(), np.zeros(path.shape[-1])
    for label in RUSH:
        quarter = number(label)
        if quarter <= edge:
            t = quarter - FIRST
            model = series.scale(path[t]) - series.scale(path[t - 1])
            total -= 0.5 * ((model - series.scale(figures[quarter][0]) + series.scale(figures[quarter - 1][0]))
                            / RUSH_ERROR) ** 2  # fmt: skip
    return total
