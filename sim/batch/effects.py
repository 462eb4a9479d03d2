"""Paired effects in a study: what each scenario does to every future, against one with the same random draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import InputError, unknown
from sim.batch.part import Part
from sim.batch.plan import is_labeled
from sim.ensemble import posterior_draws
from sim.results.outcomes.scalar import Outcome
from sim.results.paired import paired, paired_share

if TYPE_CHECKING:
    import polars as pl

    from sim.batch.study import Study

SCHEMA = {
    "scenario": "String", "reference": "String", "seed": "Int64", "outcome": "String", "futures": "Int64",
    "mean": "Float64", "low": "Float64", "high": "Float64", "p05": "Float64", "p50": "Float64", "p95": "Float64",
    "same_draws": "Boolean",
}  # fmt: skip
"""Columns of the table of effects, beside those of the axes."""


def differences(study: Study, reference: str | None = None) -> pl.DataFrame:
    """Every future of every other scenario less the same future of the reference.

    Raises:
        InputError: as `effects`.
    """
    import polars as pl

    frames = []
    for part, here, there in _pairs(study, _named(study, reference)):
        columns = {"scenario": pl.lit(part.point.scenario)}
        columns |= {f"set.{axis}": pl.lit(value, dtype=pl.String if is_labeled(axis) else pl.Float64)
                    for axis, value in zip(study.plan.design.axes, part.point.values, strict=True)}  # fmt: skip
        columns |= {"seed": pl.lit(part.seed), "member": pl.col("member")}
        columns |= {
            str(o): pl.col(str(o)).cast(pl.Float64) - pl.Series(there[str(o)]).cast(pl.Float64)
            for o in study.plan.asked if not o.is_class
        }  # fmt: skip
        frames.append(here.select(**columns))
    return pl.concat(frames)


def effects(study: Study, reference: str | None = None) -> pl.DataFrame:
    """One row per other scenario, setting, seed and outcome: the mean paired difference with its 90% interval.

    Raises:
        InputError: for a study of one scenario, an unknown reference, or one of which nothing is finished.
    """
    import polars as pl

    against, rows = _named(study, reference), []
    axes = tuple(f"set.{axis}" for axis in study.plan.design.axes)
    same_draws = {spec.name: _draws(spec) for spec in study.plan.scenarios}
    for part, here, there in _pairs(study, against):
        keys: dict[str, Any] = {"scenario": part.point.scenario, "reference": against, "seed": part.seed}
        keys |= dict(zip(axes, part.point.values, strict=True))
        keys["same_draws"] = same_draws[part.point.scenario] == same_draws[against]
        same = here["digest"][0] == there["digest"][0]
        for outcome in study.plan.asked:
            rows += [{**keys, **row} for row in _effects(outcome, here, there, same)]
    schema = {name: getattr(pl, kind) for name, kind in SCHEMA.items()}
    schema |= {f"set.{axis}": pl.String if is_labeled(axis) else pl.Float64 for axis in study.plan.design.axes}
    order = [*list(SCHEMA)[:2], *axes, *list(SCHEMA)[2:]]
    return pl.DataFrame(rows, schema=schema).select(order)


def _effects(outcome: Outcome, here: pl.DataFrame, there: pl.DataFrame, same: bool) -> Iterator[dict[str, Any]]:
    """Rows of one outcome; of a class, one for the share of each."""
    name = str(outcome)
    one, two = there[name], here[name]
    if outcome.is_class:
        for label in outcome.classes:
            before, after = ((side == label).to_numpy() for side in (one, two))
            yield _row(f"{name} {label}", paired_share(before, after, same), len(one))
        return
    before, after = (side.cast(float).to_numpy() for side in (one, two))
    both = ~(np.isnan(before) | np.isnan(after))
    if not both.any():
        yield {"outcome": name, "futures": 0}
        return
    before, after = before[both], after[both]
    found = paired_share(before, after, same) if outcome.is_share else paired(after - before)
    yield _row(name, found, int(both.sum()))


def _row(name: str, found: Any, futures: int) -> dict[str, Any]:
    fields = ("mean", "low", "high", "p05", "p50", "p95")
    return {"outcome": name, "futures": futures, **{field: getattr(found, field) for field in fields}}


def _named(study: Study, reference: str | None) -> str:
    names = [spec.name for spec in study.plan.scenarios]
    if len(names) < 2:
        raise InputError(f"a study of {names[0]} alone has nothing to be held against; give its plan two scenarios")
    if reference is not None and reference not in names:
        raise unknown("scenario", reference, names, "reference")
    return reference or names[0]


def _draws(spec: Any) -> tuple[str, str]:
    return spec.weighting, posterior_draws.digest(spec)


def _pairs(study: Study, reference: str) -> Iterator[tuple[Part, pl.DataFrame, pl.DataFrame]]:
    """Each other scenario at each setting and seed, with the reference there: the members that both have, in order."""
    done = study.digests()
    groups: dict[tuple[str, tuple[float | str | None, ...], int], list[Part]] = {}
    for part in study.parts:
        groups.setdefault((part.point.scenario, part.point.values, part.seed), []).append(part)
    found = False
    for (scenario, values, seed), parts in groups.items():
        if scenario == reference:
            continue
        here, there = (_rows(study, each, done) for each in (parts, groups[reference, values, seed]))
        if here is None or there is None:
            continue
        shared = np.intersect1d(here["member"].to_numpy(), there["member"].to_numpy())
        if shared.size:
            found = True
            both = [side.filter(side["member"].is_in(shared.tolist())).sort("member") for side in (here, there)]
            yield parts[0], both[0], both[1]
    if not found:
        raise InputError(f"{study.folder}: no pair of scenarios is finished yet; run `polarity batch` on its plan")


def _rows(study: Study, parts: list[Part], done: dict[str, str]) -> pl.DataFrame | None:
    import polars as pl

    files = [study.path(part.file) for part in parts if part.file in done]
    with study.reading():
        return pl.read_parquet(files).filter(pl.col("member") < study.plan.members) if files else None
