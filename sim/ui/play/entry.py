"""The way in: join a room, or start one."""

from __future__ import annotations

import secrets

import streamlit as st

from scenarios import BASELINE, load
from scenarios.packages import PLAYERS, SEATS
from scenarios.values import BALANCED, PROFILES
from scenarios.what_ifs import of_kind
from sim.play import RUNS
from sim.room.codes import EXAMPLE, LONGEST_NAME
from sim.room.rooms import Room
from sim.ui.play import cards, doors, known, words
from sim.ui.shared import address, theme, wants
from sim.ui.shared.templates import render

JOIN, START = "Join a room", "Start a room"
WHERE = "Where people are needed"
_ASKED_CODE, _ASKED_NAME = "Code of the room: four letters", "First name, if you like; everybody sees it"
_CODE, _NAME, _SEAT, _SCENARIO, _GOAL = "play_code", "play_name", "play_seat", "play_scenario", "play_goal_"
_SEATS: dict[str, str | None] = {WHERE: None, **{words.seat_name(seat): seat for seat in SEATS}, words.OBSERVER: ""}
"""Where somebody can sit, by what it is called."""
_PLAYABLE = tuple(name for name in of_kind("policy") if not name.startswith("essay_2025"))
"""Policies of the library in which a game can be played: those that keep to the recorded past."""


def draw(room: Room | None = None, problem: str = "") -> None:
    """Two big choices, or one where the address names a room.

    Args:
        room: the one of the address.
        problem: why the address led no further.
    """
    if room is None:
        st.html(theme.verdict("Play the race with a class", render("play/about.html")) + theme.RESULTS)
    else:
        st.html(theme.verdict(f"Join room {room.code}", words.phase(room.state) + ".") + theme.RESULTS)
    if problem:
        st.html(render("play/wrong.html", text=problem[:1].upper() + problem[1:]))
    if room is not None:
        with st.container(key="play_join", width=620):
            _join(room)
        st.button("Another room", on_click=doors.go, key="play_other")
        return
    first, second = st.columns(2, gap="large")
    with first, st.container(key="play_join"):
        _join()
    with second, st.container(key="play_start"):
        _start()


# -------------------------------------------------------------------------------------------------------------- joining
def _join(room: Room | None = None) -> None:
    """The form of whoever comes in; what is typed stays where it was wrong."""
    st.html(theme.part(JOIN, "For everybody with a phone. No account is needed."))
    with st.form("play_join_form", border=False):
        if room is None:
            st.text_input(_ASKED_CODE, key=_CODE, max_chars=12, placeholder=EXAMPLE, autocomplete="off")
        st.text_input(_ASKED_NAME, key=_NAME, max_chars=LONGEST_NAME, autocomplete="off")
        st.selectbox("Seat", list(_SEATS), key=_SEAT)
        st.form_submit_button("Join", type="primary", width="stretch", on_click=_joined,
                              args=(room.code if room else "",))  # fmt: skip
    doors.wrong("join")


def _joined(code: str) -> None:
    state = st.session_state
    wanted = code or state.get(_CODE) or ""
    token, seat = doors.token(), _SEATS[state.get(_SEAT) or WHERE]
    found = doors.tried("join", lambda: doors.rooms().join(wanted, state.get(_NAME) or "", seat, doors.client(), token))
    if found is not None:
        doors.go(room=code or doors.rooms().find(wanted).code, me=token)


# ------------------------------------------------------------------------------------------------------------- starting
def _start() -> None:
    """What the teacher decides before people come in: next to nothing."""
    st.html(
        theme.part(START, "For the teacher. You get a code for the class and a page that leads through the lesson.")
    )
    st.selectbox("Scenario", _PLAYABLE, format_func=lambda name: load(name).title, key=_SCENARIO,
                 help="What holds where nobody decides otherwise")  # fmt: skip
    with st.expander("Goals of the seats", key="play_goals", on_change="rerun") as more:
        for seat in PLAYERS if more.open else ():
            st.selectbox(words.seat_name(seat), list(PROFILES), format_func=wants.named, key=_GOAL + seat,
                         help="The values by which the seat's moves are judged at the end")  # fmt: skip
    st.button("Start the room", type="primary", width="stretch", on_click=_started, key="play_open")
    doors.wrong("start")
    st.html(theme.paragraph(
        "A room is kept on this server for 12 hours: its code, first names, guesses, votes, bets and answers. You can "
        "delete it at any time.", "fine"))  # fmt: skip
    st.download_button("Role cards to print", lambda: cards.page(st.session_state.get(_SCENARIO) or BASELINE),
                       "polarity-role-cards.html", "text/html", on_click="ignore", icon=":material/print:",
                       key="play_cards")  # fmt: skip
    st.page_link("sim/ui/teach/page.py", label="Without phones: play a future on Teach", icon=":material/school:")


def _started() -> None:
    state = st.session_state
    scenario = state.get(_SCENARIO) or BASELINE
    goals = {seat: state.get(_GOAL + seat) or BALANCED for seat in PLAYERS}
    found = doors.tried("start", lambda: doors.rooms().open(scenario, future=secrets.randbelow(RUNS), goals=goals))
    if found is not None:
        code, token = found
        known.begin_prices(scenario)
        doors.go(room=code, teacher=token)
        address.write()
