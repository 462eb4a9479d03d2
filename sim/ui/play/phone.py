"""A phone: text first, one thing to do at a time, and an answer to every tap."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from scenarios.errors import InputError
from scenarios.lessons import lessons
from scenarios.packages import SEATS
from scenarios.quarters import DATA_UNTIL
from sim.play import AS_IS, FIRST_YEAR, moves_of
from sim.results.outcomes.polarity import CLASSES, LABELS
from sim.room.rooms import FURTHEST, LONGEST_ANSWER, Room
from sim.room.state import DEBRIEF, DECIDE, GUESS, LOBBY, SHOWN, Player, State
from sim.ui.play import doors, known, words
from sim.ui.shared import theme, wording
from sim.ui.shared.templates import render

US_LEADS, CHINA_LEADS = "United States", "China"
_SAID = "_said"
"""Behind the key of a control: what of it has been told to the room."""
_LEADERS = (US_LEADS, CHINA_LEADS)
_OUTCOME, _LEADER, _MONTHS, _SURE, _MOVE, _SEAT = (
    "play_outcome", "play_leader", "play_months", "play_sure", "play_move", "play_seat_now",
)  # fmt: skip
_HOW_TO_VOTE = (
    "Tap to vote; you can change it until the teacher closes the year. Prices are those of making the move every year "
    "while nobody answers."
)
QUESTIONS = 2
"""Questions that are asked before and after."""


def draw(room: Room, player: Player, token: str) -> None:
    """What one player sees and can do now."""
    state = room.state
    head = {
        LOBBY: "You are in. Guess before anything runs.", GUESS: "Guess before anything runs.",
        DECIDE: f"{state.year}: your move", SHOWN: f"What happened in {state.year}", DEBRIEF: "Looking back",
    }[state.part]  # fmt: skip
    if state.part == DECIDE and not player.seat:
        head = f"{state.year}: your bet"
    with st.container(key="play_phone"):
        st.html(render("play/phone_head.html", room=room.code, seat=words.seat_name(player.seat), who=player.shown,
                       head=head) + theme.RESULTS)  # fmt: skip
        {LOBBY: _guess, GUESS: _guess, DECIDE: _decide, SHOWN: _shown, DEBRIEF: _look_back}[state.part](
            room, player, token
        )
        _foot(room, player, token)
    doors.watch(room, _Sight(player.number))


class _Sight:
    """What of a room one phone shows: what others do elsewhere draws nothing on it."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __call__(self, room: Room) -> Hashable:
        player, state = room.state.players[self._number], room.state
        seat = words.decided(state, player.seat) if player.seat and state.part == DECIDE else ()
        return state.phase, player, seat, self._said(state), known.sight(room)

    def _said(self, state: State) -> Hashable:
        """What its owner has said last, perhaps on another page with the same address."""
        votes, bets = state.votes.get(state.year, {}), state.bets.get(state.year, {})
        return state.guesses.get(self._number), votes.get(self._number), bets.get(self._number)


# -------------------------------------------------------------------------------------------------------------- guesses
def _guess(room: Room, player: Player, token: str) -> None:
    """The guess, which can be made again until it is closed, and the goal of the seat."""
    said = room.state.guesses.get(player.number)
    if said:
        st.html(
            render("play/saved.html", text=f"Saved: {words.guess(said)}. You can change it until the teacher goes on.")
        )
    _usual(_OUTCOME, said.outcome if said else None)
    _usual(_LEADER, (US_LEADS if said.months >= 0 else CHINA_LEADS) if said else None)
    _usual(_MONTHS, round(abs(said.months)) if said else None)
    _usual(_SURE, said.sure if said else 50)
    with st.form("play_guess", border=False):
        st.radio("How does the race stand at the end of 2032?", CLASSES, key=_OUTCOME, captions=[*words.MEANS.values()],
                 format_func=LABELS.__getitem__)  # fmt: skip
        st.segmented_control("Who leads then?", _LEADERS, key=_LEADER)
        st.number_input("By how many months?", 0, int(FURTHEST), key=_MONTHS, step=1, placeholder="0 means level")
        st.slider("How sure are you of the outcome?", 0, 100, key=_SURE, step=5, format="%d%%")
        st.form_submit_button("Save my guess", type="primary", width="stretch", on_click=_guessed,
                              args=(room.code, token))  # fmt: skip
    doors.wrong("guess")
    _goal(room, player.seat)
    _questions(room, player, token, "before")


def _usual(key: str, value: object) -> None:
    """What a control shows at first; afterward the hand on it decides."""
    if key not in st.session_state:
        st.session_state[key] = value


