"""Pathways and lasting leads on Strategy: asked for, searched once for all, and the numbers of the analysis."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from scenarios import load
from scenarios.packages import packages
from scenarios.signposts import SIGNPOSTS
from sim.analysis import durable, pathways as searching, signposts
from sim.analysis.pathways import Pathways, pathways
from sim.results.outcomes.polarity import MONTHS
from sim.ui.shared import lasting
from sim.ui.shared.setup import Setup
from sim.ui.strategy import lasting_panel, pathway, pathways_panel, words
from sim.ui.strategy.wishes import Wishes
from tests.ui.reading import raw, text

PAGE = "sim/ui/strategy/page.py"
TODAY = load("current_policy")
FEW = {"runs": 8, "worlds": ["no_feedback"], "held_out": ["shock"]}
"""A search that takes seconds."""


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "ANSWERS", {player: ("as_is",) for player in searching.ANSWERS})
        patch.setattr(searching, "BEST_FIXED", 2)
        yield


@pytest.fixture(scope="module")
def best() -> Pathways:
    return pathways(TODAY, "united_states", "security_first", **FEW)


@pytest.fixture
def opened(page_at, monkeypatch):
    def search(spec, player, values, runs, seed, executor, progress):
        return pathways(spec, player, values, seed=seed, executor=executor, progress=progress, **FEW)

    monkeypatch.setattr(pathways_panel, "pathways", search)

    def at(**parameters: str) -> AppTest:
        test = page_at(PAGE, **parameters)
        assert not test.exception
        assert not test.error
        return test

    return at


def asked(test: AppTest, key: str) -> AppTest:
    next(button for button in test.button if button.key == key).click().run(timeout=120)
    assert not test.exception
    assert not test.error
    return test


def searched(test: AppTest) -> AppTest:
    """The page once the search in the background is over."""
    for _ in range(600):
        if "Searching rules" not in str(test.get("progress")) and '<div class="strips"' in raw(test):
            return test
        time.sleep(0.1)
        test.run()
        assert not test.exception
    return pytest.fail("the search did not end")


def known(test: AppTest, key: str) -> bool:
    return not any(button.key == key for button in test.button)


# ------------------------------------------------------------------------------------------------------- pathways
def test_a_pathway_is_searched_when_asked_and_once_for_all(opened, best: Pathways, monkeypatch):
    test = opened(weights="united_states:security_first")
    assert '<div class="strips"' not in raw(test)
    said = text(searched(asked(test, pathways_panel.BUTTON)))
    assert pathway.rule(best) in said
    assert pathway.verdict(best) in said
    assert pathway.tested(best) in said
    shown = raw(test)
    for name in SIGNPOSTS:
        read = signposts.today(name)
        assert words.today(name, read) in said
        assert read.source in said
    cells = re.findall(r'<td class="(best)?" style="--tone:[^"]*">([^<]*)', shown)
    every = [worst for name in SIGNPOSTS for above in (False, True) for worst in best.map[name, above]]
    assert [unescape(value) for _, value in cells] == list(map(words.dollars, every))
    assert len([mark for mark, _ in cells if mark]) == 1
    monkeypatch.setattr(pathways_panel, "pathways", lambda *_, **__: pytest.fail("searched twice"))
    again = opened(weights="united_states:security_first")
    assert known(again, pathways_panel.BUTTON)
    assert pathway.rule(best) in text(again)
    assert not known(opened(weights="united_states:2:1:1:1"), pathways_panel.BUTTON)


def test_bars_hold_the_regrets_where_the_search_did_not_look(best: Pathways):
    rows = dict(re.findall(r"<span>(.*?)</span>.*?<b>(.*?)</b>", str(pathway.bars(best)), re.DOTALL))
    values = list(map(unescape, rows.values()))
    assert values == [words.dollars(x) for x in (best.regret[1], best.fixed[best.best_fixed][1], best.timed[2])]
    assert packages("united_states")[best.best_fixed].title in str(pathway.bars(best))


@pytest.mark.parametrize(
    ("regret", "fixed", "timed", "said"),
    [
        (1.9, 13.1, 6.5, "Watching the signpost makes 41% of the gain"),
        (1.9, 13.1, 40.0, "Watching the signpost makes 100% of the gain"),
        (3.0, 16.8, 1.2, "What helps is to change course, not to watch the signpost."),
        (3.0, 2.2, 3.0, "waiting for a signpost gains nothing here"),
        (0.2, 0.0, 0.0, "waiting for a signpost gains nothing here"),
    ],
)
def test_the_verdict_says_what_the_signpost_is_worth(
    best: Pathways, regret: float, fixed: float, timed: float, said: str
):  # fmt: skip
    found, name = replace(best), best.best_fixed
    found.__dict__.update(regret=(0.0, regret), fixed={name: (0.0, fixed)}, timed=("2031-Q1", 0.0, timed))
    assert said in pathway.verdict(found)


def test_futures_that_switch_are_counted_where_it_is_tested(best: Pathways):
    late = [case.worth(best.rule) != case.fixed[best.rule.first] for case in best.held_out]
    assert pathway.switching(best) == pytest.approx(np.mean(late), abs=1e-9)


def test_a_rule_that_never_switches_is_its_first_package(best: Pathways):
    lowest = min(float(case.readings[best.rule.first, "licensed"].min()) for case in best.held_out)
    never = best.rule._replace(when="licensed", above=False, threshold=lowest - 1)
    found = replace(best, rules=((never, 0.0),))
    assert pathway.switching(found) == 0
    first = packages("united_states")[never.first].title
    assert pathway.rule(found) == f"“{first}” throughout: no rule that changes course does better."
    assert "hardly ever leaves its first package" in pathway.verdict(found)


def test_a_reading_lies_where_its_neighbors_are():
    at = [1.0, 2.0, 4.0]
    assert pathway.place(at, 2.0) == pytest.approx(0.5)
    assert pathway.place(at, 3.0) == pytest.approx(0.5 + 1 / 6)
    assert [pathway.place(at, value) for value in (0.5, 9.0)] == [0.0, 1.0]
    assert [pathway.number(value) for value in (0.001, 0.84, 1.27, 14.43, -2.0)] == ["0", "0.84", "1.3", "14", "−2.0"]


def test_what_the_search_does_not_follow_is_said():
    assert pathways_panel._apart(Wishes(), "Searched.") == "Searched."
    said = pathways_panel._apart(Wishes("all", politics=False, left_out=("deal",)), "Searched.")
    assert all(part in said for part in ("recorded politics", "every package", "allies and hubs"))


# --------------------------------------------------------------------------------------------------- lasting leads
def test_leads_are_followed_when_asked_and_the_bars_are_those_of_the_analysis(opened, monkeypatch):
    test = opened(enforcement="6")
    assert "With research feedback" not in raw(test)
    asked(test, lasting_panel.BUTTON)
    specs = [TODAY.with_levers(enforcement=6.0), *map(load, ("tight_controls", "closed_ideas", "open_trade"))]
    found = [durable.durable([spec], runs=64).rows[0] for spec in specs]
    bars = re.findall(r"<span>(?:With research feedback|Without)</span>.*?<b>(.*?)</b>", raw(test), re.DOTALL)
    assert bars == [lasting_panel._share(row, feedback)[0] for row in found for feedback in (True, False)]
    assert lasting.said(found[0], "“Current policy + 1 change”") in text(test)
    assert f"leads by {MONTHS:g} months or more" in text(test)
    monkeypatch.setattr(lasting, "durable", lambda *_, **__: pytest.fail("simulated twice"))
    assert known(opened(enforcement="6"), lasting_panel.BUTTON)


def test_no_policy_is_compared_with_itself():
    for setup in (Setup(), Setup("tight_controls"), Setup("open_trade")):
        specs = [spec.digest() for _, spec in lasting_panel.compared(setup)]
        assert len(set(specs)) == len(specs) == 4


def test_where_too_few_have_a_lead_no_share_is_quoted():
    row = durable.durable([load("china_surge")], runs=20).rows[0]
    assert lasting_panel._share(row, True) == ("too few", "0")
    assert "too few futures" in lasting.said(row, "“China surge”")
