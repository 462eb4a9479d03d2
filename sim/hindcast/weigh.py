"""The recipe of the shipped draws: weigh a scenario's parameters by the record and keep equally weighted draws."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios import BASELINE, load
from scenarios.errors import InputError
from scenarios.quarters import DATA_UNTIL, DEFAULT_HORIZON as HORIZON
from scenarios.schema import Scenario
from sim.ensemble import posterior_draws
from sim.ensemble.draws import at_scores, distributions
from sim.ensemble.rng import Array
from sim.hindcast import importance, likelihood
from sim.hindcast.fit import Fit, fit, spread
from sim.results.outcomes import polarity
from sim.run import simulate

DRAWS = 2**20
"""Weighed draws of the last round of the recipe; a quarter of them in each round before."""
KEPT = 4096
"""Equally weighted draws that are shipped for the edge of the data."""
KEPT_EARLIER = 1024
"""The same for an earlier edge, which only blind scenarios use."""
ENOUGH = 500
"""Effective draws below which nothing is shipped."""
CHECKED = 256
"""Draws whose mean log-likelihood is kept, so that a test can see that model and draws still belong together."""
MOVED = 0.12
"""Shift of a mean, or fall of a standard deviation, in prior ones, from which a parameter counts as moved."""
STRONGEST = 8
"""Correlations of the draws that are kept for the documentation."""


def spec_at(data_until: str) -> Scenario:
    """The baseline as known at the end of a quarter, on priors."""
    changes: dict[str, Any] = {"data_until": data_until, "weighting": "none"}
    if data_until != DATA_UNTIL:  # what is measured today was not known then
        changes["calibration"] = "literature"
    return load(BASELINE).with_changes(**changes)


def make(data_until: str, draws: int = DRAWS, seed: int = 0, tell: Callable[[str], None] | None = None) -> Path:
    """Weigh, resample and write the draws for a quarter; returns the file of facts.

    Raises:
        InputError: where they cannot be written, or where too few draws are effective to stand for history.
    """
    spec = spec_at(data_until)
    posterior_draws.check_folder()
    weighed = fit(spec, draws, seed, tell=tell)
    if weighed.sample.effective < ENOUGH:
        raise InputError(
            f"only {weighed.sample.effective:.0f} of {draws:,} draws are effective and {ENOUGH} are needed, so nothing "
            "was written; raise --draws"
        )
    kept = KEPT if data_until == DATA_UNTIL else KEPT_EARLIER
    chosen = weighed.sample.resampled(kept, seed)
    scores = weighed.sample.scores[:, chosen]
    scores = scores[:, _order(spec, spread(weighed.columns, scores))]
    stored = np.round(scores * posterior_draws.STEPS_PER_SD) / posterior_draws.STEPS_PER_SD
    return posterior_draws.keep(data_until, scores, _facts(weighed, stored, chosen, draws, seed))


def _order(spec: Scenario, scores: Array) -> NDArray[np.int64]:
    """Order of draws by the lead that follows from them without chance: members are spread over it."""
    calm = spec.with_changes(switches=spec.switches.model_copy(update={"luck": False}))
    run = simulate(calm, scores.shape[1], 0, HORIZON, scores=scores)
    return np.asarray(np.argsort(run["lead_months"][run.step(HORIZON)], kind="stable"))


def checked(spec: Scenario, columns: tuple[int, ...], scores: Array) -> dict[str, float]:
    """Mean log-likelihood by term of some stored draws, spread over all of them."""
    found = likelihood.terms(spec, spread(columns, scores[:, :: max(scores.shape[1] // CHECKED, 1)]))
    return {name: round(float(values.mean()), 4) for name, values in found.items()}


def _facts(weighed: Fit, scores: Array, chosen: Array, draws: int, seed: int) -> dict[str, Any]:
    spec, sample = weighed.spec, weighed.sample
    priors = distributions(spec)
    names = {dim: [n for n, (d, _) in priors.items() if d == dim] for dim in weighed.columns}
    values = vars(at_scores(spec, spread(weighed.columns, scores)))
    rows = []
    for row, column in enumerate(weighed.columns):
        mean, sd = float(scores[row].mean()), float(scores[row].std())
        name = names[column][0]
        rows.append({
            "column": column, "name": name, "shift": round(mean, 3), "spread": round(sd, 3),
            "moved": bool(abs(mean) > MOVED or sd < 1 - MOVED),
            "prior": [_plain(v) for v in priors[name][1].interval()],
            "posterior": [_plain(float(v)) for v in np.quantile(values[name], (0.05, 0.5, 0.95))],
        })  # fmt: skip
    return {
        "data_until": spec.data_until, "scenario": spec.name, "calibration": spec.calibration, "seed": seed,
        "weighed_draws": draws, "effective_draws": round(sample.effective, 1), "kept_draws": int(chosen.size),
        "distinct_draws": int(np.unique(chosen).size), "log_evidence": round(sample.log_evidence, 3),
        "log_likelihood_of_some": {"draws": CHECKED, **checked(spec, weighed.columns, scores)},
        "without": _without(weighed, scores),
        "correlations": _correlations(scores, [str(r["name"]) for r in rows]), "parameters": rows,
    }  # fmt: skip


def _without(weighed: Fit, scores: Array) -> list[dict[str, Any]]:
    """The default futures when one part of the record is left out: its likelihood is taken out of the weights."""
    spec, wide = weighed.spec, spread(weighed.columns, scores)
    parts = likelihood.terms(spec, wide)
    run = simulate(spec, wide.shape[1], 0, HORIZON, scores=wide)
    lead, ahead = run["lead_months"][run.step(2030)], polarity.at_year(run, HORIZON) == 0
    rows = []
    for name, values in {"nothing": 0.0 * wide[0], **{n: v for n, v in parts.items() if v.std() > 0}}.items():
        weights = importance.normalized(-values)
        order = np.argsort(lead)
        places = np.interp((0.05, 0.5, 0.95), np.cumsum(weights[order]), lead[order])
        rows.append({
            "without": name, "effective": round(importance.effective(weights), 1),
            "us_ahead": _plain(float(weights @ ahead)), "lead_2030": [_plain(float(v)) for v in places],
        })  # fmt: skip
    return rows


def _correlations(scores: Array, names: list[str]) -> list[dict[str, Any]]:
    """The strongest correlations of normal scores between two parameters."""
    matrix: Array = np.asarray(np.corrcoef(scores))
    upper = np.triu_indices(len(names), 1)
    order = np.argsort(-np.abs(matrix[upper]))[:STRONGEST]
    pairs = [(int(upper[0][k]), int(upper[1][k])) for k in order]
    return [{"one": names[i], "other": names[j], "correlation": round(float(matrix[i, j]), 2)} for i, j in pairs]


def _plain(value: float) -> float:
    return float(f"{value:.4g}")
