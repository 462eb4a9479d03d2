"""The rules decided since 2022, and what the outcomes mean."""

from __future__ import annotations

import streamlit as st

from scenarios.rules import Rule, history
from sim.ui.shared import charts, glossary, sources, theme
from sim.ui.shared.templates import render

TELLING = (
    "us_2022_10_chips",
    "us_2022_10_tools",
    "allies_2023_tools",
    "us_2023_10_tpp",
    "us_2024_12_hbm",
    "us_2025_01_diffusion",
    "us_2025_04_h20_memory",
    "us_2025_05_diffusion_end",
    "us_2025_08_h20_memory",
    "cn_2025_11_state",
    "us_2026_01_case",
    "us_2026_05_case",
)
"""The rules that stand open; all others are one click away."""
_TONE = {
    "tightened": ("▲ Tightened", charts.INK),
    "loosened": ("▽ Loosened", charts.MUTED),
    "neutral": ("Neither", charts.MUTED),
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def rules_so_far() -> None:
    """What has been decided since 2022."""
    known = {rule.id: rule for rule in history()}
    telling = [known[name] for name in TELLING if name in known]
    rules = [
        (_month(rule), sources.linked(rule.title, rule.url), _tone(rule)[0], charts.themed(_tone(rule)[1]))
        for rule in telling
    ]
    unit = "Controls on chips, tools and memory for China, by the date from which they hold."
    st.html(theme.heading("Rules so far", unit) + render("explore/rules.html", rules=rules))
    with st.expander(f"All {len(known)} rules, letters and bills", key="all_rules", on_change="rerun") as more:
        if more.open:
            dated = sorted(known.values(), key=lambda rule: rule.start)
            rows = [(rule, _tone(rule)[0], sources.cited(rule.source, rule.url)) for rule in dated]
            st.html(render("explore/all_rules.html", rules=rows))


def words() -> None:
    """The terms of the page, one sentence each."""
    with st.expander("What these words mean", key="meanings", on_change="rerun") as more:
        if more.open:
            st.html(glossary.listing())


def _tone(rule: Rule) -> tuple[str, str]:
    return _TONE.get(str(getattr(rule, "note", "")).split(";")[0].strip(), _TONE["neutral"])


def _month(rule: Rule) -> str:
    year, month, _ = rule.start.split("-")
    return f"{_MONTHS[int(month) - 1]} {year}"
