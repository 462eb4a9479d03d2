"""A phone: levers in a sheet under the verdict that they move, and long parts on demand."""

from __future__ import annotations

import pytest

from tests.ui.browsing import MARKS, Browser

pytestmark = MARKS
LEVERS = "[data-testid=stSlider] input[type=range]"


@pytest.fixture
def phone(browser: Browser) -> Browser:
    browser.open("?scenario=tight_controls", width=390, height=844)
    return browser


def opened(phone: Browser) -> bool:
    return phone.page.locator(".st-key-levers").evaluate(
        "e => getComputedStyle(e).visibility === 'visible' && e.getBoundingClientRect().top < innerHeight - 200"
    )


def test_levers_are_a_sheet_that_opens_moves_the_verdict_and_closes(phone: Browser):
    page = phone.page
    assert not opened(phone)
    page.locator(".mini a").click()
    page.wait_for_timeout(500)
    assert opened(phone)
    sheet = page.locator(".st-key-levers").bounding_box()
    assert sheet is not None
    assert (sheet["x"], round(sheet["width"]), round(sheet["y"] + sheet["height"])) == (0, 390, 844)
    assert sheet["y"] >= 300  # the verdict stays in sight
    bar = page.locator(".mini").bounding_box()
    assert bar is not None
    assert 0 <= bar["y"] <= sheet["y"] - bar["height"]
    before = page.locator(".sub").first.inner_text()
    page.locator(f".st-key-levers {LEVERS}").nth(5).focus()
    page.keyboard.press("Home")
    page.wait_for_function("before => document.querySelector('.sub').innerText !== before", arg=before)
    phone.settle()
    assert "tool_controls=0" in page.url
    assert opened(phone)
    page.locator("#levers a").click()
    page.wait_for_timeout(500)
    assert not opened(phone)


def test_what_is_closed_takes_no_focus(phone: Browser):
    hidden = phone.page.locator(f".st-key-levers {LEVERS}").first
    assert not hidden.evaluate("e => { e.focus(); return document.activeElement === e; }")


def test_long_parts_open_on_demand_and_stand_open_on_a_desk(phone: Browser):
    page = phone.page
    table = page.locator("details.more table.choices").first
    summary = page.locator("details.more > summary").first
    assert not table.is_visible()
    summary.click()
    assert table.is_visible()
    summary.click()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_timeout(300)
    assert table.is_visible()
    assert not summary.is_visible()


def test_the_page_is_shorter_than_eight_screens(phone: Browser):
    height = phone.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    assert height < 8 * 844
