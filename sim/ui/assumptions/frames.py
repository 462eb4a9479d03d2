"""What the page Assumptions shows: every parameter, what it does to the lead, and how much rests on judgment."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from markupsafe import Markup
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from scenarios.parameters import parameters
from scenarios.quarters import DATA_UNTIL
from scenarios.schema import Scenario
from sim.analysis.correlation_ratio import MEMBERS, bin_numbers, ratio
from sim.batch.evaluate import Task, evaluate_all
from sim.engine.chunk import CHUNK
from sim.ensemble import rng
from sim.ensemble.posterior_draws import weighed
from sim.ensemble.rng import Array
from sim.results.outcomes.scalar import parse
from sim.ui.shared import assumed
from sim.ui.shared.setup import Judge
from sim.ui.shared.templates import render

TIERS = {"data": "Data", "inferred": "Inferred", "judgment": "Judgment"}
"""How well a value is founded: a recorded figure, one worked out from records, or somebody's estimate."""
MOST = MEMBERS
"""Futures in which the parameters are looked at."""
FIFTH = 0.2
"""Share of the futures at each end whose leads are compared."""


@dataclass(frozen=True)
class Standing:
    """What the parameters of a scenario do to its lead."""

    effect: dict[str, float]
    """Mean lead in the fifth of the futures with the highest value less that in the fifth with the lowest."""
    share: dict[str, float]
    """Share of the variance of the lead that knowing it takes away, as drawn."""
    explained: dict[str, float]
    """Share of the variance that all parameters of a tier explain together, in futures held out."""
    everything: float
    """The same for all parameters."""
    members: int


def standing(spec: Scenario, judge: Judge, members: int = MOST, executor: Executor | None = None) -> Standing:
    """Work out what the parameters do, from one ensemble with their values; this process simulates it by default."""
    outcome = parse(f"{judge.series}@{judge.year}")
    tasks = [
        Task(spec, (outcome,), min(CHUNK, members - first), first=first, parameters=True)
        for first in range(0, members, CHUNK)
    ]
    answers = evaluate_all(tasks, executor)
    y = np.concatenate([answer[str(outcome)] for answer in answers])
    x = {name: np.concatenate([answer[f"parameter.{name}"] for answer in answers]) for name in parameters()}
    varied = {name: values for name, values in x.items() if values.min() < values.max()}
    chance = rng.generator(0, "assumptions halves")
    half = chance.random(members) < 0.5
    known = parameters()
    by_tier = {tier: [name for name in varied if known[name].tier == tier] for tier in TIERS}
    return Standing(
        effect={name: _ends(values, y) for name, values in varied.items()},
        share={name: max(ratio(bin_numbers(values), y), 0.0) for name, values in varied.items()},
        explained={tier: foretold([varied[n] for n in names], y, half) for tier, names in by_tier.items()},
        everything=foretold(list(varied.values()), y, half),
        members=members,
    )


def _ends(values: Array, y: Array) -> float:
    """Mean of `y` where the values are highest, less where they are lowest."""
    place = (rankdata(values) - 0.5) / values.size  # values that are level share a place
    low, high = place <= max(FIFTH, place.min()), place >= min(1 - FIFTH, place.max())
    return float(y[high].mean() - y[low].mean())


def foretold(inputs: list[Array], y: Array, half: NDArray[np.bool_]) -> float:
    """Share of the variance that a regression on inputs and their squares explains where it was not fitted."""
    if not inputs:
        return 0.0
    z = norm.ppf((np.stack([rankdata(values) for values in inputs]) - 0.5) / y.size)
    design = np.vstack([np.ones(y.size), z, z**2 - 1]).T
    left = np.empty(y.size)
    for fitted in (half, ~half):
        seen = design[fitted]  # many rows, few columns: the normal equations are solved much sooner
        weights, *_ = np.linalg.lstsq(seen.T @ seen, seen.T @ y[fitted], rcond=None)
        left[~fitted] = y[~fitted] - design[~fitted] @ weights
    return max(float(1 - left.var() / y.var()), 0.0) if y.var() > 0 else 0.0


def table(found: Standing, mine: Mapping[str, float], search: str = "", tier: str = "") -> pl.DataFrame:
    """One row per parameter that fits the search, those that move the lead most first."""
    learned = {row["name"]: row for row in weighed(DATA_UNTIL).facts["parameters"]}
    rows: list[dict[str, Any]] = []
    for name, row in parameters().items():
        text = f"{name} {row.label} {row.meaning} {row.source} {row.unit}".lower()
        if (tier and row.tier != tier) or not all(word in text for word in search.lower().split()):
            continue
        after = learned.get(name, {}).get("posterior")
        rows.append({
            "name": name, "label": row.label, "mine": mine.get(name),
            "prior": _interval(assumed.interval(name)), "history": _interval(after) if after else "",
            "unit": row.unit, "effect": found.effect.get(name), "share": _percent(found.share.get(name)),
            "tier": TIERS[row.tier], "as_of": row.as_of, "source": row.source,
        })  # fmt: skip
    rows.sort(key=lambda row: -abs(row["effect"] or 0.0))
    kinds = {"mine": pl.Float64, "effect": pl.Float64, "share": pl.Float64}
    names = ("name", "label", "mine", "prior", "history", "unit", "effect", "share", "tier", "as_of", "source")
    return pl.DataFrame(rows, schema={name: kinds.get(name, pl.String) for name in names})


def paper(shown: pl.DataFrame) -> Markup:
    """The table for a printer: the one on the screen scrolls, and is a picture in the colors of the screen."""
    columns = {
        "label": "Input", "mine": "Yours", "prior": "Prior: median (90%)", "history": "Weighted by history",
        "unit": "Unit", "effect": "Effect on the lead", "share": "Variance, %", "tier": "Basis",
    }  # fmt: skip
    forms = {"mine": "{:.4g}", "effect": "{:+.1f}", "share": "{:.1f}"}
    rows = [
        ["" if row[name] is None else forms.get(name, "{}").format(row[name]) for name in columns]
        for row in shown.iter_rows(named=True)
    ]
    heads = list(columns.values())
    return render("shared/table.html", around="paper", kind="all", heads=heads, rows=rows) if rows else Markup()


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _interval(points: Any) -> str:
    low, mid, high = (f"{float(f'{point:.3g}'):g}".replace("-", "−") for point in points)
    return f"{mid} ({low} to {high})"


def edited(rows: list[str], changes: Mapping[Any, Mapping[str, Any]], now: Mapping[str, float]) -> tuple[
    dict[str, float], list[str]
]:  # fmt: skip
    """The assumptions after edits of the table, and which edits could not be used.

    Args:
        rows: names of the parameters in the order of the table.
        changes: row number → column → value, as the table reports them.
        now: assumptions before the edits.
    """
    found, notes = dict(now), []
    for place, cells in changes.items():
        if "mine" not in cells or not 0 <= int(place) < len(rows):
            continue
        name, value = rows[int(place)], cells["mine"]
        if value is None:
            found.pop(name, None)
        elif problem := assumed.refused(name, float(value)):
            notes.append(problem)
        else:
            found[name] = float(value)
    return found, notes
