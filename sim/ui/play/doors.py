"""What all views of a room share: the rooms of this server, the addresses that lead to them, and what went wrong."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from scenarios.errors import InputError
from sim.room.codes import new_token
from sim.room.rooms import Room, Rooms
from sim.room.store import folder
from sim.ui.shared import address
from sim.ui.shared.setup import Setup
from sim.ui.shared.templates import render

POLL = 2.0
"""Seconds between two looks at the number that says whether anything in a room has changed."""
TIDY = 600.0
"""Seconds between two looks for rooms whose time is over."""
ROOM, TEACHER, ME, PROJECTOR, PART = "room", "teacher", "me", "projector", "part"
"""Parameters of the address: the code, the two tokens, the view without one, and the part of the debrief."""
PATH = "play"
_CLIENT, _TOKEN, _WRONG = "play_client", "play_token", "play_wrong_"
_NOT_WRITTEN = "the room could not be written to disk just now; try again in a moment"


def rooms() -> Rooms:
    """The rooms of this server process."""
    return _rooms(str(folder()))


@st.cache_resource(show_spinner=False, max_entries=8)
def _rooms(place: str) -> Rooms:
    found = Rooms(Path(place))
    threading.Thread(target=_tidy, args=(found,), name="rooms", daemon=True).start()
    return found


def _tidy(found: Rooms) -> None:
    """Delete rooms whose time is over, also where nobody opens another one."""
    while True:
        time.sleep(TIDY)
        with suppress(OSError, sqlite3.Error):
            found.store.forget_old()


def client() -> str:
    """Who asks, for counting wrong codes. All phones of a school can share one address, so that each visit counts."""
    found: str = st.session_state.setdefault(_CLIENT, secrets.token_urlsafe(8))
    return found


def token() -> str:
    """The token with which this visit comes in: one person, however often they tap and wherever a tap was cut off."""
    found: str = st.session_state.setdefault(_TOKEN, new_token())
    return found


def leave(code: str, token: str) -> None:
    """Go out of a room, so that the next to come in on this page is somebody else."""
    tried("leave", rooms().leave, code, token)
    st.session_state.pop(_TOKEN, None)
    go()


# -------------------------------------------------------------------------------------------------------- the addresses
def go(**parameters: str) -> None:
    """Make the address say where in a room one is; what is left out stands there no more."""
    for name in address.OWN[PATH]:
        address.keep(name, parameters.get(name, ""))


def join_address(code: str) -> str:
    """The whole address by which people join.

    Raises:
        InputError: when POLARITY_PUBLIC_URL is no address.
    """
    return f"{address.link(Setup(), PATH)}?{ROOM}={code}"


# ------------------------------------------------------------------------------------------------------ what went wrong
def tried(place: str, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Do something for somebody; what is wrong with it is kept for `wrong` at its place.

    Returns:
        What it returns; None where something was wrong.
    """
    try:
        found = act(*args, **more)
    except InputError as error:
        st.session_state[_WRONG + place] = str(error)
        return None
    except sqlite3.Error:
        st.session_state[_WRONG + place] = _NOT_WRITTEN
        return None
    st.session_state.pop(_WRONG + place, None)
    return found


def wrong(place: str) -> bool:
    """Say what was wrong at a place, in words; whether anything was."""
    text = st.session_state.get(_WRONG + place, "")
    if text:
        st.html(render("play/wrong.html", text=text[:1].upper() + text[1:]))
    return bool(text)


# ------------------------------------------------------------------------------------------------------------- watching
def watch(room: Room, sight: Callable[[Room], Hashable]) -> None:
    """Draw the page again as soon as what it shows has changed; nothing is sent while it stands still.

    Args:
        room: as the page has drawn it.
        sight: what of a room the page shows. What others do and this page does not show draws nothing.
    """
    st.fragment(_look, run_every=POLL)(room.code, rooms().version(room.code), sight(room), sight)


def _look(code: str, version: int, seen: Hashable, sight: Callable[[Room], Hashable]) -> None:
    try:
        if rooms().version(code) == version and not unfinished(code):
            return
        changed = sight(rooms().find(code, client())) != seen
    except InputError:  # the room is gone, and the page says so
        changed = True
    except sqlite3.Error:
        return
    if changed:
        st.rerun()


_unfinished: set[str] = set()
"""Codes of rooms about which something is being worked out."""


def unfinished(code: str, *, begun: bool | None = None) -> bool:
    """Whether something about a room is being worked out, of which its log does not tell.

    Args:
        code: the room's.
        begun: says that it is now, or no longer.
    """
    if begun is not None:
        (_unfinished.add if begun else _unfinished.discard)(code)
    return code in _unfinished
