"""What a result moves in the simulator: sentences, a column of the table of updates, and how large a campaign must be.

The numbers come from a simulation, as `polarity calibrate effect --json` prints them; without it a result is shown all
the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from calibration.record import Interval
from calibration.report.blocks import Blocks, figure, missing, table, text
from calibration.report.colors import BLUE, INK, ORANGE, QUIET
from calibration.report.draft import Draft
from calibration.report.plot import Figure, Plot, across, up
from calibration.report.words import interval, number, signed

LEAD = ("Moves", "US lead 2030, months")
"""What a simulation adds to the table of updates."""
LEAST = 0.001
"""Months; a smaller change of the lead is not written out."""
MONTH = 1.0
"""The lead that a campaign is asked to move, months."""


def months(value: float, error: float | None = None) -> str:
    """A change of the lead, with its standard error."""
    said = f"{value:+.3f}".replace("-", "−") if abs(value) >= LEAST else f"less than {LEAST:g}"
    return f"{said} ± {error:.3f}" if error else said


def together(draft: Draft) -> list[str]:
    """What the whole result moves, in a sentence or two; none before it was simulated."""
    found = draft.effect
    if not found:
        return []
    lead, error = found["together"]["lead_2030_months"], found["together"]["lead_2030_months_se"]
    told = "no detectable difference" if abs(lead) < 2 * error else "more than chance"
    return [
        f"In {found['futures']:,} simulated futures it moves the US lead at the end of 2030 by "
        f"{signed(lead)} months (standard error {number(error, 1)}: {told}), with the same random draws as with the "
        "priors alone."
    ]


def outcomes(draft: Draft) -> Blocks:
    """How many futures in 100 come to each outcome, with the priors alone and with the result."""
    if not draft.effect:
        return ()
    before, after = draft.effect["outcomes"]["prior"], draft.effect["outcomes"]["result"]
    told = []
    for label, share in before.items():
        one, other = 100 * share, 100 * after.get(label, 0.0)
        told.append((label, f"{one:.1f}", f"{other:.1f}", f"{other - one:+.1f}".replace("-", "−")))
    head = ("Outcome, in 100 futures", "Priors alone", "With this result", "Difference")
    return table("The verdict with and without this result", head, told)


def moved_by(draft: Draft, label: str) -> tuple[str, str]:
    """The simulator's number behind an update and what it alone does to the lead; of none where nothing is drawn."""
    found = [row for row in _numbers(draft) if (row["evidence"] or {}).get("label") == label]
    if not found:
        return "nothing", ""
    return "; ".join(row["label"] for row in found), "; ".join(_lead(row) for row in found)


def others(draft: Draft) -> list[tuple[str, ...]]:
    """Rows of the table of updates for numbers that have no update of their own in it."""
    known = {update.label for update in draft.updates}
    rows: list[tuple[str, ...]] = []
    for row in _numbers(draft):
        if (row["evidence"] or {}).get("label") not in known:
            rows.append((row["label"], row["unit"], _span(row["prior"]), "–", number(row["weight"], 2),
                         _span(row["posterior"]), signed(row["moved"]), row["label"], _lead(row)))  # fmt: skip
    return rows


def _numbers(draft: Draft) -> list[Mapping[str, Any]]:
    return list((draft.effect or {}).get("parameters", {}).values())


def _lead(row: Mapping[str, Any]) -> str:
    return months(row["lead_2030_months"], row["lead_2030_months_se"])


def _span(found: Mapping[str, float]) -> str:
    return interval(Interval(**{k: found[k] for k in ("median", "low", "high")}))


def campaign(draft: Draft) -> Blocks:
    """How large a campaign would have to be."""
    found = draft.effect or {}
    if not found.get("campaign_size"):
        return ()
    return figure(_curve(found["campaign_size"], found["largest_run_flop"])) + text(
        "The formula is the same as for this result: weight grows as the largest run comes nearer to a frontier run. "
        "It says how far a campaign of that size would typically move the lead (root mean square over what it might "
        "find), not in which direction."
    )


def needed(sizes: Sequence[Mapping[str, float]], lead: float = MONTH) -> float | None:
    """FLOP from which a campaign moves the lead by so many months: a line in logs between points; None if none does."""
    points = sorted((math.log10(s["flop"]), s["lead_2030_months"]) for s in sizes)
    for (x0, y0), (x1, y1) in pairwise(points):
        if y0 < lead <= y1:
            return float(10 ** (x0 + (x1 - x0) * (lead - y0) / (y1 - y0)))
    return 10 ** points[0][0] if points and points[0][1] >= lead else None


def _curve(sizes: Sequence[Mapping[str, float]], own: float | None) -> Figure | None:
    """Months that a campaign moves the lead by, against the FLOP of its largest run."""
    points = sorted((s["flop"], s["lead_2030_months"]) for s in sizes if s["lead_2030_months"] > 0)
    if len(points) < 2:
        return None
    x, y = [p[0] for p in points], [p[1] for p in points]
    low, high = min(*y, MONTH) / 1.5, max(*y, MONTH) * 2
    powers = [10.0**p for p in range(math.ceil(math.log10(x[0])), math.floor(math.log10(x[-1])) + 1, 4)]
    plot = Plot(
        across(x[0], x[-1], powers, lambda v: number(v, 1), "FLOP of the largest run of a campaign"),
        up(low, high, lambda v: f"{v:g}"), {"this result": ORANGE, "a campaign": BLUE},
    )  # fmt: skip
    plot.add([{"x": e, "y": MONTH} for e in (x[0], x[-1])], "line", color=QUIET, strokeDash=[4, 3], strokeWidth=1.2)
    plot.add([{"x": x[0], "y": MONTH, "label": "one month"}], "text", align="left", dx=4, dy=-9, color=INK)
    plot.add([{"x": a, "y": b, "kind": "a campaign"} for a, b in points], "line", strokeWidth=2.4)
    spoken = f"From {number(y[0], 1)} months at {number(x[0], 1)} FLOP to {number(y[-1], 2)} at {number(x[-1], 1)}"
    if own and x[0] <= own <= x[-1]:
        here = float(np.exp(np.interp(math.log(own), np.log(x), np.log(y))))
        mark = {"x": own, "y": here, "kind": "this result", "moves": f"{number(here, 1)} months"}
        plot.add([mark], "circle", ("kind", "moves"), size=110, opacity=1)
        plot.add([{**mark, "label": "this result"}], "text", align="left", dx=9, dy=10, color=INK)
        spoken += f"; this result {number(here, 1)} months"
    enough = needed(sizes)
    title = f"A campaign of {number(enough, 1)} FLOP would move the lead by a month" if enough else (
        f"No campaign up to {number(x[-1], 1)} FLOP would move the lead by a month"
    )  # fmt: skip
    return plot.figure(
        title, "Months of the US lead at the end of 2030, both axes logarithmic.", spoken, 260, key=False
    )


def absent(identifier: str) -> Blocks:
    """How to have it simulated."""
    return missing(
        f"What each of them moves in the lead has not been simulated yet: polarity calibrate effect {identifier}"
    )
