"""Pathways: which package, and on which signpost another one should take its place; asked for by a button."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import streamlit as st

from scenarios.seats import SEATS
from scenarios.signposts import SIGNPOSTS
from scenarios.values import VALUES
from sim.analysis.pathways import BEST_FIXED, RIVAL, THRESHOLDS, Pathways, pathways
from sim.analysis.strategy import Strategy
from sim.batch.evaluate import Progress
from sim.batch.executors import Pool
from sim.ui.shared import common, theme, work
from sim.ui.shared.following import follow
from sim.ui.shared.places import Place
from sim.ui.shared.setup import REFUSED, Setup, first_line
from sim.ui.strategy import pathway
from sim.ui.strategy.wishes import TWO, Wishes

HEAD = "Pathways: when to change course"
MOST = 128
"""Futures of each simulation, as on the command line."""
RULES = len(SIGNPOSTS) * 2 * THRESHOLDS * BEST_FIXED * (BEST_FIXED - 1)
"""Rules that a search tries at most."""
ABOUT = (
    "A pathway begins with one package and goes over to another after a signpost, a series that somebody publishes, "
    "passes a reading. The search finds the rule whose largest regret over other worlds and answers of the rival is "
    "least, and tests it where it did not look."
)
LEGEND = (
    "A cell holds the least of the largest regrets of all rules that switch once the signpost reads below or above "
    "that value, in bn $ a year where the search looked. The stronger the color, the less regret. Outlined: the best "
    "rule. Dashed line: today's reading."
)
_PLAYER, _ASKED, BUTTON = "strategy_pathways_player", "strategy_pathways_asked", "strategy_pathways_ask"
_THREADS = ThreadPoolExecutor(1, "pathways")
"""Apart from that of tables, so that nobody waits for a table behind a search."""


def panel(now: Setup, found: Strategy, wishes: Wishes) -> None:
    """Searched in the background when asked for; at once where somebody has asked the same before."""
    st.html(theme.heading(HEAD, ABOUT))
    player = st.segmented_control("Whose policy", [*RIVAL], key=_PLAYER, default=next(iter(RIVAL)), required=True,
                                  format_func=lambda who: SEATS[who].city, label_visibility="collapsed")  # fmt: skip
    weights = tuple(map(float, found.weights(player, wishes.values)))
    canonical, count = now.spec.canonical(), runs()
    place, key = _place(canonical, count, player, weights), repr((canonical, count, player, weights))
    search = partial(_search, canonical, count, player, weights, common.analysts())
    if not place.known and st.session_state.get(_ASKED) != key:
        st.button(f"Search {RULES} rules for {SEATS[player].city} (one to two minutes)", key=BUTTON,
                  icon=":material/search:", on_click=_ask, args=(key,))  # fmt: skip
        return
    place.ask(search)
    follow(lambda: place.going, partial(_draw, place, search, player, wishes))


def _draw(
    place: Place[Pathways], search: Callable[[Progress], Pathways], player: str, wishes: Wishes
) -> None:  # fmt: skip
    """The best rule, or how far the search is."""
    try:
        best = place.keep(search)
    except REFUSED as error:
        st.error(first_line(error))
        return
    if best is None:
        st.progress(place.share, f"Searching rules for {SEATS[player].city}, one to two minutes …")
    else:
        _show(best, wishes)


def runs() -> int:
    """Futures of each simulation: as many as on the command line, or fewer where the app has fewer."""
    return min(common.futures(), MOST)


def _ask(key: str) -> None:
    st.session_state[_ASKED] = key


def _search(
    canonical: str, count: int, player: str, weights: tuple[float, ...], pool: Pool, told: Progress
) -> Pathways:  # fmt: skip
    values = dict(zip(VALUES, weights, strict=True))
    return pathways(work.unworded(canonical), player, values, count, common.SEED, executor=pool, progress=told)


@st.cache_resource(max_entries=12, show_spinner=False)
def _place(canonical: str, count: int, player: str, weights: tuple[float, ...]) -> Place[Pathways]:
    """The place of one search: three megabytes."""
    return Place(_THREADS)


def _show(best: Pathways, wishes: Wishes) -> None:
    """The best rule, its bars, and the map of all."""
    st.html(theme.paragraph(pathway.rule(best), "rule"))
    left, right = st.columns([0.55, 0.45], gap="large")
    left.html(
        theme.paragraph(pathway.verdict(best), "story") + theme.paragraph(_apart(wishes, pathway.tested(best)), "fine")
    )
    right.html(pathway.bars(best))
    st.html(pathway.strips(best) + theme.paragraph(LEGEND, "fine"))


def _apart(wishes: Wishes, said: str) -> str:
    """What of the settings above the search does not follow."""
    apart = []
    if not wishes.politics:
        apart.append("counts recorded politics")
    if wishes.left_out:
        apart.append("may choose every package")
    if wishes.players != TWO:
        apart.append("leaves allies and hubs to the model")
    return f"{said} The search {' and '.join(apart)}." if apart else said
