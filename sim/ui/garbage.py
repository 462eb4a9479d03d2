"""Memory of a server that many people use: what stays is not looked at again, and what is free goes back."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import streamlit as st
from streamlit import runtime

EVERY = 20.0
"""Seconds between two times that free memory is given back."""


@st.cache_resource(show_spinner=False)
def freeze(page: str) -> bool:
    """Take what a page has imported and built at its first run out of the garbage collector's sight, for good.

    Streamlit collects garbage after every rerun, which takes two tenths of a second with all libraries imported.
    """
    gc.collect()
    gc.freeze()
    return True


@st.cache_resource(show_spinner=False)
def give_back() -> bool:
    """Give memory that is free back to the system from time to time, for as long as the server runs.

    The C library keeps what visitors and simulations have left, a hundred megabytes after a class.

    Returns:
        Whether this system has a way to do so: GNU's C library has.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is None or not runtime.exists():
        return False
    threading.Thread(target=_work, args=(trim,), name="give back", daemon=True).start()
    return True


def _work(trim: Callable[[int], int]) -> None:
    kept = 0
    while True:
        time.sleep(EVERY)
        try:
            before, (here, away) = kept, _sessions()
        except RuntimeError:  # the server has ended
            return
        kept = here + away
        if not here and kept != before:  # nobody waits while it is looked at once more what was frozen
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        trim(0)


def _sessions() -> tuple[int, int]:
    """Sessions that are connected, and those that may come back.

    Streamlit deletes sessions whose time to come back is over only when somebody else leaves or when they are counted.
    """
    server: Any = runtime.get_instance()
    counted: Future[tuple[int, int]] = Future()

    def count() -> None:
        sessions = server._session_mgr
        away = len(sessions._session_storage._cache)  # Streamlit offers no other way to have it looked at
        counted.set_result((len(sessions.list_active_sessions()), away))

    server._get_async_objs().eventloop.call_soon_threadsafe(count)
    try:
        return counted.result(EVERY)
    except TimeoutError:  # the server is busy, or stopping
        return 1, 0
