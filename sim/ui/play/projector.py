"""The projector: one screen a phase, in large type, without a token and without anything to decide."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from statistics import median

import streamlit as st
from markupsafe import Markup

from scenarios.packages import SEATS
from sim.play import AS_IS, FIRST_YEAR
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.results.wording import listed
from sim.room import debrief
from sim.room.debrief import Ending, Part
from sim.room.rooms import Room
from sim.room.state import DEBRIEF, DECIDE, GUESS, LOBBY, SHOWN
from sim.ui.play import doors, known, lines, words
from sim.ui.shared import address, picture as drawing, share, theme, wording
from sim.ui.shared.setup import REFUSED
from sim.ui.shared.templates import render, style

_SHADED = "US lead in months. Shaded: nine in ten futures of the same moves."
SHOWN_NAMES = 24
"""Names in the lobby; of further people only the number."""
PARTS = {
    "1": "Guesses", "2": "Class and model", "3": "What moved it", "4": "Better replies", "5": "In words",
}  # fmt: skip
"""Steps of the debrief."""


def draw(room: Room) -> None:
    """What the class looks at."""
    st.html(style("play/projector.css"))
    with st.container(key="play_projector"):
        {LOBBY: _lobby, GUESS: _guess, DECIDE: _decide, SHOWN: _shown, DEBRIEF: _debrief}[room.state.part](room)
    doors.watch(room, _sight)


def _sight(room: Room) -> Hashable:
    """What the projector shows: how many have decided, and who is in while they come in."""
    state = room.state
    names = tuple((player.shown, player.seat) for player in state.here) if state.part == LOBBY else ()
    counts = tuple(words.decided(state, seat) for seat in SEATS) if state.part == DECIDE else ()
    guessed = len(state.guesses) if state.part in (LOBBY, GUESS) else 0
    return state.phase, len(state.here), names, counts, guessed, known.sight(room)


def _screen(name: str, head: str, **values: object) -> None:
    """A screen of text alone."""
    st.html(render(name, head=head, **values) + theme.RESULTS)


def _beside_picture(name: str, head: str, picture: Markup, below: Sequence[str] = (), **values: object) -> None:
    """A heading, a drawing with lines below it, and text to its right."""
    st.html(render("play/screen_head.html", head=head) + theme.RESULTS)
    left, right = st.columns([1.45, 1], gap="medium")
    with left:
        drawing.draw(picture, "play_picture")
        if said := [text for text in below if text]:
            st.html(render("play/below.html", lines=said))
    right.html(render(name, **values))


# ------------------------------------------------------------------------------------------------------------ coming in
def _lobby(room: Room) -> None:
    """The code, the address and its picture, and who is in."""
    try:
        link = doors.join_address(room.code)
    except REFUSED:
        link = ""
    names = [player.shown for player in room.state.here]
    drawn = bool(link) and not share.local(link)
    left, right = st.columns([1.9, 1], gap="medium") if drawn else (st.container(), None)
    with left:
        _screen("play/lobby.html", "Join with your phone", code=room.code, host=link.partition("://")[2].partition("?")[0],
                names=names[-SHOWN_NAMES:], people=len(names), more=max(len(names) - SHOWN_NAMES, 0))  # fmt: skip
    if right is not None:
        with right, st.container(key="play_qr"):
            drawing.draw(share.code(link), "play_code_drawn")


def _guess(room: Room) -> None:
    state = room.state
    guesses = [(LABELS[name], means) for name, means in words.MEANS.items()]
    _screen("play/asked.html", "How does the race stand at the end of 2032?", guesses=guesses, code=room.code,
            said=len(state.guesses), people=len(state.here))  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- a year
def _decide(room: Room) -> None:
    """Who has decided; beside it the guesses, and from the second year on the line."""
    state = room.state
    seats = [(words.seat_name(seat), *words.decided(state, seat)) for seat in SEATS]
    if state.year == FIRST_YEAR and state.guesses:
        picture = render("play/dots.html", **lines.dots([*state.guesses.values()]))
        below: tuple[str, ...] = (f"Your guesses of the lead at the end of 2032: {_tallied(room)}",)
    else:
        facts = known.facts(room)
        picture = render("play/line.html", **lines.line(facts))
        below = (_SHADED if state.turns else _SHADED.partition(". ")[0] + ".", f"{words.lead(facts.now)}.")
    head, month = f"{state.year}: every seat decides", words.until(state.year)
    _beside_picture("play/deciding.html", head, picture, below, seats=seats, code=room.code, month=month)


def _tallied(room: Room) -> str:
    found = [f"{label} {count}" for _, label, count in words.tally([*room.state.guesses.values()])]
    return f"{listed(found)}."


def _shown(room: Room) -> None:
    """The line has grown; what each seat did, in words."""
    state, facts = room.state, known.facts(room)
    if state.year == known.LAST:
        known.begin_debrief(room)
    picture, bets = render("play/line.html", **lines.line(facts)), words.bets(room, state.year, facts.now)
    head, did = f"{state.year}: {words.leads(facts.now)}", words.did(state, state.year)
    _beside_picture("play/year.html", head, picture, (_SHADED, bets), did=did)


# -------------------------------------------------------------------------------------------------------------- debrief
def _debrief(room: Room) -> None:
    """Five steps, which whoever stands at the laptop goes through; the address keeps the step."""
    part = address.own(doors.PART)
    if part not in PARTS:
        address.keep(doors.PART, part := "1")
    end = known.ending(room)
    known.begin_debrief(room)
    steps: dict[str, Callable[[Room, Ending], None]] = {
        "1": _guesses, "2": _beside, "3": _moved, "4": _replies, "5": _in_words,
    }  # fmt: skip
    steps[part](room, end)
    with st.container(key="play_steps"):
        st.segmented_control("Step of the debrief", list(PARTS), format_func=PARTS.__getitem__, required=True,
                             label_visibility="collapsed", **address.control(doors.PART, "1"))  # fmt: skip


def _guesses(room: Room, end: Ending) -> None:
    found = debrief.guessed(room, end)
    best = [player.shown for player, *_ in found[:3]]
    notes = [words.right(found), f"Nearest: {listed(best)}." if best else ""]
    picture = render("play/line.html", **lines.line(known.facts(room)))
    if found:
        picture = render("play/dots.html", **lines.dots([*room.state.guesses.values()], end.months))
    _beside_picture("play/ended.html", f"Your world ends {words.ends(end.outcome)}: {words.leads(end.months)}",
                    picture, notes=notes,
                    key=[(theme.INK[name], label, count) for name, label, count in
                         words.tally([*room.state.guesses.values()])])  # fmt: skip


def _beside(room: Room, end: Ending) -> None:
    found = known.compared(room)
    rows = [("Your moves, your future", words.leads(end.months), end.outcome, None),
            ("Your moves, 100 futures", f"mean {wording.signed(end.mean)} months", "", end.counts)]  # fmt: skip
    if found:
        rows += [("The model decides, same luck", words.leads(found.model.months), found.model.outcome, None),
                 ("The model decides, 100 futures", f"mean {wording.signed(found.model.mean)} months", "",
                  found.model.counts)]  # fmt: skip
    told = [(title, said, LABELS[outcome] if outcome else "", _bar(counts)) for title, said, outcome, counts in rows]
    _screen("play/beside.html", "Your class, the model’s own actors, and luck", rows=told, waiting=found is None,
            key=[(theme.INK[name], LABELS[name]) for name in CLASSES])  # fmt: skip


def _bar(counts: object) -> list[tuple[str, int]]:
    return [(name, n) for name, n in counts.items() if n] if isinstance(counts, dict) else []


def _moved(room: Room, end: Ending) -> None:
    seats, years, facts = known.by_seat(room), known.by_year(room), known.facts(room)
    _screen("play/moved.html", "What your moves did to the US lead at the end of 2032",
            whole=words.whole(seats, facts.low[-1], facts.high[-1]) if seats else "",
            seats=None if seats is None else _parts(seats, words.seat_name),
            years=None if years is None else _parts(years, str))  # fmt: skip


def _parts(parts: list[Part], name: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """Name, months and the place of a bar for each part, in the future that was played."""
    longest = max([abs(part.future) for part in parts], default=0.0) or 1.0
    return [(name(part.name), wording.exactly(part.future), theme.side(part.future, longest)) for part in parts]


def _replies(room: Room, end: Ending) -> None:
    found = known.compared(room)
    replies = [(words.seat_name(seat), words.reply(reply)) for seat, reply in found.replies.items()] if found else []
    _screen("play/replies.html", "The best reply that each seat missed", replies=replies, waiting=found is None)


def _in_words(room: Room, end: Ending) -> None:
    idle = sum(move == AS_IS for turn in room.state.turns for move in turn.moves.values())
    off = [abs(bet - float(known.facts(room).now)) for bet in room.state.bets.get(known.LAST, {}).values()]
    _screen("play/in_words.html", "Unipolar, bipolar, multipolar", outcome=LABELS[end.outcome], idle=idle,
            off=round(median(off)) if off else None)  # fmt: skip
