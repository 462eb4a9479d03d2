"""The first visit asks before it reveals, and events, single futures and the way back work."""

import re
from dataclasses import replace

import polars as pl
import pytest

from sim.ui.explore import story
from sim.ui.shared import common
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
