"""Tables of the documentation about history: scores of blind runs, what the record says, and what was tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scenarios.parameters import WIDER, earlier, parameters
from scenarios.quarters import DATA_UNTIL
from scenarios.tables import table as data_table
from sim.ensemble import posterior_draws
from sim.hindcast import turns
from sim.hindcast.blind import CUTOFFS
from sim.hindcast.kept import kept
from sim.hindcast.record import PATTERNS, SERIES

Table = Callable[[Sequence[str], Iterable[Sequence[Any]]], str]


def blocks(table: Table) -> dict[str, Callable[[], str]]:
    """Blocks by the name that stands in their marker; `table` writes one."""
    return {
        "hindcast_scores": lambda: _scores(table), "hindcast_bars": lambda: _bars(table),
        "hindcast_checks": lambda: _checks(table), "weights_without": lambda: _without(table),
        "hindcast_misses": lambda: _misses(table), "weights_head": _head, "weights_moved": lambda: _moved(table),
        "weights_still": _still, "correlations": lambda: _correlations(table),
        "mechanisms": lambda: _mechanisms(table), "earlier_priors": lambda: _earlier(table),
        "record_series": lambda: _series(table), "turns": lambda: _turns(table),
    }  # fmt: skip


def _scores(table: Table) -> str:
    """The score of every kept blind run, pattern by pattern."""
    rows = []
    for cutoff in CUTOFFS:
        found = kept(cutoff)
        for name in (*PATTERNS, "all"):
            score = found.pattern(name)
            if not score["points"]:
                rows.append((cutoff, name, 0, *["–"] * 7))
                continue
            errors = [f"{score[k]:.3f}" for k in ("crps", "crps_last_value", "crps_trend", "median_absolute_error")]
            cover = [f"{100 * score[k]:.0f}" for k in ("coverage50", "coverage90")]
            shown = errors if name != "all" else ["–"] * 4
            bias = f"{score['median_error']:+.3f}" if name != "all" else "–"
            rows.append((cutoff, name, score["points"], *cover, *shown, bias))
    ess = "; ".join(f"{c}: {kept(c).ess:,.0f} of {kept(c).draws:,}" for c in CUTOFFS)
    head = ("Cut-off", "Pattern", "Points", "In 50%", "In 90%", "CRPS", "CRPS, last value", "CRPS, trend",
            "Absolute error", "Median error")  # fmt: skip
    return table(head, rows) + f"\nEffective draws by cut-off: {ess}.\n"


def _bars(table: Table) -> str:
    """Errors of the figures that a reader asks for first."""
    every, takeoff = [kept(c).bars() for c in CUTOFFS], [kept(c).full_takeoff() for c in CUTOFFS]
    labels = {series.key: series.label for series in SERIES}
    rows: list[tuple[str, str, list[float | None]]] = []
    for quarter in every[0]["lag_months"]:
        label = f"Lag of China, four-quarter mean to {quarter}, months"
        rows.append((label, "+.1f", [b["lag_months"][quarter] for b in every]))
    for who, name in (("us", "US"), ("china", "Chinese")):
        label = f"Growth of the {name} frontier in the last year, points"
        rows.append((label, "+.1f", [b["slope_points"][who] for b in every]))
        rows.append((f"{name} frontier, end of 2025, points", "+.1f", [b["eci_points_end_2025"][who] for b in every]))
    for key in every[0]["stock_factor_end_2025"]:
        factors = [b["stock_factor_end_2025"][key] for b in every]
        rows.append((f"{labels[key]}, end of 2025, times the record", ".2f", factors))
    rows += [
        ("Record training runs, root mean square, OOM", ".2f", [b["run_rmse_oom"] for b in every]),
        ("… of the United States, every quarter", ".2f", [b["run_rmse_oom_by_country"]["us"] for b in every]),
        ("… of China, every quarter", ".2f", [b["run_rmse_oom_by_country"]["china"] for b in every]),
        ("US record run at the starts of years, root mean square, OOM", ".2f", [t["rmse_ours"] for t in takeoff]),
        ("The same, Full Takeoff Model of 2022", ".2f", [t["rmse_full_takeoff_model"] for t in takeoff]),
    ]
    shown = ((label, *("–" if v is None else f"{v:{form}}" for v in values)) for label, form, values in rows)
    return table(("Error of the median", *(f"from {cutoff}" for cutoff in CUTOFFS)), shown)


def _checks(table: Table) -> str:
    """Headline figures of the latest kept blind run against the limits that were set."""
    rows = ((c.what, f"{c.value:.3g}", c.limit, "met" if c.met else "missed") for c in kept(CUTOFFS[-1]).checks())
    return table((f"From the end of {CUTOFFS[-1][:4]}", "Error or value", "Limit", ""), rows)


def _without(table: Table) -> str:
    """What the default futures become when one part of the record is left out."""
    labels = {series.key: series.label for series in SERIES}
    rows = (
        (
            labels.get(r["without"], r["without"]),
            f"{r['effective']:,.0f}",
            f"{100 * r['us_ahead']:.0f}",
            _span(r["lead_2030"]),
        )
        for r in _facts()["without"]
    )
    return table(("Left out", "Effective draws", "US well ahead in 2032, of 100", "Lead in 2030, months"), rows)


def _misses(table: Table) -> str:
    """Figures outside the 90% band of the latest kept blind run."""
    rows = [
        (r["label"], r["quarter"], f"{r['recorded']:.3g}", f"{r['p50']:.3g}", f"{r['p05']:.3g} to {r['p95']:.3g}",
         r["unit"])
        for r in kept(CUTOFFS[-1]).figures() if not r["in90"]
    ]  # fmt: skip
    return table(("Figure", "Quarter", "Recorded", "Median", "5 to 95%", "Unit"), rows)


def _facts() -> dict[str, Any]:
    return posterior_draws.weighed(DATA_UNTIL).facts


def _head() -> str:
    facts = _facts()
    moved = sum(row["moved"] for row in facts["parameters"])
    return (
        f"Of {facts['weighed_draws']:,} weighed draws {facts['effective_draws']:,.0f} are effective; "
        f"{facts['kept_draws']:,} of equal weight are kept, {facts['distinct_draws']:,} of them distinct. "
        f"The record moves {moved} of {len(facts['parameters'])} parameters.\n"
    )


def _moved(table: Table) -> str:
    """Parameters that the record moves, most moved first."""
    rows = sorted(
        (row for row in _facts()["parameters"] if row["moved"]), key=lambda r: -max(abs(r["shift"]), 1 - r["spread"])
    )
    return table(
        ("Parameter", "Shift, sd", "Spread, sd", "Prior", "Weighed by history"),
        ((f"`{r['name']}`", f"{r['shift']:+.2f}", f"{r['spread']:.2f}", _span(r["prior"]), _span(r["posterior"]))
         for r in rows),
    )  # fmt: skip


def _span(ends: Sequence[float]) -> str:
    return f"{ends[1]:.3g} ({ends[0]:.3g} to {ends[2]:.3g})"


def _still() -> str:
    names = [f"`{row['name']}`" for row in _facts()["parameters"] if not row["moved"]]
    return ", ".join(names) + ".\n"


def _correlations(table: Table) -> str:
    """The strongest correlations of the weighed draws, and the hardware fractions of the default calibration."""
    from calibration.record import IN_USE, read
    from sim.ensemble.draws import fractions

    pairs = table(
        ("Parameter", "Parameter", "Correlation of normal scores"),
        ((f"`{p['one']}`", f"`{p['other']}`", p["correlation"]) for p in _facts()["correlations"]),
    )
    rows = []
    for name, (dim, found) in fractions(read(IN_USE)).items():
        rows.append((f"`{name}`", found.median, f"{found.low:g} to {found.high:g}", found.tier, dim, found.source))
    head = ("Hardware fraction", "Median", "5 to 95%", "Tier", "Sobol column", "Source")
    return pairs + "\n" + table(head, rows)


def _turns(table: Table) -> str:
    """The score of the rules by which nations choose, and every recorded turn."""
    found = turns.kept()
    on_turns, on_years = found.on_turns(), found.on_years()
    scores = table(
        ("Forecast", "Brier, turns", "Log, turns", "Brier, years", "Log, years"),
        ((label, *(f"{of[name][kind]:.3f}" for of in (on_turns, on_years) for kind in ("brier", "log")))
         for name, label in turns.FORECASTS.items()),
    )  # fmt: skip
    rows = (
        (t.date, t.title, turns.who(t), turns.way(t), f"{100 * t.p:.0f}", f"{100 * t.standing_p:.0f}",
         f"{100 * t.persistence_p:.0f}", t.miss or turns.result(t)) for t in found.turns
    )  # fmt: skip
    head = ("Date", "Turn", "Who", "What happened", "Rules, %", "From the recorded level, %", "Persistence, %", "")
    return f"{turns.verdict(found)}\n\n{scores}\n{table(head, rows)}"


def _mechanisms(table: Table) -> str:
    """What was tried after a miss against history, and the result."""
    return table(
        ("Miss", "Tried", "Log evidence", "Verdict", "Why"),
        ((r.miss, r.tried, "–" if r.evidence is None else f"{r.evidence:+.1f}", r.verdict, r.why)
         for r in data_table("mechanisms")),
    )  # fmt: skip


def _earlier(table: Table) -> str:
    """Priors that could be written at past dates, with their sources."""
    rows = [
        (f"`{name}`", row.as_of, _span(row.distribution.interval()), row.tier, row.source)
        for name, found in earlier().items() for row in found
    ]  # fmt: skip
    without = ", ".join(f"`{name}`" for name in parameters() if name not in earlier())
    return (
        table(("Parameter", "Known by", "Median and 5 to 95%", "Tier", "Source"), rows)
        + f"\nNo row: {without}. Where today's source is later than the cut-off, today's prior stands in with a spread "
        f"{WIDER:g} times as wide.\n"
    )


def _series(table: Table) -> str:
    """The recorded series."""
    rows = []
    for series in SERIES:
        figures = series.figures()
        scale = "log10" if series.log else "as it is"
        rows.append((series.pattern, series.label, series.unit, len(figures), scale, "yes" if series.scored else "no"))
    return table(("Pattern", "Series", "Unit", "Figures", "Compared as", "Counts in the score"), rows)
