"""Play: one room, four letters; a teacher, a projector and up to sixty phones in the same model."""

from __future__ import annotations

import sqlite3

import streamlit as st

from scenarios.errors import InputError
from sim.room.rooms import Room
from sim.ui.play import doors, entry, phone, projector, teacher
from sim.ui.shared import address, theme
from sim.ui.shared.setup import choice

_NOT_TEACHER = "this is not the teacher's link of this room; open the one that you got when you started it"
_NOT_READ = "the rooms on disk cannot be read just now; try again in a moment"


def _found(code: str) -> tuple[Room | None, str]:
    """The room of the address, or why there is none."""
    try:
        return doors.rooms().find(code, doors.client()), ""
    except InputError as error:
        return None, str(error)
    except sqlite3.Error:
        return None, _NOT_READ


def _in(room: Room, problem: str = "") -> None:
    """The way into a room, with what of the address could not be used."""
    _notes()
    entry.draw(room, problem)


def _notes() -> None:
    """What of the address could not be used; phones and the projector have no room for it."""
    if notes := choice().notes:
        st.html(theme.ignored(notes))


def page() -> None:
    """The view that the address names; whoever has no token can join, and look at the projector."""
    code, token, me = (address.own(name) for name in (doors.ROOM, doors.TEACHER, doors.ME))
    room, problem = _found(code) if code else (None, "")
    if room is None:
        _notes()
        entry.draw(problem=problem)
    elif address.own(doors.PROJECTOR):
        projector.draw(room)
    elif token:
        if room.is_teacher(token):
            _notes()
            teacher.draw(room, token)
        else:
            _in(room, _NOT_TEACHER)
    elif me:
        player = room.player(me)
        if player is None:
            _in(room, f"you are not in room {room.code}; join it again")
        else:
            phone.draw(room, player, me)
    else:
        _in(room)


address.adopt("play")
address.write()
theme.style("shared/reading.css", "play/page.css", terms=not (address.own(doors.ME) or address.own(doors.PROJECTOR)))
with st.container(key="play"):
    page()
