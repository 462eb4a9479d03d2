"""What stands above every page: what this is, in one line, the ways to its sources, and at first the doors."""

from __future__ import annotations

import streamlit as st

from sim.ui.explore import story
from sim.ui.shared import wording
from sim.ui.shared.templates import render, style

_ENTERED = "front_entered"
"""Set once somebody went through a door or to another page; the doors are then gone for the visit."""


def masthead(page: str) -> None:
    """The line and its links; on Explore, at a first visit to an address without settings, the doors too.

    Args:
        page: the path of the page in the address; empty for Explore.
    """
    st.html(style("front.css"))
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(render("front.html", about=wording.ABOUT, no_forecast=wording.NO_FORECAST), width="content")
        st.page_link("sim/ui/about/page.py", label="About")
        st.page_link("sim/ui/evidence/page.py", label="How it was tested")
        st.page_link("sim/ui/sources/page.py", label="Sources")
        if page:
            st.session_state[_ENTERED] = True
        elif not (st.session_state.get(_ENTERED) or st.query_params):
            _doors()


def _doors() -> None:
    """Ways in, by what somebody has come for; the last is for whoever has the code of a class."""
    with st.container(key="doors", horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.button("I have a policy question", key="door_policy", on_click=_tour)
        st.page_link("sim/ui/teach/page.py", label="I teach")
        st.page_link("sim/ui/evidence/page.py", label="I doubt it")
        st.page_link("sim/ui/play/page.py", label="Join a room")


def _tour() -> None:
    st.session_state[_ENTERED] = True
    story.begin()
