"""What a policy costs and how nations divide: the numbers of the runs, and the words of every page."""

import re
from html import unescape

import numpy as np
import pytest

from scenarios import load, names
from scenarios.uses import USES
from sim.equations.costs import ITEMS
from sim.results.costs import Costs, allocation, reference_of
from sim.run import simulate
from sim.ui.brief import text as brief
from sim.ui.brief.blocks import words as words_of
from sim.ui.compare import frames as compare_frames
from sim.ui.explore import costs_panel
from sim.ui.shared import common, costs, uses, work
from sim.ui.shared.paid import paid
from sim.ui.shared.setup import Judge, Setup
from tests.ui.reading import raw, text

FUTURES = 64
COMPARE = "sim/ui/compare/page.py"


def run_of(spec):
    return simulate(spec, runs=FUTURES, keep=work.SHOWN)


def words(test):
    return re.sub(r"\s+", " ", re.sub(r"</?b>", "", unescape(raw(test))))


def sentence_of(spec, year=2032, reference=None):
    usual = reference or reference_of(spec)
    found = Costs(run_of(spec), run_of(usual)).largest(year, 99)
    return costs.sentence(found, costs.acting(spec, usual), year, costs.against(usual), costs.labels(spec))


@pytest.mark.parametrize("name", ["tight_controls", "current_policy", "third_power"])
def test_costs_are_those_of_the_runs(name):
    spec = load(name)
    expected = Costs(run_of(spec), run_of(reference_of(spec))).largest(2030, 99)
    found = common.costs_of(spec, 2030)
    assert [(cost.actor, cost.item) for cost in found] == [(cost.actor, cost.item) for cost in expected]
    for mine, theirs in zip(found, expected, strict=True):
        assert (mine.median, mine.low, mine.high) == pytest.approx((theirs.median, theirs.low, theirs.high), abs=1e6)


def test_a_view_and_its_costs_are_simulated_once(monkeypatch):
    spec, counted, simulated = load("tight_controls").with_levers(openness=35), [], work.simulated
    common.view(load("current_policy"))

    def counting(*given):
        counted.append(given)
        return simulated(*given)

    monkeypatch.setattr(work, "simulated", counting)
    common.view(spec, Judge())
    common.costs_of(spec, 2032)
    assert len(counted) == 1


def test_every_item_has_its_words():
    told = {item for item in ITEMS if not ITEMS[item].within} - costs.BOUGHT
    assert set(costs._SAID) == told
    for what, uses_ in USES.items():
        assert all(uses._label(what, use) != use for use in uses_)
        assert len(costs_panel._FILLS[what]) == len(uses.LABELS[what])


@pytest.mark.parametrize(
    ("value", "sentence", "line"),
    [
        (1.23e12, "$1.2tn", "1,230"), (2.94e10, "$29bn", "29"), (-2.44e9, "−$2.4bn", "−2.4"), (9.96e9, "$10bn", "10"),
        (2.4e8, "$240m", "0.24"), (-1e6, "−$1m", "0.00"), (9.97e8, "$1.0bn", "1.0"), (0.0, "$0m", "0.00"),
    ],
)  # fmt: skip
def test_dollars_as_people_write_them(value, sentence, line):
    assert costs.dollars(value) == sentence
    assert costs.billions(value) == line


def test_the_side_that_acts():
    base = load("current_policy")
    assert costs.acting(base.with_levers(enforcement=5), base) == "united_states"
    assert costs.acting(base.with_levers(chip_push=100), base) == "china"
    assert costs.acting(base.with_levers(chip_push=100, enforcement=5), base) is None
    assert costs.acting(base.with_levers(allied_alignment=90), base) is None
    event = {"kind": "mineral_controls", "date": "2028-Q1", "size": 0.5}
    assert costs.acting(base.with_changes(events=[event]), base) == "china"
    fixed = base.with_changes(allocation={"china": {"money": {"fabs": 0.3}}})
    assert costs.acting(fixed, base) == "china"


