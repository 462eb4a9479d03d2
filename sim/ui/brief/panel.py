"""The control that makes a brief and hands it over."""

from __future__ import annotations

import streamlit as st

from sim.ui.brief import files
from sim.ui.brief.text import brief
from sim.ui.shared import address
from sim.ui.shared.setup import REFUSED, Setup, first_line

_KEPT = "brief_kept"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def panel(now: Setup) -> None:
    """Make the brief of the present setup, on request: it looks for what would change the answer."""
    st.write("One page to take away: verdict, drivers, what would change it, evidence, sources.")
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != now:
        if not st.button("Make the brief", icon=":material/edit_note:", key="brief_make", help="About 20 seconds"):
            return
        try:
            made = brief(now, "" if now.own else address.link(now), now.reference)
        except REFUSED as error:
            st.error(first_line(error))
            return
        kept = (now, files.html(made), files.docx(made))
        st.session_state[_KEPT] = kept
    name = f"polarity-{now.start.name.replace(':', '-')}-{now.spec.digest()[:6]}"
    st.download_button("Web page, to read or print", kept[1], f"{name}.html", "text/html", on_click="ignore",
                       icon=":material/web:", width="stretch", key="brief_html")  # fmt: skip
    st.download_button("Word document", kept[2], f"{name}.docx", _WORD, on_click="ignore",
                       icon=":material/description:", width="stretch", key="brief_docx")  # fmt: skip
