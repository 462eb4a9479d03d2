"""The Evidence page without a browser: every cut-off, every choice, every wording rule."""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from itertools import pairwise

import pytest
from streamlit.testing.v1 import AppTest

from scenarios.errors import InputError
from sim.forecast import sealed
from sim.forecast.score import Score, Scored
from sim.forecast.wording import day, running
from sim.hindcast import turns
from sim.hindcast.blind import CUTOFFS
from sim.hindcast.kept import kept
from sim.results.outcomes.china_compute import DEFINITIONS
from sim.ui.evidence import cached, sealed as sealed_html, wording
from sim.ui.shared import strip
from tests.ui.reading import HTML, raw, text

Open = Callable[..., AppTest]
PAGE = "sim/ui/evidence/page.py"
FOLDS = ("scores", "others", "learned", "choices", "speed", "mechanisms", "sources", "again")
"""Parts that stand closed."""


def select(test: AppTest, key: str):
    return next(box for box in test.selectbox if box.key == key)


@pytest.fixture
def evidence(page_at: Callable[..., AppTest]) -> Open:
    """Opens the page at an address."""
    return partial(page_at, PAGE)


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_every_cut_off_opens_from_the_address(evidence: Open, cutoff: str):
    test = evidence(cutoff=cutoff[:4])
    assert not test.exception
    assert "was not used" not in text(test)
    assert wording.verdict(kept(cutoff)) in text(test)
    assert len(test.get("vega_lite_chart")) == 2


def test_the_latest_cut_off_stands_open_and_others_are_a_press_away(evidence: Open):
    test = evidence()
    assert wording.verdict(kept(CUTOFFS[-1])) in text(test)
    test.button_group[0].set_value(CUTOFFS[0][:4]).run()
    assert not test.exception
    assert wording.verdict(kept(CUTOFFS[0])) in text(test)


def test_the_first_screen_holds_the_finding_all_tests_and_a_chart_and_the_rest_is_a_press_away(evidence: Open):
    test = evidence()
    said = text(test)
    for cutoff in CUTOFFS:
        score = kept(cutoff).pattern("all")
        assert f"{wording.inside(score)} of {score['points']}" in said
    assert not re.search(r"CRPS|\bOOM\b|\bP5\b", said)
    for key in FOLDS:
        test.session_state[key] = True
    test.run()
    assert not test.exception
    assert re.search(r"CRPS:\s+the continuous ranked probability score", text(test))
    assert len(test.get("vega_lite_chart")) == 4


def test_a_link_to_another_question_opens_what_others_publish(evidence: Open):
    assert select(evidence(definition="used"), "definition").value


def test_every_series_and_question_and_definition_can_be_shown(evidence: Open):
    test = evidence(definition="used")
    for key in ("series", "question", "definition"):
        for option in list(select(test, key).options):
            # Options of the third list are formatted; what the harness takes is the formatted text.
            select(test, key).select(option).run()
            assert not test.exception, option
            assert not test.error
    assert len(select(test, "definition").options) == len(DEFINITIONS)


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_the_wording_rules_hold(evidence: Open, cutoff: str):
    test = evidence(cutoff=cutoff[:4])
    for key in (*FOLDS, "figures", "tried", "moved", "silent", "sealed_2026-Q4_2027-Q3"):
        test.session_state[key] = True
    test.run()
    charts = test.get("vega_lite_chart")
    # The words of other people are theirs.
    page = re.sub(r"<details>.*?</details>|<div class=\"tall theirs\".*?</table>", " ", raw(test), flags=re.DOTALL)
    own = unescape(HTML.sub(" ", page)) + " ".join(str(chart.proto.alt) for chart in charts)
    assert not re.search(r"\bwill\b|confiden", own.lower())
    assert "nan" not in own.lower().split()
    assert not re.search(r"(?<![\w–.])-\d", re.sub(r"\d{4}-\d\d(-\d\d)?|cpu-[\w-]+", "", own))
    assert all(re.search(r"\d", chart.proto.alt) and len(chart.proto.alt) > 60 for chart in charts)
    assert "not the chance that the model is wrong" in own


