"""Reinforcement: what reward bought, what demonstrations would have cost, and whether the curve could be foreseen."""

from __future__ import annotations

import math

import altair as alt
import numpy as np

from calibration.curves import FORECAST_FROM, stored
from calibration.record import CalibrationRecord
from calibration.report.blocks import Blocks, figure, fold, missing, pair, points, table, text
from calibration.report.colors import BLUE, ORANGE, TEAL, VIOLET
from calibration.report.draft import Draft
from calibration.report.plot import Figure, Plot, Row, Rows, across, linear, ticks
from calibration.report.words import interval, number, percent, signed, span_of
from calibration.rl_levers import LEVERS

HARDLY = 3.0
"""Points of a score that prompts and seeds alone may make: two standard errors on a thousand prompts."""
GAIN = 0.1
"""Share of the error of expecting no change by which a forecast must be better to be worth something."""
HEAD = ("Base, seed", "Start", "Ceiling, %", "Middle, FLOP", "Steepness", "Misfit, points", "Forecast misses, points",
        "Likeliest, before → after", "Demonstrations, FLOP", "Reward, FLOP", "Reward costs")  # fmt: skip


def section(draft: Draft) -> Blocks:
    """Curves by base, what they mean, and every run."""
    runs = draft.record.rl
    if not runs:
        return missing("Reinforcement learning was not measured in this campaign.")
    bases = list(dict.fromkeys(r["base"] for r in runs))
    return (
        pair(*(figure(_chart(draft.record, base)) for base in bases))
        + points([_said(base, [r for r in runs if r["base"] == base]) for base in bases])
        + text(_cheaper(runs), _forecast(runs))
        + fold("Every reinforcement run; ± is a standard error", lambda: points(_taken(draft)) + _every(runs))
    )  # fmt: skip


def _every(runs: Rows) -> Blocks:
    return table("Reinforcement runs", HEAD, [_row(run) for run in runs]) + text(
        "Demonstrations, FLOP: what lifts the base from its start to the run's best score by being shown answers. "
        "Reward, FLOP: what the run took to that score."
    )


def _taken(draft: Draft) -> list[str]:
    """What the curves change in the simulator's sigmoid."""
    found = [update for name in LEVERS if (update := draft.update(name)) is not None]
    return [
        f"{u.label}, {u.unit}: prior {interval(u.prior)}, measured {interval(u.measured)} with weight "
        f"{number(u.weight, 2)}, posterior {interval(u.posterior)}."
        if u.measured else f"{u.label}, {u.unit}: stays at {interval(u.prior)}; {u.note}." for u in found
    ]  # fmt: skip


def _said(base: str, rows: Rows) -> str:
    sampled, greedy = _rises(rows)
    if sampled < HARDLY:
        verdict = "the reward hardly moved it"
    elif greedy < sampled / 3:
        verdict = "this sharpens: it makes likelier what the base could already answer"
    else:
        verdict = "the likeliest answer improves too, so this is more than sharpening"
    return f"{base.capitalize()} base, {'one seed' if len(rows) == 1 else f'mean of {len(rows)} seeds'}: {verdict}."


def _price(run: Row) -> tuple[float, float]:
    """FLOP from the start to the best score of a run: by demonstrations, and by reward."""
    return run["demonstrations_to_best"] - run["taught_flop"], run["flop"][int(np.argmax(run["passed"]))]


def _cheaper(rows: Rows) -> str:
    ratios = [reward / shown for shown, reward in map(_price, rows) if shown > 0 and reward > 0]
    if not ratios:
        return "Demonstrations and reward cannot be compared: no run rose above its start."
    verdict = "neither is cheaper throughout"
    if min(ratios) > 1 or max(ratios) < 1:
        verdict = f"{'demonstrations are' if min(ratios) > 1 else 'reward is'} cheaper here"
    return f"For the same score, reward costs {span_of(ratios)} times the compute of demonstrations: {verdict}."


