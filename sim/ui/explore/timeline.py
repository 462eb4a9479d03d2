"""The rules on the time axis of the lead chart: what has been decided, and bills, which a reader can pass."""

from __future__ import annotations

from typing import Any

import streamlit as st
from markupsafe import Markup

from scenarios.bills import bills
from scenarios.quarters import end_year, number
from sim.ui.shared import frames, rules, sources, theme
from sim.ui.shared.address import BILL_QUARTERS
from sim.ui.shared.setup import Setup, choice
from sim.ui.shared.templates import render

BEGIN = 2023.0
"""Where the time axis of the lead chart begins; it ends with `frames.END`."""
APART = 0.32
"""Years between two marks that stand in one row."""
_SIGNS = {"Tightened": "▲", "Loosened": "▽", rules.NEITHER: "◇"}
_KEY = "bills"


def panel(now: Setup) -> None:
    """The timeline, and the bills as pills: a lit one has passed."""
    unit = "▲ tightened, ▽ loosened, dashed: pending bills. Click a mark for what it does and its source."
    marks = [*_past(), *_pending(now)]
    st.html(render(
        "explore/timeline.html", heading=theme.heading("Rules and bills on the same time axis", unit), marks=marks,
        rows=1 + max(mark["row"] for mark in marks), now=_place(frames.NOW),
    ))  # fmt: skip
    if st.session_state.get(_KEY) != list(now.bills):
        st.session_state[_KEY] = list(now.bills)
    st.pills("Pass a bill in your settings", list(bills()), key=_KEY, selection_mode="multi", on_change=_picked,
             format_func=lambda name: bills()[name].title)  # fmt: skip
    for name, quarter in now.bills.items():
        key = f"bill_{name}"
        if st.session_state.get(key) != quarter:
            st.session_state[key] = quarter
        st.select_slider(
            f"{bills()[name].title}: in force from", BILL_QUARTERS, key=key, on_change=_dated, args=(name,)
        )


def _picked() -> None:
    chosen = choice()
    chosen.take(chosen.now.passing(st.session_state[_KEY]))


def _dated(name: str) -> None:
    chosen = choice()
    chosen.take(chosen.now.passing_in(name, st.session_state[f"bill_{name}"]))


def _place(time: float) -> float:
    """Where a time stands, percent from the left."""
    return round(100 * (max(time, BEGIN) - BEGIN) / (frames.END - BEGIN), 3)


def _day(date: str) -> float:
    """The decimal year of an ISO date."""
    year, month, day = map(int, date.split("-"))
    return year + (month - 1 + (day - 1) / 31) / 12


def _past() -> list[dict[str, Any]]:
    """The rules that tell most, each in the first row with room."""
    last: list[float] = []
    found = []
    for rule in sorted(rules.telling(), key=lambda rule: rule.start):
        time, tone = max(_day(rule.start), BEGIN), rules.tone(rule)
        row = next((n for n, before in enumerate(last) if time - before >= APART), len(last))
        last[row : row + 1] = [time]
        when = f"{rules.month(rule)}: {tone.lower()}" if tone != rules.NEITHER else rules.month(rule)
        found.append({
            "id": rule.id, "kind": "past first" if time == BEGIN else "past", "left": _place(time), "row": row,
            "words": _SIGNS[tone], "title": rule.title, "when": when, "text": rule.summary,
            "spoken": f"{rule.title}, {when}", "source": _source(rule),
        })  # fmt: skip
    return found


def _pending(now: Setup) -> list[dict[str, Any]]:
    """The bills, each in a row of its own: dashed, or with a firm line where the settings pass it."""
    found = []
    for row, (name, bill) in enumerate(bills().items()):
        quarter = now.bills.get(name)
        begin = frames.NOW + 0.12 if quarter is None else end_year(number(quarter)) - 0.25
        when = "Pending" if quarter is None else f"In your settings in force from {quarter}"
        found.append({
            "id": name, "kind": "pending" if quarter is None else "in_force", "left": _place(begin), "row": row,
            "words": bill.title, "title": bill.title, "when": when,
            "text": f"{bill.summary} {bill.instead}".strip(), "spoken": f"{bill.title}. {when}",
            "source": _source(bill),
        })  # fmt: skip
    return found


def _source(row: Any) -> Markup:
    return Markup("<br>{}").format(sources.cited(row.source, row.url))
