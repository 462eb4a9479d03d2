"""Strategy: every package of Washington against every package of Beijing, and what follows if everybody answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from sim.analysis.strategy import Strategy
from sim.ui.shared import address, glossary, kept, theme, wording
from sim.ui.shared.setup import REFUSED, Setup, choice, first_line
from sim.ui.shared.templates import style
from sim.ui.strategy import html, matrix, reading, tables, values_panel, wishes as asked, words
from sim.ui.strategy.downloads_panel import panel as downloads
from sim.ui.strategy.reading import Reading, Said
from sim.ui.strategy.wishes import ALL, NAMES, TWO, Wishes

_PLAYERS = "strategy_players"
PLAYERS = {TWO: "US and China", ALL: "Allies and hubs too"}


@st.cache_resource(max_entries=6, show_spinner=False)
def _read(canonical: str, runs: int, key: str, _found: Strategy, _wishes: Wishes) -> Reading:
    """What there is to show, for as long as somebody opens cells of it: of four players it takes fifty megabytes."""
    return reading.read(_found, _wishes)


@st.cache_resource(max_entries=500, show_spinner=False)
def _said(canonical: str, runs: int, key: str, _found: Strategy, _wishes: Wishes) -> Said:
    """What takes longer: of four players seconds."""
    return reading.said(_found, _wishes)


def _scenario(now: Setup) -> None:
    """Over what packages are laid, with the way back to it, and who plays."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="strategy_over"):
        name = now.own.title if now.own else kept.title(now)
        assumed = f", {len(now.assumptions)} fixed assumptions" if now.assumptions else ""
        st.html(theme.paragraph(f"Packages are laid over “{name}”{assumed}, as set on Explore."), width="content")
        st.page_link("sim/ui/explore/page.py", label="Change the scenario")


def _players(wishes: Wishes) -> None:
    if st.session_state.get(_PLAYERS) != wishes.players:
        st.session_state[_PLAYERS] = wishes.players
    st.segmented_control("Who plays", [*PLAYERS], key=_PLAYERS, format_func=PLAYERS.__getitem__, on_change=_played,
                         required=True, label_visibility="collapsed")  # fmt: skip


def _played() -> None:
    asked.take(replace(asked.now(), players=st.session_state[_PLAYERS] or TWO, others=()))


def _others(found: Reading, wishes: Wishes) -> None:
    """What allies and hubs do in the matrix: what follows, or what the reader picks."""
    players = wishes.who[2:]
    if not players:
        return
    for n, slot in enumerate(st.columns(len(players), gap="medium")):
        player = players[n]
        key = f"strategy_others_{player}"
        if st.session_state.get(key) != found.others[n]:
            st.session_state[key] = found.others[n]
        slot.selectbox(
            f"{NAMES[player]} in the table (what follows: {words.title(found.found, player, found.follows[2 + n])})",
            list(found.found.options[player]), key=key, on_change=_held, args=(found.follows[2:], players),
            format_func=partial(words.title, found.found, player),
        )  # fmt: skip


def _held(follows: tuple[str, ...], players: tuple[str, ...]) -> None:
    picked = tuple(st.session_state[f"strategy_others_{player}"] for player in players)
    asked.take(replace(asked.now(), others=() if picked == follows else picked))


def _top(found: Reading, wishes: Wishes, values: str) -> None:
    """The matrix, and beside it the open cell."""
    here = found.whole(wishes.cell) if wishes.cell else (*found.follows[:2], *found.others)
    left, right = st.columns([0.6, 0.4], gap="large")
    with left:
        st.html(theme.RESULTS + theme.heading(
            "Every package against every package",
            f"Rows: what Washington does. Columns: what Beijing does. {values} Pick a cell to open it.",
        ))  # fmt: skip
        _others(found, wishes)
        matrix.draw(html.matrix(found), here)
    with right, st.container(key="strategy_cell"):
        st.html(html.cell(found, reading.opened(found, wishes, here)))
        theme.say(f"{words.combination(found.found, here)}: {wording.decimal(found.mean('lead_months', here))} months")


def _below(found: Reading, said: Said) -> None:
    st.html(theme.heading("What the table says", "Made from the table, under the values and packages above.")
            + html.said(said.sentences))  # fmt: skip
    left, right = st.columns(2, gap="large")
    left.html(theme.heading(
        "Who would regret what",
        "The most that each package can cost against the best one in hindsight, over all answers of the others, "
        f"{words.UNIT}.",
    ) + html.regrets(found))  # fmt: skip
    right.html(theme.heading("What depends on the values", "The same table under four sets of weights.")
               + html.profiles(found, said.by_profiles))  # fmt: skip


@st.fragment
def workspace() -> None:
    glossary.begin("workspace")
    now, wishes = choice().now, asked.now()
    address.write()
    with st.container(key="strategy_head", gap="xxsmall"):
        headline, follows = st.empty(), st.empty()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="strategy_tools"):
        _players(wishes)
        _scenario(now)
    bar = st.empty()
    try:
        whole = tables.of(now.spec, wishes.players, bar)
        mine = reading.narrowed(whole, wishes)
        found = _read(now.spec.canonical(), whole.runs, repr(replace(wishes, cell=())), mine, wishes)
        headline.html(theme.verdict(words.headline(found)))
        values_panel.panel(whole, wishes)
        with st.container(key="strategy_top"):
            _top(found, wishes, values_panel.state(whole, wishes))
        said = _said(now.spec.canonical(), whole.runs, repr(replace(wishes, cell=(), others=())), mine, wishes)
    except REFUSED as error:
        st.error(first_line(error))
        return
    follows.html(theme.paragraph(said.sentences["follows"], "sub"))
    _below(found, said)
    downloads(now, whole, mine, wishes)
    st.html(theme.heading("What a theorist will object to", "Read this before you quote a cell.") + html.objections())


theme.style()
st.html(style("strategy/page.css"))
chosen = address.adopt("strategy")
ignored = [*chosen.notes, *asked.adopt()]
with st.container(key="strategy"):
    if ignored:
        st.html(theme.ignored(ignored))
    workspace()
