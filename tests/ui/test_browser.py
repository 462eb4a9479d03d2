"""The page in a real browser: what only a browser can show."""

import pytest

from sim.ui.shared import levers
from tests.ui.browsing import MARKS, PROBE, SLIDER, Browser

pytestmark = MARKS
OPENNESS = levers.FIRST.index("openness")
"""Place of a slider among those that stand open: all before it are levers of the United States too."""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_nothing_is_unnamed_small_or_wider_than_the_screen(browser: Browser, width: int, theme: str):
    browser.page.emulate_media(color_scheme=theme)
    browser.open("?scenario=tight_controls&openness=10&nonsense=1", width)
    found = browser.page.evaluate(PROBE)
    assert found == {"unnamed": [], "small": [], "sideways": 0, "charts": 4, "broken": 0}


def test_a_key_press_changes_verdict_and_address_and_is_announced(browser: Browser):
    browser.open()
    before = browser.verdict
    slider = browser.page.locator(SLIDER).nth(OPENNESS)
    slider.focus()
    browser.page.keyboard.press("Home")
    browser.page.wait_for_function(
        "text => document.querySelector('h1.say').innerText !== text", arg=before, timeout=10_000
    )
    browser.settle()
    assert browser.page.url.endswith("openness=0")
    said = browser.page.locator("[role=status]", has_text="of 100 simulated futures").first
    assert said.inner_text(timeout=5000).startswith(browser.verdict)


def test_the_back_button_is_an_undo(browser: Browser):
    browser.open()
    before = browser.verdict
    slider = browser.page.locator(SLIDER).nth(OPENNESS)
    for key in ("Home", "End"):
        slider.focus()
        browser.page.keyboard.press(key)
        browser.settle()
        browser.page.wait_for_timeout(500)
    browser.page.go_back()
    browser.page.wait_for_function(f"() => document.querySelectorAll('{SLIDER}')[{OPENNESS}].value === '0'")
    browser.settle()
    browser.page.go_back()
    browser.page.wait_for_function(f"() => document.querySelectorAll('{SLIDER}')[{OPENNESS}].value === '50'")
    browser.page.wait_for_function("text => document.querySelector('h1.say').innerText === text", arg=before)


def test_fast_keys_are_not_lost(browser: Browser):
    browser.open()
    browser.page.locator(SLIDER).nth(OPENNESS).focus()
    for _ in range(4):
        browser.page.keyboard.press("ArrowRight")
        browser.page.wait_for_timeout(60)
    browser.page.wait_for_function("() => location.search.includes('openness=90')", timeout=10_000)
    browser.settle()
    assert browser.page.locator(SLIDER).nth(OPENNESS).input_value() == "90"


def test_the_skip_link_leads_to_the_results(browser: Browser):
    browser.open(height=500)
    link = browser.page.get_by_role("link", name="Skip to the results")
    link.focus()
    box = link.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    link.press("Enter")
    browser.page.wait_for_timeout(500)
    assert browser.page.evaluate("() => document.activeElement.id") == "results"


def test_the_phone_keeps_the_verdict_in_sight(browser: Browser):
    browser.open(width=390, height=844)
    browser.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 2500)")
    browser.page.wait_for_timeout(300)
    box = browser.page.locator(".st-key-mini").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 120


def test_text_contrast_and_language(browser: Browser):
    browser.open()
    assert browser.page.evaluate("() => document.documentElement.lang") == "en"
    assert browser.page.locator("h1").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_evidence_page_fits_every_screen(browser: Browser, theme: str):
    browser.page.emulate_media(color_scheme=theme)
    browser.open()
    browser.page.get_by_role("link", name="Evidence").click()
    browser.page.wait_for_selector("h1.say:has-text('Given data to')")
    browser.settle()
    for width in (1440, 390, 320):
        browser.page.set_viewport_size({"width": width, "height": 900})
        browser.page.wait_for_timeout(600)
        found = browser.page.evaluate(PROBE)
        assert found == {"unnamed": [], "small": [], "sideways": 0, "charts": 2, "broken": 0}


def test_the_cut_off_of_a_blind_run_is_kept_in_the_address(browser: Browser):
    browser.open()
    browser.page.get_by_role("link", name="Evidence").click()
    browser.page.wait_for_selector("h1.say:has-text('Given data to')")
    before = browser.verdict
    browser.page.get_by_role("radio", name="2022").click()
    browser.page.wait_for_function(
        "text => document.querySelector('h1.say').innerText !== text", arg=before, timeout=10_000
    )
    browser.settle()
    assert browser.page.url.endswith("/evidence?cutoff=2022")
    assert "end of 2022" in browser.verdict
    browser.page.get_by_role("link", name="Explore").click()
    browser.page.wait_for_selector(".st-key-levers")
    browser.settle()
    assert browser.page.locator(".ignored").count() == 0
    browser.page.get_by_role("link", name="Evidence").click()
    browser.page.wait_for_selector("h1.say:has-text('end of 2022')")
