"""The main results of a run as plain numbers: for the command line, the app, the brief and the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from agents.rows import BOTH, CHINA, US
from scenarios import groups
from sim.engine.phases.record import TERMS
from sim.ensemble import posterior_draws
from sim.ensemble.rng import Array
from sim.equations.governance import INDICES
from sim.equations.trade import CHANNELS
from sim.results.costs import allocation
from sim.results.outcomes import blocs, china_compute, crossing, lead, million, polarity
from sim.results.together import with_groups

if TYPE_CHECKING:
    import polars as pl

    from sim.results.run import Run

THREE, FIVE = (0.05, 0.5, 0.95), (0.05, 0.25, 0.5, 0.75, 0.95)


def quantiles(values: Array, q: tuple[float, ...] = THREE) -> dict[str, float | None]:
    """Quantiles by name (`p05` …), to six digits; one value is a median and has no others."""
    found = np.quantile(values, q)
    return {
        f"p{round(100 * x):02d}": _plain(v) if values.size > 1 or x == 0.5 else None
        for x, v in zip(q, found, strict=True)
    }


def _plain(value: float) -> float:
    return float(f"{value:.6g}")


def _may_not(values: Array) -> dict[str, float | None]:
    """Quantiles of values of which some do not exist (NaN), with the share of those."""
    known = values[~np.isnan(values)]
    share = {"share_not_reached": _plain(1 - known.size / values.size)}
    if not known.size:
        return {"p05": None, "p50": None, "p95": None, **share}
    return {**quantiles(known), **share}


def summary(run: Run) -> dict[str, Any]:
    """Everything the command line prints as JSON; years are year ends. Groups stand beside the actors they are of."""
    years = range(2022, run.until + 1)
    at = {year: run.step(year) for year in years}

    def by_year(name: str, q: tuple[float, ...]) -> dict[str, dict[str, float | None]]:
        return {str(year): quantiles(run[name][t], q) for year, t in at.items()}

    def by_actor(name: str) -> dict[str, dict[str, dict[str, float | None]]]:
        values = {actor: run.part(f"{name}.{actor}") for actor in everybody}
        return {actor: {str(year): quantiles(path[t]) for year, t in at.items()} for actor, path in values.items()}

    observed, since, to = lead.observed_slope()
    everybody = with_groups(run.actors)
    codes = crossing.polarity_at_crossing(run)
    return {
        "scenario": run.spec.name, "digest": run.digest(), "agents": dict(run.agents), "levers": dict(run.spec.levers),
        "calibration": run.spec.calibration, "weighting": run.spec.weighting,
        "history_draws": posterior_draws.digest(run.spec), "seed": run.seed, "runs": run.runs,
        "horizon": run.until, "outcomes": run.outcome_shares(),
        "outcomes_by_measure": polarity.by_measure(run, run.until),
        "ruler": {"name": "fixed_pace", "pace_eci_per_year": lead.PACE, "months": polarity.MONTHS,
                  "third_months": polarity.THIRD_MONTHS},
        "lead_months": by_year("lead_months", FIVE), "lead_months_backward": by_year("lead_months_backward", FIVE),
        "gap_eci": by_year("gap_eci", FIVE),
        "frontier_slope": {"observed": {"eci_per_year": _plain(observed), "from": since, "to": to},
                           **{str(y): quantiles(lead.slope(run, y)) for y in years if y > 2023}},
        "frontier_speed": {str(y): quantiles(lead.us_speed(run, t)) for y, t in at.items() if y > 2023},
        "edge_slope": edge_slope(run),
        "crossing_delay_months": _may_not(crossing.delay_months(run)),
        "crossing_year": {actor: _may_not(years) for actor, years in _crossings(run).items()},
        "outcomes_at_crossing": {
            name: _plain(float(np.mean(codes == i))) for i, name in enumerate(crossing.CLASSES)
        },
        "million_chips_year": {
            a: _may_not(v) for a, v in zip(("united_states", "china"), million.year_reached(run), strict=True)
        },
        "capability_eci": by_actor("capability"), "training_flop": by_actor("training_flop"),
        "training_cost_usd": by_actor("training_cost"), "compute_h100e": by_actor("compute_train"),
        "compute_decode_h100e": by_actor("compute_decode"),
        "flows_h100e": {str(y): {c: quantiles(_yearly(run, i, t)) for i, c in enumerate(CHANNELS)}
                        for y, t in at.items()},
        "market": {actor: {str(y): _market(run, actor, t) for y, t in at.items()} for actor in everybody},
        "allocation": allocation(run), "decisions": decisions(run), "values": values(run),
        "list_price_usd": by_year("list_price", THREE), "china_price_usd": by_year("china_price", THREE),
        "china_compute_h100e": {d: {str(y): quantiles(values[t]) for y, t in at.items()}
                                for d in china_compute.DEFINITIONS
                                for values in (china_compute.compute(run, d),)},
        "efficiency_terms": {actor: {term: {str(y): quantiles(run[f"terms_{short}"][t, i]) for y, t in at.items()}
                                     for i, term in enumerate(TERMS)}
                             for actor, short in (("united_states", "us"), ("china", "china"))},
        "governance": {name: {str(y): quantiles(run["governance"][t, i]) for y, t in at.items()}
                       for i, name in enumerate(INDICES)},
    }  # fmt: skip


def decisions(run: Run) -> dict[str, dict[str, dict[str, dict[str, float | None]]]]:
    """Actor → decision → year → 5, 50 and 95% of its level at the year's end."""
    found: dict[str, dict[str, dict[str, dict[str, float | None]]]] = {}
    for n, part in enumerate(run.parts("decisions")):
        actor, _, name = part.partition(".")
        levels = {str(year): quantiles(run["decisions"][run.step(year), n]) for year in range(2022, run.until + 1)}
        found.setdefault(actor, {})[name] = levels
    for group, of in groups.GROUPS.items():
        for name in found.get(of.members[0], {}):
            path = run.part(f"decisions.{group}.{name}")
            years = {str(year): quantiles(path[run.step(year)]) for year in range(2022, run.until + 1)}
            found.setdefault(group, {})[name] = years
    return found


