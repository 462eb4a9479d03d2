"""Making a forecast: the futures of current policy, weighted by history, asked about the next four quarters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from scenarios import BASELINE, load
from scenarios.errors import InputError, shown
from scenarios.quarters import DATA_UNTIL, LAST_YEAR, label, number, of_date
from sim import __version__
from sim.batch.identity import engine, platform
from sim.checks import checked
from sim.ensemble import posterior_draws
from sim.ensemble.rng import Array, generator
from sim.forecast.answers import Data, Figures
from sim.forecast.sealed import LEVELS, Forecast, NaiveForecast, Question, file_name
from sim.forecast.subjects import QUARTERS, Asked, Futures, asked
from sim.hindcast import naive
from sim.run import simulate

RUNS = 4096
"""Futures of a sealed forecast: as many as of a blind test, four times the headline's."""
FIRST_UNTIL = 2027
"""A run ends with this year or later."""
KEPT = (
    "capability", "training_flop", "flows_china", "legal_chips", "stock_h100e", "rented", "list_price", "budget_usd",
    "money_use",
)  # fmt: skip
"""Series that questions are answered from."""


@checked
def seal(
    date: str, runs: int = RUNS, seed: int = 0, name: str = "", progress: Callable[[int, int], None] | None = None
) -> Forecast:
    """The forecast of a day for the four quarters that begin with the first one neither over nor in the data.

    Args:
        date: the day, as an ISO date; a quarter that is over by then is not asked about.
        runs: simulated futures.
        seed: names the random draws.
        name: tells it from another forecast of the same quarters.
        progress: called with (futures done, futures).

    Raises:
        InputError: for a day before the data end or after the last simulated year, or a bad name.
    """
    first = first_quarter(date)
    last = first + QUARTERS - 1
    full_name = file_name(label(first), label(last), name)
    spec = load(BASELINE)
    until = max(FIRST_UNTIL, *(each.quarter // 4 for each in asked(first)))
    run = simulate(spec, runs, seed, until, keep=KEPT, progress=progress)
    futures, data = Futures.of(run), Data()
    rng = generator(seed, "errors of figures")
    return Forecast(
        name=full_name, first=label(first), last=label(last), sealed=date, data_until=DATA_UNTIL,
        scenario=spec.name, scenario_digest=spec.digest(), history_draws=posterior_draws.digest(spec),
        polarity=__version__, engine=engine(), platform=platform(), runs=runs, seed=seed, levels=LEVELS,
        questions=tuple(
            question(each, futures, each.subject.figures(data), rng.standard_normal(runs)) for each in asked(first)
        ),
    )  # fmt: skip


def first_quarter(date: str) -> int:
    """The first quarter that a forecast of a day asks about.

    Raises:
        InputError: for what is no day, or a day that lies too early or too late.
    """
    try:
        given = dt.date.fromisoformat(date).isoformat()
    except ValueError:
        given = ""
    if given != date:
        raise InputError(f"date is {shown(date)}, which is no day; write it like 2026-11-30")
    first = max(number(DATA_UNTIL) + 1, of_date(date))
    if of_date(date) < number(DATA_UNTIL):
        raise InputError(f"date is {date}, but the data go to {DATA_UNTIL}; give the day on which you seal")
    if (first + QUARTERS) // 4 > LAST_YEAR:
        raise InputError(f"date is {date}; four quarters later is after {LAST_YEAR}, where simulations end")
    return first


def question(each: Asked, futures: Futures, figures: Figures, noise: Array) -> Question:
    """A question with its forecast and the naive one.

    Args:
        each: the question.
        futures: what the model says.
        figures: what the data say.
        noise: (runs,) standard normal errors of the figure that will be published.

    Raises:
        InputError: when the data answer it already, or say nothing about earlier periods.
    """
    known = {q: figure for q, figure in figures.items() if q < each.quarter}
    answer = figures.get(each.quarter)
    if answer is not None and answer.as_of >= each.answered_from:
        raise InputError(f"{each.id}: the data answer it already, {answer.value:g} as of {answer.as_of}")
    if not known:
        raise InputError(f"{each.id}: {each.subject.table} has no figure of an earlier period")
    series, last = each.subject.series, max(known)
    spread = naive.with_spread(series, {q: (f.value, f.error) for q, f in known.items()}, each.quarter)
    early = {} if answer is None or not each.subject.estimate else {each.quarter: answer}
    said = _published(each, futures, known | early, noise)
    points = [np.quantile(series.scale(said), LEVELS), spread.quantiles(np.array(LEVELS))]
    least = known[last].value if each.subject.record else -np.inf
    own, other = (tuple(_plain(max(float(v), least)) for v in series.unscaled(each_)) for each_ in points)
    return Question(
        id=each.id, asks=each.words, subject=each.subject.key, period=each.period, quarter=label(each.quarter),
        unit=series.unit, scale=each.subject.scale, table=each.subject.table, row=each.row,
        column=each.subject.column, source=each.subject.source, answered_from=each.answered_from,
        known_quarter=label(last), known_value=known[last].value, mean=_plain(float(said.mean())), quantiles=own,
        naive=NaiveForecast(method=spread.method, past_errors=spread.errors, quantiles=other),
    )  # fmt: skip


def _published(each: Asked, futures: Futures, known: Figures, noise: Array) -> Array:
    """What futures say will be published, `(runs,)`: their figure with the error of the last one known or estimated.

    A record that no later run has broken is published as it stands.
    """
    series, standing = each.subject.series, known[max(known)]
    true = each.subject.says(futures, each.quarter, known)
    said = series.unscaled(series.scale(true) + standing.error * noise)
    if not each.subject.record:
        return said
    return np.where(true > standing.value, np.maximum(said, standing.value), standing.value)


def _plain(value: float) -> float:
    return float(f"{value:.6g}")