# ---------------------------------------------------------------------------------------------------------- Explore
def test_the_page_says_what_current_policy_costs_against_open_trade(page):
    test = page()
    assert not test.exception
    said = sentence_of(load("current_policy"))
    assert "compared with open trade" in said
    assert said in words(test)
    assert "Billion US dollars in 2032, against open trade: median" in text(test)
    assert costs.NOT_A_LOSS in text(test)


def test_a_lever_at_its_end_shows_its_cost(page):
    spec = load("current_policy").with_levers(enforcement=10)
    test = page(enforcement="10")
    assert sentence_of(spec) in words(test)
    assert "compared with current policy; " in words(test)
    usual = run_of(load("current_policy"))
    spent = float(np.median(Costs(run_of(spec), usual).of("united_states", "enforcement", 2032)))
    chosen = usual.part("decisions.united_states.enforcement")[usual.step(2032)]
    assert spent == pytest.approx((10 - np.median(chosen)) * 235e6, rel=0.01)
    assert f"the US government {costs.dollars(spent)} in enforcement" in words(test)


def test_the_year_is_the_one_that_is_judged(page):
    test = page(scenario="tight_controls", year="2030")
    assert sentence_of(load("tight_controls"), 2030) in words(test)


def test_the_lines_are_the_largest_costs(page):
    html = raw(page(scenario="tight_controls")).split('<ul class="costs">')[1].split("</ul>")[0]
    spec = load("tight_controls")
    found = Costs(run_of(spec), run_of(load("current_policy"))).largest(2032)
    assert re.findall(r"<b>(.*?)</b>", html) == [costs.billions(cost.median) for cost in found]
    labels = costs.labels(spec)
    assert re.findall(r"<li><span>(.*?)<small>", unescape(html)) == [
        f"{labels[cost.actor]}: {'A' if cost.label.startswith('AI ') else cost.label[0].lower()}{cost.label[1:]}"
        for cost in found
    ]
    for cost, told in zip(found, re.findall(r"<small>(.*?)</small></span><i", html), strict=True):
        assert ("judgment" in told) == (ITEMS[cost.item].tier == "judgment")


@pytest.mark.parametrize("scenario", names())
def test_every_scenario_has_its_costs_and_shares(page, scenario):
    test = page(scenario=scenario)
    assert not test.exception
    assert f"against {costs.against(reference_of(load(scenario)))}" in text(test)
    assert len(re.findall('class="split"', raw(test))) == 18


def test_assumptions_hold_for_the_reference_too(page):
    changed = load("current_policy").with_changes(parameters={"power_growth": 1.5})
    assert costs.against(reference_of(changed)) == "open trade with the same assumptions"
    assert costs.against(reference_of(load("tight_controls"))) == "current policy"
    assert sentence_of(changed) in words(page(assume="power_growth:1.5"))


def test_shares_are_those_of_the_run():
    run = run_of(load("tight_controls"))
    found, expected = uses.shares(run, 2030), allocation(run)
    for who, divided in expected.items():
        for what, given in divided.items():
            assert set(found[who][what]) == set(given)
            for use, years in given.items():
                assert found[who][what][use][1] == pytest.approx(years["2030"], abs=1e-5)
            now = np.median(run.part(f"{uses.SERIES[what]}.{who}.{use}")[run.quarters.index("2026-Q3")])
            assert found[who][what][use][0] == pytest.approx(now, abs=1e-6)
            assert sum(then for _, then in found[who][what].values()) == pytest.approx(1, abs=0.05)


def test_the_references_share_stands_where_it_differs():
    mine = {"a": (0.5, 0.50), "b": (0.5, 0.504), "c": (0.5, 0.031)}
    base = {"a": (0.5, 0.49), "b": (0.5, 0.500), "c": (0.5, 0.043)}
    assert uses.moved(mine, base) == ["a", "c"]
    assert [uses.percent(share) for share in (0.5234, 0.0996, 0.034, 0.0, 1.0)] == ["52%", "10%", "3.4%", "0%", "100%"]


