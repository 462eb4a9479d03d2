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
from sim.results.sealed import letters
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
POWERS = {
    "us_ahead": "United States well ahead (unipolar)", "two_power": "Two-power race (bipolar)",
    "several": "Several powers (multipolar)", "china_ahead": "China well ahead (unipolar)",
}  # fmt: skip
"""The outcomes with the words of political science, for a class that has to tell them apart."""
DIFFERENCE = (
    "Unipolar: one of the two leads by {n} {unit} or more. Bipolar: neither does. Multipolar: neither does, and a "
    "third bloc is within {n} {unit} of the leader."
)
_GUESSES = (-60, 60)
"""The shortest and the longest lead that a class can guess."""
_COLOR = {"United States": charts.US, "China": charts.CHINA}


def name_of(s: Shown, at: Seat) -> str:
    """The headline of a future: it gives the outcome away only once that has been played."""
    f, year, name = s.futures[at.key], s.judge.year, called(s, at.key)
    title = wording.inside(s.spec.title) if s.spec.name == BASELINE else f"“{s.spec.title}”"
    if f.member is None:
        return f"The medians of all {s.runs:,} futures under {title}"
    if not at.ended:
        return f"{name} under {title}: how does it end in {year}?"
    return f"{polarity.LABELS[_ending(s, f)]} at the end of {year}: {name[:1].lower()}{name[1:]} under {title}"


def called(s: Shown, key: str) -> str:
    """A future's name, which does not tell how it ends."""
    if key in polarity.CLASSES:
        return f"Future {letters(s.spec.name)[key]}"
    return "A sealed future" if key.startswith(SEALED) else "The medians"


def _ending(s: Shown, f: Future) -> str:
    """The outcome class at the end."""
    return polarity.CLASSES[int(f.codes[s.last])]


def about(s: Shown, at: Seat) -> str:
    """What is shown, and what it is not."""
    f, until = s.futures[at.key], f"Up to {wording.last_month(s.quarter(s.edge))} you see what was recorded."
    if f.member is None:
        return (
            f"{until} After that, each number is a median of all futures on its own, so numbers need not fit together. "
            "The outcome of a quarter is its most common one. Not a forecast."
        )
    one = f"{until} After that you see simulated future {f.member + 1:,} of {s.runs:,}"
    if at.key.startswith(SEALED):
        one += ", drawn at random"
    return f"{one}. This is one possible future, not a forecast; another could end differently."


def stand(s: Shown, f: Future, t: int) -> str:
    """Where both stand in a quarter, as one sentence: by the record up to the end of the data, else in this future."""
    if t <= s.edge:
        return _on_record(s, t)
    us, china = (f.at(f"capability.{seat}", t) for seat in frames.SEATS)
    outcome, unit = POWERS[polarity.CLASSES[int(f.codes[t])]], s.judge.unit
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
def draw(s: Shown, f: Future, at: Seat) -> None:
    """Both charts, what happened, how it ended once that has been played, and who decided what and why."""
    t, large = at.t, _large()
    told, (path, lead) = stand(s, f, t), teach_charts.tables(s, f, t, at.guess)
    height = 280 if large else 300
    st.html(theme.paragraph(bold(told), "stand"))
    theme.say(told)
    if guessed := _guessed(s, at):
        st.html(theme.paragraph(guessed, "guessed"))
    with st.container(key="teach_pair"):
        left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        head = theme.heading("Capability up to this quarter", "Epoch Capabilities Index at quarter ends.")
        teach_charts.draw("path", head, path, told, height, large)
    with right:
        head = theme.heading("Lead up to this quarter", f"US lead in {s.judge.unit}, {_ruler(s.judge)}.")
        alt = f"Lead up to {wording.last_month(s.quarter(t))}. {told}"
        teach_charts.draw("months", head, lead, alt, height, large)
    if at.ended:
        _ended(s, f, at)
    st.html(render("teach/happened.html", quarter=wording.quarter(s.quarter(t)), happened=happened(s, t)))
    _decided(s, f, t)


def _large() -> bool:
    """Whether the page is on a projector."""
    return bool(st.session_state.get(LARGE))


