"""From page to page in a real browser: two visitors, reloads, the Back button, every parameter, and paper."""

import io
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from sim.ui.shared import address
from tests.ui.browsing import MARKS, Browser, visitor
from tests.ui.test_pages import PAGES, THROUGH, charts_there, go
from tests.ui.test_visitors import MINE, OWN

pytestmark = MARKS
SETUP = {
    "scenario": "tight_controls",
    "enforcement": "9",
    "events": "efficiency_shock:2028-Q1:0.5",
    "assume": "diffusion:0.5",
    "limit": "18",
    "year": "2030",
}
QUERY = "?" + "&".join(f"{name}={value}" for name, value in SETUP.items())


def one_and_the_others(names):
    """All names, of which `make test` takes the first."""
    return [names[0], *(pytest.param(name, marks=pytest.mark.slow) for name in names[1:])]


PATHS = dict(zip(PAGES, address.OWN, strict=True))
THEIRS = {
    "explore": {},
    "compare": {"columns": "open_trade,mine"},
    "strategy": {
        "weights": "china:security_first~united_states:2:1:1:0.5",
        "politics": "off",
        "left_out": "deal",
        "cell": "tight_controls:import",
    },
    "teach": {"present": "1", "step": "medians:2024-Q2", "claim": "C3"},
    "evidence": {"cutoff": "2022", "definition": "used"},
    "assumptions": {"search": "chips", "tier": "Inferred"},
    "data": {},
    "calibration": {"result": "literature", "beside": "cpu-amd-epyc-2026-11-25"},
    "play": {},
    "about": {},
    "sources": {},
}
LIGHT = """() => {
  const light = c => { const [r, g, b] = (c.match(/[\\d.]+/g) || []).map(Number);
    return (.2126 * r + .7152 * g + .0722 * b) / 255; };
  const found = [];
  for (const e of document.querySelectorAll('[data-testid=stMain] *')) {
    const box = e.getBoundingClientRect();
    const text = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (text && box.width && box.height && !e.closest('.bar, .split') && light(getComputedStyle(e).color) > .6)
      found.push(e.tagName + ' ' + e.textContent.trim().slice(0, 40));
  }
  return found;
}"""


def held(page) -> dict[str, str]:
    """The parameters of the address but for the version."""
    return {name: found[-1] for name, found in parse_qs(urlparse(page.url).query).items() if name != "v"}


@pytest.fixture
def tab(context, url: str):
    """A page whose console is not watched: below the root the browser asks for files that are not there."""
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    yield page
    page.close()


def settled(page) -> None:
    page.wait_for_selector("h1.say", timeout=60_000)
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state]').dataset.testScriptState === 'notRunning'",
        timeout=60_000,
    )
    page.wait_for_timeout(600)
    assert page.locator("[data-testid=stException]").count() == 0


def visit(page, name: str) -> None:
    if name in THROUGH:
        visit(page, THROUGH[name])
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_function(f"() => location.pathname === '/{'' if name == 'Explore' else PATHS[name]}'")
    page.wait_for_timeout(300)
    settled(page)


@pytest.mark.parametrize("name", one_and_the_others([*PAGES]))
def test_a_reload_keeps_the_setup_and_the_address(tab, url: str, name: str):
    own = THEIRS[PATHS[name]]
    path = "" if name == "Explore" else PATHS[name]
    tab.goto(f"{url}/{path}{QUERY}&" + "&".join(f"{key}={value}" for key, value in own.items()))
    for _ in range(2):
        settled(tab)
        assert held(tab) == {**SETUP, **own}
        assert tab.locator(".ignored").count() == 0
        tab.reload()
    settled(tab)
    if name != "Explore":
        visit(tab, "Explore")
        assert held(tab) == SETUP
    assert "Diffusion of ideas 0.5" in tab.locator(".badge").inner_text()
    assert "18 months or more at the end of 2030" in tab.locator(".badge").inner_text()
    assert "Enforcement budget 9" in tab.locator("p.story").last.inner_text()
    if name != "Explore":  # what belongs to a page waits there
        visit(tab, name)
        assert held(tab) == {**SETUP, **own}


