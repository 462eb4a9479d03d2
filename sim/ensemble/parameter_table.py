"""The uncertain numbers of a scenario as rows: what is drawn, from which source, and what a calibration moved."""

from __future__ import annotations

from typing import Any

from scenarios.parameters import parameters
from scenarios.schema import Scenario
from sim.ensemble.draws import calibration_of, distributions, fractions
from sim.ensemble.posterior_draws import weighed

FIELDS = {"name", "label", "unit", "kind", "tier", "source", "as_of", "meaning"}


def rows(spec: Scenario) -> list[dict[str, Any]]:
    """Every uncertain number with median and 90% interval as drawn, and its prior where a calibration moved it."""
    record, by_history = calibration_of(spec), _by_history(spec)
    drawn = distributions(spec)
    before = distributions(spec.with_changes(calibration=record.prior)) if record.prior else drawn
    known = {name: row.model_dump(include=FIELDS) for name, row in parameters().items()}
    for name, (_, fraction) in fractions(record).items():
        maker = {"nvidia": "NVIDIA", "other": "other makers", "host": str(fraction.chip_class)}
        known[name] = {
            "name": name, "label": f"Reachable {fraction.quantity}, {maker[fraction.vendor]}", "unit": "share of peak",
            "kind": "logitnormal", "tier": fraction.tier, "source": fraction.source, "as_of": fraction.as_of,
            "meaning": f"Share of the {fraction.quantity} on the data sheet that programs reach.",
        }  # fmt: skip
    return [
        {
            **known[name], **_named(distribution), "prior": _prior(before.get(name), distribution),
            "weighed": by_history.get(name),
        }
        for name, (_, distribution) in drawn.items()
    ]  # fmt: skip


def _by_history(spec: Scenario) -> dict[str, dict[str, Any]]:
    """Median and 90% interval of the draws weighed by history, and whether they differ from the prior."""
    if spec.weighting != "history":
        return {}
    rows = weighed(spec.data_until).facts["parameters"]
    return {
        row["name"]: {**dict(zip(("p05", "median", "p95"), row["posterior"], strict=True)), "moved": row["moved"]}
        for row in rows
    }


def _named(distribution: Any) -> dict[str, float]:
    low, middle, high = distribution.interval()
    return {"median": middle, "p05": low, "p95": high}


def _prior(before: tuple[int, Any] | None, now: Any) -> dict[str, float] | None:
    return None if before is None or before[1].interval() == now.interval() else _named(before[1])
