"""The page Assumptions: every input is there, can be found, fixed and taken back; the ruler moves the verdict."""

import re

import numpy as np
import pytest

from scenarios import load
from scenarios.parameters import parameters
from sim.results.outcomes import lead
from sim.run import simulate
from sim.ui.assumptions import frames
from sim.ui.shared.setup import RULERS, YEARS, Judge
from tests.ui.reading import text, verdict

PAGE = "sim/ui/assumptions/page.py"


@pytest.fixture(scope="module")
def standing():
    return frames.standing(load("current_policy"), Judge(), 1024)


@pytest.fixture
def opened(page):
    def go(**given):
        return page(**given).switch_page(PAGE).run()

    return go


def test_the_page_opens_with_every_input(opened):
    test = opened()
    assert not test.exception
    assert f"{len(parameters())} of {len(parameters())} inputs" in text(test)
    assert re.search(r"\d+ of \d+ inputs rest on judgment alone; together they explain \d+%", text(test))
    assert not re.search(r"\bwill\b|confiden", text(test).lower())


def test_a_search_finds_by_name_meaning_and_source(opened, standing):
    test = opened()
    test.text_input[0].set_value("diffusion ideas").run()
    assert not test.exception
    found = frames.table(standing, {}, "diffusion ideas")
    assert "diffusion" in found["name"].to_list()
    assert f"{found.height} of {len(parameters())} inputs" in text(test)
    test.text_input[0].set_value("xyzzy <b>").run()
    assert "Nothing matches" in text(test)
    only = frames.table(standing, {}, "", "data")
    assert set(only["tier"]) == {"Data"}


def test_every_parameter_stands_in_the_table_with_its_source(standing):
    found = frames.table(standing, {"diffusion": 0.5})
    assert set(found["name"]) == set(parameters())
    row = found.filter(found["name"] == "diffusion").row(0, named=True)
    assert row["mine"] == 0.5
    assert row["source"] == parameters()["diffusion"].source
    sizes = [abs(x or 0.0) for x in found["effect"]]
    assert sizes == sorted(sizes, reverse=True)


def test_effects_are_differences_of_means(standing):
    run = simulate(load("current_policy"), runs=1024)
    x, y = run.parameters["follower_efficiency"], run["lead_months"][-1]
    order = np.argsort(x)
    fifth = 1024 // 5
    expected = y[order[-fifth:]].mean() - y[order[:fifth]].mean()
    assert standing.effect["follower_efficiency"] == pytest.approx(expected, abs=0.15)
    assert standing.effect["follower_efficiency"] < 0
    assert 0 <= standing.explained["judgment"] <= standing.everything + 0.1 <= 1.1


def test_what_is_foretold_is_what_is_held_out():
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(2, 4000)), rng.normal(size=4000)
    half = rng.random(4000) < 0.5
    assert frames.foretold([x[0]], x[0] + noise, half) == pytest.approx(0.5, abs=0.04)
    assert frames.foretold([x[1]], x[0] + noise, half) < 0.01
    assert frames.foretold([], x[0], half) == 0


def test_edits_of_the_table_are_taken_or_refused():
    names = ["diffusion", "rl_form", "catch_rate"]
    found, notes = frames.edited(names, {0: {"mine": 0.5}, 1: {"mine": 7}, 9: {"mine": 1}}, {"catch_rate": 0.1})
    assert found == {"diffusion": 0.5, "catch_rate": 0.1}
    assert len(notes) == 1
    assert "is a choice between forms; choose from 0, 1, 2" in notes[0]
    assert frames.edited(names, {2: {"mine": None}}, {"catch_rate": 0.1})[0] == {}
    assert "the range is" in frames.edited(names, {0: {"mine": 1e12}}, {})[1][0]


def test_an_input_is_fixed_shows_on_explore_and_goes_back(opened):
    test = opened()
    test.selectbox(key="one_input").set_value("diffusion").run()
    test.number_input[0].set_value(0.5).run()
    next(b for b in test.button if b.label == "Apply").click().run()
    assert not test.exception
    assert "Changed: Diffusion of ideas 0.5" in text(test)
    explore = test.switch_page("sim/ui/explore/page.py").run()
    assert "Assumptions changed, for the baseline too: Diffusion of ideas 0.5" in text(explore)
    back = explore.switch_page(PAGE).run()
    next(b for b in back.button if b.label == "Reset all").click().run()
    assert "These are the usual assumptions." in text(back)