def _guessed(code: str, token: str) -> None:
    state = st.session_state
    if state[_OUTCOME] is None:
        doors.tried("guess", _missing, "choose how the race stands at the end of 2032")
        return
    months = _signed(_LEADER, _MONTHS, "guess")
    if months is not None and (odd := words.at_odds(state[_OUTCOME], months)):
        doors.tried("guess", _missing, odd)
    elif months is not None:
        doors.tried("guess", doors.rooms().guess, code, token, state[_OUTCOME], months, state[_SURE])


def _signed(leader: str, size: str, place: str) -> float | None:
    """Months of US lead from who leads and by how many; None where one is missing, and the page says so."""
    state = st.session_state
    months = state[size]
    if months is None:
        doors.tried(place, _missing, "give the months: 0 if the two are level")
    elif months and state[leader] is None:
        doors.tried(place, _missing, "choose who leads: the United States or China")
    else:
        return float(-months if state[leader] == CHINA_LEADS else months)
    return None


def _missing(text: str) -> None:
    raise InputError(text)


# ------------------------------------------------------------------------------------------------------------- deciding
def _decide(room: Room, player: Player, token: str) -> None:
    """The goal, the board, the moves and the bet."""
    state = room.state
    doors.wrong("guess" if state.year == FIRST_YEAR else f"vote_{state.year - 1}")  # what came too late
    if player.seat:
        _goal(room, player.seat)
        _board(room, player.seat)
        _vote(room, player, token)
    _bet(room, player, token)


def _goal(room: Room, seat: str) -> None:
    st.html(render("play/goal.html", goal=words.goal(seat, room.goal(seat) if seat else "")))


def _board(room: Room, seat: str) -> None:
    """What the seat knows, and what has moved in a year of the future that is played."""
    rows = [words.line(row) for row in known.facts(room).boards[seat]]
    # Before the first turn a future has no past of its own to compare with: the record is the same for all.
    played = room.state.turns
    now = words.until(played[-1].year) if played else wording.last_month(DATA_UNTIL)
    st.html(render("play/board.html", rows=rows, now=now, compared=bool(played),
                   chips=any("H100e" in level for _, level, _ in rows)))  # fmt: skip


def _vote(room: Room, player: Player, token: str) -> None:
    """The moves with their story and price. A tap saves; another one changes it."""
    state, seat = room.state, player.seat
    mine = state.votes.get(state.year, {}).get(player.number)
    names = [package.name for package in moves_of(seat)]
    prices = known.price_list(room)[seat]
    key = f"{_MOVE}_{state.year}_{seat}"
    _usual(key, mine)
    if mine and st.session_state[key] == st.session_state.get(key + _SAID) != mine:
        st.session_state[key] = st.session_state[key + _SAID] = mine  # another page of the same person has voted since
    st.html(theme.part(f"Your move in {state.year}", _HOW_TO_VOTE))
    if not mine:
        st.html(theme.paragraph(f"In your seat {words.progress(state, seat)}.", "fine"))
    st.radio(
        f"What does your seat do in {state.year}?", names, key=key,
        format_func=lambda name: words.move(seat, name).title,
        captions=[_caption(seat, name, words.price(prices.get(name))) for name in names],
        on_change=_voted, args=(room.code, token, state.year, key),
    )  # fmt: skip
    if st.session_state[key] not in (None, mine, st.session_state.get(key + _SAID)):
        _voted(room.code, token, state.year, key)  # a tap whose callback a redraw has swallowed
        st.rerun()
    doors.wrong(f"vote_{state.year}")
    if mine:
        title = words.move(seat, mine).title
        with st.container(key="play_saved"):  # in sight wherever in the list the hand is
            st.html(render("play/saved.html", text=f"Saved: {title}. In your seat {words.progress(state, seat)}."))


def _caption(seat: str, name: str, price: str) -> str:
    """What a move means, and its price on a line of its own; captions are Markdown, in which dollars set formulas."""
    story = words.move(seat, name).story
    return story if name == AS_IS else f"{story}  \n**{price}**".replace("$", r"\$")


def _voted(code: str, token: str, year: int, key: str) -> None:
    st.session_state[key + _SAID] = st.session_state[key]
    if st.session_state[key] is not None:
        doors.tried(f"vote_{year}", doors.rooms().vote, code, token, year, st.session_state[key])


def _bet(room: Room, player: Player, token: str) -> None:
    """The bet on the lead at the end of the turn."""
    state = room.state
    said = state.bets.get(state.year, {}).get(player.number)
    leader, months = f"{_LEADER}_{state.year}", f"{_MONTHS}_{state.year}"
    _usual(leader, (US_LEADS if said >= 0 else CHINA_LEADS) if said is not None else None)
    _usual(months, round(abs(said)) if said is not None else None)
    now = words.lead(known.facts(room).now)
    told = f"{now} now. Whoever comes nearest is named on the projector."
    st.html(theme.part(f"Your bet for {words.until(state.year)}", told))
    with st.form(f"play_bet_{state.year}", border=False):
        st.segmented_control("Who leads then?", _LEADERS, key=leader)
        st.number_input("By how many months?", 0, int(FURTHEST), key=months, step=1, placeholder="0 means level")
        st.form_submit_button("Save my bet", width="stretch", on_click=_betted,
                              args=(room.code, token, state.year, leader, months))  # fmt: skip
    doors.wrong(f"bet_{state.year}")
    if said is not None:
        st.html(render("play/saved.html", text=f"Saved: {wording.lead(said)}."))


