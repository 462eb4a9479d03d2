"""The first visit: four steps that ask for a guess before they reveal what the model says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from scenarios.events import Event
from sim.ui.shared import common, theme, wording
from sim.ui.shared.frames import View
from sim.ui.shared.injector import CONTROLS
from sim.ui.shared.setup import Setup, choice

_STEP, _GUESS = "story_step", "story_guess"
_SHOWN = "story_shown"
OFF = -1
_ASKED = Markup("<b>{} of {}: {}.</b> {}")
_TOLD = Markup("You said {}; the model says <b>{}</b>. {}")
_DONE = Markup(
    "<b>That is the idea.</b>{} The model is a set of stated assumptions, not an oracle: <i>Evidence</i> shows where "
    "it was right and wrong, <i>Assumptions</i> lets you change what you doubt, and <i>Compare</i> puts policies side "
    "by side."
)


@dataclass(frozen=True)
class Step:
    """One question, the setup that answers it, and what the answer shows."""

    title: str
    ask: str
    setup: Setup
    answer: Callable[[View], int]
    """The number to guess."""
    tell: Callable[[View, View], str]
    """What the answer shows, from the view of the step and that of current policy."""


def _us(view: View) -> int:
    return view.counts["us_ahead"]


def _china_first(view: View) -> int:
    return 100 - round(100 * view.us_first)


def _ideas(mine: View, base: View) -> str:
    enforced = common.view(STEPS[0].setup.spec)
    more = wording.signed(_us(mine) - _us(base))
    return (
        f"Closing off ideas changes the count by {more} futures, ending enforcement by "
        f"{wording.signed(_us(enforced) - _us(base))}. The US can lose its lead through chips, and through what others "
        "can read."
    )


def _shock(mine: View, base: View) -> str:
    less = _us(base) - _us(mine)
    change = f"the discovery {'takes away' if less > 0 else 'adds'} {abs(less)}" if less else "the same number"
    return (
        f"Under current policy it is {_us(base)}: {change}. The lead in the median run {_moved(mine, base)}. One event "
        f"alone seldom decides the race, but events add up: find {len(CONTROLS) - 1} other kinds below the levers."
    )


def _moved(mine: View, base: View) -> str:
    """How the median lead changes, in words that never go from a number to the same number."""
    before, after = base.lead_end[1], mine.lead_end[1]
    if wording.signed(before) == wording.signed(after):
        return f"changes by less than a month and stays at about {wording.signed(after)} months in {mine.year}"
    return f"goes from {wording.signed(before)} to {wording.signed(after)} months at the end of {mine.year}"


def _enforced(mine: View, base: View) -> str:
    return (
        f"Under current policy it is {_us(base)}. The chart of China's compute shows where the chips come from; “What "
        "moved the result” shows the effect of enforcement alone, in months."
    )


def _luck(mine: View, base: View) -> str:
    low, _, high = base.lead_end
    return (
        f"Under the same policy, nine in ten runs end between {wording.signed(low)} and {wording.signed(high)} months. "
        "About half of that spread is luck; the rest comes from inputs that nobody knows. Switch the chart of both "
        "frontiers to single futures to see them one by one."
    )


STEPS: tuple[Step, ...] = (
    Step(
        "Enforcement",
        "Suppose nobody enforces export controls any more, and everything else stays the same. In how many of 100 "
        "futures is the US well ahead at the end of 2032?",
        Setup(levers={"enforcement": 0.0}), _us, _enforced,
    ),
    Step(
        "Ideas",
        "Now enforcement is back, but US labs stop publishing: openness falls to zero. In how many of 100 futures is "
        "the US well ahead?",
        Setup(levers={"openness": 0.0}), _us, _ideas,
    ),
    Step(
        "A surprise",
        "Current policy again, but in 2028 a Chinese lab finds methods worth three times the compute. In how many of "
        "100 futures is the US well ahead?",
        Setup(events=(Event(kind="efficiency_shock", date="2028-Q1", size=0.5),)), _us, _shock,
    ),
    Step(
        "Luck",
        "Current policy, and nothing else happens. In how many of 100 futures does China's frontier end ahead of that "
        "of the US, by however little?",
        Setup(), _china_first, _luck,
    ),
)  # fmt: skip


def _go(step: int) -> None:
    st.session_state[_STEP] = step
    st.session_state[_SHOWN] = False


def _reveal(step: int) -> None:
    st.session_state[_SHOWN] = True
    st.session_state[f"{_GUESS}_{step}_kept"] = st.session_state[f"{_GUESS}_{step}"]
    choice().take(STEPS[step].setup)


def begin() -> None:
    """Start it, from wherever the user is."""
    _go(1)


def panel() -> None:
    """The question, or what it showed; nothing until somebody takes the tour, which a door of the masthead begins."""
    step = st.session_state.get(_STEP, OFF)
    if step == OFF:
        return
    with st.container(key="story", gap="xsmall"):
        if step <= len(STEPS):
            _question(step - 1)
        else:
            _end()


def _say(text: Markup) -> None:
    """A sentence beside the buttons of its line."""
    st.html(theme.paragraph(text, "story"), width="stretch")


def _question(at: int) -> None:
    step = STEPS[at]
    st.html(theme.paragraph(_ASKED.format(at + 1, len(STEPS), step.title, step.ask), "story"))
    if not st.session_state.get(_SHOWN):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.slider("Your guess, of 100 futures", 0, 100, 50, key=f"{_GUESS}_{at}", width="stretch")
            st.button("Reveal", on_click=_reveal, args=(at,), icon=":material/visibility:", type="primary")
            st.button("Leave", on_click=_go, args=(OFF,), type="tertiary", key="story_leave")
        return
    mine, base = common.view(step.setup.spec), common.view(Setup().spec)
    guess, found = st.session_state[f"{_GUESS}_{at}_kept"], step.answer(mine)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _say(_TOLD.format(guess, found, step.tell(mine, base)))
        st.button("Next", on_click=_go, args=(at + 2,), icon=":material/arrow_forward:", type="primary")
    theme.say(f"You said {guess}; the model says {found}. {step.tell(mine, base)}", "said_story")


def _end() -> None:
    off = []
    for at, step in enumerate(STEPS):
        guess = st.session_state.get(f"{_GUESS}_{at}_kept")
        if guess is not None:
            off.append(abs(guess - step.answer(common.view(step.setup.spec))))
    mean = f" On average, your guesses were off by {sum(off) / len(off):.0f} futures of 100." if off else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _say(_DONE.format(mean))
        st.button("Done", on_click=_go, args=(OFF,), type="primary")
