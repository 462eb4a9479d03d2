"""What the page shows of a result, made once for all users."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

import streamlit as st

from calibration.record import CalibrationRecord, ids, read
from calibration.report.blocks import Blocks
from calibration.report.draft import Draft
from calibration.report.opening import opening
from calibration.report.sections import SECTIONS
from calibration.roofline import read_chips
from scenarios.tables import DATA
from sim.analysis import calibrating
from sim.analysis.calibrating import Tell
from sim.ui.shared import common

Effect = Mapping[str, Any]
WRITERS = {anchor: write for anchor, _, write in SECTIONS} | {"opening": opening}
_ONE = Lock()
"""One simulation of effects at a time: several at once would take turns, and all who asked wait for the last."""


def results() -> dict[str, CalibrationRecord]:
    """Every readable result by id, those that were measured first."""
    found = {}
    for identifier in ids():
        try:
            found[identifier] = read(identifier)
        except ValueError:  # a damaged file is left out here; `polarity calibrate list` says what is wrong with it
            continue
    order = {"measured": 0, "readings": 1, "literature": 2}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[1].kind, 1), item[0])))


@st.cache_resource(max_entries=60, show_spinner=False)
def blocks(identifier: str, checksum: str, name: str, simulated: bool) -> Blocks:
    """A section of a result; `simulated` is whether its effect is known by now, and goes into it."""
    return WRITERS[name](draft(identifier, checksum, simulated))


@st.cache_resource(max_entries=30, show_spinner=False)
def draft(identifier: str, checksum: str, simulated: bool) -> Draft:
    """A result as its sections read it; `checksum` is of its file, which a new campaign may replace."""
    return Draft(read(identifier), read_chips(DATA / "chips.csv"), known(identifier, checksum) if simulated else None)


def known(identifier: str, checksum: str) -> Effect | None:
    """What a result moves, where somebody had it simulated."""
    place = _place(identifier, checksum, common.futures())
    return place[0] if place else None


def simulate(identifier: str, checksum: str, tell: Tell) -> None:
    """Simulate what a result moves, once for all users; `tell` hears of every ensemble that is done."""
    place = _place(identifier, checksum, common.futures())
    with _ONE:
        if not place:
            found = calibrating.effect(identifier, common.futures(), tell=tell, executor=common.analysts())
            place.append(calibrating.labeled(found))


@st.cache_resource(max_entries=30, show_spinner=False)
def _place(identifier: str, checksum: str, runs: int) -> list[Effect]:
    return []
