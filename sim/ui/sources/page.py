"""Sources: every rule, input, chip, figure and fact with what it rests on, as a link where there is a public page."""

from __future__ import annotations

import streamlit as st

from sim.ui.shared import address, theme
from sim.ui.shared.setup import choice
from sim.ui.shared.templates import render
from sim.ui.sources import tables

LISTS = {
    "rules": ("Rules, letters and bills", "In force from", "Rule", tables.rules),
    "inputs": ("Uncertain inputs", "Source of", "Input", tables.inputs),
    "chips": ("Chips", "Source of", "Product", tables.chips),
    "projections": ("Other people's figures", "Source of", "By", tables.projections),
    "facts": ("Recorded facts", "Source of", "Table", tables.facts),
    "readings": ("Measured chips", "Source of", "Chip", tables.readings),
    "scenarios": ("Scenarios", "Source of", "Scenario", tables.scenarios),
}
"""Lists by the anchor that leads to them: title, heads of two columns, and what makes the lines."""


def page() -> None:
    """All lists; nothing on the page is simulated."""
    address.write()
    if notes := choice().notes:
        st.html(theme.ignored(notes))
    made = {anchor: (title, heads, lines()) for anchor, (title, *heads, lines) in LISTS.items()}
    every = [line for _, _, lines in made.values() for line in lines]
    head = f"What Polarity rests on: {len(every)} entries, {tables.with_address(every)} of them with a link"
    sub = (
        "An entry without a link rests on judgment, on a page that is not public, or on one whose address we could not "
        "confirm. A link opens in a new tab; Polarity itself fetches nothing."
    )
    st.html(theme.verdict(head, sub) + theme.RESULTS)
    st.html(render("sources/page.html", lists=made, counts={name: tables.with_address(made[name][2]) for name in made}))
    st.page_link("sim/ui/about/page.py", label="About Polarity", icon=":material/info:")


theme.style()
address.adopt("sources")
with st.container(key="sources_page"):
    page()
