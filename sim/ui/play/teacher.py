"""The teacher's view: who is in, how far they are, and one button that goes on."""

from __future__ import annotations

from collections.abc import Hashable
from urllib.parse import urlencode

import streamlit as st

from scenarios.packages import SEATS
from sim.play import Game
from sim.room import debrief
from sim.room.rooms import Room
from sim.room.state import DEBRIEF, DECIDE, GUESS, LOBBY, SHOWN
from sim.ui.play import cards, doors, known, words
from sim.ui.shared import share, theme
from sim.ui.shared.setup import REFUSED, Setup, choice, first_line
from sim.ui.shared.templates import render

_HIDDEN, _REMOVED = "play_hidden", "play_removed"
_ENDING = (
    "This deletes the room with everything that anybody said in it. Nobody can bring it back: download what you want "
    "to keep first."
)


def draw(room: Room, token: str) -> None:
    """Everything that leads through the lesson."""
    state = room.state
    known.make_ready(room)
    if state.year == known.LAST and state.part == SHOWN:
        known.begin_debrief(room)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(theme.verdict(words.phase(state), render("play/hint.html", state=state)) + theme.RESULTS)
        if label := words.go_on(state):
            st.button(label, type="primary", width="stretch", on_click=_go_on, args=(room.code, token, state.phase),
                      key=f"play_go_{state.phase}")  # fmt: skip
        doors.wrong("teacher")
        st.html(_status(room))
        if state.part == DEBRIEF:
            _files(room)
    with right:
        _ways_in(room)
        _names(room, token)
        _end(room, token)
    doors.watch(room, _sight)


def _sight(room: Room) -> Hashable:
    """The teacher sees everything."""
    return room.state.last, known.sight(room)


def _go_on(code: str, token: str, phase: str) -> None:
    doors.tried("teacher", doors.rooms().advance, code, token, phase)


# --------------------------------------------------------------------------------------------------------------- status
def _status(room: Room) -> str:
    """How many have guessed or decided, by seat; after a year what happened."""
    state = room.state
    deciding = state.part == DECIDE
    seats = [
        (words.seat_name(seat), len(state.seated(seat)), words.progress(state, seat) if deciding else "")
        for seat in (*SEATS, "")
    ]
    guessed = len(state.guesses) if state.part in (LOBBY, GUESS) else None
    happened, bets = "", ""
    if state.part in (SHOWN, DEBRIEF):
        facts = known.facts(room)
        happened = words.from_to(facts.before, facts.now)
        bets = words.bets(room, state.year, facts.now)
    did = words.did(state, state.year) if state.part == SHOWN else []
    betting = len(state.bets.get(state.year, {}))
    return render("play/status.html", seats=seats, people=len(state.here), guessed=guessed, happened=happened,
                  bets=bets, did=did, betting=betting, part=state.part)  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- ways in
def _ways_in(room: Room) -> None:
    """The projector, and the address by which people join."""
    try:
        link = doors.join_address(room.code)
    except REFUSED as error:
        st.error(first_line(error))
        return
    projector = f"?{urlencode({doors.ROOM: room.code, doors.PROJECTOR: 1})}"
    st.html(render("play/ways.html", code=room.code, projector=projector, local=share.local(link)))
    st.code(link, language=None, wrap_lines=True)


def _names(room: Room, token: str) -> None:
    """Who is in, and which names are hidden from everybody."""
    players = {player.number: player for player in room.state.here}
    with st.expander(f"Who is in ({len(players)})", key="play_people", on_change="rerun") as more:
        if not more.open:
            return
        st.html(render("play/people.html", players=players.values(), seat_name=words.seat_name))
        hidden = [number for number, player in players.items() if player.hidden]
        named = [number for number, player in players.items() if player.name]
        key = f"{_HIDDEN}_{room.state.last}"
        st.multiselect("Names to hide from everybody", named, default=[n for n in hidden if n in named], key=key,
                       format_func=lambda number: f"{number}: {players[number].name}", on_change=_hide,
                       args=(room.code, token, key, hidden))  # fmt: skip
        doors.wrong("names")
        whom = f"{_REMOVED}_{room.state.last}"
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.selectbox("Somebody who has gone, or does not belong here", list(players), index=None, key=whom,
                         placeholder="Nobody", format_func=lambda n: f"{n}: {players[n].shown}")  # fmt: skip
            st.button("Take out of the room", on_click=_remove, args=(room.code, token, whom), key="play_remove",
                      disabled=not players)  # fmt: skip
        doors.wrong("remove")


def _remove(code: str, token: str, key: str) -> None:
    if (number := st.session_state[key]) is not None:
        doors.tried("remove", doors.rooms().remove, code, token, number)


def _hide(code: str, token: str, key: str, before: list[int]) -> None:
    now = st.session_state[key]
    for number in {*now} ^ {*before}:
        doors.tried("names", doors.rooms().hide, code, token, number, number in now)


# -------------------------------------------------------------------------------------------------------------- the end
def _files(room: Room) -> None:
    """What the class takes home."""
    game = doors.rooms().game(room)
    st.html(theme.part("To keep", "What the class played is a scenario like any other; nothing holds a name."))
    with st.container(horizontal=True, gap="small"):
        if st.button("Open it in Explore", icon=":material/tune:", key="play_explore"):
            _explore(game)
        kept = f"polarity-room-{room.code}"
        st.download_button("Scenario (YAML)", debrief.scenario_yaml(game), f"{kept}.yaml", "application/yaml",
                           on_click="ignore", icon=":material/download:", key="play_yaml")  # fmt: skip
        st.download_button("Votes, bets and answers (CSV)", debrief.votes_csv(room), f"{kept}.csv", "text/csv",
                           on_click="ignore", icon=":material/download:", key="play_csv")  # fmt: skip
    st.html(theme.paragraph("The scenario file opens on the page Data and API of any Polarity.", "fine"))


def _explore(game: Game) -> None:
    """The class's scenario: the base with its dated levers and events, which an address can hold."""
    chosen, spec, base = choice(), game.spec, game.base
    levers = {name: setting for name, setting in spec.levers.items() if setting != base.setting(name)}
    chosen.take(Setup(base.name, levers, spec.events[len(base.events) :], judge=chosen.now.judge))
    st.switch_page("sim/ui/explore/page.py")


def _end(room: Room, token: str) -> None:
    """Role cards, and the end of the room, which asks once more."""
    with st.container(horizontal=True, gap="small", key="play_end"):
        scenario = room.head.settings["scenario"]
        st.download_button("Role cards", lambda: cards.page(scenario, room.head.settings["goals"]),
                           "polarity-role-cards.html", "text/html", on_click="ignore", icon=":material/print:",
                           key="play_cards")  # fmt: skip
        with st.popover("End this room", icon=":material/delete:"):
            st.html(theme.paragraph(_ENDING, "story"))
            st.button("End and delete this room", on_click=_close, args=(room.code, token), key="play_close")
    doors.wrong("end")


def _close(code: str, token: str) -> None:
    doors.tried("end", doors.rooms().close, code, token)
    if not doors.wrong("end"):
        doors.go()
