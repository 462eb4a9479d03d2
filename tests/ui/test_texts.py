"""Teach takes other people's texts beside the essay: a choice of text, its claims, and the link into Explore."""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from scenarios import BASELINE, load
from scenarios.frames import claims as rows, frames, stored
from sim.analysis.frames import VERDICTS, written
from sim.ui.shared import address
from sim.ui.shared.setup import Judge, Setup
from sim.ui.teach import claims_panel, futures, worksheet
from sim.ui.teach.claims import CLAIMS
from sim.ui.teach.texts import ESSAY, claims, of, texts
from tests.ui.reading import HTML, raw

Open = Callable[..., AppTest]
OTHERS = [row.claim for row in rows()]


@pytest.fixture
def teach(page_at: Callable[..., AppTest]) -> Open:
    return partial(page_at, "sim/ui/teach/page.py")


def said(test: AppTest) -> str:
    return re.sub(r"\s+", " ", unescape(HTML.sub(" ", raw(test))))


def text_choice(test: AppTest):
    return next(one for one in test.button_group if one.key == "teach_text")


def test_the_essay_comes_first_and_all_claims_have_names_of_their_own():
    assert list(texts()) == [ESSAY, *frames()]
    assert texts()[ESSAY].claims == CLAIMS
    assert list(claims()) == [*CLAIMS, *OTHERS]
    assert {of(claim).title for claim in claims().values()} == {text.title for text in texts().values()}


@pytest.mark.parametrize("name", OTHERS)
def test_every_claim_tells_the_stored_answer(name: str):
    claim, one = claims()[name], stored()[name]
    found = claims_panel.answer(claim)
    told = dict(found.says)
    assert told["In this model"] == VERDICTS[one["verdict"]]
    assert found.futures == one["futures"]
    assert len(found.tables) == bool(one["model"])
    if one["model"]:
        first = one["model"][0]
        number = written(first["holds"]["mean"], first["unit"])
        assert number in told["If it holds"]
        assert load(claim.holds.scenario).title in told["If it holds"]
        assert ("If not" in told) == (first["fails"] is not None)
        assert found.tables[0].rows[0][1] == number
        assert len(found.tables[0].rows) == len(one["model"])
    assert ("The text, as we read it" in told) == bool(one["expects"] or one["low"] is not None)


@pytest.mark.parametrize("name", OTHERS)
def test_the_links_open_the_scenarios(name: str):
    one = stored()[name]
    links = claims_panel._opens(claims()[name])
    wanted = [one["holds"], one["fails"]] if one["model"] else []
    opened = []
    for _, link in links:
        setup, notes = address.read(dict(parse_qsl(urlsplit(link).query)))
        assert notes == []
        opened.append(setup.spec.digest())
    assert opened == [load(scenario).digest() for scenario in wanted if scenario]


def test_a_text_is_chosen_and_the_address_keeps_it(teach: Open):
    test = teach(claim="C3")
    assert CLAIMS["C3"].says in said(test)
    assert text_choice(test).value == ESSAY
    text_choice(test).set_value("two_scenarios").run()
    assert not test.exception
    assert claims()["S1"].says in said(test)
    assert texts()["two_scenarios"].head in said(test)
    assert test.query_params["claim"] in ("S1", ["S1"])
    next(box for box in test.selectbox if box.key == "teach_claim").select(
        texts()["two_scenarios"].titles()["S8"]
    ).run()
    assert claims()["S8"].says in said(test)
    assert test.query_params["claim"] in ("S8", ["S8"])


def test_the_address_opens_a_claim_of_another_text_with_its_answer_closed(teach: Open):
    test = teach(claim="P1")
    assert text_choice(test).value == "ai_2040"
    assert claims()["P1"].says in said(test)
    assert frames()["ai_2040"].reading in said(test)
    assert VERDICTS[stored()["P1"]["verdict"]] not in said(test)
    test.session_state["teach_answer"] = True
    assert VERDICTS[stored()["P1"]["verdict"]] in said(test.run())
    assert not test.exception


def test_an_unknown_claim_names_those_of_every_text(teach: Open):
    test = teach(claim="S99")
    assert "there are C1 to C13, S1 to S12, W1 to W9, M1 to M7 and P1 to P10" in said(test)
    assert CLAIMS["C1"].says in said(test)


def test_a_worksheet_names_the_text():
    shown = futures.shown(load(BASELINE), Judge())
    assert "A claim of January 2025" in worksheet.sheet(shown, "drawn1", CLAIMS["C3"])
    page = unescape(worksheet.sheet(shown, "drawn1", claims()["M2"]))
    assert "A claim of “Middle powers”" in page
    assert claims()["M2"].says in page


@pytest.mark.parametrize("name", sorted({row.setting for row in rows()} - {BASELINE}))
def test_a_scenario_stands_in_the_address_like_any_policy(name: str):
    setup = Setup().taking(name)
    assert setup.spec.digest() == load(name).digest()
    found, notes = address.read(address.parameters(setup))
    assert (found.spec.digest(), notes) == (setup.spec.digest(), [])
