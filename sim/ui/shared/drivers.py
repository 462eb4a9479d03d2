"""What moved the result: the difference from the reference, divided among the changes (Shapley values)."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from scenarios.partner_levers import ALL_LEVERS
from scenarios.schema import Scenario
from sim.analysis.attribution import GROUPINGS, MOST, PREMISES, Player, attribute, players
from sim.results.outcomes.scalar import parse
from sim.ui.shared import common, costs, frames, injector, theme, wording
from sim.ui.shared.setup import REFUSED, Judge, first_line

HEAD = "What moved the result"
AT_ONCE = {"lever": 3, "side": 4, "kind": 4}
"""Players that are divided without being asked, by grouping: every further one doubles the simulations. Of levers there
are fewer, since they move under a hand."""
MANY = 7
"""Players beyond which each combination gets half of the futures."""
ON_REQUEST = 9
"""Players at most that are divided on the page: some ten seconds."""
_OTHERS = {
    "levers": "Levers", "values": "What nations want", "decisions": "How nations decide",
    "allocation": "Fixed shares", "parameters": "Assumptions", PREMISES: "Start and known history",
    "weighting": "Weighting by history", "calibration": "Calibration", "start": "Start of the levers",
    "data_until": "Known history", "rules_until": "Known rules",
}  # fmt: skip

_SIDES = {"United States": "US levers", "China": "China's levers", "All developers": "Everyone's levers"}

Parts = list[tuple[str, float]]


def divided(first: Scenario, second: Scenario, judge: Judge, by: str) -> Parts:
    """Parts of the mean change of the lead, by what differs; they add up to it."""
    outcome, runs = f"{judge.series}@{judge.year}", _futures(first, second, by)

    def make(one: Scenario, two: Scenario) -> Parts:
        with common.waiting("Attributing the difference to your changes", 2 ** AT_ONCE[by] * runs) as progress:
            asked = [parse(outcome)]
            (found,) = attribute(one, two, asked, by, runs, executor=common.analysts(), progress=progress)
        return [(named(share.player, two), share.shapley.mean) for share in found.shares]

    return common.remembered("divided", make, (first, second), outcome, by, runs)


def named(player: Player, spec: Scenario) -> str:
    """What a player is called where people read it."""
    if player.name in ALL_LEVERS:
        return ALL_LEVERS[player.name].label
    kind, _, rest = player.name.partition(": ")
    if kind == "event":
        what, _, date = rest.partition(" ")
        return f"{injector.CONTROLS[what].label}, {date}" if what in injector.CONTROLS else rest
    if kind == "levers" and rest:
        return _SIDES.get(rest, f"Levers of {wording.inside(rest)}")
    if kind in ("value", "decision"):
        label = costs.place_of(rest, costs.labels(spec))
        return f"Values of {label}" if kind == "value" else f"How {label} decides"
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
    by = grouping(first, second)
    return wording.tenths(divided(first, second, mine.judge, by)), _futures(first, second, by)


def _futures(first: Scenario, second: Scenario, by: str) -> int:
    """Futures of each combination: the screen's where changes are few, fewer where they are many."""
    count = len(players(first, second, by))
    if count <= AT_ONCE[by]:
        return common.futures()
    return min(common.FEWER if count <= MANY else common.FEWER // 2, common.futures())


def usual(first: Scenario, second: Scenario) -> None:
    """Divide what the page divides without being asked, before somebody looks at it."""
    if first.digest() != second.digest() and len(players(first, second)) > 1 and (by := _quick(first, second)):
        divided(first, second, Judge(), by)


def _quick(first: Scenario, second: Scenario) -> str:
    """The finest grouping that is quick; empty where none is."""
    return next((by for by in GROUPINGS if len(players(first, second, by)) <= AT_ONCE[by]), "")


def grouping(first: Scenario, second: Scenario) -> str:
    """How the changes are put together: as this user asked, else as finely as is quick."""
    return str(st.session_state.get(_key(second)) or _quick(first, second) or GROUPINGS[-1])


def _key(second: Scenario) -> str:
    return f"divide_{second.digest()}"


def _ask(second: Scenario, by: str) -> None:
    st.session_state[_key(second)] = by


def panel(first: Scenario, second: Scenario, mine: frames.View, base: frames.View, reference: str) -> None:
    """The parts as bars: at once where there are few, put together where there are many, apart again on request."""
    judge = mine.judge
    try:
        found, futures = parts(first, second, mine, base)
    except REFUSED as error:  # a combination of the changes can be what both ends are not
        st.html(theme.heading(HEAD, first_line(error)))
        return
    if not found:
        st.html(theme.heading(HEAD, "Move a lever or add an event to see how much each change matters."))
        return
    unit = (
        f"{judge.unit.capitalize()} of US lead at the end of {judge.year}, compared with {reference}: average of "
        f"{futures} futures{'' if len(found) == 1 else ' and over all orders of the changes'}."
    )
    total = Markup("Together <b>{}</b>").format(wording.exactly(sum(size for _, size in found)))
    st.html(theme.heading(HEAD, unit) + theme.work(found) + theme.paragraph(total, "total"))
    if len(found) > 1:  # one change is told apart already, and to compare two scenarios takes time on a slider's path
        _offer(first, second)


def _offer(first: Scenario, second: Scenario) -> None:
    """Offer to tell the changes apart as finely as a person waits for."""
    counts = {by: len(players(first, second, by)) for by in GROUPINGS}
    shown, every = grouping(first, second), counts[GROUPINGS[0]]
    finer = next((by for by, count in counts.items() if count <= ON_REQUEST), shown)
    if counts[finer] > counts[shown]:
        seconds = common.estimate(2 ** counts[finer])
        about = f"about {seconds:.0f} s" if seconds >= 1.5 else "a second"
        label = f"Attribute it to {'all ' if finer == GROUPINGS[0] else ''}{counts[finer]} changes ({about})"
        st.button(label, key=f"{_key(second)}_ask", type="tertiary", on_click=_ask, args=(second, finer))
    if every > ON_REQUEST:
        more = Markup("; <code>polarity policies attribute</code> can do it" if every <= MOST else "")
        text = Markup("{} changes are too many to separate here{}.").format(every, more)
        st.html(theme.paragraph(text))
