"""The effect of a calibration result, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.analysis.calibrating import SCENARIO, YEAR
from sim.cli.text import layout
from sim.results.outcomes.polarity import LABELS

SHOWN = (1e12, 1e15, 1e18, 1e21, 1e24, 1e26)
"""Sizes of campaigns that a terminal shows."""


def effect(found: Mapping[str, Any]) -> None:
    """What a result changes against its prior."""
    console = layout.console()
    moved = layout.table(
        f"What {found['result']} moves, against {found['prior']}",
        "Number", "Prior", "As drawn", "Weight", "Moved, prior sd", f"US lead, end of {YEAR}, months",
    )  # fmt: skip
    for row in found["parameters"].values():
        moved.add_row(
            row["label"], _span(row["prior"]), _span(row["posterior"]), f"{row['weight']:.2g}",
            f"{row['moved']:+.2g}", _change(row),
        )  # fmt: skip
    moved.add_row("All together", "", "", "", "", _change(found["together"]))
    shares = layout.table("Futures in 100, at the horizon", "Outcome", found["prior"], found["result"])
    for name, share in found["outcomes"]["prior"].items():
        shares.add_row(LABELS[name], f"{100 * share:.1f}", f"{100 * found['outcomes']['result'][name]:.1f}")
    layout.put(console, moved, shares, _size(found))
    console.print(
        f"{SCENARIO}, {found['futures']:,} futures with the same random draws, drawn from priors without weighing by "
        "history; ± is the standard error of the mean."
    )
    console.print(layout.FOOTER)


def _size(found: Mapping[str, Any]) -> str:
    """How large a campaign would move the lead, in a sentence or two."""
    if not found["campaign_size"]:
        return "No model was trained, so nothing here grows with the size of a run."
    by = {row["flop"]: row["lead_2030_months"] for row in found["campaign_size"]}
    sizes = ", ".join(f"{by[flop]:.2g} at {flop:.0e} FLOP" for flop in SHOWN)
    month = next((flop for flop, months in by.items() if months >= 1), None)
    enough = "No campaign of this kind moves it by a month." if month is None else (
        f"It takes a largest run of {month:.0e} FLOP to move it by a month.")  # fmt: skip
    return (
        f"Months by which a campaign with these measurements can be expected to move the lead (root mean square), by "
        f"its largest run: {sizes}. {enough}"
    )


def _span(interval: Mapping[str, float]) -> str:
    return f"{interval['median']:.3g} ({interval['low']:.3g} to {interval['high']:.3g})"


def _change(row: Mapping[str, Any]) -> str:
    months, error = row["lead_2030_months"], row["lead_2030_months_se"]
    return f"{months:+.3f} ± {error:.3f}"
