"""About: what Polarity is and is not, who made it, its license, how to cite it, and the words that it uses."""

from __future__ import annotations

import streamlit as st

from scenarios import names
from scenarios.parameters import parameters
from scenarios.quarters import DATA_UNTIL
from scenarios.rules import history
from sim import __version__, checkout
from sim.ui.shared import address, glossary, theme
from sim.ui.shared.citation import cited
from sim.ui.shared.setup import choice
from sim.ui.shared.templates import render

GUIDES = {
    "README.md": "what Polarity is, how to install it, and the scenarios of its library",
    "docs/install.md": "from source, as a package, without a network, and older versions",
    "docs/app.md": "this app, page by page, and how to run it for others",
    "docs/playing.md": "a room for a class: seats, lesson plans, hosting and privacy",
    "docs/ODD.md": "the model in words and equations",
    "docs/parameters.md": "every uncertain input and every fixed number",
    "docs/history.md": "tests against what happened",
    "docs/calibration.md": "what real training runs and measured chips say",
    "docs/research.md": "studies, sensitivity, discovery and policies",
    "docs/api.md": "the Python interface and scenario files",
    "docs/essay.md": "the essay of January 2025, claim by claim",
    "docs/frames.md": "other people's frames, claim by claim",
    "docs/glossary.md": "the terms of this page",
    "docs/DATA-LICENSES.md": "where the data come from, and how to credit them",
    "CONTRIBUTING.md": "how to correct a number, add a rule or change the code",
}
"""Guides that come with the source code."""


def _facts() -> list[tuple[str, str]]:
    """What this copy is."""
    return [
        ("Version", __version__),
        ("Data until", DATA_UNTIL),
        ("Scenarios in the library", str(len(names()))),
        ("Control rules", f"{len(history())}, dated"),
        ("Uncertain inputs", f"{len(parameters())}, each with a source, a date and a range"),
    ]


def page() -> None:
    """The whole page; nothing on it is simulated."""
    address.write()
    if notes := choice().notes:
        st.html(theme.ignored(notes))
    authors, title = cited()
    st.html(theme.verdict("About Polarity") + theme.RESULTS)
    citation = f"{authors}. {title}, version {__version__}."
    st.html(render("about/page.html", facts=_facts(), authors=authors, citation=citation,
                   guides=GUIDES, here=checkout.is_checkout()))  # fmt: skip
    with st.container(horizontal=True, gap="medium"):
        st.page_link("sim/ui/sources/page.py", label="All sources", icon=":material/link:")
        st.page_link("sim/ui/evidence/page.py", label="Tests against history", icon=":material/history_edu:")
        st.page_link("sim/ui/assumptions/page.py", label="All uncertain inputs", icon=":material/list_alt:")
    st.html(theme.heading("What the words mean", "Each term in one sentence.") + glossary.listing())


theme.style()
address.adopt("about")
with st.container(key="about_page"):
    page()
