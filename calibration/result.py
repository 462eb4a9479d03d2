"""A campaign's log turned into a result: fits, updates, rooflines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from calibration import curves, mapping, rl_levers, roofline, scaling, shares, works
from calibration.host import Host
from calibration.kappas import QUANTITIES, rooflines
from calibration.log import Log
from calibration.record import CalibrationRecord, Fraction, Provenance, Shift, Update

if TYPE_CHECKING:  # plans need torch, and a result is made again without it
    from calibration.plan import Plan

Array = NDArray[np.float64]
Rows = Sequence[Mapping[str, Any]]


def assemble(
    host: Host,
    log: Log,
    chips: tuple[roofline.Chip, ...],
    prior: CalibrationRecord,
    head: dict[str, Any],
    provenance: Provenance,
    fit: dict[str, Any] | None,
) -> CalibrationRecord:
    """The result of a campaign from its log.

    Args:
        host: the chip it ran on.
        log: everything that was finished.
        chips: the chip catalogue.
        prior: the literature.
        head: id, date and the one-line descriptions.
        provenance: where it comes from.
        fit: the law fitted to its cells (`fitted`), or None.
    """
    cells = log.starting("cell/")
    bench = log.get("bench")["rows"] if log.has("bench") else []
    draws = None if fit is None else np.array(fit["draws"])
    most = max((row["flop"] for row in cells), default=1.0)
    runs = log.get("levers")["rows"] if log.has("levers") else []
    rl = reinforcement(log.starting("rl/"))
    gains, shifts = _levers(prior, runs, rl, most, bool(fit and fit["additive_loses"]))
    hardware = _hardware(prior, host, bench)
    fractions = _fractions(prior, host, hardware, head["made"])
    work, from_work = _work(prior, provenance.host, bench, fractions, most)
    kappas, checks = rooflines(chips, fractions)
    return CalibrationRecord(
        **head, kind="measured", prior=prior.id, provenance=provenance, fractions=fractions, hardware=hardware,
        gains=gains, work=work, frontier=mapping.frontier_updates(_exponents(prior), draws, most),
        shifts=(*shifts, *from_work),
        bench=tuple(bench), cells=tuple(_rounded(r) for r in [*cells, *log.starting("seed/")]), fit=fit,
        lever_runs=tuple(_rounded(r) for r in runs), rl=tuple(rl),
        roofline=kappas, checks=checks,
    )  # fmt: skip


def _exponents(prior: CalibrationRecord) -> Any:
    if prior.exponents is None:
        raise ValueError(f"{prior.id} has no exponents: it cannot be a prior")
    return prior.exponents


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with as many digits as it deserves."""
    return {k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in row.items()}


def _span(values: Array) -> dict[str, float]:
    low, mid, high = (float(f"{x:.5g}") for x in np.quantile(values, [0.05, 0.5, 0.95]))
    return {"median": mid, "low": low, "high": high}


# --- scaling --------------------------------------------------------------------------------------------------------


def grid_of(fit_from: int, cells: Rows, seeds: Rows) -> scaling.Grid:
    """The cells from `fit_from` tokens on; the repeated cell counts once, at the mean of its losses."""
    again: dict[tuple[str, int], list[float]] = {}
    for row in seeds:
        again.setdefault((row["size"], row["tokens"]), []).append(row["loss"])
    used = [row for row in cells if row["tokens"] >= fit_from]
    losses = [np.mean([row["loss"], *again.get((row["size"], row["tokens"]), [])]) for row in used]
    return scaling.Grid(
        np.array([row["parameters"] for row in used], float), np.array([row["tokens"] for row in used], float),
        np.array(losses, float),
    )  # fmt: skip


