"""On paper: the worksheet for the class, and behind a warning what tells how futures end, for the teacher alone."""

from __future__ import annotations

import streamlit as st

from scenarios.lessons import WHEN, Lesson, lessons
from sim.ui.shared import common, theme, wording
from sim.ui.shared.public import public_url
from sim.ui.shared.setup import choice
from sim.ui.shared.templates import render
from sim.ui.teach import claims_panel, playback, worksheet
from sim.ui.teach.claims import Claim
from sim.ui.teach.futures import Shown


def panel(s: Shown, key: str, claim: Claim) -> None:
    """The worksheet to download, and the teacher's part, which is made only when it is opened."""
    st.html(theme.part(
        "On paper",
        "A worksheet without answers, for the future that is chosen above and the claim that is open.",
    ))  # fmt: skip
    st.download_button("Worksheet", worksheet.sheet(s, key, claim), f"{_name(s, key)}-worksheet.html", "text/html",
                       on_click="ignore", icon=":material/assignment:", key="teach_sheet")  # fmt: skip
    label = "For the teacher: lesson plan and answers (tells how futures end)"
    with st.expander(label, key="teach_teacher", on_change="rerun", icon=":material/school:") as more:
        if more.open:
            _teacher(s, key, claim)


def _name(s: Shown, key: str) -> str:
    """What the names of files begin with."""
    return f"polarity-{choice().now.start.name.replace(':', '-')}-{playback.public(s, key)}"


def _teacher(s: Shown, key: str, claim: Claim) -> None:
    """The lesson that the teacher picks, the answers, and how every future ends."""
    now, plans = choice().now, lessons()
    view = common.view(now.spec, now.judge)
    minutes = st.segmented_control("Minutes", list(plans), default=next(iter(plans)), required=True,
                                   format_func=lambda n: f"{n} minutes", key="teach_minutes")  # fmt: skip
    lesson: Lesson = plans[minutes]
    with st.container(horizontal=True, gap="small"):
        st.download_button("Answers", lambda: worksheet.answers(s, key, view, claim, claims_panel.answer(claim)),
                           f"{_name(s, key)}-answers.html", "text/html", on_click="ignore",
                           icon=":material/fact_check:", key="teach_answers")  # fmt: skip
        st.download_button("Teacher's page", worksheet.guide(s, key, view, lesson, public_url()),
                           f"{_name(s, key)}-{minutes}-minutes.html", "text/html", on_click="ignore",
                           icon=":material/school:", key="teach_guide")  # fmt: skip
    st.html(render("teach/plan.html", steps=worksheet.steps(lesson), root=""))
    for when, asked in lesson.questions.items():
        st.html(render("teach/questions.html", head=WHEN[when], asked=asked))
    n = f"{s.judge.limit:g}"
    st.html(render("teach/endings.html", endings=worksheet.endings(s), title=wording.inside(s.spec.title),
                   difference=playback.DIFFERENCE.format(n=n, unit=s.judge.unit)))  # fmt: skip