@pytest.mark.parametrize(
    "judge", [*({"ruler": r} for r in RULERS), {"limit": 6}, {"limit": 24}, {"year": YEARS[0]}, {"year": 2030}]
)
def test_the_ruler_moves_the_verdict_of_every_page(opened, judge):
    test = opened(**{name: str(value) for name, value in judge.items()})
    assert not test.exception
    assert "was not used" not in text(test)
    explore = test.switch_page("sim/ui/explore/page.py").run()
    assert not explore.exception
    assert str(judge.get("year", 2032)) in verdict(explore)
    if judge not in ({"ruler": "fixed_pace"},):
        assert "How you judge:" in text(explore)


def test_the_rulers_of_the_page_are_those_of_the_model():
    assert set(RULERS) == set(lead.RULERS)


def test_rulers_side_by_side(opened):
    test = opened()
    test.session_state["rulers"] = True
    test.run()
    assert not test.exception
    assert all(label in text(test) for label in RULERS.values())


def button(test, label):
    return next(found for found in test.button if found.label == label)


@pytest.mark.parametrize("name", parameters())
def test_every_box_is_empty_again_after_a_reset(opened, name):
    row = parameters()[name]
    value = row.forms[0] if row.forms else float(f"{row.distribution.interval()[1]:.3g}")

    def box(test):
        return test.selectbox(key=f"fix_{name}") if row.forms else test.number_input(key=f"fix_{name}")

    test = opened(search=name)
    test.selectbox(key="one_input").set_value(name).run()
    assert box(test).value is None
    for reset in ("Reset this", "Reset all"):
        box(test).set_value(value).run()
        button(test, "Apply").click().run()
        assert box(test).value == value
        assert test.query_params["assume"] in (f"{name}:{value:g}", [f"{name}:{value:g}"])
        button(test, reset).click().run()
        assert not test.exception
        assert box(test).value is None
        assert "assume" not in test.query_params


def test_a_box_follows_undo_and_redo(opened):
    test = opened(assume="diffusion:0.5")
    test.selectbox(key="one_input").set_value("diffusion").run()
    assert test.number_input(key="fix_diffusion").value == 0.5
    for step, value in (("Undo", None), ("Redo", 0.5)):
        explore = test.switch_page("sim/ui/explore/page.py").run()
        button(explore, step).click().run()
        test = explore.switch_page(PAGE).run()
        test.selectbox(key="one_input").set_value("diffusion").run()
        assert test.number_input(key="fix_diffusion").value == value


def test_an_empty_box_is_asked_for_a_number(opened):
    test = opened()
    test.selectbox(key="one_input").set_value("diffusion").run()
    button(test, "Apply").click().run()
    assert not test.exception
    assert "Diffusion of ideas needs a number" in text(test)
    assert "assume" not in test.query_params


@pytest.mark.parametrize("given", [{"search": "diffusion"}, {"tier": "Judgment"}, {"search": "chips", "tier": "Data"}])
def test_a_search_keeps_the_address(opened, given):
    test = opened(scenario="tight_controls", assume="diffusion:0.5", **given)
    test.text_input[0].set_value("compute").run()
    test.segmented_control[0].set_value("Inferred").run()
    assert not test.exception
    found = {name: value[-1] if isinstance(value, list) else value for name, value in test.query_params.items()}
    found.pop("v")
    assert found == {"scenario": "tight_controls", "assume": "diffusion:0.5", "search": "compute", "tier": "Inferred"}
    test.text_input[0].set_value("").run()
    test.segmented_control[0].set_value("All").run()
    assert not {"search", "tier"} & set(test.query_params)
    assert "assume" in test.query_params


def test_an_unknown_tier_of_the_address_is_said(opened):
    assert "there is no such tier; there are Data, Inferred and Judgment" in text(opened(tier="Gossip"))


def test_paper_has_every_input(standing):
    found = frames.paper(frames.table(standing, {"diffusion": 0.5}))
    assert found.count("<tr>") == len(parameters()) + 1
    assert "<td>0.5</td>" in found
    assert "None" not in found
