"""What is made in the background, drawn again while it is on its way, so that the page stays free for everything else.

Streamlit lets no control of a fragment interrupt that fragment: a page that waits for a minute is deaf for a minute.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sim.ui.shared import address

TICK = 0.7
"""Seconds between two looks, each a sign that somebody still waits."""


def follow(going: Callable[[], bool], draw: Callable[[], None]) -> None:
    """Draw something now, and again at every tick while it is on its way.

    Args:
        going: whether it is on its way.
        draw: draws it as it stands.
    """
    on = going()
    st.fragment(_followed, run_every=TICK if on else None)(going, draw, on)


def _followed(going: Callable[[], bool], draw: Callable[[], None], ticking: bool) -> None:
    if going() != ticking and address.settled():  # only the whole page can end the ticking
        st.rerun()
    draw()
