"""What stands first: the headline, the strip by measure, and the card of policy and world."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from sim.results.outcomes.polarity import LABELS
from sim.ui.explore import choices_panel, costs_panel
from sim.ui.shared import common, frames, grid, strip, theme, wording
from sim.ui.shared.setup import REFUSED, Setup, edit, first_line

_COUNTED = "counted"


def against(now: Setup, mine: frames.View, base: frames.View, same: bool) -> str:
    """How it differs from what it is compared with."""
    return "" if same else wording.comparison(mine.counts, base.counts, now.counted, now.reference)


def panel(now: Setup, mine: frames.View, base: frames.View, same: bool) -> None:
    """Headline on the left, strip on the right."""
    left, right = st.columns([0.52, 0.48], gap="medium", vertical_alignment="top")
    head, compared = wording.headline_of(mine, now.counted), against(now, mine, base, same)
    left.html(theme.verdict(head, f"{compared} {wording.middle(*mine.lead_end, mine.judge.unit)}".strip()))
    with right, st.container(key="strip", gap="xxsmall"):
        picker(now)
        st.html(strip.strip(mine, now.counted))
    theme.say(f"{head} {compared}".strip())


def picker(now: Setup) -> None:
    """The outcome whose futures the headline, the strip and the cells count."""
    if st.session_state.get(_COUNTED) != now.counted:
        st.session_state[_COUNTED] = now.counted
    st.selectbox("Outcome counted", list(LABELS), format_func=LABELS.__getitem__, key=_COUNTED, on_change=_pick,
                 label_visibility="collapsed")  # fmt: skip


def _pick() -> None:
    edit(counted=st.session_state[_COUNTED])


# ---------------------------------------------------------------------------------------------------------- the card
def card(now: Setup, place: DeltaGenerator, mine: frames.View, base: frames.View) -> None:
    """The cells: those that are known at once, the others marked until they are there; then choices and costs."""
    if not grid.worth_showing(now):
        return
    known = {now.spec.digest(): mine, now.base.digest(): base}
    found = grid.grid(now).filled(lambda spec: known.get(spec.digest()))
    place.html(grid.html(found))
    try:
        specs = [cell.spec for cell in found.cells]
        views = dict(zip([spec.digest() for spec in specs], common.views(specs, now.judge), strict=True))
        full = found.filled(lambda spec: views[spec.digest()])
    except REFUSED as error:
        place.html(Markup("{}{}").format(grid.html(found), theme.paragraph(first_line(error), "fine")))
        return
    place.html(Markup('<div class="card">{}<div>{}</div></div>').format(grid.html(full), _beside(now, mine, base)))


def _beside(now: Setup, mine: frames.View, base: frames.View) -> Markup:
    """What actors choose under the policy, and what it costs whom, in a line each."""
    if now.is_baseline:
        return Markup("")
    spec = now.spec
    chosen = choices_panel.sentence(spec, mine, base, now.reference, same=False)
    paid = costs_panel.said(now)
    return Markup("").join(
        Markup('<p class="beside"><b>{}</b> {}</p>').format(head, text)
        for head, text in (("What nations choose:", chosen), ("What it costs:", paid)) if text
    )  # fmt: skip
