"""Memory of a server that many people use: what stays is not looked at again, and what is free goes back."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time

import streamlit as st

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
    if trim is None:
        return False

    def work() -> None:
        while True:
            time.sleep(EVERY)
            trim(0)

    threading.Thread(target=work, name="give back", daemon=True).start()
    return True
