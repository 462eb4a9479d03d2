"""The page without a browser: every scenario, every lever, every kind of address."""

import contextlib
import io
import json
import re
import sys
from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from scenarios import BASELINE, load, names
from scenarios.glossary import terms
from scenarios.levers import ACTOR, LEVERS
from scenarios.what_ifs import of_kind
from sim.analysis.attribution import players
from sim.cli import main
from sim.results.outcomes.polarity import LABELS
from sim.results.wording import rounded
from sim.ui.shared import common, drivers, grid, levers, strip
from sim.ui.shared.address import query
from sim.ui.shared.setup import Setup
from tests.ui.reading import button, raw, text, verdict

Open = Callable[..., AppTest]


def slider(test: AppTest, lever: str) -> object:
    found = [w for kind in (test.slider, test.select_slider) for w in kind if w.key == f"lever_{lever}"]
    assert found, lever
    return found[0]


def address(test: AppTest) -> dict[str, str]:
    """The address without its version; the harness keeps lists where it was set from outside."""
    found = {name: v[-1] if isinstance(v, list) else v for name, v in test.query_params.items()}
    assert ("v" in found) == bool(found)
    return {name: value for name, value in found.items() if name != "v"}


def test_the_page_opens_with_current_policy(page: Open):
    test = page()
    assert not test.exception
    assert re.match(
        r"In \d+ of 100 simulated futures the US leads China by 12 months or more at the end of 2032\.", verdict(test)
    )
    assert len(verdict(test).split()) <= 20
    assert strip.tested() in text(test)
    assert "not the chance that the model is wrong" in text(test)
    assert len(test.get("vega_lite_chart")) == 4
    assert address(test) == {}


def test_headings_do_not_skip_a_level(page: Open):
    levels = [int(n) for n in re.findall(r"<h([1-6])", raw(page()))]
    assert levels.count(1) == 1
    assert set(levels) == {1, 2}


def test_the_key_adds_to_a_hundred(page: Open):
    for scenario in ("current_policy", "third_power", "closed_ideas"):
        if scenario in names():
            key = re.search(r'<div class="key">(.*?)</div>', raw(page(scenario=scenario)))[1]
            counts = [int(n) for n in re.findall(r"<b>(\d+)</b>", key)]
            assert 1 <= len(counts) <= len(LABELS)  # outcomes that nobody has are left out
            assert sum(counts) == 100


@pytest.mark.parametrize("scenario", names())
def test_every_scenario_of_the_library_opens(page: Open, scenario: str):
    test = page(scenario=scenario)
    assert not test.exception
    assert "was not used" not in text(test)
    assert (load(scenario).story in text(test)) == (scenario != BASELINE)  # the first screen stays short
    now = test.session_state["polarity_choice"].now
    assert now.named == scenario
    assert test.session_state["policy"] == now.scenario
    assert test.session_state["what_ifs"] == list(now.worlds)


def opened(test: AppTest) -> AppTest:
    """The page with the other levers open; the harness can open them once per session."""
    test.session_state["more_levers"] = True
    return test.run()


@pytest.mark.parametrize("name", LEVERS)
def test_every_lever_moves_to_both_ends(page: Open, name: str):
    lever = LEVERS[name]
    test = page(**{name: f"{lever.low:g}"})
    if name not in levers.FIRST:
        test = opened(test)
    for value in (lever.low, lever.high):
        if value == lever.high:
            slider(test, name).set_value(value).run()
        else:
            assert slider(test, name).value == value
            assert ("(was" in slider(test, name).label) == (value != lever.default)
        assert not test.exception
        assert not test.error
        assert address(test) == ({name: f"{value:g}"} if value != lever.default else {})


def test_every_lever_has_a_control(page: Open):
    test = opened(page())
    assert {w.key for kind in (test.slider, test.select_slider) for w in kind} == {f"lever_{n}" for n in LEVERS}


def test_levers_can_be_left_to_their_actor(page: Open):
    test = page(hub_policing="60", allied_alignment="actor")
    assert "was not used" not in text(test)
    assert address(test) == {"hub_policing": "60"}
    assert slider(test, "allied_alignment").value == ACTOR


def test_undo_goes_back_fifty_steps(page: Open):
    test = page()
    before = verdict(test)
    for k in range(51):
        slider(test, "cloud_rule").set_value(90 if k % 2 == 0 else 100).run()
    for _ in range(51):
        assert not button(test, "Undo").disabled
        button(test, "Undo").click().run()
    assert button(test, "Undo").disabled
    assert verdict(test) == before
    assert test.session_state["policy"] == "current_policy"
    assert address(test) == {}


def pills(test: AppTest, key: str) -> object:
    return next(group for group in test.button_group if group.key == key)


