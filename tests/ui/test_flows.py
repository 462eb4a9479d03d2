"""Follow the chips: the picture opens, follows its slider, and says what the table of flows says."""

import itertools
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from scenarios import load
from sim.results import flows
from sim.run import simulate
from sim.ui.explore import flows_panel, sankey
from tests.ui.reading import raw, text

Open = Callable[..., AppTest]
RUNS = 64


def opened(test: AppTest) -> AppTest:
    test.session_state["flows"] = True
    return test.run()


def picture(test: AppTest) -> str:
    """The HTML that the component gets."""
    found = [part for part in test.main if part.type == "bidi_component"] or test.get("bidi_component")
    texts = [json.loads(part.proto.json) for part in found if part.proto.component_name.endswith("polarity_flows")]
    (data,) = texts
    return str(data["picture"])


def table_of(name: str, year: int) -> pl.DataFrame:
    run = simulate(load(name), runs=RUNS, keep=flows.SERIES)
    return flows.totals(run, [year])


def said(html: str) -> list[list[tuple[str, str]]]:
    """Label and number beside every node, by picture."""
    parts = re.findall(r"(?s)<svg.*?</svg>", html)
    labels = [re.findall(r"<text x=[^>]*>([^<]+) <tspan>([^<]+)</tspan>", part) for part in parts]
    return [[(label, unescape(chips)) for label, chips in found] for found in labels]


def expected(name: str, year: int) -> list[tuple[str, str]]:
    """The same from the table, in the order of the columns."""
    nodes = {(stage, node): chips for _, stage, node, chips in table_of(name, year).iter_rows()}
    return [
        (flows_panel.LABELS[node], flows_panel.millions(nodes[stage, node]))
        for stage, order in zip(("source", *flows.STAGES), flows_panel.ORDERS, strict=True)
        for node in order if (stage, node) in nodes
    ]  # fmt: skip


def test_nothing_is_simulated_before_somebody_opens_it(page: Open, monkeypatch: pytest.MonkeyPatch):
    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(flows_panel, "links_of", never)
    test = page()
    assert not test.exception
    assert not [s for s in test.slider if s.key == "flows_year"]


@pytest.mark.parametrize("year", [2026, 2030, 2032])
def test_numbers_on_the_picture_are_those_of_the_table(page: Open, year: int):
    test = opened(page(scenario="tight_controls"))
    (slider,) = [s for s in test.slider if s.key == "flows_year"]
    assert (slider.min, slider.max) == (2026, 2032)
    slider.set_value(year).run()
    assert not test.exception
    base, mine = said(picture(test))
    assert base == expected("current_policy", year)
    assert mine == expected("tight_controls", year)
    assert f"At the end of {year} China uses" in text(test)


def test_settings_that_are_the_baseline_have_one_picture(page: Open):
    test = opened(page())
    assert len(said(picture(test))) == 1
    assert "averages add up exactly" in text(test)
    assert "Under current policy China uses" not in text(test)


def test_the_slider_ends_with_the_year_of_the_verdict(page: Open):
    test = opened(page(year="2029"))
    (slider,) = [s for s in test.slider if s.key == "flows_year"]
    assert (slider.value, slider.max) == (2029, 2029)


def test_the_table_holds_every_link_with_its_sums(page: Open):
    test = opened(page())
    next(t for t in test.toggle if t.key == "flows_numbers").set_value(True).run()
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"(?s)<tr>(.*?)</tr>", raw(test))]
    rows = [row for row in rows if len(row) == 5 and "→" in row[0]]
    table = flows.links(simulate(load("current_policy"), runs=RUNS, keep=flows.SERIES), [2032])
    assert len(rows) == table.height + 3
    links = [row for row in rows if row[3] != "sum"]
    assert [float(row[4].replace(",", "")) for row in links] == [round(x / 1e6, 3) for x in table["h100e"]]
    for head in {row[0] for row in rows}:
        parts = [float(row[4].replace(",", "")) for row in links if row[0] == head]
        (whole,) = [float(row[4].replace(",", "")) for row in rows if row[0] == head and row[3] == "sum"]
        assert sum(parts) == pytest.approx(whole, abs=0.0006 * len(parts))


def test_both_pictures_have_one_scale_and_ribbons_fill_their_nodes():
    sides = [flows.of_year(simulate(load(name), runs=8, keep=flows.SERIES), 2030)
             for name in ("current_policy", "tight_controls")]  # fmt: skip
    columns = [sankey.columns_of(links, flows_panel.ORDERS) for links in sides]
    scale = min(sankey.scale_of(of, flows_panel.HEIGHT) for of in columns)
    for links, of in zip(sides, columns, strict=True):
        found = sankey.drawn(links, of, scale, 670, flows_panel.HEIGHT, 150)
        for nodes in found.columns:
            for node in nodes:
                assert node.height == pytest.approx(max(scale * node.chips, 1.0))
            words = [node.words for node in nodes]
            assert all(b - a >= sankey.LINE * 0.99 for a, b in itertools.pairwise(words)), "words overlap"
            assert nodes[-1].y + nodes[-1].height <= flows_panel.HEIGHT + 1e-6
        assert len(found.ribbons) == len(links)
        tall = [float(re.search(r"v([\d.]+)C", ribbon.path)[1]) for ribbon in found.ribbons]
        assert tall == pytest.approx([max(scale * r.link.chips, 0.7) for r in found.ribbons], abs=0.06)


def test_every_node_has_a_label_and_a_place():
    named = {*flows.SOURCES, *flows.BLOCS, *flows.CHINA_OWNS, *flows.ENDS}
    assert named == set(flows_panel.LABELS)
    assert {node for order in flows_panel.ORDERS for node in order} == named