def fitted(plan: Plan, cells: Rows, seeds: Rows) -> dict[str, Any] | None:
    """The additive law with intervals, what it predicts, and the other forms; None for too few cells."""
    grid = grid_of(plan.fit_from, cells, seeds)
    if len(grid.loss) < scaling.LEAST_CELLS:
        return None
    fits = {name: scaling.fit(grid, form) for name, form in scaling.FORMS.items()}
    best = fits["additive"]
    draws = scaling.bootstrap(grid, best, plan.bootstraps, seed=0)
    comparison = scaling.leave_one_out(grid, fits)
    mean, most = scaling.hold_out(grid, best.form)
    point = dict(zip(scaling.NAMES, scaling.natural(best.parameters, grid), strict=True))
    return {
        "cells": len(grid.loss), "from_tokens": plan.fit_from, "point": _rounded(point),
        "intervals": {
            **{name: _span(draws[:, i]) for i, name in enumerate(scaling.NAMES)},
            "optimal_share": _span(scaling.optimal_share(draws)),
            "frontier_slope": _span(scaling.frontier_slope(draws)),
        },
        "identified": scaling.identified(draws), "rms": best.rms, "hold_out_mean": mean, "hold_out_max": most,
        "envelope_slope": envelope(cells), "seed_sd": curves.seed_sd(cells, seeds),
        "forms": [
            {"name": name, "formula": scaling.FORMS[name].formula, "parameters": len(scaling.FORMS[name].bounds),
             "rms": fits[name].rms, "left_out_rms": comparison.rms(name)}
            for name in scaling.FORMS
        ],
        "best_form": comparison.best, "preferred_form": comparison.preferred,
        "additive_loses": comparison.additive_loses,
        "draws": [[float(f"{x:.5g}") for x in row] for row in draws],
    }  # fmt: skip


def envelope(cells: Rows) -> float | None:
    """Slope of ln loss on ln compute over the cells that set a record of loss for their compute."""
    compute = np.array([6 * row["with_head"] * row["tokens"] for row in cells], float)
    order = np.argsort(compute)
    loss = np.array([row["loss"] for row in cells], float)[order]
    record = loss <= np.minimum.accumulate(loss)
    if record.sum() < 3:
        return None
    return float(np.polyfit(np.log(compute[order][record]), np.log(loss[record]), 1)[0])


# --- levers and reinforcement ---------------------------------------------------------------------------------------


def _levers(
    prior: CalibrationRecord, runs: Rows, rl: Rows, most: float, additive_lost: bool
) -> tuple[tuple[Update, ...], tuple[Shift, ...]]:
    updates, shifts = [], []
    for lever in prior.levers:
        if lever.name in rl_levers.LEVERS:  # read from curves of reinforcement, about which the law of losses is silent
            update, shift = rl_levers.update(lever, rl)
        else:
            rows = [row for row in runs if row["lever"] == lever.name]
            update, shift = mapping.lever_update(lever, measured_gains(lever.name, rows), most, additive_lost)
        updates.append(update)
        shifts += [] if shift is None else [shift]
    return tuple(updates), tuple(shifts)


def measured_gains(name: str, rows: Rows) -> list[mapping.Gain]:
    """A lever's gains by scale, in the unit of its prior."""
    if name == "repetition":  # in epochs: one constant for all passes
        if not rows:
            return []
        worths, epochs, sd = (np.array([r[key] for r in rows]) for key in ("worth_tokens", "epochs", "log_gain_sd"))
        value, error = curves.shared_constant(rows[0]["unique"], worths, epochs, sd)
        return [mapping.Gain(max(r["flop"] for r in rows), value, error)]
    key = "gain_over_repetition" if name == "synthetic" else "gain"
    return [mapping.Gain(r["flop"], math.log(r[key]), r["log_gain_sd"]) for r in rows]


def reinforcement(runs: Rows) -> list[dict[str, Any]]:
    """Each reinforcement run with the sigmoid through its scores."""
    result = []
    for run in runs:
        law = curves.sigmoid(np.array(run["flop"]), np.array(run["passed"]))
        row = dict(run) | {"flop": [float(f"{x:.4g}") for x in run["flop"]]}
        row["sigmoid"] = None if law is None else {k: _short(v) for k, v in vars(law).items()}
        result.append(row)
    return result


