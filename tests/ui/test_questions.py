"""Explore asks a question of autumn 2026: it becomes the policy, is told, and stands in the address."""

from html import unescape

import pytest

from scenarios import load, question_names
from scenarios.questions import stored
from sim.ui.explore import questions_panel
from sim.ui.shared import address
from sim.ui.shared.setup import Setup


@pytest.mark.parametrize("name", question_names())
def test_every_question_is_told_with_its_answer_and_source(name):
    text = unescape(str(questions_panel._told(name)))
    assert load(name).question in text
    assert ("with that released" in text) == (stored()[name]["binds"] is not None)
    assert stored()[name]["source"] in text
    assert stored()[name]["id"] in questions_panel._title(name)


@pytest.mark.parametrize("name", question_names())
def test_a_question_stands_in_the_address_like_any_policy(name):
    setup = Setup().taking(name)
    assert setup.spec.digest() == load(name).digest()
    found, notes = address.read(address.parameters(setup))
    assert (found.spec.digest(), notes) == (setup.spec.digest(), [])
