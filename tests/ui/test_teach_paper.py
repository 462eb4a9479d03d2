"""Teach on paper: a worksheet without answers, the answers, the teacher's page, and lesson plans whose links open."""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from scenarios import BASELINE, InputError, lessons as plans, load
from scenarios.lessons import Lesson, Step, lessons
from scenarios.quarters import FIRST, number
from sim.results.outcomes import polarity
from sim.results.sealed import address
from sim.ui.shared import common, recorded, wording
from sim.ui.shared.setup import Judge
from sim.ui.teach import claims_panel, futures, playback, worksheet
from sim.ui.teach.claims import CLAIMS
from tests.ui.reading import raw, text
from tests.ui.test_teach_sealed import otherwise

PAGE = "sim/ui/teach/page.py"
STEPS = {f"{step.lesson}-{step.start}": step for plan in lessons().values() for step in plan.steps}


def shown(name: str = BASELINE) -> futures.Shown:
    return futures.shown(load(name), Judge())


@pytest.fixture
def teach(page_at: Callable[..., AppTest]) -> Callable[..., AppTest]:
    return partial(page_at, PAGE)


def alone(page: str) -> None:
    """A page that fetches nothing, and fits paper."""
    assert page.startswith("<!doctype html>")
    assert not re.search(r"<script|<img|<link|src=|@import|url\(", page)
    assert "size: A4" in page
    assert not re.search(r"\bwill\b|confiden", page.lower())


@pytest.mark.parametrize("key", ["drawn1", "us_ahead", "two_power", "medians"])
def test_the_worksheet_holds_no_answer(key: str):
    """Not even for a future whose every number, past and to come, is another one."""
    found, claim = shown(), CLAIMS["C3"]
    sheet = worksheet.sheet(found, key, claim)
    alone(sheet)
    assert sheet == worksheet.sheet(otherwise(found, key, after=-1), key, claim)
    assert "______" in sheet
    for t in worksheet.marks(found):
        known = "recorded" if t <= found.edge else ""
        row = f"<tr><td>End of {found.quarter(t)}</td><td></td><td></td><td></td><td>{known}</td></tr>"
        assert row in re.sub(r">\s+<", "><", sheet)
    words = unescape(re.sub(r"<[^>]+>", " ", sheet))
    for number_ in (found.counts["us_ahead"], found.counts["two_power"]):
        assert not re.search(rf"(?<![\d.,]){number_}(?![\d.,%]| months| or more)", words)
    for _, said in claims_panel.answer(claim).says:
        assert said not in words
    for options in polarity.CLASSES:  # each outcome stands there once: as a box to tick
        assert words.count(playback.POWERS[options]) == 1


@pytest.mark.parametrize("key", ["two_power", "medians"])
def test_the_answers_are_those_of_the_run_and_the_record(key: str):
    found, view, claim = shown(), common.view(load(BASELINE)), CLAIMS["C3"]
    answer = claims_panel.answer(claim)
    page = worksheet.answers(found, key, view, claim, answer)
    alone(page)
    assert wording.outcomes(view.counts) in unescape(page)
    assert all(said in unescape(page) for _, said in answer.says)
    f, flat = found.futures[key], re.sub(r">\s+<", "><", page)
    us, china = recorded.frontiers()[:, found.edge]
    lead = wording.signed(float(recorded.lead_by("fixed_pace")[found.edge]))
    cells = [found.quarter(found.edge), f"{us:.0f}", f"{china:.0f}", lead, "recorded"]
    assert "<tr><td>End of " + "</td><td>".join(cells) + "</td></tr>" in flat
    for t in worksheet.marks(found)[1:]:
        cells = [f"{f.series[f'capability.{who}'][t]:.0f}" for who in ("united_states", "china")]
        cells += [wording.signed(f.series["lead"][t]), playback.POWERS[polarity.CLASSES[int(f.codes[t])]]]
        assert f"<td>End of {found.quarter(t)}</td><td>" + "</td><td>".join(cells) + "</td></tr>" in flat
    assert worksheet.marks(found)[0] == found.edge
    assert worksheet.marks(found)[-1] == found.last


