"""The pages by name, for phones: there the navigation hides them behind an arrow without a word."""

from __future__ import annotations

import streamlit as st

from sim.ui.shared.templates import style

PAGES = {
    "Explore": "sim/ui/explore/page.py",
    "Compare": "sim/ui/compare/page.py",
    "Strategy": "sim/ui/strategy/page.py",
    "Teach": "sim/ui/teach/page.py",
    "Evidence": "sim/ui/evidence/page.py",
    "Assumptions": "sim/ui/assumptions/page.py",
    "Data and API": "sim/ui/data/page.py",
}
"""Labels and scripts, in the order of the navigation."""


def draw() -> None:
    """Links to all pages in one wrapping line; the style sheet shows it on narrow screens alone."""
    st.html(style("shared/pages_bar.css"))
    with st.container(key="pages_bar", horizontal=True, gap="small"):
        for label, path in PAGES.items():
            st.page_link(path, label=label)
