"""What a run says about each recorded series."""

from __future__ import annotations

import numpy as np

from scenarios.quarters import FIRST, number
from sim.ensemble.rng import Array
from sim.equations.trade import CHANNELS
from sim.hindcast import record
from sim.results.outcomes import lead
from sim.results.run import Run

DOMESTIC_BEFORE = 6_000.0
"""H100e of Chinese-designed chips made in 2022 before the first simulated quarter; judgment."""


def legal_before() -> float:
    """H100e that China bought legally since 2022 before the first simulated quarter."""
    return sum(value for quarter, (value, _) in record.imports("h100e").items() if quarter < FIRST)


def totals(run: Run) -> dict[str, Array]:
    """Imports and stocks as the run has them, `(T, runs)` each, in the unit of the record."""
    flows = {name: run.part(f"flows_china.{name}").astype(float) for name in CHANNELS}
    chips = run["legal_chips"].astype(float)
    legal, counted = _year_to_date(flows["legal"]), _year_to_date(chips)
    return {
        "legal_year": legal, "legal_chips": counted, "h100e_per_chip": legal / np.maximum(counted, 1.0),
        "legal_quarter": flows["legal"],
        "world_stock": run.part("stock_h100e.world").astype(float),
        "us_stock": run.part("stock_h100e.united_states").astype(float),
        "china_stock": run.part("stock_h100e.china").astype(float),
        "china_legal": legal_before() + flows["legal"].cumsum(axis=0),
        "china_domestic": DOMESTIC_BEFORE + flows["domestic"].cumsum(axis=0),
        "china_diverted": flows["diverted"].cumsum(axis=0),
        "china_rented": run["rented"].astype(float),
    }  # fmt: skip


def observed(run: Run) -> dict[str, Array]:
    """Every series of the record as the run has it, `(T, runs)` each, in the unit of the record.

    What was known at the edge of the run's data is taken as known: frontiers follow the record up to it, and a record
    run is never smaller than the recorded one.
    """
    edge = number(run.spec.data_until)
    us, china = (_spliced(run, actor, edge) for actor in ("united_states", "china"))
    return {
        **totals(run),
        "us_run": _record_run(run, "united_states", edge), "china_run": _record_run(run, "china", edge),
        "us_eci": us, "china_eci": china, "gap": us - china,
        "lag": _trailing_mean(lead.backward_months(us, china)),
        "us_slope": _growth(us), "china_slope": _growth(china),
    }  # fmt: skip


def _year_to_date(quarterly: Array) -> Array:
    """Sum from the beginning of the calendar year, `(T, runs)`; the first year has only its simulated quarters."""
    total = np.empty_like(quarterly)
    for t, value in enumerate(quarterly):
        total[t] = value if t == 0 or (FIRST + t) % 4 == 0 else total[t - 1] + value
    return total


def _spliced(run: Run, actor: str, edge: int) -> Array:
    """A frontier that is the record up to the edge of the data and the model's after it, `(T, runs)`."""
    path = run.part(f"capability.{actor}").copy()
    for quarter, (eci, _) in record.frontier(actor).items():
        if FIRST <= quarter <= edge:
            path[quarter - FIRST] = eci
    return np.maximum.accumulate(path, axis=0)


def _record_run(run: Run, actor: str, edge: int) -> Array:
    """Largest training run so far, FLOP: the recorded one at the edge of the data, or a larger one of the model."""
    path = run.part(f"training_flop.{actor}").astype(float)
    known = {q: flop for q, (flop, _) in record.record_runs(actor).items() if q <= edge}
    for t in range(edge - FIRST + 1):  # after the last disclosed quarter the record stands
        path[t] = known[max(q for q in known if q <= FIRST + t)]
    return np.maximum.accumulate(path, axis=0)


def _trailing_mean(path: Array) -> Array:
    """Mean of a quarter and the three before it; NaN before there are four."""
    result = np.full_like(path, np.nan)
    result[3:] = (path[3:] + path[2:-1] + path[1:-2] + path[:-3]) / 4
    return result


def _growth(path: Array) -> Array:
    """Change over four quarters; NaN before there are four."""
    result = np.full_like(path, np.nan)
    result[4:] = path[4:] - path[:-4]
    return result
