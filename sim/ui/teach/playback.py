"""One future, quarter by quarter: where both stand, what each actor decided and why; predicted first, then revealed."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import streamlit as st
from markupsafe import Markup

from scenarios import BASELINE
from scenarios.quarters import FIRST, number
from sim.results.outcomes import polarity
from sim.results.wording import most_common
from sim.ui.shared import address, charts, frames, recorded, share, theme, wording
from sim.ui.shared.setup import Judge, choice
from sim.ui.shared.templates import render
from sim.ui.teach import charts as teach_charts
from sim.ui.teach.decisions import Decision, decisions, happened
from sim.ui.teach.futures import DRAWN, MEDIANS, SEALED, Future, Shown

LARGE = "teach_large"
"""Where the session keeps whether type is large."""
_ASSUMED = (
    "Simulated, not recorded: one reading of the quarter that fits the record. Other futures read it differently. "
    "“Recorded” marks what rests on dated rules and published figures."
)
_COLOR = {"United States": charts.US, "China": charts.CHINA}


def name_of(s: Shown, key: str, opened: bool) -> str:
    """The headline of a future: it gives the outcome away only once that is open."""
    f, year = s.futures[key], s.judge.year
    title = wording.inside(s.spec.title) if s.spec.name == BASELINE else f"“{s.spec.title}”"
    if f.member is None:
        return f"The medians of all {s.runs:,} futures under {title}"
    if key.startswith(SEALED) and not opened:
        return f"A sealed future under {title}: guess how it ends in {year}"
    return f"{polarity.LABELS[polarity.CLASSES[int(f.codes[s.last])]]} at the end of {year}: one future under {title}"


def about(s: Shown, key: str) -> str:
    """What is shown, and what it is not."""
    f, until = s.futures[key], f"Up to {wording.last_month(s.quarter(s.edge))} you see what was recorded."
    if f.member is None:
        most = polarity.LABELS[most_common(s.counts)]
        return (
            f"{until} After that, each number is a median of all futures on its own, so numbers need not fit together. "
            f"The outcome of a quarter is its most common one ({most} at the end). Not a forecast."
        )
    if key.startswith(SEALED):
        return (
            f"{until} After that you see simulated future {f.member + 1:,} of {s.runs:,}, drawn at random. This is one "
            "possible future, not a forecast; another draw could end differently."
        )
    return (
        f"{until} After that you see simulated future {f.member + 1:,} of {s.runs:,}: of those with this outcome, the "
        "one whose lead stays nearest to the median. One future is not a forecast."
    )


def stand(s: Shown, f: Future, t: int) -> str:
    """Where both stand in a quarter, as one sentence: by the record up to the end of the data, else in this future."""
    if t <= s.edge:
        return _on_record(s, t)
    us, china = (f.at(f"capability.{seat}", t) for seat in frames.SEATS)
    outcome, unit = polarity.LABELS[polarity.CLASSES[int(f.codes[t])]], s.judge.unit
    return (
        f"Simulated, end of {wording.last_month(s.quarter(t))}: index {us:.0f} for the US and {china:.0f} for China; "
        f"{wording.lead(f.at('lead', t), unit)}. Counting {s.judge.limit:g} {unit} as well ahead, that is: {outcome}."
    )


def _on_record(s: Shown, t: int) -> str:
    """Where both stood in a quarter of the data."""
    us, china = recorded.frontiers()[:, t]
    ahead = wording.lead(float(recorded.lead_by(s.judge.ruler)[t]), s.judge.unit)
    by = "" if recorded.scored(t) else " Partly estimated: not every best model of the time has a score."
    return (
        f"Recorded, end of {wording.last_month(s.quarter(t))}: index {us:.0f} for the best US model and {china:.0f} "
        f"for the best Chinese one; {ahead}.{by}"
    )


def within(s: Shown, guess: float, width: float = 3.0) -> int:
    """Futures in 100 whose lead at the end lies within some months of a guess."""
    return round(100 * float((np.abs(s.ends - guess) <= width).mean()))


# ---------------------------------------------------------------------------------------------------------- drawing
def draw(s: Shown, f: Future, t: int, guess: float | None) -> None:
    """Both charts, what happened, and who decided what and why."""
    told, (path, lead) = stand(s, f, t), teach_charts.tables(s, f, t, guess)
    large = bool(st.session_state.get(LARGE))
    height = 400 if large else 300
    st.html(theme.paragraph(bold(told), "stand"))
    theme.say(told)
    with st.container(key="teach_pair"):
        left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        unit = "Epoch Capabilities Index at quarter ends: recorded, then simulated."
        head = theme.heading("Capability up to this quarter", unit)
        teach_charts.draw("path", head, path, told, height, large)
    with right:
        head = theme.heading("Lead up to this quarter", f"US lead in {s.judge.unit}, {_ruler(s.judge)}.")
        teach_charts.draw(
            "months",
            head,
            lead,
            f"Lead up to {wording.last_month(s.quarter(t))}. {told}",
            height,
            large,
        )
    st.html(render("teach/happened.html", quarter=wording.quarter(s.quarter(t)), happened=happened(s, t)))
    _decided(s, f, t)


def _decided(s: Shown, f: Future, t: int) -> None:
    """Who decided what; in a quarter of the data behind a label, since little of it was ever recorded."""
    if t > s.edge:
        st.html(theme.part(f"Who decided what, and why: simulated, {wording.quarter(s.quarter(t))}"))
        st.html(render("teach/decisions.html", groups=_groups(decisions(s, f, t))))
        return
    with st.expander("What this future assumes where no record exists", key="teach_assumed", on_change="rerun") as more:
        if more.open:
            st.html(theme.paragraph(_ASSUMED))
            st.html(render("teach/decisions.html", groups=_groups(decisions(s, f, t))))


def bold(text: str) -> Markup:
    """The sentence on where both stand, with its quarter in bold, and its outcome where it has one."""
    head, _, rest = text.partition(": ")
    body, colon, outcome = rest.rpartition(": ")
    said = Markup("<b>{}:</b> ").format(head)
    return said + (Markup("{}: <b>{}</b>").format(body, outcome) if colon else Markup.escape(rest))


def _groups(found: list[Decision]) -> list[dict[str, object]]:
    """Decisions by who decided: one card per superpower, which come first, and one for everybody else."""
    colors = {who: charts.themed(_COLOR.get(who, charts.MUTED)) for who in dict.fromkeys(each.who for each in found)}
    return [
        {"who": who, "color": color, "decisions": [each for each in found if each.who == who]}
        for who, color in colors.items()
    ]


def _ruler(judge: Judge) -> str:
    return wording.judged(judge).split(", ")[-1]


# -------------------------------------------------------------------------------------------------- predict and reveal
@dataclass
class Seat:
    """What the class has done so far; kept in the session."""

    key: str = f"{SEALED}1"
    t: int = -1
    opened: bool = False
    outcome: str = ""
    guess: float | None = None
    tick: float = 0.0
    of: str = ""
    """The scenario and judge that it belongs to; another one gets a new seal."""


def seat() -> Seat:
    """The class of this session."""
    if "teach_seat" not in st.session_state:
        st.session_state["teach_seat"] = Seat()
    found: Seat = st.session_state["teach_seat"]
    return found


def play(key: str) -> None:
    """Another sealed future."""
    st.session_state["teach_seat"] = Seat(key=key)


def limit(s: Shown, at: Seat) -> int:
    """The last quarter that may be looked at: the edge of the data until the class has guessed."""
    return s.last if at.opened else min(s.edge, s.last)


def _reveal() -> None:
    at = seat()
    at.opened = True
    at.outcome = at.key if at.key in polarity.CLASSES else st.session_state["teach_outcome"]
    at.guess = float(st.session_state["teach_lead"])
    st.session_state["teach_again"] = True


def _skip() -> None:
    seat().opened = True
    st.session_state["teach_again"] = True


def predict(s: Shown, at: Seat, f: Future) -> None:
    """The question, or what was guessed against how it ends."""
    year, unit = s.judge.year, s.judge.unit
    if not at.opened:
        text = f"Until you guess, you see only the record, up to {wording.last_month(s.quarter(s.edge))}."
        if not at.key.startswith(SEALED):
            text += " You picked this future by its outcome, so guess only how far apart the two end."
        st.html(theme.part(f"Your guess: where do they stand at the end of {year}?", text))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            if at.key not in polarity.CLASSES:
                st.radio("Outcome", list(polarity.CLASSES), index=1, format_func=polarity.LABELS.__getitem__,
                         key="teach_outcome", horizontal=True)  # fmt: skip
            st.slider(f"US lead, {unit} (below zero: China leads)", -24, 36, 6, key="teach_lead", width=320)
            st.button("Reveal", on_click=_reveal, type="primary", icon=":material/visibility:")
            st.button("Skip the guess", on_click=_skip, type="tertiary")
        return
    ended, end = polarity.CLASSES[int(f.codes[s.last])], f.at("lead", s.last)
    mine = ""
    if at.guess is not None:
        right = "" if at.key in polarity.CLASSES else (
            "Right outcome. " if at.outcome == ended else f"You said {wording.inside(polarity.LABELS[at.outcome])}. "
        )  # fmt: skip
        near = f"{within(s, at.guess)} of 100 simulated futures end within 3 {unit} of your guess."
        mine = (
            f"{right}You guessed a US lead of {wording.signed(at.guess)} {unit}; it was {wording.signed(end)}. {near} "
        )
    text = (
        f"{mine}This future ends as: {wording.inside(polarity.LABELS[ended])}, with a US lead of {wording.signed(end)} "
        f"{unit}. Of 100 futures under the same policy: {wording.outcomes(s.counts)}."
    )
    head = theme.part(f"Revealed: the end of {year}")
    st.html(head + theme.paragraph(text, "reveal") + theme.mini(s.counts, s.counts, levers=False))


# -------------------------------------------------------------------------------------------------------- the controls
def _step(by: int, most: int) -> None:
    at = seat()
    at.t = min(max(at.t + by, 0), most)


def _slid(key: str) -> None:
    seat().t = number(st.session_state[key]) - FIRST


def advance(s: Shown, at: Seat) -> None:
    """While it plays: one quarter further at every tick, and off at the end."""
    if not st.session_state.get("teach_play"):
        return
    most, now = limit(s, at), time.monotonic()
    if at.t >= most:
        st.session_state["teach_play"] = False
        st.session_state["teach_again"] = True
    elif now - at.tick > 1.0:
        at.t, at.tick = at.t + 1, now


def _again() -> None:
    st.session_state["teach_again"] = True
    seat().tick = time.monotonic()


def controls(s: Shown, at: Seat) -> None:
    """Back, next, play, and the slider over quarters."""
    most = limit(s, at)
    key = f"teach_quarter_{most}"
    st.session_state[key] = s.quarter(at.t)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="teach_controls"):
        st.button("Back", icon=":material/chevron_left:", on_click=_step, args=(-1, most), disabled=at.t <= 0)
        st.button("Next", icon=":material/chevron_right:", on_click=_step, args=(1, most), disabled=at.t >= most)
        st.toggle("Play", key="teach_play", on_change=_again, help="One quarter every second and a half")
        st.select_slider("Quarter", [s.quarter(k) for k in range(most + 1)], key=key, on_change=_slid, args=(key,),
                         width="stretch")  # fmt: skip
        with st.popover("Share", icon=":material/link:", type="tertiary", on_change="rerun", key="teach_share") as more:
            if more.open:
                share.panel(choice().now, "teach", **_shown_too(s, at))


def _shown_too(s: Shown, at: Seat) -> dict[str, str]:
    """What a link to this page holds beside the setting: the quarter, the claim that is open, and large type."""
    found = {name: address.own(name) for name in address.OWN["teach"]} | {"step": written(s, at)}
    return {name: text for name, text in found.items() if text}


# ------------------------------------------------------------------------------------------------------- the address
def options(s: Shown, at: Seat) -> dict[str, str]:
    """Futures that can be played, and how a picker names them."""
    drawn = at.key if at.key.startswith(SEALED) else f"{SEALED}1"
    kinds = {"us_ahead": "Unipolar: US well ahead", "two_power": "Bipolar: two-power race",
             "several": "Multipolar: several powers", "china_ahead": "Unipolar: China well ahead"}  # fmt: skip
    found = {drawn: f"Drawn blindly (draw {drawn.removeprefix(SEALED)} of {DRAWN}), sealed until you guess"}
    return {**found, **{name: text for name, text in kinds.items() if name in s.futures},
            MEDIANS: "The medians of all futures"}  # fmt: skip


def read(s: Shown, text: str) -> str:
    """Take over `step` of the address, `FUTURE:QUARTER` or `QUARTER`; what is wrong with it in words, or nothing."""
    head, _, tail = text.partition(":") if ":" in text else ("", "", text)
    key = head or seat().key
    if key not in s.futures:
        known = [f"{SEALED}1 to {SEALED}{DRAWN}", *(name for name in s.futures if not name.startswith(SEALED))]
        return f"there is no such future here; there are {wording.listed(known)}"
    try:
        t = number(tail) - FIRST
    except ValueError:
        return f"{address.short(tail)} is no quarter; write it like 2026-Q3"
    if not 0 <= t <= s.last:
        return f"{tail} is outside the playback, {s.quarter(0)} to {s.quarter(s.last)}"
    opened = t > s.edge or (seat().opened and key == seat().key)
    st.session_state["teach_seat"] = Seat(key=key, t=t, opened=opened, of=f"{s.spec.digest()}{s.judge}")
    return ""


def written(s: Shown, at: Seat) -> str:
    """What restores the present view; nothing where it is the first one."""
    first = at.key == f"{SEALED}1" and at.t == min(s.edge, s.last) and not at.opened
    return "" if first else f"{at.key}:{s.quarter(at.t)}"


def settle(s: Shown) -> Seat:
    """The class's place, made to fit the futures of this scenario; under another scenario it is sealed again."""
    at, of = seat(), f"{s.spec.digest()}{s.judge}"
    if at.of != of:
        play(at.key if at.key in s.futures else f"{SEALED}1")
        at = seat()
        at.of = of
    at.t = min(s.edge, s.last) if at.t < 0 else min(at.t, limit(s, at))
    return at
