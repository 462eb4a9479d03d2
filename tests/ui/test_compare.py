"""The page Compare: columns, paired differences, other worlds."""

import re

import numpy as np
import pytest

from scenarios import load, names
from sim import compare
from sim.analysis.worlds import WORLDS
from sim.results.outcomes.polarity import LABELS
from sim.run import simulate
from sim.ui.compare import frames as compare_frames
from sim.ui.shared import frames
from tests.ui.reading import button, raw, text, verdict

PAGE = "sim/ui/compare/page.py"


@pytest.fixture
def compared(page):
    def opened(**parameters):
        return page(**parameters).switch_page(PAGE).run()

    return opened


def test_it_opens_with_three_scenarios(compared):
    test = compared()
    assert not test.exception
    assert re.match(
        r"US well ahead at the end of 2032: in \d+ of 100 simulated futures under “.+”, in \d+", verdict(test)
    )
    assert len(test.get("vega_lite_chart")) == 6
    assert all(re.search(r"\d", chart.proto.alt) for chart in test.get("vega_lite_chart"))
    assert "Current policy" in text(test)
    assert not re.search(r"\bwill\b|confiden", text(test).lower())


def test_kept_settings_are_columns_and_the_baseline_stays_the_reference(page):
    test = page(scenario="tight_controls", openness="20")
    button(test, "Keep as column").click().run()
    assert button(test, "Keep as column").disabled
    choose = next(group for group in test.button_group if group.key == "what_ifs")
    choose.set_value(["china_fab_breakthrough"]).run()
    button(test, "Keep as column").click().run()
    kept = test.query_params["kept"]
    there = test.switch_page(PAGE).run()
    assert not there.exception
    assert list(there.multiselect[0].value) == ["kept1", "kept2"]
    heads = re.findall(r'<h2 class="col">(.*?)</h2>', raw(there))
    assert heads == [
        "Current policy (baseline)",
        "A: Tight controls + 1 change",
        "B: Tight controls + Chinese fab breakthrough + 1 change",
    ]
    again = page(kept=kept if isinstance(kept, str) else kept[-1]).switch_page(PAGE).run()
    assert re.findall(r'<h2 class="col">(.*?)</h2>', raw(again)) == heads
    button(there, "Remove A").click().run()
    assert not there.exception
    assert "kept2" not in there.multiselect[0].value
    assert "A: Tight controls + Chinese fab breakthrough + 1 change" in text(there)


def test_what_is_wrong_with_a_kept_column_is_said(page_at):
    wrong = page_at(PAGE, kept="scenario=tight_contrls&openness=20|enforcement=2|openness=1|openness=2|openness=3")
    assert not wrong.exception
    assert "kept: scenario=tight_contrls: there is no such scenario; did you mean 'tight_controls'?" in text(wrong)
    assert "kept: only the first 3 of 5 columns are shown" in text(wrong)


@pytest.mark.parametrize("name", names())
def test_every_scenario_can_be_a_column(compared, name):
    test = compared()
    test.multiselect[0].set_value([name] if name != "current_policy" else []).run()
    assert not test.exception
    assert load(name).title in raw(test)


def test_your_changes_are_a_column(compared):
    test = compared(enforcement="9")
    assert "Current policy, your changes" in text(test)
    assert test.multiselect[0].value[0] == "mine"


def test_no_column_is_no_error(compared):
    test = compared()
    test.multiselect[0].set_value([]).run()
    assert not test.exception
    assert verdict(test).startswith("In ")
    assert len(test.get("vega_lite_chart")) == 2


def test_unknown_columns_are_named(page_at):
    test = page_at(PAGE, columns="tight_controls,tight_contrls,<b>,open_trade")
    assert not test.exception
    assert "did you mean 'tight_controls'?" in text(test)
    assert "<b>," not in raw(test)


def test_differences_are_those_of_the_comparison():
    one, two = load("current_policy"), load("tight_controls")
    runs = [simulate(spec, runs=64) for spec in (one, two)]
    views = [frames.view(run) for run in runs]
    rows = {row.label: row for row in compare_frames.rows(views, [True, False])}
    pair = compare(one, two, runs=64)
    lead = rows["US lead, end of 2032"].differences[1]
    assert lead.mean == pytest.approx(pair.effect("lead_months", 2032).mean, abs=1e-4)
    change = pair.outcome_changes()["us_ahead"]
    assert rows["US well ahead"].differences[1].mean == pytest.approx(change["change"])
    assert rows["US well ahead"].differences[1].low == pytest.approx(change["low"])
    assert rows["US well ahead"].differences[0] is None
    assert sum(int(row.values[1]) for label, row in rows.items() if label in LABELS.values()) == 100
    made = sum(size for _, size in compare_frames.columns_of_compute(views)[1])
    assert made == pytest.approx(float(np.median(views[1].compute_of)), rel=1e-3)


def test_other_worlds_are_told_on_request(compared):
    test = compared()
    assert "holds in" not in text(test)
    test.session_state["worlds"] = True
    test.run()
    assert not test.exception
    assert len(re.findall(rf"holds in \d+ of {len(WORLDS)} worlds", text(test))) == 3


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_world_changes_what_is_simulated_and_keeps_the_scenarios_own(world):
    for name in ("current_policy", "china_surge", "scaling_slowdown"):
        spec = load(name)
        there = world.over(spec)
        assert there.digest() != spec.digest()
        assert there.levers == spec.levers
        assert there.events[: len(spec.events)] == spec.events
    assert len({w.name for w in WORLDS}) == len(WORLDS) == 12
