"""Teach: play one future to a class, let it guess before it sees, and test an essay of 2025 claim by claim."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from scenarios import load, names
from sim.ui.shared import address, common, glossary, sources, strip, theme, wording
from sim.ui.shared.setup import REFUSED, Choice, Setup, choice, first_line
from sim.ui.shared.templates import style
from sim.ui.teach import claims_panel, futures, playback, worksheet
from sim.ui.teach.claims import CLAIMS
from sim.ui.teach.claims_panel import Answer

_CLAIM = "teach_open_claim"
"""Where the session keeps the open claim."""
TICK = 1.5
"""Seconds for which a quarter stands while it plays."""


# ------------------------------------------------------------------------------------------------- the page's address
def _put(name: str, text: str) -> None:
    """Write a parameter of this page, or take it out."""
    address.keep(name, text)
    address.write()


def _adopt(s: futures.Shown) -> list[str]:
    """Take over `present`, `step` and `claim`; what of them fits nothing, in words."""
    notes, state = [], st.session_state
    present, step, claim = (address.news(name) for name in address.OWN["teach"])
    if present is not None:
        state[playback.LARGE] = present == "1"
        if present not in ("", "1"):
            notes.append(f"present={address.short(present)}: give 1 for large type")
    if step is not None and not state.get("teach_play") and (wrong := _go_to(s, step)):
        notes.append(f"step={address.short(step)}: {wrong}")
    if claim in CLAIMS:
        state[_CLAIM] = claim
    elif claim is not None:
        state.pop(_CLAIM, None)
        if claim:
            notes.append(f"claim={address.short(claim)}: there is no such claim; there are C1 to C{len(CLAIMS)}")
    return notes


def _go_to(s: futures.Shown, step: str) -> str:
    """Play what the address says; what is wrong with it in words, or nothing. While it plays, the clock decides."""
    if step:
        return playback.read(s, step)
    playback.play(f"{futures.SEALED}1")
    return ""


# ----------------------------------------------------------------------------------------------------------- the head
def _pick_scenario() -> None:
    chosen, name = choice(), st.session_state["teach_scenario"]
    chosen.take(chosen.now.taking(name or chosen.now.scenario))
    playback.play(f"{futures.SEALED}1")


def _pick_future() -> None:
    playback.play(st.session_state["teach_future"])


def _draw_next(key: str) -> None:
    drawn = int(key.removeprefix(futures.SEALED)) if key.startswith(futures.SEALED) else 0
    playback.play(f"{futures.SEALED}{drawn % futures.DRAWN + 1}")


def _head(chosen: Choice, s: futures.Shown, at: playback.Seat) -> None:
    st.html(theme.verdict(playback.name_of(s, at.key, at.opened), playback.about(s, at.key)))
    found = playback.options(s, at)
    _follow("teach_future", at.key)
    _follow("teach_scenario", chosen.now.named or None)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="teach_head"):
        st.selectbox("Scenario", names(), format_func=lambda name: load(name).title, key="teach_scenario",
                     on_change=_pick_scenario, width=300, placeholder="Your own settings")  # fmt: skip
        st.selectbox("Future to play", list(found), format_func=found.__getitem__, key="teach_future",
                     on_change=_pick_future, width=400)  # fmt: skip
        st.button("Draw another", on_click=_draw_next, args=(at.key,), icon=":material/casino:")
        _follow("teach_present", st.session_state.get(playback.LARGE, False))
        st.toggle("Large type", key="teach_present", on_change=_present, help="For a projector; the link keeps it")
    if chosen.now.changed or chosen.now.assumptions or not chosen.now.named:
        text = "Your settings of Explore hold here too: its policy, what ifs, levers, values, events and assumptions."
        st.html(theme.paragraph(text, "badge"))


def _follow(key: str, value: object) -> None:
    """Make a control show what holds, which can have changed without it."""
    if st.session_state.get(key, "") != value:
        st.session_state[key] = value


def _present() -> None:
    st.session_state[playback.LARGE] = st.session_state["teach_present"]


# --------------------------------------------------------------------------------------------------------- the parts
def _playback(s: futures.Shown) -> None:
    """Everything that changes with a quarter, so that a tick draws no more than that."""
    glossary.begin("playback")
    at = playback.settle(s)
    playback.advance(s, at)
    f = s.futures[at.key]
    st.html(theme.RESULTS)
    playback.predict(s, at, f)
    playback.controls(s, at)
    playback.draw(s, f, at.t, at.guess)
    _put("step", playback.written(s, at))
    if st.session_state.pop("teach_again", False):
        st.rerun()


@st.fragment
def _all_futures(now: Setup) -> None:
    """How often the outcome comes about in all futures, by every measure: behind a click, since it helps the guess."""
    with st.expander("All futures together, by every measure of the lead", key="teach_all", on_change="rerun") as more:
        if more.open:
            view = common.view(now.spec, now.judge)
            st.html(theme.paragraph(wording.headline_of(view, now.counted), "stand") + strip.strip(view, now.counted))


def _claim_picked() -> None:
    st.session_state[_CLAIM] = st.session_state["teach_claim"]


@st.fragment
def _claims(s: futures.Shown) -> None:
    """The essay, one claim at a time, and what is handed out about it."""
    glossary.begin("claims")
    (essay,) = load("essay_2025:enforced").sources
    st.html(theme.part(
        "The essay of January 2025, claim by claim",
        Markup(
            "Thirteen claims of {}, in our own words. Each is a switch or an output of the model: see what follows if "
            "it holds and what follows if not, and what has been recorded since."
        ).format(sources.linked(essay.title, essay.url)),
    ))  # fmt: skip
    titles = claims_panel.titles()
    open_ = st.session_state.get(_CLAIM, next(iter(titles)))
    _follow("teach_claim", open_)
    st.selectbox("Claim", list(titles), format_func=titles.__getitem__, key="teach_claim", on_change=_claim_picked)
    _put("claim", st.session_state.get(_CLAIM, ""))
    try:
        found = claims_panel.panel(CLAIMS[open_])
        _paper(s, open_, found)
    except REFUSED as error:
        st.error(first_line(error))


def _paper(s: futures.Shown, claim: str, found: Answer) -> None:
    at, now = playback.settle(s), choice().now
    st.html(theme.part(
        "On paper",
        "A worksheet with blanks, its answers on a page of their own, and one page for the teacher: for the future "
        "that is chosen above and the claim that is open.",
    ))  # fmt: skip
    view, name = common.view(now.spec, now.judge), f"polarity-{now.start.name.replace(':', '-')}-{at.key}"
    with st.container(horizontal=True, gap="small"):
        st.download_button("Worksheet and answers", worksheet.sheet(s, at.key, view, CLAIMS[claim], found),
                           f"{name}-worksheet.html", "text/html", on_click="ignore", icon=":material/assignment:",
                           key="teach_sheet")  # fmt: skip
        st.download_button("Page for the teacher", worksheet.guide(s, at.key, view),
                           f"{name}-teacher.html", "text/html", on_click="ignore",
                           icon=":material/school:", key="teach_guide")  # fmt: skip


def page() -> None:
    """Everything on the page, in the order in which a lesson uses it."""
    chosen = address.adopt("teach")
    address.write()
    try:
        s = futures.shown(chosen.now.spec, chosen.now.judge)
    except REFUSED as error:
        st.html(style("teach/page.css"))
        st.html(theme.verdict("Teach"))
        st.error(first_line(error))
        return
    notes = [*chosen.notes, *_adopt(s)]
    present = bool(st.session_state.get(playback.LARGE))
    st.html(style("teach/page.css", *(["teach/large.css"] if present else [])))
    if notes:
        st.html(theme.ignored(notes))
    _head(chosen, s, playback.settle(s))
    playing = st.session_state.get("teach_play", False)
    st.fragment(_playback, run_every=TICK if playing else None)(s)
    _all_futures(chosen.now)
    _claims(s)
    _put("present", "1" if present else "")


theme.style()
with st.container(key="teach"):
    page()
