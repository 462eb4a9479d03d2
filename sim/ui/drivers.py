"""What moved the result: the difference from the reference, divided among the changes (Shapley values)."""

from __future__ import annotations

import time

import streamlit as st

from scenarios.errors import InputError
from scenarios.levers import LEVERS
from scenarios.schema import Scenario
from sim.analysis.attribution import MOST, Player, attribute, players
from sim.outcomes.scalar import parse
from sim.ui import common, frames, injector, theme, wording
from sim.ui.setup import Judge

HEAD = "What moved the result"
FEWER = 256
"""Futures of each combination: enough for whole months on the same dice."""
AT_ONCE = 3
"""Changes that are divided without being asked: every further one doubles the number of simulations."""
BREATH = 0.06
"""Seconds before the simulations begin, in which the server sends the charts: Python does one thing at a time."""
_MS = 70
"""Roughly what one of them takes, for the estimate that stands on the button."""
_OTHERS = {
    "weighting": "Weighing by history", "calibration": "Calibration", "start": "Start of the levers",
    "data_until": "Known history", "rules_until": "Known rules",
}  # fmt: skip

_SIDES = {"United States": "US levers", "China": "China's levers", "Everyone": "Levers of everyone"}

Parts = list[tuple[str, float]]


@st.cache_resource(max_entries=500, show_spinner=False)
def _divided(one: str, two: str, outcome: str, by: str, runs: int, _first: Scenario, _second: Scenario) -> Parts:
    time.sleep(BREATH)
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
        return _SIDES.get(rest, f"Levers of {wording.inside(rest)}")
    if kind == "rule":
        return next((rule.title for rule in spec.rules if rule.id == rest), f"Rule {rest}")
    return _OTHERS.get(player.name, player.name.replace("_", " ").replace(": ", " ").capitalize())


def parts(first: Scenario, second: Scenario, mine: frames.View, base: frames.View) -> tuple[Parts, int]:
    """What moved the lead, rounded so that it adds up, and the futures behind it; nothing where nothing differs.

    Raises:
        InputError: when combinations of the changes are no valid scenarios.
    """
    if first.digest() == second.digest():
        return [], mine.futures
    who = players(first, second)
    if len(who) == 1:
        return wording.tenths([(named(who[0], second), float((mine.leads - base.leads).mean()))]), mine.futures
    by = "lever" if len(who) <= AT_ONCE or _asked(second) else "side"
    by = by if len(who) <= MOST else "side"
    return wording.tenths(divided(first, second, mine.judge, by)), min(FEWER, common.futures())


def _key(second: Scenario) -> str:
    return f"divide_{second.digest()}"


def _asked(second: Scenario) -> bool:
    """Whether this user asked for every change of a scenario by itself."""
    return bool(st.session_state.get(_key(second)))


def panel(first: Scenario, second: Scenario, mine: frames.View, base: frames.View, reference: str) -> None:
    """The parts as bars, at once where there are few, by side or on request where there are many."""
    judge = mine.judge
    try:
        found, futures = parts(first, second, mine, base)
    except InputError as error:
        st.html(theme.heading(HEAD, str(error)))
        return
    if not found:
        st.html(theme.heading(HEAD, "Move a lever, or let something happen, to see which one does the work."))
        return
    unit = (
        f"{judge.unit.capitalize()} of US lead at the end of {judge.year}, against {reference}: average of {futures} "
        f"futures{'' if len(found) == 1 else ', over all orders of the changes'}."
    )
    total = f'<p class="total">Together <b>{wording.exactly(sum(size for _, size in found))}</b></p>'
    st.html(theme.heading(HEAD, unit) + theme.work(found) + total)
    if len(found) > 1:  # one change is told apart already, and to compare two scenarios takes time on a slider's path
        _offer(first, second)


def _offer(first: Scenario, second: Scenario) -> None:
    """Offer to tell every change apart, where they are grouped by who decides."""
    count, sides = len(players(first, second)), len(players(first, second, "side"))
    if count <= AT_ONCE or sides == count or _asked(second):
        return
    if count > MOST:
        st.html(f'<p class="d">{count} changes are too many to tell apart one by one; {MOST} can be.</p>')
        return
    seconds = 2**count * _MS / 1000
    about = f"about {seconds:.0f} s" if seconds >= 1.5 else "a second"
    if st.button(f"Divide it among all {count} changes ({about})", key=f"{_key(second)}_ask", type="tertiary"):
        st.session_state[_key(second)] = True
        st.rerun(scope="fragment")
