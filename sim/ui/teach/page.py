"""Teach: play one future to a class, let it guess before it sees, and test essays claim by claim."""

from __future__ import annotations

import streamlit as st

from scenarios import load, names
from sim.results.wording import listed
from sim.ui.shared import address, common, glossary, strip, theme, wording
from sim.ui.shared.setup import REFUSED, Choice, Setup, choice, first_line
from sim.ui.shared.templates import style
from sim.ui.teach import claims_panel, futures, paper, playback
from sim.ui.teach.texts import ESSAY, claims, of, texts

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
    if claim in claims():
        state[_CLAIM] = claim
    elif claim is not None:
        state.pop(_CLAIM, None)
        if claim:
            notes.append(f"claim={address.short(claim)}: there is no such claim; there are {_known_claims()}")
    return notes


def _known_claims() -> str:
    """The names of the claims, text by text."""
    return listed([f"{first} to {last}" for first, *_, last in (text.claims for text in texts().values())])


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
    """What is played, and the ways to play something else."""
    st.html(theme.verdict(playback.name_of(s, at), playback.about(s, at)))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="teach_head"):
        _choices(chosen, s, at)
        _large_type()
        st.page_link("sim/ui/play/page.py", label="Play with a class", icon=":material/groups:")
    _badge(chosen)


def _projected(chosen: Choice, s: futures.Shown, at: playback.Seat) -> None:
    """On a projector the choices fold away beside the headline, so that controls and charts are in sight."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="teach_head"):
        st.html(theme.verdict(playback.name_of(s, at)), width="stretch")
        with st.popover("Choose", icon=":material/playlist_play:", help="Another scenario or future, or small type"):
            _choices(chosen, s, at)
            _large_type()


def _large_type() -> None:
    _follow("teach_present", bool(st.session_state.get(playback.LARGE)))
    st.toggle("Large type", key="teach_present", on_change=_present, help="For a projector; the link keeps it")


def _badge(chosen: Choice) -> None:
    if chosen.now.changed or chosen.now.assumptions or not chosen.now.named:
        text = "Your settings of Explore hold here too: its policy, what ifs, levers, values, events and assumptions."
        st.html(theme.paragraph(text, "badge"))


def _choices(chosen: Choice, s: futures.Shown, at: playback.Seat) -> None:
    """The scenario, the future, and the next draw."""
    found = playback.options(s, at)
    _follow("teach_future", at.key)
    _follow("teach_scenario", chosen.now.named or None)
    st.selectbox("Scenario", names(), format_func=lambda name: load(name).title, key="teach_scenario",
                 on_change=_pick_scenario, width=300, placeholder="Your own settings")  # fmt: skip
    st.selectbox("Future to play", list(found), format_func=found.__getitem__, key="teach_future",
                 on_change=_pick_future, width=300)  # fmt: skip
    st.button("Draw another", on_click=_draw_next, args=(at.key,), icon=":material/casino:")


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
    st.html(theme.RESULTS)
    playback.controls(s, at)
    playback.draw(s, s.futures[at.key], at)
    _put("step", playback.written(s, at))
    if playback.end(s, at) or st.session_state.pop("teach_again", False):
        st.rerun()


@st.fragment
def _all_futures(now: Setup) -> None:
    """How often the outcome comes about in all futures, by every measure: only once this one has ended."""
    with st.expander("All futures together, by every measure of the lead", key="teach_all", on_change="rerun") as more:
        if more.open:
            view = common.view(now.spec, now.judge)
            st.html(theme.paragraph(wording.headline_of(view, now.counted), "stand") + strip.strip(view, now.counted))


def _claim_picked() -> None:
    st.session_state[_CLAIM] = st.session_state["teach_claim"]


def _text_picked() -> None:
    """Another text opens at its first claim."""
    st.session_state[_CLAIM] = next(iter(texts()[st.session_state["teach_text"]].claims))


@st.fragment
def _claims(s: futures.Shown) -> None:
    """The essay or another text, one claim at a time, and what is handed out about it."""
    glossary.begin("claims")
    open_ = st.session_state.get(_CLAIM, next(iter(claims())))
    claim = claims()[open_]
    text = of(claim)
    st.html(theme.part(text.head, text.lead))
    _follow("teach_text", claim.frame or ESSAY)
    st.segmented_control("Text", list(texts()), format_func=lambda name: texts()[name].title, key="teach_text",
                         required=True, on_change=_text_picked)  # fmt: skip
    titles = text.titles()
    _follow("teach_claim", open_)
    st.selectbox("Claim", list(titles), format_func=titles.__getitem__, key="teach_claim", on_change=_claim_picked)
    _put("claim", st.session_state.get(_CLAIM, ""))
    try:
        claims_panel.panel(claim)
        paper.panel(s, playback.settle(s).key, claim)
    except REFUSED as error:
        st.error(first_line(error))


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
    at = playback.settle(s)
    playback.end(s, at)
    if present:
        _projected(chosen, s, at)
    else:
        _head(chosen, s, at)
    playing = st.session_state.get("teach_play", False)
    st.fragment(_playback, run_every=TICK if playing else None)(s)
    if present:
        st.html(theme.paragraph(playback.about(s, at), "sub"))
        _badge(chosen)
    if at.ended:
        _all_futures(chosen.now)
    _claims(s)
    _put("present", "1" if present else "")


theme.style()
with st.container(key="teach"):
    page()