def _betted(code: str, token: str, year: int, leader: str, size: str) -> None:
    months = _signed(leader, size, f"bet_{year}")
    if months is not None:
        doors.tried(f"bet_{year}", doors.rooms().bet, code, token, year, months)


# ---------------------------------------------------------------------------------------------------------------- after
def _shown(room: Room, player: Player, token: str) -> None:
    """What happened, the own bet against it, and what every seat did."""
    state = room.state
    facts = known.facts(room)
    for place in ("vote", "bet"):  # what came too late is answered here
        doors.wrong(f"{place}_{state.year}")
    st.html(render("play/happened.html", lead=words.from_to(facts.before, facts.now),
                   bet=words.own_bet(state, player, state.year, facts.now), did=words.did(state, state.year),
                   mine=player.seat))  # fmt: skip
    if player.seat:
        _board(room, player.seat)


def _look_back(room: Room, player: Player, token: str) -> None:
    """The guess against the result, the goal, the best reply that was missed, and the questions after."""
    state = room.state
    end = known.ending(room)
    said = state.guesses.get(player.number)
    facts = known.facts(room)
    found = known.compared(room)
    reply = found.replies.get(player.seat) if found else None
    offs = [abs(bets[player.number] - float(facts.leads[facts.edge + 4 * (n + 1) + (1 if n == 5 else 0)]))
            for n, bets in enumerate(state.bets.get(turn.year, {}) for turn in state.turns)
            if player.number in bets]  # fmt: skip
    st.html(render(
        "play/phone_end.html", ends=words.ends(end.outcome), lead=words.leads(end.months),
        guess=words.guess(said) if said else "", right=bool(said and said.outcome == end.outcome),
        off=round(abs(said.months - end.months)) if said else 0, bets=len(offs),
        bets_off=round(sum(offs) / len(offs)) if offs else 0, seat=words.seat_name(player.seat) if player.seat else "",
        goal=words.goal(player.seat, room.goal(player.seat)) if player.seat else "",
        reply=words.reply(reply) if reply else "", waiting=found is None and player.seat in SEATS,
    ))  # fmt: skip
    _questions(room, player, token, "after")


def _questions(room: Room, player: Player, token: str, when: str) -> None:
    """Two questions, whose answers are exported without names; they can be left empty."""
    with st.expander("Two questions for you (optional)", key=f"play_asked_{when}", on_change="rerun") as more:
        if more.open:
            _ask(room, player, token, when)


def _ask(room: Room, player: Player, token: str, when: str) -> None:
    answers = {n: room.state.answers.get((when, str(n)), {}).get(player.number) for n in range(1, QUESTIONS + 1)}
    shortest = next(iter(lessons().values()))
    with st.form(f"play_answers_{when}", border=False):
        for n, question in enumerate(shortest.questions[when][:QUESTIONS], 1):
            key = f"play_answer_{when}_{n}"
            _usual(key, answers[n] or "")
            st.text_area(question, key=key, max_chars=LONGEST_ANSWER, height=90)
        st.form_submit_button("Save my answers", width="stretch", on_click=_answered, args=(room.code, token, when))
    doors.wrong("answers")
    if any(answers.values()):
        st.html(render("play/saved.html", text="Saved. Answers are exported without your name."))


def _answered(code: str, token: str, when: str) -> None:
    for n in range(1, QUESTIONS + 1):
        text = st.session_state[f"play_answer_{when}_{n}"]
        if text and text.strip():
            doors.tried("answers", doors.rooms().answer, code, token, when, str(n), text)


# ----------------------------------------------------------------------------------------------------------------- foot
def _foot(room: Room, player: Player, token: str) -> None:
    """Another seat, and the way out."""
    with st.expander("Change seat or leave", key="play_foot", on_change="rerun") as more:
        if not more.open:
            return
        key = f"{_SEAT}_{player.seat}"
        _usual(key, player.seat)
        st.selectbox("Your seat", [*SEATS, ""], format_func=words.seat_name, key=key, on_change=_sat,
                     args=(room.code, token, key))  # fmt: skip
        doors.wrong("seat")
        st.button("Leave the room", on_click=doors.leave, args=(room.code, token), key="play_leave", width="stretch")
        st.html(theme.paragraph("The address of this page brings you back, also after your phone has slept.", "fine"))


def _sat(code: str, token: str, key: str) -> None:
    doors.tried("seat", doors.rooms().sit, code, token, st.session_state[key])
