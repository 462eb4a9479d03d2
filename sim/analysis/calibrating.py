"""What a calibration result changes in the simulator: number by number, all together, and what a larger campaign would.

Both sides are drawn from priors without weighing by history: the draws that history chose were chosen under the result
in use, and would carry it into the other side.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from itertools import count
from typing import Any

import numpy as np

from calibration import campaign_size
from calibration.record import IN_USE, CalibrationRecord, Interval, Update, fraction_name, numbers, read
from scenarios import load
from scenarios.errors import InputError
from scenarios.parameters import parameters
from scenarios.quarters import DEFAULT_HORIZON, FIRST, number
from scenarios.schema import Scenario
from sim.batch.evaluate import Task, evaluate_all
from sim.checks import RUNS, check_runs, checked
from sim.ensemble.draws import distributions
from sim.ensemble.posterior_draws import points
from sim.ensemble.rng import Array, Streams
from sim.results.outcomes import polarity
from sim.results.outcomes.polarity import LABELS
from sim.results.outcomes.scalar import parse

SCENARIO = "current_policy"
"""The scenario on which the effect of a calibration is shown."""
YEAR = 2030
"""The year at whose end the lead is compared."""
SLOPE_FUTURES = 256
"""Futures, at most, that a slope is read from: two ensembles with the same random draws differ little by chance."""
LEAST_RUNS = 2
"""Futures from which a mean has a standard error."""
STEP = 0.5
"""Standard deviations by which a number is moved up and down to see what the lead makes of it."""
LEAD, OUTCOME = parse(f"lead_months@{YEAR}"), parse(f"outcome@{DEFAULT_HORIZON}")
PRIOR, RESULT = "the prior", "the result"

Tell = Callable[[int, int], None]
Drawn = dict[str, tuple[int, Any]]
"""Every uncertain number of a scenario: name → (Sobol column, distribution)."""


@checked
def effect(
    identifier: str = IN_USE,
    runs: int = RUNS,
    seed: int = 0,
    tell: Tell | None = None,
    executor: Executor | None = None,
) -> dict[str, Any]:
    """What a result changes against its prior, future by future with the same random draws, as plain numbers.

    Args:
        identifier: a calibration result with a prior, or `RESULT:NUMBER`.
        runs: futures.
        seed: names the dice.
        tell: called with (ensembles simulated, ensembles in all).
        executor: who simulates; this process by default.

    Returns:
        `parameters` by the simulator's name of each number that is moved: `prior` and `posterior` as they are drawn,
        the `evidence` behind it on its own scale, its `weight`, by how many standard deviations of the prior it
        `moved`, and `lead_2030_months`, the mean change of the lead of the United States at the end of 2030 with the
        standard error of that mean; `together`; `outcomes` at the horizon under the prior and under the result; and
        `campaign_size`, the change to be expected of campaigns by their largest run, empty where no model was trained.

    Raises:
        InputError: for a result without a prior, or a number of runs out of range.
    """
    record = read(identifier)
    if record.prior is None:
        raise InputError(f"{record.id} is a prior; choose a measured result, which can be compared with it")
    check_runs(runs)
    if runs < LEAST_RUNS:
        raise InputError(f"runs is {runs}; a change with its standard error needs {LEAST_RUNS} or more")
    moved = numbers(record)
    drawn = distributions(_spec(record.prior)), distributions(_spec(record.id))
    tasks = _tasks(record, moved, drawn[0] | drawn[1], runs, seed)
    done = count(1)
    answers = evaluate_all(
        tasks.values(), executor, None if tell is None else lambda *_: tell(next(done), len(tasks)), runs * len(tasks)
    )
    found = dict(zip(tasks, answers, strict=True))
    leads = {key: answer[str(LEAD)] for key, answer in found.items()}
    before, after = (found[key][str(OUTCOME)] for key in (PRIOR, RESULT))
    base = leads[PRIOR]
    rows, slopes = {}, {}
    for name in moved:
        rows[name] = _row(record, name, *drawn) | _change(base, leads[name], "lead_2030_months")
        slopes[name] = float((leads[_side(name, STEP)] - leads[_side(name, -STEP)]).mean()) / (2 * STEP)
        rows[name]["lead_per_sd_months"] = _short(slopes[name])
    return {
        "result": record.id, "prior": record.prior, "scenario": SCENARIO, "futures": runs, "parameters": rows,
        "together": _change(base, leads[RESULT], "lead_2030_months"),
        "outcomes": {"prior": _shares(before), "result": _shares(after)},
        "largest_run_flop": campaign_size.largest(record),
        "campaign_size": [
            _expected(record, slopes, flop) for flop in campaign_size.SIZES if campaign_size.largest(record)
        ],
    }  # fmt: skip


def labeled(found: dict[str, Any]) -> dict[str, Any]:
    """An effect with outcomes by the names that people read, as a report shows them."""
    outcomes = {side: {LABELS[name]: share for name, share in of.items()} for side, of in found["outcomes"].items()}
    return {**found, "outcomes": outcomes}


def _spec(calibration: str) -> Scenario:
    return load(SCENARIO).with_changes(calibration=calibration, weighting="none")


def _change(before: Array, after: Array, name: str) -> dict[str, float]:
    """Mean change, future by future, and its standard error."""
    change = after - before
    error = float(change.std(ddof=1) / math.sqrt(change.size))
    return {name: _short(float(change.mean())), f"{name}_se": _short(error)}


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _shares(codes: Array) -> dict[str, float]:
    return {outcome: _short(share) for outcome, share in polarity.shares(codes.astype(np.int64)).items()}


def _tasks(record: CalibrationRecord, moved: Sequence[str], drawn: Drawn, runs: int, seed: int) -> dict[str, Task]:
    """What has to be simulated: both sides, every number alone, and the prior with every number moved down and up.

    The lead per standard deviation of a number's prior is a central difference with the same random draws.
    """
    assert record.prior is not None
    whole = record.id.partition(":")[0]

    def task(calibration: str, scores: Array | None = None) -> Task:
        futures = runs if scores is None else scores.shape[1]
        return Task(_spec(calibration), (LEAD,), futures, seed, until=YEAR, scores=scores)

    result = {
        key: Task(_spec(calibration), (LEAD, OUTCOME), runs, seed)
        for key, calibration in ((PRIOR, record.prior), (RESULT, record.id))
    }
    steps = number(f"{YEAR}-Q4") - FIRST + 1
    z, _ = points(_spec(record.prior), Streams(seed, 0, min(runs, SLOPE_FUTURES), steps))
    for name in moved:
        result[name] = task(f"{whole}:{name}")
        for side in (-STEP, STEP):
            scores = z.copy()
            scores[drawn[name][0]] += side
            result[_side(name, side)] = task(record.prior, scores)
    return result


def _side(name: str, step: float) -> str:
    return f"{name} {step:+g}"


def _row(record: CalibrationRecord, name: str, before: Drawn, after: Drawn) -> dict[str, Any]:
    """A number before and after, with the evidence between."""
    label, unit = _named(name)
    update = evidence(record, name)
    # A chip that was measured went by its maker until then.
    prior = _interval(before[name][1]) if update is None or name in before else update.prior.model_dump()
    shown = update and update.model_dump(include={"label", "unit", "prior", "measured", "posterior"})
    return {
        "label": label, "unit": unit, "prior": prior, "posterior": _interval(after[name][1]),
        "evidence": shown, "weight": 0.0 if update is None else _short(_weight(record, name, update)),
        "moved": 0.0 if update is None else _short(_moved(record, name, update)),
        "note": "" if update is None else update.note,
    }  # fmt: skip


def _weight(record: CalibrationRecord, name: str, update: Update) -> float:
    """Share of the way, in standard deviations, that the simulator's number goes with what was measured."""
    scales = {row.parameter: row.scale for row in record.shifts}
    if update not in record.work or name not in scales:
        return update.weight
    return math.sqrt(max(1 - scales[name] ** 2, 0.0) * update.weight)  # the correlation times the weight on the share


