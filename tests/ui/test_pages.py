"""Every page in a real browser: sizes, themes, names, targets, contrast, labels, keyboard, axe, pictures."""

import base64
import io
import re
from itertools import pairwise

import pytest

from tests.ui.browsing import MARKS, SLIDER, Browser

pytestmark = MARKS
PAGES = {
    "Explore": 4, "Compare": 6, "Strategy": 0, "Teach": 2, "Evidence": 2, "Assumptions": 0, "Data and API": 0,
    "Calibration": 13, "Play with a class": 0, "About": 0, "Sources": 0,
}  # fmt: skip
"""Pages by the name of their link, with the charts that they draw."""
THROUGH = {"Calibration": "Evidence", "Play with a class": "Teach"}
"""Pages in no navigation, and the one with a link to each."""
SERIOUS = {"serious", "critical"}
OVERLAPS = """() => {
  const found = [];
  for (const chart of document.querySelectorAll('[data-testid=stVegaLiteChart] svg')) {
    const boxes = [...chart.querySelectorAll('text')].filter(t => t.textContent.trim() && +getComputedStyle(t).opacity)
      .map(t => [t.textContent, t.getBoundingClientRect()]).filter(([, r]) => r.width > 0);
    for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i][1], boxes[j][1]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 3 && high > 5) found.push(boxes[i][0] + ' / ' + boxes[j][0]);
    }
  }
  return found;
}"""
CONTRAST = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const paper = light(parse(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor));
  const found = {};
  for (const t of document.querySelectorAll('[data-testid=stVegaLiteChart] svg text')) {
    if (!t.textContent.trim()) continue;
    const ink = light(parse(getComputedStyle(t).fill));
    const ratio = (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
    if (ratio < 4.5) found[t.textContent] = ratio.toFixed(2);
  }
  return found;
}"""


def go(browser: Browser, name: str) -> None:
    """Open a page by its link: the way in which no address below the root is asked for files that are not there."""
    browser.open()
    if name in THROUGH:  # in no navigation: a link on another page leads to it
        go(browser, THROUGH[name])
        browser.page.get_by_role("link", name=name, exact=True).click()
        browser.page.wait_for_selector({"Calibration": ".st-key-calibration"}.get(name, ".st-key-play"), timeout=30_000)
        browser.settle()
        browser.page.wait_for_timeout(500)
    elif name != "Explore":
        browser.page.get_by_role("link", name=name, exact=True).click()
        browser.page.wait_for_function("() => !document.querySelector('.st-key-levers')", timeout=30_000)
        browser.page.wait_for_selector("h1.say", timeout=30_000)
        browser.settle()
        browser.page.wait_for_timeout(500)


def charts_there(browser: Browser, count: int) -> None:
    browser.page.wait_for_function(
        f"() => document.querySelectorAll('[data-testid=stVegaLiteChart] svg').length === {count}", timeout=60_000
    )


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_serious_finding(browser: Browser, name: str, theme: str):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    browser.page.emulate_media(color_scheme=theme)
    go(browser, name)
    charts_there(browser, PAGES[name])
    findings = {
        f"{found['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for found in axe.run(browser.page)["violations"] if found["impact"] in SERIOUS
        for node in found["nodes"]
    }  # fmt: skip
    assert findings == set()


@pytest.mark.parametrize("name", PAGES)
def test_one_first_heading_and_no_level_skipped(browser: Browser, name: str):
    go(browser, name)
    levels = browser.page.evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3,h4')].filter(h => h.offsetParent).map(h => +h.tagName[1])"
    )
    assert levels.count(1) == 1
    assert all(next_ - level <= 1 for level, next_ in pairwise(levels))


def test_the_keyboard_reaches_the_levers_in_the_order_of_the_page(browser: Browser):
    browser.open()
    browser.page.evaluate("() => document.activeElement && document.activeElement.blur()")
    seen = []
    for _ in range(90):
        browser.page.keyboard.press("Tab")
        place = browser.page.evaluate(
            "() => { const e = document.activeElement, r = e.getBoundingClientRect();"
            " return [e.tagName, (e.innerText || e.getAttribute('aria-label') || '').slice(0, 40), r.top, e.type] }"
        )
        seen.append(place)
        if place[0] == "INPUT" and place[3] == "range":
            break
    named = [found[1] for found in seen]
    assert "Skip to the results" in named
    assert seen[-1][3] == "range"


def test_a_chart_can_be_saved_as_a_picture_that_is_not_blank(browser: Browser):
    """Streamlit's own export draws the chart's specification on a canvas; the same is asked of Vega here."""
    image = pytest.importorskip("PIL.Image")
    browser.open()
    chart = browser.page.locator("[data-testid=stVegaLiteChart]").first
    chart.hover()
    drawn = chart.locator("svg").first.evaluate(
        """async svg => {
          const copy = svg.cloneNode(true);
          copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
          const text = new XMLSerializer().serializeToString(copy);
          const picture = new Image();
          picture.src = 'data:image/svg+xml;base64,' + btoa(unescape(encodeURIComponent(text)));
          await picture.decode();
          const canvas = document.createElement('canvas');
          canvas.width = svg.clientWidth; canvas.height = svg.clientHeight;
          canvas.getContext('2d').drawImage(picture, 0, 0);
          return canvas.toDataURL('image/png').split(',')[1];
        }"""
    )
    pixels = image.open(io.BytesIO(base64.b64decode(drawn))).convert("RGBA")
    colors = {(r, g, b) for r, g, b, a in pixels.get_flattened_data() if a > 200}
    assert any(b > r + 60 for r, g, b in colors)
    assert any(r > b + 60 for r, g, b in colors)


def test_an_embedded_page_has_no_navigation(browser: Browser):
    browser.open("?embed=true&scenario=tight_controls")
    assert browser.page.get_by_role("link", name="Evidence", exact=True).count() == 0
    assert re.search(r"In \d+ of 100 simulated futures", browser.verdict)
    assert "scenario=tight_controls" in browser.page.url


def test_the_guided_story_reveals_in_the_browser(browser: Browser):
    browser.open()
    browser.page.get_by_role("button", name="I have a policy question").click()
    browser.page.get_by_role("button", name="Reveal").click()
    browser.page.wait_for_selector("text=the model says", timeout=20_000)
    browser.settle()
    assert "enforcement=0" in browser.page.url


def test_an_event_is_let_happen_in_the_browser(browser: Browser):
    browser.open(height=1400)
    browser.page.get_by_text("Add an event", exact=True).click()
    browser.page.get_by_role("button", name="Add event").click()
    browser.page.wait_for_function("() => location.search.includes('events=efficiency_shock')", timeout=20_000)
    browser.settle()
    assert browser.page.locator(SLIDER).first.is_visible()
