"""Explore's answer to: what would change it? A tornado of all levers, and the nearest flips as buttons."""

from __future__ import annotations

from html import escape

import streamlit as st

from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from sim.analysis.prices import Price
from sim.ui.shared import changes, levers, theme, wording
from sim.ui.shared.setup import REFUSED, Judge, Setup, choice, first_line

HEAD = "What would change the answer"
STYLE = """
ul.ends{list-style:none!important;margin:.5rem 0!important;padding:0!important;font-size:.9rem;line-height:1.3}
ul.ends li{display:grid;grid-template-columns:minmax(0,1.3fr) minmax(0,.9fr) minmax(0,1.4fr) minmax(0,.9fr);
 gap:.15rem .7rem;align-items:center;margin:0!important;padding:.2rem 0;
 border-bottom:1px solid color-mix(in srgb,currentColor 12%,transparent)}
ul.ends small{opacity:.8;margin-right:.4em}ul.ends b,ul.ends em{font-variant-numeric:tabular-nums}
ul.ends em{font-style:normal;opacity:.8}
ul.ends span:nth-child(2){text-align:right}
ul.ends i{display:block;position:relative;height:16px;
 background:linear-gradient(currentColor,currentColor) 50%/1px 100% no-repeat}
ul.ends u{position:absolute;height:7px;border-radius:2px}ul.ends u:last-child{top:9px}ul.ends u:first-child{top:0}
@media (max-width:640px){ul.ends li{grid-template-columns:1fr 1fr}
 ul.ends span:first-child,ul.ends i{grid-column:1/-1}ul.ends i{grid-row:3}}
"""


def panel(now: Setup, spec: Scenario, judge: Judge) -> None:
    """Asked for by a button, since it takes many simulations; at once where somebody has asked the same before."""
    with st.expander(HEAD, key="changes", on_change="rerun") as more:
        if not more.open:
            return
        if not changes.known(spec, judge) and not st.button(
            f"Move every lever to its ends and look for the nearest other outcome (about {changes.SECONDS} s)",
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
    groups = [group for group in listed.by_lever() if not group[0].company]
    loud = {id(g): any(abs(price.effects[listed.lead].mean) >= theme.QUIET for price in g) for g in groups}
    heard, quiet = [g for g in groups if loud[id(g)]], [g for g in groups if not loud[id(g)]]
    longest = max((abs(p.effects[listed.lead].mean) for group in heard for p in group), default=1.0)
    share = str(listed.outcomes[1]) if len(listed.outcomes) > 1 else ""
    rows = "".join(_row(group, listed.lead, share, longest) for group in heard)
    brackets = " In brackets: futures in 100 with the US well ahead, more or fewer." if share else ""
    text = (
        f"Each lever moved alone from where it stands to its lowest and to its highest value: {judge.unit} of US lead "
        f"at the end of {judge.year}, average of {listed.runs} futures on the same dice.{brackets}"
    )
    nothing = ""
    if quiet:
        names = wording.listed([group[0].lever.label for group in quiet])
        nothing = f'<p class="d">Alone, these do next to nothing here: {escape(names)}.</p>'
    st.html(f'<style>{STYLE}</style><p class="d">{escape(text)}</p><ul class="ends">{rows}</ul>{nothing}')


def _row(group: tuple[Price, ...], lead: str, share: str, longest: float) -> str:
    low, high = min(group, key=lambda price: price.value), max(group, key=lambda price: price.value)
    bars = "".join(f'<u style="{theme.side(price.effects[lead].mean, longest)}"></u>' for price in (low, high))
    return (
        f"<li><span>{escape(group[0].lever.label)}</span><span>{_end(low, lead, share)}</span>"
        f'<i aria-hidden="true">{bars}</i><span>{_end(high, lead, share)}</span></li>'
    )


def _end(price: Price, lead: str, share: str) -> str:
    at = escape(wording.with_unit(price.value, price.lever.unit))
    if price.already:
        return f"<small>{at}</small>is there"
    more = f" <em>({wording.signed(100 * price.effects[share].mean)})</em>" if share else ""
    return f"<small>{at}</small><b>{wording.exactly(price.effects[lead].mean)}</b>{more}"


def _flips(now: Setup, spec: Scenario, judge: Judge) -> None:
    found = changes.settings(spec, judge)
    with st.container(gap="xxsmall"):
        st.html('<p class="d"><b>Single levers that make another outcome the most common, the nearest first</b></p>')
        for k, sentence in enumerate(changes.sentences(spec, judge)):
            st.html(f'<p class="d">{escape(sentence)}</p>')
            if k < len(found):
                name, stop = found[k]
                st.button(
                    f"Try it: {LEVERS[name].label}, {levers.shown(LEVERS[name], stop)}", key=f"changes_try_{name}",
                    type="tertiary", icon=":material/arrow_forward:", on_click=_try, args=(now, name, stop),
                )  # fmt: skip


def _try(now: Setup, name: str, stop: float) -> None:
    choice().take(now.moved(name, stop))