def test_a_policy_keeps_the_levers_and_reset_returns_to_it(page: Open):
    test = page(enforcement="4")
    pills(test, "policy").set_value("tight_controls").run()
    assert address(test) == {"scenario": "tight_controls", "enforcement": "4"}
    button(test, "Reset").click().run()
    assert address(test) == {"scenario": "tight_controls"}
    slider(test, "cloud_rule").set_value(0).run()
    assert address(test) == {"scenario": "tight_controls", "cloud_rule": "0"}
    assert "Your changes: Cloud access rule 0% (was 90)." in text(test)
    button(test, "Reset").click().run()
    assert address(test) == {"scenario": "tight_controls"}
    assert slider(test, "enforcement").value == load("tight_controls").setting("enforcement")


def test_policies_and_what_ifs_add_up(page: Open):
    test = page(cloud_rule="80")
    pills(test, "what_ifs").set_value(["china_fab_breakthrough"]).run()
    pills(test, "policy").set_value("tight_controls").run()
    pills(test, "what_ifs").set_value(["taiwan_disruption", "china_fab_breakthrough"]).run()
    assert not test.exception
    assert address(test) == {
        "scenario": "tight_controls", "what_if": "china_fab_breakthrough~taiwan_disruption", "cloud_rule": "80",
    }  # fmt: skip
    assert test.session_state["what_ifs"] == ["china_fab_breakthrough", "taiwan_disruption"]
    button(test, "Undo").click().run()
    assert address(test)["what_if"] == "china_fab_breakthrough"


def test_every_pill_can_be_reached(page: Open):
    test = page()
    for key, kind in (("policy", "policy"), ("what_ifs", "what_if")):
        row = pills(test, key)
        row.set_value("more" if key == "policy" else ["more"]).run()
        others = 1 if key == "policy" else 0  # the pill that opens the bills
        assert len(pills(test, key).options) == len(of_kind(kind)) + others
    assert address(test) == {}
    assert test.session_state["policy"] == "current_policy"


def cells(test: AppTest) -> list[list[int]]:
    """The counts of the card, row by row: baseline, mine."""
    rows = re.findall(r'<th scope="row">(?:Baseline|Your policy).*?</tr>', raw(test), re.DOTALL)
    return [[int(n) for n in re.findall(r"<td>(\d+)</td>", row)] for row in rows]


@pytest.mark.parametrize("outcome", ["us_ahead", "two_power"])
def test_the_card_is_four_runs_of_the_command_line(page: Open, outcome: str, monkeypatch: pytest.MonkeyPatch):
    """Rows are the baseline and the policy, columns the world as is and the what if; the headline is the last cell."""
    test = page(scenario="tight_controls", enforcement="9", what_if="china_fab_breakthrough", count=outcome)
    found = []
    for scenario, setting in (("current_policy", ()), ("tight_controls", ("--set", "enforcement=9"))):
        row = []
        for world in ((), ("--what-if", "china_fab_breakthrough")):
            args = ("run", scenario, *setting, *world, "--runs", common.futures(), "--json")
            outcomes = json.loads(polarity(monkeypatch, *args))["outcomes"]
            row.append(rounded(outcomes)[outcome])
        found.append(row)
    assert cells(test) == found
    assert f"In {found[1][1]} of 100 simulated futures" in verdict(test)
    assert f"({found[0][1]})." in text(test)


