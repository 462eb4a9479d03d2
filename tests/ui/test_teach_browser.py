"""Teach on a projector and by keyboard, in a real browser."""

import re

import pytest

from tests.ui.browsing import MARKS, PROBE
from tests.ui.test_journeys import settled, tab  # noqa: F401 - fixture
from tests.ui.test_pages import CONTRAST, OVERLAPS, SERIOUS

pytestmark = MARKS
BODY, CHART = 18, 16
"""The smallest letters in large type, px: of the page, and in charts."""
SMALL = """([body, chart]) => {
  const found = [];
  for (const e of document.querySelectorAll('[data-testid=stMain] *, [data-testid=stPopoverBody] *')) {
    const box = e.getBoundingClientRect(), svg = e.closest('svg');
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const icon = e.closest('[data-testid=stIconMaterial]');
    if (!own || icon || box.width < 2 || !box.height) continue;
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < (svg ? chart : body)) found.push(`${size} ${e.tagName}: ${e.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""
WHERE = """() => {
  const box = e => { const r = e.getBoundingClientRect(); return [r.top, r.bottom]; };
  return [box(document.querySelector('.st-key-teach_controls')),
          box(document.querySelector('[data-testid=stVegaLiteChart] svg'))];
}"""
FOCUS = """() => {
  const e = document.activeElement, label = e.labels && e.labels[0];
  if (!['BUTTON', 'INPUT', 'A', 'SUMMARY'].includes(e.tagName)) return '';
  return (e.getAttribute('aria-label') || e.innerText || (label && label.innerText) || e.value || '').trim();
}"""


def opened(tab, url: str, query: str, width: int = 1280, height: int = 720) -> None:  # noqa: F811
    tab.set_viewport_size({"width": width, "height": height})
    tab.goto(f"{url}/teach?{query}")
    settled(tab)
    tab.wait_for_selector("[data-testid=stVegaLiteChart] svg", timeout=60_000)
    tab.wait_for_timeout(300)


@pytest.mark.parametrize("step", ["drawn1:2024-Q2", "drawn1:2026-Q3", "B:2029-Q1", "B:2032-Q4", "medians:2031-Q3"])
def test_on_a_projector_controls_and_the_first_chart_are_in_sight_in_large_letters(tab, url: str, step: str):  # noqa: F811
    opened(tab, url, f"present=1&step={step}")
    (top, _), (_, bottom) = tab.evaluate(WHERE)
    assert top >= 0
    assert bottom <= 720
    assert tab.get_by_role("link", name="Explore", exact=True).first.is_visible()  # the way out stays
    assert tab.evaluate(SMALL, [BODY, CHART]) == []
    assert tab.evaluate(OVERLAPS) == []
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        assert tab.evaluate(CONTRAST) == {}


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_large_type_fits_other_screens(tab, url: str, width: int):  # noqa: F811
    opened(tab, url, "present=1&step=B:2029-Q1", width, 800)
    found = tab.evaluate(PROBE)
    assert found == {"unnamed": [], "small": [], "sideways": 0, "charts": 2, "broken": 0}


def test_a_class_guesses_and_plays_by_keyboard_alone(tab, url: str):  # noqa: F811
    opened(tab, url, "present=1")

    def to(name: str) -> None:
        for _ in range(60):
            tab.keyboard.press("Tab")
            if re.search(name, tab.evaluate(FOCUS)):
                return
        pytest.fail(f"the keyboard does not reach {name}")

    to("Guess the ending")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("[data-testid=stPopoverBody]")
    assert tab.evaluate(SMALL, [BODY, CHART]) == []
    tab.locator("[data-testid=stPopoverBody] input[type=radio]").first.focus()
    tab.keyboard.press("Space")
    settled(tab)
    to("US lead in months")
    tab.keyboard.type("4")
    to("Reveal")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".guessed", timeout=20_000)
    settled(tab)
    assert "the US leads by 4 months" in tab.locator(".guessed").inner_text()
    assert tab.evaluate(WHERE)[1][1] <= 720
    to("Next")
    tab.keyboard.press("Enter")
    tab.wait_for_function("() => document.querySelector('.stand').innerText.includes('December 2026')")
    slider = tab.locator(".st-key-teach_controls [role=slider], .st-key-teach_controls input[type=range]").first
    slider.focus()
    tab.keyboard.press("End")
    tab.wait_for_function("() => document.querySelector('h1.say').innerText.includes('at the end of 2032')")
    settled(tab)
    assert "Your guess of the lead (the US leads by 4 months) was" in tab.locator(".reveal").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_that_opens_has_a_serious_finding(tab, url: str, theme: str):  # noqa: F811
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    tab.emulate_media(color_scheme=theme)
    opened(tab, url, "present=1&claim=C3")
    for label in ("What has been recorded since", "What the model says", "For the teacher"):
        tab.locator("summary", has_text=label).click()
        settled(tab)
    tab.wait_for_selector("table.plan", timeout=60_000)
    tab.get_by_role("button", name="Guess the ending").click()
    tab.wait_for_selector("[data-testid=stPopoverBody]")
    findings = {
        f"{found['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for found in axe.run(tab)["violations"] if found["impact"] in SERIOUS
        for node in found["nodes"]
    }  # fmt: skip
    assert findings == set()
