"""Strategy: every package of Washington against every package of Beijing, and what follows if everybody answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import streamlit as st

from sim.ui.shared import address, glossary, kept, theme, wording
from sim.ui.shared.setup import REFUSED, Setup, choice, first_line
from sim.ui.shared.templates import style
from sim.ui.strategy import (
    html,
    lasting_panel,
    matrix,
    pathways_panel,
    reading,
    tables,
    values_panel,
    wishes as asked,
    words,
)
from sim.ui.strategy.downloads_panel import panel as downloads
from sim.ui.strategy.reading import Reading, Said
from sim.ui.strategy.shown import CRISIS, LEAD, SHOWN, UNMEASURED
from sim.ui.strategy.wishes import ALL, NAMES, TWO, Wishes, waiting

_PLAYERS, _SHOW, _ALSO = "strategy_players", "strategy_show", "strategy_also"
PLAYERS = {TWO: "US and China", ALL: "Allies and hubs too"}


T = TypeVar("T")


@st.cache_resource(max_entries=6, show_spinner=False)
def _readings(canonical: str, runs: int, key: str) -> list[Reading]:
    """A place for what there is to show, while somebody opens cells of it: of four players it takes fifty megabytes."""
    return []


@st.cache_resource(max_entries=500, show_spinner=False)
def _sayings(canonical: str, runs: int, key: str) -> list[Said]:
    """A place for what takes longer: of four players seconds."""
    return []


def _once(place: list[T], make: Callable[[], T]) -> T:
    """What stands in a place, made by whoever comes first."""
    if not place:
        place.append(make())
    return place[0]


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
    players, now = st.session_state[_PLAYERS] or TWO, asked.now()
    asked.take(replace(now if players == TWO else now.adding(()), players=players, others=()))


def _also(wishes: Wishes) -> None:
    """Packages that wait for a signpost, to be added to the table of two."""
    if wishes.players != TWO:
        return
    known = waiting()
    if st.session_state.get(_ALSO) != list(wishes.also):
        st.session_state[_ALSO] = list(wishes.also)
    st.pills(
        "Also play a package that waits for a signpost (about ten seconds each)", [*known], selection_mode="multi",
        key=_ALSO, on_change=_added, format_func=lambda name: f"{known[name].title} ({NAMES[known[name].player]})",
    )  # fmt: skip


def _added() -> None:
    asked.take(asked.now().adding(st.session_state[_ALSO]))


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


def _shown(wishes: Wishes) -> None:
    """Which outcome the cells show."""
    if st.session_state.get(_SHOW) != wishes.show:
        st.session_state[_SHOW] = wishes.show
    st.segmented_control("Cells show", [*SHOWN], key=_SHOW, format_func=lambda name: SHOWN[name].label,
                         on_change=_showed, required=True, label_visibility="collapsed")  # fmt: skip


def _showed() -> None:
    asked.take(replace(asked.now(), show=st.session_state[_SHOW] or LEAD))


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
        _shown(wishes)
        matrix.draw(html.matrix(found, wishes.show), here)
        if wishes.show == CRISIS:
            st.html(theme.paragraph(UNMEASURED, "fine"))
        _also(wishes)
    with right, st.container(key="strategy_cell"):
        st.html(html.cell(found, reading.opened(found, wishes, here), wishes.show))
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


def _key(wishes: Wishes) -> str:
    """What a reading depends on: not on what of it the cells show."""
    return repr(replace(wishes, show=LEAD))


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
        whole = tables.of(now.spec, wishes.players, bar, wishes.also)
        mine = reading.narrowed(whole, wishes)
        text, runs = now.spec.canonical(), whole.runs
        found = _once(_readings(text, runs, _key(replace(wishes, cell=()))), partial(reading.read, mine, wishes))
        headline.html(theme.verdict(words.headline(found)))
        values_panel.panel(whole, wishes)
        with st.container(key="strategy_top"):
            _top(found, wishes, values_panel.state(whole, wishes))
        key = _key(replace(wishes, cell=(), others=()))
        said = _once(_sayings(text, runs, key), partial(reading.said, mine, wishes))
    except REFUSED as error:
        st.error(first_line(error))
        return
    follows.html(theme.paragraph(said.sentences["follows"], "sub"))
    _below(found, said)
    searched, lasts = st.container(key="strategy_pathways"), st.container(key="strategy_lasting")
    downloads(now, whole, mine, wishes)
    st.html(theme.heading("What a theorist will object to", "Read this before you quote a cell.") + html.objections())
    with lasts:
        lasting_panel.panel(now)
    with searched:  # what takes long comes last
        pathways_panel.panel(now, whole, wishes)


theme.style()
st.html(style("strategy/page.css"))
chosen = address.adopt("strategy")
ignored = [*chosen.notes, *asked.adopt()]
with st.container(key="strategy"):
    if ignored:
        st.html(theme.ignored(ignored))
    workspace()