def polarity(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> str:
    """What the command line prints."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["polarity", *map(str, arguments)])
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main()
    return said.getvalue()


def test_the_card_says_what_the_policy_adds_in_each_world(page: Open):
    test = page(scenario="tight_controls", what_if="china_fab_breakthrough~taiwan_disruption")
    table = cells(test)
    assert len(table) == 2
    assert all(len(row) == 4 for row in table)
    said = re.search(r'class="answer">(.*?)</p>', raw(test))[1]
    added = table[1][0] - table[0][0]
    assert said.startswith(f"Your policy adds {added} futures of 100 with US well ahead as things stand; ")
    assert "What nations choose:" in text(test)
    assert "What it costs:" in text(test)


def test_a_what_if_alone_is_compared_with_the_world_as_it_is(page: Open):
    test = page(what_if="china_fab_breakthrough")
    table = cells(test)
    assert len(table) == 1
    now = test.session_state["polarity_choice"].now
    assert now.base.digest() == load(BASELINE).digest()
    assert f"US well ahead: {table[0][0]} of 100 futures as things stand, {table[0][1]} under" in text(test)
    assert not grid.worth_showing(Setup())
    assert 'class="grid"' not in raw(page())


def test_an_address_restores_what_it_was_written_from(page: Open):
    test = page(scenario="tight_controls", enforcement="9", openness="20")
    copy = page(**address(test))
    assert verdict(test) == verdict(copy)
    assert slider(copy, "enforcement").value == 9
    assert address(copy) == address(test)
    chosen = Setup("tight_controls", {"enforcement": 9.0, "openness": 20.0})
    found = dict(parse_qsl(query(chosen)[1:]))
    assert found.pop("v").startswith("1-")
    assert found == address(test)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("enforcement", "99", "enforcement=99: out of range; the range is 0 to 10"),
        ("enforcement", "nan", "enforcement=nan: out of range; the range is 0 to 10"),
        ("openness", "abc", "openness=abc: this is not a number; the range is 0 to 100"),
        ("openness", "17.5", "openness=17.5: rounded to 20"),
        ("openness", "actor", "openness=actor: this lever cannot be left to the actor; the range is 0 to 100"),
        ("enforcment", "2", "enforcment: there is no such lever; did you mean 'enforcement'?"),
        ("scenario", "tight_control", "scenario=tight_control: there is no such scenario; did you mean"),
        ("<img src=x>", "1", "<img src=x>: there is no such lever"),
        ("x" * 5000, "1", "x" * 39 + "…: there is no such lever"),
        ("openness", "9" * 400, "out of range"),
    ],
)
def test_a_bad_address_is_named_and_the_page_stands(page: Open, name: str, value: str, message: str):
    test = page(**{name: value, "cloud_rule": "80"})
    assert not test.exception
    assert message in text(test)
    assert "<img" not in raw(test)
    assert slider(test, "cloud_rule").value == 80
    slider(test, "cloud_rule").set_value(70).run()
    assert "was not used" not in text(test)


def test_many_bad_parameters_are_summed_up(page: Open):
    test = page(**{f"bad{k}": "1" for k in range(40)})
    assert not test.exception
    assert "and 35 more" in text(test)


def test_nothing_on_the_page_promises_anything(page: Open):
    test = page(scenario="tight_controls", enforcement="9")
    charts = test.get("vega_lite_chart")
    said = text(test).lower() + " ".join(str(chart.proto.alt) for chart in charts).lower()
    assert not re.search(r"\bwill\b|confiden", said)
    assert all(re.search(r"\d", chart.proto.alt) for chart in charts)


def test_rules_and_levers_behind_a_click_are_not_built_before_it(page: Open):
    test = page()
    assert "Cap per client considered" not in text(test)
    test.session_state["all_rules"] = True
    test.run()
    assert not test.exception
    assert "Cap per client considered" in text(test)
    assert "not law" in text(test)


def test_a_wrong_number_of_futures_is_explained(page: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLARITY_FUTURES", "many")
    assert "POLARITY_FUTURES is 'many'" in page(openness="30").error[0].value


def test_what_moved_the_result_is_divided_and_adds_up(page: Open):
    test = page(openness="0", enforcement="10", cloud_rule="0")
    html = raw(test).split('class="work"')[1]
    assert "Openness of US research" in html
    parts = [float(n.replace("−", "-")) for n in re.findall(r"<b>([+−]?[\d.]+)</b></li>", html)]
    quiet = [float(n.replace("−", "-")) for n in re.findall(r"\(([+−]?[\d.]+)\)\.</p>", html)]
    together = float(re.search(r"Together <b>([+−]?[\d.]+)</b>", html)[1].replace("−", "-"))
    assert sum(parts) + sum(quiet) == pytest.approx(together, abs=1e-9)
    assert "Move a lever or add an event" in text(page())


@pytest.mark.parametrize("scenario", [name for name in names() if load(name).digest() != load(BASELINE).digest()])
def test_no_scenario_makes_people_wait_for_what_moved_the_result(scenario: str):
    one, two = load(BASELINE), load(scenario)
    assert 2 ** len(players(one, two, drivers.grouping(one, two))) <= 16


def test_many_changes_are_put_together_and_told_apart_on_request(page: Open):
    test = page(scenario="legal_variants")
    moved = raw(test).split('class="work"')[1]
    assert "US levers" in moved
    next(b for b in test.button if b.label.startswith("Attribute it to all 4 changes (")).click().run()
    assert not test.exception
    told = raw(test).split('class="work"')[1]
    assert "US levers" not in told
    assert all(LEVERS[name].label in told for name in load("legal_variants").levers)
    together = [re.search(r"Together <b>(.*?)</b>", html)[1] for html in (moved, told)]
    assert together[0] == together[1]


def test_more_changes_than_can_be_told_apart_are_said(page: Open):
    test = page(scenario="essay_2025:leaky")
    assert "Start and known history" in raw(test).split('class="work"')[1]
    assert "10 changes are too many to separate here; <code>polarity policies" in raw(test)
    assert [b for b in test.button if b.label.startswith("Attribute it to 7 changes (about ")]


def test_the_page_says_what_its_words_mean(page: Open):
    test = page()
    assert all(term.definition not in text(test) for term in terms().values())
    test.session_state["meanings"] = True
    test.run()
    assert not test.exception
    assert all(term.definition in text(test) for term in terms().values())
