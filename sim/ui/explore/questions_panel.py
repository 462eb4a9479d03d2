"""Type a bill: the questions of autumn 2026, each a policy that Explore shows like any other."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from scenarios import BASELINE, load, question_names
from scenarios.questions import stored
from sim.results.wording import signed
from sim.ui.shared import theme
from sim.ui.shared.setup import Setup, choice

_KEY = "question"


def panel(now: Setup) -> None:
    """A list to type into, and what is known of the chosen one."""
    here = now.scenario if not now.own and now.scenario in question_names() else None
    if st.session_state.get(_KEY) != here:
        st.session_state[_KEY] = here
    st.selectbox(
        "Questions of autumn 2026", question_names(), key=_KEY, format_func=_title, on_change=_asked,
        index=None, placeholder="Type a bill, a rule or a question, such as “location checks”",
        label_visibility="collapsed",
    )  # fmt: skip
    if here is not None:
        st.html(theme.paragraph(_told(here), "cap2"))


def _title(name: str) -> str:
    return f"{load(name).title} ({stored()[name]['id']}): {load(name).sources[0].title}"


def _asked() -> None:
    name, chosen = st.session_state[_KEY], choice()
    chosen.take(chosen.now.taking(name or BASELINE))


def _told(name: str) -> Markup:
    """The question, its answer against current policy, and what binds."""
    found, spec = stored()[name], load(name)
    source = spec.sources[0]
    lead = found["lead_months_2030"]["mean"]
    said = Markup("<b>{}</b> {} months of lead at the end of 2030 against current policy.").format(
        spec.question, signed(lead, 2)
    )
    if found["binds"]:
        words = found["binds"]["words"]
        said += Markup(" {}; with that released it is {}.").format(
            words[:1].upper() + words[1:], signed(found["binds"]["months"], 2)
        )
    link = Markup(' <a href="{}" target="_blank" rel="noopener">{}</a>').format(source.url, source.title)
    return said + (link if source.url else Markup(" {}").format(source.title))
