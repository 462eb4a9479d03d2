"""The page Calibration: results by name, side by side, with and without their effect, from any address."""

import re
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from calibration.record import IN_USE, ids, read
from calibration.report.blocks import Blocks, Choice, Fold, Pair, Table
from calibration.report.draft import Draft
from calibration.report.markup import Markup
from calibration.report.opening import headline, title
from calibration.report.plot import Figure
from calibration.report.sections import SECTIONS
from calibration.roofline import read_chips
from scenarios.tables import DATA
from sim.batch.executors import Pool
from sim.ui.calibration import cached
from sim.ui.calibration.draw import _fitted
from tests.calibration.effects import effect
from tests.ui.reading import text

FULL = "cpu-amd-epyc-full-2026-11-25"
PAGE = "sim/ui/calibration/page.py"
Opens = Callable[..., AppTest]


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The simulation of effects, replaced by a table; what was asked of it."""
    asked: list[str] = []

    def made(identifier: str, runs: int, tell: Callable[[int, int], None], executor: Pool) -> dict[str, object]:
        asked.append(identifier)
        tell(1, 1)
        return effect(read(identifier), -0.5 if identifier == IN_USE else -0.25)

    monkeypatch.setattr("sim.analysis.calibrating.effect", made)
    for store in (cached._place, cached.blocks, cached.draft):
        store.clear()
    yield asked
    for store in (cached._place, cached.blocks, cached.draft):
        store.clear()


def html(page: AppTest) -> str:
    """All HTML of the page, as people read it."""
    return text(page)


def test_it_opens_with_the_result_in_use(page_at: Opens):
    page = page_at(PAGE)
    assert not page.exception
    said = html(page)
    assert headline(Draft(read(IN_USE))) in said
    for anchor, heading, _ in SECTIONS:
        assert anchor in ("compute", "hardware", "provenance") or heading in said
    assert [box.label for box in page.selectbox] == ["Result", "Compare with"]
    assert page.selectbox[0].value == IN_USE
    assert title(read(IN_USE)) in page.selectbox[0].options


@pytest.mark.parametrize("identifier", ids())
def test_every_result_opens_and_can_stand_beside_every_other(page_at: Opens, identifier: str):
    other = next(name for name in ids() if name != identifier)
    page = page_at(PAGE, result=identifier, beside=other)
    assert not page.exception
    assert [box.value for box in page.selectbox] == [identifier, other]
    assert not [e for e in page.get("html") if 'class="ignored"' in e.proto.body]
    assert "Side by side" in html(page)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"result": "nonsense"}, "result=nonsense: there is no such result; there are"),
        ({"beside": "<script>"}, "beside=<script>: there is no such result; there are"),
        ({"beside": IN_USE}, "beside: it names the result that is shown already"),
        ({"result": "../../../etc/passwd" * 9}, "result=../../../etc/passwd"),
    ],
)
def test_an_odd_address_is_said_and_falls_back(page_at: Opens, given: dict[str, str], said: str):
    page = page_at(PAGE, **given)
    assert not page.exception
    assert said in html(page)
    assert [box.value for box in page.selectbox] == [IN_USE, "none"]
    if "there are" in said:
        assert all(name in html(page) for name in ids())


def test_choosing_writes_the_address(page_at: Opens):
    page = page_at(PAGE)
    page.selectbox[0].select(FULL).run()
    page.selectbox[1].select(IN_USE).run()
    assert not page.exception
    assert page.query_params["result"] == FULL
    assert page.query_params["beside"] == IN_USE
    assert headline(Draft(read(FULL))) in html(page)


def test_effects_are_simulated_on_a_button_only(page_at: Opens, simulated: list[str]):
    page = page_at(PAGE, beside=FULL)
    assert simulated == []
    assert "has not been simulated yet" in html(page)
    (button,) = [b for b in page.button if b.label.startswith("Simulate what both results move")]
    button.click().run()
    assert simulated == [IN_USE, FULL]
    said = html(page)
    assert "it moves the US lead at the end of 2030 by −0.50 months (standard error 0.1" in said
    assert "the US lead at the end of 2030 changes by +0.250 months" in said
    assert "“US well ahead”: from 45.0 to 47.5 futures in 100" in said
    assert not [b for b in page.button if b.label.startswith("Simulate")]
    page.run()
    assert simulated == [IN_USE, FULL]


def test_page_and_report_show_the_same_numbers(page_at: Opens, monkeypatch: pytest.MonkeyPatch):
    """Every table and chart that the page draws of a result stands in the report, word for word."""
    monkeypatch.setattr("sim.ui.calibration.demo.panel", lambda: None)  # which shows no result
    draft = Draft(read(IN_USE), read_chips(DATA / "chips.csv"))
    report = "".join(Markup().html(write(draft)) for _, _, write in SECTIONS)
    page = page_at(PAGE)
    shown = [e.proto.body for e in page.get("html")]
    captions = re.findall(r'<p class="caption">(.*?)</p>', " ".join(shown))
    assert captions
    rows = re.findall(r'<th scope="row">.*?</tr>', " ".join(shown))
    cells = [re.sub(r"<[^>]+>", "|", row) for row in rows]
    known = {re.sub(r"<[^>]+>", "|", row) for row in re.findall(r'<th scope="row">.*?</tr>', report)}
    assert cells
    assert set(cells) <= known
    titles = re.findall(r'<h3 class="h">(.*?)</h3>', " ".join(shown))
    assert len(titles) > 8
    assert set(titles) <= set(re.findall(r"<h3>(.*?)</h3>", report))


def charts_of(blocks: Blocks) -> list[Figure]:
    found: list[Figure] = []
    for block in blocks:
        match block:
            case Figure():
                found.append(block)
            case Choice(_, options, make):
                found += [f for f in (make(options), make(options[:1])) if f]
            case Pair(sides):
                found += [f for side in sides for f in charts_of(side)]
            case Fold():
                found += charts_of(block.blocks)
    return found


def test_no_chart_loses_its_rows_on_the_way_to_the_page():
    draft = Draft(read(IN_USE), read_chips(DATA / "chips.csv"), effect(read(IN_USE)))
    charts = [f for _, _, write in SECTIONS for f in charts_of(write(draft))]
    assert len(charts) > 15
    for figure in charts:
        spec = _fitted(figure)
        layers = [spec, *spec["layer"]]
        assert all("name" not in layer.get("data", {}) for layer in layers)
        assert all("data" in spec or layer["data"]["values"] for layer in spec["layer"])


def test_the_effect_stands_in_the_one_table():
    draft = Draft(read(IN_USE), effect=effect(read(IN_USE)))
    blocks = {anchor: write for anchor, _, write in SECTIONS}["takes"](draft)
    (table,) = [block for block in blocks if isinstance(block, Table) and len(block.rows) > 9]
    assert table.head[-1] == "US lead 2030, months"
    cells = {row[0]: row[-2:] for row in table.rows}
    assert cells["exponent of size"] == ("nothing", "")
    assert cells["Intensity of decoding"] == ("Intensity of decoding", "+0.125 ± 0.050")
    gain = next(u for u in read(IN_USE).gains if u.name == "synthetic")
    assert cells[gain.label] == (f"{gain.label} (drawn)", f"{-0.5 * gain.moved:+.3f} ± 0.020")
