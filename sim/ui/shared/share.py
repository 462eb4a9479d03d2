"""Share: the address of a setting, a button that copies it, and the same as a code for a phone's camera."""

from __future__ import annotations

from urllib.parse import urlsplit

import segno
import streamlit as st
from markupsafe import Markup

from sim.ui.shared import address, picture, theme
from sim.ui.shared.public import is_local
from sim.ui.shared.setup import Setup
from sim.ui.shared.templates import render

LONGEST = 600
"""Letters of the longest address that is drawn as a code: a longer one has squares too small for a camera."""
FROM_A_FILE = "A link cannot hold a scenario from a file. Send the file instead: *Data and API* makes it."
HOLDS = "Whoever opens this link sees what you see: policy, what ifs, levers, values, events and assumptions."
HERE_ONLY = "Only this computer can open the link, because the app runs on it alone."


def panel(now: Setup, path: str = "", **more: str) -> None:
    """The link with a button that copies it, and a code of it where other devices can open it.

    Args:
        now: the setting.
        path: the page that the link opens.
        more: parameters of that page.
    """
    if now.own:
        st.write(FROM_A_FILE)
        return
    link = address.link(now, path).partition("?")[0] + address.query(now, **more)
    with st.container(key="share_link", gap="xsmall"):
        st.html(theme.paragraph(HOLDS))
        st.code(link, language=None, wrap_lines=True)
        if local(link):
            st.html(theme.paragraph(HERE_ONLY))
        elif found := code(link):
            picture.draw(found, "share_code")


def local(link: str) -> bool:
    """Whether an address leads to the computer on which it stands."""
    host = urlsplit(link).hostname or ""
    return not host or is_local(host)


def code(link: str) -> Markup:
    """An address as a QR code, dark on white in both themes, as cameras want it; nothing where it is too long."""
    if len(link) > LONGEST:
        return Markup()
    rows = [[*map(bool, row)] for row in segno.make_qr(link, error="l").matrix_iter(border=2)]
    marks = [(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return render("shared/code.html", size=len(rows), marks=marks)
