"""Calibration: what small training runs and microbenchmarks measured, what they move, and what does not follow."""

from __future__ import annotations

import streamlit as st

from calibration.record import IN_USE, CalibrationRecord, numbers
from calibration.report.beside import beside
from calibration.report.blocks import Blocks, Missing
from calibration.report.opening import headline, title
from calibration.report.sections import SECTIONS
from sim.ui.calibration import cached, demo
from sim.ui.calibration.draw import draw, twins
from sim.ui.shared import address, common, glossary, theme, wording, workers
from sim.ui.shared.templates import style

NONE = "none"
"""What stands in the second picker where nothing is compared."""
ENSEMBLE = 0.6
"""Seconds that one of the ensembles behind an effect takes; there are three for every number that a result moves."""
FOLDED = ("compute", "hardware", "provenance")
"""Sections that stand closed: they serve those who check, and take their time to draw."""


def _adopt(known: dict[str, CalibrationRecord]) -> list[str]:
    """Take over what the address says about this page; what of it fits nothing, in words."""
    notes = []
    for name in ("result", "beside"):
        given = address.news(name)
        if given and given not in known:
            address.keep(name, "")
            notes.append(
                f"{name}={address.short(given)}: there is no such result; there are {wording.listed([*known])}"
            )
    if address.own("beside") == (address.own("result") or IN_USE):
        address.keep("beside", "")
        notes.append("beside: it names the result that is shown already")
    return notes


def _pickers(known: dict[str, CalibrationRecord]) -> tuple[CalibrationRecord, CalibrationRecord | None]:
    """The result that is shown, and the one beside it."""
    left, right = st.columns(2, gap="medium")

    def said(identifier: str) -> str:
        return "nothing" if identifier == NONE else title(known[identifier])

    chosen = left.selectbox("Result", list(known), format_func=said, **address.control("result", usual(known)))
    others = [NONE, *(name for name in known if name != chosen)]
    if address.own("beside") not in others:
        address.keep("beside", "")
    second = right.selectbox("Compare with", others, format_func=said, **address.control("beside", NONE))
    return known[chosen], known.get(second)


def usual(known: dict[str, CalibrationRecord]) -> str:
    """The result in use, or the first where that one is damaged."""
    return IN_USE if IN_USE in known else next(iter(known))


def _simulated(record: CalibrationRecord) -> bool:
    return cached.known(record.id, record.checksum) is not None


def _section(record: CalibrationRecord, name: str) -> None:
    """One section of a result."""
    blocks = cached.blocks(record.id, record.checksum, name, _simulated(record))
    draw(blocks, f"{name}_{record.id}".replace("-", "_"))


def _absent(record: CalibrationRecord, anchor: str) -> str:
    """Why a section has nothing to show, in a sentence; empty where it has something."""
    blocks = cached.blocks(record.id, record.checksum, anchor, _simulated(record))
    return blocks[0].why if len(blocks) == 1 and isinstance(blocks[0], Missing) else ""


@st.fragment
def _part(record: CalibrationRecord, anchor: str, heading: str) -> None:
    """A section under its heading; what somebody opens in it leaves the rest of the page alone."""
    glossary.begin(anchor)
    if anchor in FOLDED:
        with st.expander(heading, key=f"section_{anchor}", on_change="rerun") as more:
            if more.open:
                _section(record, anchor)
    else:
        st.html(theme.part(heading))
        _section(record, anchor)


def _simulate(records: list[CalibrationRecord]) -> None:
    """The button that has the effect of results simulated."""
    left = [record for record in records if record.prior and not _simulated(record)]
    if not left:
        return
    whose = "both results move" if len(left) > 1 else "this result moves"
    if len(left) < len(records):
        whose = f"“{title(left[0])}” moves"
    seconds = 5 * round(sum(2 + 3 * len(numbers(record)) for record in left) * ENSEMBLE / max(workers.number(), 1) / 5)
    if st.button(f"Simulate what {whose} in the lead (about {seconds} seconds)", icon=":material/play_arrow:"):
        for record in left:
            text = f"{title(record)}: every measured number in turn, {common.futures():,} futures"
            with common.waiting(text) as tell:
                cached.simulate(record.id, record.checksum, tell)
        st.rerun()


def _beside(record: CalibrationRecord, other: CalibrationRecord) -> Blocks:
    one, two = (cached.draft(r.id, r.checksum, _simulated(r)) for r in (record, other))
    return beside(one, two)


def page() -> None:
    known = cached.results()
    ignored = [*address.adopt("calibration").notes, *_adopt(known)]
    if not known:
        st.error("There is no readable calibration result; `polarity calibrate list` says why.")
        return
    if ignored:
        st.html(theme.ignored(ignored))
    record, other = _pickers(known)
    address.write()
    said = headline(cached.draft(record.id, record.checksum, _simulated(record)))
    st.html(theme.RESULTS + theme.verdict(said))
    _section(record, "opening")
    theme.say(said)
    demo.panel()
    if other is not None:
        st.html(theme.part("Side by side"))
        draw(_beside(record, other), "beside")
    _simulate([record] if other is None else [record, other])
    absent = []
    for anchor, heading, _ in SECTIONS:
        why = "" if anchor in FOLDED and record.cells else _absent(record, anchor)
        if why:
            absent.append(why)
        else:
            _part(record, anchor, heading)
    if absent:
        st.html(theme.part("What is not in this result") + theme.paragraph(" ".join(absent), "lead"))
    st.page_link("sim/ui/evidence/page.py", label="Back to Evidence", icon=":material/history_edu:")


theme.style()
st.html(style("shared/reading.css", "calibration/page.css", "calibration/palette.css", twins=twins()))
with st.container(key="calibration"):
    page()
