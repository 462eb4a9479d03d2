"""What moved the result: the difference from the reference, divided among the changes (Shapley values)."""

from __future__ import annotations

import streamlit as st

from scenarios.errors import InputError
from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from sim.analysis.attribution import MOST, Player, attribute, players
from sim.outcomes.scalar import parse
from sim.ui import common, frames, injector, theme, wording
from sim.ui.setup import Judge

FEWER = 256
"""Futures of each combination: enough for whole months on the same dice."""
AT_ONCE = 3
"""Changes that are divided without being asked: every further one doubles the number of simulations."""
_MS = 70
"""Roughly what one of them takes, for the estimate that stands on the button."""
_OTHERS = {
    "weighting": "Weighing by history", "calibration": "Calibration", "start": "Start of the levers",
    "data_until": "Known history", "rules_until": "Known rules",
}  # fmt: skip

Parts = list[tuple[str, float]]


@st.cache_resource(max_entries=500, show_spinner=False)
def _divided(one: str, two: str, outcome: str, by: str, runs: int, _first: Scenario, _second: Scenario) -> Parts:
    (found,) = attribute(_first, _second, [parse(outcome)], by, runs)
    return [(named(share.player, _second), share.shapley.mean) for share in found.shares]


def divided(first: Scenario, second: Scenario, judge: Judge, by: str) -> Parts:
    """Parts of the mean change of the lead, by what differs; they add up to it."""
    outcome = f"{judge.series}@{judge.year}"
    runs = min(FEWER, common.futures())
    return _divided(first.canonical(), second.canonical(), outcome, by, runs, first, second)


def named(player: Player, spec: Scenario) -> str:
    """What a player is called where people read it."""
    if player.name in LEVERS:
        return LEVERS[player.name].label
    kind, _, rest = player.name.partition(": ")
    if kind == "event":
        what, _, date = rest.partition(" ")
        return f"{injector.KINDS[what].label}, {date}" if what in injector.KINDS else rest
    if kind == "levers":
        return f"Levers of {'everyone' if rest == 'Everyone' else wording.inside(rest)}"
    if kind == "rule":
        return next((rule.title for rule in spec.rules if rule.id == rest), f"Rule {rest}")
    return _OTHERS.get(player.name, player.name.replace("_", " ").replace(": ", " ").capitalize())


def panel(first: Scenario, second: Scenario, mine: frames.View, base: frames.View, reference: str) -> None:
    """The parts as bars, at once where there are few, by side or on request where there are many."""
    judge = mine.judge
    head = "What moved the result"
    if first.digest() == second.digest():
        st.html(theme.heading(head, "Move a lever, or let something happen, to see which one does the work."))
        return
    who, sides = players(first, second), players(first, second, "side")
    slot = st.container(gap="xsmall")
    by = "lever"
    if len(who) == 1:
        parts = [(named(who[0], second), float((mine.leads - base.leads).mean()))]
    else:
        by = _by(who, sides, second)
        try:
            parts = divided(first, second, judge, by)
        except InputError as error:
            slot.html(theme.heading(head, str(error)))
            return
    total = sum(part for _, part in parts)
    parts = wording.tenths(parts)
    futures = mine.futures if len(who) == 1 else min(FEWER, common.futures())
    slot.html(
        theme.heading(
            head,
            f"{judge.unit.capitalize()} of US lead at the end of {judge.year}, against {reference}: average of "
            f"{futures} futures, {'alone' if len(parts) == 1 else 'over all orders of the changes'}.",
        )
        + theme.work(parts)
        + f'<p class="total">Together <b>{wording.exactly(total)}</b></p>'
    )


def _by(who: tuple[Player, ...], sides: tuple[Player, ...], second: Scenario) -> str:
    """By lever where that is quick or was asked for; else by side, with the offer to divide further."""
    if len(who) <= AT_ONCE or len(sides) == len(who):
        return "lever" if len(who) <= MOST else "side"
    key = f"divide_{second.digest()}"
    if st.session_state.get(key):
        return "lever"
    if len(who) > MOST:
        st.html(f'<p class="d">{len(who)} changes are too many to tell apart one by one; {MOST} can be.</p>')
        return "side"
    seconds = 2 ** len(who) * _MS / 1000
    about = f"about {seconds:.0f} s" if seconds >= 1.5 else "a second"
    if st.button(f"Divide it among all {len(who)} changes ({about})", key=f"{key}_ask", type="tertiary"):
        st.session_state[key] = True
        st.rerun(scope="fragment")
    return "side"
