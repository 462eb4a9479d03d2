"""Explore: choose a policy and a world, move a lever, and see what it does to the race, against the baseline."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

import sim
from scenarios.schema import Scenario
from sim.ui.explore import (
    answers_panel,
    board_panel,
    changes_panel,
    charts_panel,
    choices_panel,
    costs_panel,
    flows_panel,
    pills,
    reasons_panel,
    rules_panel,
    story,
    timeline,
    verdict,
)
from sim.ui.shared import (
    address,
    common,
    drivers,
    frames,
    glossary,
    inert_panel,
    injector,
    levers,
    theme,
    wants,
    wording,
)
from sim.ui.shared.setup import REFUSED, Setup, choice, first_line
from sim.ui.shared.templates import style

_RANGE = "The range covers luck and unknown inputs, not the chance that the model is wrong."
_ON_PAPER = "To forward or print a result, use Brief above the charts: it makes a PDF of one or two pages with sources."
"""What a printed page says, where levers and buttons are left out."""
_DICE = (
    "Both sides share the same random numbers, so a difference on screen comes from the settings and not from chance. "
    "These are explorations of mechanisms, not forecasts."
)

_LEVERS = Markup('<div id="levers"><b>Levers</b><a href="#results" aria-label="Close the levers">Close</a></div>')
"""The place of the levers; on a phone they are a sheet that opens from the bar that stays, and this is its head."""


@st.fragment
def workspace() -> None:
    glossary.begin("workspace")
    chosen = choice()
    chosen.notes += board_panel.adopt(chosen.now)
    address.write()
    if chosen.notes:
        st.html(theme.ignored(chosen.notes))
    story.panel()
    pills.panel_of(chosen)
    now = chosen.now
    # The slots stand in the order of a phone. Results come first in time, since people wait for them and not for the
    # levers, which show what the choice already holds; what takes longest comes last.
    verdict_place, idle, mini = st.container(key="verdict"), st.empty(), st.container(key="mini")
    left, right = st.columns([0.245, 0.755], gap="medium")
    later = _results(now, verdict_place, mini, right)
    with left, st.container(key="levers", gap="xsmall"):
        st.html(_LEVERS)
        levers.panel(now)
        wants.panel(now)
        injector.panel(now)
    under = st.container(key="under")
    if later is not None:
        if said := inert_panel.lines(now.spec):
            idle.html(said)
        later()
        with under:  # as wide as the page: two pictures stand side by side
            flows_panel.panel(now)


def _results(
    now: Setup, place: DeltaGenerator, mini: DeltaGenerator, right: DeltaGenerator
) -> Callable[[], None] | None:
    """Everything that follows from the settings; what comes back draws what takes longer: the card, costs, causes."""
    try:
        spec, base_spec = now.spec, now.base
        base, mine = common.views([base_spec, spec], now.judge)
    except REFUSED as error:
        place.error(first_line(error))
        return None
    same, reference = spec.digest() == base_spec.digest(), now.reference
    with place:
        verdict.panel(now, mine, base, same)
        card = st.empty()
    mini.html(theme.mini(mine.counts, base.counts))
    with right, st.container(key="charts"):
        st.html(theme.RESULTS)
        charts_panel.first(mine, base, same, reference)
        timeline.panel(now)
        slot = charts_panel.rest(mine, base, same, reference)
        with st.container(key="choices"):
            st.html(choices_panel.panel(now, mine, base, reference, same))
            reasons_place = st.container(key="reasons_place")
            answers_place = st.container(key="answers_place")
        costs_place = st.container(key="costs_place")
        board_place = st.container(key="board_place")
        changes_place = st.container(key="changes_place")
        rules_panel.rules_so_far()
        rules_panel.words()
        st.html(theme.paragraph(_fine(spec, mine), "fine") + theme.paragraph(_ON_PAPER, "paper"))
    places = (card, costs_place, slot, changes_place, reasons_place, answers_place, board_place)
    return partial(_later, now, mine, base, places)


def _later(now: Setup, mine: frames.View, base: frames.View, places: tuple[DeltaGenerator, ...]) -> None:
    """What needs further simulations."""
    card, costs_place, slot, changes_place, reasons_place, answers_place, board_place = places
    verdict.card(now, card, mine, base)
    with costs_place:
        costs_panel.panel(now, mine, base, now.reference)
    with slot:
        drivers.panel(now.base, now.spec, mine, base, now.reference)
    with reasons_place:
        reasons_panel.panel(now)
    with changes_place:
        changes_panel.panel(now, now.spec, mine.judge)
    with answers_place:
        answers_panel.panel(now)
    with board_place:
        board_panel.panel(now)


def _fine(spec: Scenario, mine: frames.View) -> str:
    """The small print: what the range leaves out, how much the limit matters, and how to repeat the result."""
    strict = wording.strict(mine.judge.limit, mine.judge.unit, mine.strict)
    return (
        f"{_RANGE} {strict} {_DICE} {mine.futures} futures, seed {mine.seed}, Polarity {sim.__version__}, scenario "
        f"{spec.digest()}, calibration {spec.calibration}."
    )


theme.style()
st.html(style(
    "explore/answers.css", "explore/board.css", "explore/costs.css", "explore/choices.css", "explore/flows.css",
    "explore/timeline.css",
))  # fmt: skip
address.adopt("explore")
workspace()
