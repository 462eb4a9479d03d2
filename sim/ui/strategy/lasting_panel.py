"""When a lead lasts: your settings and three policies of the library, with and without research feedback."""

from __future__ import annotations

from functools import partial

import streamlit as st
from markupsafe import Markup

from scenarios import load
from scenarios.schema import Scenario
from sim.analysis.durable import AT, YEARS, Lasting
from sim.results.outcomes.polarity import MONTHS
from sim.ui.shared import common, kept, lasting, theme, wording
from sim.ui.shared.setup import REFUSED, Setup, first_line
from sim.ui.shared.templates import render

HEAD = "When does a lead last?"
ABOUT = (
    f"Of 100 futures in which the US leads by {MONTHS:g} months or more at the end of {AT}: in how many it does so "
    f"again at the end of {AT + YEARS}, with AI speeding up AI research and without."
)
BESIDE = ("tight_controls", "closed_ideas", "open_trade", "current_policy")
"""Policies of the library beside your settings; the last one stands in for one of them that is your setting."""
BUTTON = "strategy_lasting_ask"


def panel(now: Setup) -> None:
    """Asked for by a button; at once where all of it has been asked before."""
    st.html(theme.heading(HEAD, ABOUT))
    settings = compared(now)
    place = st.empty()
    if not all(lasting.known(spec) for _, spec in settings):
        if not place.button(f"Simulate {len(settings)} policies to {AT + YEARS}, with feedback and without (about 5 s)",
                            key=BUTTON, icon=":material/timeline:"):  # fmt: skip
            return
        place.empty()
    try:
        waiting = partial(common.waiting, f"Simulating to {AT + YEARS}")
        rows = [(title, lasting.of(spec, waiting)) for title, spec in settings]
    except REFUSED as error:
        st.error(first_line(error))
        return
    st.html(bars(rows) + theme.paragraph(told(rows), "story"))
    st.page_link("sim/ui/teach/page.py", label="Claim C9 on Teach", icon=":material/school:",
                 query_params={"claim": "C9"})  # fmt: skip


def compared(now: Setup) -> list[tuple[str, Scenario]]:
    """Your settings and three policies of the library."""
    mine = now.own.title if now.own else kept.title(now)
    found, seen = [(mine, now.spec)], {now.spec.digest()}
    for name in BESIDE:
        spec = load(name)
        if len(found) < len(BESIDE) and spec.digest() not in seen:
            found.append((spec.title, spec))
    return found


def bars(rows: list[tuple[str, Lasting]]) -> Markup:
    """Two bars for each policy."""
    return render("strategy/regrets.html", players=[("us", title, [
        ("With research feedback", *_share(row, True), False), ("Without", *_share(row, False), False),
    ]) for title, row in rows])  # fmt: skip


def _share(row: Lasting, feedback: bool) -> tuple[str, str]:
    """Leads of 100 that last, in words and as the width of a bar."""
    share = row.kept(feedback)
    if share is None or not row.enough(feedback):
        return "too few", "0"
    return f"{100 * share:.0f}", f"{100 * share:.1f}"


def told(rows: list[tuple[str, Lasting]]) -> str:
    """Your settings in a sentence, and where leads last most."""
    (mine, row), *_ = rows
    said = lasting.said(row, f"“{mine}”")
    known = {title: each.kept() for title, each in rows if each.enough(True)}
    if len(known) < 2:
        return said
    best = max(known, key=lambda title: known[title] or 0.0)
    return said if best == mine else f"{said} Leads last most often under {wording.inside(best)}."