def test_all_shares_stand_in_a_table_on_request(page):
    test = page(scenario="tight_controls")
    assert "Reinforcement learning</td>" not in raw(test)
    test.session_state["all_shares"] = True
    test.run()
    assert not test.exception
    divided = common.view(load("tight_controls")).divided["china"]["compute"]["reinforcement"]
    cells = "".join(f"<td>{uses.percent(share)}</td>" for share in divided)
    assert f"<td>Reinforcement learning</td><td>China</td>{cells}" in raw(test)


# --------------------------------------------------------------------------------------------- a scenario of one's own
FIXED = {"china": {"money": {"fabs": 0.3}, "compute": {"safety": {"2029-Q1": 0.1, "2027-Q1": 0.05}}}}
TOLD = "China, money: fabs and tools 30%; China, compute: safety 5.0% from 2027-Q1 and 10% from 2029-Q1"


def test_fixed_shares_are_told():
    spec = load("current_policy").with_changes(allocation=FIXED)
    assert uses.fixed(spec) == TOLD
    assert uses.fixed(load("current_policy")) == ""
    assert any(TOLD in said for block in brief._policy(Setup(own=spec)) for said in words_of(block))
    run = simulate(spec, runs=FUTURES, keep=work.SHOWN)
    assert uses.shares(run, 2030)["china"]["money"]["fabs"][1] == pytest.approx(0.3)
    assert uses.shares(run, 2030)["china"]["compute"]["safety"][1] == pytest.approx(0.1)


def test_the_pages_say_which_shares_a_file_fixes(page):
    own = load("current_policy").with_changes(
        name="own", title="<b>Own</b>", allocation=FIXED, levers={"enforcement": 3},
        actors={"india": {"like": "gulf", "label": "<i>India</i>"}},
    )  # fmt: skip
    test = page()
    test.session_state["polarity_choice"].take(Setup(own=own))
    test.run()
    assert not test.exception
    assert f"Fixed shares: {TOLD}." in text(test)
    assert f"Fixed by the scenario: {TOLD}." in text(test)
    assert "<i>India" not in raw(test)
    assert "current policy with the same assumptions" in text(test)
    test.switch_page("sim/ui/data/page.py").run()
    assert not test.exception
    assert f"Fixed shares: {TOLD}." in text(test)


# ------------------------------------------------------------------------------------------------------------ Compare
def test_columns_are_counted_against_the_first(page_at):
    columns = ["current_policy", "open_trade", "tight_controls"]
    test = page_at(COMPARE, columns=",".join(columns[1:]))
    assert not test.exception
    assert "What each costs" in text(test)
    assert "Billion US dollars in 2032, compared with “Current policy (baseline)”" in text(test)
    runs = [run_of(load(name)) for name in columns]
    found = [tuple(Costs(run, runs[0]).largest(2032, 99)) for run in runs[1:]]
    rows = compare_frames.costs_by_row(found)
    assert len(rows) == costs.MOST
    largest = max((cost for column in found for cost in column), key=lambda cost: abs(cost.median))
    assert rows[0][0] == (largest.actor, largest.item)
    html = raw(test).split("What each costs")[1].split("</table>")[0]
    expected = [costs.billions(cost.median) for _, cells in rows for cost in cells if cost]
    assert re.findall(r"<td><b>(.*?)</b>", html) == expected


def test_columns_that_are_the_same_cost_nothing(page_at):
    test = page_at(COMPARE, columns="current_policy")
    assert "What each costs" not in text(test)
    assert common.costs_of(load("current_policy"), 2032, load("current_policy")) == ()
    assert compare_frames.costs_by_row([()]) == []


def test_under_a_what_if_a_policy_is_counted_against_the_baseline_in_the_same_world():
    setup = Setup(levers={"enforcement": 10.0}, worlds=("china_fab_breakthrough",))
    found = paid(setup)
    assert found.costs == common.costs_of(setup.spec, 2032, setup.base)
    assert f"compared with {setup.reference}" in found.sentence
    alone = Setup(worlds=("china_fab_breakthrough",))
    assert paid(alone).costs == common.costs_of(alone.spec, 2032)
    assert "compared with current policy" in paid(alone).sentence
