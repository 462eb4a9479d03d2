"""The rules decided since 2022, and what the outcomes mean."""

from __future__ import annotations

import streamlit as st

from scenarios.rules import Rule, history
from sim.ui.shared import charts, glossary, rules, sources, theme
from sim.ui.shared.templates import render

_TONE = {
    "Tightened": ("▲ Tightened", charts.INK),
    "Loosened": ("▽ Loosened", charts.MUTED),
    rules.NEITHER: (rules.NEITHER, charts.MUTED),
}
"""How a rule turned, in words with a mark, and its color."""


def rules_so_far() -> None:
    """What has been decided since 2022."""
    told = [
        (rules.month(rule), sources.linked(rule.title, rule.url), _tone(rule)[0], charts.themed(_tone(rule)[1]))
        for rule in rules.telling()
    ]
    unit = "Controls on chips, tools and memory for China, by the date from which they hold."
    every = history()
    with st.expander(f"Rules so far: all {len(every)} rules, letters and bills", key="all_rules",
                     on_change="rerun") as more:  # fmt: skip
        if more.open:
            st.html(theme.heading("Rules that tell most", unit) + render("explore/rules.html", rules=told))
            dated = sorted(every, key=lambda rule: rule.start)
            rows = [(rule, _tone(rule)[0], sources.cited(rule.source, rule.url)) for rule in dated]
            st.html(render("explore/all_rules.html", rules=rows))


def words() -> None:
    """The terms of the page, one sentence each."""
    with st.expander("What these words mean", key="meanings", on_change="rerun") as more:
        if more.open:
            st.html(glossary.listing())


def _tone(rule: Rule) -> tuple[str, str]:
    return _TONE[rules.tone(rule)]
