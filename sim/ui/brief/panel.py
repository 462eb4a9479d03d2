"""The control that makes a brief and hands it over."""

from __future__ import annotations

import streamlit as st

from sim.ui.brief.files import FORMS, written
from sim.ui.brief.text import Tell, brief
from sim.ui.shared.setup import REFUSED, Setup, first_line

_KEPT = "brief_kept"
_KINDS = {
    "pdf": ("PDF, to forward", "picture_as_pdf", "application/pdf"),
    "docx": (
        "Word document, to edit",
        "description",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "html": ("Web page, to read or print", "web", "text/html"),
}
"""What each form is called, its icon, and its type."""


@st.fragment
def panel(now: Setup) -> None:
    """Make the brief of the present setup, on request: it looks for what would change the answer.

    A fragment of its own: while it works, the rest of the page stays as it is and can be used.
    """
    st.write("The answer, one chart, what would change it, costs, tests and sources, on one or two pages.")
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != now:
        if not st.button("Make the brief", icon=":material/edit_note:", key="brief_make", help="About 8 seconds"):
            return
        place = st.empty()
        try:
            kept = (now, _files(now, lambda done, what: place.progress(done, f"{what} …")))
        except REFUSED as error:
            place.error(first_line(error))
            return
        place.empty()
        st.session_state[_KEPT] = kept
    name = f"polarity-{now.start.name.replace(':', '-')}-{now.spec.digest()[:6]}"
    for ending, (label, icon, kind) in _KINDS.items():
        st.download_button(label, kept[1][ending], f"{name}.{ending}", kind, on_click="ignore",
                           icon=f":material/{icon}:", width="stretch", key=f"brief_{ending}")  # fmt: skip


def _files(now: Setup, tell: Tell) -> dict[str, bytes | str]:
    """The brief in every form, by the ending of its file."""
    made = brief(now, tell)
    tell(0.95, "Writing the files")
    return {form: written(made, form) for form in FORMS}