@pytest.mark.parametrize("name", one_and_the_others([name for name in PAGES if name not in THROUGH]))
def test_one_back_after_a_change_of_page_is_the_page_as_it_was_left(tab, url: str, name: str):
    first = "Compare" if name == "Explore" else "Explore"
    tab.goto(f"{url}/{'' if first == 'Explore' else PATHS[first]}{QUERY}")
    settled(tab)
    for start, end in ((first, name), (name, "Teach" if name != "Teach" else "Compare")):
        before = tab.url, tab.locator("h1.say").inner_text()
        visit(tab, end)
        assert held(tab) == SETUP
        tab.go_back()
        tab.wait_for_function(f"() => location.href === {before[0]!r}")
        settled(tab)
        assert (tab.url, tab.locator("h1.say").inner_text()) == before, start
        tab.go_forward()
        settled(tab)
        assert held(tab) == SETUP


def test_back_undoes_on_the_page_that_was_changed(browser: Browser):
    browser.open(QUERY)
    go_to = browser.page.get_by_role("link", name="Assumptions", exact=True)
    go_to.click()
    settled(browser.page)
    browser.page.locator("[data-testid=stTextInput] input").fill("chips")
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_function("() => location.search.includes('search=chips')")
    settled(browser.page)
    browser.page.get_by_role("radio", name="Inferred").click()
    browser.page.wait_for_function("() => location.search.includes('tier=Inferred')")
    settled(browser.page)
    assert held(browser.page) == {**SETUP, "search": "chips", "tier": "Inferred"}
    for left in ({**SETUP, "search": "chips"}, SETUP):
        browser.page.go_back()
        browser.page.wait_for_timeout(1_000)
        settled(browser.page)
        assert held(browser.page) == left
    assert browser.page.locator("[data-testid=stTextInput] input").input_value() == ""


def test_a_reset_empties_the_box(browser: Browser):
    browser.open("?assume=diffusion:0.5")
    browser.page.get_by_role("link", name="Assumptions", exact=True).click()
    settled(browser.page)
    browser.page.locator("[data-testid=stTextInput] input").fill("Diffusion of ideas")
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_function("() => location.search.includes('search=')")
    settled(browser.page)
    box = browser.page.locator("[data-testid=stNumberInput] input")
    assert float(box.input_value()) == 0.5
    browser.page.get_by_role("button", name="Reset this").click()
    browser.page.wait_for_function("() => !location.search.includes('assume')")
    settled(browser.page)
    assert box.input_value() == ""
    box.fill("0.7")
    browser.page.get_by_role("button", name="Apply").click()
    browser.page.wait_for_function("() => location.search.includes('assume=diffusion:0.7') || "
                                   "location.search.includes('assume=diffusion%3A0.7')")  # fmt: skip
    settled(browser.page)
    assert float(box.input_value()) == 0.7


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_prints_dark_on_white(browser: Browser, name: str, theme: str):
    image = pytest.importorskip("PIL.Image")
    browser.page.emulate_media(color_scheme=theme)
    go(browser, name)
    charts_there(browser, PAGES[name])
    browser.page.emulate_media(media="print", color_scheme=theme)
    browser.page.wait_for_timeout(500)
    assert browser.page.evaluate(LIGHT) == []
    picture = image.open(io.BytesIO(browser.page.screenshot())).convert("L")
    counts = picture.histogram()
    assert sum(counts[235:]) > 0.6 * sum(counts)
    assert browser.page.locator(".st-key-levers, [data-testid=stButton]").filter(visible=True).count() == 0
    browser.page.emulate_media(media="screen")


@pytest.mark.slow
def test_two_visitors_do_not_see_each_other(play, url: str):
    with visitor(play) as one, visitor(play) as two:
        mine, other = one.new_page(), two.new_page()
        mine.goto(url)
        settled(mine)
        visit(mine, "Data and API")
        file = {"name": "mine.yaml", "mimeType": "application/yaml", "buffer": OWN.encode()}
        mine.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(file)
        mine.wait_for_selector(f"text={MINE} plan", timeout=30_000)
        visit(mine, "Teach")
        mine.wait_for_selector(f"h1:has-text('{MINE} plan')", timeout=30_000)
        other.goto(f"{url}/?scenario=tight_controls")
        settled(other)
        for name in reversed(PAGES):
            if name == "Calibration":  # only Evidence leads there
                visit(other, "Evidence")
            visit(other, name)
            assert MINE not in other.content(), name
        visit(other, "Teach")
        with other.expect_download(timeout=30_000) as got:
            other.get_by_role("button", name="Worksheet", exact=True).click()
        assert MINE not in Path(got.value.path()).read_text(encoding="utf-8")
        visit(mine, "Explore")
        assert f"{MINE} story" in mine.content()
