"""Why nations choose as they do: their own reasons at the turn of a year, in the median run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from scenarios.decisions import DECISIONS
from sim.reasons import EARLIEST, Chosen
from sim.ui.shared import choices, common, costs, theme, wording, work
from sim.ui.shared.setup import REFUSED, Setup, first_line
from sim.ui.shared.templates import render

HEAD = "Why nations choose so: their reasons, year by year"
_YEAR = "reasons_year"
FEW = common.FEWER
"""Futures among which the median run is looked for."""
_NOTE = (
    f"One simulated future: of {FEW}, the one whose lead is nearest to the median at that time. Nations choose once a "
    "year by what each level is worth to them, and move halfway to it. Recorded politics stands for what keeps the "
    "choices of 2026 where they are and no list of values holds."
)


def panel(now: Setup) -> None:
    """Worked out when opened, by the workers."""
    with st.expander(HEAD, key="reasons", on_change="rerun") as more:
        if not more.open:
            return
        years = range(EARLIEST, now.judge.year + 1)
        if st.session_state.get(_YEAR) not in years:
            st.session_state[_YEAR] = years[0]
        year = st.select_slider("Turn of the year", years, key=_YEAR) if len(years) > 1 else years[0]
        try:
            found = common.asked("reasons", work.reasons, now.spec, year, FEW)
        except REFUSED as error:
            st.error(first_line(error))
            return
        st.html(cards(found, costs.labels(now.spec)))
        st.html(theme.paragraph(_NOTE, "fine"))


def cards(found: Sequence[Chosen], names: Mapping[str, str]) -> Markup:
    """A card per nation, in the order of the model; those who choose alike for the same reason share one."""
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for choice in found:
        before, level = (choices.worded(choice.decision, value) for value in (choice.before, choice.value))
        moved = level if level == before else f"{level} (was {before})"
        rows.setdefault(choice.actor, []).append((DECISIONS[choice.decision].label, moved, choice.why))
    groups: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
    for actor, told in rows.items():
        groups.setdefault(tuple(told), []).append(names.get(actor, actor))
    return render("explore/reasons.html", groups=[(wording.listed(who), told) for told, who in groups.items()])
