"""Explore's answer to: what would change it? A tornado of all levers, and the nearest flips as buttons."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from sim.analysis.prices import Price
from sim.ui.shared import changes, levers, theme, wording
from sim.ui.shared.setup import REFUSED, Judge, Setup, choice, first_line
from sim.ui.shared.templates import render, style

HEAD = "What would change the answer"


@dataclass(frozen=True)
class End:
    """A lever at its lowest or highest value."""

    value: str
    here: bool
    """Whether it stands there already."""
    lead: str
    share: str
    """More or fewer futures in 100 with the US well ahead; empty where that is not looked at."""
    bar: str
    """The place of its bar, as CSS."""


def panel(now: Setup, spec: Scenario, judge: Judge) -> None:
    """Asked for by a button, since it takes many simulations; at once where somebody has asked the same before."""
    with st.expander(HEAD, key="changes", on_change="rerun") as more:
        if not more.open:
            return
        if not changes.known(spec, judge) and not st.button(
            f"Move every lever to both ends and find the nearest change of outcome (about {changes.SECONDS} s)",
            key=f"changes_ask_{spec.digest()}", icon=":material/search:",
        ):  # fmt: skip
            return
        try:
            _tornado(spec, judge)
            _flips(now, spec, judge)
        except REFUSED as error:
            st.error(first_line(error))


def _tornado(spec: Scenario, judge: Judge) -> None:
    listed = changes.prices(spec, judge)
    groups = listed.by_lever()
    loud = {id(g): any(abs(price.effects[listed.lead].mean) >= theme.QUIET for price in g) for g in groups}
    heard, quiet = [g for g in groups if loud[id(g)]], [g for g in groups if not loud[id(g)]]
    longest = max((abs(p.effects[listed.lead].mean) for group in heard for p in group), default=1.0)
    share = str(listed.outcomes[1]) if len(listed.outcomes) > 1 else ""
    rows = [_row(group, listed.lead, share, longest) for group in heard]
    halves = [price.effects[listed.lead].half or 0.0 for group in listed.by_lever() for price in group]
    brackets = " In brackets: the change in futures with the US well ahead, of 100." if share else ""
    text = (
        f"Each lever moves alone, from its current setting to its lowest and highest value: {judge.unit} of US lead at "
        f"the end of {judge.year}, average of {listed.runs} futures, each ±{max(halves):.1f} or less.{brackets}"
    )
    names = wording.listed([group[0].lever.label for group in quiet])
    st.html(style("explore/tornado.css") + render("explore/tornado.html", text=text, rows=rows, quiet=names))


def _row(group: tuple[Price, ...], lead: str, share: str, longest: float) -> tuple[str, End, End]:
    """A lever with both of its ends."""
    low, high = (
        End(
            value=wording.with_unit(price.value, price.lever.unit),
            here=price.already,
            lead=wording.exactly(price.effects[lead].mean),
            share=wording.signed(100 * price.effects[share].mean) if share else "",
            bar=theme.side(price.effects[lead].mean, longest),
        )
        for price in (min(group, key=lambda price: price.value), max(group, key=lambda price: price.value))
    )
    return group[0].lever.label, low, high


def _flips(now: Setup, spec: Scenario, judge: Judge) -> None:
    found = changes.settings(spec, judge)
    with st.container(gap="xxsmall"):
        head = Markup("<b>Single levers that make another outcome the most common, smallest change first</b>")
        st.html(theme.paragraph(head))
        for k, sentence in enumerate(changes.sentences(spec, judge)):
            st.html(theme.paragraph(sentence))
            if k < len(found):
                name, stop = found[k]
                st.button(
                    f"Try it: {LEVERS[name].label}, {levers.shown(LEVERS[name], stop)}", key=f"changes_try_{name}",
                    type="tertiary", icon=":material/arrow_forward:", on_click=_try, args=(now, name, stop),
                )  # fmt: skip


def _try(now: Setup, name: str, stop: float) -> None:
    choice().take(now.moved(name, stop))
