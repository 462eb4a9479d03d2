"""Start-up work: the slow things once, for all users, so that the first of them does not wait."""

from __future__ import annotations

import gc
import os
from contextlib import suppress

import streamlit as st

from scenarios import BASELINE, load
from scenarios.errors import InputError
from sim.ui.evidence import cached, frames
from sim.ui.shared import ahead, common


@st.cache_resource(show_spinner="Starting the simulator")
def warm() -> bool:
    """Do the slow things once, for all users."""
    common.specs()
    for keys in (frames.FRONTIERS, (frames.SECOND,)):
        cached.spec("blind", frames.axis(keys))
    with suppress(InputError):  # the page says it where people see it
        common.view(load(BASELINE))
        common.view(cached.priors())
        cached.today()
        if os.environ.get("POLARITY_AHEAD") != "0":
            ahead.begin(common.usual)
    return True


@st.cache_resource(show_spinner=False)
def freeze(page: str) -> bool:
    """Take what a page has imported and built at its first run out of the garbage collector's sight, for good.

    Streamlit collects garbage after every rerun, which takes two tenths of a second with all libraries imported.
    """
    gc.collect()
    gc.freeze()
    return True