def _moved(record: CalibrationRecord, name: str, update: Update) -> float:
    """Standard deviations of the simulator's number by which its middle moves."""
    shifted = {row.parameter: row.shift for row in record.shifts}
    return shifted.get(name, update.moved)


def evidence(record: CalibrationRecord, name: str) -> Update | None:
    """The update behind a number that a result moves, on the scale of what was measured."""
    if record.prior is None:
        return None
    prior = read(record.prior)
    by_parameter = {lever.parameter: lever.name for lever in prior.levers} | {w.parameter: w.name for w in prior.works}
    found = {update.name: update for update in (*record.gains, *record.work)}
    if by_parameter.get(name) in found:
        return found[by_parameter[name]]
    fraction = next(row for row in record.fractions if fraction_name(row) == name)
    hardware = {update.name: update for update in record.hardware}
    own = f"{fraction.quantity} {fraction.chip_class or fraction.vendor}"
    return hardware.get(own, hardware.get(f"{fraction.quantity} host"))


def _named(name: str) -> tuple[str, str]:
    """A number's label and unit."""
    known = parameters().get(name)
    if known is not None:
        return known.label, known.unit
    quantity, _, whose = name.partition("_fraction_")
    makers = {"nvidia": "NVIDIA chips", "other": "other makers"}
    return f"Reachable {quantity}, {makers.get(whose, whose.upper().replace('_', ' '))}", "share of peak"


def _interval(distribution: Any) -> dict[str, float]:
    low, mid, high = distribution.interval()
    return Interval(low=min(low, mid), median=mid, high=max(high, mid)).model_dump()


def _expected(record: CalibrationRecord, slopes: dict[str, float], flop: float) -> dict[str, float]:
    """Root mean square of the change of the lead that a campaign with a largest run of `flop` would bring."""
    shares = campaign_size.learned(record, flop)
    square = sum(slopes[name] ** 2 * share for name, share in shares.items() if name in slopes)
    return {"flop": flop, "lead_2030_months": _short(math.sqrt(square))}