def _guessed(s: Shown, at: Seat) -> str:
    """What the class guessed, for as long as it is not known how it ends."""
    if at.guess is None or at.ended:
        return ""
    outcome = wording.inside(POWERS[at.outcome])
    return f"Your guess for the end of {s.judge.year}: {outcome}; {wording.lead(at.guess, s.judge.unit)}."


def _ended(s: Shown, f: Future, at: Seat) -> None:
    """How it ended, beside the guess of the class and the endings of all futures."""
    said = f"This future ended as: {wording.inside(POWERS[_ending(s, f)])}; {_at_end(s, f)}."
    if at.guess is not None:
        said = f"{compared(s, f, at.outcome, at.guess)} {said}"
    odds = f"Of 100 futures under the same policy: {wording.outcomes(s.counts)}."
    st.html(theme.part(f"How it ended, {wording.last_month(s.quarter(s.last))}"))
    st.html(theme.paragraph(f"{said} {odds}", "reveal") + theme.mini(s.counts, s.counts, levers=False))


def _at_end(s: Shown, f: Future) -> str:
    return wording.lead(f.at("lead", s.last), s.judge.unit)


def compared(s: Shown, f: Future, outcome: str, guess: float) -> str:
    """A guess against how a future ends, in plain words."""
    ended, unit, off = _ending(s, f), s.judge.unit, round(guess - f.at("lead", s.last))
    first = "Right outcome." if outcome == ended else (
        f"You guessed {wording.inside(POWERS[outcome])}; it was {wording.inside(POWERS[ended])}."
    )  # fmt: skip
    size = f"{abs(off)} {unit.removesuffix('s') if abs(off) == 1 else unit}"
    far = "right" if off == 0 else f"{size} too {'high' if off > 0 else 'low'} for the US"
    near = f"{within(s, guess)} of 100 simulated futures end within 3 {unit} of your guess."
    return f"{first} Your guess of the lead ({wording.lead(guess, unit)}) was {far}. {near}"


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
    """Whether the years after the data may be played."""
    ended: bool = False
    """Whether the last quarter has been played."""
    outcome: str = ""
    guess: float | None = None
    tick: float = 0.0
    of: str = ""
    """The scenario and judge that it belongs to; another one gets a new seal."""
    round: int = 0
    """How many futures this session has begun: each asks for a guess of its own."""
    missing: bool = False
    """Whether the class wanted to see before it had guessed."""


def seat() -> Seat:
    """The class of this session."""
    if "teach_seat" not in st.session_state:
        st.session_state["teach_seat"] = Seat()
    found: Seat = st.session_state["teach_seat"]
    return found


def play(key: str) -> None:
    """Another future, from the edge of the data on."""
    st.session_state["teach_seat"] = Seat(key=key, round=seat().round + 1)


def limit(s: Shown, at: Seat) -> int:
    """The last quarter that may be looked at: the edge of the data until the class has guessed."""
    return s.last if at.opened else min(s.edge, s.last)


def _reveal() -> None:
    """Open the years after the data, once the class has guessed both."""
    at, state = seat(), st.session_state
    outcome, lead = (state.get(f"teach_{what}_{at.round}") for what in ("outcome", "lead"))
    at.missing = outcome is None or lead is None
    if outcome is None or lead is None:
        return
    at.opened, at.outcome, at.guess = True, outcome, float(lead)
    state["teach_again"] = True


def _skip() -> None:
    seat().opened = True
    st.session_state["teach_again"] = True


def _predict(s: Shown, at: Seat) -> None:
    """The question before the years to come; nothing is filled in."""
    year, unit, n = s.judge.year, s.judge.unit, f"{s.judge.limit:g}"
    with st.popover("Guess the ending", icon=":material/edit:", type="primary"):
        if at.missing:
            st.warning("Choose an outcome and type a lead first, or skip the guess.")
        st.html(theme.paragraph(f"Where do they stand at the end of {year}? {DIFFERENCE.format(n=n, unit=unit)}"))
        st.radio("Outcome", list(polarity.CLASSES), index=None, format_func=POWERS.__getitem__,
                 key=f"teach_outcome_{at.round}")  # fmt: skip
        st.number_input(f"US lead in {unit} (below zero: China leads)", *_GUESSES, value=None, step=1,
                        placeholder=f"a whole number, {wording.minus(_GUESSES[0])} to {_GUESSES[1]}",
                        key=f"teach_lead_{at.round}")  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            # Not a primary button: what pops up lies outside the theme, and its letters would be too pale when dark.
            st.button("Reveal", on_click=_reveal, icon=":material/visibility:",
                      help="Opens the years to come, quarter by quarter; the ending comes last")  # fmt: skip
            st.button("Skip the guess", on_click=_skip, type="tertiary")