def test_headings_do_not_skip_a_level(evidence: Open):
    test = evidence()
    for key in FOLDS:
        test.session_state[key] = True
    levels = [int(n) for n in re.findall(r"<h([1-6])", raw(test.run()))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_sealed_forecasts_stand_with_their_score_and_open_to_every_question(evidence: Open):
    test = evidence()
    first = sealed.every()[0]
    found = cached.track_record()
    assert sealed_html.title(found) in text(test)
    assert running(found) in text(test)
    assert first.hash not in raw(test)
    test.session_state[f"sealed_{first.name}"] = True
    said = text(test.run())
    assert not test.exception
    for question in first.questions:
        assert question.asks in said
        assert f"known after {day(question.answered_from)}" in said
    assert first.hash in said


def test_a_forecast_that_was_changed_is_told_in_its_place(evidence: Open, monkeypatch: pytest.MonkeyPatch):
    def changed():
        raise InputError("the file was changed after it was sealed")

    monkeypatch.setattr("sim.ui.evidence.cached.track_record", changed)
    test = evidence()
    assert not test.exception
    assert [error.value for error in test.error] == ["the file was changed after it was sealed"]
    assert "Forecasts sealed in advance" not in text(test)
    assert "What do others publish?" in [fold.label for fold in test.expander]


def test_answers_are_told_with_their_place_in_the_range():
    first = sealed.every()[0]
    question = first.questions[0]
    answered = Scored(question, question.at(0.5), "2027-01-10", 1.0, 2.0, True, 10.0)
    missed = Scored(question, 300.0, "2027-01-10", 99.0, 99.0, False, 10.0)
    gone = Scored(question, why="frontier_quarters.csv is missing")
    page = sealed_html.table(Score(first, (answered, missed, gone)))
    assert re.search(r"170\.4 ECI points <span class=\"flag good\">inside</span>", page)
    assert re.search(r"300\.0 ECI points <span class=\"flag bad\">outside</span>", page)
    assert "frontier_quarters.csv is missing" in page
    assert page.count(question.source) == 1


def test_long_tables_are_built_on_request(evidence: Open):
    test = evidence()
    assert "Shift, sd of prior" not in text(test)
    assert "derived; not counted" not in text(test)
    for key in (*FOLDS, "figures", "tried", "moved", "silent"):
        test.session_state[key] = True
    test.run()
    assert not test.exception
    assert "Shift, sd of prior" in text(test)
    assert "derived; not counted" in text(test)


def test_choices_on_the_record_are_shown_with_every_turn(evidence: Open):
    test, found = evidence(), turns.kept()
    test.session_state["choices"] = True
    test.run()
    shown = text(test)
    assert "Policy turns on record" in shown
    assert turns.verdict(found) in shown
    assert all(turn.title in shown and turn.miss in shown for turn in found.turns)
    page = raw(test)
    assert page.count(">missed</span>") == len(found.turns) - found.better  # in words, beside the color


def test_a_bad_address_is_named_and_the_page_stands(evidence: Open):
    test = evidence(cutoff="2021", series="<img src=x>", question="x" * 500)
    assert not test.exception
    assert "cutoff=2021: there is no such cut-off; there are 2022, 2023 and 2024" in text(test)
    assert "there is no such series" in text(test)
    assert "<img" not in raw(test)
    assert wording.verdict(kept(CUTOFFS[-1])) in text(test)


def test_a_wrong_number_of_futures_is_explained(page: Open, evidence: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLARITY_FUTURES", "many")
    assert "POLARITY_FUTURES is 'many'" in evidence().error[0].value


def test_explore_still_opens_after_a_visit(evidence: Open):
    test = evidence().switch_page("sim/ui/explore/page.py").run()
    assert not test.exception
    assert strip.tested() in text(test)
    assert "was not used" not in text(test)