def _forecast(rows: Rows) -> str:
    """How far a fit to the beginning misses the end, against expecting no change."""
    foreseen = [r for r in rows if r.get("sigmoid") and r["sigmoid"]["forecast_error"] is not None]
    lost = f" {len(rows) - len(foreseen)} of {len(rows)} runs have no forecast: no sigmoid fits their beginning."
    lost = lost if len(foreseen) < len(rows) else ""
    if not foreseen:
        return lost.strip()
    missed = float(np.mean([100 * abs(r["sigmoid"]["forecast_error"]) for r in foreseen]))
    still = float(np.mean([100 * abs(r["passed"][-1] - _seen(r)[-1]) for r in foreseen]))
    return (
        f"Sigmoids fitted to the first {percent(FORECAST_FROM)} of the compute miss the last score by "
        f"{number(missed, 2)} points on average; expecting no change misses it by {number(still, 2)}, so the forecast "
        f"is worth {'something' if missed < (1 - GAIN) * still else 'nothing'} here.{lost}"
    )


def _seen(run: Row) -> list[float]:
    """The scores that a forecast is made from."""
    return [p for f, p in zip(run["flop"], run["passed"], strict=True) if f <= FORECAST_FROM * run["flop"][-1]]


def _row(run: Row) -> tuple[str, ...]:
    """A run in the table; a sigmoid whose middle is known to no factor of e determines nothing."""
    found, (shown, reward) = stored(run), _price(run)
    form = ("no sigmoid", "", "", "", "")
    if found is not None:
        error, log_middle, steep = found.errors
        law = (f"{number(100 * found.ceiling, 2)} ± {number(100 * error, 2)}",
               f"{number(found.middle, 2)} ×/÷ {number(math.exp(min(log_middle, 1.0)), 2)}",
               f"{number(found.steepness, 2)} ± {number(steep, 2)}")  # fmt: skip
        law = law if found.determined else ("not determined",) * 3
        missed = "no forecast" if found.forecast_error is None else signed(100 * found.forecast_error)
        form = (*law, number(100 * found.rms, 2), missed)
    costs = f"{number(reward / shown, 2)}×" if shown > 0 and reward > 0 else "not comparable"
    likeliest = f"{percent(run['greedy_before'])} → {percent(run['greedy_after'])}"
    return (f"{run['base']}, {run['seed']}", percent(run["passed"][0]), *form, likeliest, number(shown, 2),
            number(reward, 2), costs)  # fmt: skip


def _rises(rows: Rows) -> tuple[float, float]:
    """Mean change in points of the answers drawn and of the likeliest ones."""
    sampled = [r["passed"][-1] - r["passed"][0] for r in rows]
    return 100 * float(np.mean(sampled)), 100 * float(np.mean([r["greedy_after"] - r["greedy_before"] for r in rows]))


def _chart(record: CalibrationRecord, base: str) -> Figure | None:
    """Share of prompts passed against the compute of reinforcement, by seed, with the sigmoids."""
    chosen = [r for r in record.rl if r["base"] == base]
    if not chosen:
        return None
    flop = [f for r in record.rl for f in r["flop"] if f > 0]
    start, end = min(flop) / 2, max(flop) * 1.15  # no compute has no place on a logarithmic axis: it stands at its left
    colors = {f"seed {r['seed']}": (BLUE, ORANGE, TEAL, VIOLET)[i % 4] for i, r in enumerate(chosen)}
    dots, curves = [], []
    for r, kind in zip(chosen, colors, strict=True):
        scores = zip(r["flop"], r["passed"], strict=True)
        dots += [{"x": f or start, "y": p, "kind": kind, "passed": percent(p)} for f, p in scores]
        found, x = stored(r), np.geomspace(start, max(r["flop"]), 50)
        if found is not None:
            curves += [{"x": float(a), "y": float(b), "kind": kind} for a, b in zip(x, found.at(x), strict=True)]
    marks = [start, *ticks(start * 1.6, end, 5)]
    top = min(1.0, max(p for r in record.rl for p in r["passed"]) * 1.15)
    plot = Plot(
        across(start / 1.1, end, marks, lambda v: "0" if v == start else number(v, 1), "FLOP of reinforcement"),
        alt.Y("y:Q", scale=linear(0, top), axis=alt.Axis(format="%", tickCount=5, title=None)), colors,
    )  # fmt: skip
    plot.add(curves, "line", strokeWidth=1.8)
    plot.add(dots, "circle", ("kind", "passed"), size=42, opacity=0.85)
    sampled, greedy = _rises(chosen)
    title = f"{base.capitalize()} base: sampled answers {signed(sampled)} points, the likeliest answer {signed(greedy)}"
    unit = "Share of fixed prompts passed by sampling; dots: scores, lines: sigmoids. At 0: before reinforcement."
    return plot.figure(title, unit, f"Means of {len(chosen)} seeds", 260)
