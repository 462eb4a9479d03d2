"""What `polarity hindcast` and `polarity weights` print for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.cli.text import layout
from sim.hindcast import turns
from sim.hindcast.record import PATTERNS, SERIES

if TYPE_CHECKING:
    from sim.hindcast.blind import Hindcast

ENOUGH = 500
"""Below this many effective draws, quantiles are rough."""
UNITS = {"P1": "OOM", "P2": "OOM", "P3": "OOM", "P4": "OOM", "P5": "points", "all": ""}
"""Units of errors and CRPS by pattern: orders of magnitude, or points of the index."""


def hindcast(found: Hindcast) -> None:
    """The table of scores, the errors and the worst misses."""
    console = layout.console()
    console.print(
        f"Given data to the end of {found.cutoff} only: {found.draws:,} weighted draws, {found.ess:,.0f} effective"
    )
    if found.ess < ENOUGH:
        console.print(f"With fewer than {ENOUGH} effective draws the numbers below are rough; raise --draws.")
    console.print()
    table = layout.table(
        "Scores", "Pattern", "Points", "In 50%", "In 90%", "CRPS", "Last value", "Trend", "Median error", "Unit"
    )
    for name, meaning in (*PATTERNS.items(), ("all", "All points in a band")):
        score = found.pattern(name)
        if not score["points"]:
            table.add_row(f"{name} {meaning}", "0", *["–"] * 6, "")
            continue
        own = name != "all"  # units differ between patterns, so only coverage is a mean over all
        numbers = [f"{score[k]:.3f}" for k in ("crps", "crps_last_value", "crps_trend")] if own else ["–"] * 3
        table.add_row(
            f"{name} {meaning}" if own else meaning, str(score["points"]), f"{100 * score['coverage50']:.0f}",
            f"{100 * score['coverage90']:.0f}", *numbers, f"{score['median_error']:+.3f}" if own else "–", UNITS[name],
        )  # fmt: skip
    layout.put(console, table, _checks(found), _bars(found))
    layout.put(console, _misses(found))
    layout.put(console, _choices(), turns.verdict(turns.kept()))
    console.print(
        "CRPS (continuous ranked probability score): lower is better; for a naive forecast, which is a single number, "
        "it is the error. Last value and Trend: two naive forecasts. OOM: orders of magnitude, factors of ten."
    )
    console.print(layout.FOOTER)


def _checks(found: Hindcast) -> Any:
    table = layout.table("Against targets set for a cut-off at the end of 2024", "Figure", "Value", "Target", "")
    for check in found.checks():
        table.add_row(check.what, f"{check.value:.3g}", check.limit, "met" if check.met else "missed")
    return table


def _bars(found: Hindcast) -> Any:
    table = layout.table("Errors of the median", "Figure", "Error", left=1)
    bars = found.bars()
    for quarter, value in bars["lag_months"].items():
        table.add_row(f"Lag of China, four-quarter mean to {quarter}, months", _signed(value))
    for name, value in bars["slope_points"].items():
        table.add_row(f"Growth of the {_who(name)} frontier over the last year, points", _signed(value))
    for name, value in bars["eci_points_end_2025"].items():
        table.add_row(f"{_who(name)} frontier at the end of 2025, points", _signed(value))
    labels = {series.key: series.label for series in SERIES}
    for name, value in bars["stock_factor_end_2025"].items():
        table.add_row(f"{labels[name]}, end of 2025, times the record", "–" if value is None else f"{value:.2f}")
    for who, error in {"": bars["run_rmse_oom"], **bars["run_rmse_oom_by_country"]}.items():
        label = f"{_who(who)} record" if who else "Record"
        table.add_row(f"{label} training runs, root mean square, OOM", "–" if error is None else f"{error:.2f}")
    takeoff = found.full_takeoff()
    if takeoff["ours"]:
        ours = ", ".join(f"{q} {v:+.2f}" for q, v in takeoff["ours"].items())
        theirs = ", ".join(f"{v:+.2f}" for v in takeoff["full_takeoff_model"].values())
        table.add_row("US record run, OOM", f"{ours} (RMSE {takeoff['rmse_ours']:.2f})")
        table.add_row("The same in the Full Takeoff Model's 2022 forecast",
                      f"{theirs} (RMSE {takeoff['rmse_full_takeoff_model']:.2f})")  # fmt: skip
    return table


def _who(name: str) -> str:
    return {"us": "US", "china": "Chinese"}[name]


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1f}"


def _misses(found: Hindcast) -> Any:
    outside = [row for row in found.figures() if not row["in90"]]
    if not outside:
        return "Every recorded figure fell inside its 90% range."
    table = layout.table("Outside the 90% range", "Figure", "Quarter", "Recorded", "Median", "90% range", left=2)
    for row in outside:
        table.add_row(row["label"], row["quarter"], f"{row['recorded']:.3g}", f"{row['p50']:.3g}",
                      f"{row['p05']:.3g} to {row['p95']:.3g}")  # fmt: skip
    return table


def _choices() -> Any:
    table = layout.table("Policy turns on record", "Date", "Turn", "Who", "Model, %", "Persistence, %", "", left=3)
    for turn in turns.kept().turns:
        chances = (f"{100 * p:.0f}" for p in (turn.p, turn.persistence_p))
        table.add_row(turn.date, turn.title, turns.who(turn), *chances, turns.result(turn))
    return table


def weights(facts: Mapping[str, Any]) -> None:
    """How many draws count, which parameters the record moves, and which it does not."""
    console = layout.console()
    console.print(
        f"Record to {facts['data_until']}: {facts['weighed_draws']:,} draws weighted, {facts['effective_draws']:,.0f} "
        f"effective; {facts['kept_draws']:,} kept, {facts['distinct_draws']:,} of them distinct."
    )
    console.print()
    moved = sorted((r for r in facts["parameters"] if r["moved"]), key=lambda r: -_moved(r))
    table = layout.table(
        "What the record changes", "Parameter", "Shift, sd", "Spread, sd", "Prior", "By history", left=1
    )
    for row in moved:
        table.add_row(
            row["name"], f"{row['shift']:+.2f}", f"{row['spread']:.2f}", _interval(row["prior"]),
            _interval(row["posterior"]),
        )  # fmt: skip
    pairs = layout.table("Strongest correlations", "Parameter", "with", "Correlation", left=2)
    for pair in facts["correlations"]:
        pairs.add_row(pair["one"], pair["other"], f"{pair['correlation']:+.2f}")
    still = ", ".join(r["name"] for r in facts["parameters"] if not r["moved"])
    layout.put(console, table, pairs, f"The record does not change: {still}.")


def _moved(row: Mapping[str, Any]) -> float:
    return max(abs(float(row["shift"])), 1 - float(row["spread"]))


def _interval(ends: list[float]) -> str:
    return f"{ends[1]:.3g} ({ends[0]:.3g} to {ends[2]:.3g})"