# -------------------------------------------------------------------------------------------------------- the controls
def _step(by: int, most: int) -> None:
    at = seat()
    at.t = min(max(at.t + by, 0), most)


def end(s: Shown, at: Seat) -> bool:
    """Note that the last quarter is on the screen; whether that is new, so that the page has to say how it ended."""
    new = at.opened and at.t >= s.last and not at.ended
    at.ended = at.ended or new
    return new


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
        if not at.opened:
            _predict(s, at)
        st.select_slider("Quarter", [s.quarter(k) for k in range(most + 1)], key=key, on_change=_slid, args=(key,),
                         width="stretch", label_visibility="collapsed" if _large() else "visible")  # fmt: skip
        with st.popover("Share", icon=":material/link:", type="tertiary", on_change="rerun", key="teach_share") as more:
            if more.open:
                share.panel(choice().now, "teach", **_shown_too(s, at))


def _shown_too(s: Shown, at: Seat) -> dict[str, str]:
    """What a link to this page holds beside the setting: the quarter, the claim that is open, and large type."""
    found = {name: address.own(name) for name in address.OWN["teach"]} | {"step": written(s, at)}
    return {name: text for name, text in found.items() if text}


# ------------------------------------------------------------------------------------------------------- the address
def options(s: Shown, at: Seat) -> dict[str, str]:
    """Futures that can be played, by names that do not tell how they end."""
    drawn = at.key if at.key.startswith(SEALED) else f"{SEALED}1"
    found = {drawn: f"Sealed future, draw {drawn.removeprefix(SEALED)} of {DRAWN}"}
    ended = [name for name in letters(s.spec.name) if name in s.futures]
    return {**found, **{name: called(s, name) for name in ended}, MEDIANS: "The medians of all futures"}


def public(s: Shown, key: str) -> str:
    """A future as the address and file names hold it."""
    return letters(s.spec.name).get(key, key)


def _keys(s: Shown) -> dict[str, str]:
    """Futures by what an address can call them: also by the outcome, as older links do."""
    return {**{key: key for key in s.futures}, **{public(s, key).lower(): key for key in s.futures}}


def read(s: Shown, text: str) -> str:
    """Take over `step` of the address, `FUTURE:QUARTER` or `QUARTER`; what is wrong with it in words, or nothing."""
    head, _, tail = text.partition(":") if ":" in text else ("", "", text)
    key = _keys(s).get(head.lower()) if head else seat().key
    if key is None:
        single = sorted(public(s, name) for name in s.futures if name in polarity.CLASSES)
        known = [f"{SEALED}1 to {SEALED}{DRAWN}", *single, MEDIANS]
        return f"there is no such future here; there are {wording.listed(known)}"
    try:
        t = number(tail) - FIRST
    except ValueError:
        return f"{address.short(tail)} is no quarter; write it like 2026-Q3"
    if not 0 <= t <= s.last:
        return f"{tail} is outside the playback, {s.quarter(0)} to {s.quarter(s.last)}"
    of = f"{s.spec.digest()}{s.judge}"
    if key != seat().key or seat().of not in ("", of):
        play(key)
    at = seat()
    at.t, at.of, at.opened = t, of, at.opened or t > s.edge
    return ""


def written(s: Shown, at: Seat) -> str:
    """What restores the present view; nothing where it is the first one."""
    first = at.key == f"{SEALED}1" and at.t == min(s.edge, s.last) and not at.opened
    return "" if first else f"{public(s, at.key)}:{s.quarter(at.t)}"


def settle(s: Shown) -> Seat:
    """The class's place, made to fit the futures of this scenario; under another scenario it is sealed again."""
    at, of = seat(), f"{s.spec.digest()}{s.judge}"
    if at.of != of:
        play(at.key if at.key in s.futures else f"{SEALED}1")
        at = seat()
        at.of = of
    at.t = min(s.edge, s.last) if at.t < 0 else min(at.t, limit(s, at))
    return at
