"""Start-up work: the slow things once, for all users, so that the first of them does not wait."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial

import streamlit as st

from scenarios import names
from scenarios.errors import InputError
from scenarios.schema import Scenario
from sim.ui.calibration import cached as calibration
from sim.ui.evidence import cached, frames
from sim.ui.shared import ahead, common, drivers, inert_panel, workers
from sim.ui.shared.frames import View
from sim.ui.shared.setup import baseline_of


@st.cache_resource(show_spinner="Starting the simulator")
def warm() -> bool:
    """Do the slow things once, for all users."""
    common.specs()
    for keys in (frames.FRONTIERS, (frames.SECOND,)):
        cached.spec("blind", frames.axis(keys))
    with suppress(InputError):  # the page says it where people see it
        common.take_stored()
        workers.begin(common.futures())
        if os.environ.get("POLARITY_AHEAD") != "0":
            ahead.begin(_ready, (cached.today, partial(common.usual, cached.priors()), _calibration))
    return True


def _ready(spec: Scenario) -> View:
    """Make ready what Explore shows of a scenario, and for one of the library what stands below its charts."""
    found = common.usual(spec)
    if spec.name in names():
        inert_panel.sentences(spec)
        drivers.usual(baseline_of(spec), spec)
    return found


def _calibration() -> None:
    """Build what the page Calibration shows first."""
    record = next(iter(calibration.results().values()), None)
    if record is not None:
        for name in calibration.WRITERS:
            calibration.blocks(record.id, record.checksum, name, simulated=False)