def values(run: Run) -> dict[str, dict[str, float]]:
    """Actor → weight on security, prosperity, safety and money, of those who decide something."""
    deciders = dict.fromkeys(part.partition(".")[0] for part in run.parts("decisions"))
    return {actor: run.spec.wanted(actor)._asdict() for actor in deciders}


def edge_slope(run: Run) -> dict[str, float | str | None]:
    """Growth of the US frontier over the last year of data: in the record, and in the futures by the model alone.

    `record` and the quantiles are None where the data that the scenario knows hold no whole year.
    """
    recorded, since, to = lead.observed_slope(run.spec.data_until)
    simulated = lead.us_speed(run, lead.edge_step(run))
    if np.isnan(recorded) or np.isnan(simulated).any():
        return {"record": None, "from": None, "to": None, "p05": None, "p50": None, "p95": None}
    return {"record": _plain(recorded), "from": since, "to": to, **quantiles(simulated)}


def _yearly(run: Run, channel: int, t: int) -> Array:
    """Flow of a channel over the year that ends at a step, H100e; 2022 has one simulated quarter."""
    return run["flows_china"][max(t - 3, 0) : t + 1, channel].sum(axis=0)


def _crossings(run: Run) -> dict[str, Array]:
    """Year of the crossing of every actor, `(runs,)`; of a group, that of the first of its members."""
    years = dict(zip(run.actors, crossing.by_actor(run), strict=True))
    return {name: np.fmin.reduce([years[actor] for actor in groups.members(name)]) for name in with_groups(run.actors)}


def _market(run: Run, actor: str, t: int) -> dict[str, float]:
    """Money for chips of an actor or a group in the year that ends at a step, medians in US dollars.

    The backlog is at the year's end. What is planned is paid, owed for chips on order, or given up; orders that a rule
    ends are given up too.
    """
    year = slice(max(t - 3, 0), t + 1)
    flows = {name: run.part(f"{name}_usd.{actor}")[year].sum(axis=0, dtype=float)
             for name in ("planned", "paid", "given_up", "premium")}  # fmt: skip
    amounts = {**flows, "backlog": run.part(f"backlog_usd.{actor}")[t]}
    return {f"{name}_usd": _plain(float(np.median(values))) for name, values in amounts.items()}


def members(run: Run) -> pl.DataFrame:
    """One row per member and year: outcomes at year ends, and the parameters drawn; empty where there is nothing."""
    import polars as pl

    us, china, third = blocs.frontiers(run)
    frames = []
    for year in range(2022, run.until + 1):
        t = run.step(year)
        frames.append(pl.DataFrame({
            "member": np.arange(run.first, run.first + run.runs), "year": np.full(run.runs, year),
            "quarter": np.full(run.runs, run.quarters[t]),
            "outcome": np.array(polarity.CLASSES)[polarity.at_year(run, year)],
            "lead_months": run["lead_months"][t], "lead_months_backward": run["lead_months_backward"][t],
            "gap_eci": run["gap_eci"][t], "us_bloc_eci": us[t], "china_eci": china[t], "third_eci": third[t],
            "us_compute_h100e": run["compute_train"][t, US], "china_compute_h100e": run["compute_train"][t, CHINA],
            "us_training_flop": run["training_flop"][t, US], "china_training_flop": run["training_flop"][t, CHINA],
            **{f"china_{c}_h100e": _yearly(run, i, t) for i, c in enumerate(CHANNELS)},
            **{name: run["governance"][t, i] for i, name in enumerate(INDICES)},
            **{f"parameter.{name}": values for name, values in run.parameters.items()},
        }))  # fmt: skip
    return pl.concat(frames).with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))


def headline(run: Run) -> dict[str, float]:
    """Twenty-odd numbers that say where a scenario leads: what stands beside each scenario of the library."""
    at = {year: run.step(year) for year in (2028, 2030, run.until)}
    us, china = crossing.by_actor(run)[BOTH]
    result = {f"share_{name}": share for name, share in run.outcome_shares().items()}
    for year, t in at.items():
        result[f"lead_months_{year}"] = float(np.median(run["lead_months"][t]))
    result["lead_months_backward_2030"] = float(np.median(run["lead_months_backward"][at[2030]]))
    result["frontier_slope_2030"] = float(np.median(lead.slope(run, 2030)))
    for name in ("capability", "compute_train", "compute_decode", "training_flop", "training_cost"):
        for a, actor in enumerate(("us", "china")):
            result[f"{name}_{actor}_2030"] = float(np.median(run[name][at[2030], a]))
    for i, channel in enumerate(CHANNELS):
        result[f"flow_{channel}_2028"] = float(np.median(_yearly(run, i, at[2028])))
    result["crossed_us"], result["crossed_china"] = (float(np.mean(~np.isnan(years))) for years in (us, china))
    result["accident_hazard_2030"] = float(np.median(run["governance"][at[2030], INDICES.index("accident_hazard")]))
    result["democratic_share_2030"] = float(np.median(run["governance"][at[2030], INDICES.index("democratic_share")]))
    return {name: _plain(value) for name, value in result.items()}
