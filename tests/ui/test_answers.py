"""If they answer, on Explore: figures are those of the analysis, and nothing is simulated before somebody asks."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from scenarios import load
from scenarios.packages import packages
from sim.analysis import answers, cells
from sim.analysis.game import Reply
from sim.results.paired import Paired
from sim.results.wording import signed
from sim.ui.explore import answers_panel
from sim.ui.shared import common
from sim.ui.shared.setup import Setup
from tests.ui.reading import raw, text

BASE = load("current_policy")
RUNS = 64


def card(markup: str) -> list[str]:
    return re.findall(r'<p class="months">(.*?) <small>', markup)


@pytest.fixture
def opened(page):
    def at(**parameters: str) -> AppTest:
        test = page(**parameters)
        test.session_state[answers_panel.KEY] = True
        test.run()
        assert not test.exception
        assert not test.error
        return test

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


def test_the_first_figures_stand_there_before_the_last_one_is_worked_out(monkeypatch):
    now, shown = Setup(levers={"enforcement": 2.0}), []

    class Place:
        def html(self, markup: str) -> None:
            shown.append(len(card(markup)))

    effect = Paired(1.0, 0.9, 1.1, 0.0, 1.0, 2.0)
    monkeypatch.setattr(answers_panel, "unanswered", lambda now: effect)
    monkeypatch.setattr(answers_panel, "answered", lambda now, who: answers.Answer(effect, {}))
    answers_panel._fill(now, Place())
    assert shown == [0, 1, 2, 3]


def test_values_of_the_settings_decide_what_is_best(monkeypatch):
    monkeypatch.setattr(common, "waiting", lambda *_: pytest.fail("not by a key that leaves values out"))
    now = Setup(levers={"enforcement": 3.0}, values={"china": "safety_first"})
    with pytest.raises(pytest.fail.Exception):
        answers_panel.answered(now, ("china",))
    assert "China safety first" in answers_panel._means(now, ("china",))


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
