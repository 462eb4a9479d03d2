"""If they answer, on Explore: figures are those of the analysis, and nothing is simulated before somebody asks."""

import re
import time
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from scenarios import load
from scenarios.packages import packages
from sim.analysis import answers, cells
from sim.analysis.game import Reply
from sim.results.paired import Paired
from sim.results.wording import signed
from sim.ui.explore import answers_panel
from sim.ui.shared.setup import Setup
from tests.ui.browsing import MARKS, SLIDER, Browser
from tests.ui.reading import raw, text

BASE = load("current_policy")
RUNS = 64


def card(markup: str) -> list[str]:
    return re.findall(r'<p class="months">(.*?) <small>', markup)


@pytest.fixture
def opened(page):
    """Explore with the figures open and all there."""

    def at(**parameters: str) -> AppTest:
        test = page(**parameters)
        test.session_state[answers_panel.KEY] = True
        for _ in range(300):
            test.run()
            assert not test.exception
            assert not test.error
            if "Working it out" not in text(test):
                return test
            time.sleep(0.1)
        return pytest.fail("the figures did not come")

    return at


def test_nothing_is_simulated_before_it_is_opened(page, monkeypatch):
    def never(*_: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(cells, "_rows", never)
    monkeypatch.setattr(answers, "unanswered", never)
    test = page(enforcement="3")
    assert not test.exception
    assert card(raw(test)) == []


def test_the_figures_are_those_of_the_analysis(opened, monkeypatch):
    test, spec = opened(enforcement="4"), BASE.with_levers(enforcement=4.0)
    nobody = answers.unanswered(spec, BASE, RUNS)
    rival = answers.answer(spec, BASE, ("china",), runs=RUNS)
    everybody = answers.answer(spec, BASE, ("china", "allies", "hubs"), runs=RUNS)
    effects = [nobody, rival.effect, everybody.effect]
    assert card(raw(test)) == [signed(effect.mean) for effect in effects]
    said = text(test)
    for effect in effects:
        assert f"90% interval: {signed(effect.low)} to {signed(effect.high)}" in said
    for player, (before, after) in everybody.replies.items():
        assert answers_panel.reply(player, before, after) in said
        assert packages(player)[after.reply].title in said
    assert "China balanced" in said
    monkeypatch.setattr(cells, "_rows", lambda *_: pytest.fail("simulated twice"))
    assert card(raw(opened(enforcement="4"))) == card(raw(test))


def test_figures_that_are_there_are_shown_while_others_are_on_their_way(page, monkeypatch):
    free = Event()
    usual = answers_panel._somebody

    def slowly(spec, base, players, *rest):
        assert len(players) == 1 or free.wait(60)
        return usual(spec, base, players, *rest)

    monkeypatch.setattr(answers_panel, "_somebody", slowly)
    test = page(enforcement="2")
    test.session_state[answers_panel.KEY] = True
    for _ in range(300):
        test.run()
        if len(card(raw(test))) == 2:
            break
        time.sleep(0.1)
    assert len(card(raw(test))) == 2
    assert "If all others answer best" in text(test)
    assert "Working it out" in text(test)
    free.set()
    for _ in range(300):
        test.run()
        if len(card(raw(test))) == 3:
            return
        time.sleep(0.1)
    pytest.fail("the last figure did not come")


def test_a_figure_depends_on_values_and_on_who_answers():
    now = Setup(levers={"enforcement": 3.0})
    other = Setup(levers={"enforcement": 3.0}, values={"china": "safety_first"})
    places = [figure.place for setup in (now, other) for figure in answers_panel.figured(setup)]
    assert len(set(map(id, places))) == 6
    assert [figure.place for figure in answers_panel.figured(now)] == places[:3]
    assert "China safety first" in answers_panel._means(other, ("china",))


def test_settings_that_cannot_be_simulated_are_told_once(page, monkeypatch):
    tried = []

    def fail(*_: object) -> None:
        tried.append(1)
        raise FloatingPointError("no")

    monkeypatch.setattr(answers_panel, "_somebody", fail)
    test = page(enforcement="1.5")
    test.session_state[answers_panel.KEY] = True
    for _ in range(40):
        test.run()
        assert not test.exception
        if test.error:
            break
        time.sleep(0.1)
    assert "numbers grow beyond" in test.error[0].value
    test.run()
    assert len(tried) == 2  # one for each figure, and none of them again


def test_without_a_move_there_is_nothing_to_answer(opened):
    for parameters in ({}, {"values": "china:safety_first"}, {"what_if": "efficiency_shock"}):
        test = opened(**parameters)
        assert answers_panel.NOTHING in text(test)
        assert card(raw(test)) == []


@pytest.mark.parametrize(
    ("now", "heads"),
    [
        (Setup(levers={"enforcement": 4.0}), ["If China answers best", "If all others answer best"]),
        (Setup(levers={"chip_push": 90.0}), ["If the US answers best", "If all others answer best"]),
        (Setup(levers={"hub_policing": 90.0}), ["If the US and China answer best", "If all others answer best"]),
        (Setup(bills={"match_act": "2027-Q3"}), ["If China answers best", "If all others answer best"]),
        (Setup("tight_controls"), ["If China answers best"]),
        (Setup("open_trade"), ["If allies and transit hubs answer best"]),
        (Setup("open_trade", {"hub_policing": 20.0, "allied_alignment": 20.0}), []),
    ],
)  # fmt: skip
def test_who_is_asked_depends_on_who_has_moved(now: Setup, heads: list[str]):
    assert [head for head, _ in answers_panel.asks(now)] == heads
    for _, who in answers_panel.asks(now):
        assert not set(who) & set(answers_panel.moved(now))


def test_a_policy_of_both_superpowers_is_answered_by_allies_and_hubs(opened):
    test = opened(scenario="open_trade")
    found = answers.answer(load("open_trade"), BASE, ("allies", "hubs"), runs=RUNS)
    assert card(raw(test))[1:] == [signed(found.effect.mean)]
    assert answers_panel.BOTH in text(test)


def test_a_policy_that_moves_allies_and_hubs_is_answered_by_china_alone(opened):
    said = text(opened(scenario="tight_controls"))
    assert "Everybody but China has moved, so nobody else is left to answer." in said


def test_replies_in_words():
    sure, tie, other = Reply("pool_compute", 1.0), Reply("pool_compute", 0.62), Reply("import", 0.7)
    assert answers_panel.reply("china", sure, sure) == "China chooses “Pool compute” with or without your policy."
    assert answers_panel.reply("china", sure, Reply("import", 0.95)) == "China turns from “Pool compute” to “Import”."
    said = answers_panel.reply("china", tie, other)
    assert said == (
        "China turns from “Pool compute” to “Import” (a tie: “Pool compute” is best in 62 of 100 resamples without "
        "your policy and “Import” is best in 70 of 100 resamples with it)."
    )
    said = answers_panel.reply("hubs", Reply("police", 0.95), Reply("police", 0.5))
    assert said.endswith("with or without your policy (a tie: best in 50 of 100 resamples with it).")


def test_an_effect_that_cannot_be_told_from_none_is_said_so():
    assert "no detectable difference" in answers_panel.span(Paired(0.1, -0.2, 0.4, 0, 0, 0))
    assert "no detectable difference" not in answers_panel.span(Paired(0.3, 0.2, 0.4, 0, 0, 0))
    assert answers_panel.span(Paired(0.3, None, None, None, 0.3, None)) == ""


class TestBrowser:
    """What only a browser shows."""

    pytestmark = MARKS

    def test_levers_move_while_figures_are_on_their_way(self, browser: Browser):
        browser.open("?enforcement=7")
        page = browser.page
        page.get_by_text(answers_panel.HEAD).click()
        page.wait_for_selector(".answers")
        page.locator(SLIDER).first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => location.search.includes('licensing')", timeout=5_000)
        page.wait_for_function("() => document.querySelectorAll('.answers .months small').length === 3", timeout=90_000)
        page.wait_for_timeout(1500)
        assert "licensing" in page.url
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
            tops = page.evaluate("() => [...document.querySelectorAll('.answers section')].map(e => e.offsetTop)")
            assert len(set(tops)) == (1 if width > 1000 else 3)
