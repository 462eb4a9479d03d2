"""The picture of who pays: the same bars on Explore, on Compare and in the brief."""

import re

import pytest

from scenarios import load
from sim.results.costs import Cost
from sim.ui.brief import payers as drawn
from sim.ui.brief.picture import Area, Label
from sim.ui.compare import html
from sim.ui.shared import charts, costs, payers
from sim.ui.shared.paid import paid
from sim.ui.shared.setup import Setup

LOSS, GAIN, SMALL = (
    Cost("united_states", "tool_revenue", 40e9, 20e9, 60e9), Cost("china", "ai_revenue", -20e9, -90e9, 5e9),
    Cost("japan", "tool_revenue", 4e9, -1e9, 8e9),
)  # fmt: skip


def test_bars_go_right_where_it_costs_and_left_where_it_saves():
    longest = payers.longest((LOSS, GAIN, SMALL))
    assert longest == 40e9
    loss, gain, small = (payers.track(cost, longest) for cost in (LOSS, GAIN, SMALL))
    assert loss.begin == 50
    assert gain.begin + gain.width == pytest.approx(50)
    assert loss.width == pytest.approx(2 * gain.width)
    assert loss.width == pytest.approx(10 * small.width)
    assert (loss.color, gain.color, small.color) == (charts.US, charts.CHINA, charts.MUTED)


def test_a_range_is_cut_where_the_track_ends():
    gain = payers.track(GAIN, 40e9)
    assert gain.low == 0
    assert gain.low + gain.reach == pytest.approx(50 + 50 * 5 / 60)


def test_nothing_that_costs_is_no_error():
    assert payers.longest(()) == 1.0


def test_the_brief_draws_the_costs_of_explore():
    setup = Setup().taking("tight_controls")
    shown, names = paid(setup).costs[:4], costs.labels(setup.spec)
    found = drawn.picture(shown, names)
    bars = [shape for shape in found.shapes if isinstance(shape, Area)]
    words = [shape.text for shape in found.shapes if isinstance(shape, Label)]
    assert len(bars) == len(shown) > 0
    assert [costs.amount(cost) for cost in shown] == [word for word in words if re.match(r"[−$]", word)]
    assert all(drawn.said(cost, names) in words for cost in shown)
    assert all(0 <= x <= found.width and 0 <= y <= found.height for bar in bars for x, y in bar.points)
    assert all(costs.amount(cost) in drawn.told(shown, names) for cost in shown)


def test_compare_has_a_bar_in_every_cell_that_has_a_cost():
    names = costs.labels(load("tight_controls"))
    rows = [(("united_states", "tool_revenue"), [LOSS, None]), (("china", "ai_revenue"), [GAIN, GAIN])]
    text = str(html.costs(["One", "Two"], rows, names))
    assert text.count('class="track"') == 3