@pytest.mark.parametrize("minutes", lessons())
def test_the_teachers_page_holds_the_whole_lesson_and_every_ending(minutes: int):
    found, view, plan = shown(), common.view(load(BASELINE)), lessons()[minutes]
    page = worksheet.guide(found, "two_power", view, plan)
    alone(page)
    said = unescape(page)
    for step in plan.steps:
        assert f"{step.start} to {step.end}" in said
        assert step.says in said
        assert not step.future or f"<code>/{address(step)}</code>" in said
    for asked in plan.questions.values():
        assert asked
        assert all(question in said for question in asked)
    for name, outcome, _ in worksheet.endings(found):
        assert f"<td>{name}</td>" in re.sub(r">\s+<", "><", said)
        assert outcome in said
    public = worksheet.guide(found, "two_power", view, plan, "https://polarity.example")
    assert f'href="https://polarity.example/{address(plan.steps[0])}"' in unescape(public)


# ---------------------------------------------------------------------------------------------------------- the lessons
def test_there_are_three_lessons_and_no_minute_is_missing():
    assert [*lessons()] == [45, 60, 90]
    for minutes, plan in lessons().items():
        assert plan.steps[0].start == 0
        assert plan.steps[-1].end == minutes
        assert all(one.end == two.start for one, two in pairwise(plan.steps))


@pytest.mark.parametrize("rows", ["45,0,20,A\n45,25,45,B\n", "45,0,44,A\n", "45,5,45,A\n"])
def test_a_plan_with_a_gap_is_refused(rows: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    head = "lesson,start,end,title,says,clicks,does,scenario,future,quarter,claim\n"
    whole = rows.replace("\n", ",x,x,x,current_policy,,,\n")
    (tmp_path / "lessons.csv").write_text(head + whole, encoding="utf-8")
    (tmp_path / "lesson_questions.csv").write_text("shortest,when,question\n45,before,Why?\n", encoding="utf-8")
    monkeypatch.setattr(plans, "DATA", tmp_path)
    with pytest.raises(InputError, match=r"lessons.csv, lesson of 45 minutes: the steps leave a gap"):
        lessons.__wrapped__()


@pytest.mark.parametrize("step", [pytest.param(step, id=at) for at, step in STEPS.items() if step.future])
def test_every_link_of_a_lesson_opens_what_it_says(teach: Callable[..., AppTest], step: Step):
    parameters = dict(part.split("=", 1) for part in address(step).removeprefix("teach?").split("&"))
    test = teach(**parameters)
    assert not test.exception
    assert "Part of the address was not used" not in raw(test)
    spec, found = load(step.scenario), shown(step.scenario)
    seat = test.session_state["teach_seat"]
    assert found.quarter(seat.t) == step.quarter
    assert seat.key == step.future
    assert not seat.opened  # the class has guessed nothing yet
    assert wording.last_month(step.quarter) in text(test)
    assert next(box for box in test.selectbox if box.key == "teach_scenario").value == spec.name
    assert "font-size: 125%" in raw(test)
    if step.claim:
        assert CLAIMS[step.claim].says in text(test)
    assert number(step.quarter) - FIRST <= found.edge
    told = worksheet.opens(step)
    assert told.startswith(f"{spec.title}, ")
    assert step.quarter in told
    assert (wording.inside(playback.called(found, step.future)) in told) or step.future.startswith(futures.SEALED)


def test_the_teacher_chooses_the_minutes_on_the_page(teach: Callable[..., AppTest]):
    test = teach()
    test.session_state["teach_teacher"] = True
    test.run()
    for minutes, plan in lessons().items():
        test.session_state["teach_minutes"] = minutes
        said = raw(test.run())
        assert not test.exception
        assert _told(plan, said)
        assert all(not _told(other, said) for other in lessons().values() if other is not plan)


def _told(plan: Lesson, said: str) -> bool:
    return f">{plan.steps[-1].start} to {plan.minutes}<" in re.sub(r"\s*<br>", "<", said)
