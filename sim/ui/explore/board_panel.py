"""See it from …: what the settings change for one actor, as its own capital sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from scenarios.seats import listed_as
from sim.analysis.board import Board, Row, has
from sim.analysis.seat import largest, shown, told
from sim.ui.shared import address, common, costs, theme, wording, work
from sim.ui.shared.setup import REFUSED, YEARS, Setup, first_line
from sim.ui.shared.templates import render

HEAD = "See it from The Hague, Abu Dhabi or another capital"
KEY, SEAT, YEAR = "board", "board_seat", "board_year"
PARAMETER = "seat"
"""What the address calls it: the actor, and after a colon the year where it is not that of the verdict."""
FIRST = "netherlands"
"""Whose board opens first: that of a country in the middle of the quarrel, of which the page says least."""
_LAST = "board_last"
_OF = ":"


def runs() -> int:
    """Futures of each side."""
    return min(common.futures(), common.FEWER)


# ------------------------------------------------------------------------------------------------------- the address
def adopt(now: Setup) -> list[str]:
    """Take over what the address newly says: a seat opens the board. What of it could not be used, in words."""
    text = address.news(PARAMETER)
    if text is None:
        return []
    seat, year, notes = "", 0, list[str]()
    if text:
        seat, year, notes = _read(text, now)
    address.keep(PARAMETER, _written(seat, year))
    st.session_state[KEY] = bool(seat)
    return notes


def _read(text: str, now: Setup) -> tuple[str, int, list[str]]:
    """Seat and year of a stranger's text, 0 for the year of the verdict; no seat where there is no such actor."""
    seat, _, year = text.partition(_OF)
    known, place = costs.labels(now.spec), f"{PARAMETER}={address.short(text)}"
    if seat not in known:
        return "", 0, [f"{place}: there is no such actor; {address.hint(seat, known, f'there are {_names(known)}')}"]
    if not year or year in map(str, YEARS):
        return seat, int(year or 0), []
    return seat, 0, [f"{place}: give a year from {YEARS[0]} to {YEARS[-1]}"]


def _names(known: Mapping[str, str]) -> str:
    return wording.listed([*known])


def _written(seat: str, year: int) -> str:
    return f"{seat}{_OF}{year}" if seat and year else seat


def _toggled() -> None:
    """An open board stands in the address, a closed one does not."""
    if st.session_state[KEY]:
        address.keep(PARAMETER, st.session_state.get(_LAST, FIRST))
    else:
        st.session_state[_LAST] = address.own(PARAMETER) or FIRST
        address.keep(PARAMETER, "")


def _chosen(usual: int) -> None:
    """Keep what the controls say; the year of the verdict is left out."""
    year = int(st.session_state[YEAR])
    address.keep(PARAMETER, _written(st.session_state[SEAT], 0 if year == usual else year))


# --------------------------------------------------------------------------------------------------------- the panel
def panel(now: Setup) -> None:
    """Worked out by the workers when opened, in less than half a second."""
    st.session_state.setdefault(KEY, bool(address.own(PARAMETER)))  # as it was before a visit to another page
    with st.expander(HEAD, key=KEY, on_change=_toggled) as more:
        if not more.open:
            return
        names = costs.labels(now.spec)
        seat, year = _controls(now, names)
        try:
            found = board(now, seat, year)
        except REFUSED as error:
            st.error(first_line(error))
            return
        st.html(drawn(found, now.reference))
        st.download_button(
            "Board (CSV)", lambda: found.frame().write_csv().encode(), f"board-{seat}-{year}-{found.spec.digest()}.csv",
            "text/csv", on_click="ignore", key="board_csv", icon=":material/download:",
        )  # fmt: skip


def _controls(now: Setup, names: Mapping[str, str]) -> tuple[str, int]:
    """The seat and the year, from the address."""
    usual = now.judge.year
    seat, _, text = (address.own(PARAMETER) or st.session_state.get(_LAST, FIRST)).partition(_OF)
    wanted = (seat if seat in names else FIRST, int(text or usual))
    for key, value in zip((SEAT, YEAR), wanted, strict=True):
        if st.session_state.get(key) != value:
            st.session_state[key] = value
    st.pills("From where", [*names], key=SEAT, required=True, on_change=_chosen, args=(usual,),
             format_func=lambda actor: listed_as(actor, names[actor]))  # fmt: skip
    st.select_slider("Year", YEARS, key=YEAR, on_change=_chosen, args=(usual,), width=380)
    return wanted


def board(now: Setup, seat: str, year: int) -> Board:
    """The board of a setting, once for all users, with the user's own titles put back."""
    found = common.asked("board", work.board, now.spec, now.base.canonical(), seat, year, runs())
    return replace(found, spec=now.spec, base=now.base)


# --------------------------------------------------------------------------------------------------------- the table
def drawn(found: Board, against: str) -> str:
    """The sentence and the table by group; where nothing is compared, one column of levels."""
    compared = has(found.base, found.actor) and found.spec.digest() != found.base.digest()
    groups: dict[str, list[dict[str, object]]] = {}
    most = [row.name for row in largest(found)] if compared else []
    for row in found.rows:
        groups.setdefault(row.group, []).append(_row(row, row.name in most))
    note = (
        f"Average of {found.runs} futures at the end of {found.year}; money and new chips are those of the year. Both "
        "sides share the same random numbers. Lines in bold move most in their group."
        if compared else f"Average of {found.runs} futures at the end of {found.year}; money and new chips are those "
        "of the year."
    )  # fmt: skip
    return render("explore/board.html", sentence=told(found, against), groups=groups, compared=compared,
                  note=theme.paragraph(note, "fine"), caption=f"{found.label}, {found.year}")  # fmt: skip


def _row(row: Row, loud: bool) -> dict[str, object]:
    return {"label": row.label, "loud": loud, **vars(shown(row))}
