"""What the settings cost whom, and how everybody divides money, compute and people under them."""

from __future__ import annotations

import re

import streamlit as st

from scenarios.schema import Scenario
from sim.results.costs import Cost
from sim.ui.shared import costs, frames, payers, theme, uses, wording
from sim.ui.shared.paid import paid
from sim.ui.shared.setup import REFUSED, Setup, first_line
from sim.ui.shared.templates import render

HEAD = "What it costs"
_AMOUNT = re.compile(r"(\$[\d.,]+(?:tn|bn|m))")
_FILLS = {
    "money": ("#7457B8", "#557A22", "#8A6414", "#667080"),
    "compute": ("#557A22", "#3E7488", "#7457B8", "#5E6AA8", "#8F5E49", "#A8447C", "#667080"),
    "people": ("#7457B8", "#557A22", "#A8447C", "#667080"),
}
"""Colors of the uses, none of which is that of a country: white reads on each, and each stands out on dark paper."""


def panel(now: Setup, mine: frames.View, base: frames.View, reference: str) -> None:
    """Both blocks side by side."""
    left, right = st.columns([0.42, 0.58], gap="medium")
    with left, st.container(key="costs", gap="xxsmall"):
        _costs(now)
    with right, st.container(key="uses", gap="xxsmall"):
        _uses(now.spec, mine, base, reference)


def said(now: Setup) -> str:
    """The largest costs in one sentence; empty where they cannot be worked out."""
    try:
        return paid(now).sentence
    except REFUSED:  # the panel of the costs says so
        return ""


def _costs(now: Setup) -> None:
    year, names = now.judge.year, costs.labels(now.spec)
    try:
        found = paid(now)
    except REFUSED as error:  # the reference can be what the settings themselves are not
        st.html(theme.heading(HEAD, first_line(error)))
        return
    unit = (
        f"Billion US dollars in {year}, against {found.against}: median of futures, and where nine in ten lie. "
        "A minus saves or earns money."
    )
    shown = found.costs[: costs.MOST]
    longest = payers.longest(shown)
    words = _AMOUNT.split(found.sentence)
    st.html(theme.heading(HEAD, unit) + render(
        "explore/costs.html", sentence=words, rows=[_row(cost, longest, names) for cost in shown], sides=payers,
        note=costs.NOT_A_LOSS if any(cost.item in costs.BOUGHT for cost in shown) else "",
    ))  # fmt: skip


def _row(cost: Cost, longest: float, names: dict[str, str]) -> dict[str, str]:
    drawn = payers.track(cost, longest)
    return {
        "who": names.get(cost.actor, cost.actor), "what": wording.inside(cost.label), "group": costs.group(cost),
        "median": costs.billions(cost.median), "span": costs.span(cost), "bar": drawn.bar, "line": drawn.line,
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- uses
def _uses(spec: Scenario, mine: frames.View, base: frames.View, reference: str) -> None:
    unit = f"Median shares now and at the end of {mine.year}. All others: every other country together."
    st.html(theme.heading("How they allocate money, compute and people", unit) + render(
        "explore/uses.html", parts=[_part(what, mine, base, reference) for what in uses.SERIES],
        fixed=uses.fixed(spec),
    ))  # fmt: skip
    with st.expander("All shares as a table", key="all_shares", on_change="rerun") as more:
        if more.open:
            heads = ("Of", "Use", "Who", "Now", mine.year, f"{mine.year}, {reference}")
            st.html(
                render("shared/table.html", around="scroll", kind="all shares", heads=heads, rows=_rows(mine, base))
            )


def _part(what: str, mine: frames.View, base: frames.View, reference: str) -> dict[str, object]:
    """One thing that is divided: its key, and who divides it how."""
    labels = uses.LABELS[what]
    drawn = {use for who in uses.DIVIDERS for use in labels if max(mine.divided[who][what][use]) >= 0.0005}
    colors = {use: color for use, color in zip(labels, _FILLS[what], strict=True) if use in drawn}
    return {
        "title": what.capitalize(),
        "key": [(labels[use], color) for use, color in colors.items()],
        "who": [_divider(who, what, mine, base, reference, colors) for who in uses.DIVIDERS],
    }  # fmt: skip


def _divider(
    who: str, what: str, mine: frames.View, base: frames.View, reference: str, colors: dict[str, str]
) -> dict[str, object]:
    """The two bars of somebody, and the reference's share of what is another one there."""
    labels, shares, usual = uses.LABELS[what], mine.divided[who][what], base.divided[who][what]
    bars = []
    for place, when in enumerate(("now", str(mine.year))):
        told = [f"{labels[use]} {uses.percent(shares[use][place])}" for use in colors]
        parts = [(f"{100 * shares[use][place]:.2f}", f"{100 * shares[use][place]:.0f}", colors[use]) for use in colors]
        bars.append({"when": when, "parts": parts, "spoken": f"{when}: {wording.listed(told)}"})
    others = [f"{wording.inside(labels[use])} {uses.percent(usual[use][1])}" for use in uses.moved(shares, usual)]
    return {"name": uses.DIVIDERS[who], "bars": bars, "others": wording.listed(others), "reference": reference}


def _rows(mine: frames.View, base: frames.View) -> list[tuple[str, ...]]:
    """Every share: what, use, who, now, at the end of the year, and then under the reference."""
    found: list[tuple[str, ...]] = []
    for what, labels in uses.LABELS.items():
        for use, label in labels.items():
            for who, name in uses.DIVIDERS.items():
                (now, then), usual = mine.divided[who][what][use], base.divided[who][what][use][1]
                found.append((what.capitalize(), label, name, *map(uses.percent, (now, then, usual))))
    return found
