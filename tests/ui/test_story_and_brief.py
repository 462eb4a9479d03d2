"""The first visit asks before it reveals; the brief says what the screen says."""

import io
import re
from dataclasses import replace
from html import unescape

import polars as pl
import pytest
from docx import Document

from sim.ui.brief import files, text as brief
from sim.ui.explore import story
from sim.ui.shared import changes, common
from sim.ui.shared.setup import Setup
from tests.ui.reading import button, raw, text, verdict
from tests.ui.test_explore import address


def test_four_guesses_are_asked_for_and_answered_from_the_run(page):
    test = page()
    button(test, "I have a policy question").click().run()
    for at, step in enumerate(story.STEPS):
        assert f"{at + 1} of 4: {step.title}." in text(test)
        assert "the model says" not in text(test)
        test.slider(key=f"story_guess_{at}").set_value(40).run()
        button(test, "Reveal").click().run()
        assert not test.exception
        found = step.answer(common.view(step.setup.spec))
        assert f"You said 40; the model says {found}." in re.sub(r"\s+", " ", text(test)).replace(" .", ".")
        button(test, "Next").click().run()
    assert "That is the idea." in text(test)
    button(test, "Done").click().run()
    assert "That is the idea." not in text(test)
    assert address(test) == {}


@pytest.mark.parametrize(("before", "after", "said"), [(7.4, 6.6, "stays at about +7"), (7.4, 5.2, "from +7 to +5")])
def test_a_lead_is_never_told_to_go_from_a_number_to_the_same_number(before: float, after: float, said: str):
    view = common.view(Setup().spec)
    ends = view.lead.with_columns(pl.lit(before).alias("mid")), view.lead.with_columns(pl.lit(after).alias("mid"))
    base, mine = (replace(view, lead=lead) for lead in ends)
    told = story.STEPS[2].tell(mine, base)
    assert said in told
    assert not re.search(r"from ([+−]?\d+) to \1\b", told)


def test_events_are_added_shown_shared_and_removed(page):
    test = page()
    test.session_state["more_events"] = True
    test.run()
    test.selectbox(key="event_kind").set_value("taiwan_disruption").run()
    button(test, "Add event").click().run()
    assert not test.exception
    assert address(test) == {"events": "taiwan_disruption:2028-Q1:0.8:8"}
    assert "Taiwan cut off" in text(test)
    assert "Taiwan cut off, 2028-Q1" in raw(test).split("What moved the result")[1]
    again = page(events="taiwan_disruption:2028-Q1:0.8:8")
    assert verdict(again) == verdict(test)
    button(test, "Remove").click().run()
    assert address(test) == {}


def test_single_futures_can_be_seen(page):
    test = page()
    test.button_group(key="futures_shown").set_value("Single futures").run()
    assert not test.exception
    assert "12 futures, from the smallest lead to the largest" in text(test)


def test_redo_and_replay(page):
    test = page(openness="0")
    after = verdict(test)
    button(test, "Undo").click().run()
    before = verdict(test)
    button(test, "Redo").click().run()
    assert verdict(test) == after
    button(test, "Replay").click().run()
    assert verdict(test) == before
    button(test, "Replay").click().run()
    assert verdict(test) == after


@pytest.fixture(scope="module")
def made():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLARITY_FUTURES", "64")
        patch.setattr(changes, "FEW", 16)
        setup = Setup(levers={"openness": 0.0, "enforcement": 5.0})
        return setup, brief.brief(setup, "http://127.0.0.1/?a=1&b=<x>", setup.reference)


def test_the_brief_equals_the_screen(page, made):
    setup, found = made
    test = page(**{name: f"{value:g}" for name, value in setup.levers.items()})
    assert found.verdict == verdict(test)
    assert found.detail in re.sub(r"\s+", " ", text(test))
    key = re.search(r'<div class="key">(.*?)</div>', raw(test))[1]
    assert [mine for _, mine, base in found.outcomes if mine or base] == [
        int(n) for n in re.findall(r"<b>(\d+)</b>", key)
    ]
    moved = raw(test).split('class="work"')[1]
    shown = dict(re.findall(r"<li><span>(.*?)</span>.*?<b>(.*?)</b></li>", moved))
    assert {unescape(label): size for label, size in shown.items()} == dict(found.drivers)
    together = re.search(r"Together <b>(.*?)</b>", moved)[1]
    assert f"together {together})" in found.drivers_head
    assert f"scenario {setup.spec.digest()}" in found.made


def test_the_brief_as_a_page_and_as_a_document(made):
    _, found = made
    html = files.html(found)
    assert "<script" not in html
    assert not re.search(r"(src|@import|url\()", html)
    assert "&lt;x&gt;" in html
    document = Document(io.BytesIO(files.docx(found)))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for text_ in (found.verdict, found.detail, found.evidence, *found.changes):
        assert text_ in words
        assert text_ in unescape(html)
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows[1:]]
    assert rows == [[label, str(mine), str(base)] for label, mine, base in found.outcomes]


def test_the_brief_says_what_differs_and_what_would_change_it(made):
    _, found = made
    assert any("Set otherwise than under current policy: Enforcement budget 5" in line for line in found.scenario)
    assert found.changes
    assert "Given data to the end of 2024 only" in found.evidence
    assert not re.search(r"\bwill\b|confiden", " ".join((found.verdict, found.detail, *found.changes)).lower())
