"""See scaling happen: a button that trains four small models in a process of its own, and charts that follow it."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from calibration.demo_compare import recorded, sentences
from calibration.demo_state import Demo
from calibration.record import CalibrationError
from sim import measuring
from sim.demo import STAGE
from sim.ui.calibration import demo_charts, demo_frames, demo_words as say
from sim.ui.shared import charts, theme
from sim.ui.shared.templates import render

TICK = 1.0
"""Seconds between two looks at a run, each a sign to the server that somebody watches."""
SPEED = 4
"""How much faster than it happened the recorded run is played."""
PLAYED = "demo_played"
"""Session state: when this visitor began to play the recorded run."""
HEIGHT = 260


@st.cache_resource(show_spinner=False)
def _specs() -> dict[str, charts.Spec]:
    return demo_charts.specs()


def panel() -> None:
    """The demo: its button, its charts, and what they are compared with."""
    text = (
        "Four small language models, trained on the Python standard library while you watch. Their losses fall along "
        "a line: that regularity is what forecasts of AI progress rest on."
    )
    st.html(theme.part("See scaling happen", text))
    try:
        stored = recorded()
    except CalibrationError as error:
        st.error(str(error))
        return
    on = _on()
    st.fragment(_followed, run_every=TICK if on else None)(stored, on)


def _on() -> bool:
    """Whether something is to be followed: the run of this server, or this visitor's playback."""
    return (STAGE.live is not None and STAGE.live.running) or PLAYED in st.session_state


def _followed(stored: Demo, ticking: bool) -> None:
    """The controls and the charts; drawn once a second while there is something to follow."""
    if _on() != ticking:  # only the whole page can start or stop the ticking
        st.rerun()
    live = STAGE.live
    if live is not None and live.running:
        STAGE.watch()
        _live_controls(live.demo, stored)
        _draw(live.demo, stored)
    elif PLAYED in st.session_state:
        _play(stored)
    else:
        _idle(stored)


def _live_controls(found: Demo, stored: Demo) -> None:
    left, right = st.columns([0.8, 0.2], vertical_alignment="center")
    left.progress(found.share, say.progress(found, stored))
    if right.button("Stop", key="demo_stop", icon=":material/stop:", width="stretch"):
        STAGE.stop()
        st.rerun()
    theme.say(found.doing, key="said_demo")


def _play(stored: Demo) -> None:
    """The recorded run, faster than it happened."""
    seconds = (time.monotonic() - st.session_state[PLAYED]) * SPEED
    if seconds > stored.of("point")[-1]["at"]:
        del st.session_state[PLAYED]
        st.rerun()
    found = stored.until(seconds)
    left, right = st.columns([0.8, 0.2], vertical_alignment="center")
    left.progress(found.share, f"Recorded run, {SPEED} times as fast. {found.doing}")
    if right.button("Stop", key="demo_stop", icon=":material/stop:", width="stretch"):
        del st.session_state[PLAYED]
        st.rerun()
    _draw(found, None)


def _idle(stored: Demo) -> None:
    """What there is to see when nothing runs: the last run of this server, or the recorded one."""
    live = STAGE.live
    if live is not None and live.error:
        st.error(live.error)
    mine = live.demo if live is not None and live.demo.finished else None
    _start(stored)
    if mine is None:
        st.html(theme.paragraph(f"Recorded run: {_where(stored)}.", "badge"))
    else:
        st.html(theme.paragraph(f"Run on this machine: {_where(mine)}.", "badge"))
    _draw(mine or stored, mine and stored)
    st.html(render("calibration/demo_said.html", sentences=sentences(mine or stored, stored)))


def _where(found: Demo) -> str:
    return f"{found.plan['host']}, {found.plan['made']}, {say.length(found):.0f} seconds of one core"


def _start(stored: Demo) -> None:
    if not measuring.has_torch():
        st.html(theme.paragraph(f"To train here, add PyTorch: {measuring.how_to_add_torch()}.", "d"))
        if st.button("Play the recorded run", key="demo_play", icon=":material/play_arrow:", type="primary"):
            st.session_state[PLAYED] = time.monotonic()
            st.rerun()
        return
    if st.button("Train four models now", key="demo_start", icon=":material/play_arrow:", type="primary"):
        try:
            STAGE.start()
        except OSError as error:
            st.error(f"The run could not be started: {error}.")
            return
        st.rerun()
    st.html(
        theme.paragraph(
            f"It takes about {say.length(stored):.0f} seconds of one core of the server. One run at a time: whoever "
            "presses the button while it is on sees the same run. It ends when nobody watches.",
            "d",
        )
    )


def _draw(found: Demo, beside: Demo | None) -> None:
    """The four charts, with another run in gray where one is given."""
    for pair in (("curves", "losses"), ("roofline", "reinforcement")):
        for place, name in zip(st.columns(2, gap="medium"), pair, strict=True):
            with place:
                _chart(name, found, beside)


def _chart(name: str, found: Demo, beside: Demo | None) -> None:
    words: Callable[[Demo, bool], say.Words] = getattr(say, name)
    title, sentence = words(found, beside is not None)
    tables = getattr(demo_frames, name)(found, beside)
    spec = _specs()[name]
    with st.container(gap="xxsmall", key=f"chart_demo_{name}"):
        st.html(theme.heading(title, sentence, level=3))
        st.vega_lite_chart(
            {**spec, "datasets": {**tables, **spec.get("datasets", {})}}, height=HEIGHT, key=f"drawn_demo_{name}",
            alt=f"{title}. {sentence}",
        )  # fmt: skip