def _short(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_short(x) for x in value]
    return None if value is None else float(f"{value:.4g}")


# --- hardware -------------------------------------------------------------------------------------------------------


def _work(
    prior: CalibrationRecord, host: Mapping[str, Any], bench: Rows, fractions: Sequence[Fraction], most: float
) -> tuple[tuple[Update, ...], tuple[Shift, ...]]:
    """Training steps and decoding: what the machine reached, and what the simulator's parameters take over."""
    measured, vendor = shares.shares_on(host, bench), host["vendor"]
    copied = [row for row in fractions if row.quantity == "bandwidth"][-1]  # the machine's own where it has one
    rows = [
        works.update(work, works.seen(work, measured, copied), most, works.correlation(work, vendor))
        for work in prior.works
    ]
    return tuple(row for row, _ in rows), tuple(shift for _, shift in rows if shift is not None)


def reached(host: Host, bench: Rows) -> dict[str, tuple[mapping.Reached | None, str]]:
    """The host's best rates against its peaks, by quantity; or why there are none."""
    matmul, copies = shares.products(bench, shares.precision_of(host.vendor)), shares.copies(bench)
    result: dict[str, tuple[mapping.Reached | None, str]] = {}
    for quantity, rows, peak in (("compute", matmul, host.compute), ("bandwidth", copies, host.bandwidth)):
        quiet = [r for r in rows if not r["noisy"]]
        if not rows:
            result[quantity] = (None, mapping.NOT_MEASURED)
        elif peak is None:
            result[quantity] = (None, f"{host.name} has no published peak to compare with; give one")
        elif not quiet:
            result[quantity] = (None, "the measurement was noisy: something else used the device")
        else:
            best = max(quiet, key=lambda r: r["best"])
            result[quantity] = (mapping.Reached(best["best"], best["median"], peak.low, peak.high), "")
    return result


def _hardware(prior: CalibrationRecord, host: Host, bench: Rows) -> tuple[Update, ...]:
    updates = []
    for quantity, (found, why_not) in reached(host, bench).items():
        own = prior.fraction(quantity, "nvidia" if host.vendor == "nvidia" else "other")
        updates.append(mapping.hardware_update(f"{host.name}, {quantity}", _as_host(own), own, found, "host", why_not))
        for row in prior.fractions:
            if row.quantity == quantity:
                kin = "same" if row.vendor == host.vendor else "other"
                label = {"nvidia": "NVIDIA chips", "other": "other accelerators"}[row.vendor]
                updates.append(mapping.hardware_update(f"{label}, {quantity}", row, own, found, kin, why_not))
    return tuple(updates)


def _as_host(row: Fraction) -> Fraction:
    return row.model_copy(update={"vendor": "host"})


def _fractions(prior: CalibrationRecord, host: Host, updates: Sequence[Update], made: str) -> tuple[Fraction, ...]:
    """The fractions that the simulator draws: those of the prior moved, and the measured chip's own."""
    by_name = {u.name: u for u in updates}
    rows = []
    for row in prior.fractions:
        update = by_name[f"{row.quantity} {row.vendor}"]
        if update.measured is None:
            rows.append(row)
            continue
        source = f"{row.source}; moved by a measurement on {host.name} with weight {update.weight:.2f}"
        rows.append(row.model_copy(update={**update.posterior.model_dump(), "source": source}))
    for quantity in QUANTITIES:
        update = by_name[f"{quantity} host"]
        if host.chip_class is not None and update.measured is not None:
            measured = Fraction(
                **update.posterior.model_dump(), quantity=quantity, vendor="host", chip_class=host.chip_class,
                source=f"measured on {host.name}", as_of=made, tier="data",
            )  # fmt: skip
            rows.append(measured)
    return tuple(rows)
